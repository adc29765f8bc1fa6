"""One Chromium for all browser tests; each test has a page of its own, offline."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Visit:
    """A page, and all it said and asked for since it was opened."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open HTML from a file, offline: ``visit(html, width=1000, dark=False)``."""
    contexts = []

    def open_page(html: str, *, width: int = 1000, height: int = 800, dark: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            offline=True,
            reduced_motion="no-preference",
        )
        contexts.append(context)
        visited = Visit(context.new_page())
        path = tmp_path / f"page-{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        visited.page.on("request", lambda request: visited.requests.append(request.url))
        visited.page.on(
            "console",
            lambda said: (
                visited.complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )
        visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        visited.page.goto(path.as_uri())
        # The page itself is no request to elsewhere.
        visited.requests.remove(path.as_uri())
        return visited

    yield open_page
    for context in contexts:
        context.close()
