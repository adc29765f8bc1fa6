"""A notebook open in a page of JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from lab import Lab
    from playwright.sync_api import Locator, Page

STARTED = "() => window.jupyterapp?.shell && document.querySelector('#jp-main-dock-panel')"
DOC = """const [path, code] = given;
  const doc = [...jupyterapp.shell.widgets('main')].find((one) => one.context?.path === path);
  const session = doc?.context.sessionContext;"""
ID = f"(given) => {{ {DOC} return doc.id; }}"
OPEN = "(path) => jupyterapp.commands.execute('docmanager:open', { path }).then(() => null)"
READY = f"""(given) => {{
  if (!window.jupyterapp?.shell) return false;
  {DOC}
  return doc?.context.isReady && session.session?.kernel?.status === 'idle';
}}"""
RUN = f"""(given) => {{ {DOC}
  jupyterapp.shell.activateById(doc.id);
  jupyterapp.commands.execute('notebook:run-all-cells');
}}"""
RAN = f"""(given) => {{ {DOC}
  const cells = [...doc.context.model.cells]
    .filter((cell) => cell.type === 'code' && cell.sharedModel.getSource().trim());
  const failed = cells.some((cell) => {{
    for (let i = 0; i < cell.outputs.length; i++)
      if (cell.outputs.get(i).type === 'error') return true;
    return false;
  }});
  const idle = session.session?.kernel?.status === 'idle';
  return failed || (idle && cells.every((cell) => cell.executionCount));
}}"""
ASK = f"""async (given) => {{ {DOC}
  const future = session.session.kernel.requestExecute({{ code, store_history: false }});
  let text = '';
  future.onIOPub = (message) => {{
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') text += message.content.traceback.join('\\n');
  }};
  await future.done;
  return text;
}}"""
BEGIN = f"""(given) => {{ {DOC}
  const until = given[2];
  return new Promise((go) => {{
    const future = session.session.kernel.requestExecute({{ code, store_history: false }});
    future.onIOPub = (message) => {{
      if (message.content.text?.includes(until)) go();
    }};
  }});
}}"""
RESTART = f"(given) => {{ {DOC} return session.restartKernel(); }}"
CONNECTED = f"""(given) => {{ {DOC}
  return (session.session?.kernel?.connectionStatus === 'connected') === code;
}}"""
RECONNECT = f"(given) => {{ {DOC} return session.session.kernel.reconnect(); }}"
SHUTDOWN = f"(given) => {{ {DOC} return session.shutdown(); }}"
SAVE = f"(given) => {{ {DOC} return doc.context.save(); }}"
CLOSE = f"""async (given) => {{ {DOC}
  if (session?.session) await session.shutdown();
  if (doc) {{ doc.context.model.dirty = false; doc.dispose(); }}
}}"""
LEAVE = f"(given) => {{ {DOC} doc.context.model.dirty = false; doc.dispose(); }}"
CELLS = f"""(given) => {{ {DOC}
  return JSON.stringify([...doc.context.model.cells]
    .map((cell) => [cell.type, cell.sharedModel.getSource(), cell.executionCount ?? null]));
}}"""
SIDE = f"""async (given) => {{ {DOC}
  const before = new Set([...jupyterapp.shell.widgets('main')].map((one) => one.id));
  jupyterapp.shell.activateById(doc.id);
  doc.content.activeCellIndex = 0;
  await jupyterapp.commands.execute('notebook:create-output-view');
  return [...jupyterapp.shell.widgets('main')].find((one) => !before.has(one.id)).id;
}}"""
THEME = """async (theme) => {
  await jupyterapp.commands.execute('apputils:change-theme', { theme });
}"""
# While a theme comes, JupyterLab covers the page.
THEMED = """(light) => document.body.dataset.jpThemeLight === light
  && !document.querySelector('#jupyterlab-splash')"""
FOLD = "() => jupyterapp.shell.collapseLeft()"
LONG = 60_000


class Notebook:
    """A notebook, its kernel and its place in the page."""

    def __init__(self, lab: Lab, page: Page, name: str, cells: list[str]) -> None:
        self.lab, self.page, self.name = lab, page, f"{name}.ipynb"
        body = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        body.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(body, lab.folder / self.name)

    def _do(self, script: str, code: str | None = None):
        return self.page.evaluate(script, [self.name, code])

    def _await(self, script: str) -> None:
        self.page.wait_for_function(script, arg=[self.name, None], timeout=LONG)

    @property
    def panel(self) -> Locator:
        """The notebook's own part of the page."""
        return self.page.locator(f"[id='{self._do(ID)}']")

    def open(self) -> None:
        """Open it in the page as it is."""
        self.page.evaluate(OPEN, self.name)
        self._await(READY)

    def visit(self, port: int | None = None) -> None:
        """Load a page with nothing but this notebook, as after a reload."""
        self.page.goto(self.lab.address(self.name, port))
        self._await(READY)

    def reload(self) -> None:
        """Save, and load the page anew; no cell is run."""
        self._do(SAVE)
        self.page.reload()
        self._await(READY)

    def reopen(self) -> None:
        """Save, close its tab and open it again; the kernel goes on and no cell is run."""
        self._do(SAVE)
        self._do(LEAVE)
        self.open()

    def run(self) -> None:
        """Run all cells; fail on an error output."""
        self._do(RUN)
        self._await(RAN)
        errors = self.panel.locator(".jp-OutputArea [data-mime-type*=error], .jp-RenderedText pre")
        text = " ".join(errors.all_inner_texts())
        assert "Traceback" not in text, text

    def ask(self, code: str) -> str:
        """Run code in the kernel, outside the notebook, and return what it printed."""
        return self._do(ASK, code).strip()

    def begin(self, code: str, until: str) -> None:
        """Run code in the kernel, and go on when it has printed ``until``."""
        self.page.evaluate(BEGIN, [self.name, code, until])

    def restart(self) -> None:
        """Restart the kernel."""
        self._do(RESTART)
        self._await(READY)

    def cells(self) -> str:
        """Return type, source and execution count of every cell, as JSON."""
        return self._do(CELLS)

    def output_view(self) -> Locator:
        """Open "New View for Output" of the first cell beside the notebook; return its place."""
        return self.page.locator(f"[id='{self._do(SIDE)}']")

    def theme(self, name: str) -> None:
        """Change JupyterLab's theme, and wait until it is there."""
        self.page.evaluate(THEME, name)
        light = "true" if "Light" in name else "false"
        self.page.wait_for_function(THEMED, arg=light, timeout=LONG)

    def fold_sides(self) -> None:
        """Close the file browser beside the notebook."""
        self.page.evaluate(FOLD)

    def await_connected(self, *, connected: bool) -> None:
        """Wait until the page is, or is not, connected to the kernel."""
        self.page.wait_for_function(CONNECTED, arg=[self.name, connected], timeout=LONG)

    def reconnect(self) -> None:
        """Do as the menu's "Reconnect to Kernel", without waiting for JupyterLab's own next try."""
        self._do(RECONNECT)

    def shutdown(self) -> None:
        """End the kernel."""
        self._do(SHUTDOWN)

    def close(self) -> None:
        """End the kernel and leave, so that the next notebook meets none of its modules."""
        self._do(CLOSE)
