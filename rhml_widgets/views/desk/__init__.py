"""Desk: what lies open before the person, shared by all views of a session.

It keeps what is not worth a journal entry (which item's reasons are open, which lesson's effect
is on show) and turns the session into props, each part computed once a change. Each kind of paper
has a file and stands on those it reads: `Seat`, `Lessons`, `Reasons`, `Queue`, `Twice`,
`Measured`. A new kind goes between the last of them and `Desk`, which only names its props.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

from rhml_widgets.machine.intents import NAMES
from rhml_widgets.views.confusion import OpenCell
from rhml_widgets.views.desk.lessons import UNSEEN
from rhml_widgets.views.desk.measured import Measured
from rhml_widgets.views.desk.queue import AHEAD
from rhml_widgets.views.oversight import OpenGate
from rhml_widgets.views.people import people_props
from rhml_widgets.views.sweep import OpenSweep

if TYPE_CHECKING:
    from rhml_widgets.session import Session

__all__ = ["AHEAD", "UNSEEN", "Desk"]

_DESKS: weakref.WeakKeyDictionary[Session, Desk] = weakref.WeakKeyDictionary()
_GUARD = threading.Lock()


class Desk(Measured):
    """The open papers of one session; get it by `Desk.of`."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.sweep = OpenSweep(self)
        self.confusion = OpenCell(self)
        self.gate = OpenGate(session)

    @staticmethod
    def of(session: Session) -> Desk:
        """Return the session's desk, the same for all its views."""
        with _GUARD:
            if session not in _DESKS:
                _DESKS[session] = Desk(session)
            return _DESKS[session]

    def people(self) -> dict[str, Any]:
        """Return the props of the people's menu."""
        session = self.session
        why = session.why_read_only if session.read_only else None
        with session.steady():
            return people_props(
                session.state, session.person, shareable=session.n_shareable, unusable=why
            )

    def wants(self) -> dict[str, Any]:
        """Return what the person wants now, and what they may want."""
        session = self.session
        intent = session.state.intent
        label = None if intent is None else intent[1]
        known = session.classes_
        return {
            "intent": session.wants,
            "label": known.index(label) if label in known else None,
            "choices": list(NAMES),
            "may": not session.read_only,
        }

    def workbench(self) -> dict[str, Any]:
        """Return the props of the workbench, all but the curve."""
        session = self.session
        queue = self.queue()
        return {
            "seq": session.state.seq,
            "header": {
                "journal": session.name,
                "person": session.person,
                "model": queue["model"],
                "labeled": session.labeled,
            },
            "queue": queue,
            "explanation": self.explanation(),
            "lessons": self.lessons(),
            **self.told(),
            "people": self.people(),
            "sweep": self.sweep.props(),
            "twice": self.twice(),
            "wants": self.wants(),
            "codebook": self.codebook(),
            "oversight": self.gate.props(),
        }
