"""Frames: what a session hands out as tables."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.machine.fit import Change, Fit
    from rhml_widgets.state import State

__all__ = ["flips", "judgments", "predictions"]

JUDGMENT_COLUMNS = (
    "seq",
    "item_id",
    "position",
    "person",
    "stage",
    "purpose",
    "label",
    "confidence",
    "rationale",
    "note",
    "duration",
    "propensity",
    "version",
    "sealed",
)


def judgments(state: State, pool: Pool) -> pd.DataFrame:
    """Return a row for each judgment not retracted, in order; labels brought along come in, too."""
    brought = [
        {
            "seq": seq,
            "item_id": item_id,
            "position": _position(pool, item_id),
            "stage": "imported",
            "label": state.imported[item_id],
            "sealed": False,
        }
        for item_id, seq in state.imports.items()
    ]
    rows: list[dict[str, Any]] = [
        {
            "position": _position(pool, one.item_id),
            **{name: getattr(one, name) for name in JUDGMENT_COLUMNS if name != "position"},
        }
        for one in state.judgments.values()
    ]
    rows = sorted([*brought, *rows], key=itemgetter("seq"))
    frame = pd.DataFrame(rows, columns=list(JUDGMENT_COLUMNS))
    return frame.astype({"position": "Int64", "version": "Int64", "seq": "int64"})


def _position(pool: Pool, item_id: str) -> int | None:
    return int(pool.positions[pool.number(item_id)]) if item_id in pool else None


def predictions(pool: Pool, live: Fit, today: Callable[[Any], Any]) -> pd.DataFrame:
    """Return a row for each row of the pool: item_id, position, label, probability."""
    classes = np.empty(len(live.snapshot.classes), dtype=object)
    classes[:] = [today(label) for label in live.snapshot.classes]
    numbers = pool.item_of_row
    return pd.DataFrame(
        {
            "item_id": np.asarray(pool.ids, dtype=object)[numbers],
            "position": np.arange(pool.n_rows),
            "label": classes[live.outlook.predicted[numbers]],
            "probability": live.outlook.confidence[numbers],
        }
    )


def flips(pool: Pool, change: Change | None, classes: list[Any]) -> pd.DataFrame:
    """Return a row for each item whose prediction a lesson changed."""
    columns = ["item_id", "position", "content", "before", "after"]
    if change is None:
        return pd.DataFrame(columns=columns)
    rows = [
        (
            pool.ids[number],
            int(pool.positions[number]),
            pool.words(number),
            classes[before],
            classes[after],
        )
        for number, before, after in zip(
            change.numbers.tolist(), change.before.tolist(), change.after.tolist(), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=columns)
