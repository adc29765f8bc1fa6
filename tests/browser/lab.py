"""A real JupyterLab server, in a folder of its own."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


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

    def address(self, path: str = "", port: int | None = None) -> str:
        """Return the address of a page without the layout of any page before."""
        tree = f"/tree/{path}" if path else ""
        return f"http://127.0.0.1:{port or self.port}/lab/workspaces/w{tree}?token=tok&reset"

    def events(self, journal: str, *kinds: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Read events straight from a journal's file: id, kind and body, oldest first."""
        with sqlite3.connect(f"file:{self.folder / journal}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT event_id, kind, body FROM events ORDER BY seq").fetchall()
        return [(own, kind, json.loads(body)) for own, kind, body in rows if kind in kinds]

    def judged(self, journal: str) -> list[tuple[str, dict[str, Any]]]:
        """Read the answers straight from a journal's file: id and body."""
        return [(own, body) for own, _, body in self.events(journal, "Judged")]

    def close(self) -> None:
        """End it and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
