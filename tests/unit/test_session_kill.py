"""Kill -9 while a session is worked with: what was acknowledged is there, once, and it goes on.

Run as a script this file is a process that has everything imported and no thread, and forks one
worker after the other: each opens the session, looks whether all is as it was promised, answers
item after item, and is killed at some moment.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import pytest
from sessions import begin, refold, right, texts, work

from rhml_widgets.journal.events import Judged

ROUNDS = 100
AT_MOST = 4
"""Answers a worker gives before it waits to be killed, so that the pool lasts."""

N_TEXTS = ROUNDS * (AT_MOST + 1)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")


# ---- the side that is killed --------------------------------------------------------------


def worker(path, told, say, number):
    """Hold the session to its promises, then answer until somebody kills this process."""
    session = begin(texts(N_TEXTS), journal=path, refit="background")
    check(session, told)
    if told["asked"] is not None:
        item_id, event_id = told["asked"]
        kept = session.sent(event_id, Judged, item_id=item_id)
        if kept is None:
            assert session.query()[0].item_id == item_id, "another item came back"
        label = right(session.pool.contents[session.pool.number(item_id)])
        seqs = {session.label(item_id, label, event_id=event_id) for _ in range(3)}
        assert len(seqs) == 1
        assert kept is None or seqs == {kept.seq}
        say("saved", item_id, event_id)
    for n in range(AT_MOST):
        (item,) = session.query()
        say("asked", item.item_id, f"{number}-{n}")
        session.label(item, right(item), event_id=f"{number}-{n}")
        say("saved", item.item_id, f"{number}-{n}")
    signal.pause()


def check(session, told):
    judged = [entry for entry in session.events() if isinstance(entry.event, Judged)]
    stored = {entry.event_id: entry.event.item_id for entry in judged}
    lost = {event_id for event_id in told["saved"] if event_id not in stored}
    assert not lost, f"acknowledged and lost: {lost}"
    assert all(stored[event_id] == item_id for event_id, item_id in told["saved"].items())
    twice = [item_id for item_id, n in Counter(stored.values()).items() if n > 1]
    assert not twice, f"answered twice: {twice}"
    extra = set(stored) - set(told["saved"])
    asked = {told["asked"][1]} if told["asked"] is not None else set()
    assert extra <= asked, f"answers nobody gave: {extra}"
    assert session.state.n_labeled == len(judged)


# ---- the side that kills ------------------------------------------------------------------


def fork(path, told, number):
    """Fork a worker; return its pid and the end of the pipe it tells its answers to."""
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return pid, read
    os.close(read)

    def say(*words):
        os.write(write, (" ".join(words) + "\n").encode())

    try:
        worker(path, told, say, number)
    except BaseException:  # noqa: BLE001 - the other side has to hear of it
        say("fault", json.dumps(traceback.format_exc()))
    os._exit(0)


def listen(read, draw):
    """Return what a worker says up to some moment between two answers, or before the first."""
    wanted, early = draw.randrange(AT_MOST), draw.random() < 0.2
    until = time.monotonic() + (draw.uniform(0, 0.2) if early else 60.0)
    buffer, reached = b"", False
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([read], [], [], left)
        chunk = os.read(read, 65536) if ready else b""
        if ready and not chunk:
            break
        buffer += chunk
        if not reached and b"asked" in buffer and buffer.count(b"saved") >= wanted:
            reached = True
            until = min(until, time.monotonic() + draw.uniform(0, 0.02))
    return buffer


def one_round(path, told, number, draw):
    """Fork a worker, kill it after some answers, and note what it acknowledged."""
    pid, read = fork(path, told, number)
    buffer = listen(read, draw)
    os.kill(pid, signal.SIGKILL)
    while chunk := os.read(read, 65536):
        buffer += chunk
    os.close(read)
    os.waitpid(pid, 0)
    faults = []
    for line in buffer.decode().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "fault":
            faults.append(json.loads(rest))
        elif kind == "asked":
            told["asked"] = tuple(rest.split(" "))
        else:
            item_id, event_id = rest.split(" ")
            told["saved"][event_id] = item_id
            told["asked"] = None
    return faults


def main(path, rounds, seed):
    draw = random.Random(seed)  # noqa: S311 - moments to be killed at
    told = {"saved": {}, "asked": None}
    per_round, faults = [], []
    for number in range(rounds):
        before = len(told["saved"])
        faults += one_round(path, told, number, draw)
        per_round.append(len(told["saved"]) - before)
        if faults:
            break
    print(json.dumps({"told": told, "faults": faults, "per_round": per_round}))  # noqa: T201


# ---- the test -----------------------------------------------------------------------------


def test_a_hundred_kills_lose_nothing_and_make_nothing_twice(tmp_path):
    path = tmp_path / "session.rhml"
    done = subprocess.run(
        [sys.executable, __file__, str(path), str(ROUNDS), "7"],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["faults"] == []
    told = result["told"]
    assert len(result["per_round"]) == ROUNDS
    assert len(told["saved"]) > ROUNDS / 2
    assert 0 in result["per_round"]
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
    with begin(texts(N_TEXTS), journal=path) as session:
        assert not session.read_only
        check(session, told)
        assert [entry.seq for entry in session.events()] == list(range(1, session.state.seq + 1))
        assert refold(session).canonical() == session.state.canonical()
        assert session.learner.live.snapshot.n_labels == session.state.n_labeled
        n = session.state.n_labeled
        work(session, 3)
        assert session.state.n_labeled == n + 3


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
