"""Seats: what is one person's own of a session, kept for them while another answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rhml_widgets.records import Judgment, Query

__all__ = ["SHARED", "THIRD", "Seats"]

SHARED = "shared"
"""The reason of a draw among what somebody else judged: asked of one person, blind."""

THIRD = "third-look"
"""The reason of a draw among what others label differently: asked as blind, counted nowhere."""

_OWN = (
    "exposed",
    "exposed_all",
    "all_shown",
    "hinted",
    "standing",
    "drafts",
    "stops",
    "decisions",
    "shared",
    "sharing",
    "_undoable",
)


def _nothing_yet() -> dict[str, Any]:
    # `None` and 0 where nothing was seen; the counts of stops start at 0 for everybody.
    return {
        **{name: {} for name in _OWN},
        "exposed_all": None,
        "all_shown": 0,
        "standing": None,
        "decisions": {"kept": 0, "adopted": 0, "other": 0},
    }


class Seats:
    """Who answers now, with what is theirs alone; the rest of a state belongs to all.

    Attributes
    ----------
    person : str
        Who wrote the last entry. ``exposed``, ``exposed_all``, ``all_shown``, ``standing``,
        ``drafts``, ``stops``, ``decisions``, ``shared``, ``sharing`` and what may be undone are
        this person's; everybody else's wait for their turn.
    shared : dict of item_id to Query
        Items judged by somebody else that were drawn for this person.
    sharing : dict of item_id to None
        Those of them that wait for an answer, in the order they are asked.
    thirds : dict of item_id to str
        Where two people differed and another one looked: whose answer counts.
    """

    def __init__(self) -> None:
        self.person = ""
        self.judgments: dict[int, Judgment] = {}
        self.answers: dict[str, tuple[int, ...]] = {}
        self.shared: dict[str, Query] = {}
        self.sharing: dict[str, None] = {}
        self.thirds: dict[str, str] = {}
        self._undoable: dict[int, str] = {}
        self._others: dict[str, dict[str, Any]] = {}

    @property
    def people(self) -> list[str]:
        """Everybody who wrote anything in this journal, sorted."""
        return sorted([*self._others, *([self.person] if self.person else [])])

    def own(self, item_id: str, person: str | None = None) -> Judgment | None:
        """Return the newest judgment of an item by one person (None: who answers now), or None."""
        return self.each(item_id).get(self.person if person is None else person)

    def each(self, item_id: str) -> dict[str, Judgment]:
        """Return everybody's newest judgment of an item, first to judge first.

        The answer to a hidden repeat is one's newest only where no other is left.
        """
        found: dict[str, Judgment] = {}
        for seq in self.answers.get(item_id, ()):
            one = self.judgments[seq]
            if one.stage != "probe" or found.get(one.person, one).stage == "probe":
                found[one.person] = one
        return found

    def draws_shared(self) -> dict[str, dict[str, Query]]:
        """Return, for every person, the items drawn for them among what others judged."""
        theirs = {name: kept["shared"] for name, kept in self._others.items()}
        return {**theirs, self.person: self.shared}

    def ever_exposed(self) -> set[str]:
        """Return the items of which anybody was shown the model's view by itself."""
        mine: dict[str, int] = vars(self)["exposed"]
        return set(mine).union(*(kept["exposed"] for kept in self._others.values()))

    def doer(self, seq: int) -> str | None:
        """Return who did what an undo could still take back, or None."""
        if seq in self._undoable:
            return self.person
        return next((p for p, kept in self._others.items() if seq in kept["_undoable"]), None)

    def _turn_to(self, person: str) -> None:
        if person == self.person:
            return
        mine = vars(self)
        if self.person:
            self._others[self.person] = {name: mine[name] for name in _OWN}
        mine.update(self._others.pop(person, _nothing_yet()))
        self.person = person

    def _look_again(self, item_id: str) -> bool:
        """Whether the item's newest answer is a third look: the first of one whom others differ."""
        seqs = self.answers[item_id]
        if len(seqs) < 3 or item_id in self.thirds:  # noqa: PLR2004 - two that differ, and another
            return False
        looker = self.judgments[seqs[-1]].person
        if any(self.judgments[seq].person == looker for seq in seqs[:-1]):
            return False
        return len({one.label for who, one in self.each(item_id).items() if who != looker}) > 1
