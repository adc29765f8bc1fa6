"""Looking twice: the contradiction that lies open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.views.desk.queue import Queue
from rhml_widgets.views.twice import twice_props

if TYPE_CHECKING:
    from rhml_widgets.measures.contradictions import Contradiction
    from rhml_widgets.session import Session

__all__ = ["Twice"]


class Twice(Queue):
    """Which contradiction is open, and which were put off."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._card: Contradiction | None = None
        self._later: set[str] = set()

    def _clear(self) -> None:
        super()._clear()
        self._card = None
        self._later.clear()

    def look_twice(self, *, wanted: bool) -> bool:
        """Open the next contradiction, or put the open one off; return whether one is open."""
        if self._card is not None:
            self._later.add(self._card.id)
            self._card = None
        found = self._at_odds() if wanted else []
        fresh = [one for one in found if one.id not in self._later]
        if found and not fresh:
            self._later.clear()
        if found:
            self._card = self.session.look_at((fresh or found)[0].id)
        return self._card is not None

    def resolved(self) -> None:
        """Go on from a contradiction that was settled to the next that was not put off."""
        self._card = None
        if any(one.id not in self._later for one in self._at_odds()):
            self.look_twice(wanted=True)

    def twice(self) -> dict[str, Any] | None:
        """Return what is said of contradictions, and the one that is open; None: there are none."""
        self._seat()
        session = self.session
        with session.steady():
            found = self._at_odds()
            # One that stands no more is closed; while advice stands, that comes first.
            stands = self._card is not None and self._card.id in {one.id for one in found}
            card = self._card if stands and self.stopped_at is None else None
            may = not session.read_only
            third = session.n_third_looks if may else 0
            return twice_props(
                session.state, session.pool, found, card, may_resolve=may, third=third
            )

    def _at_odds(self) -> list[Contradiction]:
        """Return the contradictions that a page may show: none tells of an unanswered item."""
        session = self.session
        state, pool = session.state, session.pool
        return [
            one
            for one in session.contradictions_found()
            if one.item_id in pool
            and one.other_id in pool
            and (one.about != "suspicious" or state.own(one.item_id) is not None)
        ]
