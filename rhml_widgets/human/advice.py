"""Advice: what the model shows of itself, and when it speaks up.

The default policy ``speak_up`` shows nothing before an answer and, after it, everything, but
only where the model firmly disagrees and was not asked out of doubt: items it is unsure of are
where it is wrong most, so advice there teaches people to distrust it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.state import Prediction

__all__ = ["ARMS", "CLOSED", "POLICIES", "Advice", "disagrees_firmly", "evidence_of"]

ARMS = ("none", "evidence_first", "evidence", "full", "on_demand")
"""How much the model shows of itself on one item.

Nothing; where to look, unsigned and without a label, before the answer; the same after it; all,
after it; all, if the person asks.
"""

CLOSED = ("none", "evidence_first", "evidence")
"""Arms of items whose reasons and labels a page never opens: it would undo what was drawn."""

POLICIES = ("speak_up", "none")

NOTHING = 1e-6
"""Of the heaviest reason: what weighs no more weighs nothing."""

MOST_EVIDENCE = 6
"""Places shown as evidence."""

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
        How much is shown, one of `ARMS`.
    label : label or None
    probability : float or None
        The model's score for ``label`` in [0, 1]; not calibrated unless checks say so.
    explanation : Explanation or None
        None, too, where the estimator's reasons could not be found.
    evidence : tuple
        Where to look, the weightiest first, without saying for what it speaks: (start, end) in
        code points of a text, columns of a row, (top, left, bottom, right) of an image in pixels.
    probability_of_arm : float or None
        With which the arm was drawn when the item was; None where nothing was drawn.
    """

    arm: str
    label: Label | None = None
    probability: float | None = None
    explanation: Explanation | None = None
    evidence: tuple[Any, ...] = ()
    probability_of_arm: float | None = None


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


def evidence_of(explanation: Explanation) -> tuple[Any, ...]:
    """Return where the heaviest reasons stand, heaviest first, without what they speak for.

    Parameters
    ----------
    explanation : Explanation

    Returns
    -------
    tuple
        At most six; see `Advice`.

    Examples
    --------
    >>> import rhml_widgets as rhml
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.naive_bayes import MultinomialNB
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["card lost", "card late", "refund owed", "refund please"]
    >>> model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, [0, 0, 1, 1])
    >>> evidence_of(rhml.explain(model, texts, 0, label=0, against=1))[0]
    (0, 4)
    """
    weight = [abs(float(value)) for value in explanation.contributions]
    least = NOTHING * max(weight, default=0.0)

    def heaviest(places: Sequence[Any], of: Callable[[Any], int]) -> list[Any]:
        heavy = [one for one in places if weight[of(one)] > least]
        return sorted(heavy, key=lambda one: -weight[of(one)])[:MOST_EVIDENCE]

    if explanation.boxes:
        boxes = heaviest(explanation.boxes, lambda box: int(box[4]))
        return tuple(tuple(box[:4]) for box in boxes)
    if explanation.spans:
        spans = heaviest(explanation.spans, lambda span: int(span[2]))
        return tuple((int(start), int(end)) for start, end, _ in spans)
    return tuple(explanation.features[place] for place in heaviest(range(len(weight)), int))
