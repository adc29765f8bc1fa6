"""Fit: from what is known at one moment to a model version that may go live."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.machine.estimators import fit_head, outlook
from rhml_widgets.machine.feedback import compile_guidance
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.estimators import Outlook
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.feedback import Stance

__all__ = ["NO_CLASS_YET", "NO_TRUTH", "Change", "Fit", "Snapshot", "fit", "hits"]

NO_TRUTH = -1
NO_CLASS_YET = -2
"""In ``truth_of``: nothing is known; the known label is no class of the session so far."""

MIN_CONTEST = 10
"""Judged items before a refit is weighed against the model that was brought along."""

FOLDS = 5


@dataclass(frozen=True)
class Snapshot:
    """What a fit may know: labels and stances up to ``seq``, and nothing that comes later.

    Attributes
    ----------
    seq : int
    classes : list of label
    label_of : ndarray of int32, shape (n_items,)
        Class index of each item to learn from, -1 for the others. Holdout items are -1.
    stances : list of (int, Stance)
        Each with the seq of the lesson or judgment it came with, oldest first.
    lesson : int or None
        The newest lesson that the live version has not seen: its effect is measured.
    truth_of : ndarray of int32, shape (n_items,)
        Class index of each holdout item whose truth is known, else one of the two below.
    model : str
        The estimator that learns from it, as it prints itself.
    """

    seq: int
    classes: list[Label]
    label_of: npt.NDArray[np.int32]
    stances: list[tuple[int, Stance]]
    lesson: int | None
    truth_of: npt.NDArray[np.int32]
    random_state: int
    model: str = ""

    @property
    def n_labels(self) -> int:
        """Items to learn from."""
        return int(np.count_nonzero(self.label_of >= 0))

    def digest(self) -> str:
        """Return one hash of the model, the classes, labels and stances."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        told = blake2b(digest_size=12, person=b"rhml-fit")
        told.update(self.model.encode("utf-8", "surrogatepass"))
        told.update(repr(self.classes).encode("utf-8", "surrogatepass"))
        told.update(self.label_of.astype("<i4").tobytes())
        told.update(repr([s for _, s in self.stances]).encode("utf-8", "surrogatepass"))
        return told.hexdigest()

    def without(self, lesson: int) -> Snapshot:
        """Return the same labels without one lesson."""
        kept = [(seq, stance) for seq, stance in self.stances if seq != lesson]
        return replace(self, stances=kept, lesson=None)


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
    contest : (int, int, int) or None
        Where a model was brought along: of the judged items, how many this fit gets right
        (cross-validated), how many that model does, and how many there are.
    seconds : float
    """

    snapshot: Snapshot
    head: Any
    outlook: Outlook
    change: Change | None = None
    hits: str = ""
    contest: tuple[int, int, int] | None = None
    seconds: float = 0.0


def fit(known: Snapshot, features: Features, *, base: Any = None) -> Fit:
    """Fit a head on a snapshot, cold, and look at the whole pool with it.

    Parameters
    ----------
    known : Snapshot
    features : Features
    base : fitted head, optional
        The model that was brought along, while it still serves.

    Raises
    ------
    NotFittedYetError
        Below two classes, with nothing taught that stands for the missing ones.
    Exception
        Whatever the estimator raises.
    """
    began = time.perf_counter()
    with single_threaded(), _naming_gaps(features):
        head = _fit_head(known, features)
        give_way()
        view = outlook(head, features.rows(), known.classes)
        give_way()
        change = None if known.lesson is None else _change(known, features, view)
        contest = None
        if base is not None and known.n_labels >= MIN_CONTEST:
            contest = _contest(known, features, base)
    return Fit(
        snapshot=known,
        head=head,
        outlook=view,
        change=change,
        hits=hits(known.truth_of, view),
        contest=contest,
        seconds=time.perf_counter() - began,
    )


def hits(truth_of: npt.NDArray[np.int32], view: Outlook) -> str:
    """Return one 0 or 1 for each item with known truth, in order of number."""
    numbers = np.flatnonzero(truth_of != NO_TRUTH)
    right = view.predicted[numbers] == truth_of[numbers]
    return "".join("1" if hit else "0" for hit in right.tolist())


def _fit_head(known: Snapshot, features: Features) -> Any:
    numbers = np.flatnonzero(known.label_of >= 0)
    indices = known.label_of[numbers].astype(np.intp)
    guidance = compile_guidance(
        [stance for _, stance in known.stances], features, known.classes, numbers, indices
    )
    give_way()
    return fit_head(
        features.head,
        features.rows(numbers),
        np.asarray(known.classes)[indices],
        classes=known.classes,
        guidance=guidance,
        random_state=known.random_state,
    )


@contextmanager
def _naming_gaps(features: Features) -> Iterator[None]:
    """Say which columns lack values where a model refuses them."""
    message = f"{type(features.head).__name__} refuses missing values: "
    # Coefficients are fitted and multiplied here without scikit-learn, which would refuse.
    if features.has_gaps and type(features.head) is LogisticRegression:
        raise BadInputError(message + features.missing_words())
    try:
        yield
    except ValueError as error:
        if "NaN" in str(error) and (gaps := features.missing_words()):
            raise BadInputError(message + gaps) from error
        raise


def _change(known: Snapshot, features: Features, view: Outlook) -> Change | None:
    assert known.lesson is not None  # noqa: S101 - asked only where there is one
    try:
        head = _fit_head(known.without(known.lesson), features)
    except NotFittedYetError:
        return None
    before = outlook(head, features.rows(), known.classes).predicted
    numbers = np.flatnonzero(before != view.predicted)
    return Change(known.lesson, numbers, before[numbers], view.predicted[numbers])


def _contest(known: Snapshot, features: Features, base: Any) -> tuple[int, int, int]:
    numbers = np.flatnonzero(known.label_of >= 0)
    truth = known.label_of[numbers]
    theirs = outlook(base, features.rows(numbers), known.classes).predicted == truth
    mine = 0
    for fold in range(FOLDS):
        left = numbers[fold::FOLDS]
        rest = known.label_of.copy()
        rest[left] = -1
        try:
            head = _fit_head(replace(known, label_of=rest), features)
        except NotFittedYetError:
            continue
        seen = outlook(head, features.rows(left), known.classes).predicted
        mine += int(np.count_nonzero(seen == known.label_of[left]))
    return mine, int(np.count_nonzero(theirs)), len(truth)
