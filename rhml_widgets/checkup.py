"""Checkup: whether what a session needs is here, found out before the work begins.

What needs no page: versions, the folder a journal would be in. The page is asked by
`rhml_widgets.widgets.doctor`.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from statistics import median

from rhml_widgets.exceptions import BadInputError, JournalError
from rhml_widgets.items.identity import tidy
from rhml_widgets.journal import Journal, Noted
from rhml_widgets.journal.lock import locks

__all__ = ["Finding", "examine", "file_system", "versions"]

DISTRIBUTION = "rhml-widgets"
MATTER = (
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "anywidget",
    "ipywidgets",
    "altair",
    "SQLAlchemy",
    "threadpoolctl",
    "ipykernel",
    "jupyterlab",
    "nbconvert",
)
"""Distributions whose versions decide whether things work; the last three may be elsewhere."""

LAB = ("ipykernel", "jupyterlab", "nbconvert")
BROKEN = {"ipykernel": "7.0."}
"""Releases that cannot be used, by the beginning of their version."""

APPENDS = 5
SLOW = 0.1
"""Seconds a durable append may take before it is felt at every key."""
SCARCE = 100_000_000
"""Bytes free below which a disk is told as nearly full."""

NETWORK = ("nfs", "cifs", "smb", "afs", "gpfs", "lustre", "ceph", "9p", "beegfs", "glusterfs")
"""What the names of network file systems hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
    state : {"ok", "wrong", "unknown"}
        "unknown": it could not be checked here; ``told`` says why.
    told : str
        What was found.
    remedy : str
        What to do where something is wrong.
    """

    what: str
    state: str
    told: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return it as one line of text."""
        sign = {"ok": "ok", "wrong": "WRONG", "unknown": "not checked"}[self.state]
        line = f"{sign:<12}{self.what}: {self.told}"
        return f"{line}. {self.remedy}" if self.remedy else line


def examine(folder: str | os.PathLike[str] = ".") -> list[Finding]:
    """Check versions and the folder a journal would be kept in.

    Parameters
    ----------
    folder : path-like
        Has to be there. A journal is really written in it, and removed again.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [finding.what for finding in examine(folder)]
    ['versions', 'journal', 'writer lock', 'file system', 'free space']
    """
    if not isinstance(folder, str | os.PathLike):
        msg = f"folder={folder!r}: expected the path of a folder"
        raise BadInputError(msg)
    return [versions(), *_store(Path(folder)), file_system(folder), _space(Path(folder))]


def versions() -> Finding:
    """Compare what is installed with what this package asks for."""
    floors = _floors()
    told = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    wrong, remedies = [], []
    for name in (DISTRIBUTION, *MATTER):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name not in LAB and name != DISTRIBUTION:
                wrong.append(f"{name} is missing")
                remedies.append(name)
            continue
        told.append(f"{name} {found}")
        floor = floors.get(name.casefold())
        if name in BROKEN and found.startswith(BROKEN[name]):
            wrong.append(f"{name} {found} loses messages of widgets")
            remedies.append(f"'{name}!={BROKEN[name]}*'")
        elif floor is not None and _parts(found) < _parts(floor):
            wrong.append(f"{name} {found} is older than {floor}")
            remedies.append(f"'{name}>={floor}'")
    if wrong:
        remedy = f"pip install -U {' '.join(remedies)}, then restart the kernel"
        return Finding("versions", "wrong", f"{'; '.join(wrong)} ({', '.join(told)})", remedy)
    return Finding("versions", "ok", ", ".join(told))


def _floors() -> dict[str, str]:
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return {}
    found = (re.match(r"([\w.-]+)[^;]*?>=\s*([\d.]+)", line) for line in required)
    return {match[1].casefold(): match[2] for match in found if match}


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _store(folder: Path) -> list[Finding]:
    """Write a journal in earnest, and see whether a second writer is kept out."""
    elsewhere = "give Session(journal=...) a path in a folder you may write on a local disk"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".rhml-doctor-") as room:
            return _written(Path(room) / "check.rhml", elsewhere)
    except (OSError, JournalError) as error:
        told = f"nothing can be kept in {folder}: {tidy(str(error))}"
        return [
            Finding("journal", "wrong", told, elsewhere),
            Finding("writer lock", "unknown", "there is no journal to lock"),
        ]


def _written(path: Path, elsewhere: str) -> list[Finding]:
    journal = Journal(path)
    try:
        if journal.why_read_only is not None:
            lock = Finding("writer lock", "wrong", journal.why_read_only, elsewhere)
            return [Finding("journal", "wrong", "could not be written", elsewhere), lock]
        times = []
        for place in range(APPENDS):
            start = time.perf_counter()
            journal.append([Noted(text=f"check {place}")], person="doctor")
            times.append(time.perf_counter() - start)
        excluded = locks(path)
    finally:
        journal.close()
    again = Journal(path, read_only=True)
    try:
        kept = len(again.entries())
    finally:
        again.close()
    took = f"a durable append takes {median(times) * 1e3:.1f} ms"
    if kept != APPENDS:
        told = f"of {APPENDS} events written, {kept} came back"
        found = Finding("journal", "wrong", told, elsewhere)
    elif median(times) > SLOW:
        found = Finding("journal", "wrong", f"written and read back, but {took}", elsewhere)
    else:
        found = Finding("journal", "ok", f"written, synced and read back; {took}")
    if excluded:
        return [found, Finding("writer lock", "ok", "a second writer is kept out")]
    told = "a second writer would not be kept out"
    return [found, Finding("writer lock", "wrong", told, elsewhere)]


def file_system(folder: str | os.PathLike[str], mounts: str | None = None) -> Finding:
    """Tell whether a folder is on a network file system.

    Parameters
    ----------
    folder : path-like
    mounts : str, optional
        The text of Linux's ``/proc/self/mountinfo``; None: that of this process.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return Finding("file system", "unknown", f"{sys.platform} does not tell its kind")
    real = Path(folder).resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        # Of two mounts at one point the later one is seen.
        if real.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    if not kind:
        return Finding("file system", "unknown", "its mount was not found")
    if any(name in kind for name in (*NETWORK, "sshfs")):
        remedy = (
            "one writer at a time works where its locks do; a local disk is safer: keep the "
            "journal there and copy it at the end"
        )
        return Finding("file system", "wrong", f"{kind}, a network file system", remedy)
    return Finding("file system", "ok", f"{kind}, local")


def _space(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding("free space", "unknown", tidy(str(error)))
    told = f"{free / 1e9:,.1f} GB"
    if free < SCARCE:
        remedy = "make room: answers cannot be saved on a full disk"
        return Finding("free space", "wrong", told, remedy)
    return Finding("free space", "ok", told)
