"""Every state of the Workbench, narrow: nothing sticks out, the item and its keys come first."""

from __future__ import annotations

import pytest
from axe import AXE, SCAN
from pictures import THEMES, look
from states import STATES

WIDTH, HEIGHT = 480, 800

NAMED = {
    "no-classes",
    "first-item",
    "one-class",
    "asking",
    "saving",
    "not-saved",
    "disagreeing",
    "fitting",
    "failing",
    "undone",
    "history",
    "flips-shown",
    "all-asked",
    "read-only",
    "moved",
    "disconnected",
    "frozen-in-a-report",
}
"""States that were designed, each by its name."""

ENDED = {"all-asked", "read-only", "moved"}
"""Of these axe finds no text to check the contrast of."""

MEASURE = """(root) => {
  const bottom = (one) => one.getBoundingClientRect().bottom + scrollY;
  const seen = (list) => [...list].filter((one) => one.checkVisibility());
  const [item] = seen(root.querySelectorAll('.rhml-queue [data-item-id]'));
  const list = root.querySelector('.rhml-class-list');
  // Of many classes the list goes on inside; in a report all are there, and no keys.
  const many = list?.matches('.rhml-class-all') ? [] : list && [list];
  const keys = many ?? seen(root.querySelectorAll('[data-label]'));
  const out = [...root.querySelectorAll('*')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.right > innerWidth + 1 && one.checkVisibility() && !one.closest('svg');
  });
  return {
    wide: Math.max(root.scrollWidth - root.clientWidth,
                   document.documentElement.scrollWidth - innerWidth),
    out: out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)),
    item: item ? bottom(item) : null,
    keys: item ? Math.max(0, ...keys.map(bottom)) : null,
  };
}"""


def test_every_state_that_was_designed_can_be_shown():
    assert set(STATES) >= NAMED


@pytest.mark.parametrize("name", STATES)
def test_narrow_nothing_sticks_out_and_the_item_comes_first(name, browser, tmp_path):
    with STATES[name](browser, tmp_path) as shown:
        found = shown.root.evaluate(MEASURE)
        assert (found["wide"], found["out"]) == (0, [])
        if found["item"] is not None:
            assert found["item"] < HEIGHT
            assert found["keys"] < HEIGHT
        shown.page.evaluate(AXE.read_text(encoding="utf-8"))
        needed = "button-name" if name in ENDED else "color-contrast"
        for theme in THEMES:
            look(shown.page, WIDTH, theme)
            assert shown.page.evaluate(SCAN, [shown.root.element_handle(), needed]) == []
