"""Space: how alike items are, in the model's own features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features

__all__ = ["Space"]

SAMPLE = 4000
"""Rows that a basis and clusters are computed from: their cost does not grow with the pool."""

N_DIMENSIONS = 50

N_ROUNDS = 15
"""Of k-means; assignments hardly move after ten."""


class Space:
    """Similarities and clusters of rows, kept cheap at any pool size.

    Sparse rows (texts) are compared by their cosine; dense rows by the cosine of their
    standardized columns, or all rows of positive columns would be alike.

    Parameters
    ----------
    X : csr_matrix or ndarray, shape (n_samples, n_features)
        Rows of the pool. Not kept.
    random_state : int
        Chooses the sample and where clusters begin.

    Examples
    --------
    >>> space = Space(np.array([[0.0, 1.0], [0.0, 1.1], [5.0, 0.0], [5.1, 0.1]]))
    >>> groups = space.groups(np.array([[0.0, 1.0], [0.1, 0.9], [5.0, 0.0]]), 2)
    >>> bool(groups[0] == groups[1]), bool(groups[0] == groups[2])
    (True, False)
    """

    def __init__(self, X: Any, *, random_state: int = 0) -> None:
        self.random_state = random_state
        self.sparse = sparse.issparse(X)
        n = X.shape[0]
        rng = np.random.default_rng(random_state)
        chosen = np.sort(rng.choice(n, SAMPLE, replace=False)) if n > SAMPLE else np.arange(n)
        sample = X[chosen]
        if not self.sparse:
            sample = np.asarray(sample, dtype=np.float64)
            self._center = sample.mean(axis=0) if n else np.zeros(X.shape[1])
            scale = sample.std(axis=0) if n else np.ones(X.shape[1])
            self._scale = np.where(scale > 0, scale, 1.0)
        # Rows of a TfidfVectorizer are, and then there is nothing to do.
        self._of_length_one = self.sparse and bool(
            np.allclose(np.asarray(sample.multiply(sample).sum(axis=1)).ravel(), 1.0)
        )
        self._basis = self._find_basis(sample)
        self._sample = self.points(sample)
        self._centers: dict[int, npt.NDArray[np.float64]] = {}
        self._known: dict[int, npt.NDArray[np.int32]] = {}

    @staticmethod
    def of(features: Features, random_state: int = 0) -> Space | None:
        """Return the space of a pool's features, made on first use; None without a matrix."""
        if features.X is None:
            return None
        space = _made.get(features)
        if space is None:
            space = _made[features] = Space(features.X, random_state=random_state)
        return space

    def alike(self, rows: Any, others: Any) -> npt.NDArray[np.float64]:
        """Return cosines of two sets of rows, shape (n_rows, n_others), in [-1, 1]."""
        mine, yours = self._unit(rows), self._unit(others)
        return _dense(mine @ yours.T)

    def likeness(self, rows: Any, others: Any) -> npt.NDArray[np.float64]:
        """Return how nearly two sets of rows are the same, shape (n_rows, n_others), at most 1.

        Of sparse rows their cosine; of dense ones 1 less the root mean square difference of
        their standardized columns: two rows in one direction need not be alike.
        """
        if self.sparse:
            return self.alike(rows, others)
        mine = (np.asarray(rows, dtype=np.float64) - self._center) / self._scale
        yours = (np.asarray(others, dtype=np.float64) - self._center) / self._scale
        squares = (mine**2).sum(axis=1)[:, None] + (yours**2).sum(axis=1)[None, :]
        apart = np.maximum(squares - 2 * (mine @ yours.T), 0.0) / max(mine.shape[1], 1)
        likeness: npt.NDArray[np.float64] = 1.0 - np.sqrt(apart)
        return likeness

    def groups(self, rows: Any, n_clusters: int) -> npt.NDArray[np.intp]:
        """Return the cluster of each row, shape (n_rows,), in [0, n_clusters)."""
        if rows.shape[0] == 0:
            return np.zeros(0, dtype=np.intp)
        with single_threaded():
            if n_clusters not in self._centers:
                self._centers[n_clusters] = _k_means(self._sample, n_clusters, self.random_state)
            nearest: npt.NDArray[np.intp] = np.argmax(
                self.points(rows) @ self._centers[n_clusters].T, axis=1
            )
            return nearest

    def groups_of(
        self, X: Any, numbers: npt.NDArray[np.intp], n_clusters: int
    ) -> npt.NDArray[np.intp]:
        """Return the cluster of rows of the pool by number, shape (n_numbers,), kept for reuse."""
        known = self._known.get(n_clusters, np.zeros(0, dtype=np.int32))
        n_new = X.shape[0] - len(known)
        if n_new > 0:
            known = np.concatenate([known, np.full(n_new, -1, dtype=np.int32)])
            self._known[n_clusters] = known
        fresh = np.unique(numbers[known[numbers] < 0])
        if len(fresh):
            known[fresh] = self.groups(X[fresh], n_clusters)
        return known[numbers].astype(np.intp)

    def _find_basis(self, sample: Any) -> npt.NDArray[np.float32] | None:
        n_dimensions = min(N_DIMENSIONS, sample.shape[0] - 1)
        if sample.shape[1] <= N_DIMENSIONS or n_dimensions < 1:
            return None
        columns = np.arange(sample.shape[1])
        if self.sparse:
            # What is in one row only makes no two rows alike, and most columns are such.
            columns = np.flatnonzero(np.bincount(sample.indices, minlength=sample.shape[1]) > 1)
            if len(columns) <= n_dimensions:
                return None
            rows = sample[:, columns]
        else:
            rows = (sample - self._center) / self._scale
        with single_threaded():
            found = randomized_svd(rows, n_dimensions, n_iter=3, random_state=self.random_state)
        basis = np.zeros((sample.shape[1], n_dimensions), dtype=np.float32)
        basis[columns] = found[2].T
        return basis

    def points(self, rows: Any) -> npt.NDArray[np.float64]:
        """Return rows as points of length 1, or 0 where empty, of at most 50 dimensions."""
        if not self.sparse:
            rows = (np.asarray(rows, dtype=np.float64) - self._center) / self._scale
        return _of_length_one(_dense(rows if self._basis is None else rows @ self._basis))

    def _unit(self, rows: Any) -> Any:
        if self._of_length_one:
            return rows
        if not self.sparse:
            return _of_length_one((np.asarray(rows, dtype=np.float64) - self._center) / self._scale)
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        inverse = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        return sparse.diags_array(inverse).tocsr() @ sparse.csr_matrix(rows)


_made: WeakKeyDictionary[Features, Space] = WeakKeyDictionary()


def _dense(rows: Any) -> npt.NDArray[np.float64]:
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)


def _of_length_one(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: npt.NDArray[np.float64] = np.divide(
        rows, lengths, out=np.zeros_like(rows), where=lengths > 0
    )
    return unit


def _k_means(
    points: npt.NDArray[np.float64], n_clusters: int, random_state: int
) -> npt.NDArray[np.float64]:
    """Return centers of length 1, shape (n_clusters, n_dimensions): spherical k-means.

    Fewer distinct points than clusters leave some centers doubled; the first one takes all.
    """
    rng = np.random.default_rng(random_state)
    if len(points) == 0:
        return np.zeros((n_clusters, points.shape[1]))
    centers = _spread(points, n_clusters, rng)
    for _ in range(N_ROUNDS):
        nearest = np.argmax(points @ centers.T, axis=1)
        member = sparse.csr_matrix(
            (np.ones(len(points)), (nearest, np.arange(len(points)))),
            shape=(n_clusters, len(points)),
        )
        moved = _of_length_one(np.asarray(member @ points))
        empty = ~moved.any(axis=1)
        moved[empty] = centers[empty]
        if np.allclose(moved, centers, atol=1e-6):
            break
        centers = moved
    return centers


def _spread(
    points: npt.NDArray[np.float64], n_clusters: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    # k-means++ (Arthur & Vassilvitskii 2007): far from those chosen is likelier to be next.
    chosen = [int(rng.integers(len(points)))]
    away = np.full(len(points), np.inf)
    while len(chosen) < n_clusters:
        away = np.minimum(away, np.maximum(1.0 - points @ points[chosen[-1]], 0.0))
        total = away.sum()
        if total <= 0:
            chosen.append(chosen[0])
            continue
        chosen.append(int(rng.choice(len(points), p=away / total)))
    return points[chosen].copy()
