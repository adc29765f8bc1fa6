"""The writer's lease: one process at a time, freed by death, handed over within a process."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import rhml_widgets.journal.lock as lock_module
from rhml_widgets.exceptions import ReadOnlyError
from rhml_widgets.journal.lock import Lease

ROOT = Path(lock_module.__file__).parents[2]
HOLD = """
import sys
from rhml_widgets.journal.lock import Lease
lease = Lease.acquire(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""
HOLD_AND_FORK = """
import os, sys
from rhml_widgets.journal.lock import Lease
lease = Lease.acquire(sys.argv[1])
if os.fork() == 0:
    print(lease.held, os.getpid(), flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def process(code, *args):
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "triage.rhml"


def side_of(path):
    return path.with_name(f"{path.name}-writer")


def is_locked(path):
    """Tell whether the system, which knows no registry, would refuse the lock."""
    fd = os.open(side_of(path), os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def test_a_lease_locks_the_side_file_until_it_is_released(path):
    lease = Lease.acquire(path)
    assert lease.held
    assert is_locked(path)
    lease.release()
    assert not lease.held
    assert not is_locked(path)


def test_the_side_file_stays_and_says_who_held_it(path):
    Lease.acquire(path).release()
    holder = json.loads(side_of(path).read_text(encoding="utf-8"))
    assert holder["pid"] == os.getpid()
    assert set(holder) == {"pid", "host", "since"}
    assert not path.exists()


def test_a_second_release_does_nothing(path):
    lease = Lease.acquire(path)
    lease.release()
    lease.release()
    assert not is_locked(path)


def test_a_lease_passes_on_within_the_process_without_a_gap(path):
    told = []
    old = Lease.acquire(path, lambda: told.append((old.held, is_locked(path))))
    new = Lease.acquire(path)
    assert told == [(False, True)]
    assert (old.held, new.held) == (False, True)
    new.release()


def test_the_old_holder_cannot_release_the_lease_of_the_new_one(path):
    old = Lease.acquire(path)
    new = Lease.acquire(path)
    old.release()
    assert new.held
    assert is_locked(path)
    new.release()


def test_a_holder_is_told_once(path):
    told = []
    Lease.acquire(path, lambda: told.append("first"))
    Lease.acquire(path, lambda: told.append("second"))
    last = Lease.acquire(path, lambda: told.append("third"))
    last.release()
    Lease.acquire(path).release()
    assert told == ["first", "second"]


def test_whoever_is_told_may_use_leases(tmp_path, path):
    other = []

    def on_taken():
        old.release()
        other.append(Lease.acquire(tmp_path / "other.rhml"))

    old = Lease.acquire(path, on_taken)
    new = Lease.acquire(path)
    assert new.held
    assert other[0].held
    new.release()
    other[0].release()


def test_an_error_of_whoever_is_told_leaves_nothing_locked(path):
    def on_taken():
        raise RuntimeError

    Lease.acquire(path, on_taken)
    with pytest.raises(RuntimeError):
        Lease.acquire(path)
    assert not is_locked(path)


def test_two_names_of_one_journal_are_one_lease(tmp_path, path):
    link = tmp_path / "link.rhml"
    link.symlink_to(path)
    told = []
    Lease.acquire(path, lambda: told.append(1))
    lease = Lease.acquire(link)
    assert told == [1]
    assert lease.path == path.resolve()
    lease.release()


def test_journals_side_by_side_have_leases_of_their_own(tmp_path):
    leases = [Lease.acquire(tmp_path / name) for name in ("a", "b")]
    assert all(lease.held for lease in leases)
    for lease in leases:
        lease.release()


def test_another_process_is_refused_and_told_who_holds_it(path):
    with process(HOLD, path) as child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(ReadOnlyError, match=rf"held by process {child.pid} on .+ since \d\d:"):
            Lease.acquire(path)
        child.kill()
        child.wait()
        lease = Lease.acquire(path)
    assert lease.held
    lease.release()


def test_a_forked_child_does_not_keep_the_lease_of_its_dead_parent(path):
    with process(HOLD_AND_FORK, path) as parent:
        held, pid = parent.stdout.readline().split()
        assert held == "False"
        assert is_locked(path)
        parent.kill()
        parent.wait()
        lease = Lease.acquire(path)
        os.kill(int(pid), signal.SIGKILL)
    assert lease.held
    lease.release()


@pytest.mark.parametrize("words", ["", "{", "[]", '{"pid": 1}', '{"pid":1,"host":"h","since":""}'])
def test_a_side_file_without_sense_does_not_hide_that_it_is_held(path, words):
    side_of(path).write_text(words, encoding="utf-8")
    with side_of(path).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ReadOnlyError, match="held by another process"):
            Lease.acquire(path)


def test_a_holder_of_another_day_is_named_with_the_date(path):
    holder = {"pid": 4711, "host": "host-x", "since": "2020-02-03T12:00:00+00:00"}
    side_of(path).write_text(json.dumps(holder), encoding="utf-8")
    with side_of(path).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ReadOnlyError, match="held by process 4711 on host-x since 2020-02-0"):
            Lease.acquire(path)


def test_a_side_file_that_somebody_removed_is_locked_anew(path):
    old = Lease.acquire(path)
    side_of(path).unlink()
    new = Lease.acquire(path)
    assert (old.held, new.held) == (False, True)
    assert is_locked(path)
    new.release()


def test_a_side_file_removed_before_it_was_locked_does_not_count(path, monkeypatch):
    removed = []

    def lock(fd):
        if not removed:
            removed.append(side_of(path).unlink())
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    monkeypatch.setattr(lock_module, "_try_lock", lock)
    lease = Lease.acquire(path)
    assert is_locked(path)
    lease.release()


def test_a_full_disk_does_not_keep_anybody_from_the_lease(path, monkeypatch):
    def write(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    lease = Lease.acquire(path)
    monkeypatch.undo()
    assert is_locked(path)
    lease.release()


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EROFS, "may not be written"), (errno.EIO, "cannot be written")]
)
def test_a_side_file_that_cannot_be_made_is_a_reason(path, monkeypatch, number, words):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ReadOnlyError, match=f"triage.rhml-writer {words}"):
        Lease.acquire(path)


def test_a_file_system_that_cannot_lock_is_a_reason(path, monkeypatch):
    def refuse(_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(lock_module, "_try_lock", refuse)
    with pytest.raises(ReadOnlyError, match="cannot lock files"):
        Lease.acquire(path)


def test_of_many_threads_one_holds_the_lease_in_the_end(path):
    leases, told = [], []
    start = threading.Barrier(8)

    def acquire():
        start.wait()
        leases.extend(Lease.acquire(path, lambda: told.append(1)) for _ in range(20))

    threads = [threading.Thread(target=acquire) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [lease for lease in leases if lease.held]
    assert len(held) == 1
    assert len(told) == len(leases) - 1 == 159
    held[0].release()
    assert not is_locked(path)
