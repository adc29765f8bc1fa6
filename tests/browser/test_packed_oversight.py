"""Oversight in a packed page in Chromium: a card in the model's voice, light, dark and narrow."""

from __future__ import annotations

import pytest
from axe import AXE, SCAN
from frozen import workbench

from rhml_widgets.report.pack import FrozenView, pack

SHOWN = [{"item_id": "t1:a", "text": "selling logs", "before": 0, "after": 1, "judged": 0}]
OVERSIGHT = {
    "mode": "stable",
    "mode_words": "My version stays; your answers are kept, and what I ask checks me.",
    "proposals": ["Let me learn again: the items that came differ from those there were before."],
    "flags": ["I cannot keep “prize” out: no feature is that term alone."],
    "gate": {
        "gate": 90,
        "version": 15,
        "against": 14,
        "words": "Version 15 forgets 6 of 40 right answers of version 14 and gets 2 others right.",
        "aside": "Kept aside for measuring: 1 of them.",
        "n_judged": 5,
        "kept": False,
        "shown": SHOWN,
    },
    "may": True,
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [480, 1200])
def test_the_card_is_drawn_and_passes_axe(visit, dark, width):
    props = workbench(oversight=OVERSIGHT)
    visited = visit(
        pack([FrozenView("workbench", {"props": props})], title="Report"), width=width, dark=dark
    )
    page = visited.page
    section = page.locator(".rhml-oversight")
    section.wait_for()
    assert "Version 15 forgets 6 of 40 right answers" in section.inner_text()
    assert section.locator("[data-mode-badge]").inner_text() == "stable mode"
    assert section.locator("[data-flip-id]").count() == 1
    assert section.locator("button").count() == 0  # frozen: nothing is offered
    box = section.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    root = page.locator(".rhml-root").element_handle()
    assert page.evaluate(SCAN, [root, "color-contrast"]) == []
    assert visited.complaints == []
