"""Codebook: classes are worked on while they are used, and no answer is ever lost by it."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sessions import CLASSES, STEADY, begin, refold, right, texts

from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError, UnknownLabelError
from rhml_widgets.journal.events import (
    Audited,
    CodebookRevised,
    Entry,
    Imported,
    Judged,
    Opened,
    Predicted,
    Queried,
    Retracted,
    Skipped,
    Taught,
)
from rhml_widgets.knowledge.codebook import Code, Codebook
from rhml_widgets.replaying import replay
from rhml_widgets.state import State

AT = "2026-01-05T09:00:00.000+00:00"


def answer(session, n, label=right):
    for _ in range(n):
        item = session.query()[0]
        session.label(item.item_id, label(item))


def labels(session):
    frame = session.judgments()
    return dict(zip(frame["item_id"], frame["label"], strict=True))


# ---- any operations, against a plain model ------------------------------------------------


class Plain:
    """The slow and obvious way: everything is read off the whole list of what was done."""

    def __init__(self, names):
        self.begun = list(names)
        self.done = []  # (seq, kind, *what)
        self.gone = set()

    def standing(self):
        return [one for one in self.done if one[0] not in self.gone]

    def classes(self):
        """Read the classes off the edits: identity to name, status and where answers go."""
        found = {name: {"name": name, "status": "live", "into": None} for name in self.begun}
        for seq, kind, *what in self.done:
            if kind in ("merge", "split", "add"):
                for name in what[-1]:
                    whole = what[0] if kind == "split" else None
                    found.setdefault(name, {"name": name, "status": "undone", "into": whole})
        for _seq, kind, *what in self.standing():
            if kind == "rename":
                found[what[0]]["name"] = what[1]
            elif kind == "merge":
                target = what[1][0]
                found[target].update(status="live", into=None)
                for one in what[0]:
                    if one != target and found[one]["status"] == "live":
                        found[one].update(status="merged", into=target)
            elif kind == "split":
                if found[what[0]]["status"] == "live":
                    for one in what[1]:
                        found[one].update(status="live", into=None)
                    found[what[0]].update(status="split")
            elif kind == "retire" and found[what[0]]["status"] == "live":
                found[what[0]].update(status="retired")
        return found

    def name_of(self, identity):
        found, seen = self.classes(), set()
        while identity not in seen:
            seen.add(identity)
            one = found[identity]
            if one["status"] not in ("merged", "undone") or one["into"] is None:
                break
            identity = one["into"]
        return found[identity]["name"]

    def answers(self):
        newest = {}
        for _, kind, *what in self.standing():
            if kind == "judged":
                newest[what[0]] = self.name_of(what[1])
        return newest


class EditsAndAnswers(RuleBasedStateMachine):
    """Random edits, answers and undos of a session, in whatever order they come."""

    @initialize()
    def begin(self):
        self.session = begin(texts(12), refit="manual", holdout=0)
        self.plain = Plain(CLASSES)
        self.made = 0

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()

    def live(self):
        return [
            identity for identity, one in self.plain.classes().items() if one["status"] == "live"
        ]

    def fresh(self):
        self.made += 1
        return f"new {self.made}"

    def name(self, identity):
        return self.plain.classes()[identity]["name"]

    @rule(item=st.integers(0, 11), which=st.integers(0, 20))
    def answer(self, item, which):
        live = self.live()
        identity = live[which % len(live)]
        item_id = self.session.pool.ids[item]
        seq = self.session.label(item_id, self.name(identity))
        self.plain.done.append((seq, "judged", item_id, identity))

    @rule(which=st.integers(0, 20))
    def rename(self, which):
        live = self.live()
        identity, name = live[which % len(live)], self.fresh()
        seq = self.session.codebook.rename(self.name(identity), name)
        self.plain.done.append((seq, "rename", identity, name))

    @precondition(lambda self: len(self.live()) > 1)
    @rule(which=st.integers(0, 20), anew=st.booleans())
    def merge(self, which, anew):
        live = self.live()
        both = [live[which % len(live)], live[(which + 1) % len(live)]]
        into = self.fresh() if anew else both[0]
        told = into if anew else self.name(into)
        seq = self.session.codebook.merge([self.name(one) for one in both], into=told)
        self.plain.done.append((seq, "merge", both, [into]))

    @rule(which=st.integers(0, 20))
    def split(self, which):
        live = self.live()
        identity, parts = live[which % len(live)], [self.fresh(), self.fresh()]
        seq = self.session.codebook.split(self.name(identity), into=parts)
        self.plain.done.append((seq, "split", identity, parts))

    @precondition(lambda self: len(self.live()) > 1)
    @rule(which=st.integers(0, 20))
    def retire(self, which):
        live = self.live()
        identity = live[which % len(live)]
        seq = self.session.codebook.retire(self.name(identity))
        self.plain.done.append((seq, "retire", identity))

    @rule(which=st.integers(0, 200))
    def undo(self, which):
        left = self.plain.standing()
        if left:
            seq = left[which % len(left)][0]
            assert self.session.undo(seq) == seq
            self.plain.gone.add(seq)

    @invariant()
    def no_answer_is_lost_and_each_counts_as_it_should(self):
        state = self.session.state
        expected = self.plain.answers()
        assert {item: state.answer(item).label for item in state.answers} == expected
        counted = {}
        for label in expected.values():
            counted[label] = counted.get(label, 0) + 1
        assert dict(state.counts) == counted

    @invariant()
    def a_class_keeps_its_place_and_only_live_ones_can_be_answered(self):
        found = self.plain.classes()
        names = self.session.classes_
        assert names == [one["name"] for one in found.values()]
        live = [one["name"] for one in found.values() if one["status"] == "live"]
        assert self.session.choices == live == self.session.codebook.names
        assert len(set(names)) == len(names)

    @invariant()
    def what_has_no_live_class_waits_to_be_answered_anew(self):
        live, state = set(self.session.choices), self.session.state
        waits = {item for item, label in self.plain.answers().items() if label not in live}
        assert set(state.relabel) == waits
        assert waits <= set(state.waiting)

    @invariant()
    def the_journal_still_says_what_was_said(self):
        told = [e.event.label for e in self.session.events() if isinstance(e.event, Judged)]
        assert len(told) == sum(kind == "judged" for _, kind, *_ in self.plain.done)

    @invariant()
    def reading_the_journal_again_gives_the_same_state(self):
        assert refold(self.session).canonical() == self.session.still().canonical()

    @invariant()
    def the_model_learns_from_what_counts_now(self):
        known = self.session.learner.known()
        state = self.session.state
        for item, label in self.plain.answers().items():
            learned = known.label_of[self.session.pool.number(item)]
            teaches = state.codebook[label].status not in ("retired", "undone")
            assert learned == (known.classes.index(label) if teaches else -1)


EditsAndAnswers.TestCase.settings = settings(STEADY, max_examples=60, stateful_step_count=18)
TestEditsAndAnswers = EditsAndAnswers.TestCase
