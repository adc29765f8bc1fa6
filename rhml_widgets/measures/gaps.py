"""Gaps: how far the error rates of groups lie apart, and whether a goal is met."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import sqrt
from typing import TYPE_CHECKING

from rhml_widgets.measures.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FEWEST", "Gap", "gap", "newcombe"]

FEWEST = 10
"""Judged items a group needs to count."""

LEVEL = 0.99
"""Of the interval of the gap. It is looked at again with each refit, so it is a wide one."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Error rates of groups, held against a goal.

    Attributes
    ----------
    column : str
    at_most : float
    groups : tuple of (str, int, int)
        Name, errors and judged items of each group, the worst one first.
    value : float or None
        Largest error rate less the smallest, in [0, 1], over groups of ten items or more; None
        where there are not two of them.
    low, high : float
        99 % interval of the largest difference between two of them, all pairs allowed for.
    """

    column: str
    at_most: float
    groups: tuple[tuple[str, int, int], ...]
    value: float | None
    low: float
    high: float

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where that cannot be told yet."""
        if self.value is None or self.low <= self.at_most < self.high:
            return None
        return self.high <= self.at_most

    def words(self) -> str:
        """Say it.

        Examples
        --------
        >>> gap("region", 0.1, {"north": (20, 40), "south": (2, 50)}).words()
        'My labels are wrong for 20 of 40 of “north” and 2 of 50 of “south” (region): a gap of \
.46 [.23, .65]; at most .10 is the goal. Not met.'
        """
        counted = [one for one in self.groups if one[2] >= FEWEST]
        if self.value is None:
            most = sorted((n for _, _, n in self.groups), reverse=True)[:2]
            have = " and ".join(str(n) for n in most) or "none"
            return (
                f"Not yet: two groups of {self.column} need {FEWEST} items judged blind each; so "
                f"far there are {have}."
            )
        (worst, wrong, n), (best, fewer, of) = counted[0], counted[-1]
        told = (
            f"My labels are wrong for {wrong} of {n} of “{worst}” and {fewer} of {of} of “{best}” "
            f"({self.column}): a gap of {_decimal(self.value)} [{_decimal(self.low)}, "
            f"{_decimal(self.high)}]; at most {_decimal(self.at_most)} is the goal."
        )
        return f"{told} {_VERDICT[self.met]}"


_VERDICT = {True: "Met.", False: "Not met.", None: "Whether it is met cannot be told yet."}


def gap(column: str, at_most: float, errors: Mapping[str, tuple[int, int]]) -> Gap:
    """Measure the largest gap between the error rates of groups.

    Parameters
    ----------
    column : str
    at_most : float
        The goal, in [0, 1).
    errors : mapping of group to (errors, items)

    Notes
    -----
    The interval is Newcombe's (1998, method 10) for each ordered pair of groups, at a level that
    allows for the number of pairs (Bonferroni); the largest lower and upper ends are taken.
    """
    groups = tuple(
        sorted(
            ((name, wrong, n) for name, (wrong, n) in errors.items() if n),
            key=lambda one: (-one[1] / one[2], one[0]),
        )
    )
    counted = [(wrong, n) for _, wrong, n in groups if n >= FEWEST]
    if len(counted) < 2:  # noqa: PLR2004 - a gap is between two
        return Gap(column, at_most, groups, None, 0.0, 1.0)
    pairs = list(permutations(counted, 2))
    level = 1 - (1 - LEVEL) / (len(pairs) // 2)
    ends = [newcombe(one, other, level=level) for one, other in pairs]
    value = counted[0][0] / counted[0][1] - counted[-1][0] / counted[-1][1]
    low = max(0.0, *(low for low, _ in ends))
    return Gap(column, at_most, groups, value, low, max(high for _, high in ends))


def newcombe(
    one: tuple[int, int], other: tuple[int, int], *, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of a difference of two independent shares: Newcombe (1998), method 10.

    Parameters
    ----------
    one, other : (hits, n)
    level : float

    Examples
    --------
    >>> [round(end, 4) for end in newcombe((56, 70), (48, 80))]
    [0.0524, 0.3339]
    """
    p, q = one[0] / one[1], other[0] / other[1]
    (low, high), (below, above) = wilson(*one, level=level), wilson(*other, level=level)
    return (
        p - q - sqrt((p - low) ** 2 + (above - q) ** 2),
        p - q + sqrt((high - p) ** 2 + (q - below) ** 2),
    )


def _decimal(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")
