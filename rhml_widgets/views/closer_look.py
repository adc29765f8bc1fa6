"""Closer look: what takes a fit to be found out, looked for beside whoever answers."""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING

from rhml_widgets.exceptions import RhmlError

if TYPE_CHECKING:
    from rhml_widgets.session import Session

__all__ = ["CloserLook"]

_LOG = logging.getLogger("rhml_widgets")

GROWN = 1.2
"""Old labels are doubted anew once there are so many times the answers."""


class CloserLook:
    """Which old labels look doubtful, and whether the items that came later differ.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self._guard = threading.Lock()
        self._looking = False
        self._doubted: list[str] = []
        self._doubted_at: int | None = None
        self._compared: int | None = None
        self._tried: tuple[int | None, int | None] = (None, None)

    def ask(self) -> None:
        """Look again where something changed: in a thread of its own, or now if all is in step."""
        session = self._session()
        if session is None or not (self._old_due(session) or self._drift_due(session)):
            return
        with self._guard:
            if self._looking:
                return
            self._looking = True
        if session.in_step:
            self._look()
            return
        try:
            threading.Thread(target=self._late, name="rhml-closer-look", daemon=True).start()
        except RuntimeError:  # a host without threads
            self._look()

    @property
    def drift(self) -> str:
        """Whether the items that came last differ, in words; "" as long as it is not known."""
        session = self._session()
        known = {} if session is None else session.drifts_known
        return known[max(known)].words() if known else ""

    def old(self) -> dict[str, int] | None:
        """Return how many old labels look doubtful and wait to be looked at, of how many."""
        session = self._session()
        if session is None:
            return None
        state = session.state
        left = [one for one in self._doubted if not state.answers.get(one)]
        left = [one for one in left if one not in state.waiting]
        return {"doubtful": len(left), "of": len(state.imported)} if left else None

    def _old_due(self, session: Session) -> bool:
        state = session.state
        if not state.imported or session.learner.live is None:
            return False
        before = self._doubted_at
        return before is None or state.n_labeled >= max(before + 10, GROWN * before)

    def _drift_due(self, session: Session) -> bool:
        last = max(session.state.extensions, default=None)
        version = session.learner.version
        if last is None or last == self._compared or version is None:
            return False
        return self._tried != (last, version)  # what failed is tried with the next version

    def _late(self) -> None:
        self._look()
        session = self._session()
        if session is not None:
            session.touch()

    def _look(self) -> None:
        session = self._session()
        if session is None:
            return
        try:
            if self._old_due(session):
                self._doubted_at = session.state.n_labeled
                self._doubted = session.doubted()
            if self._drift_due(session):
                last = max(session.state.extensions)
                self._tried = last, session.learner.version
                session.drifts()
                self._compared = last
        except RhmlError:
            _LOG.debug("old labels and new items could not be looked at", exc_info=True)
        except Exception:  # noqa: BLE001 - a user's estimator may raise anything
            _LOG.exception("old labels and new items could not be looked at")
        finally:
            with self._guard:
                self._looking = False
