"""Sweeping and finding in JupyterLab in real Chromium: by keys, journaled, undone, sealed."""

from __future__ import annotations

import json

import pytest
from queue_page import SOON, Queue, await_judged, demo, flat
from walking import numbers_of
from wire import Wire, naming

KNOWN_OF_A_CARD = {"item_id", "text", "truncated", "rows"}
KNOWN_OF_AN_ITEM = KNOWN_OF_A_CARD | {"purpose", "why", "seen", "draft"}
PAGE = 12


def card_ids(queue):
    cards = queue.root.locator(".rhml-sweep-card")
    return [one.get_attribute("data-item-id") for one in cards.element_handles()]


def turned(queue, before):
    """Wait until no card of the page before is on show; return the ids of those that are."""
    queue.root.locator(f".rhml-sweep-card[data-item-id='{before[0]}']").wait_for(
        state="detached", timeout=SOON
    )
    return card_ids(queue)


def to_sweep(queue):
    """Go to the Sweep tab by keys, and on to its first card; return the page's ids."""
    queue.root.get_by_role("tab", selected=True).focus()
    queue.press("ArrowRight")
    card = queue.root.locator(".rhml-sweep-card")
    card.first.wait_for(timeout=SOON)
    for _ in range(8):
        queue.press("Tab")
        if card.first.evaluate("(one) => one === document.activeElement"):
            return card_ids(queue)
    pytest.fail("Tab never came to the cards")


def views_of(lab, journal):
    """Return all that any version said, by item, from the journal's file."""
    views = {}
    for _, _, body in lab.events(journal, "Predicted"):
        views.setdefault(body["item_id"], []).append(body)
    return views


def test_a_page_is_swept_by_keys_and_taken_back_by_one(lab, desk, open_notebook, scan):
    wire = Wire(desk)
    notebook = open_notebook("sweep", demo("sweep.rhml"))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_many(15)
    notebook.ask("session.wait()")
    labeled = queue.labeled()
    sealed = len(wire.messages)

    page = to_sweep(queue)
    assert len(page) == PAGE
    heading = queue.root.locator(".rhml-sweep h2, .rhml-sweep h3").first.inner_text()
    said = json.loads(
        notebook.ask(
            "import json\n"
            f"texts = [session.pool.contents[session.pool.number(one)] for one in {page!r}]\n"
            "print(json.dumps(session.model.predict(texts).tolist()))"
        )
    )
    assert len(set(said)) == 1
    assert f"“{said[0]}”" in heading
    assert not {body["item_id"] for _, body in lab.judged("sweep.rhml")} & set(page)
    seen = lab.events("sweep.rhml", "Exposed")
    assert [body["item_id"] for _, _, body in seen if body["what"] == "sweep"] == page
    scan(queue, "a page of a sweep")

    # The second and the one below it are odd; keys that answer mean nothing here.
    queue.root.locator(".rhml-sweep-card").first.focus()
    for key in ("1", "ArrowRight", "Space", "ArrowDown", "Space"):
        queue.press(key)
    odd = [
        one.get_attribute("data-item-id")
        for one in queue.root.locator(".rhml-sweep-card[aria-pressed='true']").element_handles()
    ]
    assert (len(odd), odd[0]) == (2, page[1])
    scan(queue, "two are odd")
    assert len(lab.judged("sweep.rhml")) == labeled
    queue.press("Enter")
    queue.await_text(f"{PAGE - 2} accepted as “{said[0]}”")
    following = turned(queue, page)
    assert len({*following, *page}) == 2 * PAGE

    rows = await_judged(desk, lab, "sweep.rhml", labeled + PAGE - 2)[labeled:]
    assert [body["item_id"] for _, body in rows] == [one for one in page if one not in odd]
    assert {(body["stage"], body["label"]) for _, body in rows} == {("verified", said[0])}
    assert len({body["batch"] for _, body in rows}) == 1
    assert all(body["duration"] > 0 and not body["sealed"] for _, body in rows)
    queried = [body for _, _, body in lab.events("sweep.rhml", "Queried")]
    assert {b["item_id"] for b in queried if b["reason"] == "odd"} == set(odd)

    # The keys stay in the view, and one of them takes the whole page back.
    assert queue.root.evaluate("(root) => root.contains(document.activeElement)")
    queue.press("u")
    queue.await_labeled_exactly(labeled)
    back = {body["target"] for _, _, body in lab.events("sweep.rhml", "Retracted")}
    assert len(back) == PAGE - 2

    # The odd ones are asked next, one at a time.
    queue.root.get_by_role("tab", name="Sweep").focus()
    queue.press("Home")
    assert queue.root.get_by_role("tab", selected=True).inner_text() == "Label"
    queue.focus()
    assert queue.current() == odd[0]
    queue.answer()
    (_, answer) = await_judged(desk, lab, "sweep.rhml", len(rows) + labeled + 1)[-1]
    assert (answer["item_id"], answer["sealed"]) == (odd[0], False)

    assert_sealed(wire.messages, lab, {*page, *following}, sealed)


def assert_sealed(messages, lab, cards, before):
    """Hold what a page heard to what a sweep has to show.

    Cards are words, under one class; before they were asked for they were nowhere, and an item of
    them comes with a label only in the person's own history, after it was accepted.
    """
    views = views_of(lab, "sweep.rhml")
    scores = {round(p, 6) for one in cards for body in views.get(one, []) for p in body["proba"]}
    assert len(scores) > PAGE
    told = rows = 0
    for at, (way, kind, content) in enumerate(messages):
        if way == "sent" or kind == "stream":
            continue
        assert not {round(number, 6) for number in numbers_of(content)} & scores
        for one, _ in naming(content, cards):
            assert at >= before, "nobody had asked for the page"
            if "stage" in one:
                assert one["stage"] in {"swept", "revised"}
                rows += 1
            elif "history" not in one:
                assert set(one) in (KNOWN_OF_A_CARD, KNOWN_OF_AN_ITEM)
                told += 1
    assert told > 2 * PAGE
    assert rows > 0


def test_what_is_looked_for_by_words_is_asked_next(lab, open_notebook, scan):
    notebook = open_notebook("find", demo("find.rhml"))
    queue = Queue(notebook)
    queue.focus()
    queue.press("/")
    field = queue.root.get_by_role("textbox", name="Find items by their words")
    assert field.evaluate("(one) => one === document.activeElement")
    before = queue.current()
    notebook.page.keyboard.type("1 2 no such word")
    queue.await_text("No unjudged item fits")
    assert queue.current() == before
    assert lab.judged("find.rhml") == []
    field.fill("invoice")
    found = queue.root.locator("[data-action='pick']")
    found.nth(3).wait_for(timeout=SOON)
    words = found.all_inner_texts()
    assert all("invoice" in one.lower() for one in words)
    scan(queue, "found", within="[aria-label='Find items']")
    field.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        queue.press(key)
    assert lab.events("find.rhml", "Queried")[-1][2]["reason"] != "found"
    queue.press("Enter")
    queue.await_next(before)
    assert queue.text() == flat(words[1])
    queue.await_text("why this one: you picked it")
    (own,) = [b for _, _, b in lab.events("find.rhml", "Queried") if b["reason"] == "found"]
    assert (own["item_id"], own["propensity"]) == (queue.current(), None)

    # One more like it, chosen with Enter alone.
    queue.press("/")
    queue.root.get_by_role("button", name="More like this one").press("Enter")
    found.nth(3).wait_for(timeout=SOON)
    first = flat(found.first.inner_text())
    before = queue.current()
    assert first != queue.text()
    field.focus()
    queue.press("Enter")
    queue.await_next(before)
    assert queue.text() == first
    queue.press("/")
    queue.press("Escape")
    assert queue.root.evaluate("(root) => root === document.activeElement")
    queue.answer()
    queue.await_labeled(1)
    assert flat(first) == queue_text(notebook, lab.judged("find.rhml")[0][1]["item_id"])


def queue_text(notebook, item_id):
    told = f"print(session.pool.contents[session.pool.number({item_id!r})])"
    return flat(notebook.ask(told))


def test_a_class_is_looked_for_from_its_page_until_it_is_not(lab, open_notebook):
    notebook = open_notebook("seek", demo("seek.rhml"))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_many(12)
    notebook.ask("session.wait()")
    to_sweep(queue)
    queue.act("seek").press("Enter")
    queue.root.locator("[data-action='seek'][aria-pressed='true']").wait_for(timeout=SOON)
    wanted = notebook.ask("print(session.sought)")
    assert f"“{wanted}”" in queue.act("seek").inner_text()

    queue.root.get_by_role("tab", name="Sweep").focus()
    queue.press("ArrowLeft")
    queue.focus()
    sought = set()
    for _ in range(24):
        why = queue.root.locator(".rhml-queue .rhml-why, .rhml-queue header").all_inner_texts()
        assert not any("look for" in one for one in why)
        if queue.answer():
            queue.keep()
        sought = {
            b["item_id"]
            for _, _, b in lab.events("seek.rhml", "Queried")
            if b["reason"] == "sought"
        }
        answered = {body["item_id"] for _, body in lab.judged("seek.rhml")}
        if len(sought & answered) > 1:
            break
    assert len(sought & answered) > 1

    queue.root.get_by_role("tab", name="Label").focus()
    queue.press("ArrowRight")
    queue.root.locator("[data-action='seek'][aria-pressed='true']").press("Enter")
    queue.root.locator("[data-action='seek'][aria-pressed='false']").wait_for(timeout=SOON)
    assert notebook.ask("print(session.sought)") == "None"
