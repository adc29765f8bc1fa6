"""Query strategies: how much each candidate is worth asking about.

A strategy scores; `rhml_widgets.machine.queue` draws. What looks only at probabilities is a pure
function (`margin`, `entropy`, `least_confidence`, `random`); what has parameters is a small
frozen class (`Diverse`, `Mixed`, `Subsample`). Yours may be a callable
``(estimator, X, *, random_state) -> utilities``: shape (n_samples,), higher meaning ask sooner.
Those made here can be called so too, and stay in [0, 1].
"""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.strategy import Strategy, View, best, n_rows
from rhml_widgets.machine.uncertainty import entropy, least_confidence, margin, random
from rhml_widgets.machine.wrappers import Diverse, Mixed, Subsample, take_turns

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from rhml_widgets.machine.strategy import Floats, Numbers

__all__ = [
    "NAMES",
    "Diverse",
    "Mixed",
    "Strategy",
    "Subsample",
    "entropy",
    "least_confidence",
    "margin",
    "random",
    "resolve",
    "take_turns",
]


class _ByProbability(Strategy):
    """One of the pure functions of `rhml_widgets.machine.uncertainty`."""

    def __init__(self, function: Callable[[npt.ArrayLike], Floats]) -> None:
        self._function = function
        self.name = function.__name__

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:  # noqa: ARG002
        """Return utilities of the rows of ``X``, shape (n_samples,)."""
        from rhml_widgets.machine.scores import decision

        return self._function(decision(estimator, X, list(estimator.classes_))[0])

    def shortlist(self, view: View, n: int) -> tuple[Numbers, Floats]:
        """Return the ``n`` candidates worth most, best first, with their utilities."""
        # Of two classes all these order alike, and the order is in the outlook already.
        two = len(getattr(view.head, "classes_", ())) == 2  # noqa: PLR2004 - two classes
        if not two and self._function is not margin:
            return super().shortlist(view, n)
        strength = np.where(view.taken, np.float32(np.inf), view.outlook.strength)
        n_free = len(strength) - int(np.count_nonzero(view.taken))
        numbers = best(strength, min(n, n_free), view.rng, smallest=True)
        return numbers, 1.0 / (1.0 + strength[numbers].astype(np.float64))


class _Random(Strategy):
    name = "random"
    reason = "random"
    uniform = True

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:  # noqa: ARG002
        """Return utilities of the rows of ``X``, shape (n_samples,)."""
        return np.random.default_rng(random_state).random(n_rows(X))


_MAKERS: dict[str, Callable[[], Strategy]] = {
    "diverse": Diverse,
    "margin": lambda: _ByProbability(margin),
    "entropy": lambda: _ByProbability(entropy),
    "least_confidence": lambda: _ByProbability(least_confidence),
    "random": _Random,
}
_FUNCTIONS = {id(f): f.__name__ for f in (margin, entropy, least_confidence, random)}

NAMES = tuple(_MAKERS)
"""What a session's ``strategy`` may be called."""

_EXPECTED = (
    f"expected one of {', '.join(map(repr, NAMES))}, one of rhml_widgets.strategies, a callable "
    "(classifier, X, n_instances) -> positions, an object with .query(X, y, ...), or a callable "
    "(estimator, X, *, random_state) -> utilities"
)


def resolve(strategy: Any) -> Strategy:
    """Return ``strategy`` as a `Strategy`.

    Parameters
    ----------
    strategy : str, Strategy, callable or object with ``query``
        A name; one of ours; a modAL-style callable (a parameter ``n_instances``: it gets the
        fitted classifier and the rows of the remaining candidates, and returns positions in
        them); a scikit-activeml strategy; or a callable
        ``(estimator, X, *, random_state) -> utilities``.

    Raises
    ------
    BadInputError
        If it is none of these, saying what was expected.

    Examples
    --------
    >>> resolve("diverse")
    Diverse(margin, n_clusters=50, n_closest=60, weight=0.5, memory=10)
    >>> resolve("entopy")
    Traceback (most recent call last):
    rhml_widgets.exceptions.BadInputError: strategy 'entopy' is not known; did you mean 'entropy'?
    expected one of ...
    """
    if isinstance(strategy, Strategy):
        return strategy
    if isinstance(strategy, str):
        return _by_name(strategy)
    if id(strategy) in _FUNCTIONS:
        return _MAKERS[_FUNCTIONS[id(strategy)]]()
    if inspect.isclass(strategy):
        msg = f"strategy is the class {strategy.__name__}: pass an instance, {strategy.__name__}()"
        raise BadInputError(msg)
    if callable(getattr(strategy, "query", None)) or callable(strategy):
        from rhml_widgets.machine.adapters import adapt

        return adapt(strategy)
    msg = f"strategy is {strategy!r}, a {type(strategy).__name__}: {_EXPECTED}"
    raise BadInputError(msg)


def _by_name(name: str) -> Strategy:
    key = name.strip().casefold().replace("-", "_").replace(" ", "_")
    maker = _MAKERS.get(key)
    if maker is None:
        near = get_close_matches(key, NAMES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        msg = f"strategy {name!r} is not known; {hint}{_EXPECTED}"
        raise BadInputError(msg)
    return maker()
