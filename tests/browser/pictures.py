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
    """Put all pictures of a width and a theme on one sheet."""
    for width in WIDTHS:
        for theme in THEMES:
            found = [out / f"{name}-{width}-{theme}.png" for name in STATES]
            cells = "".join(
                f"<figure><figcaption>{one.stem}</figcaption><img src='{one.as_uri()}'></figure>"
                for one in found
                if one.exists()
            )
            wide = 300 if width < 1000 else 620
            style = (
                "body{display:flex;flex-wrap:wrap;gap:16px;align-items:start;"
                "font:15px sans-serif;background:#888;margin:16px}"
                f"figure{{margin:0;width:{wide}px}}img{{width:100%;display:block}}"
            )
            page = browser.new_page(viewport={"width": 2000, "height": 800})
            sheet = out / f"sheet-{width}-{theme}.html"
            sheet.write_text(f"<style>{style}</style>{cells}", encoding="utf-8")
            page.goto(sheet.as_uri())
            page.wait_for_load_state("load")
            page.screenshot(path=sheet.with_suffix(".png"), full_page=True)
            page.close()
            sheet.unlink()


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
