"""State: what is known of a session, and what may be asked of it.

Everybody but its owner reads it through `State.view`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rhml_widgets.folded import AUDIT, REPEAT, Folded
from rhml_widgets.records import (
    Audit,
    Judgment,
    Lesson,
    Prediction,
    Query,
    Resolution,
    Version,
)

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label

__all__ = [
    "AUDIT",
    "REPEAT",
    "Audit",
    "Judgment",
    "Lesson",
    "Prediction",
    "Query",
    "Resolution",
    "State",
    "StateView",
    "Version",
]


class State(Folded):
    """Everything known of a session, folded from its journal: see `Folded` for what it holds."""

    @property
    def n_labeled(self) -> int:
        """Items with a standing answer."""
        return len(self.answers)

    @property
    def last_version(self) -> Version | None:
        """The version that went live last."""
        return self.versions[next(reversed(self.versions))] if self.versions else None

    def blind(self, item_id: str, person: str | None = None) -> Judgment | None:
        """Return the newest judgment of an item given before the model's view was seen, or None.

        By one person; None: by the one whose answer counts. Hidden repeats are not among them:
        they measure the person, not the model.
        """
        if person is None:
            answer = self.answer(item_id)
            person = "" if answer is None else answer.person
        for seq in reversed(self.answers.get(item_id, ())):
            one = self.judgments[seq]
            if one.sealed and one.stage != "probe" and one.person == person:
                return one
        return None

    def is_repeat(self, item_id: str) -> bool:
        """Whether an answered item waits to be asked again, its earlier answer hidden."""
        asked = self.asked_again(item_id) and item_id in self.repeats
        return asked and item_id not in self.relabel

    def asked_again(self, item_id: str) -> bool:
        """Whether an item the person answered waits for another answer, for whatever reason."""
        return item_id in self.waiting and self.own(item_id) is not None

    def probed(self, item_id: str) -> Judgment | None:
        """Return the person's newest answer to a hidden repeat of an item, or None."""
        for seq in reversed(self.answers.get(item_id, ())):
            one = self.judgments[seq]
            if one.stage == "probe" and one.person == self.person:
                return one
        return None

    def given(self, item_id: str) -> Label | None:
        """Return the label an item has from the person, or else the one it was brought with."""
        answer = self.own(item_id)
        if answer is not None:
            return answer.label
        return None if item_id in self.answers else self.imported.get(item_id)

    def together(self, seq: int) -> tuple[int, ...]:
        """Return what is taken back with a seq: all of its batch, itself first."""
        one = self.judgments.get(seq) or self.resolutions.get(seq) or self.revisions.get(seq)
        batch = None if one is None else one.batch
        rest = () if batch is None else self.batches[batch]
        return (seq, *(other for other in reversed(rest) if other != seq))

    def is_exposed(self, item_id: str) -> bool:
        """Whether the person may have seen the model's view of an item."""
        return item_id in self.exposed or self.all_shown > self.arrived.get(item_id, 0)

    def last_action(self) -> int | None:
        """Return the seq of what the person did last that an undo would take back, or None."""
        return next(reversed(self._undoable), None)

    def action_kind(self, seq: int) -> str | None:
        """Return what an undoable seq is (``Judged``, ``Skipped``, ``Taught``), or None."""
        return self._undoable.get(seq)

    def view(self) -> StateView:
        """Return a read-only view of this state; it follows later folds."""
        return StateView(self)

    def still(self) -> State:
        """Return a copy that later folds leave as it is."""
        copy = State()
        for name, value in vars(self).items():
            setattr(copy, name, value.copy() if isinstance(value, dict) else value)
        copy._others = {
            person: {name: v.copy() if isinstance(v, dict) else v for name, v in kept.items()}
            for person, kept in self._others.items()
        }
        return copy

    def canonical(self) -> bytes:
        """Return the state as canonical JSON: equal states give equal bytes."""
        kept = {name: value for name, value in vars(self).items() if name not in _TALLIES}
        body = {name: _plain(value) for name, value in _some(kept).items()}
        if self._others:
            body["_others"] = _plain(
                {one: _some(their, ("hinted",)) for one, their in self._others.items()}
            )
        return json.dumps(
            body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode("utf-8", "surrogatepass")


_SINCE = (
    "shared",
    "sharing",
    "thirds",
    "_others",
    "arms",
    "hinted",
    "cycles",
    "intent",
    "revisions",
    "cites",
    "phases",
    "relabel",
    "_codebook",
    "_meaning",
    "_gone",
    "_as_told",
    "gates",
    "vetoes",
    "goals",
    "modes",
    "proposals",
    "watched",
    "_decisions",
    "reverted",
    "lexicon_edits",
    "map_edits",
    "proposed",
    "rejected",
    "terms_shown",
)
"""Left out while it is empty: an older journal means what it meant before there were such."""

_TALLIES = (
    "stops",
    "decisions",
    "batches",
    "swept",
    "rechecks",
    "pile",
    "_begun",
    "_first_names",
    "_named_at",
    "_parts",
    "_lexicon",
    "_today",
    "concept_map",
    "_told",
)
"""What can be counted from the rest and is kept only so that nobody has to count it again."""


class StateView:
    """A read-only view of a `State`: same attributes and questions, no folding."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        object.__setattr__(self, "_state", state)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "fold":
            raise AttributeError(name)
        value = getattr(object.__getattribute__(self, "_state"), name)
        return MappingProxyType(value) if isinstance(value, dict) else value

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"the state is read-only: {name!r} changes through the session's methods"
        raise AttributeError(msg)

    def __repr__(self) -> str:
        """Say how far the journal is folded."""
        return f"State(seq={self.seq}, n_labeled={self.n_labeled})"


def _some(fields: dict[str, Any], of_some: tuple[str, ...] = _SINCE) -> dict[str, Any]:
    """Leave out what there need not be any of, where there is none."""
    return {name: value for name, value in fields.items() if value or name not in of_some}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        # A list of pairs keeps the order and the type of the keys, both of which are state.
        return [[key, _plain(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
