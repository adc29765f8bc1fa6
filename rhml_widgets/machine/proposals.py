"""Proposals: terms the judged texts speak for, each tested before it is put to the person."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from rhml_widgets.machine.feedback import Stance
from rhml_widgets.machine.fit import fit_labels
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.scores import decision
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.snapshot import Snapshot

__all__ = ["FEWEST", "Proposal", "associated", "propose"]

FEWEST = 3
"""Judged items a term must stand in."""
FEWEST_LABELS = 12
"""Judged items before anything is proposed."""
_WORD = r"(?u)\b\w[\w'\u2019-]*\w\b"
_FOLDS = 5
_LOOKED_AT = 10
"""Terms that are tested at most, the most strongly associated first."""
_FIRM = 1.64
"""z of an association from which a term is looked at; one-sided 5 %."""
_FIRM_OF_A_PART = 1.28
"""The same of the four fifths a fold learns from; one-sided 10 %."""
_LEAST = 1e-9
_PRIOR_WEIGHT = 10.0
"""Items' worth of the texts' usual share that a class's share of a term begins with."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A term that might speak for a class, and the evidence that saying so would help.

    Attributes
    ----------
    term : str
    label_index : int
        Place of its class.
    z : float
        Of its association with the class among the judged items.
    n_with, n_of_class : int
        Judged items that hold it, and how many of them bear the label.
    n_unjudged : int
        Items nobody judged that hold it.
    gain, low, high : float
        What it saves of the log-loss, in nats a judged item, with a 95 % interval.
    n : int
        Judged items it was tested on.
    supporting : tuple of int
        Numbers of judged items that hold it and bear the label.
    """

    term: str
    label_index: int
    z: float
    n_with: int
    n_of_class: int
    n_unjudged: int
    gain: float
    low: float
    high: float
    n: int
    supporting: tuple[int, ...]

    @property
    def helps(self) -> bool:
        """Whether the interval leaves no doubt that it helps."""
        return self.low > 0


def propose(
    known: Snapshot,
    features: Features,
    *,
    spoken: Callable[[str, int], bool],
    among: NDArray[np.intp] | None = None,
    n: int = 5,
) -> list[Proposal]:
    """Return terms that would help the model if the person said they speak for a class.

    Parameters
    ----------
    known : Snapshot
        Holds the judged items; those kept aside are none of them.
    features : Features
        Of texts.
    spoken : callable
        ``spoken(term, label_index)``: whether it was said, or rejected, before.
    among : ndarray of int, optional
        Numbers of the items whose terms are counted as unjudged; None: all.
    n : int
        At most.

    Returns
    -------
    list of Proposal
        Those whose gain exceeds its standard error, surest first.

    Notes
    -----
    Terms are ranked by the z of their log-odds ratio with an informative Dirichlet prior (Monroe,
    Colaresi & Quinn 2008), counting items, the prior being the term's share of all texts. Each is
    then tested by paired cross-validation: the log-loss of judged items with and without it, by
    fits that did not learn them; a fold hears the term only if its own part of the labels points
    to the same class. The variance of the mean difference is that of Nadeau & Bengio (2003), which
    counts that the folds' fits share labels; the interval is of Student's t. Up to ten terms are
    tested at once, picked by all labels, and the best are shown, which flatters them: of texts and
    labels without any bearing on each other 27 of at most 200 tested terms were proposed, and 1
    was said to help.
    """
    numbers = np.flatnonzero(known.label_of >= 0)
    if features.kind != "text" or len(numbers) < FEWEST_LABELS:
        return []
    target = known.label_of[numbers].astype(np.intp)
    terms, held, spread = _counted(features.contents, numbers)
    if not terms:
        return []
    trial = _Trial(known, features, numbers)
    found = []
    for place, index, z in _candidates(terms, held, target, spread, len(known.classes)):
        if spoken(terms[place], index):
            continue
        give_way()
        saved = trial.saved(terms[place], held[:, place], index, float(spread[place]))
        own = held[:, place] & (target == index)
        gain, error = _mean(saved, trial.folds)
        wide = float(t.ppf(0.975, _FOLDS - 1)) * error
        if gain <= max(error, _LEAST):
            continue
        outside = _holding(features.contents, terms[place], among, set(numbers.tolist()))
        found.append(
            Proposal(
                terms[place],
                index,
                float(z),
                int(held[:, place].sum()),
                int(own.sum()),
                outside,
                gain,
                gain - wide,
                gain + wide,
                len(numbers),
                tuple(numbers[own].tolist()),
            )
        )
    return sorted(found, key=lambda one: (-one.low, one.term))[:n]


def associated(
    held: NDArray[np.bool_],
    target: NDArray[np.intp],
    spread: NDArray[np.float64],
    n_classes: int,
) -> NDArray[np.float64]:
    """Return the z of each term's association with each class, shape (n_classes, n_terms).

    Parameters
    ----------
    held : ndarray of bool, shape (n_labels, n_terms)
    target : ndarray of int, shape (n_labels,)
    spread : ndarray of float, shape (n_terms,)
        Each term's share of all texts, in (0, 1).
    n_classes : int

    Notes
    -----
    Log-odds ratio of the class against the rest with an informative Dirichlet prior (Monroe,
    Colaresi & Quinn 2008, equations 16, 18 and 22), worth ten items.
    """
    z = np.zeros((n_classes, held.shape[1]))
    prior = np.clip(spread, 1e-4, 1 - 1e-4) * _PRIOR_WEIGHT
    for index in range(n_classes):
        mine = target == index
        sides = []
        for side in (mine, ~mine):
            inside = held[side].sum(axis=0) + prior
            sides.append((inside, side.sum() + _PRIOR_WEIGHT - inside))
        (own, rest), (theirs, others) = sides
        z[index] = np.log(own / rest) - np.log(theirs / others)
        z[index] /= np.sqrt(1 / own + 1 / theirs)
    return z


def _counted(
    contents: Any, numbers: NDArray[np.intp]
) -> tuple[list[str], NDArray[np.bool_], NDArray[np.float64]]:
    """Return the words and pairs of words of the judged texts, and where they stand."""
    reader = CountVectorizer(ngram_range=(1, 2), token_pattern=_WORD, binary=True, min_df=FEWEST)
    try:
        counts = reader.fit_transform([contents[number] for number in numbers.tolist()])
    except ValueError:  # no word stands in so many of them
        return [], np.zeros((len(numbers), 0), dtype=bool), np.zeros(0)
    names = [str(name) for name in reader.get_feature_names_out()]
    kept = [
        k
        for k, name in enumerate(names)
        if not any(word in ENGLISH_STOP_WORDS or word.isdigit() for word in name.split())
    ]
    names = [names[k] for k in kept]
    held = np.asarray(counts[:, kept].toarray(), dtype=bool)
    # A sample of the pool tells how usual a term is; the judged ones were picked.
    rng = np.random.default_rng(len(contents))
    n = min(len(contents), 4000)
    some = rng.choice(len(contents), n, replace=False).tolist()
    usual = reader.transform([contents[number] for number in some])[:, kept]
    spread = (np.asarray(usual.sum(axis=0)).ravel() + 0.5) / (n + 1)
    return names, held, spread


def _candidates(
    terms: list[str],
    held: NDArray[np.bool_],
    target: NDArray[np.intp],
    spread: NDArray[np.float64],
    n_classes: int,
) -> Iterator[tuple[int, int, float]]:
    """Yield place, class and z of the terms to test, most strongly associated first."""
    z = associated(held, target, spread, n_classes)
    best = z.argmax(axis=0)
    top = z.max(axis=0)
    chosen: list[int] = []
    for place in np.lexsort((terms, -top)).tolist():
        if top[place] < _FIRM or len(chosen) == _LOOKED_AT:
            return
        # A phrase that stands where one of its words does says nothing of its own.
        if any(
            best[other] == best[place] and bool((held[:, other] == held[:, place]).all())
            for other in chosen
        ):
            continue
        chosen.append(place)
        yield place, int(best[place]), float(top[place])


class _Trial:
    """Cross-validated log-losses of the judged items, paired over what is heard."""

    def __init__(self, known: Snapshot, features: Features, numbers: NDArray[np.intp]) -> None:
        self.known = known.without_origin("mark")  # a mark tells the label of its own item
        self.features = features
        self.numbers = numbers
        self.target = known.label_of[numbers].astype(np.intp)
        order = np.random.default_rng([known.random_state, len(numbers)]).permutation(len(numbers))
        self.folds = [order[k::_FOLDS] for k in range(_FOLDS)]
        self.before = np.zeros(len(numbers))
        for left in self.folds:
            self.before[left] = self._loss(self.known, left)

    def saved(
        self, term: str, held: NDArray[np.bool_], index: int, spread: float
    ) -> NDArray[np.float64]:
        """Return what hearing a term saves of each item's loss; 0 in folds that do not hear it."""
        classes = self.known.classes
        stance = (self.known.seq + 1, Stance(term, classes[index]))
        told = replace(self.known, stances=[*self.known.stances, stance])
        saved = np.zeros(len(self.numbers))
        for left in self.folds:
            learned = np.setdiff1d(np.arange(len(self.numbers)), left)
            here = held[learned, None]
            z = associated(here, self.target[learned], np.array([spread]), len(classes))[:, 0]
            if z[index] >= _FIRM_OF_A_PART and int(z.argmax()) == index:
                saved[left] = self.before[left] - self._loss(told, left)
        return saved

    def _loss(self, known: Snapshot, left: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the log-loss of items by a fit that did not learn them; NaN without a fit."""
        rest = known.label_of.copy()
        rest[self.numbers[left]] = -1
        give_way()
        # A user's estimator may fail without these labels, in whatever way.
        with suppress(Exception), single_threaded():
            own = self.features.hearing(known.phrases)
            head = fit_labels(replace(known, label_of=rest), own)
            scores = decision(head, own.rows(self.numbers[left]), known.classes)[0]
            shares = scores[np.arange(len(left)), self.target[left]]
            return np.asarray(-np.log(np.clip(shares, 1e-6, 1.0)), dtype=np.float64)
        return np.full(len(left), np.nan)


def _mean(saved: NDArray[np.float64], folds: list[NDArray[np.intp]]) -> tuple[float, float]:
    """Return the mean over folds and its standard error, for fits that share labels."""
    means = [float(np.mean(saved[left])) for left in folds if np.isfinite(saved[left]).all()]
    if len(means) < 2:  # noqa: PLR2004 - one value has no spread
        return 0.0, np.inf
    # Nadeau & Bengio: 1/k of the folds' variance, and the share that is tested of what is learned.
    share = 1 / len(means) + 1 / (_FOLDS - 1)
    return float(np.mean(means)), float(np.sqrt(share * np.var(means, ddof=1)))


def _holding(contents: Any, term: str, among: NDArray[np.intp] | None, but: Collection[int]) -> int:
    """Return how many items nobody judged hold a term."""
    words = r"\s+".join(re.escape(part) for part in term.split())
    holds = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE).search
    numbers = range(len(contents)) if among is None else among.tolist()
    return sum(1 for number in numbers if number not in but and holds(contents[number]))
