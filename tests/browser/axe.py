"""What axe finds against a view, light and dark: WCAG 2.2 AA."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from queue_page import Queue

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
# JupyterLab's body is 0 high and hides what overflows it, so axe would take all in it for unseen.
SCAN = """async ([root, needed]) => {
  document.body.style.minHeight = '100vh';
  root.scrollIntoView();
  for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await axe.run(root, { runOnly: { type: 'tag', values: tags } });
  if (!found.passes.some(({ id }) => id === needed)) throw new Error(`no ${needed}`);
  return found.violations.flatMap((one) => one.nodes.map(
    (node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}"""


class Axe:
    """Scans of views in a page of JupyterLab: ``scan(queue, state)``."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []
        page.evaluate(AXE.read_text(encoding="utf-8"))

    def __call__(self, queue: Queue, state: str, within: str | None = None) -> None:
        """Scan what is shown in both themes; ``within``: only that, for axe errs out of sight."""
        shown = queue.root if within is None else queue.root.locator(within)
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            queue.notebook.theme(theme)
            told = self.page.evaluate(SCAN, [shown.element_handle(), "color-contrast"])
            self.found += [f"{state}, {theme}: {one}" for one in told]
