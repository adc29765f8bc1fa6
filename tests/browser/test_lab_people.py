"""A second person in JupyterLab in real Chromium: who answers is switched, and answers blind."""

from __future__ import annotations

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


def switch_to_somebody_new(queue, scan):
    """Let somebody new answer, named in the menu by keys alone."""
    field = open_people(queue).get_by_role("textbox")
    field.focus()
    queue.page.keyboard.type("loud-wren 123")
    scan(queue, "who answers")
    field.focus()
    queue.press("Enter")
    await_person(queue, "loud-wren 123")
    assert queue.root.evaluate("(root) => root.contains(document.activeElement)")


def judge_shared_blind(queue, lab, theirs):
    """Have items of the other's drawn and answer some otherwise than they did; return those."""
    tray = open_people(queue)
    tray.get_by_role("button", name="of theirs blind").press("Enter")
    tray.wait_for(state="detached", timeout=SOON)
    queue.focus()
    queried = [body for _, _, body in lab.events("people.rhml", "Queried")]
    drawn = {body["item_id"] for body in queried if body["reason"] == "shared"}
    assert len(drawn & set(theirs)) == len(drawn) == 10
    own, before = [], len(lab.judged("people.rhml"))
    for n in range(SECOND):
        assert queue.current() in drawn - set(own)
        queue.await_text("why this one: drawn at random, to measure me")
        own.append(queue.current())
        answer_otherwise(queue)
        await_judged(queue.page, lab, "people.rhml", before + n + 1)
    rows = [body for _, body in lab.judged("people.rhml")[before:]]
    assert {body["item_id"] for body in rows} == set(own)
    assert all(body["label"] != theirs[body["item_id"]] for body in rows)
    assert all(body["sealed"] for body in rows if body["stage"] == "first")


def is_off(control):
    return control.get_attribute("aria-disabled") == "true"


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

    switch_to_somebody_new(queue, scan)
    switched = len(wire.messages)
    assert len(lab.judged("people.rhml")) == before  # the digits of the name answered nothing
    queue.root.locator("[data-term]").first.wait_for(state="detached", timeout=SOON)
    assert is_off(queue.act("undo"))
    assert is_off(queue.act("history"))
    judge_shared_blind(queue, lab, theirs)
    assert_blind(wire.messages[switched:], theirs)
    queue.press("h")
    queue.root.get_by_role("group", name="Your last answers").wait_for(timeout=SOON)
    scan(queue, "history of the second person")
    queue.press("Escape")

    tray = open_people(queue)
    tray.get_by_text("labeled differently").wait_for(timeout=SOON)
    scan(queue, "two people")
    tray.get_by_role("button", name="quiet-heron").press("Enter")
    await_person(queue, "quiet-heron")
    assert not is_off(queue.act("undo"))
    befores = [body["before"] for _, _, body in lab.events("people.rhml", "Switched")]
    assert befores == ["quiet-heron", "loud-wren 123"]


def assert_blind(messages, theirs):
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
