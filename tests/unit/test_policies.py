"""Advice policies: an arm is drawn with its item, before any answer, and shows what it says."""

from __future__ import annotations

import comm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import Page
from sessions import CLASSES, STEADY, RecordedComm, begin, right, wrong

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, SealedError
from rhml_widgets.human.advice import ARMS
from rhml_widgets.human.policies import Always, Asked, AtRandom, allowed, policy_of
from rhml_widgets.journal.events import Exposed, Queried

PURPOSES = {"teach": 0.34, "check": 0.33, "challenge": 0.33}


@pytest.fixture(autouse=True)
def _recorded(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", RecordedComm)


def asked(n=0, purpose="challenge", concept="a / b"):
    return Asked(f"t1:{n}", purpose, concept, n)


# ---- choosing ---------------------------------------------------------------------------------


@STEADY
@given(
    st.dictionaries(st.sampled_from(ARMS), st.floats(0.01, 9), min_size=1),
    st.sampled_from(["teach", "check", "challenge"]),
    st.text(max_size=8),
    st.integers(0, 2**32),
)
def test_an_arm_is_allowed_and_its_probability_that_of_its_share(shares, purpose, concept, seed):
    arm, probability = AtRandom(shares).choose(asked(0, purpose, concept), seed)
    may = {one: weight for one, weight in shares.items() if one in allowed(purpose)}
    assert arm in allowed(purpose)
    assert probability == pytest.approx(may[arm] / sum(may.values()) if may else 1.0)


def test_arms_come_as_often_as_their_shares_say():
    policy = AtRandom({"none": 2, "evidence": 1, "full": 1}, by="item")
    drawn = [policy.choose(asked(n), 7)[0] for n in range(4000)]
    shares = {arm: np.mean([one == arm for one in drawn]) for arm in ARMS}
    # Three standard errors of a share of a half, and of a quarter.
    assert abs(shares["none"] - 0.5) < 0.024
    assert abs(shares["evidence"] - 0.25) < 0.021
    assert shares["on_demand"] == shares["evidence_first"] == 0


def test_a_concept_keeps_its_arm_and_another_seed_may_give_another():
    policy = AtRandom({"none": 1, "full": 1})
    first = {policy.choose(asked(n, concept="a / b"), 0)[0] for n in range(20)}
    assert len(first) == 1
    assert len({policy.choose(asked(concept="a / b"), seed)[0] for seed in range(20)}) == 2


@pytest.mark.parametrize(
    ("advice", "told"),
    [
        ("loud", "is not a policy; expected one of 'speak_up', 'none', 'evidence_first'"),
        (3, "is not a policy"),
        ({"loud": 1.0}, "arm 'loud' is not known"),
        ({"none": -1.0}, "weights of at least 0"),
        ({}, "weights of at least 0"),
        ({"none": float("nan")}, "weights of at least 0"),
    ],
)
def test_what_is_no_policy_is_refused(advice, told):
    with pytest.raises(BadInputError, match=told):
        rhml.Session(pool=["a", "b"], journal=None, advice=advice)


def test_a_rule_is_told_what_is_asked_and_an_arm_out_of_place_shows_nothing():
    seen = []

    def by_count(one):
        seen.append(one)
        return "full" if one.n_answered > 5 else "none"

    with begin(advice=by_count, purposes=PURPOSES) as session:
        work_all(session, 20)
        arms = session.arms()
    assert session.advice == "rule(by_count)"
    assert {one.purpose for one in seen} == {"teach", "check", "challenge"}
    assert all(" / " in one.concept for one in seen)
    assert set(arms.loc[arms["purpose"] == "teach", "arm"]) == {"none"}
    assert "full" in set(arms["arm"])


def test_a_rule_that_fails_shows_nothing_and_says_so():
    def broken(_one):
        msg = "oh no"
        raise ValueError(msg)

    with begin(advice=broken, purposes=PURPOSES) as session:
        with pytest.warns(UserWarning, match="advice policy failed.*oh no"):
            work_all(session, 8)
        assert set(session.arms()["arm"]) == {"none"}


# ---- showing ----------------------------------------------------------------------------------


def work_all(session, n, how=right):
    for _ in range(n):
        (item,) = session.query()
        session.label(item.item_id, how(item))


def until_arm(session, arm):
    """Answer until an item of an arm waits; return it."""
    for _ in range(session.n_askable):
        (item,) = session.query()
        if session.state.arms.get(item.item_id, ("",))[0] == arm:
            return item
        session.label(item.item_id, right(item))
    msg = f"no item of arm {arm} was drawn"
    raise AssertionError(msg)


def exposures(session, item_id):
    return [
        one.event
        for one in session.events()
        if isinstance(one.event, Exposed) and one.event.item_id == item_id
    ]


def test_the_arm_is_logged_with_the_draw_and_survives_reopening(tmp_path):
    path = tmp_path / "s.rhml"
    shares = {"none": 1, "full": 1}
    with begin(journal=path, advice=shares, purposes=PURPOSES) as session:
        work_all(session, 20)
        arms, name = session.arms(), session.advice
        drawn = [one.event for one in session.events() if isinstance(one.event, Queried)]
    assert {one.arm for one in drawn} <= {None, "none", "full"}
    assert any(one.arm_probability == 0.5 for one in drawn)
    with begin(journal=path, advice=shares, purposes=PURPOSES) as again:
        assert again.arms().equals(arms)
        assert again.advice == name == "at_random(none=1, full=1, by=concept)"


@pytest.mark.parametrize("arm", ["evidence", "full", "on_demand"])
def test_before_the_answer_an_arm_is_sealed(arm):
    with begin(advice=arm, purposes=PURPOSES) as session:
        item = until_arm(session, arm)
        with pytest.raises(SealedError):
            session.advise(item)
        assert exposures(session, item.item_id) == []


def test_evidence_says_where_and_not_what():
    with begin(advice="evidence", purposes=PURPOSES) as session:
        item = until_arm(session, "evidence")
        session.label(item.item_id, right(item))
        advice = session.advise(item)
        assert (advice.arm, advice.label, advice.probability) == ("evidence", None, None)
        assert advice.explanation is None
        assert 0 < len(advice.evidence) <= 6
        assert all(0 <= start < end <= len(item.content) for start, end in advice.evidence)
        (logged,) = exposures(session, item.item_id)
        assert (logged.arm, logged.probability, logged.stop) == ("evidence", 1.0, True)
        session.advise(item)
        assert len(exposures(session, item.item_id)) == 1


def test_evidence_first_comes_before_the_answer_which_is_then_not_blind():
    with begin(advice="evidence_first", purposes=PURPOSES) as session:
        item = until_arm(session, "evidence_first")
        assert item.purpose != "check"
        advice = session.advise(item)
        assert (advice.label, advice.explanation) == (None, None)
        assert advice.evidence
        session.label(item.item_id, right(item))
        judged = session.judgments().set_index("item_id").loc[item.item_id]
        assert (judged["stage"], bool(judged["sealed"])) == ("first", False)
        assert session.advise(item).evidence == ()


def test_on_demand_shows_nothing_unasked():
    with begin(advice="on_demand", purposes=PURPOSES) as session:
        item = until_arm(session, "on_demand")
        session.label(item.item_id, right(item))
        assert session.advise(item, asked=False).arm == "none"
        assert exposures(session, item.item_id) == []
        assert session.advise(item).label in CLASSES
        assert exposures(session, item.item_id)[0].arm == "on_demand"


def test_arms_do_what_a_planted_person_lets_them_do():
    """Of people who take advice half the time, arms show the planted difference."""
    shares = {"none": 1, "full": 1}
    stream = np.random.default_rng(3)
    changed = {"none": [], "full": []}
    for seed in range(6):
        with begin(advice=AtRandom(shares, by="item"), purposes=PURPOSES, random_state=seed) as one:
            for _ in range(55):
                (item,) = one.query()
                arm = one.state.arms.get(item.item_id, ("",))[0]
                one.label(item.item_id, wrong(item) if stream.random() < 0.5 else right(item))
                advice = one.advise(item)
                taken = advice.label is not None and stream.random() < 0.5
                before = one.state.own(item.item_id).label
                if taken and advice.label != before:
                    one.label(item.item_id, advice.label)
                if arm in changed and item.purpose in ("check", "challenge"):
                    changed[arm].append(taken and advice.label != before)
    assert len(changed["none"]) > 60
    assert np.mean(changed["none"]) == 0
    # About half of the answers differ from the model's, and half of those are changed.
    assert 0.12 < np.mean(changed["full"]) < 0.45


# ---- on the page ------------------------------------------------------------------------------


def paged(arm):
    session = begin(advice=arm, purposes=PURPOSES)
    return session, Page(rhml.LabelQueue(session))


def on_page(session, page, arm):
    for _ in range(50):
        item = page.props["items"][0]
        if session.state.arms.get(item["item_id"], ("",))[0] == arm:
            return item
        if page.answer()["stopped"]:
            page.value("keep", item_id=item["item_id"], event_id=f"k{next(Page.ids)}", ms=1)
    raise AssertionError(arm)


def test_a_stop_for_evidence_tells_no_label_and_opens_no_reasons():
    session, page = paged("evidence")
    with session:
        item = on_page(session, page, "evidence")
        assert page.answer()["stopped"]
        stop = page.props["stop"]
        assert stop["model"] is None
        assert stop["spans"]
        assert not any(label in stop["words"] for label in CLASSES)
        panel = Page(rhml.ExplanationPanel(session))
        told = panel.error("explain", item_id=item["item_id"], label=None, against=None)
        assert told["type"] == "SealedError"
        assert panel.props["reasons"] is None
        page.value("keep", item_id=item["item_id"], event_id="k", ms=1)
        assert page.props["stop"] is None


def test_where_to_look_is_on_the_page_before_the_answer_and_logged():
    session, page = paged("evidence_first")
    with session:
        item = on_page(session, page, "evidence_first")
        assert item["look"]["spans"]
        assert set(item["look"]) == {"spans", "boxes"}
        (logged,) = exposures(session, item["item_id"])
        assert logged.arm == "evidence_first"
        assert not page.answer()["stopped"]


def test_full_tells_agreement_too():
    session, page = paged("full")
    with session:
        on_page(session, page, "full")
        assert page.answer()["stopped"]
        stop = page.props["stop"]
        assert stop["model"] is not None
        assert stop["words"].endswith("too.") == (stop["model"] == stop["yours"])


def test_reasons_open_on_demand_and_not_in_the_arm_none():
    session, page = paged(AtRandom({"none": 1, "on_demand": 1}, by="item"))
    with session:
        panel = Page(rhml.ExplanationPanel(session))
        for arm in ("on_demand", "none"):
            item = on_page(session, page, arm)
            assert not page.answer()["stopped"]
            reply = panel.call("explain", item_id=item["item_id"], label=None, against=None)
            assert reply["ok"] == (arm == "on_demand")


def test_policies_have_names():
    named = ["full", {"none": 1}, Always("evidence")]
    assert [str(policy_of(one)) for one in named] == [
        "full",
        "at_random(none=1, by=concept)",
        "evidence",
    ]


def test_what_measures_stays_blind_whatever_arm_it_was_drawn_with():
    """Items drawn to be taught, hinted never, and then drawn anew for an audit, or shared."""
    with begin(advice="evidence_first", purposes={"teach": 1.0}, person="ann") as session:
        work_all(session, 12)
        Page(rhml.LabelQueue(session))  # hints reach the page of what waits now, and are logged
        hinted = set(session.state.hinted)
        session.audit(20)
        page = Page(rhml.LabelQueue(session))
        for _ in range(20):
            item = page.props["items"][0]
            assert "look" not in item or item["item_id"] in hinted
            page.answer()
        judged = session.judgments()
        audited = judged[
            judged["item_id"].isin(session.state.audits[max(session.state.audits)].drawn)
        ]
        unsealed = set(audited.loc[~audited["sealed"].astype(bool), "item_id"])
        assert unsealed <= hinted
        session.person = "ben"
        assert session.share(6) == 6
        shared = set(session.state.shared)
        for _ in range(6):
            (item,) = session.query()
            assert item.item_id in shared
            assert session.state.arm(item.item_id) in (None, ("none", 1.0))
            session.label(item.item_id, right(item))
        assert session.agreement()["n"].tolist()[0] == 6


def test_a_cell_of_the_confusion_matrix_keeps_closed_what_an_arm_closes():
    with begin(advice={"evidence": 1.0}, purposes=PURPOSES) as session:
        work_all(session, 20)
        page = Page(rhml.ConfusionMatrix(session))
        counts, labels = page.props["counts"], page.props["labels"]
        for row, cells in zip(labels, counts, strict=True):
            for column, n in zip(labels, cells, strict=True):
                if n:
                    page.value("open_cell", row=row, column=column)
                    cell = page.props["cell"]
                    listed = {one["item_id"] for one in cell["items"]}
                    assert len(listed) + cell["closed"] == n
                    for one in listed:
                        assert session.state.arm(one) is None


def test_what_weighs_nothing_is_no_evidence():
    seeds = {label: {"definition": None, "seeds": [word]} for label, word in SEEDS.items()}
    with begin(
        ["nothing of it here", "late again", "money twice", "freeze now"],
        classes=seeds,
        advice="evidence_first",
        purposes={"teach": 1.0},
    ) as session:
        for item in session.query(4):
            if session.state.arm(item.item_id) == ("evidence_first", 1.0):
                shown = session.advise(item).evidence
                words = [item.content[start:end] for start, end in shown]
                assert set(words) <= set(SEEDS.values())


SEEDS = {"card": "late", "refund": "money", "crash": "freeze"}
