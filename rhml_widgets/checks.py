"""Checks of what you bring yourself: whether it keeps the contract, said in words.

They need no test framework: a check returns None, or raises `AssertionError` naming what was
expected and what came instead. In a test suite, call them from a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["check_strategy"]

MAX_REPR = 200


def check_strategy(strategy: Any, *, bounds: tuple[float, float] | None = (0.0, 1.0)) -> None:
    """Check a query strategy: a name, one of ours, or your own in any accepted form.

    On small pools, sparse and dense, of two and three classes: utilities have the right shape,
    are finite and within ``bounds``; the same ``random_state`` gives the same; neither the rows
    nor the estimator are changed; exact ties and a single candidate do no harm; the repr is
    short and holds no address. For a form that returns positions, utilities are made of their
    order.

    Parameters
    ----------
    strategy : str, strategy, callable or object with ``query``
        As for ``Session(strategy=...)``.
    bounds : (float, float) or None
        What its utilities must stay within. A session only orders by them: pass None if yours
        have no bounds.

    Raises
    ------
    AssertionError
        Naming the first promise that is not kept.
    BadInputError
        If it cannot be a strategy at all.

    Examples
    --------
    >>> def shortest(estimator, X, *, random_state=0):
    ...     n_terms = np.asarray((X != 0).sum(axis=1)).ravel()
    ...     return 1 / (1 + n_terms)
    >>> check_strategy(shortest)
    >>> check_strategy(lambda estimator, X: X.sum())
    Traceback (most recent call last):
    ...
    rhml_widgets.exceptions.BadInputError: strategy <lambda> returned ... expected 12 utilities...
    """
    from rhml_widgets.machine.strategies import resolve

    resolved = resolve(strategy)
    told = repr(resolved)
    _require(told == repr(resolve(strategy)), f"repr is not stable: {told!r}")
    short = 0 < len(told) <= MAX_REPR and " at 0x" not in told
    _require(short, f"repr is not fit for a log: {told!r}")
    for n_classes in (2, 3):
        for is_sparse in (True, False):
            estimator, X = _pool(n_classes, is_sparse=is_sparse)
            _check_on(resolved, estimator, X, bounds)


def _check_on(strategy: Any, estimator: Any, X: Any, bounds: tuple[float, float] | None) -> None:
    kind = "sparse" if hasattr(X, "toarray") else "dense"
    where = f"{strategy!r} on {kind} rows of {len(estimator.classes_)} classes"
    rows, coef = _dense(X).copy(), estimator.coef_.copy()
    utilities = strategy(estimator, X, random_state=3)
    _check_utilities(utilities, X.shape[0], bounds, where)
    again = strategy(estimator, X, random_state=3)
    _require(
        np.array_equal(utilities, again),
        f"{where}: random_state=3 twice gave two different answers",
    )
    unchanged = np.array_equal(rows, _dense(X)) and np.array_equal(coef, estimator.coef_)
    _require(unchanged, f"{where}: the rows or the estimator were changed")
    _check_utilities(
        strategy(estimator, X[:1], random_state=3), 1, bounds, f"{where}, one candidate"
    )
    same = X[np.zeros(6, dtype=np.intp)]
    _check_utilities(strategy(estimator, same, random_state=3), 6, bounds, f"{where}, exact ties")


def _check_utilities(
    utilities: Any, n: int, bounds: tuple[float, float] | None, where: str
) -> None:
    found = np.asarray(utilities)
    _require(found.shape == (n,), f"{where}: shape {found.shape}, expected ({n},)")
    _require(bool(np.isfinite(found).all()), f"{where}: not finite: {found}")
    if bounds is not None:
        low, high = float(found.min()), float(found.max())
        within = bounds[0] <= low and high <= bounds[1]
        _require(within, f"{where}: from {low:g} to {high:g}, expected within {bounds}")


def _pool(n_classes: int, *, is_sparse: bool) -> tuple[Any, Any]:
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(n_classes)
    X = np.abs(rng.normal(size=(12, 5))) * (rng.random((12, 5)) < 0.6)  # noqa: PLR2004 - some zeros
    X[:, 0] += 0.1
    y = np.arange(12) % n_classes
    rows = sparse.csr_matrix(X) if is_sparse else X
    return LogisticRegression(C=10).fit(rows, y), rows


def _dense(X: Any) -> npt.NDArray[np.float64]:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X)


def _require(kept: object, what: str) -> None:
    if not kept:
        raise AssertionError(what)
