"""Props of the learning curves: rows, a sentence and a table; the picture is made of the rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.measures.ceiling import ceiling_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from rhml_widgets.machine.drift import Drift
    from rhml_widgets.state import State, StateView

__all__ = ["learning_curves_props"]

POINTS = 60
VERSIONS = 40
TABLE_ROWS = 8
"""How much of the curves is shown: an update stays below 20,000 bytes however long they are."""


_REGIME = "blind checks, drawn at random · you are the reference: “agrees with you”"


def _within(sentence: str) -> str:
    """Return a sentence as it stands among others on one line."""
    return f"{sentence[0].lower()}{sentence[1:]}".removesuffix(".")


@cache
def _spec(*, phases: bool) -> dict[str, Any]:
    from rhml_widgets.charts import learning_curve_spec

    return learning_curve_spec(phases=phases)


def learning_curves_props(
    state: State | StateView,
    frame: pd.DataFrame,
    sentences: list[str],
    drifts: Mapping[int, Drift] | None = None,
) -> dict[str, Any]:
    """Return what the learning curves show; see ``CurvesProps`` in ``types.ts``.

    Parameters
    ----------
    state : State
    frame : DataFrame
        From `Session.curves`.
    sentences : list of str
        Where both stand.
    drifts : mapping of int to Drift, optional
        From `Session.drifts`.
    """
    from rhml_widgets.measures.points import curve_rows, drift_words, version_rows

    apart = {seq: (one.hits, one.n) for seq, one in (drifts or {}).items() if one.found}
    versions = version_rows(state, n=VERSIONS, drifts=apart)
    empty = ""
    if frame.empty:
        empty = (
            "Not yet: the first point comes with the first blind check, an item drawn at random "
            "and answered before you see what I think."
        )
    return {
        "seq": state.seq,
        "empty": empty,
        "spec": None if empty else _spec(phases=bool(state.phases)),
        "rows": curve_rows(frame, n=POINTS),
        "versions": versions,
        "summary": sentences[0] if sentences else "",
        "drift": [] if empty else drift_words(versions),
        "regime": " · ".join([_REGIME, *map(_within, ceiling_words(state, named=False))]),
        "table": _table(frame),
    }


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the latest points of each series, newest first, as text."""
    from rhml_widgets.measures.points import BEYOND_CHANCE, TOLD

    columns = ["labels", "measured", "count", "95 % interval, at all looks"]
    numbers = ["n_labels", "value", "n", "low", "high"]
    rows = [
        [
            f"{n_labels:,}",
            TOLD[key],
            f"{value:.2f} of {n:,} items"
            if key[1] in BEYOND_CHANCE
            else f"{round(value * n):,} of {n:,}",
            "too few yet" if n < AT_LEAST else f"{low:.2f} to {high:.2f}",
        ]
        for key, series in frame.groupby(["actor", "measure", "basis", "reference"], sort=False)
        for n_labels, value, n, low, high in series[numbers]
        .tail(TABLE_ROWS)
        .iloc[::-1]
        .itertuples(index=False, name=None)
    ]
    return {"columns": columns, "rows": rows}
