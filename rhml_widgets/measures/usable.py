"""Usable: which of the model's labels can be accepted, at what error, and what is left to do.

Accepting everything that one version scores at least ``t`` leaves a nested family of sets, one for
each t. The audit's regions cut it at ten places fixed before any answer; each region's count of
wrong labels is bounded at a tenth of the error, so all ten hold together, at every look. Between
two places the counts are bounded by those of the regions inside and around. So t may be chosen
with the answers in hand, and its interval still holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.measures.agreement import AT_LEAST, LEVEL
from rhml_widgets.measures.finite import finite_band

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.measures.audit import Reading

__all__ = [
    "N_REGIONS",
    "WRONG",
    "Acceptable",
    "Costs",
    "above",
    "acceptable",
    "best",
    "cheapest",
    "chosen",
    "cut",
    "require_costs",
    "rest",
]

N_REGIONS = 10
"""Places at which a version's labels may be cut off: each tenth of the frame."""

WRONG = 20.0
"""Cost of a wrong label where nothing else is told, one look of a person costing 1: then labels
are worth accepting as long as at most 5 % are wrong."""


@dataclass(frozen=True, slots=True)
class Acceptable:
    """The labels of at least one score, taken together.

    Attributes
    ----------
    threshold : float
        The least score.
    n_items, n_rows : int
        Of the audit's frame.
    checked, wrong : int
        Checks answered among them, and how many of those the person labeled otherwise.
    low, high : float
        Interval of the share wrong, in [0, 1], for all thresholds and looks together.
    cost : float
        What a label accepted costs on average, one look of a person costing 1; by Laplace's rule,
        as if one of two more had been wrong: the best of ten estimates is else too good.
    cost_high : float
        Its upper bound, likewise.
    """

    threshold: float
    n_items: int
    n_rows: int
    checked: int
    wrong: int
    low: float
    high: float
    cost: float
    cost_high: float

    @property
    def value(self) -> float | None:
        """Share wrong among those checked; None where none was."""
        return self.wrong / self.checked if self.checked else None

    @property
    def expected(self) -> float:
        """How many of its items are wrong, by Laplace's rule, as all choices among regions go."""
        return self.n_items * (self.wrong + 1) / (self.checked + 2)


@dataclass(frozen=True, slots=True)
class Costs:
    """What a wrong label costs, by (truth, said), one look of a person costing 1."""

    of: Mapping[tuple[Label, Label], float]
    told: bool = False

    def __call__(self, truth: Label, said: Label) -> float:
        """Return the cost of saying ``said`` where ``truth`` is right."""
        return 0.0 if truth == said else self.of.get((truth, said), WRONG)

    @property
    def dearest(self) -> float:
        """The highest cost that was named, else that of any wrong label."""
        return max(self.of.values(), default=WRONG)

    @property
    def levels(self) -> list[float]:
        """The different costs there are, lowest first, that of a wrong label not named included."""
        return sorted({0.0, WRONG, *self.of.values()})


def require_costs(costs: Any, classes: Sequence[Label]) -> Costs:
    """Return costs as given, checked.

    Parameters
    ----------
    costs : mapping of (truth, said) to float, or None
        One look of a person costs 1. A wrong label that is not named costs 20.
    classes : sequence of label

    Raises
    ------
    BadInputError
        For anything else, unknown classes, negative costs or costs of right labels.

    Examples
    --------
    >>> require_costs({("spam", "ham"): 5}, ["spam", "ham"])("ham", "spam")
    20.0
    """
    if costs is None:
        return Costs({})
    told = dict(costs) if hasattr(costs, "items") else None
    if told is None:
        msg = f"costs={costs!r}: expected a dict {{(truth, said): cost}}, one look costing 1"
        raise BadInputError(msg)
    for pair, cost in told.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or not {*pair} <= {*classes}:  # noqa: PLR2004
            msg = f"costs: {pair!r} is no pair (truth, said) of the classes {list(classes)}"
            raise BadInputError(msg)
        number = isinstance(cost, int | float | np.number) and not isinstance(cost, bool)
        if not number or not isfinite(cost) or cost < 0 or (cost and pair[0] == pair[1]):
            msg = (
                f"costs[{pair!r}]={cost!r}: expected a number of at least 0, and 0 where the label "
                "is right; one look of a person costs 1"
            )
            raise BadInputError(msg)
    return Costs({pair: float(cost) for pair, cost in told.items()}, told=True)


def cut(score: Any, rows: Any) -> list[list[Any]]:
    """Return the regions of an audit: ``[score, n_items, n_rows]``, highest score first.

    Parameters
    ----------
    score : ndarray of float, shape (n_items,)
        Of the frame.
    rows : ndarray of int, shape (n_items,)
        How many rows each item stands for.

    Examples
    --------
    >>> cut(np.array([0.9, 0.9, 0.6]), np.array([1, 2, 1]))
    [[0.9, 2, 3], [0.6, 3, 4]]
    """
    order = np.sort(np.asarray(score, dtype=float))[::-1]
    places = np.ceil(len(order) * np.arange(1, N_REGIONS + 1) / N_REGIONS).astype(int) - 1
    return [
        [float(t), int(np.count_nonzero(score >= t)), int(rows[score >= t].sum())]
        for t in dict.fromkeys(order[places[places >= 0]].tolist())
    ]


def acceptable(
    reading: Reading, costs: Costs | None = None, *, level: float = LEVEL
) -> list[Acceptable]:
    """Return what may be accepted at each of the audit's regions, smallest region first."""
    costs = costs or Costs({})
    regions = reading.audit.regions
    steps = list(pairwise(costs.levels))
    inside = [[one for one in reading.answers if one.score >= t] for t, _, _ in regions]
    n = np.array([len(found) for found in inside], dtype=np.int64)
    size = np.array([items for _, items, _ in regions], dtype=np.int64)
    wrong = np.array([sum(one.wrong for one in found) for found in inside], dtype=np.int64)
    each = (1 - level) / max(len(regions), 1)
    low, high = finite_band(wrong, n, size, error=each)
    # A cost is a sum of steps, each paid by all labels that cost at least so much.
    total = np.zeros(len(regions))
    for below, step in steps:
        hits = [
            sum(one.wrong and costs(one.label, one.said) >= step for one in found)
            for found in inside
        ]
        total += (step - below) * finite_band(hits, n, size, error=each / len(steps))[1]
    paid = [sum(one.wrong * costs(one.label, one.said) for one in found) for found in inside]
    return [
        Acceptable(
            threshold=t,
            n_items=items,
            n_rows=rows,
            checked=int(n[k]),
            wrong=int(wrong[k]),
            low=float(low[k]) / max(items, 1),
            high=float(high[k]) / max(items, 1),
            cost=(float(paid[k]) + costs.dearest) / (int(n[k]) + 2),
            cost_high=float(total[k]) / max(items, 1),
        )
        for k, (t, items, rows) in enumerate(regions)
    ]


def best(found: Sequence[Acceptable]) -> Acceptable | None:
    """Return the largest region whose labels cost at most a look each, by at least 30 checks.

    By the estimate, as a person would choose; `Acceptable.low` and ``high`` tell how far it may
    be off, the choice included.
    """
    sound = [one for one in found if one.checked >= AT_LEAST and one.cost <= 1]
    return sound[-1] if sound else None


def cheapest(found: Sequence[Acceptable]) -> Acceptable | None:
    """Return the region at which wrong labels and the looks that are left cost least.

    By the estimate and at least 30 checks, as `best`; None where looking at all costs less.
    """
    whole = found[-1].n_items if found else 0
    sound = [one for one in found if one.checked >= AT_LEAST]
    totals = [one.cost * one.n_items + whole - one.n_items for one in sound]
    least = min(totals, default=float(whole))
    return sound[totals.index(least)] if least < whole else None


def chosen(found: Sequence[Acceptable], costs: Costs) -> Acceptable | None:
    """Return what is accepted unasked: the cheapest where costs were told, else the best."""
    return cheapest(found) if costs.told else best(found)


def above(reading: Reading, threshold: float, n_items: int, n_rows: int) -> Acceptable:
    """Return what is known of the labels of at least any score, by the regions on its two sides.

    Parameters
    ----------
    reading : Reading
    threshold : float
    n_items, n_rows : int
        Items of the frame with that score, and their rows.
    """
    inside = [one for one in reading.answers if one.score >= threshold]
    wrong = sum(one.wrong for one in inside)
    regions = acceptable(reading)
    # All are cut from the same order, so the smaller of two lies within the larger.
    within = [r for r in regions if r.n_items <= n_items]
    around = [r for r in regions if r.n_items >= n_items]
    low = max((r.low * r.n_items for r in within), default=0.0)
    high = min((r.high * r.n_items for r in around), default=float(n_items))
    high = min(high, n_items - (len(inside) - wrong))
    return Acceptable(
        threshold=threshold,
        n_items=n_items,
        n_rows=n_rows,
        checked=len(inside),
        wrong=wrong,
        low=max(low, wrong) / max(n_items, 1),
        high=high / max(n_items, 1),
        cost=WRONG * (wrong + 1) / (len(inside) + 2),
        cost_high=WRONG * high / max(n_items, 1),
    )


def rest(found: Acceptable, n_items: int, n_rows: int, wrong: int) -> Acceptable | None:
    """Return what is known of the labels nobody judged since; None where none are left.

    Those judged since are known, however they were chosen, so their wrong labels are taken from
    the bounds of all; what is left is bounded whether or not the model asked for the hard ones.

    Parameters
    ----------
    found : Acceptable
    n_items, n_rows : int
        Items left, and their rows.
    wrong : int
        Items of the region judged since that the version had wrong.
    """
    if not n_items:
        return None
    low = max(0.0, found.low * found.n_items - wrong)
    high = min(float(n_items), max(low, found.high * found.n_items - wrong))
    return replace(
        found,
        n_items=n_items,
        n_rows=n_rows,
        low=low / n_items,
        high=high / n_items,
    )
