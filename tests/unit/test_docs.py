"""The documents: nothing in them was left to be filled in, and what they link is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_was_left_to_be_filled_in_and_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"@@|\bTODO\b|\bTBD\b|\bFIXME\b|<<<<<<<", text)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), target


def test_every_row_of_a_table_has_its_cells():
    for page in PAGES:
        width = None
        for line in page.read_text(encoding="utf-8").splitlines():
            if not line.startswith("|"):
                width = None
                continue
            cells = len(re.sub(r"`[^`]*`", "", line).strip().strip("|").split("|"))
            width = cells if width is None else width
            assert cells == width, (page.name, line)
