"""Audit and result in JupyterLab in real Chromium: begun, answered by keys, told as they are."""

from __future__ import annotations

import json

import pytest
from queue_page import SOON, Queue, demo

TOLD = "print(session.usable().to_json(orient='records'))"


@pytest.fixture
def notebook(open_notebook):
    return open_notebook("audit", demo("audit.rhml"))


def test_an_audit_is_answered_by_keys_and_the_result_tab_says_what_usable_says(lab, notebook, scan):
    queue = Queue(notebook)
    queue.focus()
    queue.answer_many(12)
    notebook.ask("session.wait()")
    tab = queue.root.get_by_role("tab")
    panel = queue.root.get_by_role("tabpanel")

    labeled = queue.labeled()
    tab.filter(has_text="Audit").click()
    notebook.ask("session.audit(5)")
    panel.get_by_text("0 of 5").wait_for(timeout=SOON)
    queue.press("1")  # the item is not on show, so nobody answers it
    queue.act("audit-answer").click()
    assert queue.labeled() == labeled
    for _ in range(5):
        if queue.answer():
            queue.keep()
    queue.await_labeled(labeled + 5)
    drawn = {one for _, _, body in lab.events("audit.rhml", "Audited") for one, *_ in body["drawn"]}
    judged = [body["item_id"] for _, _, body in lab.events("audit.rhml", "Judged")]
    assert set(list(dict.fromkeys(reversed(judged)))[:5]) == drawn  # one may be kept, too

    tab.filter(has_text="Label").focus()
    queue.press("ArrowLeft")  # round to the last one
    assert tab.last.get_attribute("aria-selected") == "true"
    queue.press("ArrowLeft")
    assert tab.filter(has_text="Result").get_attribute("aria-selected") == "true"
    panel.get_by_text("5 of 30 checks of the audit are answered").wait_for(timeout=SOON)
    rows = json.loads(notebook.ask(TOLD))
    slider = panel.get_by_role("slider")
    assert int(slider.get_attribute("max")) == len(rows) - 1
    queue.press("Tab")
    assert slider.evaluate("(one) => one === document.activeElement")
    queue.page.keyboard.press("Home")
    for row in rows:
        told = panel.locator(".rhml-offer").inner_text()
        assert told.startswith(f"{row['n_items']:,} could be accepted with {row['wrong']} of ")
        assert f" of {row['checked']} check" in told
        assert f"{row['left']:,} {'is' if row['left'] == 1 else 'are'} left" in told
        assert panel.locator("code").inner_text() == f"session.result({row['threshold']!r})"
        queue.page.keyboard.press("ArrowRight")

    for name in ("Audit", "Result"):
        tab.filter(has_text=name).click()
        scan(queue, f"{name} tab")


def test_the_page_begins_an_audit(lab, open_queue):
    queue = open_queue("begin", demo("begin.rhml"))
    notebook = queue.notebook
    queue.answer_many(12)
    notebook.ask("session.wait()")
    # By keys alone, past the other tabs and back.
    queue.root.get_by_role("tab", selected=True).focus()
    for key in ("End", "ArrowLeft", "ArrowLeft", "Tab"):
        queue.press(key)
    radio = queue.root.get_by_role("radio")
    chosen = "(one) => one === document.activeElement && one.checked"
    assert queue.root.get_by_role("radio", checked=True).evaluate(chosen)
    while not queue.root.get_by_role("radio", name="50 checks").is_checked():
        queue.press("ArrowUp")
    assert radio.count() > 1
    queue.press("Enter")
    queue.item.wait_for(timeout=SOON)
    (event,) = [body for _, _, body in lab.events("begin.rhml", "Audited")]
    assert len(event["drawn"]) == 50
    before = event["drawn"][0][0]
    queue.page.wait_for_function(
        "([root, id]) => root.querySelector('[data-item-id]')?.dataset.itemId === id",
        arg=[queue.root.element_handle(), before],
        timeout=SOON,
    )
    queue.answer()
    assert lab.judged("begin.rhml")[-1][1]["item_id"] == before
