"""Articulating: the codebook, what fits no class, and the phases of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError
from rhml_widgets.items.labels import warn_of_lookalike
from rhml_widgets.journal.events import CodebookRevised, Judged, PhaseSet
from rhml_widgets.knowledge.checked import checked
from rhml_widgets.live_codebook import LiveCodebook
from rhml_widgets.machine.heap import grouped
from rhml_widgets.measures.phases import PHASES, by_phase
from rhml_widgets.overseeing import Overseeing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.items.pool import Item
    from rhml_widgets.journal.events import Event, Label

__all__ = ["Articulating"]

PILE = ("item_id", "position", "content", "group", "terms")
"""Columns of `Articulating.pile`, in order."""

_RESHAPES = ("add", "rename", "merge", "split", "retire")


class Articulating(Overseeing):
    """The part of a session in which the classes themselves are worked on.

    No edit loses an answer: what was said stays in the journal, and taking an edit back brings
    all of it back. A class keeps its place in ``classes_`` for good.
    """

    @property
    def codebook(self) -> LiveCodebook:
        """The classes with their definitions, rules, examples and memos; edits go through it."""
        return LiveCodebook(self)

    def revise(self, op: str, about: Mapping[str, Any], *, event_id: str | None = None) -> int:
        """Edit the codebook; return the seq by which `undo` takes it back.

        ``session.codebook`` offers each edit by its name.

        Parameters
        ----------
        op : str
            ``add``, ``define``, ``rename``, ``merge``, ``split``, ``retire``, ``include``,
            ``exclude``, ``example``, ``memo``, ``seeds``, ``parent``, ``drop`` or ``relabel``.
        about : mapping
            See `rhml_widgets.journal.events.CodebookRevised`.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first seq.

        Raises
        ------
        BadInputError, UnknownLabelError
        UnknownItemError
            If an example is no item of the pool.
        """
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, CodebookRevised, op=op)
                if sent is not None:
                    return sent.seq
                told = checked(op, about, self._state.codebook)
                if told.get("item_id") is not None:
                    told["item_id"] = self.pool.ids[self._number(told["item_id"])]
                for label in self._new_names(op, told):
                    warn_of_lookalike(label, self.choices)
                seq = self._record([CodebookRevised(op=op, about=told)], [event_id])[-1].seq
            if op in (*_RESHAPES, "define", "seeds"):
                self._relearn(always=self._refit != "manual")
        return seq

    def _new_names(self, op: str, about: Mapping[str, Any]) -> list[Label]:
        named: list[Label] = {
            "add": lambda: [about["label"]],
            "rename": lambda: [about["name"]],
            "merge": lambda: [about["into"]],
            "split": lambda: list(about["into"]),
        }.get(op, list)()
        return [name for name in named if name not in self._state.classes]

    # ---- what fits no class ---------------------------------------------------------------

    def pile(self) -> pd.DataFrame:
        """Return the items that were put aside as ``none of these``, in rough groups.

        An item comes here by ``session.skip(item_id, "none of these")``. It is grouped by the
        words or columns it shares with others: a suggestion to look at, no more.

        Returns
        -------
        DataFrame
            item_id, position, content, group (0 is the largest) and terms (what the group holds
            more of than the pool does).
        """
        with self._lock:
            numbers = [
                self.pool.number(one)
                for one in self._state.pile
                if one in self.pool and self._is_unplaced(one)
            ]
        with self._floor.working():
            features = self._features()
            groups = (
                []
                if features is None
                else grouped(features, numbers, random_state=self._learner.seed)
            )
        rows = [
            (
                self.pool.ids[number],
                int(self.pool.positions[number]),
                self.pool.words(number),
                place,
                " · ".join(group.terms),
            )
            for place, group in enumerate(groups)
            for number in group.numbers
        ]
        return pd.DataFrame(rows, columns=list(PILE))

    def _is_unplaced(self, item_id: str) -> bool:
        return item_id not in self._state.answers or item_id in self._state.relabel

    def promote(
        self,
        item_ids: Sequence[str | Item],
        label: Label,
        definition: str | None = None,
        *,
        event_id: str | None = None,
    ) -> int:
        """Make items of the pile a class; return the seq by which `undo` takes it all back.

        They are answered with the class in one step (stage ``verified``: you read each of them
        when you put it aside, and named them together). A class that is there already takes them
        in.

        Parameters
        ----------
        item_ids : sequence of item_id
            From `pile`.
        label : label
        definition : str, optional
            Of a new class.

        Raises
        ------
        BadInputError
            If none is named, or one is not on the pile.
        AlreadyJudgedError
            If one was answered meanwhile.
        """
        if isinstance(item_ids, str) or not len(item_ids):
            msg = f"promote({item_ids!r:.60}): expected a list of items of session.pile()"
            raise BadInputError(msg)
        numbers = list(dict.fromkeys(self._number(one) for one in item_ids))
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, Judged)
                if sent is not None:
                    return sent.seq
                for number in numbers:
                    self._require_on_pile(self.pool.ids[number])
                batch = self._batch(event_id)
                events: list[Event] = []
                if label not in self.choices:
                    about = {"label": label, "definition": definition}
                    told = checked("add", about, self._state.codebook)
                    label = told["label"]
                    warn_of_lookalike(label, self.choices)
                    events.append(CodebookRevised(op="add", about=told, batch=batch))
                for number in numbers:
                    events += self._accepted(number, label, batch)
                last = [None] * (len(events) - 1)
                seq = self._record(events, [*last, event_id])[-1].seq
            self._relearn()
        return seq

    def _require_on_pile(self, item_id: str) -> None:
        if item_id not in self._state.pile:
            msg = (
                f"item {item_id} is not on the pile: session.skip(item_id, 'none of these') puts "
                "it there"
            )
            raise BadInputError(msg)
        answer = self._state.answer(item_id)
        if answer is not None and not self._is_unplaced(item_id):
            msg = f"item {item_id} was answered {answer.label!r} meanwhile: leave it out"
            raise AlreadyJudgedError(msg)

    # ---- phases ---------------------------------------------------------------------------

    @property
    def phase(self) -> str | None:
        """What the work is at: ``qualitative``, ``classification``, ``evaluation``; None: unsaid.

        In the qualitative phase you code and write, and no model is refitted by itself. Set it to
        another phase to go on; `phases` tells the numbers of each apart.
        """
        return self._state.phase

    @phase.setter
    def phase(self, phase: str) -> None:
        self.enter(phase)

    def enter(self, phase: str, *, event_id: str | None = None) -> int | None:
        """Enter a phase; return its seq, or None where the work is in it already.

        Raises
        ------
        BadInputError
            If it is none of the three.
        """
        if phase not in PHASES:
            msg = f"phase={phase!r}: expected one of {', '.join(map(repr, PHASES))}"
            raise BadInputError(msg)
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, PhaseSet, phase=phase)
                if sent is not None:
                    return sent.seq
                if self._state.phase == phase:
                    return None
                seq = self._record([PhaseSet(phase=phase)], [event_id])[-1].seq
            if phase != "qualitative":
                self._relearn(always=self._refit != "manual")
        return seq

    def phases(self) -> pd.DataFrame:
        """Return what was done in each phase: see `rhml_widgets.measures.phases.by_phase`."""
        with self._lock:
            state = self._state.still()
        return by_phase(state)

    def n_anew(self) -> int:
        """Return how many items wait to be answered anew since their class was edited."""
        with self._lock:
            return int(np.sum([one in self.pool for one in self._state.relabel], dtype=np.intp))
