"""Measured: curves, audit and result, renewed when asked for: each takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.measures.audit import audited
from rhml_widgets.measures.curves import curves, standing
from rhml_widgets.views.closer_look import CloserLook
from rhml_widgets.views.codebook import codebook_props, unplaced
from rhml_widgets.views.desk.twice import Twice
from rhml_widgets.views.learning_curves import learning_curves_props
from rhml_widgets.views.measured import audit_props, result_props

if TYPE_CHECKING:
    import pandas as pd

    from rhml_widgets.session import Session
    from rhml_widgets.state import StateView

__all__ = ["Measured"]


class Measured(Twice):
    """What was measured last.

    Attributes
    ----------
    standing : list of str
        Where both sides stand, in words.
    measured : dict of str to dict or None
        The props of the audit and result tabs.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.standing: list[str] = []
        self.measured: dict[str, Any] = {"audit": None, "result": None}
        self._closer = CloserLook(session)
        self._shares: tuple[Any, pd.DataFrame | None] = (None, None)
        self._pile: tuple[tuple[str, ...], pd.DataFrame | None] = ((), None)

    def told(self) -> dict[str, Any]:
        """Return the props of the workbench that are renewed with the curves."""
        return {"standing": self.standing, **self.measured}

    def curves(self) -> dict[str, Any]:
        """Return the props of the learning curves, and renew `standing`, which costs as much."""
        session = self.session
        state, truth = session.still(), session.truth
        frame = curves(state, truth=truth)
        self.standing = standing(state, truth)
        self._closer.ask()
        props = learning_curves_props(state, frame, self.standing, session.drifts_known)
        return {**props, "status": self.status()}

    def codebook(self) -> dict[str, Any]:
        """Return the props of the codebook."""
        session = self.session
        with session.steady():
            return codebook_props(
                session.state,
                session.pool,
                person=session.person,
                live=session.learner.version,
                pile=self._pile[1],
                may_edit=not session.read_only,
            )

    def _sort_pile(self) -> None:
        """Group what fits no class anew where the pile changed; a look at all of it takes time."""
        session = self.session
        with session.steady():
            key = unplaced(session.state, session.pool)
        if key != self._pile[0]:
            self._pile = key, session.pile()

    def measure(self) -> None:
        """Renew `measured`, the props of the audit and result tabs."""
        session = self.session
        state = session.still()
        self._closer.ask()
        self._sort_pile()
        live = session.learner.version
        self.measured = {
            "audit": audit_props(
                state,
                n_free=session.n_auditable,
                live=live,
                unusable=session.why_read_only if session.read_only else None,
                before=session.goes_on(),
            ),
            "result": result_props(
                state,
                usable=session.usable(),
                shares=self._class_shares(state),
                stopping=session.stopping(),
                live=live,
                n_free=session.n_auditable,
                drift=self._closer.drift,
                old=self._closer.old(),
            ),
        }

    def _class_shares(self, state: StateView) -> pd.DataFrame:
        """Return the shares of the classes; they take tens of milliseconds where there are many."""
        reading = audited(state)
        key = reading and (reading.audit.seq, reading.answers, len(state.classes))
        before, shares = self._shares
        if before != key or shares is None:
            shares = self.session.shares()
            self._shares = key, shares
        return shares
