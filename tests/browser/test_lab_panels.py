"""The panels in JupyterLab in real Chromium: reasons, lessons, flips, curves, what is sealed."""

from __future__ import annotations

import json
import re

from queue_page import ONE_WORD, SOON, Queue, answer_escrow, demo, flat, strike
from walking import numbers_of, objects_of
from wire import Wire

VIEWS = ["LabelQueue", "ExplanationPanel", "Flips", "LearningCurves"]


def lessons(notebook):
    return notebook.ask(
        "print(sum(l.origin == 'person' and not l.retracted"
        " for l in session.state.lessons.values()))"
    )


def test_a_struck_word_shows_its_flips_and_can_be_undone(open_queue):
    queue = open_queue("strike", demo("strike.rhml"))
    notebook = queue.notebook
    queue.answer_many(16)
    notebook.ask("session.wait()")
    queue.press("w")
    queue.root.locator(".rhml-explanation .rhml-reason button").first.click()
    queue.act("teach-irrelevant").click()
    queue.await_text("You struck")
    undo = queue.act("undo-lesson")
    undo.wait_for(timeout=SOON)
    assert lessons(notebook) == "1"
    undo.click()
    queue.root.get_by_text(re.compile("taken back", re.IGNORECASE)).first.wait_for(timeout=SOON)
    assert lessons(notebook) == "0"


def test_show_me_lists_what_changed_and_logs_that_it_was_seen(lab, open_queue):
    queue = open_queue("show", ONE_WORD.format(journal="show.rhml"))
    notebook = queue.notebook
    answer_escrow(queue)
    strike(queue, "escrow")
    seen = {body["item_id"] for _, _, body in lab.events("show.rhml", "Exposed")}
    queue.act("show-flips").click()
    rows = queue.root.locator("[data-flip-id]")
    rows.first.wait_for(timeout=SOON)
    listed = {row.get_attribute("data-flip-id") for row in rows.element_handles()}
    assert len(listed) >= 5
    now = {body["item_id"] for _, _, body in lab.events("show.rhml", "Exposed")}
    assert listed - seen == now - seen != set()
    told = json.loads(
        notebook.ask(
            "print(session.flips()[['content', 'before', 'after']].to_json(orient='values'))"
        )
    )
    lines = [flat(row) for row in rows.all_inner_texts()]
    every = [f"{text} {before} → {after}" for text, before, after in told]
    assert [line for line in every if line in lines] == lines
    assert len(every) - len(lines) == 5, "five are kept unseen, to be judged blind"


def test_five_are_judged_blind_and_the_verdict_is_told(lab, open_queue):
    queue = open_queue("blind", ONE_WORD.format(journal="blind.rhml"))
    answer_escrow(queue)
    strike(queue, "escrow")
    assert "5" in queue.act("judge-flips").inner_text()
    before = queue.current()
    queue.act("judge-flips").click()
    queue.act("judge-flips").wait_for(state="detached", timeout=SOON)
    asked = [body for _, _, body in lab.events("blind.rhml", "Queried") if body.get("lesson")]
    assert len({body["item_id"] for body in asked}) == 5
    judged = []
    while len(set(judged) & {body["item_id"] for body in asked}) < 5:
        before = queue.current()
        judged.append(before)
        assert len(judged) < 12, "the five come soon"
        queue.press("2")
        queue.await_next(before)
        if queue.stopped():
            queue.keep()
    better = sum(body["after"] == "chat" for body in asked)
    queue.root.get_by_text(f"{better} of 5 better").first.wait_for(timeout=SOON)
    exposed = {body["item_id"] for _, _, body in lab.events("blind.rhml", "Exposed")}
    firsts = [b for _, b in lab.judged("blind.rhml") if b["item_id"] in judged]
    assert all(b["sealed"] for b in firsts if b["stage"] == "first")
    assert {b["item_id"] for b in firsts if b["stage"] == "first"} == set(judged)
    assert not exposed & {b["item_id"] for b in asked} - set(judged)


def test_two_views_agree(open_notebook):
    notebook = open_notebook("views", demo("views.rhml"), "rhml.LabelQueue(session)")
    one, two = Queue(notebook), Queue(notebook, "label-queue")
    one.focus()
    one.answer_many(5)
    two.root.scroll_into_view_if_needed()
    two.await_status("5 of 312 labeled")
    assert (two.current(), two.text()) == (one.current(), one.text())
    assert two.status.inner_text() == one.status.inner_text()
    two.focus()
    two.answer_many(1)
    two.await_status("6 of 312 labeled")
    one.await_status("6 of 312 labeled")


def test_each_view_alone_in_a_cell_does_its_part(open_queue):
    begin = demo("alone.rhml", ", purposes={'check': .6, 'teach': .4}").removesuffix("session")
    cells = [f"rhml.{view}(session)" for view in VIEWS]
    queue = open_queue("alone", begin, *cells, view="label-queue")
    notebook = queue.notebook
    queue.answer_many(14)
    notebook.ask("session.wait()")
    queue.press("w")
    panel = notebook.panel.locator(".rhml-root[data-rhml-view='explanation-panel']")
    panel.locator("[data-term] button").first.click()
    panel.locator("[data-action='teach-irrelevant']").click()
    flips = notebook.panel.locator(".rhml-root[data-rhml-view='flips']")
    flips.get_by_text("You struck").first.wait_for(timeout=SOON)
    flips.locator("[data-action='undo-lesson']").click()
    flips.get_by_text(re.compile("taken back", re.IGNORECASE)).first.wait_for(timeout=SOON)
    curves = notebook.panel.locator(".rhml-root[data-rhml-view='learning-curves']")
    curves.scroll_into_view_if_needed()
    curves.locator("svg.marks").wait_for(timeout=SOON)
    shown = notebook.panel.locator(".rhml-root").element_handles()
    assert len(shown) == len(VIEWS)
    for view in shown:
        assert view.query_selector("[role='status']").inner_text().endswith("14 of 312 labeled")


def test_the_demo_opens_in_one_line_and_says_it_is_in_memory(open_notebook):
    notebook = open_notebook("demo", "import rhml_widgets as rhml\nrhml.demo()")
    queue = Queue(notebook)
    queue.await_text("in memory")
    queue.focus()
    queue.answer_many(2)
    queue.await_status("2 of 312 labeled")


KNOWN_OF_AN_ITEM = {
    "item_id",
    "text",
    "truncated",
    "purpose",
    "why",
    "rows",
    "seen",
    "draft",
    # What a row or a picture is shown with.
    "kind",
    "fields",
    "image",
}
ASKED_OF_AN_ITEM = {"item_id", "label", "seen", "event_id", "ms", "rationale", "note"}


def test_nothing_tells_the_models_view_before_the_answer(lab, desk, open_queue):
    wire = Wire(desk)
    begin = ONE_WORD.format(journal="sealed.rhml")
    queue = open_queue("sealed", begin, *(f"rhml.{view}(session)" for view in VIEWS))
    notebook = queue.notebook
    answer_escrow(queue)
    strike(queue, "escrow")
    queue.act("judge-flips").click()
    queue.act("judge-flips").wait_for(state="detached", timeout=SOON)
    for _ in range(8):
        before = queue.current()
        queue.press("1" if "escrow" in queue.text() else "2")
        queue.await_next(before)
        if queue.stopped():
            queue.keep()
    notebook.ask("session.wait()")

    classes = {"trade", "chat"}
    views = {}
    for _, _, body in lab.events("sealed.rhml", "Predicted"):
        views.setdefault(body["item_id"], []).append(body)
    texts = json.loads(
        notebook.ask("import json; print(json.dumps(dict(zip(session.pool.ids, texts))))")
    )
    assert wire.messages.pop()[1] != "stream"
    answered, shown, told = set(), set(), 0
    for way, kind, content in wire.messages:
        if kind == "stream":
            continue
        if way == "sent" and "custom" in str(content.get("data", {}).get("method")):
            sent = content["data"]["content"]
            if sent["action"] == "label":
                assert set(sent["args"]) <= ASKED_OF_AN_ITEM
                answered.add(sent["args"]["item_id"])
            continue
        told += 1
        waiting = set(texts) - answered
        words = {texts[item_id]: item_id for item_id in waiting}
        named = dict.fromkeys(waiting, 0)
        for one in objects_of(content):
            strings = {value for value in one.values() if isinstance(value, str)}
            about = strings & waiting | {words[value] for value in strings & set(words)}
            if about:
                shown |= about
                named[one["item_id"]] += 1
                assert set(one) <= KNOWN_OF_AN_ITEM, one
                assert not any(name in one["why"] for name in classes), one["why"]
        whole = json.dumps(content)
        assert all(whole.count(item_id) == n for item_id, n in named.items())
        scores = {
            round(p, 6)
            for item_id in waiting
            for body in views.get(item_id, [])
            for p in body["proba"]
        }
        # Whole numbers count something: a score has a fraction.
        numbers = {round(n, 6) for n in numbers_of(content) if isinstance(n, float)}
        assert not numbers & scores
    assert told > 30
    assert len(shown) > 20
    assert len(shown & set(views)) > 10, "the model had a view of what was shown"
