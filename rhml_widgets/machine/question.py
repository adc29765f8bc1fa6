"""The question an explanation answers: why this class, and not that one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rhml_widgets.exceptions import BadInputError, UnknownLabelError

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label

__all__ = ["Question", "ask"]


class Question(NamedTuple):
    """Which class is explained, against which other; indices into the classifier's classes."""

    label: int
    against: int | None


def ask(classifier: Any, predicted: int, label: Label | None, against: Label | None) -> Question:
    """Find the classes in question; ``label=None`` is the predicted one.

    Raises
    ------
    UnknownLabelError
        If one of them is not a class of the classifier.
    BadInputError
        If both are the same.
    """
    classes = [c.item() if isinstance(c, np.generic) else c for c in classifier.classes_]

    def place(wanted: Label) -> int:
        if wanted in classes:
            return classes.index(wanted)
        close = difflib.get_close_matches(str(wanted), [str(c) for c in classes], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        message = f"label {wanted!r} is not one of the model's classes {classes!r}{hint}"
        raise UnknownLabelError(message)

    asked = Question(
        predicted if label is None else place(label), None if against is None else place(against)
    )
    if asked.label == asked.against:
        message = f"against={against!r} is the label that is explained; name another class"
        raise BadInputError(message)
    return asked
