"""Why a model says what it says of one item, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label

__all__ = ["Explanation", "Neighbors", "Reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's part in a prediction; positive speaks for the explained label."""

    feature: str
    contribution: float

    def __repr__(self) -> str:
        return f"{self.feature} {self.contribution:+.2f}"


@dataclass(frozen=True, eq=False)
class Explanation:
    """How the features of one item add up to the model's score for a label.

    ``prediction == baseline + contributions.sum() + gap``; positive speaks for ``label``.

    Attributes
    ----------
    label : label
        What is explained.
    against : label or None
        The class it is set against: then scores and contributions are differences.
    prediction : float
        The model's score for ``label``, in ``unit``.
    unit : {"log-odds", "margin", "probability"}
    features : tuple of str
        The features present, the weightiest first; a feature nobody can name is "#" and its column.
    contributions : ndarray of float64, shape (n_features,)
        Without ``against`` ``coef_[label] * x`` for linear models.
    spans : tuple of (start, end, index)
        Where feature ``index`` stands in a text, in code points, by start; none elsewhere.
    baseline : float
        The score of an empty text; of a row whose features are all 0 (the mean, where scaled), or
        by occlusion of the others it is compared with.
    method : {"exact", "occlusion"}
        "sampled" and "neighbors" are names for ways to explain that nothing here has yet.
    gap : float
        What the contributions leave unexplained; 0 up to rounding where exact.
    boxes : tuple of (top, left, bottom, right, index)
        The patch of an image feature ``index`` stands for, in pixels, last ones left out.
    """

    label: Label
    against: Label | None
    prediction: float
    unit: str
    features: tuple[str, ...]
    contributions: NDArray[np.float64]
    spans: tuple[tuple[int, int, int], ...]
    baseline: float
    method: str
    gap: float
    boxes: tuple[tuple[int, int, int, int, int], ...] = ()

    def top(self, n: int = 10) -> list[Reason]:
        """Return the ``n`` weightiest features, weightiest first."""
        return [
            Reason(name, float(value))
            for name, value in zip(self.features[:n], self.contributions[:n], strict=True)
        ]

    def __repr__(self) -> str:
        against = "" if self.against is None else f" against {self.against!r}"
        shown = ", ".join(map(repr, self.top(3)))
        rest = len(self.features) - 3
        more = f" and {rest} more" if rest > 0 else ""
        return (
            f"Explanation({self.label!r}{against}: {self.prediction:+.2f} {self.unit}, "
            f"{self.method}: {shown or 'no feature'}{more})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Explanation):
            return NotImplemented
        return _as_tuple(self) == _as_tuple(other)

    def __hash__(self) -> int:
        return hash(_as_tuple(self))


def _as_tuple(explanation: Explanation) -> tuple[Any, ...]:
    return (
        explanation.label,
        explanation.against,
        explanation.prediction,
        explanation.unit,
        explanation.features,
        tuple(explanation.contributions.tolist()),
        explanation.spans,
        explanation.baseline,
        explanation.method,
        explanation.gap,
        explanation.boxes,
    )


@dataclass(frozen=True, slots=True)
class Neighbors:
    """The labeled items most like one item, most alike first.

    Attributes
    ----------
    number : int
        The item they are neighbors of.
    numbers : tuple of int
        Their numbers.
    similarities : tuple of float
        Cosines, in [-1, 1]; of rows of a table 1 where equal, .37 for two drawn at random.
    """

    number: int
    numbers: tuple[int, ...]
    similarities: tuple[float, ...]

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{number} ({similarity:.2f})"
            for number, similarity in zip(self.numbers, self.similarities, strict=True)
        )
        return f"Neighbors(of {self.number}: {shown or 'none'})"
