"""Advice: what the model shows of itself, and when it speaks up.

The default policy ``speak_up`` shows nothing before an answer and, after it, everything, but
only where the model firmly disagrees and was not asked out of doubt: items it is unsure of are
where it is wrong most, so advice there teaches people to distrust it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.state import Prediction

__all__ = ["POLICIES", "Advice", "disagrees_firmly", "require_policy"]

POLICIES = ("speak_up", "none")

FIRM = 0.5
"""Share of the pool of which the model must be less sure before it speaks up."""

ODDS = 2.0
"""How many times likelier than the person's label the model must hold its own."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What the model says of an item.

    Attributes
    ----------
    arm : str
        How much is shown: ``full`` (label, score, reasons) or ``none``.
    label : label or None
    probability : float or None
        The model's score for ``label`` in [0, 1]; not calibrated unless checks say so.
    explanation : Explanation or None
        None, too, where the estimator's reasons could not be found.
    """

    arm: str
    label: Label | None = None
    probability: float | None = None
    explanation: Explanation | None = None


def require_policy(advice: str) -> str:
    """Return ``advice`` if it is a policy.

    Raises
    ------
    BadInputError
    """
    if advice not in POLICIES:
        msg = f"advice={advice!r} is not a policy; expected one of {', '.join(map(repr, POLICIES))}"
        raise BadInputError(msg)
    return advice


def disagrees_firmly(prediction: Prediction | None, label: Label, classes: Sequence[Label]) -> bool:
    """Whether the model's view of an item firmly differs from the person's ``label``.

    Firmly is relative, because scores of a young model are small and not calibrated: it is
    surer of this item than of at least half of the pool, and holds its label to be at least
    twice as likely as the person's.

    Examples
    --------
    >>> from rhml_widgets.state import Prediction
    >>> sure = Prediction(1, "ham", (.8, .2), 3, "probability", firmness=.9)
    >>> disagrees_firmly(sure, "spam", ["ham", "spam"])
    True
    >>> disagrees_firmly(sure, "ham", ["ham", "spam"])
    False
    """
    if prediction is None or prediction.label == label or prediction.firmness is None:
        return False
    scores = dict(zip(classes, prediction.proba, strict=False))
    mine, yours = scores.get(prediction.label, 0.0), scores.get(label, 0.0)
    return prediction.firmness >= FIRM and mine >= ODDS * yours
