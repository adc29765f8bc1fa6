"""Every notebook runs without a person, and leaves an offline report."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_headless_and_its_report_holds_live_panels(notebook, tmp_path):
    shutil.copy(notebook, tmp_path)
    env = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "TMPDIR": str(tmp_path),
    }
    command = ["jupyter", "nbconvert", "--to", "rhml", "--execute", notebook.name]
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    page = (tmp_path / f"{notebook.stem}.html").read_text(encoding="utf-8")
    assert page.count("data-rhml-view=") >= 2
    assert "Error" not in done.stderr


def test_the_hand_session_of_the_first_one_stays_clean():
    cells = nbformat.read(NOTEBOOKS[0], as_version=4).cells
    journals = [cell.source for cell in cells if "journal=" in cell.source]
    assert len(journals) == 1, "the simulated person's session is in memory"
    assert "first_session.rhml" in journals[0]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(notebook):
    for cell in nbformat.read(notebook, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
