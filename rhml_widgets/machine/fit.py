"""Fit: from what is known at one moment to a model version that may go live."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.machine.estimators import fit_head
from rhml_widgets.machine.feedback import compile_guidance
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.snapshot import NO_TRUTH, Snapshot
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.feedback import Guidance
    from rhml_widgets.machine.outlook import Outlook

__all__ = ["Change", "Fit", "fit", "fit_labels", "hits", "left_out", "naming_gaps"]

_FOLDS = 5


@dataclass(frozen=True)
class Change:
    """Predictions that differ with and without a lesson, same labels.

    Attributes
    ----------
    lesson : int
    numbers : ndarray of int, shape (n_flips,)
    before, after : ndarray of int, shape (n_flips,)
        Class indices.
    """

    lesson: int
    numbers: npt.NDArray[np.intp]
    before: npt.NDArray[np.int32]
    after: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Fit:
    """A fitted version and what it makes of the pool.

    Attributes
    ----------
    snapshot : Snapshot
    head : estimator
        Fitted on rows of `Features`.
    outlook : Outlook
        Its view of every item, class indices as in ``snapshot.classes``.
    change : Change or None
    hits : str
        One 0 or 1 for each holdout item in order of number; "" without a holdout.
    seconds : float
    features : Features or None
        Those it was fitted on, a column for each taught phrase included; None: the pool's.
    """

    snapshot: Snapshot
    head: Any
    outlook: Outlook
    change: Change | None = None
    hits: str = ""
    seconds: float = 0.0
    features: Features | None = None


def fit(known: Snapshot, features: Features, *, live: Fit | None = None) -> Fit:
    """Fit a head on a snapshot, cold, and look at the whole pool with it.

    Words nobody taught on purpose, the class names, are left out where the estimator fails on
    them and does not fail without.

    Parameters
    ----------
    known : Snapshot
    features : Features
        Phrases it was taught get a column where they have none: see `Features.hearing`.
    live : Fit, optional
        The version before, of the same items. Where it is the fit without ``known.lesson``,
        nothing is fitted twice to see what the lesson changed.

    Raises
    ------
    NotFittedYetError
        Below two classes, with nothing taught that stands for the missing ones.
    Exception
        Whatever the estimator raises.
    """
    began = time.perf_counter()
    with single_threaded(), naming_gaps(features):
        own = features.hearing(known.phrases)
        head, view = _looked(known, own)
        give_way()
        change = None if known.lesson is None else _change(known, features, view, live)
    return Fit(
        snapshot=known,
        head=head,
        outlook=view,
        change=change,
        hits=hits(known.truth_of, view),
        seconds=time.perf_counter() - began,
        features=own,
    )


def _looked(known: Snapshot, features: Features) -> tuple[Any, Outlook]:
    """Return a fitted head and what it makes of the pool."""
    try:
        head = fit_labels(known, features)
        give_way()
        return head, outlook(head, features.rows(), known.classes)
    except NotFittedYetError:
        raise
    except Exception:
        bare = known.without_origin("codebook")
        if len(bare.stances) == len(known.stances):
            raise
        head = fit_labels(bare, features)
        return head, outlook(head, features.rows(), known.classes)


def hits(truth_of: npt.NDArray[np.int32], view: Outlook) -> str:
    """Return one 0 or 1 for each item with known truth, in order of number."""
    numbers = np.flatnonzero(truth_of != NO_TRUTH)
    right = view.predicted[numbers] == truth_of[numbers]
    return "".join("1" if hit else "0" for hit in right.tolist())


def fit_labels(known: Snapshot, features: Features) -> Any:
    """Return a head fitted on a snapshot's labels and stances; raises as `fit` does."""
    numbers = np.flatnonzero(known.label_of >= 0)
    indices = known.label_of[numbers].astype(np.intp)
    guidance: Guidance | None = compile_guidance(
        [stance for _, stance in known.stances], features, known.classes, numbers, indices
    )
    give_way()
    X, y = features.rows(numbers), np.asarray(known.classes)[indices]
    if known.base is not None:
        X, y, guidance = known.base.below(X, y, features, guidance)
    return fit_head(
        features.head,
        X,
        y,
        classes=known.classes,
        guidance=guidance,
        random_state=known.random_state,
    )


def left_out(
    known: Snapshot, numbers: npt.NDArray[np.intp]
) -> Iterator[tuple[npt.NDArray[np.intp], Snapshot]]:
    """Yield each fifth of some labeled items, as places in ``numbers``, and what is known besides.

    Marks are left out of all of it: they tell the label of the item they stand in.
    """
    unmarked = known.without_origin("mark")
    for fold in range(min(_FOLDS, len(numbers))):
        places = np.arange(fold, len(numbers), _FOLDS)
        rest = known.label_of.copy()
        rest[numbers[places]] = -1
        give_way()
        yield places, replace(unmarked, label_of=rest)


@contextmanager
def naming_gaps(features: Features) -> Iterator[None]:
    """Say which columns lack values, or hold infinite ones, where a model refuses them."""
    # Coefficients are fitted and multiplied here without scikit-learn, which would refuse.
    if features.has_gaps and type(features.head) is LogisticRegression:
        msg = f"LogisticRegression refuses missing values: {features.missing_words()}"
        raise BadInputError(msg)
    try:
        yield
    except ValueError as error:
        if told := features.refusal_words(features.head, error):
            raise BadInputError(told) from error
        raise


def _change(known: Snapshot, features: Features, view: Outlook, live: Fit | None) -> Change | None:
    assert known.lesson is not None  # noqa: S101 - asked only where there is one
    without = known.without([known.lesson])
    if live is not None and live.snapshot.digest() == without.digest():
        before = live.outlook.predicted
    else:
        try:
            own = features.hearing(without.phrases)
            before = _looked(without, own)[1].predicted
        except NotFittedYetError:
            return None
    numbers = np.flatnonzero(before != view.predicted)
    return Change(known.lesson, numbers, before[numbers], view.predicted[numbers])
