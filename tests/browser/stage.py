"""A stage: a page with a live Workbench in it, answered by its kernel side in this process.

There is no JupyterLab between them: what a page sends reaches the widget's own dispatch, and
what the widget sends reaches the page, in the order a comm would bring it.
"""

from __future__ import annotations

import contextlib
import queue
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from queue_page import PAINTED, Queue

from rhml_widgets.widgets.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from rhml_widgets.session import Session

STATIC = Path(__file__).parents[2] / "rhml_widgets" / "views" / "static"
TRAITS = ("props", "curves")
QUICK = 150

STYLE = """
:root { color-scheme: light dark }
body { margin: 0; background: light-dark(#fff, #111) }
"""

# The wire may be held (nothing is heard) and cut (nothing can be sent).
HOST = """
(() => {
  const listeners = new Map();
  const now = { frozen: false, vega: 'anywidget:vega', curves: {} };
  const tell = (event, ...given) => {
    for (const one of [...(listeners.get(event) ?? [])]) one(...given);
  };
  const take = (news) => {
    for (const [name, value] of news) {
      now[name] = value;
      tell(`change:${name}`);
    }
  };
  const held = [];
  const deliver = async (request) => {
    const { news, reply } = await rhmlAnswer(request);
    take(news);
    tell('msg:custom', reply, []);
  };
  const model = {
    get: (name) => now[name],
    set: (name, value) => take([[name, value]]),
    on: (event, one) => listeners.set(event, (listeners.get(event) ?? new Set()).add(one)),
    off: (event, one) => listeners.get(event)?.delete(one),
    save_changes() {},
    send(request) {
      if (rhmlWire.cut) throw new Error('Cannot send');
      if (rhmlWire.held) held.push(request);
      else deliver(request);
    },
  };
  const signal = new AbortController().signal;
  const chart = Promise.resolve(rhmlViews.vega.initialize({ model, signal }));
  const host = { getWidget: async () => ({ exports: await chart }) };
  globalThis.rhmlWire = {
    held: false,
    cut: false,
    open: true,
    release() {
      this.held = false;
      held.splice(0).forEach(deliver);
    },
    async begin() {
      take(await rhmlNews());
      rhmlViews.workbench.render({ model, el: document.querySelector('main'), host, signal });
      while (this.open) {
        take(await rhmlNews());
        await new Promise((go) => setTimeout(go, 40));
      }
    },
  };
  rhmlWire.begin();
})();
"""


class Stage:
    """A session's Workbench in a page of its own.

    Attributes
    ----------
    session : Session
    page : Page
        Of Playwright.
    queue : Queue
        What a person at the keyboard does there.
    """

    def __init__(self, browser: Browser, session: Session, *, width: int = 480) -> None:
        self.session = session
        self._news: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
        self.widget = Workbench(session)
        for name in TRAITS:
            self._news.put([name, getattr(self.widget, name)])
        self.widget.observe(lambda change: self._news.put([change.name, change.new]), TRAITS)
        self.page = _page(browser, width)
        self.page.expose_function("rhmlNews", self._take)
        self.page.expose_function("rhmlAnswer", self._answer)
        scripts = [_static(f"{name}.iife.js") for name in ("workbench", "vega")]
        self.page.set_content(
            "<!doctype html><html lang='en'><title>stage</title>"
            f"<style>{STYLE}{_static('theme.css')}</style><main></main>"
        )
        for script in [*scripts, HOST]:
            self.page.add_script_tag(content=script)
        self.queue = Queue(SimpleNamespace(page=self.page, panel=self.page))
        self.settle()

    def _take(self) -> list[list[Any]]:
        news: dict[str, Any] = {}
        with contextlib.suppress(queue.Empty):
            while True:
                name, value = self._news.get_nowait()
                news[name] = value
        return [[name, value] for name, value in news.items()]

    def _answer(self, request: Any) -> dict[str, Any]:
        reply = self.widget.answer(request)
        return {"news": self._take(), "reply": reply}

    @property
    def root(self) -> Any:
        """The view's root element."""
        return self.queue.root

    def settle(self) -> None:
        """Wait until the page shows what is so now."""
        self.session.touch()
        self.page.wait_for_timeout(QUICK)
        self.page.evaluate(PAINTED)

    def press(self, *keys: str) -> None:
        """Give the view the keys, and press some."""
        self.root.focus()
        for key in keys:
            self.queue.press(key)

    def act(self, name: str) -> None:
        """Click the first control of an action."""
        self.queue.act(name).click()

    def tab(self, name: str) -> None:
        """Open a tab."""
        self.root.get_by_role("tab", name=name).click()

    def wire(self, **how: bool) -> None:
        """Hold or cut the wire: ``wire(held=True)``, ``wire(cut=True)``."""
        self.page.evaluate("(how) => Object.assign(rhmlWire, how)", how)

    def close(self) -> None:
        """Leave the page, and close its view."""
        self.page.evaluate("rhmlWire.open = false")
        self.page.wait_for_timeout(QUICK)
        self.page.context.close()
        self.widget.close()


class Report:
    """A page without a kernel: a report's, in Chromium."""

    def __init__(self, browser: Browser, html: str, *, width: int = 480) -> None:
        self.page = _page(browser, width)
        self.page.set_content(html)
        self.root = self.page.locator(".rhml-root").first
        self.root.wait_for()
        self.page.evaluate(PAINTED)

    def close(self) -> None:
        """Leave the page."""
        self.page.context.close()


@contextlib.contextmanager
def staged(browser: Browser, session: Session, **more: Any) -> Iterator[Stage]:
    """Open a stage for a session, and close both."""
    stage = Stage(browser, session, **more)
    try:
        yield stage
    finally:
        stage.close()
        session.close()


def _page(browser: Browser, width: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
    return context.new_page()


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
