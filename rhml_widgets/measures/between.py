"""Between people: how far those who label agree, which is the ceiling a model is shown against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Alpha", "krippendorff_alpha"]

_RESAMPLES = 2_000
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Alpha:
    """Agreement beyond chance with its doubt.

    Attributes
    ----------
    value : float or None
        At most 1; 0 is chance, below it systematic disagreement. None where it is undefined.
    low, high : float or None
        95 % bootstrap interval over items; for one look.
    n_items : int
        Items at least two people judged.
    n_labels : int
        Their labels.
    """

    value: float | None
    low: float | None
    high: float | None
    n_items: int
    n_labels: int


def krippendorff_alpha(units: Mapping[str, Sequence[Hashable]], *, random_state: int = 0) -> Alpha:
    """Agreement between any number of people who judged any part of the items.

    Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", nominal data with missing
    values: ``1 - D_o / D_e`` from the coincidences within items, each item weighing as its labels.
    The interval is a percentile bootstrap over items.

    Parameters
    ----------
    units : mapping of item to sequence of label
        One label a person; an item with fewer than two is left out.
    random_state : int

    Returns
    -------
    Alpha
        Undefined where nothing overlaps, or where everybody only ever used one class.

    Examples
    --------
    >>> krippendorff_alpha({"a": ["x", "x"], "b": ["y", "y"], "c": ["x", "y"], "d": ["x"]}).value
    0.444...
    """
    if isinstance(random_state, bool) or not isinstance(random_state, int) or random_state < 0:
        msg = f"random_state={random_state!r}: expected a whole number of at least 0"
        raise BadInputError(msg)
    paired = [labels for labels in units.values() if len(labels) > 1]
    classes = {
        label: place for place, label in enumerate(dict.fromkeys(x for u in paired for x in u))
    }
    counts = np.zeros((len(paired), len(classes)))
    for row, labels in enumerate(paired):
        for label in labels:
            counts[row, classes[label]] += 1
    value = _alpha(counts)
    n_labels = int(counts.sum())
    if value is None:
        return Alpha(None, None, None, len(paired), n_labels)
    stream = np.random.default_rng(random_state)
    again = [
        found
        for _ in range(_RESAMPLES)
        if (found := _alpha(counts[stream.integers(0, len(counts), len(counts))])) is not None
    ]
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(again, [tail, 1 - tail])
    return Alpha(value, float(low), float(high), len(paired), n_labels)


def _alpha(counts: NDArray[np.float64]) -> float | None:
    sizes = counts.sum(axis=1)
    n = sizes.sum()
    of_class = counts.sum(axis=0)
    expected = n * n - (of_class**2).sum()
    if not expected:
        return None
    # Ordered pairs of unlike labels within an item, each item weighed by 1 / (labels - 1).
    unlike = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)).sum()
    return float(1 - (n - 1) * unlike / expected)
