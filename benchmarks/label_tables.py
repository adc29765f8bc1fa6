"""The tables of `benchmarks.labels`: labels needed, scores, paired differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from benchmarks.labels import Outcome

GOALS = (0.80, 0.90, 0.95)
LOOKS = (0, 20, 50, 80, 100, 150, 200)
STEP = 10
WITH_MARKS, WITHOUT = 50, 80
"""The goal of right marks: so many labels with them are worth so many without."""
WRONG_MARKS_AT = (50, 100, 150, 200)
MOST_LOST = 0.01
"""The goal of 40 % wrong marks: at none of these looks is more lost, in the mean."""
N_BOOTSTRAP = 1000


def crossing(curves: npt.NDArray[np.float64], goal: float) -> float:
    """Return the first number of labels at which the mean curve reaches a score; inf if never."""
    reached = np.flatnonzero(curves.mean(axis=0) >= goal)
    return float(reached[0] * STEP) if len(reached) else np.inf


def report(heading: str, strategies: Sequence[str], outcomes: Sequence[Outcome]) -> str:
    """Return all tables as Markdown.

    Parameters
    ----------
    heading : str
    strategies : sequence of str
        Names of the runs that differ in nothing else; the first one is what others are paired
        with.
    outcomes : sequence of Outcome
        One a seed, all with the same runs.
    """
    full = np.array([o.full for o in outcomes])
    curves = {name: np.array([o.curves[name] for o in outcomes]) for name in outcomes[0].curves}
    base = strategies[0]
    looks = f"| {' | '.join(map(str, LOOKS))} |\n|---|{'---|' * len(LOOKS)}"
    asked = [name for name in curves if name in strategies or name.endswith("purposes")]
    others = [name for name in curves if name not in asked]
    lines = [
        heading,
        "",
        "### Labels to a share of the full score, and as a ratio to random [95 %]",
        "",
        "| strategy | 80 % | 90 % | 95 % | ratio at 80 % | at 90 % | at 95 % |",
        "|---|---|---|---|---|---|---|",
        *(_row_of_goals(name, curves, full) for name in asked),
        "",
        "### Score after so many labels, mean over seeds (sd)",
        "",
        f"| run {looks}",
        *(_row_of_scores(name, curves[name]) for name in curves),
    ]
    if others:
        verdicts = [
            *_verdict_of_right_marks(curves.get("right marks"), curves[base]),
            *_verdict_of_wrong_marks(curves.get("40 % wrong marks"), curves[base]),
        ]
        lines += [
            "",
            f"### Paired with plain {base}: difference of the score [95 %]",
            "",
            f"| run {looks}",
            *(_row_of_differences(name, curves[name], curves[base]) for name in others),
            *(["", *verdicts] if verdicts else []),
        ]
    return "\n".join(lines) + "\n"


def _row_of_goals(
    name: str, curves: dict[str, npt.NDArray[np.float64]], full: npt.NDArray[np.float64]
) -> str:
    mine, random = curves[name], curves.get("random")
    cells = [_count(crossing(mine, goal * full.mean()), mine) for goal in GOALS]
    for goal in GOALS:
        if random is None:
            cells.append("-")
            continue
        ratio = _ratio(mine, random, full, goal, np.arange(len(full)))
        rng = np.random.default_rng(0)
        draws = [
            _ratio(mine, random, full, goal, rng.integers(len(full), size=len(full)))
            for _ in range(N_BOOTSTRAP)
        ]
        cells.append(_with_interval(ratio, draws))
    return f"| {name} | {' | '.join(cells)} |"


def _ratio(
    mine: npt.NDArray[np.float64],
    random: npt.NDArray[np.float64],
    full: npt.NDArray[np.float64],
    goal: float,
    seeds: npt.NDArray[np.intp],
) -> float:
    target = goal * full[seeds].mean()
    above, below = crossing(mine[seeds], target), crossing(random[seeds], target)
    if not np.isfinite(above):
        return np.nan if not np.isfinite(below) else np.inf
    # Random never got there: the ratio is below the one to all that it was given.
    return above / (below if np.isfinite(below) else (random.shape[1] - 1) * STEP)


def _with_interval(value: float, draws: Iterable[float]) -> str:
    known = np.array([d for d in draws if not np.isnan(d)])
    if np.isnan(value) or len(known) == 0:
        return "neither"
    low, high = np.quantile(known, [0.025, 0.975], method="nearest")
    return f"{_short(value)} [{_short(low)}, {_short(high)}]"


def _short(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "over"


def _count(n: float, curves: npt.NDArray[np.float64]) -> str:
    return f"{n:.0f}" if np.isfinite(n) else f"> {(curves.shape[1] - 1) * STEP}"


def _row_of_scores(name: str, curves: npt.NDArray[np.float64]) -> str:
    cells = []
    for look in LOOKS:
        place = look // STEP
        if place < curves.shape[1]:
            cells.append(f"{curves[:, place].mean():.3f} ({_sd(curves[:, place]):.3f})")
        else:
            cells.append("-")
    return f"| {name} | {' | '.join(cells)} |"


def _row_of_differences(
    name: str, curves: npt.NDArray[np.float64], base: npt.NDArray[np.float64]
) -> str:
    cells = [
        difference(curves[:, look // STEP] - base[:, look // STEP])
        if look // STEP < min(curves.shape[1], base.shape[1])
        else "-"
        for look in LOOKS
    ]
    return f"| {name} | {' | '.join(cells)} |"


def difference(d: npt.NDArray[np.float64]) -> str:
    """Write the mean of paired differences, one a seed, and its interval."""
    rng = np.random.default_rng(0)
    means = d[rng.integers(len(d), size=(N_BOOTSTRAP, len(d)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{d.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def _verdict_of_right_marks(
    marked: npt.NDArray[np.float64] | None, base: npt.NDArray[np.float64]
) -> list[str]:
    """Return whether few labels with marks are worth more without, as one line of a list."""
    if marked is None or min(marked.shape[1], base.shape[1]) <= WITHOUT // STEP:
        return []
    d = marked[:, WITH_MARKS // STEP] - base[:, WITHOUT // STEP]
    worth = crossing(base, marked[:, WITH_MARKS // STEP].mean())
    told = (
        f"- {WITH_MARKS} labels with right marks against {WITHOUT} without: {difference(d)}, "
        f"**{'met' if d.mean() >= 0 else 'missed'}** (goal: not below 0); the mean without marks "
        f"gets as far at {_count(worth, base)} labels."
    )
    return [told]


def _verdict_of_wrong_marks(
    marked: npt.NDArray[np.float64] | None, base: npt.NDArray[np.float64]
) -> list[str]:
    """Return whether wrong marks cost more than they may, as one line of a list."""
    if marked is None:
        return []
    looks = [n for n in WRONG_MARKS_AT if n // STEP < min(marked.shape[1], base.shape[1])]
    found = {n: marked[:, n // STEP] - base[:, n // STEP] for n in looks}
    if not found:
        return []
    met = all(d.mean() >= -MOST_LOST for d in found.values())
    at = "; ".join(f"{difference(d)} at {n}" for n, d in found.items())
    told = (
        f"- 40 % wrong marks against none: {at}: **{'met' if met else 'missed'}** (goal: no mean "
        f"below -{MOST_LOST:.2f})."
    )
    return [told]


def _sd(values: npt.NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0
