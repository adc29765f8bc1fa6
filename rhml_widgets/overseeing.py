"""Overseeing: what a refit un-learns, what the model must not use, and who may learn when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.ranges import require_range
from rhml_widgets.items.rows import Rows
from rhml_widgets.journal.events import Decided, GoalSet, ModeSet, Proposed, Taught, Vetoed, Watched
from rhml_widgets.machine.contest import crossed
from rhml_widgets.machine.drift import novelty
from rhml_widgets.machine.vetoes import Veto, check
from rhml_widgets.measures.alarms import ALARM, excess, onset
from rhml_widgets.measures.audit import audited
from rhml_widgets.measures.gaps import Gap, gap
from rhml_widgets.measures.outcomes import check_outcomes
from rhml_widgets.overseen import ADAPTIVE, STABLE
from rhml_widgets.people import People

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Event
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.fit import Fit
    from rhml_widgets.overseen import Gate, Goal, Proposal

__all__ = ["HeldBack", "Overseeing"]

MOST_GROUPS = 12
"""Values a column may have to be one of groups."""

UNLEARNED = ("item_id", "position", "content", "label", "before", "after")
"""Columns of `Overseeing.unlearned`, in order."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A refit that may not go live unasked.

    Attributes
    ----------
    gate : int
        The seq it goes by.
    version, against : int
        The number it will have, and the version that answers meanwhile.
    n_right, n_lost, n_gained : int
        Items that version gets right; of these, what the refit gets wrong; what only the refit
        gets right. Judged items and those kept aside with known truth.
    n_judged : int
        How many of the lost items people judged: the others are kept aside.
    kept : float or None
        Share of what was right that stays right, in [0, 1].
    why : tuple of str
        ``unlearned``, or the names of goals that only the refit breaks.
    choice : {None, "roll_back"}
        What the person chose: a refit that was not taken can still be.
    """

    gate: int
    version: int
    against: int
    n_right: int
    n_lost: int
    n_gained: int
    n_judged: int
    kept: float | None
    why: tuple[str, ...]
    choice: str | None

    def words(self) -> str:
        """Say it.

        Examples
        --------
        >>> HeldBack(9, 15, 14, 40, 6, 2, 6, 0.85, ("unlearned",), None).words()
        'Version 15 forgets 6 of 40 right answers of version 14 and gets 2 others right.'
        """
        told = f"Version {self.version} forgets {self.n_lost:,} of {self.n_right:,} right answers"
        told += f" of version {self.against} and gets {self.n_gained:,} others right."
        goals = [one for one in self.why if one != "unlearned"]
        if goals:
            told += f" It breaks what you asked for: {', '.join(goals)}."
        return told.replace("error_gap of", "the error gap in")


class Overseeing(People):
    """The part of a session in which the person has the last word on what the model becomes."""

    def _begin(self, *, gate: float | None = None, **arguments: Any) -> None:
        _require_share("gate", gate)
        self._asked_gate = gate
        self._gaps: dict[tuple[str, int, int], Gap] = {}
        self._flags: tuple[Any, list[str]] = (None, [])
        super()._begin(**arguments)

    def _prepared(self) -> None:
        self._learner.broken = self._broken
        if self._asked_gate not in (None, self._state.at_most) and not self.read_only:
            at_most = float(self._asked_gate or 0.0)
            self._record([GoalSet(column=None, measure="unlearned", at_most=at_most)])

    # ---- the gate -------------------------------------------------------------------------

    @property
    def held_back(self) -> HeldBack | None:
        """The refit that waits for a decision, or that was not taken; None where none is."""
        with self._lock:
            held, gate = self._learner.held_back, self._state.gate
            if held is None or gate is None:
                return None
            found = held.found
            return HeldBack(
                gate=gate.seq,
                version=gate.version,
                against=held.against,
                n_right=found.n_right,
                n_lost=len(found.lost),
                n_gained=found.n_gained,
                n_judged=len(found.judged.lost),
                kept=found.kept,
                why=found.why,
                choice=gate.choice,
            )

    def unlearned(self) -> pd.DataFrame:
        """Return the answered items that the refit held back gets wrong; logged as exposure.

        Items kept aside, items judged by others only and those waiting to be judged again are
        left out.

        Returns
        -------
        DataFrame
            item_id, position, content, ``label`` (what counts), ``before`` and ``after`` (what
            the version that answers and the one held back say).
        """
        with self._lock:
            held, state, pool = self._learner.held_back, self._state, self.pool
            live = self._learner.live
            if held is None or live is None:
                return pd.DataFrame(columns=list(UNLEARNED))
            rows = []
            for number in held.found.judged.lost.tolist():
                own_id = pool.ids[number]
                answer = state.own(own_id)
                if answer is None or state.asked_again(own_id):
                    continue
                rows.append(
                    (
                        own_id,
                        int(pool.positions[number]),
                        pool.words(number),
                        answer.label,
                        live.snapshot.classes[int(live.outlook.predicted[number])],
                        held.made.snapshot.classes[int(held.made.outlook.predicted[number])],
                    )
                )
        self._expose([row[0] for row in rows], "unlearned")
        return pd.DataFrame(rows, columns=list(UNLEARNED))

    def accept(self, gate: int | None = None, *, event_id: str | None = None) -> int:
        """Let the refit that was held back go live, with all that was answered since.

        `undo` brings the version before back, to the bit.

        Parameters
        ----------
        gate : int, optional
            Which one: see `HeldBack.gate`. None: the one there is.
        event_id : str, optional
            A resend with the same id changes nothing.

        Returns
        -------
        int
            The decision's seq.

        Raises
        ------
        BadInputError
            If nothing, or something else, is held back.
        """
        return self._decide("accept", gate, event_id)

    def roll_back(self, gate: int | None = None, *, event_id: str | None = None) -> int:
        """Stay with the version that answers; arguments and returns as for `accept`.

        Labels and lessons stay. Each further refit is weighed against this version and goes live
        once it forgets no more than it may; of the same items nothing is said again.
        """
        return self._decide("roll_back", gate, event_id)

    def _decide(self, choice: str, gate: int | None, event_id: str | None) -> int:
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, Decided, choice=choice)
                if sent is not None:
                    return sent.seq
                standing = self._require_gate(gate)
                if standing.choice == choice and standing.decision is not None:
                    return standing.decision
                event = Decided(gate=standing.seq, choice=choice)
                seq = self._record([event], [event_id])[-1].seq
            if choice == "accept":
                self._relearn(always=True)
        return seq

    def _require_gate(self, seq: int | None) -> Gate:
        gate = self._state.gate
        if gate is None or self._learner.held_back is None:
            msg = "no refit is held back: there is nothing to accept or to roll back"
            raise BadInputError(msg)
        if seq not in (None, gate.seq):
            msg = f"gate={seq!r}: the refit held back now is {gate.seq}; see session.held_back"
            raise BadInputError(msg)
        return gate

    # ---- vetoes ---------------------------------------------------------------------------

    def veto(self, term: str, *, event_id: str | None = None) -> Veto:
        """Forbid the model a term, for and against every class; `undo` lifts it.

        Unlike a strike it outlives everything taught or marked, and binds each phrase feature
        that holds the term, as the model's own vectorizer reads it. Where the model cannot leave
        it alone, the veto says so, at each refit.

        Parameters
        ----------
        term : str
            A word or phrase; of rows, a column. Other forms of a word are other terms.
        event_id : str, optional
            A resend with the same id changes nothing.

        Returns
        -------
        Veto
            What became of it in the version that answers; ``.words()``.

        Raises
        ------
        BadInputError
            If it is no word or column.
        """
        if not isinstance(term, str) or not term.strip() or self.pool.kind == "image":
            msg = f"term={term!r}: expected a word or a phrase, or of rows a column"
            raise BadInputError(msg)
        term = tidy(term.strip())
        if isinstance(self.pool.contents, Rows):
            self.pool.contents.require_column(term)
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, Vetoed, term=term)
                seq = next((s for s, one in self._state.vetoes.items() if one == term), None)
                if sent is None and seq is None:
                    sent = self._record([Vetoed(term=term)], [event_id])[-1]
                seq = seq if sent is None else sent.seq
            self._relearn(always=True)
        self.wait()
        found = next((one for one in self.vetoes() if one.seq == seq), None)
        return found or Veto(term, 0, 0, 0, whole=False, seq=seq or 0)

    def vetoes(self) -> list[Veto]:
        """Return what became of each veto in the version that answers."""
        with self._lock:
            terms, live = dict(self._state.vetoes), self._learner.live
        if live is None:
            return [Veto(term, 0, 0, 0, whole=False, seq=seq) for seq, term in terms.items()]
        features = self._learner.features()
        classes = live.snapshot.classes
        return [check(term, features, live.head, classes, seq) for seq, term in terms.items()]

    # ---- goals ----------------------------------------------------------------------------

    def goal(self, column: str, *, at_most: float, event_id: str | None = None) -> Gap:
        """Bind how far error rates may lie apart between the groups of a column.

        Each version is held to it on items judged blind and not asked out of doubt, each told by
        a fit that did not learn from it, and on items kept aside with known truth. A refit that
        breaks a goal the version before did not break is held back.

        Parameters
        ----------
        column : str
            Of the pool's DataFrame, one the model reads or not, with 2 to 12 values.
        at_most : float
            Largest difference between two groups' error rates, in [0, 1). `undo` lifts it.
        event_id : str, optional
            A resend with the same id changes nothing.

        Returns
        -------
        Gap
            How the version that answers fares; ``.words()``.

        Raises
        ------
        BadInputError
            If there is no such column, or it is none of groups.
        """
        require_range("at_most", at_most, 1.0)
        if at_most is None:
            msg = "at_most=None: expected a number from 0 to 1"
            raise BadInputError(msg)
        self._groups(column)
        with self._changing():
            event = GoalSet(column=column, measure="error_gap", at_most=float(at_most))
            if self.sent(event_id, GoalSet, column=column, at_most=event.at_most) is None:
                self._record([event], [event_id])
        return next(one for one in self._measured_gaps() if one.column == column)

    def goals(self) -> pd.DataFrame:
        """Return how the version that answers fares on each goal.

        Returns
        -------
        DataFrame
            column, at_most, value, low, high (99 %, of the largest gap), n (judged items), met
            (None: cannot be told yet), words.
        """
        rows = [
            {
                **{name: getattr(one, name) for name in ("column", "at_most", "value")},
                "low": one.low,
                "high": one.high,
                "n": sum(n for _, _, n in one.groups),
                "met": one.met,
                "words": one.words(),
            }
            for one in self._measured_gaps()
        ]
        columns = ["column", "at_most", "value", "low", "high", "n", "met", "words"]
        return pd.DataFrame(rows, columns=columns)

    def _measured_gaps(self) -> list[Gap]:
        with self._lock:
            live, goals = self._learner.live, self._state.gap_goals
        if live is None:
            return [gap(str(one.column), one.at_most, {}) for one in goals]
        with self._floor.working():
            features = self._learner.features()
            return [self._gap(one, live, features) for one in goals]

    def _broken(self, live: Fit, made: Fit, features: Features) -> Sequence[str]:
        """Name the goals that a refit breaks and the version that answers does not.

        A goal holds refits back once, until the person decides or it is surely met; from then
        on it is flagged as long as it is not.
        """
        with self._lock:
            goals = self._state.gap_goals
            told = {
                name: gate.seq
                for gate in self._state.gates.values()
                for name in gate.why
                if gate.passed or gate.choice == "accept"
            }
            held = {name for gate in self._state.standing_gates for name in gate.why}
        return [
            goal.name
            for goal in goals
            if told.get(goal.name, 0) < goal.seq
            and self._gap(goal, made, features).met in (False, None if goal.name in held else False)
            and self._gap(goal, live, features).met is not False
        ]

    def _gap(self, goal: Goal, fit: Fit, features: Features) -> Gap:
        known = fit.snapshot
        key = (known.digest(), known.seq, goal.seq)
        if key in self._gaps:
            return self._gaps[key]
        column = str(goal.column)
        groups = self._groups(column)[: len(known.fair_of)]
        fair = np.flatnonzero(known.fair_of >= 0)
        said = crossed(known, features, fair) if known.n_labels else fit.outlook.predicted[fair]
        held = np.flatnonzero(known.truth_of >= 0)
        numbers = np.concatenate([fair, held])
        wrong = np.concatenate(
            [said != known.fair_of[fair], fit.outlook.predicted[held] != known.truth_of[held]]
        )
        of = groups[numbers]
        errors = {
            str(name): (int(wrong[of == name].sum()), int((of == name).sum()))
            for name in dict.fromkeys(of.tolist())
            if name is not None
        }
        found = gap(column, goal.at_most, errors)
        self._gaps[key] = found
        while len(self._gaps) > 2 * MOST_GROUPS:
            del self._gaps[next(iter(self._gaps))]
        return found

    def _groups(self, column: str) -> NDArray[Any]:
        """Return the group of each item, shape (n_items,), None where it is missing."""
        source = self._source
        if not isinstance(source, pd.DataFrame) or column not in source.columns:
            have = list(source.columns) if isinstance(source, pd.DataFrame) else "no columns"
            msg = f"column {column!r} is not in the pool, which has {have}"
            raise BadInputError(msg)
        values = source[column].iloc[self.pool.positions]
        named = [None if pd.isna(one) else str(one) for one in values.tolist()]
        n_groups = len({one for one in named if one is not None})
        if not 1 < n_groups <= MOST_GROUPS:
            msg = (
                f"column {column!r} has {n_groups} values: groups are 2 to {MOST_GROUPS}; bin it, "
                "for instance by pandas.cut"
            )
            raise BadInputError(msg)
        return np.asarray(named, dtype=object)

    # ---- modes ----------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """``adaptive`` (the model learns as you answer) or ``stable`` (the version stays).

        In ``stable``, for bulk work, sweeps and audits, answers are kept and not learned from,
        and the share of ``teach`` in ``purposes`` goes to ``check``: what is asked measures the
        version. Lessons, vetoes and `fit` still make a new one. Set to ``adaptive`` the model
        learns all that was answered meanwhile. Nothing but the person ever sets it: see
        `proposals`.
        """
        return self._state.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self.set_mode(mode)

    def set_mode(self, mode: str, why: str | None = None, *, event_id: str | None = None) -> int:
        """Set the mode; the same one again means to stay, and answers what was proposed.

        Parameters
        ----------
        mode : {"adaptive", "stable"}
        why : str, optional
        event_id : str, optional
            A resend with the same id changes nothing.

        Returns
        -------
        int
            The seq; `undo` takes it back.
        """
        if mode not in (ADAPTIVE, STABLE):
            msg = f"mode={mode!r}: expected 'adaptive' or 'stable'"
            raise BadInputError(msg)
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, ModeSet, mode=mode)
                if sent is not None:
                    return sent.seq
                seq = self._record([ModeSet(mode=mode, why=why)], [event_id])[-1].seq
            if mode == ADAPTIVE:
                self._relearn(always=True)
        return seq

    @property
    def proposals(self) -> list[Proposal]:
        """What is proposed and not answered yet, oldest first: nothing was changed by it.

        In the stable mode, the adaptive one is proposed where rows that came differ from those
        there were (``drift``), or an audit or other blind checks since the mode was set disagree
        with the model in more than 10 % (``audit``, ``disagreement``). Each is raised wrongly, at
        whatever look, with a probability of at most 0.05 %: see `measures.alarms`.
        """
        with self._lock:
            return list(self._state.open_proposals)

    def undo(self, seq: int | None = None, *, event_id: str | None = None) -> int | None:
        """Take back an answer, a skip, a lesson or a decision over the model; see `Answering`."""
        with self._lock:
            target = self._state.last_action() if seq is None else seq
            kind = None if not isinstance(target, int) else self._state.action_kind(target)
        with self.holding():
            done = super().undo(seq, event_id=event_id)
            if kind == Decided.kind and done is not None:
                self._learner.go_back()
            lifted = kind == Taught.kind and self._state.mode == STABLE
            if (lifted or kind in _BIND) and done is not None:
                self._relearn(always=True)
        return done

    def _relearn(self, *, always: bool = False) -> None:
        stays = self._state.mode == STABLE and self._learner.live is not None
        if always or not stays:
            super()._relearn(always=always)
        else:
            self._look_at_answers()

    def _rested(self) -> None:
        if self._closed is None:
            self._look_at_rows()
            self._raise_flags()
        super()._rested()

    @property
    def flags(self) -> list[str]:
        """What the version that answers breaks: vetoes it cannot keep, goals not met; in words."""
        return list(self._flags[1])

    def _raise_flags(self) -> None:
        key = (self._learner.version, *self._state.vetoes, *self._state.goals)
        if key == self._flags[0]:
            return
        try:
            unkept = [one.words() for one in self.vetoes() if not one.enforced]
            unmet = [one.words() for one in self._measured_gaps() if one.met is False]
        except (BadInputError, NotFittedYetError):
            return
        self._flags = key, unkept + unmet

    # ---- triggers -------------------------------------------------------------------------

    def _propose(self, why: str, measured: float) -> Event | None:
        known = {one.why for one in self._state.open_proposals}
        if measured < 1 / ALARM or why in known or self._state.mode != STABLE:
            return None
        return Proposed(what="mode", to=ADAPTIVE, why=why, measured=min(float(measured), 1e12))

    def _look_at_answers(self) -> None:
        """Weigh an answer against the model; only one that differs can raise an alarm."""
        with self._lock:
            state = self._state
            last = next(reversed(state.judgments.values()), None)
            said = None if last is None else last.predicted
            if last is None or said is None or said.label == last.label or self.read_only:
                return
            reading = audited(state)
            mine = set() if reading is None else set(reading.audit.drawn)
            found: list[Event | None] = []
            if reading is not None and reading.audit.seq > state.mode_since:
                found.append(self._propose("audit", excess(reading.wrong, reading.n)))
            checks = [
                one.hit
                for one in check_outcomes(state)
                if one.seq > state.mode_since and one.item_id not in mine
            ]
            missed = len(checks) - sum(checks)
            found.append(self._propose("disagreement", excess(missed, len(checks))))
            self._record([one for one in found if one is not None])

    def _look_at_rows(self) -> None:
        """Compare rows that came since the last look with those there were before."""
        with self._lock:
            state, pool = self._state, self.pool
            if state.mode != STABLE or self.read_only or self._learner.live is None:
                return
            since = max(state.mode_since, next(reversed(state.watched), 0))
            come = [seq for seq in state.extensions if seq > since]
            if not come or state.opened is None:
                return
            before = [one.n_rows for seq, one in state.extensions.items() if seq < come[0]]
            n_before = before[-1] if before else state.opened.n_rows
            new_ids = [one for seq in come for one in state.extensions[seq].new if one in pool]
            seed = (self._learner.seed, come[0])
        of_row = pool.item_of_row
        free = ~np.isin(of_row, self._learner.held)
        is_new = np.arange(len(of_row)) >= n_before
        came = np.asarray([pool.number(one) for one in new_ids], dtype=np.intp)
        if (pool.positions[came] < n_before).any():
            is_new = np.isin(of_row, came)  # the rows came in another order
        found = novelty(
            self._learner.features(), of_row[free & ~is_new], of_row[free & is_new], seed=seed
        )
        if found is None:
            return
        with self._lock:
            if self.pool is not pool or self.read_only:
                return
            p, auc, n = found
            self._record([Watched(p=p, auc=auc, n=n)])
            looks = [one[0] for seq, one in state.watched.items() if seq > state.mode_since]
            proposed = self._propose("drift", onset(looks))
            self._record([] if proposed is None else [proposed])


_BIND = {Decided.kind, Vetoed.kind, GoalSet.kind, ModeSet.kind}
"""What a refit follows when it is taken back, in whatever mode."""


def _require_share(name: str, share: float | None) -> None:
    require_range(name, share, 1.0)
    if share is not None and not share:
        msg = f"{name}=0: expected a share above 0, up to 1, which holds nothing back"
        raise BadInputError(msg)
