"""A real JupyterLab, a real kernel, and a page on them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from pathlib import Path

READY = "() => window.jupyterapp?.shell.currentWidget?.context?.isReady"
IDLE = (
    "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status"
    " === 'idle'"
)
RAN = """() => {
  const cells = [...jupyterapp.shell.currentWidget.context.model.cells]
    .filter((cell) => cell.type === 'code' && cell.sharedModel.getSource().trim());
  const failed = cells.some((cell) => {
    for (let i = 0; i < cell.outputs.length; i++)
      if (cell.outputs.get(i).type === 'error') return true;
    return false;
  });
  const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel;
  return failed || (kernel?.status === 'idle' && cells.every((cell) => cell.executionCount));
}"""
ASK = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false });
  let text = '';
  future.onIOPub = (message) => {
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') text += message.content.traceback.join('\\n');
  };
  await future.done;
  return text;
}"""


def free_port():
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A JupyterLab server of its own, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        settings = folder / "config" / "lab" / "user-settings" / "@jupyterlab"
        news = settings / "apputils-extension" / "notification.jupyterlab-settings"
        news.parent.mkdir(parents=True)
        news.write_text(json.dumps({"fetchNews": "false"}))
        self.port = free_port()
        self.log = (folder / "lab.log").open("w")
        env = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONWARNINGS": "default",
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                "--ip=127.0.0.1",
                f"--port={self.port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=tok",
                f"--ServerApp.root_dir={self.folder}",
                "--expose-app-in-browser",
                "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.extension_manager=readonly",
            ],
            env=env,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self._await_server()

    def _await_server(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, "JupyterLab did not start: see lab.log"
            try:
                urllib.request.urlopen(f"{self.url}/api?token=tok", timeout=2).close()  # noqa: S310
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
            else:
                return
        message = "JupyterLab did not answer within a minute"
        raise AssertionError(message)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End it and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Notebook:
    """A notebook open in a page."""

    def __init__(self, lab: Lab, page, name: str, cells: list[str]) -> None:
        self.lab, self.page, self.name = lab, page, name
        body = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        body.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(body, lab.folder / name)
        self.open()

    def open(self) -> None:
        """Open the page anew, as after a reload."""
        self.page.goto(f"{self.lab.url}/lab/workspaces/w/tree/{self.name}?token=tok&reset")
        self.page.wait_for_function(READY, timeout=60_000)
        self.page.wait_for_function(IDLE, timeout=60_000)

    def run(self) -> None:
        """Run all cells; fail on an error output."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(RAN, timeout=60_000)
        errors = self.page.locator(".jp-OutputArea [data-mime-type*=error], .jp-RenderedText pre")
        text = " ".join(errors.all_inner_texts())
        assert "Traceback" not in text, text

    def ask(self, code: str) -> str:
        """Run code in the kernel, outside the notebook, and return what it printed."""
        return self.page.evaluate(ASK, code).strip()

    def restart(self) -> None:
        """Restart the kernel."""
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.context.sessionContext.restartKernel()"
        )
        self.page.wait_for_function(IDLE, timeout=60_000)

    def shutdown(self) -> None:
        """End the kernel, so that the next notebook meets none of its modules."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
