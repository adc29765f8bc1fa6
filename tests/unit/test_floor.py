"""Nobody who answers waits for the worker: it steps back, and what it can it makes ready before."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sessions import begin, right, work

from rhml_widgets.machine import floor as floors
from rhml_widgets.machine.explainers import neighbors
from rhml_widgets.machine.floor import Floor, give_way
from rhml_widgets.machine.foresight import view as _view
from rhml_widgets.widgets import pace as paces
from rhml_widgets.widgets.label_queue import LabelQueue
from rhml_widgets.widgets.pace import Pace

LONG = 20.0
"""Seconds after which a thread that should go on is taken for stuck."""


@pytest.fixture
def floor(monkeypatch):
    """Return a floor that tells when a worker waits for it, and does not lose its patience."""
    monkeypatch.setattr(floors, "PATIENCE", LONG)
    made = Floor()
    made.waited = threading.Event()
    wait = made._changed.wait

    def told(timeout):
        made.waited.set()
        return wait(timeout)

    monkeypatch.setattr(made._changed, "wait", told)
    return made


def at_work(floor, order):
    def run():
        with floor.working():
            give_way()
            order.append("worker")

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# ---- the floor alone ----------------------------------------------------------------------


def test_a_worker_waits_until_the_answer_is_given(floor):
    order = []
    with floor.taken():
        with floor.taken():
            thread = at_work(floor, order)
            assert floor.waited.wait(LONG)
        order.append("person")
    thread.join(LONG)
    assert order == ["person", "worker"]


def test_who_waits_for_the_worker_leaves_it_the_floor(floor):
    order = []
    with floor.taken():
        with floor.left():
            at_work(floor, order).join(LONG)
            assert order == ["worker"]
        thread = at_work(floor, order)
        assert floor.waited.wait(LONG)
        order.append("person")
    thread.join(LONG)
    assert order == ["worker", "person", "worker"]


def test_who_has_the_floor_waits_for_nobody(floor):
    with floor.taken(), floor.working():
        give_way()
    assert not floor.waited.is_set()


def test_only_workers_give_way(floor):
    order = []
    with floor.taken():
        thread = threading.Thread(target=lambda: (give_way(), order.append("other")))
        thread.start()
        thread.join(LONG)
    assert order == ["other"]


def test_patience_ends(floor, monkeypatch):
    monkeypatch.setattr(floors, "PATIENCE", 0.0)
    order = []
    with floor.taken():
        at_work(floor, order).join(LONG)
    assert order == ["worker"]


# ---- in a session -------------------------------------------------------------------------


def test_a_refit_begins_behind_the_reply():
    order = []
    with begin(refit="background") as session:
        work(session, 6)
        session.wait()
        request = session._refitter.request
        session._refitter.request = lambda: (order.append("refit"), request())
        session.subscribe(lambda: order.append(("told", session.fitting)))
        (item,) = session.query()
        session.wait()
        order.clear()
        with session.holding():
            session.label(item, right(item))
            order.append("reply")
        assert order[:3] == ["reply", ("told", True), "refit"]
        assert session.wait(LONG)
        assert session.learner.live.snapshot.n_labels == 7


def test_waiting_while_holding_meets_the_refit_put_off():
    with begin(refit="background") as session:
        work(session, 6)
        session.wait()
        (item,) = session.query()
        with session.holding():
            session.label(item, right(item))
            assert session.wait(LONG)
            assert session.learner.live.snapshot.n_labels == 7


def test_what_was_foreseen_is_what_would_be_seen():
    with begin() as session:
        work(session, 9)
        learner = session.learner
        of, foreseen = learner._foresight._made
        assert of is learner.live
        (item,) = session.query()
        number = session.pool.number(item)
        assert number in foreseen
        for known, view in foreseen.items():
            assert view == _view(learner.live, learner.features(), known)
        said = learner.predict(number, "asked")
        learner._foresight._made = (None, {number: ([1.0, 0.0, 0.0], "of another version", 1.0)})
        assert learner.predict(number, "asked") == said


def test_neighbors_kept_are_those_found_anew():
    with begin(n=90) as session:
        work(session, 2)
        learner = session.learner
        subject = int(np.flatnonzero(learner.evidence.label_of >= 0)[0])

        def anew():
            labeled = np.flatnonzero(learner.evidence.label_of >= 0).tolist()
            found = neighbors(learner.features().X, subject, labeled, 3)
            return list(zip(found.numbers, found.similarities, strict=True))

        seen = set()
        for step in range(24):
            assert learner.neighbors(subject) == anew()
            seen.add(tuple(number for number, _ in learner.neighbors(subject)))
            if step % 5 == 4:
                session.undo()
            else:
                work(session, 1)
        assert len(seen) > 1


def test_a_copy_of_the_state_stays_as_it_is():
    with begin() as session:
        work(session, 5)
        still = session.still()
        before = still.canonical()
        assert before == session.state.canonical()
        work(session, 3)
        session.skip(session.query()[0])
        session.undo()
        session.undo()
        session.teach("money", "refund")
        assert still.canonical() == before != session.state.canonical()


# ---- in a view ----------------------------------------------------------------------------


def test_of_two_threads_the_one_that_looked_last_is_shown():
    with begin() as session:
        view = LabelQueue(session)
        look = view.make_props
        looked, go_on = threading.Event(), threading.Event()

        def slow():
            seen = look()
            looked.set()
            assert go_on.wait(LONG)
            return seen

        view.make_props = slow
        thread = threading.Thread(target=view.refresh)
        thread.start()
        assert looked.wait(LONG)
        view.make_props = look
        work(session, 1)
        shown = view.props
        go_on.set()
        thread.join(LONG)
        assert view.props == shown
        assert shown["progress"]["labeled"] == 1


def test_what_draws_slowly_is_drawn_less_often(monkeypatch):
    now, timers, drawn = [0.0], [], []

    class Timer:
        daemon = False

        def __init__(self, seconds, action):
            self.at, self.action = now[0] + seconds, action

        def start(self):
            timers.append(self)

    monkeypatch.setattr(paces.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(paces.threading, "Timer", Timer)

    def draw():
        drawn.append(now[0])
        now[0] += 0.2
        pace.ask()  # a change while it draws

    pace = Pace(draw, 0.5, soon=0.1)
    pace.ask()
    for _ in range(3):
        timer = timers.pop()
        now[0] = timer.at
        timer.action()
    assert drawn == pytest.approx([0.0, 0.7, 2.9, 5.1])
