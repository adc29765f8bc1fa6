"""What is overseen, folded: any order of acts, all of it undoable, nothing said twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY

from rhml_widgets.journal.events import (
    Decided,
    Entry,
    Fitted,
    Gated,
    GoalSet,
    ModeSet,
    Opened,
    Proposed,
    Retracted,
    Switched,
    Vetoed,
    Watched,
    decode,
    encode,
)
from rhml_widgets.state import State

SMALL = st.integers(1, 12)
ACTS = st.one_of(
    st.builds(
        Gated,
        version=SMALL,
        against=SMALL,
        n_right=SMALL,
        kept=st.none() | st.floats(0, 1),
        lost=st.lists(st.sampled_from(["t1:a", "t1:b"]), unique=True),
        gained=SMALL,
        why=st.lists(st.sampled_from(["unlearned", "error_gap of x"]), unique=True),
    ),
    st.builds(Decided, gate=SMALL, choice=st.sampled_from(["accept", "roll_back"])),
    st.builds(Vetoed, term=st.sampled_from("vw")),
    st.builds(
        GoalSet,
        column=st.sampled_from(["x", None]),
        measure=st.sampled_from(["error_gap", "unlearned"]),
        at_most=st.floats(0.01, 1),
    ),
    st.builds(ModeSet, mode=st.sampled_from(["adaptive", "stable"])),
    st.builds(Watched, p=st.floats(0, 1), auc=st.floats(0, 1), n=SMALL),
    st.builds(
        Proposed,
        what=st.just("mode"),
        to=st.sampled_from(["adaptive", "stable"]),
        why=st.sampled_from(["drift", "audit"]),
        measured=st.floats(1, 1e9),
    ),
    st.builds(
        Fitted,
        version=SMALL,
        snapshot_seq=SMALL,
        digest=st.sampled_from("de"),
        n_labels=SMALL,
    ),
    st.builds(Retracted, target=SMALL),
    st.builds(Switched, before=st.just("b")),
)
OPENED = Opened(pool_digest="p", n_items=2, n_rows=2, item_kind="text")


def folded(acts, people=("a",)):
    state = State()
    for seq, event in enumerate([OPENED, *acts], start=1):
        person = people[seq % len(people)]
        if isinstance(event, Retracted):
            event = Retracted(target=min(event.target, seq - 1))  # noqa: PLW2901 - of the past
        read = decode(event.kind, encode(event))
        state.fold(Entry(seq, f"e{seq}", "2026-01-05T09:00:00.000+00:00", person, read))
    return state


def gated(version=2, against=1, **more):
    told = {"n_right": 40, "kept": 0.8, "lost": ["t1:a"], "gained": 0, "why": ["unlearned"]}
    return Gated(version=version, against=against, **{**told, **more})


def fitted(version, seq=None):
    return Fitted(version=version, snapshot_seq=seq or version, digest=f"d{version}", n_labels=9)


@STEADY
@given(st.lists(ACTS, max_size=25), st.booleans())
def test_any_order_of_acts_folds_to_the_same_bytes_and_is_undone(acts, two):
    people = ("a", "b") if two else ("a",)
    state = folded(acts, people)
    assert state.canonical() == folded(acts, people).canonical()
    assert state.mode in ("adaptive", "stable")
    assert all(one.to != state.mode for one in state.open_proposals)
    assert state.serving is None or state.serving.version in state.versions
    assert state.still().canonical() == state.canonical()
    for person in ("a", "b", "a"):
        while True:
            at = state.seq + 1
            state.fold(Entry(at, f"e{at}", "t", person, Switched(before="")))
            target = state.last_action()
            if target is None:
                break
            state.fold(Entry(at + 1, f"u{at}", "t", person, Retracted(target=target)))
    assert (state.vetoes, state.goals, state.modes) == ({}, {}, {})
    assert all(gate.choice is None for gate in state.gates.values())


def test_a_version_that_goes_live_closes_what_was_held_back_against_the_one_before():
    assert folded([fitted(1), gated()]).gate.version == 2
    assert folded([fitted(1), gated(), fitted(2)]).gate is None
    again = folded([fitted(1), gated(), fitted(3, seq=1)])  # the same answers, a larger pool
    assert again.gate.against == 3


def test_undoing_an_acceptance_brings_the_version_before_back():
    acts = [fitted(1), gated(), Decided(gate=3, choice="accept"), fitted(2)]
    assert folded(acts).serving.version == 2
    undone = folded([*acts, Retracted(target=4)])
    assert (undone.serving.version, undone.last_version.version) == (1, 2)
    assert (undone.gate.seq, undone.gate.choice) == (3, None)
    assert folded([*acts, Retracted(target=4), fitted(3)]).serving.version == 3


def test_proposals_are_answered_by_setting_the_mode_either_way():
    proposed = Proposed(what="mode", to="adaptive", why="drift", measured=2500.0)
    acts = [ModeSet(mode="stable"), proposed]
    assert [one.seq for one in folded(acts).open_proposals] == [3]
    assert folded([*acts, ModeSet(mode="stable")]).open_proposals == []
    assert folded([*acts, ModeSet(mode="adaptive")]).open_proposals == []


def test_of_goals_of_one_name_the_last_counts_and_its_undo_brings_the_one_before():
    acts = [GoalSet(column="x", measure="error_gap", at_most=a) for a in (0.1, 0.2)]
    assert [one.at_most for one in folded(acts).gap_goals] == [0.2]
    assert [one.at_most for one in folded([*acts, Retracted(target=3)]).gap_goals] == [0.1]


def test_a_journal_without_oversight_means_what_it_meant():
    assert b"gates" not in folded([fitted(1)]).canonical()
