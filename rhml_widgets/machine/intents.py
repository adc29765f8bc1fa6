"""Intents: what the person wants now, and what that changes in what is asked."""

from __future__ import annotations

from rhml_widgets.exceptions import BadInputError

__all__ = ["FIND", "INTENTS", "NAMES", "OPENS_REASONS", "require_intent", "wanted"]

INTENTS: dict[str, dict[str, float]] = {
    "teach me": {"teach": 0.4, "check": 0.2, "challenge": 0.4},
    "check me": {"teach": 0.4, "check": 0.4, "challenge": 0.0, "probe": 0.2},
    "challenge me": {"teach": 0.2, "check": 0.2, "challenge": 0.6},
    "find more": {"teach": 0.85, "check": 0.15, "challenge": 0.0},
}
"""Shares of purposes by intent.

``teach me``: items the model is sure of come more often, and its reasons open after each answer.
``check me``: more blind checks, and hidden repeats, which hold you against yourself.
``challenge me``: mostly items the model is sure of, its reasons open after each answer.
``find more``: likely items of one class, beside uniform checks.
"""

NAMES = tuple(INTENTS)
FIND = "find more"

OPENS_REASONS = ("teach me", "challenge me")
"""Intents in which the page opens the model's reasons after each answer."""


def wanted(intent: str | None, purposes: dict[str, float]) -> dict[str, float]:
    """Return the shares of purposes for an intent; without one those of the session.

    Examples
    --------
    >>> wanted("challenge me", {"teach": 1.0})["challenge"]
    0.6
    >>> wanted(None, {"teach": 1.0})
    {'teach': 1.0}
    """
    return purposes if intent is None else INTENTS.get(intent, purposes)


def require_intent(intent: str | None) -> None:
    """Refuse what is no intent; None passes.

    Raises
    ------
    BadInputError
    """
    if intent is not None and intent not in NAMES:
        known = ", ".join(map(repr, NAMES))
        msg = f"want({intent!r:.60}): expected one of {known}, or None for the usual"
        raise BadInputError(msg)
