"""A hundred writers killed in mid work: what was acknowledged is there, once, and whole."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rhml_widgets.journal import Journal, Shown, store

ROUNDS = 100
MOST_ACKS = 4

# One process imports the package and forks a writer for every round, since a hundred imports
# would take longer than all the rest. A writer tells each batch only after `append` returned.
NURSERY = """
import itertools, os, sys
from rhml_widgets.journal import Journal, Shown

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

for line in sys.stdin:
    round_ = line.strip()
    pid = os.fork()
    if pid == 0:
        journal = Journal(sys.argv[1])
        for i in itertools.count():
            ids = [f"{round_}-{i}-{j}" for j in range(1 + i % 3)]
            journal.append([Shown(item_id=id_) for id_ in ids], person="p1", event_ids=ids)
            say("ack", i)
    say("pid", pid)
    os.waitpid(pid, 0)
    say("dead")
"""


def batch(round_, i):
    return [f"{round_}-{i}-{j}" for j in range(1 + i % 3)]


def send(journal, ids):
    return journal.append([Shown(item_id=id_) for id_ in ids], person="p1", event_ids=ids)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "triage.rhml"


@pytest.fixture
def nursery(path):
    child = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(store.__file__).parents[2])},
    )
    with child:
        yield child
        child.stdin.close()
        assert child.wait() == 0


def kill_one_writer(nursery, round_, n_acks, delay):
    """Kill a writer some time after it told of ``n_acks`` batches; return all it told of."""
    nursery.stdin.write(f"{round_}\n")
    nursery.stdin.flush()
    pid, acks = None, []
    while pid is None or len(acks) < n_acks:
        word, number = nursery.stdout.readline().split()
        if word == "pid":
            pid = int(number)
        else:
            acks.append(int(number))
    # Not to wait for anything: this is the moment of the fault.
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    while (line := nursery.stdout.readline()) != "dead\n":
        acks.append(int(line.split()[1]))
    return acks


def stored_ids(path, *, read_only):
    with contextlib.closing(Journal(path, read_only=read_only)) as journal:
        assert journal.read_only == read_only
        entries = journal.entries()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return [entry.event_id for entry in entries]


def test_killed_writers_lose_nothing_and_double_nothing(nursery, path):
    rng = random.Random(20)  # noqa: S311 - moments to kill at, not secrets
    Journal(path).close()
    known = []
    for round_ in range(ROUNDS):
        # Half of the delays are as short as a fsync, the others cover the next two appends.
        delay = rng.choice([rng.uniform(0, 0.003), rng.uniform(0, 0.03)])
        acks = kill_one_writer(nursery, round_, rng.randrange(MOST_ACKS), delay)
        assert acks == list(range(len(acks)))
        acknowledged = [id_ for i in acks for id_ in batch(round_, i)]
        pending = batch(round_, len(acks))

        # The first to open the file finds what a crash left, and on every other turn may not
        # write itself.
        found = stored_ids(path, read_only=round_ % 2 == 0)
        assert found in (known + acknowledged, known + acknowledged + pending)

        with contextlib.closing(Journal(path)) as journal:
            for _ in range(2):
                assert [entry.event_id for entry in send(journal, pending)] == pending
                if acknowledged:
                    send(journal, batch(round_, 0))
            sent = known + acknowledged + pending
            known = [entry.event_id for entry in journal.entries()]
        assert known == sent
        with contextlib.closing(sqlite3.connect(path)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert len(known) == len(set(known)) > ROUNDS
