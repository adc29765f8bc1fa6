"""One Chromium for all browser tests, and one JupyterLab for those that need it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from axe import Axe
from lab import Lab
from lab_notebook import LONG, STARTED, Notebook
from playwright.sync_api import sync_playwright
from queue_page import Queue

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
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "Chromium is not installed: make test installs Debian's"
    with sync_playwright() as playwright:
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


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all tests: names of notebooks and journals must differ."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def desk(browser: Browser, lab: Lab) -> Iterator[Page]:
    """Return a page with JupyterLab in it, shared by the tests of a file: loading it takes long."""
    context = browser.new_context(viewport={"width": 1300, "height": 950})
    page = context.new_page()
    page.goto(lab.address())
    page.wait_for_function(STARTED, timeout=LONG)
    yield page
    context.close()


@pytest.fixture
def open_notebook(lab: Lab, desk: Page) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook in the shared page and run it: ``open_notebook(name, *cells)``."""
    made = []

    def opened(name: str, *cells: str) -> Notebook:
        notebook = Notebook(lab, desk, name, list(cells))
        made.append(notebook)
        notebook.open()
        notebook.run()
        return notebook

    yield opened
    for notebook in made:
        notebook.close()


@pytest.fixture
def open_queue(open_notebook: Callable[..., Notebook]) -> Callable[..., Queue]:
    """Open a notebook and give its queue the keys: ``open_queue(name, *cells, view=...)``."""

    def opened(name: str, *cells: str, view: str = "workbench") -> Queue:
        queue = Queue(open_notebook(name, *cells), view)
        queue.focus()
        return queue

    return opened


@pytest.fixture
def scan(desk: Page) -> Iterator[Axe]:
    """Scan views of the shared page in both themes; what was found is told at the end."""
    scan = Axe(desk)
    yield scan
    assert not scan.found, "\n\n".join(scan.found)


@pytest.fixture
def visit_notebook(browser: Browser, lab: Lab) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook in a page of its own and run it: ``visit_notebook(name, *cells)``."""
    made = []

    def visited(name: str, *cells: str, port: int | None = None, width: int = 1300) -> Notebook:
        context = browser.new_context(viewport={"width": width, "height": 950})
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        notebook = Notebook(lab, page, name, list(cells))
        made.append(notebook)
        notebook.visit(port)
        notebook.run()
        return notebook

    yield visited
    for notebook in made:
        notebook.close()
        notebook.page.context.close()
