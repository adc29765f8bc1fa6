"""Overseen: what the person decided over the model, folded from the journal.

Undoing one of these acts leaves it out; all that is asked of them goes through the few that stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rhml_widgets.journal.events import (
    Decided,
    Gated,
    GoalSet,
    ModeSet,
    Proposed,
    Vetoed,
    Watched,
)

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event, Fitted
    from rhml_widgets.records import Version

__all__ = ["ADAPTIVE", "AT_MOST", "OVERSEEN", "STABLE", "Gate", "Goal", "Overseen", "Proposal"]

ADAPTIVE, STABLE = "adaptive", "stable"

AT_MOST = 0.1
"""Largest share of its right answers a refit may un-learn unasked. In simulated sessions (messages
and rows, four models, with and without noise, 40 to 60 answers) 19 of 4,125 refits were held back
with it."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A refit that was held back: see `Gated`.

    ``choice`` is None while it waits, ``decision`` the seq of what was chosen; ``passed`` whether
    a version went live since.
    """

    seq: int
    version: int
    against: int
    n_right: int
    kept: float | None
    lost: tuple[str, ...]
    gained: int
    why: tuple[str, ...]
    choice: str | None = None
    decision: int | None = None
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """What versions are held to: see `GoalSet`."""

    seq: int
    column: str | None
    measure: str
    at_most: float

    @property
    def name(self) -> str:
        """What tells it from other goals."""
        return self.measure if self.column is None else f"{self.measure} of {self.column}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something proposed to the person: see `Proposed`."""

    seq: int
    what: str
    to: str
    why: str
    measured: float


class Overseen:
    """The part of a state that holds gates, vetoes, goals, modes and proposals.

    Attributes
    ----------
    gates : dict of int to Gate
    vetoes : dict of int to str
        Terms that may not be used, by seq.
    goals : dict of int to Goal
        Of the same name the last one counts.
    modes : dict of int to str
        What was set, by seq; the last one counts.
    proposals : dict of int to Proposal
    watched : dict of int to tuple of (p, auc, n)
        Looks at rows that came.
    reverted : int or None
        The version that answers in place of the last one, whose acceptance was taken back.
    """

    versions: dict[int, Version]

    def __init__(self) -> None:
        self.gates: dict[int, Gate] = {}
        self.vetoes: dict[int, str] = {}
        self.goals: dict[int, Goal] = {}
        self.modes: dict[int, str] = {}
        self.proposals: dict[int, Proposal] = {}
        self.watched: dict[int, tuple[float, float, int]] = {}
        self.reverted: int | None = None
        self._decisions: dict[int, int] = {}

    @property
    def gate(self) -> Gate | None:
        """The refit held back last, where no version went live since."""
        return next(reversed(self.standing_gates), None)

    @property
    def standing_gates(self) -> list[Gate]:
        """What was held back since the last version went live, oldest first."""
        found = []
        for gate in reversed(self.gates.values()):
            if gate.passed:
                break
            found.append(gate)
        return found[::-1]

    @property
    def mode(self) -> str:
        """``adaptive`` or ``stable``."""
        return next(reversed(self.modes.values()), ADAPTIVE)

    @property
    def mode_since(self) -> int:
        """The seq at which the mode was set, 0 where it never was."""
        return next(reversed(self.modes), 0)

    @property
    def at_most(self) -> float:
        """Share of its right answers a refit may un-learn unasked."""
        named = (one for one in reversed(self.goals.values()) if one.measure == "unlearned")
        last = next(named, None)
        return AT_MOST if last is None else last.at_most

    @property
    def gap_goals(self) -> list[Goal]:
        """The goals that bind differences between groups, one a column."""
        named = {one.name: one for one in self.goals.values() if one.measure == "error_gap"}
        return list(named.values())

    @property
    def open_proposals(self) -> list[Proposal]:
        """What was proposed since the mode was last set and would change it."""
        return [
            one
            for one in self.proposals.values()
            if one.seq > self.mode_since and one.to != self.mode
        ]

    @property
    def serving(self) -> Version | None:
        """The version that answers, as far as the journal tells."""
        if self.reverted is not None:
            return self.versions.get(self.reverted)
        return self.versions[next(reversed(self.versions))] if self.versions else None

    def _went_live(self, event: Fitted) -> None:
        """Close what was held back against the version before: another one answers."""
        self.reverted = None
        for gate in self.standing_gates:
            before = self.versions.get(gate.against)
            if before is not None and before.snapshot_seq == event.snapshot_seq:
                # The same answers, learned anew on a larger pool: the refit is still held back.
                self.gates[gate.seq] = replace(gate, against=event.version)
            else:
                self.gates[gate.seq] = replace(gate, passed=True)

    def _gated(self, entry: Entry, event: Gated) -> None:
        self.gates[entry.seq] = Gate(
            entry.seq,
            event.version,
            event.against,
            event.n_right,
            event.kept,
            tuple(event.lost),
            event.gained,
            tuple(event.why),
        )

    def _decided(self, entry: Entry, event: Decided) -> str | None:
        gate = self.gates.get(event.gate)
        if gate is None:
            return None
        self.gates[gate.seq] = replace(gate, choice=event.choice, decision=entry.seq)
        self._decisions[entry.seq] = gate.seq
        return Decided.kind

    def _vetoed(self, entry: Entry, event: Vetoed) -> str:
        self.vetoes[entry.seq] = event.term
        return Vetoed.kind

    def _goal_set(self, entry: Entry, event: GoalSet) -> str:
        self.goals[entry.seq] = Goal(entry.seq, event.column, event.measure, event.at_most)
        return GoalSet.kind

    def _mode_set(self, entry: Entry, event: ModeSet) -> str:
        self.modes[entry.seq] = event.mode
        return ModeSet.kind

    def _watched(self, entry: Entry, event: Watched) -> None:
        self.watched[entry.seq] = (event.p, event.auc, event.n)

    def _proposed(self, entry: Entry, event: Proposed) -> None:
        self.proposals[entry.seq] = Proposal(
            entry.seq, event.what, event.to, event.why, event.measured
        )

    def _take_back_oversight(self, seq: int) -> None:
        """Leave an act of oversight out, if ``seq`` is one."""
        for acts in (self.vetoes, self.goals, self.modes):
            acts.pop(seq, None)
        at = self._decisions.pop(seq, None)
        if at is None or self.gates[at].decision != seq:
            return
        gate = self.gates[at]
        if gate.choice == "accept" and gate.passed and gate.against in self.versions:
            self.reverted = gate.against
        # It waits again, unless another one was held back since.
        self.gates[at] = replace(gate, choice=None, decision=None, passed=False)


OVERSEEN: dict[type[Event], str] = {
    Gated: "_gated",
    Decided: "_decided",
    Vetoed: "_vetoed",
    GoalSet: "_goal_set",
    ModeSet: "_mode_set",
    Watched: "_watched",
    Proposed: "_proposed",
}
"""The method that takes each of their events in; it names what an undo would take back."""
