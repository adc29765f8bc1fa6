"""Rows and images as a browser draws them: offline, under the report's own policy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rhml_widgets.report.pack import FrozenView, pack
from rhml_widgets.session import Session
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe

SHARE = 0.02


def packed(pool, right, **arguments) -> str:
    """Return the queue and the reasons of a session of some answers, as one page."""
    with Session(pool=pool, journal=None, refit="sync", **arguments) as session:
        for item in session.query(8):
            session.label(item, right[item.position])
        desk = Desk.of(session)
        desk.prepare()
        desk.open(session.judgments()["item_id"].iloc[-1])
        views = [
            FrozenView("label-queue", {"props": json_safe(desk.queue())}),
            FrozenView("explanation-panel", {"props": json_safe(desk.explanation())}),
        ]
    return pack(views, title="kinds")


def test_a_row_is_a_table_with_its_reasons_in_it(visit):
    frame = pd.DataFrame(
        {"size": np.arange(40) % 13, "<b>name</b>": ["<img src=x>"] * 40, "case": range(40)}
    )
    right = ["big" if size > 6 else "small" for size in frame["size"]]
    seen = visit(packed(frame, right, show=["case"], classes=["small", "big"], kind="row"))
    queue = seen.page.locator('[data-rhml-view="label-queue"]')
    assert queue.locator(".rhml-field-name").all_inner_texts() == ["size", "<b>name</b>", "case"]
    assert queue.locator(".rhml-unseen .rhml-field-name").all_inner_texts() == ["case"]
    panel = seen.page.locator('[data-rhml-view="explanation-panel"]')
    assert panel.locator("[data-field=size]").get_attribute("class").count("rhml-field-") == 1
    panel.locator("[data-field=size]").hover()
    assert panel.locator(".rhml-reason.is-lit").count() == 1
    assert seen.page.locator("img").count() == 0
    assert not seen.complaints


def test_an_image_is_drawn_large_with_the_parts_that_speak(visit):
    images = np.zeros((40, 8, 8), dtype=np.uint8)
    images[:, 0] = np.arange(40)[:, None]
    images[20:, 3:5, 3:5] = 200
    right = ["dot" if i >= 20 else "none" for i in range(40)]
    seen = visit(packed(images, right, classes=["none", "dot"]))
    image = seen.page.locator('[data-rhml-view="label-queue"] img')
    assert image.evaluate("one => one.naturalWidth") == 8
    assert image.bounding_box()["width"] > 200
    box = seen.page.locator('[data-rhml-view="explanation-panel"] img').bounding_box()
    parts = seen.page.locator(".rhml-picture-part")
    assert parts.count() >= 4
    for place in range(parts.count()):
        part = parts.nth(place).bounding_box()
        assert abs(part["width"] - box["width"] / 8) < SHARE * box["width"]
        assert box["x"] - 1 <= part["x"] <= box["x"] + box["width"]
    assert not seen.complaints
