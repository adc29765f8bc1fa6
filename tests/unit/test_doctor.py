"""The checkup finds what is wrong, says what to do, and leaves nothing behind."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from importlib import metadata

import pytest

import rhml_widgets as rhml
from rhml_widgets import checkup
from rhml_widgets.checkup import Finding, examine, file_system, versions
from rhml_widgets.journal import Journal
from rhml_widgets.journal.lock import locks

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /home rw,relatime shared:5 - nfs4 server:/home rw,vers=4.2
31 30 0:26 / /home/ada/with\\040space rw - xfs /dev/sdb1 rw
32 22 0:27 / /mnt/box rw - fuse.sshfs box: rw
a line that is cut
"""


def states(findings):
    return {finding.what: finding.state for finding in findings}


def test_a_good_folder_is_found_good_and_left_as_it_was(tmp_path):
    found = examine(tmp_path)
    assert states(found)["journal"] == states(found)["writer lock"] == "ok"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_said_with_a_remedy(tmp_path):
    missing = states(examine(tmp_path / "nowhere"))
    assert missing["journal"] == "wrong"
    assert missing["writer lock"] == missing["free space"] == "unknown"
    journal = examine(tmp_path / "nowhere")[1]
    assert "journal=" in str(journal)


def test_a_lock_granted_to_everybody_is_found(tmp_path, monkeypatch):
    with_lock = Journal(tmp_path / "a.rhml")
    assert locks(tmp_path / "a.rhml")
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    assert not locks(tmp_path / "a.rhml")
    assert states(examine(tmp_path))["writer lock"] == "wrong"
    monkeypatch.undo()
    with_lock.close()


def test_slow_appends_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "SLOW", 0.0)
    assert "a durable append takes" in str(examine(tmp_path)[1])
    assert states(examine(tmp_path))["journal"] == "wrong"


@pytest.mark.parametrize(
    ("folder", "state", "kind"),
    [
        ("/srv", "ok", "ext4"),
        ("/home/ada", "wrong", "nfs4"),
        ("/home/ada/with space/x", "ok", "xfs"),
        ("/mnt/box", "wrong", "sshfs"),
        ("/homes", "ok", "ext4"),
    ],
)
def test_network_file_systems_are_told(folder, state, kind):
    found = file_system(folder, MOUNTS)
    assert found.state == state
    assert kind in found.told
    assert bool(found.remedy) == (state == "wrong")


def test_an_unknown_mount_is_not_guessed():
    assert file_system("/srv", "").state == "unknown"


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "SCARCE", float("inf"))
    assert states(examine(tmp_path))["free space"] == "wrong"


def test_versions_are_compared_with_what_is_asked_for(monkeypatch):
    assert versions().state == "ok"
    assert f"scikit-learn {metadata.version('scikit-learn')}" in versions().told
    installed = metadata.version

    def other(name):
        return {"anywidget": "0.2.1", "ipykernel": "7.0.3"}.get(name) or installed(name)

    monkeypatch.setattr(metadata, "version", other)
    assert versions().state == "wrong"
    assert "ipykernel 7.0.3" in versions().told
    floors = {"anywidget": "0.11"}
    monkeypatch.setattr(checkup, "_floors", lambda: floors)
    assert "'anywidget>=0.11'" in versions().remedy
    floors["anywidget"] = "0.2.1"
    assert "anywidget 0.2.1 is older" not in versions().told


def test_a_missing_distribution_is_named(monkeypatch):
    installed = metadata.version

    def without(name):
        if name in {"altair", "jupyterlab"}:
            raise metadata.PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(metadata, "version", without)
    assert "altair is missing" in versions().told
    assert "jupyterlab is missing" not in versions().told


def test_without_a_page_it_is_plain_text(tmp_path):
    code = f"import rhml_widgets as rhml; rhml.doctor({str(tmp_path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ok          versions: Python 3")
    assert "not checked page: no page has answered yet" in lines
    assert lines[-1].endswith("Not checked: page, round trip.")


def test_a_page_that_answers_is_believed_only_as_far_as_it_makes_sense(tmp_path, capsys):
    found = rhml.doctor(tmp_path)
    assert capsys.readouterr().out.startswith("ok")
    sent = []
    found.send = sent.append
    found._on_message(found, {"id": "a", "action": "ping"}, [])
    assert sent == [{"id": "a", "ok": True, "value": None}]
    told = {"action": "measured", "ms": 4.2, "browser": "Firefox 131", "host": "JupyterLab 4.5"}
    found._on_message(found, told, [])
    assert found.findings[-2:] == [
        Finding("page", "ok", "Firefox 131, JupyterLab 4.5"),
        Finding("round trip", "ok", "4 ms to the kernel and back"),
    ]
    assert found.props["findings"][-1]["state"] == "ok"
    assert "Not checked" not in found.props["words"]
    for odd in (True, "4", None, -1, float("nan"), 1e9):
        found._on_message(found, {**told, "ms": odd, "browser": ["x"]}, [])
        assert found.findings[-1].state == "unknown"
    found._on_message(found, {**told, "ms": 2500}, [])
    assert found.findings[-1].state == "wrong"
    found._on_message(found, "nonsense", [])
    found.close()


def test_where_widgets_cannot_be_drawn_the_whole_text_stands(tmp_path, capsys):
    found = rhml.doctor(tmp_path)
    capsys.readouterr()
    bundle = found._repr_mimebundle_()
    plain = (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"]
    assert plain == str(found)
    assert plain.count("\n") == len(found.findings)
    found.close()
