"""Sweeps, near-twins and finding as a page asks for them."""

from __future__ import annotations

import base64
import struct

import numpy as np
import pytest
from pages import Page
from sessions import CLASSES, begin, right, texts, work

import rhml_widgets as rhml
from rhml_widgets.journal.events import Exposed, Judged
from rhml_widgets.machine.queue import reason_words

pytestmark = pytest.mark.usefixtures("_recorded")


@pytest.fixture
def page():
    pool = [*texts(90), *(f"{text}!" for text in texts(30))]
    with begin(pool) as session:
        work(session, 12)
        yield Page(rhml.Workbench(session))


def verified(page, cards, odd=(), **more):
    sweep = page.props["sweep"]
    return page.value(
        "verify",
        item_ids=[card["item_id"] for card in cards],
        odd=[card["item_id"] for card in odd],
        label=sweep["label"],
        **{"event_id": "v", "ms": 12_000, **more},
    )


def test_nothing_of_the_models_view_leaves_before_somebody_asks_for_a_page(page):
    sweep = page.props["sweep"]
    assert (sweep["cards"], sweep["label"], sweep["off"]) == ([], None, "")
    assert sum(row["n"] for row in sweep["classes"]) > 0
    assert not any(isinstance(entry.event, Exposed) for entry in page.session.events())


def test_a_page_stays_until_it_is_answered_and_another_class_turns_it(page):
    assert page.value("sweep", label=None) == {"n": 12}
    first = page.props["sweep"]
    assert page.value("sweep", label=None) == {"n": 12}
    assert page.value("sweep", label=first["label"]) == {"n": 12}
    assert page.props["sweep"]["cards"] == first["cards"]
    other = next(row["label"] for row in first["classes"] if row["label"] != first["label"])
    page.value("sweep", label=other)
    assert page.props["sweep"]["label"] == other
    for card in page.props["sweep"]["cards"]:
        assert page.session.state.is_exposed(card["item_id"])


def test_accepting_a_page_opens_the_next_and_queues_the_odd_ones(page):
    page.value("sweep", label=None)
    sweep = page.props["sweep"]
    cards, odd = sweep["cards"][2:], sweep["cards"][:2]
    assert verified(page, cards, odd) == {"n": 10}
    assert [item["item_id"] for item in page.props["queue"]["items"]] == [
        card["item_id"] for card in odd
    ]
    assert page.props["queue"]["items"][0]["why"] == reason_words("odd")
    after = page.props["sweep"]
    assert after["swept"] == 10
    assert not {card["item_id"] for card in after["cards"]} & {
        card["item_id"] for card in sweep["cards"]
    }
    assert page.props["queue"]["undo"] == f"10 accepted as “{CLASSES[sweep['label']]}”"
    seqs = list(page.session.state.swept.values())
    assert [page.session.state.judgments[seq].duration for seq in seqs] == [1.2] * 10
    # Sent again it changes nothing.
    seq = page.session.state.seq
    assert verified(page, cards, odd) == {"n": 10}
    assert page.session.state.seq == seq


def test_one_undo_takes_all_of_it_back(page):
    page.value("sweep", label=None)
    verified(page, page.props["sweep"]["cards"])
    assert page.value("undo", event_id="u")["words"].startswith("12 accepted as")
    assert page.props["sweep"]["swept"] == 0


def test_what_is_answered_elsewhere_leaves_the_page(page):
    page.value("sweep", label=None)
    card = page.props["sweep"]["cards"][0]
    page.session.label(card["item_id"], "refund")
    assert card not in page.props["sweep"]["cards"]
    assert len(page.props["sweep"]["cards"]) == 11
    error = page.error("verify", item_ids=[card["item_id"]], odd=[], label=0, event_id="late", ms=1)
    assert error["type"] == "AlreadyJudgedError"


@pytest.mark.parametrize(
    "args",
    [
        {"item_ids": "all", "odd": [], "label": 0, "event_id": "x", "ms": 1},
        {"item_ids": ["nobody"], "odd": [], "label": 0, "event_id": "x", "ms": 1},
        {"item_ids": [], "odd": [], "label": 0, "event_id": "x", "ms": 1},
        {"item_ids": [], "odd": [], "label": 9, "event_id": "x", "ms": 1},
        {"item_ids": [], "odd": [], "label": 0, "event_id": None, "ms": 1},
    ],
)
def test_a_forged_acceptance_is_refused(page, args):
    seq = page.session.state.seq
    assert page.error("verify", **args)["message"]
    assert page.session.state.seq == seq


def answer(page):
    item = page.props["queue"]["items"][0]
    stopped = page.value("label", **page.label_args(item, right(item["text"])))["stopped"]
    if stopped:
        page.value("keep", item_id=item["item_id"], event_id=f"k{item['item_id']}", ms=1)


def answer_one_with_twins(page):
    for _ in range(60):
        answer(page)
        if page.props["queue"]["twins"]:
            return page.props["queue"]["twins"]
    pytest.fail("no item with a near-twin was asked")


def test_near_twins_of_the_last_answer_are_offered_and_answered_by_one_request(page):
    offer = answer_one_with_twins(page)
    item = page.session.state.answer(offer["item_id"])
    assert offer["seq"] == item.seq
    assert CLASSES[offer["label"]] == item.label
    twins = [one.item_id for one in page.session.twins(offer["item_id"])]
    assert len(twins) == offer["n"]
    args = {"item_id": offer["item_id"], "seen": offer["seq"], "event_id": "t"}
    assert page.value("twins", **args) == {"n": offer["n"]}
    for own_id in twins:
        answer = page.session.state.answer(own_id)
        assert (answer.label, answer.stage) == (item.label, "verified")
    assert page.props["queue"]["twins"] is None
    n = sum(isinstance(entry.event, Judged) for entry in page.session.events())
    assert page.value("twins", **args) == {"n": offer["n"]}
    assert sum(isinstance(entry.event, Judged) for entry in page.session.events()) == n
    page.value("undo", event_id="u")
    assert page.session.state.answer(offer["item_id"]) is not None
    assert not any(own_id in page.session.state.answers for own_id in twins)
    assert page.props["queue"]["twins"] == offer


def test_twins_of_an_answer_that_was_changed_are_not_answered(page):
    offer = answer_one_with_twins(page)
    page.session.label(offer["item_id"], CLASSES[(offer["label"] + 1) % 3])
    args = {"item_id": offer["item_id"], "seen": offer["seq"], "event_id": "t"}
    assert page.error("twins", **args)["type"] == "AlreadyJudgedError"


def test_what_is_found_is_told_by_its_words_and_the_picked_one_is_asked_next(page):
    rows = page.value("find", words="late", like=None)["rows"]
    assert rows
    assert all(set(row) == {"item_id", "text"} and "late" in row["text"] for row in rows)
    near = page.value("find", words=None, like=rows[0]["item_id"])["rows"]
    assert rows[0]["item_id"] not in {row["item_id"] for row in near}
    page.value("pick", item_id=rows[-1]["item_id"], event_id="p")
    page.value("pick", item_id=rows[-1]["item_id"], event_id="p")
    assert page.props["queue"]["items"][0]["item_id"] == rows[-1]["item_id"]
    answer(page)
    assert page.session.state.answer(rows[-1]["item_id"]).stage == "first"


def test_a_class_is_looked_for_until_it_is_not(page):
    page.value("seek", label=1)
    assert page.props["sweep"]["sought"] == 1
    page.value("seek", label=None)
    assert page.props["sweep"]["sought"] is None


def test_without_a_model_the_tab_says_why():
    with begin() as session:
        page = Page(rhml.Workbench(session))
        assert "no model yet" in page.props["sweep"]["off"]
        assert page.error("sweep", label=None)["type"] == "NotFittedYetError"


def test_where_all_is_answered_nothing_is_left_to_sweep():
    with begin(n=12) as session:
        page = Page(rhml.Workbench(session))
        while session.query():
            session.label(session.query()[0].item_id, right(session.query()[0]))
        assert "Nothing is left" in page.props["sweep"]["off"]


def test_cards_of_images_show_them_small():
    images = np.zeros((40, 300, 200), dtype=np.uint8)
    images[:, 0, 0] = np.arange(40)
    images[20:, 100:200] = 200
    with begin(images, classes=["none", "bar"]) as session:
        for number in (0, 1, 20, 21):
            session.label(session.pool.ids[number], "bar" if number >= 20 else "none")
        page = Page(rhml.Workbench(session))
        page.value("sweep", label=None)
        for card in page.props["sweep"]["cards"]:
            head, body = card["image"].split(",")
            width, height = struct.unpack(">II", base64.b64decode(body)[16:24])
            assert (head, width, height) == ("data:image/png;base64", 50, 75)
