"""Props of the learning curves: rows, a sentence and a table; the picture is made of the rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from rhml_widgets.state import State, StateView

__all__ = ["learning_curves_props"]

POINTS = 60
VERSIONS = 40
TABLE_ROWS = 8
"""How much of the curves is shown: an update stays below 20,000 bytes however long they are."""


@cache
def _spec() -> dict[str, Any]:
    from rhml_widgets.charts import learning_curve_spec

    return learning_curve_spec()


def learning_curves_props(
    state: State | StateView, frame: pd.DataFrame, sentences: list[str]
) -> dict[str, Any]:
    """Return what the learning curves show; see ``CurvesProps`` in ``types.ts``."""
    from rhml_widgets.charts import curve_rows, version_rows

    empty = ""
    if frame.empty:
        empty = (
            "Not yet: the first point comes with the first blind check, an item drawn at random "
            "and answered before you see what I think."
        )
    return {
        "seq": state.seq,
        "empty": empty,
        "spec": None if empty else _spec(),
        "rows": curve_rows(frame, n=POINTS),
        "versions": version_rows(state, n=VERSIONS),
        "summary": sentences[0] if sentences else "",
        "regime": "blind checks, drawn at random · you are the reference: “agrees with you”",
        "table": _table(frame),
    }


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the latest points of each series, newest first, as text."""
    columns = ["answers", "who", "what", "share", "interval", "n"]
    rows = [
        [
            f"{row.n_labels:,}",
            "the model" if row.actor == "model" else "you",
            f"{row.measure}, {row.basis}",
            f"{row.value:.2f}",
            f"{row.low:.2f} to {row.high:.2f} ({row.interval})",
            f"{row.n:,}",
        ]
        for _, series in frame.groupby(["actor", "measure", "basis", "reference"], sort=False)
        for row in series.tail(TABLE_ROWS).iloc[::-1].itertuples()
    ]
    return {"columns": columns, "rows": rows}
