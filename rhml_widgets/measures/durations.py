"""Durations: how long an answer takes, and how long the rest would."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rhml_widgets.state import State, StateView

__all__ = ["duration_words", "seconds_each"]

MINUTE = 60
LONG = 90 * MINUTE
"""Seconds from which on people speak of hours."""

RECENT = 20
"""Answers that tell the pace: it rises with practice."""

FEW = 5
"""Answers below which no pace is told."""


def duration_words(seconds: float) -> str:
    """Return a duration as people say it.

    Examples
    --------
    >>> duration_words(50), duration_words(3000), duration_words(9000)
    ('under a minute', 'about 50 minutes', 'about 2.5 hours')
    """
    if seconds < MINUTE:
        return "under a minute"
    if seconds < LONG:
        minutes = round(seconds / MINUTE)
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {seconds / 3600:.1f} hours".replace(".0 ", " ")


def seconds_each(state: State | StateView, person: str | None = None) -> float | None:
    """Return the median seconds of the last 20 answers, in s; None below five that were timed.

    What was accepted in a sweep says nothing of how long an item takes that is read.

    Parameters
    ----------
    state : State
    person : str, optional
        Whose answers; None: anybody's.
    """
    timed: list[float] = []
    for seq in reversed(state.judgments):
        one = state.judgments[seq]
        if one.duration and one.stage != "verified" and person in (None, one.person):
            timed.append(one.duration)
        if len(timed) == RECENT:
            break
    return median(timed) if len(timed) >= FEW else None
