"""Evidence: what the journal has told the model's side so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.journal.events import (
    CodebookRevised,
    Imported,
    Judged,
    LexiconRevised,
    Queried,
    Retracted,
    Taught,
)
from rhml_widgets.knowledge.codebook import first_lesson
from rhml_widgets.machine.feedback import Stance
from rhml_widgets.machine.snapshot import NO_CLASS_YET, NO_TRUTH, Snapshot, taught

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Label
    from rhml_widgets.machine.base import Base
    from rhml_widgets.records import Judgment, Query
    from rhml_widgets.state import State

__all__ = ["Evidence"]


class Evidence:
    """Labels, marks and lessons as a fit can take them, and the items that are not free to ask.

    Parameters
    ----------
    pool : Pool
    state : State
        Read under the session's lock only.
    holdout : dict of int to label or None
        Item number to its known truth, None where it is not known now.
    base : Base, optional
        Old labeled rows to learn from, too.

    Attributes
    ----------
    label_of, fair_of : ndarray of int32, shape (n_items,)
        See `Snapshot`.
    taken : ndarray of bool, shape (n_items,)
        Answered, waiting, skipped or held out.
    asked : dict of int to None
        Numbers of the items asked or answered, oldest first.
    n_changes : int
        What changed so far: answers, undos, lessons, labels brought along, the pool.
    """

    def __init__(
        self,
        pool: Pool,
        state: State,
        holdout: dict[int, Label | None],
        base: Base | None = None,
    ) -> None:
        self._pool = pool
        self._state = state
        self.holdout = holdout
        self.base = base
        self.label_of = np.full(len(pool), -1, dtype=np.int32)
        self.fair_of = np.full(len(pool), -1, dtype=np.int32)
        self.taken: npt.NDArray[np.bool_] = np.zeros(len(pool), dtype=bool)
        self.taken[list(holdout)] = True
        self.asked: dict[int, None] = {}
        self._answered: set[int] = set()
        self.n_changes = 0
        self._marked: dict[str, tuple[int, list[str], Label, int | None]] = {}

    @property
    def seed(self) -> int:
        """The session's random_state."""
        assert self._state.opened is not None  # noqa: S101 - a model's side has an opened session
        return self._state.opened.random_state

    def catch_up(self) -> None:
        """Take in all the state holds; once, when a session opens."""
        state = self._state
        for item_id in state.queries:
            if item_id in self._pool:
                self.asked[self._pool.number(item_id)] = None
        self._touch_all()
        self.n_changes = len(state.answers)

    def _touch_all(self) -> None:
        state = self._state
        for item_id in [*state.answers, *state.waiting, *state.skipped, *state.imported]:
            self._touch(item_id)

    @property
    def n_answered(self) -> int:
        """Items of the pool that are answered, less the holdout."""
        return len(self._answered)

    def follow(self, entry: Entry, item_id: str | None) -> None:
        """Take in one entry that was just folded and the item it touched."""
        if item_id is not None:
            self._touch(item_id)
            if isinstance(entry.event, Queried) and item_id in self._pool:
                self.asked[self._pool.number(item_id)] = None
        if isinstance(entry.event, Imported):
            for own_id, _ in entry.event.labels:
                self._touch(own_id)
        event = entry.event
        of = event.target if isinstance(event, Retracted) else entry.seq
        if of in self._state.revisions:
            self._touch_all()  # classes may have come, gone or changed names
        if isinstance(
            event, Judged | Retracted | Taught | LexiconRevised | Imported | CodebookRevised
        ):
            self.n_changes += 1

    def grow(self, pool: Pool) -> None:
        """Go on with a pool that begins with the items of the one before."""
        more = len(pool) - len(self._pool)
        none = np.full(more, -1, dtype=np.int32)
        self.label_of = np.concatenate([self.label_of, none])
        self.fair_of = np.concatenate([self.fair_of, none])
        self.taken = np.concatenate([self.taken, np.zeros(more, dtype=bool)])
        self._pool = pool
        self.n_changes += 1

    def _touch(self, item_id: str) -> None:
        state, pool = self._state, self._pool
        if item_id not in pool:
            return
        number = pool.number(item_id)
        answer = state.answer(item_id)
        held = number in self.holdout
        known = answer.label if answer else state.imported.get(item_id)
        learns = known is not None and not held and state.teaches(known)
        self.label_of[number] = self._index(known) if known is not None and learns else -1
        blind = state.blind(item_id) if learns else None
        fair = blind is not None and _fair(state.queries.get(item_id), blind)
        self.fair_of[number] = self._index(blind.label) if blind and fair else -1
        self.taken[number] = (
            held or known is not None or item_id in state.waiting or item_id in state.skipped
        )
        if answer and answer.rationale:
            content = pool.words(number)
            terms = [m if isinstance(m, str) else content[m[0] : m[1]] for m in answer.rationale]
            of = number if pool.kind == "row" else None
            self._marked[item_id] = (answer.seq, terms, answer.label, of)
        else:
            self._marked.pop(item_id, None)
        if answer is not None:
            self.asked[number] = None
        if answer is not None and not held:
            self._answered.add(number)
        else:
            self._answered.discard(number)

    def _index(self, label: Label) -> int:
        return list(self._state.classes).index(label)

    def snapshot(self, model: str) -> Snapshot:
        """Return all that is known now, for an estimator that prints itself as ``model``."""
        state = self._state
        stances: list[tuple[int, Stance]] = []
        for seq, lesson in state.lessons.items():
            if lesson.origin == "codebook" and not lesson.retracted and not state.revisions:
                stances += [(seq, Stance(**row, origin="codebook")) for row in lesson.stances]
        rows = self._spoken_of()
        stances += taught(state.lexicon, rows)
        for seq, terms, label, of in self._marked.values():
            stances += [
                (seq, Stance(term=term, label=label, stance="supports", origin="mark", item=of))
                for term in terms
            ]
        stances += self._first_lesson()
        stances = [pair for pair in stances if pair[1].label is None or self._said(pair[1].label)]
        stances.sort(key=lambda pair: pair[0])
        # After all else: nothing lifts a veto.
        stances += [
            (seq, Stance(term=term, label=None, stance="irrelevant", origin="veto"))
            for seq, term in state.vetoes.items()
        ]
        return Snapshot(
            seq=state.seq,
            classes=list(state.classes),
            label_of=self.label_of.copy(),
            fair_of=self.fair_of.copy(),
            stances=stances,
            lesson=None,
            truth_of=self.truth_of(list(state.classes)),
            random_state=self.seed,
            model=model,
            base=self.base.named(state.means) if self.base and state.revisions else self.base,
            codebook=state.codebook.version,
            revisions=state.spoken,
            rows=rows,
        )

    def _first_lesson(self) -> list[tuple[int, Stance]]:
        """Return what class names, definitions and seeds say since they were edited."""
        state = self._state
        told = [seq for seq, one in state.lessons.items() if one.origin == "codebook"]
        dropped = any(state.lessons[seq].retracted for seq in told)
        # In rows and images there is nothing that words of a definition name.
        if not state.revisions or dropped or self._pool.kind != "text":
            return []
        seq = state.codebook.version
        rows = first_lesson(state.codebook.rows())
        return [(seq, Stance(**row, origin="codebook", item=None)) for row in rows]

    def _said(self, label: Label) -> bool:
        return label in self._state.classes and self._state.teaches(label)

    def _spoken_of(self) -> dict[str, int]:
        """Return the rows in which columns were spoken of: there they stood high or low."""
        if self._pool.kind != "row":
            return {}
        told = [revision.about.get("item_id") for revision in self._state.spoken]
        known = [one for one in told if one is not None and one in self._pool]
        return {one: self._pool.number(one) for one in known}

    def unmeasured(self) -> list[int]:
        """Return the lessons, oldest first, that no version has learned as far as is known."""
        return [
            seq
            for seq, lesson in self._state.lessons.items()
            if lesson.version is None and not lesson.retracted and lesson.origin != "codebook"
        ]

    def truth_of(self, classes: Sequence[Label]) -> npt.NDArray[np.int32]:
        """Return the known truth of the holdout as places in ``classes``; see `Snapshot`."""
        truth = np.full(len(self._pool), NO_TRUTH, dtype=np.int32)
        index = {label: place for place, label in enumerate(classes)}
        for number, label in self.holdout.items():
            if label is None:
                continue
            known = self._state.means(label)
            if known not in index or self._state.is_live(known):
                # What was split since is no truth of its parts.
                truth[number] = index.get(known, NO_CLASS_YET)
        return truth


def _fair(query: Query | None, blind: Judgment) -> bool:
    """Whether an item was judged for another reason than that a model was unsure of it."""
    if query is None or query.seq > blind.seq:
        return True
    fairly = query.purpose in ("check", "challenge") or query.reason == "random"
    return query.lesson is None and fairly
