"""Cycling: turns of reciprocal learning, for who wants a frame around the work."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rhml_widgets.comparing import Comparing
from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.folded.cycles import STEPS
from rhml_widgets.items.labels import clean_label, require_class
from rhml_widgets.items.ranges import require_count
from rhml_widgets.journal.events import CycleStepped, IntentSet
from rhml_widgets.machine.intents import FIND, require_intent
from rhml_widgets.measures.turns import Turn, labeled_in, turn

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.verdicts import Verdicts
    from rhml_widgets.records import CycleRecord, Judgment

__all__ = ["Cycle", "Cycling"]

BATCH = 10
"""Items of a cycle where nothing is said."""

SHOWN = 5
"""Items whose reasons are shown at most."""


class Cycling(Comparing):
    """The part of a session in which the two take turns, if the person wants to."""

    _begun: tuple[int, Verdicts | None] | None = None

    def cycle(self, batch: int | None = None) -> Cycle:
        """Return the cycle that goes on, or begin one.

        A cycle is a frame around the work: label a batch and say what you think (articulate), let
        the model learn it (update), see what it makes of it (explain), correct either side
        (revise), look back (reflect). Each step is logged; everything else works as without.

        Parameters
        ----------
        batch : int, optional
            Items to answer before the model is updated; None: 10, or those of the open cycle.

        Raises
        ------
        BadInputError
            If one goes on that was begun with another batch.

        Examples
        --------
        >>> import rhml_widgets as rhml
        >>> pool = ["card lost", "lost my card today", "refund please", "my refund", "card gone"]
        >>> with rhml.Session(pool=pool, journal=None, refit="sync") as session:
        ...     cycle = session.cycle(batch=4)
        ...     for item in session.query(4):
        ...         _ = session.label(item, "card" if "card" in item.content else "refund")
        ...     _ = cycle.update()
        ...     _ = cycle.explain()
        ...     cycle.revise()
        ...     summary = cycle.reflect("gone means lost")
        >>> summary.labeled, cycle.ended
        (4, True)
        """
        if batch is not None:
            require_count(batch)
        with self._changing(writes=False):
            going = self._state.cycle_open
            if going is not None:
                if batch not in (None, going.batch):
                    msg = (
                        f"cycle {going.number} goes on with batch={going.batch}: reflect() ends "
                        f"it before one with batch={batch} can begin"
                    )
                    raise BadInputError(msg)
                return Cycle(self, going.number)
        with self._changing():
            number = len(self._state.cycles) + 1
            said = self._learner.verdicts()
            about = {"before": None if said is None else said.version}
            size = BATCH if batch is None else int(batch)
            self._record([CycleStepped(cycle=number, step=STEPS[0], batch=size, about=about)])
            self._begun = number, said
        return Cycle(self, number)

    def want(
        self, intent: str | None, label: Label | None = None, *, event_id: str | None = None
    ) -> None:
        """Say what you want now: it sets which items come, and what the page opens.

        Parameters
        ----------
        intent : str or None
            "teach me": more items the model is sure of, its reasons open after each answer.
            "check me": more blind checks, and hidden repeats. "challenge me": mostly items it is
            sure of, reasons open. "find more": likely items of ``label``, beside uniform checks.
            None: the session's own purposes. The shares are in
            `rhml_widgets.machine.intents.INTENTS`. In the stable mode what would be learned from
            goes to checks all the same.
        label : label, optional
            The class to find.
        event_id : str, optional
            A resend with the same id changes nothing.

        Raises
        ------
        BadInputError
            For what is no intent, or without the class to find.
        UnknownLabelError
            If that is no class.
        """
        require_intent(intent)
        meant = None if label is None else clean_label(label)
        if (intent == FIND) != (meant is not None):
            msg = f"want({intent!r}, label={label!r}): a class to find goes with 'find more', alone"
            raise BadInputError(msg)
        if meant is not None:
            require_class(meant, self.choices)
        with self._changing():
            told = None if intent is None else (intent, meant)
            if self.sent(event_id, IntentSet, intent=intent) is None and self._state.intent != told:
                self._record([IntentSet(intent=intent, label=meant)], [event_id])

    @property
    def wants(self) -> str | None:
        """What the person wants now: see `want`."""
        intent = self._state.intent
        return None if intent is None else intent[0]

    def said_before(self, number: int) -> Verdicts | None:
        """Return what the model said as a cycle began; None where it was begun in another run."""
        return self._begun[1] if self._begun is not None and self._begun[0] == number else None

    def cycles(self) -> pd.DataFrame:
        """Return a row for each cycle: the fields of `rhml_widgets.measures.turns.Turn`, ``step``.

        Counts are of the person who answers now.
        """
        with self._lock:
            state = self._state.still()
        rows = [{**asdict(turn(state, one)), "step": one.step} for one in state.cycles.values()]
        names = [*Turn.__dataclass_fields__, "step"]
        return pd.DataFrame(rows, columns=names)


class Cycle:
    """One turn; get it by `Session.cycle`.

    Attributes
    ----------
    number : int
        From 1.
    """

    def __init__(self, session: Cycling, number: int) -> None:
        self._session = session
        self.number = number

    @property
    def _known(self) -> CycleRecord:
        known: CycleRecord = self._session.state.cycles[self.number]
        return known

    @property
    def step(self) -> str:
        """The last step taken."""
        return self._known.step

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._known.ended

    @property
    def left(self) -> int:
        """Items still to be answered before `update`: no more than there are."""
        session = self._session
        with session.steady():
            done = len(labeled_in(session.state, self._known))
            return max(0, min(self._known.batch - done, session.n_askable - session.n_labeled))

    @property
    def why_not(self) -> str:
        """Why the next step cannot be taken yet; "" where it can."""
        return "" if self.ended else self._hindered(STEPS[STEPS.index(self.step) + 1])

    def update(self) -> int | None:
        """Have the model learn what was said; return its version.

        Raises
        ------
        BadInputError
            Out of order, or before the batch is answered.
        NotFittedYetError
            If it cannot learn yet, saying why.
        """
        self._require("update")
        session = self._session
        before = session.said_before(self.number)
        session.fit()
        after = session.learner.verdicts()
        if after is None:
            raise NotFittedYetError(session.learner.why_silent())
        about: dict[str, Any] = {"after": after.version, "n_items": len(after.predicted)}
        if before is not None and len(before.predicted) == len(after.predicted):
            said = np.asarray(before.classes, dtype=object)[before.predicted]
            says = np.asarray(after.classes, dtype=object)[after.predicted]
            about["changed"] = int(np.count_nonzero(said != says))
        self._take("update", about)
        return after.version

    def explain(self, n: int = SHOWN) -> pd.DataFrame:
        """Show what the model makes of the batch: where it differs from you first.

        Logged as exposure of the items shown.

        Parameters
        ----------
        n : int
            Items shown at most.

        Returns
        -------
        DataFrame
            item_id, position, content, ``yours``, ``asked`` (what it said before it learned your
            answer; None where it said nothing), ``now``, and ``reasons`` (its heaviest terms or
            columns for what it says now, heaviest first).
        """
        require_count(n)
        self._require("explain")
        session = self._session
        with session.steady():
            batch = labeled_in(session.state, self._known)
        rows = [self._row(one) for one in self._most_telling(batch)[:n]]
        names = ["item_id", "position", "content", "yours", "asked", "now", "reasons"]
        frame = pd.DataFrame(rows, columns=names)
        # What it says now it has learned from you; what it said before is where you two differed.
        shown = [
            [
                row["item_id"],
                row["asked"] if row["asked"] not in (None, row["yours"]) else row["now"],
            ]
            for row in rows
        ]
        self._take("explain", {"shown": shown})
        return frame

    def revise(self) -> None:
        """Say that what was to be corrected, on either side, is corrected."""
        self._require("revise")
        self._take("revise", {})

    def reflect(self, note: str | None = None) -> Turn:
        """End the cycle; return what each changed in the other.

        Parameters
        ----------
        note : str, optional
            What you take from it, kept in the journal.
        """
        if note is not None and not isinstance(note, str):
            msg = f"note={note!r}: expected a str"
            raise BadInputError(msg)
        self._require("reflect")
        self._take("reflect", {"note": note})
        return self.summary()

    def summary(self) -> Turn:
        """Return what each changed in the other so far."""
        with self._session.steady():
            return turn(self._session.state, self._known)

    def _most_telling(self, batch: list[Judgment]) -> list[Judgment]:
        learner, pool = self._session.learner, self._session.pool
        known = [one for one in batch if one.item_id in pool]

        def differs(one: Judgment) -> tuple[bool, bool, int]:
            now = learner.predicted(pool.number(one.item_id)) != one.label
            asked = one.predicted is not None and one.predicted.label != one.label
            return not now, not asked, one.seq

        return sorted(known, key=differs)

    def _row(self, one: Judgment) -> dict[str, Any]:
        session = self._session
        number = session.pool.number(one.item_id)
        now = session.learner.predicted(number)
        other = one.label if one.label != now else session.learner.runner_up(number, now)
        found = session.explain(one.item_id, now, other)
        speaking = [
            (value, term)
            for term, value in zip(found.features, found.contributions, strict=True)
            if value > 0
        ]
        return {
            "item_id": one.item_id,
            "position": int(session.pool.positions[number]),
            "content": session.pool.contents[number],
            "yours": one.label,
            "asked": None if one.predicted is None else one.predicted.label,
            "now": now,
            "reasons": [term for _, term in sorted(speaking, key=lambda told: -told[0])[:SHOWN]],
        }

    def _hindered(self, step: str) -> str:
        if step == "update" and self.left:
            known = self._known
            return f"answer {self.left} more of the {known.batch} items of this cycle first"
        return ""

    def _require(self, step: str) -> None:
        known = self._known
        if known.ended:
            msg = f"cycle {self.number} is over: session.cycle() begins the next"
            raise BadInputError(msg)
        due = STEPS[STEPS.index(known.step) + 1]
        if step != due:
            msg = (
                f"cycle {self.number} is at {known.step!r}, so {step!r} is out of order: {due!r} "
                "comes next"
            )
            raise BadInputError(msg)
        if why := self._hindered(step):
            msg = f"cycle {self.number} cannot {step} yet: {why}"
            raise BadInputError(msg)

    def _take(self, step: str, about: dict[str, Any]) -> None:
        session, known = self._session, self._known
        event = CycleStepped(cycle=self.number, step=step, batch=known.batch, about=about)
        with session._changing():  # noqa: SLF001 - a cycle is part of its session
            session._record([event])  # noqa: SLF001 - the same

    def __repr__(self) -> str:
        """Say where it stands."""
        left = f", {self.left} to answer" if self.step == "articulate" else ""
        return f"Cycle({self.number}, {'over' if self.ended else self.step}{left})"
