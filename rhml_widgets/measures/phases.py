"""Phases: what was done in each phase of the work, never mixed with another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.measures.intervals import drifting
from rhml_widgets.measures.outcomes import check_outcomes

if TYPE_CHECKING:
    from rhml_widgets.state import State, StateView

__all__ = ["COLUMNS", "PHASES", "bands", "by_phase"]

PHASES = ("qualitative", "classification", "evaluation")
"""In their usual order: coding before a model counts, teaching it, holding it to account."""

COLUMNS = ("phase", "start", "end", "n_answers", "n_items", "hits", "n_checks", "low", "high")


def bands(state: State | StateView) -> list[tuple[str, int, int]]:
    """Return the phases as (phase, first seq, last seq); [] where nobody named one.

    What came before the first one that was named is ``classification`` if it holds anything
    answered: that is what a session is without phases.
    """
    named = list(state.phases.items())
    if not named:
        return []
    first = named[0][0]
    if any(seq < first for seq in state.judgments):
        named = [(1, "classification"), *named]
    joined = [pair for k, pair in enumerate(named) if k == 0 or named[k - 1][1] != pair[1]]
    ends = [*(start - 1 for start, _ in joined[1:]), state.seq]
    return [(phase, start, end) for (start, phase), end in zip(joined, ends, strict=True)]


def by_phase(state: State | StateView) -> pd.DataFrame:
    """Return a row for each phase of the work, in order.

    ``hits`` of ``n_checks`` blind checks answered in it agree with the model, with the interval
    of that share alone, in [0, 1]; missing below 30 checks. A check counts in the phase in which
    it was answered.
    """
    outcomes = check_outcomes(state)
    rows: list[dict[str, Any]] = []
    for phase, start, end in bands(state):
        answers = [one for seq, one in state.judgments.items() if start <= seq <= end]
        checked = [one for one in outcomes if start <= one.seq <= end]
        hits = sum(one.hit for one in checked)
        enough = len(checked) >= AT_LEAST
        low, high = drifting(hits, len(checked)) if enough else (None, None)
        rows.append(
            {
                "phase": phase,
                "start": start,
                "end": end,
                "n_answers": len(answers),
                "n_items": len({one.item_id for one in answers}),
                "hits": hits,
                "n_checks": len(checked),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"low": "Float64", "high": "Float64"})
