"""Points: a frame of curves as the few rows that a chart needs, and in one sentence.

Only numbers and our own fixed words reach a row, never an item, a class or a name.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.measures.curves import SERIES, thin, version_labels
from rhml_widgets.measures.phases import bands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.state import State, StateView

__all__ = [
    "BEYOND_CHANCE",
    "CEILING",
    "DRIFTED",
    "HEIGHT",
    "SHOWN",
    "TOLD",
    "Shown",
    "curve_rows",
    "describe",
    "drift_words",
    "version_rows",
]

HEIGHT = 200
"""Height of the plot in px, on which the places of the labels at the line ends depend."""

MAX_POINTS = 64
MAX_VERSIONS = 60
TICKS = 12

DRIFTED = "new items differ"
"""Stands at the line where the pool changed, if the new items are told from the old."""

SYMBOLS = 9
"""So many symbols at most on a line as wide as the plot."""

ROOM_FOR_COUNTS = 1000
"""From so many on, counts no longer fit beside the lines."""

_THINGS = {
    "checks": "checks",
    "holdout": "items held out",
    "repeats": "items asked again",
    "shared": "shared items",
}
_NUMBERS = ["n_labels", "value", "low", "high", "n"]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a series is called: its key, its symbol, its name beside the line and in sentences."""

    key: str
    symbol: str
    name: str
    tip: str

    @property
    def human(self) -> bool:
        """Whether the person was measured."""
        return self.key.startswith("human")

    @property
    def hollow(self) -> bool:
        """Whether its symbol is drawn hollow."""
        return self.symbol in "□○"


SHOWN: dict[tuple[Any, ...], Shown] = {
    ("model", "agreement", "checks", "owner"): Shown(
        "model-checks", "■", "model, with you", "model agrees with you"
    ),
    ("model", "accuracy", "holdout", "gold"): Shown(
        "model-holdout", "□", "model, holdout", "model is right"
    ),
    ("human", "accuracy", "checks", "gold"): Shown(
        "human-checks", "●", "you, known truth", "you are right"
    ),
    ("human", "agreement", "repeats", "second_look"): Shown(
        "human-repeats", "●", "you, with yourself", "you agree with yourself"
    ),
    ("human", "agreement", "shared", "second_look"): Shown(
        "human-shared", "○", "people, the ceiling", "people agree with each other"
    ),
}
"""What is drawn. How often an answer was kept at a stop is no skill of anybody's: it is told, not
drawn beside shares of right answers."""


CEILING = "human-shared"
"""Drawn level from end to end: what all shared items show so far."""

BEYOND_CHANCE = ("kappa", "alpha")
"""Measures that are no shares: 0 is chance, and they may be below it."""

TOLD: dict[tuple[Any, ...], str] = {
    ("human", "kept", "stops", "model"): "you kept your answer",
    ("human", "kappa", "shared", "second_look"): "two people beyond chance: kappa",
    ("human", "alpha", "shared", "second_look"): "all people beyond chance: alpha",
} | {key: one.tip for key, one in SHOWN.items()}
"""What each series is called in words; those beyond chance are no shares of anything."""


def curve_rows(frame: pd.DataFrame, *, n: int = MAX_POINTS) -> list[dict[str, Any]]:
    """Turn a frame of curves into the rows of the spec's data ``curve``.

    Parameters
    ----------
    frame : DataFrame
        From ``session.curves()``.
    n : int
        Points in all, shared out evenly among the series; some 100 bytes of JSON each.

    Returns
    -------
    list of dict
        ``series, n_labels, value, low, high, n`` and ``stage`` (0: counts below 30; 1: the first
        share above; 2: after it); ``mark`` 1 on the few rows that carry a symbol; on the last row
        of a series ``label`` and ``label_y``, its place in [0, 1].
    """
    named = [(SHOWN.get(key), group) for key, group in frame.groupby(SERIES, sort=False)]
    groups = [(series, group) for series, group in named if series is not None]
    rows: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    width = max((int(group["n_labels"].max()) for _, group in groups), default=0)
    for series, group in groups:
        if series.key == CEILING:
            level = group.tail(1)
            points = pd.concat([level.assign(n_labels=0), level.assign(n_labels=width)])
        else:
            points = thin(group, max(2, n // len(groups)))
        few = int((points["n"] < AT_LEAST).sum())
        marked = _apart_enough(points["n_labels"].tolist(), width)
        for place, point in enumerate(points[_NUMBERS].itertuples(index=False, name=None)):
            row: dict[str, Any] = {"series": series.key}
            for name, number in zip(_NUMBERS, point, strict=True):
                row[name] = int(number) if name in {"n_labels", "n"} else round(float(number), 4)
            row["stage"] = 0 if place < few else 1 if place == few else 2
            if place in marked and (series.key != CEILING or place):
                row["mark"] = 1
            rows.append(row)
        rows[-1]["label"] = f"{series.symbol} {series.name}\n{_end_words(rows[-1])}"
        ends.append(rows[-1])
    for row, beside in zip(ends, _apart([row["value"] for row in ends]), strict=True):
        row["label_y"] = beside
    return rows


def version_rows(
    state: State | StateView,
    *,
    n: int = MAX_VERSIONS,
    drifts: Mapping[int, tuple[int, int]] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of the spec's data ``versions``: when the model changed.

    Parameters
    ----------
    state : State
    n : int
        At most so many; versions that came with a lesson go before others, newer before older.
        Of the rest at most `TICKS`, evenly: where each answer brings one, all would be a comb.
    drifts : mapping of int to (int, int), optional
        Where new items differ from the old: the seq at which they came, to how many of how many
        could be told apart.

    Returns
    -------
    list of dict
        ``n_labels``, ``version``, ``lesson`` (1 where one came that still holds, else 0) and,
        where known, ``flips``; ``label`` on the newest with a lesson. Where the pool changed:
        ``n_labels``, ``lesson`` -1, ``n_new`` and ``n_gone``; where they differ ``apart``, how
        many are told apart, and ``label`` with the side ``at`` which it has room, 1 for right.
        A phase of the work: ``n_labels`` and ``n_end``, where it begins and ends, ``lesson`` -2
        and ``phase``.
    """
    labels = version_labels(state)
    answered = sorted(seqs[0] for seqs in state.answers.values())
    versions = list(state.versions.values())
    held = {seq for seq, lesson in state.lessons.items() if not lesson.retracted}
    taught = [version for version in versions if version.lesson in held][-n // 2 :]
    plain = [version for version in versions if version.lesson not in held]
    room = min(TICKS, n - len(taught))
    if len(plain) > room:
        plain = [plain[round(k * (len(plain) - 1) / max(1, room - 1))] for k in range(room)]
    rows: list[dict[str, Any]] = []
    for seq, event in state.extensions.items():
        moved = {"n_new": event.n_new, "n_gone": event.n_gone}
        place = bisect_left(answered, seq)
        rows.append({"n_labels": place, "lesson": -1, **moved})
        if drifts and seq in drifts:
            hits, of = drifts[seq]
            rows[-1] |= {"apart": f"{hits} of {of}", "label": DRIFTED}
            rows[-1]["at"] = int(place < len(answered) / 2)
    for phase, start, end in bands(state):
        first, last = bisect_left(answered, start), bisect_left(answered, end + 1)
        rows.append({"n_labels": first, "n_end": last, "lesson": -2, "phase": phase})
    for version in sorted([*taught, *plain], key=lambda one: one.seq):
        row: dict[str, Any] = {"n_labels": labels[version.version]}
        row |= {"version": version.version, "lesson": 0}
        if version.lesson in held:
            row["lesson"] = 1
            if version.flips is not None:
                row["flips"] = version.flips
            if version is taught[-1]:
                row["label"] = "◆ you taught"
        rows.append(row)
    return rows


def describe(frame: pd.DataFrame, versions: Sequence[Mapping[str, Any]] = ()) -> str:
    """Say in words what the chart shows: each series' last point with its doubt, and drift.

    Parameters
    ----------
    frame : DataFrame
        From ``session.curves()``.
    versions : sequence of mapping
        From `version_rows`.

    Examples
    --------
    >>> import pandas as pd
    >>> describe(pd.DataFrame(columns=["actor", "measure", "basis", "reference"]))
    'Nothing has been measured yet.'
    """
    said = []
    for key, group in frame.groupby(SERIES, sort=False):
        series, last = SHOWN.get(key), group.iloc[-1]
        if key[1] in BEYOND_CHANCE:
            doubt = _interval(last["low"], last["high"], " to ")
            said.append(f"{TOLD[key]} {_decimal(last['value'])}, interval {doubt}")
        if series is None:
            continue
        hits = round(float(last["value"]) * int(last["n"]))
        windowed = last["basis"] != "holdout" and len(group) > last["n"]
        what = f"{'the latest ' if windowed else ''}{last['n']} {_THINGS[last['basis']]}"
        text = f"{series.tip}: {hits} of {what}"
        if last["n"] >= AT_LEAST:
            text += f", interval {_interval(last['low'], last['high'], ' to ')}"
        said.append(text)
    if not said:
        return "Nothing has been measured yet."
    text = "; ".join(said)
    return " ".join([f"{text[0].upper()}{text[1:]}.", *drift_words(versions)])


def drift_words(versions: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say where items came that differ from those before, a sentence each."""
    return [
        f"After {row['n_labels']:,} label{'' if row['n_labels'] == 1 else 's'} "
        f"{row['n_new']:,} items came that differ from those before: {row['apart']} are told "
        "apart, half would be by chance."
        for row in versions
        if "apart" in row
    ]


def _end_words(row: Mapping[str, Any]) -> str:
    hits, n = round(row["value"] * row["n"]), row["n"]
    if n < AT_LEAST:
        return f"{hits} of {n}, too few yet"
    share = f"{hits} of {n}" if n < ROOM_FOR_COUNTS else f"{100 * row['value']:.0f} %"
    return f"{share} [{_interval(row['low'], row['high'], ', ')}]"


def _interval(low: float, high: float, between: str) -> str:
    return f"{_decimal(low)}{between}{_decimal(high)}"


def _decimal(share: float) -> str:
    return f"{share:.2f}".replace("0.", ".", 1) if abs(share) < 1 else f"{share:.2f}"


def _apart_enough(n_labels: Sequence[int], width: int) -> set[int]:
    """Return the places of the points whose symbols do not touch, the last one first."""
    marked: list[int] = []
    for place in reversed(range(len(n_labels))):
        if not marked or n_labels[marked[-1]] - n_labels[place] >= max(1, width / SYMBOLS):
            marked.append(place)
    return set(marked)


def _apart(values: Sequence[float]) -> list[float]:
    """Move the places of labels apart, order kept, so that none covers another or is cut."""
    gap, edge = 34 / HEIGHT, 15 / HEIGHT
    order = sorted(range(len(values)), key=lambda k: (values[k], k))
    places = [min(max(values[k], edge), 1 - edge) for k in order]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + gap)
    top = 1 - edge
    for k in reversed(range(len(places))):
        places[k] = min(places[k], top)
        top = places[k] - gap
    found = dict(zip(order, places, strict=True))
    return [round(found[k], 4) for k in range(len(values))]
