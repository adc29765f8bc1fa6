"""Strategies written for other libraries, and plain callables, as strategies of ours."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.base import clone

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.strategy import Strategy, View, n_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rhml_widgets.machine.strategy import Floats, Numbers

__all__ = ["Picking", "Querying", "Scoring", "adapt"]

N_INSTANCES = 32
"""How many positions are asked for at a time: these strategies may be slow for each."""

MOST_CANDIDATES = 2_000
"""Candidates for scikit-activeml, whose strategies need dense rows and compare all pairs."""

MOST_CELLS = 20_000_000
"""Numbers in a dense matrix before rows are given as points of the pool's space instead."""


def adapt(strategy: Any) -> Strategy:
    """Return a callable or an object with ``query`` as a strategy.

    Raises
    ------
    BadInputError
        If it needs arguments that nobody here can give.
    """
    if callable(getattr(strategy, "query", None)):
        return Querying(strategy)
    taken = _parameters(strategy)
    if taken is not None and "n_instances" in taken:
        return Picking(strategy)
    return Scoring(strategy)


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # some builtins have no signature
        return None


def _takes(function: Callable[..., Any], name: str) -> bool:
    taken = _parameters(function)
    return taken is None or name in taken or any(p.kind is p.VAR_KEYWORD for p in taken.values())


def _name_of(strategy: Any) -> str:
    # A repr may hold a memory address; what is logged must not change between runs.
    inner = getattr(strategy, "func", strategy)  # functools.partial
    return str(getattr(inner, "__name__", type(inner).__name__))


class _Rows(sparse.csr_matrix):
    """Rows whose ``len`` is their number: strategies written for arrays ask for it."""

    def __len__(self) -> int:
        return int(self.shape[0])


def _as_candidates(rows: Any) -> Any:
    if hasattr(rows, "toarray"):
        return _Rows(rows)
    return np.asarray(rows, dtype=object) if isinstance(rows, list) else rows


class Scoring(Strategy):
    """A callable ``(estimator, X, *, random_state) -> utilities``."""

    reason = "strategy"

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = _name_of(function)
        self._function = function
        self._seeded = _takes(function, "random_state")
        taken = _parameters(function)
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        if taken is not None and not any(p.kind is p.VAR_POSITIONAL for p in taken.values()):
            n_positional = sum(p.kind in positional for p in taken.values())
            needed = [
                p.name
                for p in taken.values()
                if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
            ]
            free = [n for n in needed if n != "random_state"]
            if n_positional < 2 or len(free) != 2:  # noqa: PLR2004 - estimator and X
                msg = (
                    f"strategy {self.name} takes ({', '.join(taken)}): expected (estimator, X, *, "
                    "random_state) -> utilities, or a parameter n_instances and positions back"
                )
                raise BadInputError(msg)

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:
        """Return utilities of the rows of ``X``, shape (n_samples,)."""
        n = n_rows(X)
        seed = {"random_state": random_state} if self._seeded else {}
        given = self._function(estimator, X, **seed)
        try:
            utilities = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            utilities = np.zeros(0)
        if utilities.shape != (n,) or np.isnan(utilities).any():
            msg = (
                f"strategy {self.name} returned {_described(given)}: expected {n} utilities, a "
                "number for each row of X, none of them NaN"
            )
            raise BadInputError(msg)
        return np.nan_to_num(utilities)


class Picking(Strategy):
    """A modAL-style callable ``(classifier, X, n_instances, ...) -> positions``."""

    reason = "strategy"

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = _name_of(function)
        self._function = function
        self._seeded = "random_state" in (_parameters(function) or ())

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:
        """Return utilities: 1 for the row picked first, falling to 0 for those not picked."""
        rows = _as_candidates(X)
        n = len(rows)
        utilities = np.zeros(n)
        if n:
            picked = self._picked(estimator, rows, min(N_INSTANCES, n), random_state)
            utilities[picked] = 1.0 - np.arange(len(picked)) / n
        return utilities

    def shortlist(self, view: View, n: int) -> tuple[Numbers, Floats]:
        """Return what it picks, in its order."""
        rows = _as_candidates(view.rows(view.free))
        n = min(n, N_INSTANCES, len(view.free))
        if n == 0:
            return view.free[:0], np.zeros(0)
        seed = int(view.rng.integers(2**31))
        picked = self._picked(view.head, rows, n, seed)
        return view.free[picked], 1.0 - np.arange(len(picked)) / len(view.free)

    def _picked(self, classifier: Any, rows: Any, n: int, seed: int) -> Numbers:
        extra = {"random_state": seed} if self._seeded else {}
        given = self._function(classifier, rows, n_instances=n, **extra)
        # modAL's own documentation returns (positions, rows).
        return _positions(self.name, given[0] if isinstance(given, tuple) else given, len(rows))


class Querying(Strategy):
    """A scikit-activeml strategy: ``query(X, y, ...)`` over labeled rows and candidates."""

    reason = "strategy"

    def __init__(self, strategy: Any) -> None:
        self.name = type(strategy).__name__
        self._strategy = strategy
        self._taken = _parameters(strategy.query) or {}
        given = {"X", "y", "clf", "batch_size", "candidates"}
        missing = [
            p.name
            for p in self._taken.values()
            if p.default is p.empty
            and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
            and p.name not in given
        ]
        if missing:
            msg = (
                f"{self.name}.query needs {', '.join(missing)}, which a session cannot give; wrap "
                "it in a callable (classifier, X, n_instances) -> positions"
            )
            raise BadInputError(msg)

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:  # noqa: ARG002
        """Return utilities of the rows of ``X``, none of them labeled, shape (n_samples,)."""
        n = n_rows(X)
        utilities = np.zeros(n)
        if n:
            rows = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
            n_classes = len(estimator.classes_)
            picked = self._picked(estimator, rows, np.full(n, np.nan), n_classes)
            utilities[picked] = 1.0 - np.arange(len(picked)) / n
        return utilities

    def shortlist(self, view: View, n: int) -> tuple[Numbers, Floats]:  # noqa: ARG002
        """Return what it picks out of the labeled items and at most 2,000 candidates."""
        if view.space is None:
            msg = f"{self.name} needs a matrix of features, which transform='labels' does not keep"
            raise BadInputError(msg)
        free = view.free
        if len(free) > MOST_CANDIDATES:
            free = np.sort(view.rng.choice(free, MOST_CANDIDATES, replace=False, shuffle=False))
        if len(free) == 0:
            return free, np.zeros(0)
        numbers = np.concatenate([view.labeled, free])
        rows = view.features.X[numbers]
        if hasattr(rows, "toarray"):
            small = rows.shape[0] * rows.shape[1] <= MOST_CELLS
            rows = rows.toarray() if small else view.space.points(rows)
        y = np.full(len(numbers), np.nan)
        y[: len(view.labeled)] = view.y[view.labeled]
        picked = self._picked(view.head, rows, y, int(view.y.max(initial=0)) + 1)
        chosen = picked[picked >= len(view.labeled)] - len(view.labeled)
        return free[chosen], 1.0 - np.arange(len(chosen)) / len(free)

    def _picked(self, head: Any, rows: Any, y: Floats, n_classes: int) -> Numbers:
        arguments: dict[str, Any] = {}
        if "clf" in self._taken:
            arguments["clf"] = _classifier(head, n_classes)
        n_candidates = int(np.count_nonzero(np.isnan(y)))
        if "batch_size" in self._taken:
            arguments["batch_size"] = min(N_INSTANCES, n_candidates)
        return _positions(self.name, self._strategy.query(rows, y, **arguments), len(rows))


def _classifier(head: Any, n_classes: int) -> Any:
    try:
        from skactiveml.classifier import (  # type: ignore[import-not-found, unused-ignore]
            SklearnClassifier,
        )
    except ImportError:
        return clone(head)
    return SklearnClassifier(clone(head), classes=list(range(max(n_classes, 2))))


def _positions(name: str, given: Any, n: int) -> Numbers:
    """Return positions as an array without repeats, or say what is wrong with them."""
    try:
        found = np.atleast_1d(np.asarray(given))
        whole = found.ndim == 1 and np.issubdtype(found.dtype, np.integer)
    except (TypeError, ValueError):
        whole = False
    if not whole or len(found) == 0 or found.min() < 0 or found.max() >= n:
        msg = (
            f"strategy {name} returned {_described(given)}: expected positions in its {n} "
            f"candidates, whole numbers from 0 to {n - 1}"
        )
        raise BadInputError(msg)
    return found[np.sort(np.unique(found, return_index=True)[1])].astype(np.intp)


def _described(given: Any) -> str:
    if isinstance(given, np.ndarray):
        return f"an array of {given.dtype} of shape {given.shape}"
    text = repr(given)
    return text if len(text) <= 60 else f"a {type(given).__name__}"  # noqa: PLR2004 - a short line
