"""Answering in JupyterLab in real Chromium: keys, marks, notes, skips, classes, ways back."""

from __future__ import annotations

import json

from queue_page import KEYS, OFTEN, await_judged, demo, flat, small


def test_a_key_is_a_label_on_disk_a_refit_and_a_curve(lab, open_queue):
    more = ", purposes={'check': .5, 'teach': .5}"
    queue = open_queue("keys", demo("keys.rhml", more))
    notebook = queue.notebook
    queue.answer_many(14)
    queue.await_status("14 of 312 labeled")
    answers = lab.judged("keys.rhml")
    assert len({body["item_id"] for _, body in answers}) == 14
    assert all(body["duration"] > 0 for _, body in answers)
    notebook.ask("session.wait()")
    assert int(notebook.ask("print(session.model.version_)")) >= 1
    queue.root.locator("svg.marks").first.wait_for()


def test_digits_after_a_stop_make_no_revision(lab, open_queue):
    queue = open_queue("digits", demo("digits.rhml", OFTEN))
    notebook = queue.notebook
    queue.answer_until_stop()
    before = lab.judged("digits.rhml")
    for n in range(200):
        notebook.page.keyboard.press("123"[n % 3])
        notebook.page.wait_for_timeout(100)
    assert queue.stopped()
    assert lab.judged("digits.rhml") == before
    queue.keep()
    kept = await_judged(notebook.page, lab, "digits.rhml", len(before) + 1)
    assert len(kept) == len(before) + 1
    assert kept[-1][1]["stage"] == "revised"
    assert kept[-1][1]["label"] == before[-1][1]["label"]


def test_revising_takes_r_and_a_key(lab, open_queue):
    queue = open_queue("revise", demo("revise.rhml", OFTEN))
    notebook = queue.notebook
    queue.answer_until_stop()
    answers = lab.judged("revise.rhml")
    first = answers[-1][1]
    other = next(key for name, key in KEYS.items() if name != first["label"])
    queue.press("r")
    queue.press(other)
    queue.await_going_on()
    last = await_judged(notebook.page, lab, "revise.rhml", len(answers) + 1)[-1][1]
    assert (last["item_id"], last["stage"]) == (first["item_id"], "revised")
    assert last["label"] != first["label"]


def test_words_are_marked_by_mouse_and_by_keyboard(open_queue):
    queue = open_queue("marks", small("marks.rhml"))
    notebook = queue.notebook
    marked = {}

    words = queue.root.locator(".rhml-word")
    drawn = words.all_inner_texts()
    words.nth(1).hover()
    notebook.page.mouse.down()
    words.nth(2).hover()
    notebook.page.mouse.up()
    marked[queue.text()] = " ".join(drawn[1:3])
    before = queue.current()
    queue.press("1")
    queue.await_next(before)

    drawn = words.all_inner_texts()
    for key in ("m", "Home", "ArrowRight", "ArrowRight", "Space"):
        queue.press(key)
    marked[queue.text()] = drawn[2]
    queue.press("Escape")
    queue.press("2")
    queue.await_labeled(2)

    told = notebook.ask(
        "import json\n"
        "for row in session.judgments().itertuples():\n"
        "    text = session.pool.contents[session.pool.number(row.item_id)]\n"
        "    print(json.dumps([text, [text[a:b] for a, b in row.rationale]]))"
    )
    rows = dict(json.loads(line) for line in told.splitlines())
    assert rows == {text: [words] for text, words in marked.items()}


def test_a_skipped_item_comes_back_when_the_rest_is_done(lab, open_queue):
    queue = open_queue("skip", small("skip.rhml"))
    skipped = queue.current()
    queue.press("s")
    tray = queue.root.get_by_role("group", name="Why skip it?")
    tray.wait_for()
    reason = flat(tray.get_by_role("button").first.inner_text())
    queue.press("1")
    queue.await_next(skipped)
    before = queue.current()
    queue.press("1")
    queue.await_labeled(1)
    (_, _, body), *rest = lab.events("skip.rhml", "Skipped")
    assert not rest
    assert body["item_id"] == skipped
    assert body["why"]
    assert reason.endswith(body["why"])
    for _ in range(2):
        if queue.stopped():
            queue.keep()
        before = queue.current()
        assert before != skipped
        queue.press("1")
        queue.await_next(before)
    if queue.stopped():
        queue.keep()
    assert queue.current() == skipped
    queue.press("2")
    queue.await_status("4 of 4 labeled")
    assert len(lab.judged("skip.rhml")) == 4


def test_a_note_is_kept_with_its_answer(lab, open_queue):
    queue = open_queue("note", small("note.rhml"))
    notebook = queue.notebook
    before = queue.current()
    queue.press("n")
    notebook.page.keyboard.type("12 of them, d d")
    queue.press("Enter")
    assert queue.current() == before
    queue.press("1")
    queue.await_next(before)
    queue.await_labeled(1)
    ((_, body),) = lab.judged("note.rhml")
    assert (body["item_id"], body["note"]) == (before, "12 of them, d d")
    assert queue.act("note").input_value() == ""


def test_a_class_is_added_in_the_page_and_answers_at_once(lab, open_queue):
    queue = open_queue("class", small("class.rhml"))
    notebook = queue.notebook
    before = queue.current()
    queue.press("+")
    notebook.page.keyboard.type("praise")
    queue.press("Tab")
    notebook.page.keyboard.type("somebody is happy")
    queue.press("Enter")
    queue.root.locator("[data-label='praise']").wait_for()
    assert queue.current() == before
    queue.press("4")
    queue.await_next(before)
    queue.await_labeled(1)
    ((_, body),) = lab.judged("class.rhml")
    assert body["label"] == "praise"
    assert notebook.ask("print(session.classes_[-1])") == "praise"


def test_an_answer_is_changed_in_the_history(lab, open_queue):
    queue = open_queue("history", small("history.rhml"))
    notebook = queue.notebook
    first = queue.current()
    queue.press("1")
    queue.await_labeled(1)
    queue.press("h")
    tray = queue.root.get_by_role("group", name="Your last answers")
    tray.get_by_role("button", name="Change").click()
    tray.get_by_role("group", name="It is rather").get_by_role("button", name="how-to").click()
    (_, before), (_, after) = await_judged(notebook.page, lab, "history.rhml", 2)
    assert before["item_id"] == after["item_id"] == first
    assert (before["label"], after["label"]) == ("billing", "how-to")
    assert (before["stage"], after["stage"]) == ("first", "corrected")
    queue.await_status("1 of 4 labeled")


def test_undo_brings_the_item_back_first_with_what_was_said(lab, open_queue):
    queue = open_queue("undo", small("undo.rhml"))
    notebook = queue.notebook
    first = queue.current()
    queue.press("n")
    notebook.page.keyboard.type("in doubt")
    queue.press("Enter")
    queue.press("1")
    queue.await_labeled(1)
    second = queue.current()
    queue.act("undo").click()
    queue.await_next(second)
    assert queue.current() == first
    assert queue.act("note").input_value() == "in doubt"
    queue.await_status("0 of 4 labeled")
    queue.press("2")
    queue.await_labeled(1)
    (_, old), (_, new) = lab.judged("undo.rhml")
    assert len(lab.events("undo.rhml", "Retracted")) == 1
    assert (old["label"], new["label"], new["stage"]) == ("billing", "bug", "first")


def test_among_77_classes_a_few_letters_and_enter_answer(lab, open_queue):
    names = [f"topic_{n}_{word}" for n, word in enumerate(["refund", "card", "login"] * 26)][:77]
    queue = open_queue("many", small("many.rhml", names))
    notebook = queue.notebook
    queue.act("find").wait_for()
    for n, (asked, expected) in enumerate(
        (("41 log", "topic_41_login"), ("topic 60 ref", "topic_60_refund"))
    ):
        before = queue.current()
        queue.act("find").focus()
        notebook.page.keyboard.type(asked)
        queue.press("Enter")
        queue.await_next(before)
        queue.await_labeled(n + 1)
        assert lab.judged("many.rhml")[-1][1]["label"] == expected
        assert queue.act("find").input_value() == ""
    before = queue.current()
    notebook.page.keyboard.type("nothing like it")
    queue.press("Enter")
    assert queue.current() == before
    assert len(lab.judged("many.rhml")) == 2


def test_a_label_while_the_kernel_is_busy_is_of_the_item_shown(lab, open_queue):
    queue = open_queue("busy", small("busy.rhml"))
    notebook = queue.notebook
    item = queue.current()
    notebook.begin(
        "import pathlib, time\n"
        "with session.steady():\n"
        "    print('held')\n"
        "    while not pathlib.Path('go').exists(): time.sleep(.05)",
        until="held",
    )
    queue.press("2")
    queue.await_status("saving")
    assert lab.judged("busy.rhml") == []
    (lab.folder / "go").touch()
    queue.await_status("1 of 4 labeled")
    ((_, body),) = lab.judged("busy.rhml")
    assert (body["item_id"], body["label"]) == (item, "bug")


def test_one_class_only_is_no_error(lab, open_queue):
    queue = open_queue("one", small("one.rhml", ["a"]))
    queue.press("a")
    queue.await_status("1 of 4 labeled")
    assert [body["label"] for _, body in lab.judged("one.rhml")] == ["a"]
