"""A second person in JupyterLab in real Chromium: who answers is switched, and answers blind."""

from __future__ import annotations

import json

from queue_page import KEYS, SOON, TOPICS, Queue, await_judged, demo
from wire import Wire, naming

KNOWN_OF_AN_ITEM = {
    "item_id",
    "text",
    "truncated",
    "purpose",
    "why",
    "rows",
    "seen",
    "draft",
}
FIRST = 14
SECOND = 6


def open_people(queue):
    """Open the menu of people by keys; return it."""
    queue.act("people").focus()
    queue.press("Enter")
    tray = queue.root.get_by_role("group", name="Who answers?")
    tray.wait_for(timeout=SOON)
    return tray


def await_person(queue, name):
    queue.root.locator("header").get_by_text(f"you, {name}").wait_for(timeout=SOON)


def answer_otherwise(queue):
    """Answer by a class that is never the one the message is of."""
    before, names = queue.current(), list(KEYS)
    label = names[(names.index(TOPICS[queue.text()]) + 1) % 3]
    queue.press(KEYS[label])
    queue.await_next(before)
    if queue.stopped():
        queue.keep()


def test_a_second_person_answers_blind_and_the_first_one_goes_on(lab, desk, open_notebook, scan):
    wire = Wire(desk)
    more = ", person='quiet-heron', purposes={'check': .9, 'teach': .1}"
    notebook = open_notebook("people", demo("people.rhml", more))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_many(FIRST)
    notebook.ask("session.wait()")
    theirs = {body["item_id"]: body["label"] for _, body in lab.judged("people.rhml")}
    before = len(lab.judged("people.rhml"))
    queue.press("w")
    queue.root.locator("[data-term]").first.wait_for(timeout=SOON)
    queue.press("w")

    tray = open_people(queue)
    field = tray.get_by_role("textbox")
    field.focus()
    notebook.page.keyboard.type("loud-wren 123")
    assert len(lab.judged("people.rhml")) == before
    scan(queue, "who answers")
    field.focus()
    queue.press("Enter")
    await_person(queue, "loud-wren 123")
    switched = len(wire.messages)
    assert queue.root.evaluate("(root) => root.contains(document.activeElement)")
    queue.root.locator("[data-term]").first.wait_for(state="detached", timeout=SOON)
    assert queue.act("undo").get_attribute("aria-disabled") == "true"
    assert queue.act("history").get_attribute("aria-disabled") == "true"

    tray = open_people(queue)
    share = tray.get_by_role("button", name="of theirs blind")
    share.focus()
    queue.press("Enter")
    tray.wait_for(state="detached", timeout=SOON)
    queue.focus()
    drawn = {
        b["item_id"] for _, _, b in lab.events("people.rhml", "Queried") if b["reason"] == "shared"
    }
    assert drawn <= set(theirs)
    assert len(drawn) == 10
    own = []
    for n in range(SECOND):
        assert queue.current() in drawn - set(own)
        queue.await_text("why this one: drawn at random, to measure me")
        own.append(queue.current())
        answer_otherwise(queue)
        await_judged(desk, lab, "people.rhml", before + n + 1)
    rows = [body for _, body in lab.judged("people.rhml")[before:]]
    assert {body["item_id"] for body in rows} == set(own)
    assert all(body["label"] != theirs[body["item_id"]] for body in rows)
    assert all(body["sealed"] for body in rows if body["stage"] == "first")

    assert_blind(wire.messages[switched:], theirs, list(KEYS))
    queue.press("h")
    history = queue.root.get_by_role("group", name="Your last answers")
    history.wait_for(timeout=SOON)
    scan(queue, "history of the second person")
    queue.press("Escape")

    tray = open_people(queue)
    tray.get_by_text("labeled differently").wait_for(timeout=SOON)
    scan(queue, "two people")
    tray.get_by_role("button", name="quiet-heron").press("Enter")
    await_person(queue, "quiet-heron")
    assert queue.act("undo").get_attribute("aria-disabled") != "true"
    (first, second) = [body for _, _, body in lab.events("people.rhml", "Switched")]
    assert (first["before"], second["before"]) == ("quiet-heron", "loud-wren 123")
    people = json.loads(notebook.ask("import json; print(json.dumps(session.state.people))"))
    assert people == ["loud-wren 123", "quiet-heron"]


def assert_blind(messages, theirs, classes):
    """Hold what the second person's page heard: of an item, nothing of the first one's answer."""
    answered, told = set(), 0
    for way, kind, content in messages:
        if kind == "stream":
            continue
        if way == "sent":
            sent = content.get("data", {}).get("content", {})
            if sent.get("action") == "label":
                answered.add(sent["args"]["item_id"])
            continue
        for one, item_id in naming(content, set(theirs)):
            if item_id not in answered:
                assert set(one) <= KNOWN_OF_AN_ITEM, one
                told += 1
    assert told > SECOND
