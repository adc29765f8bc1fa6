"""Props of the audit and result tabs: how often the model is wrong, and what may be taken along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.measures.audit import audited, read_audit
from rhml_widgets.measures.durations import duration_words
from rhml_widgets.measures.finite import finite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from rhml_widgets.journal.events import Label
    from rhml_widgets.measures.audit import Reading
    from rhml_widgets.state import Audit, State, StateView

__all__ = ["audit_props", "margin", "result_props"]

SIZES = (50, 100, 200, 400)
"""Numbers of checks to choose from."""

MOST_SHARES = 50
"""Classes whose share is told, largest first."""

_GUESS = 0.1


def margin(n: int, size: int, share: float = _GUESS) -> float:
    """Return half the width of the interval that ``n`` checks will leave, in [0, 1].

    Parameters
    ----------
    n, size : int
        Checks, and items they are drawn from; ``0 < n <= size``.
    share : float
        How many are wrong, in [0, 1]: not known before, so a guess.

    Examples
    --------
    >>> round(margin(200, 2000), 3), margin(50, 50)
    (0.069, 0.0)
    """
    low, high = finite(round(share * n), n, size)
    return (high - low) / (2 * size)


def audit_props(
    state: State | StateView,
    *,
    n_free: int,
    live: int | None,
    unusable: str | None,
    before: Audit | None = None,
) -> dict[str, Any]:
    """Return what the audit tab shows: `AuditProps` in ``js/src/shared/types.ts``.

    Parameters
    ----------
    state : State
    n_free : int
        Items that an audit could be drawn from.
    live : int or None
        The version an audit would be of.
    unusable : str or None
        Why nothing can be answered here.
    before : Audit or None
        The audit that another one would go on with.
    """
    reading = audited(state)
    had = 0 if before is None else read_audit(state, before).n
    size = n_free if before is None else before.n_items
    last = next(reversed(list(state.audits.values())), None)
    begun = None if last is None else read_audit(state, last)
    share = reading.wrong / reading.n if reading is not None and reading.n >= AT_LEAST else _GUESS
    return {
        "version": live,
        "n_free": n_free,
        "why_not": _why_not(n_free, live, unusable),
        "choices": [
            {"n": n, "margin": round(margin(had + n, size, share), 4)} for n in _choices(n_free)
        ],
        "guess": round(share, 4),
        "had": had,
        "running": None
        if begun is None or not begun.waiting
        else {
            "version": begun.audit.version,
            "answered": len(begun.audit.drawn) - begun.waiting,
            "drawn": len(begun.audit.drawn),
        },
        "found": None if reading is None or not reading.n else _found(reading),
        "newer": _newer(reading, live),
    }


def _choices(n_free: int) -> list[int]:
    some = [n for n in SIZES if n < n_free]
    return [*some, n_free] if 0 < n_free <= SIZES[-1] else some


def _why_not(n_free: int, live: int | None, unusable: str | None) -> str:
    if unusable is not None:
        return f"No audit can be begun here: {unusable}."
    if live is None:
        return "No model to audit yet: label items of two classes first."
    return "" if n_free else "Nothing is left to draw from: every item is judged."


def _found(reading: Reading) -> dict[str, Any]:
    low, high = reading.error()
    return {
        "version": reading.audit.version,
        "n_items": reading.audit.n_items,
        "n": reading.n,
        "wrong": reading.wrong,
        "low": low,
        "high": high,
        "words": reading.words(),
    }


def _newer(reading: Reading | None, live: int | None) -> str:
    if reading is None or live is None or live == reading.audit.version:
        return ""
    return f"Version {live} answers now; how often it is wrong was not audited."


NONE_LEFT = "Every item that can be asked has your label: none of mine is needed."


def result_props(
    state: State | StateView,
    *,
    usable: pd.DataFrame,
    shares: pd.DataFrame,
    stopping: str,
    live: int | None,
    n_free: int | None = None,
    drift: str = "",
    old: dict[str, int] | None = None,
) -> dict[str, Any]:
    """Return what the result tab shows: `ResultProps` in ``js/src/shared/types.ts``.

    Parameters
    ----------
    state : State
    usable, shares : DataFrame
        From `Session.usable` and `Session.shares`.
    stopping : str
        From `Session.stopping`.
    live : int or None
        The version that answers now.
    n_free : int, optional
        Items that an audit could be drawn from.
    drift : str
        What is known of items that came later, in words.
    old : dict, optional
        ``{"doubtful": int, "of": int}``: labels brought along that the model doubts.
    """
    reading = audited(state)
    offers = [_offer(row) for row in usable.to_dict("records")]
    told = reading is not None and reading.n > 0
    classes = list(state.classes)
    return {
        "version": None if reading is None else reading.audit.version,
        "n_items": 0 if reading is None else reading.audit.n_items,
        "offers": offers if told else [],
        "best": next((k for k, one in enumerate(offers) if one["best"]), None) if told else None,
        "not_yet": NONE_LEFT if n_free == 0 else _not_yet(reading, live, offers),
        "shares": _shares(shares, classes),
        "n_classes": len(classes),
        "advice": stopping if live is not None or told else "",
        "newer": _newer(reading, live),
        "drift": drift,
        "old": old,
    }


def _offer(row: Mapping[Any, Any]) -> dict[str, Any]:
    told = ("n_items", "n_rows", "checked", "wrong", "left")
    hours = row["hours"]
    timed = hours is not None and hours == hours and row["left"]  # noqa: PLR0124 - NaN: not timed
    best = bool(row["best"])
    return {
        "threshold": round(float(row["threshold"]), 2),  # exactly, it is the score of an item
        **{name: int(row[name]) for name in told},
        # As a call: what is accepted unasked needs no threshold.
        "call": "session.result()" if best else f"session.result({float(row['threshold'])!r})",
        "value": row["wrong"] / row["checked"] if row["checked"] >= AT_LEAST else None,
        "low": float(row["low"]),
        "high": float(row["high"]),
        # What a choice by cost goes by; too few checks say nothing of it.
        "expected": float(row["expected"]) if row["checked"] >= AT_LEAST else None,
        "time": f"{duration_words(hours * 3600)} at your pace" if timed else "",
        "best": best,
    }


def _shares(shares: pd.DataFrame, classes: Sequence[Label]) -> list[dict[str, Any]]:
    largest = shares.sort_values("value", ascending=False, kind="stable").head(MOST_SHARES)
    return [
        {
            "label": classes.index(row["label"]),
            **{name: float(row[name]) for name in ("value", "low", "high")},
        }
        for row in largest.to_dict("records")
    ]


def _not_yet(reading: Reading | None, live: int | None, offers: Sequence[dict[str, Any]]) -> str:
    if live is None and reading is None:
        return "not yet: I have learned no two classes."
    if reading is None:
        return "not yet: how many of my labels are wrong only an audit tells."
    if reading.n < AT_LEAST:
        return f"not yet: {reading.n} of {AT_LEAST} checks of the audit are answered."
    if any(one["best"] for one in offers):
        return ""
    return (
        f"not yet: no score has few enough wrong above it. You labeled {reading.wrong:,} of "
        f"{reading.n:,} checks differently."
    )
