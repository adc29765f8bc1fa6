"""Pictures of every state of the Workbench, to be looked at.

``python tests/browser/pictures.py OUT [STATE ...]`` takes four of each into a folder: light and
dark, 480 and 1,600 pixels wide; and puts those of a kind on one sheet.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright
from queue_page import PAINTED
from states import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

WIDTHS = (480, 1600)
THEMES = ("light", "dark")


def look(page: Any, width: int, theme: str) -> None:
    """Show a page in a width and a theme."""
    page.set_viewport_size({"width": width, "height": 800 if width < 1000 else 900})
    page.emulate_media(color_scheme=theme)
    page.wait_for_timeout(250)
    page.evaluate(PAINTED)


def take(browser: Browser, out: Path, names: list[str]) -> None:
    """Take four pictures of each state."""
    for name in names:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, STATES[name](browser, Path(folder)) as shown:
            for width in WIDTHS:
                for theme in THEMES:
                    look(shown.page, width, theme)
                    shown.page.screenshot(path=out / f"{name}-{width}-{theme}.png", full_page=True)
        print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)  # noqa: T201


def sheets(browser: Browser, out: Path) -> None:
    """Put the pictures of a width and a theme together, some to a sheet."""
    for width, wide, most in zip(WIDTHS, (320, 640), (12, 9), strict=True):
        for theme in THEMES:
            found = [out / f"{name}-{width}-{theme}.png" for name in STATES]
            found = [one for one in found if one.exists()]
            for number, start in enumerate(range(0, len(found), most), 1):
                few = found[start : start + most]
                _sheet(browser, few, out / f"sheet-{width}-{theme}-{number}.png", wide)


def _sheet(browser: Browser, pictures: Sequence[Path], path: Path, wide: int) -> None:
    style = (
        "body { display: flex; flex-wrap: wrap; gap: 16px; align-items: start; margin: 16px;"
        " font: 15px sans-serif; background: #888 }"
        f"figure {{ margin: 0; width: {wide}px }} img {{ width: 100%; display: block }}"
    )
    cells = "".join(
        f"<figure><figcaption>{one.stem}</figcaption><img src='{one.resolve().as_uri()}'></figure>"
        for one in pictures
    )
    page = browser.new_page(viewport={"width": 2050, "height": 800})
    source = path.with_suffix(".html")
    source.write_text(f"<!doctype html><style>{style}</style>{cells}", encoding="utf-8")
    page.goto(source.resolve().as_uri())
    page.screenshot(path=path, full_page=True)
    page.close()
    source.unlink()


def main(out: str, *names: str) -> None:
    """Take the pictures of all states, or of some."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        take(browser, folder, list(names) or list(STATES))
        sheets(browser, folder)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
