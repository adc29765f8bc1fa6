"""How unsure a row of probabilities is: pure functions, usable on any ``predict_proba``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["entropy", "least_confidence", "margin", "random"]


def margin(proba: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Score how close the two likeliest classes are.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes)
        Rows sum to 1.

    Returns
    -------
    ndarray of shape (n_samples,), in [0, 1]
        ``1 - (p_first - p_second)``: 1 is an exact tie. With one class there is no tie: 0.

    Raises
    ------
    BadInputError
        If ``proba`` is not a matrix of finite numbers.

    Examples
    --------
    >>> margin([[0.5, 0.5], [0.9, 0.1]])
    array([1. , 0.2])
    """
    p = _matrix(proba)
    if p.shape[1] == 1:
        return np.zeros(len(p))
    top = np.partition(p, p.shape[1] - 2, axis=1)
    return _in_range(1.0 - (top[:, -1] - top[:, -2]))


def least_confidence(proba: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Score how far the likeliest class is from certain.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes)
        Rows sum to 1.

    Returns
    -------
    ndarray of shape (n_samples,), in [0, 1]
        ``(1 - p_first) * K / (K - 1)`` for K classes: 1 is all classes alike.

    Raises
    ------
    BadInputError
        If ``proba`` is not a matrix of finite numbers.

    Examples
    --------
    >>> least_confidence([[0.5, 0.5], [0.9, 0.1]])
    array([1. , 0.2])
    """
    p = _matrix(proba)
    k = p.shape[1]
    if k == 1:
        return np.zeros(len(p))
    return _in_range((1.0 - p.max(axis=1)) * (k / (k - 1)))


def entropy(proba: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Score how evenly a row spreads over all classes: Shannon's entropy over its maximum.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes)
        Rows sum to 1.

    Returns
    -------
    ndarray of shape (n_samples,), in [0, 1]
        1 is all classes alike.

    Raises
    ------
    BadInputError
        If ``proba`` is not a matrix of finite numbers.

    Examples
    --------
    >>> entropy([[0.5, 0.5], [0.9, 0.1]]).round(3)
    array([1.   , 0.469])
    """
    p = _matrix(proba)
    k = p.shape[1]
    if k == 1:
        return np.zeros(len(p))
    logs = np.log(np.where(p > 0, p, 1.0))
    return _in_range(-(p * logs).sum(axis=1) / np.log(k))


def random(proba: npt.ArrayLike, *, random_state: int = 0) -> npt.NDArray[np.float64]:
    """Score at random, so that the best is a uniform draw.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes)
        Only its length counts.
    random_state : int

    Returns
    -------
    ndarray of shape (n_samples,), in [0, 1)

    Examples
    --------
    >>> random([[0.5, 0.5], [0.9, 0.1]], random_state=0).round(2)
    array([0.64, 0.27])
    """
    return np.random.default_rng(random_state).random(len(np.asarray(proba)))


def _in_range(utilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Rounding may leave a last digit outside.
    inside: npt.NDArray[np.float64] = np.clip(utilities, 0.0, 1.0)
    return inside


def _matrix(proba: npt.ArrayLike) -> npt.NDArray[np.float64]:
    p = np.asarray(proba, dtype=np.float64)
    two_dimensions = 2
    if p.ndim != two_dimensions or p.shape[1] == 0 or not np.isfinite(p).all():
        msg = (
            f"proba has shape {p.shape}: expected finite numbers of shape (n_samples, n_classes), "
            "as predict_proba returns"
        )
        raise BadInputError(msg)
    return p
