"""Props of oversight: a refit that waits, the mode and what is proposed, what cannot be kept."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rhml_widgets.overseeing import HeldBack
    from rhml_widgets.overseen import Proposal
    from rhml_widgets.session import Session

__all__ = ["OpenGate", "proposal_words"]

MAX_LOST = 200

_WHY = {
    "drift": "the items that came differ from those there were before",
    "audit": "the audit goes against me more often than one time in ten",
    "disagreement": "blind checks go against me more often than one time in ten",
}

_MODES = {
    "adaptive": "I learn from each answer.",
    "stable": "My version stays; your answers are kept, and what I ask checks me.",
}


def proposal_words(one: Proposal) -> str:
    """Return a proposal as a sentence.

    Examples
    --------
    >>> from rhml_widgets.overseen import Proposal
    >>> proposal_words(Proposal(9, "mode", "adaptive", "audit", 2500.0))
    'Let me learn again: the audit goes against me more often than one time in ten. By chance I \
would say so at most 1 time in 2,000.'
    """
    return f"Let me learn again: {_WHY[one.why]}. By chance I would say so at most 1 time in 2,000."


class OpenGate:
    """What of a refit that waits lies open before the person.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self._listed: tuple[Any, list[dict[str, Any]]] = (None, [])

    def show(self, gate: int) -> int:
        """List the answers it forgets, from then on exposed; return how many."""
        session = self._session()
        held = None if session is None else session.held_back
        if session is None or held is None or held.gate != gate:
            return 0
        index = {label: place for place, label in enumerate(session.classes_)}
        rows = [
            {
                "item_id": row["item_id"],
                "text": row["content"],
                "before": index[row["before"]],
                "after": index[row["after"]],
                "judged": index[row["label"]],
            }
            for row in session.unlearned().head(MAX_LOST).to_dict("records")
        ]
        self._listed = (self._key(session, held), rows)
        return len(rows)

    @staticmethod
    def _key(session: Session, held: HeldBack) -> tuple[Any, ...]:
        return (held.gate, session.person, held.n_lost)

    def props(self) -> dict[str, Any] | None:
        """Return `OversightProps` of ``js/src/shared/types.ts``."""
        session = self._session()
        if session is None:
            return None
        held, mode = session.held_back, session.mode
        may = not session.read_only
        return {
            "mode": mode,
            "mode_words": _MODES[mode],
            "proposals": [proposal_words(one) for one in session.proposals],
            "flags": session.flags,
            "gate": None if held is None else self._gate(session, held),
            "may": may,
        }

    def _gate(self, session: Session, held: HeldBack) -> dict[str, Any]:
        key, rows = self._listed
        shown = None
        if key == self._key(session, held):
            # What waits to be judged again is closed again meanwhile.
            state = session.state
            shown = [row for row in rows if not state.asked_again(row["item_id"])]
        aside = held.n_lost - held.n_judged
        return {
            "gate": held.gate,
            "version": held.version,
            "against": held.against,
            "words": held.words(),
            "aside": f"Kept aside for measuring: {aside:,} of them." if aside else "",
            "n_judged": held.n_judged,
            "kept": held.choice == "roll_back",
            "shown": shown,
        }
