"""Edits of a codebook, in any order and between any answers, against a plain reading of them."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sessions import CLASSES, STEADY, begin, refold, texts

from rhml_widgets.journal.events import Judged


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
        for _, kind, *what in self.done:
            for name in what[-1] if kind in ("merge", "split") else ():
                whole = what[0] if kind == "split" else None
                found.setdefault(name, {"name": name, "status": "undone", "into": whole})
        for _, kind, *what in self.standing():
            if kind != "judged":
                getattr(self, f"after_{kind}")(found, *what)
        return found

    def after_rename(self, found, one, name):
        found[one]["name"] = name

    def after_merge(self, found, both, into):
        found[into[0]].update(status="live", into=None)
        for one in set(both) - set(into):
            if found[one]["status"] == "live":
                found[one].update(status="merged", into=into[0])

    def after_split(self, found, whole, parts):
        if found[whole]["status"] == "live":
            found[whole].update(status="split")
            for one in parts:
                found[one].update(status="live", into=None)

    def after_retire(self, found, one):
        if found[one]["status"] == "live":
            found[one].update(status="retired")

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
            self.reading_the_journal_again_gives_the_same_state()
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
        self.say(item, self.live()[which % len(self.live())])

    @rule(item=st.integers(0, 11))
    def answer_with_the_newest_class(self, item):
        self.say(item, self.live()[-1])

    def say(self, item, identity):
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
        self.take_back([one[0] for one in self.plain.standing()], which)

    @rule(which=st.integers(0, 3))
    def undo_an_edit(self, which):
        edits = [one[0] for one in self.plain.standing() if one[1] != "judged"]
        self.take_back(edits[::-1], which)

    def take_back(self, seqs, which):
        if seqs:
            seq = seqs[which % len(seqs)]
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


EditsAndAnswers.TestCase.settings = settings(STEADY, max_examples=60, stateful_step_count=25)
TestEditsAndAnswers = EditsAndAnswers.TestCase
