"""Rows and images in JupyterLab in real Chromium: shown, marked, answered and swept by keys."""

from __future__ import annotations

from queue_page import SOON, Queue, await_judged
from test_lab_sweep import PAGE, to_sweep

ROWS = """import pandas as pd, rhml_widgets as rhml
frame = pd.DataFrame({'size': [n % 13 for n in range(40)],
                      'colour': [['red', 'blue'][n % 2] for n in range(40)],
                      'case': [f'case {n}' for n in range(40)]})
session = rhml.Session(pool=frame, content=['size', 'colour'], show=['case'], kind='row',
                       classes=['small', 'big'], journal='rows.rhml')
session"""
IMAGES = """import numpy as np, rhml_widgets as rhml
images = np.zeros((60, 8, 8), dtype=np.uint8)
images[:, 0] = np.arange(60)[:, None]
images[30:, 3:5, 3:5] = 200
session = rhml.Session(pool=images, classes=['none', 'dot'], journal='images.rhml')
session"""


def test_the_columns_of_a_row_are_marked_by_keys_and_said_in_its_reasons(lab, open_notebook, scan):
    notebook = open_notebook("rows", ROWS)
    queue = Queue(notebook)
    queue.focus()
    shown = queue.root.locator(".rhml-field-name")
    assert shown.all_inner_texts() == ["size", "colour", "case"]
    for key in ("m", "ArrowDown", "Space"):
        queue.press(key)
    scan(queue, "a column is marked")
    queue.press("Escape")
    before = queue.current()
    queue.press("1")
    queue.await_next(before)
    (_, body) = await_judged(notebook.page, lab, "rows.rhml", 1)[0]
    assert (body["item_id"], body["rationale"]) == (before, ["colour"])
    for _ in range(9):
        before = queue.current()
        big = int(queue.root.locator(".rhml-field-value").first.inner_text()) > 6
        queue.press("2" if big else "1")
        queue.await_next(before)
        if queue.stopped():
            queue.keep()
    notebook.ask("session.wait()")
    queue.press("w")
    reason = queue.root.locator(".rhml-explanation .rhml-reason, [data-term]").first
    reason.wait_for(timeout=SOON)
    scan(queue, "reasons of a row")


def test_images_are_drawn_answered_by_keys_and_swept_as_images(lab, open_notebook, scan):
    notebook = open_notebook("images", IMAGES)
    queue = Queue(notebook)
    queue.focus()
    drawn = queue.item.locator("img")
    assert drawn.evaluate("(one) => one.naturalWidth") == 8
    assert drawn.bounding_box()["width"] > 200
    assert queue.root.locator(".rhml-item-over").count() == 0
    # In a box too small for it, it can be opened; in a large one again it is whole.
    box = queue.root.locator(".rhml-item")
    box.evaluate("(one) => one.style.setProperty('--rhml-lines', 6)")
    queue.root.get_by_role("button", name="Show all").wait_for(timeout=SOON)
    box.evaluate("(one) => one.style.removeProperty('--rhml-lines')")
    queue.root.locator(".rhml-item-over").wait_for(state="detached", timeout=SOON)
    for n in range(10):
        before = queue.current()
        told = f"print(int(session.pool.number({before!r}) >= 30) + 1)"
        queue.press(notebook.ask(told))
        queue.await_next(before)
        if queue.stopped():
            queue.keep()
        queue.await_labeled(n + 1)
    notebook.ask("session.wait()")
    scan(queue, "an image is asked")
    page = to_sweep(queue)
    cards = queue.root.locator(".rhml-sweep-card img")
    assert cards.count() == len(page) == PAGE
    assert cards.evaluate_all("(all) => all.every((one) => one.naturalWidth === 8)")
    assert all(cards.nth(n).bounding_box()["height"] > 60 for n in range(PAGE))
    scan(queue, "a sweep of images")
    before = len(lab.judged("images.rhml"))
    queue.root.locator(".rhml-sweep-card").first.focus()
    queue.page.wait_for_timeout(400)  # a key on its way to another page does nothing
    queue.press("Enter")
    rows = await_judged(notebook.page, lab, "images.rhml", before + PAGE)[before:]
    assert {body["item_id"] for _, body in rows} == set(page)
