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

_AT_A_TENTH = 0.9

N_ROUNDS = 15
"""Of k-means; assignments hardly move after ten."""


class Space:
    """Similarities and clusters of rows, kept cheap at any pool size.

    Sparse rows (texts) are compared by their cosine; dense rows by the cosine of their
    standardized columns, or all rows of positive columns would be alike. Rows of a table are
    compared by the distance of their standardized columns, in which few columns do not make
    everything that points the same way alike.

    Parameters
    ----------
    X : csr_matrix or ndarray, shape (n_samples, n_features)
        Rows of the pool. Not kept.
    random_state : int
        Chooses the sample and where clusters begin.
    by_distance : bool
        For rows of a table: `alike` is then 1 where equal, .9 where the columns differ by a tenth
        of a standard deviation (root mean square), and next to 0 from a half on.

    Examples
    --------
    >>> space = Space(np.array([[0.0, 1.0], [0.0, 1.1], [5.0, 0.0], [5.1, 0.1]]))
    >>> groups = space.groups(np.array([[0.0, 1.0], [0.1, 0.9], [5.0, 0.0]]), 2)
    >>> bool(groups[0] == groups[1]), bool(groups[0] == groups[2])
    (True, False)
    """

    def __init__(self, X: Any, *, random_state: int = 0, by_distance: bool = False) -> None:
        self.random_state = random_state
        self.by_distance = by_distance
        self.sparse = sparse.issparse(X)
        n = X.shape[0]
        rng = np.random.default_rng(random_state)
        chosen = np.sort(rng.choice(n, SAMPLE, replace=False)) if n > SAMPLE else np.arange(n)
        sample = X[chosen]
        if not self.sparse:
            sample = np.asarray(sample, dtype=np.float64)
            self._center, scale = _moments(sample)
            self._scale = np.where(scale > 0, scale, 1.0)
        elif by_distance:
            mean = np.asarray(sample.mean(axis=0)).ravel()
            square = np.asarray(sample.multiply(sample).mean(axis=0)).ravel()
            scale = np.sqrt(np.maximum(square - mean * mean, 0.0))
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
            by_distance = getattr(features, "kind", "text") == "row"
            space = _made[features] = Space(
                features.X, random_state=random_state, by_distance=by_distance
            )
        return space

    def alike(self, rows: Any, others: Any) -> npt.NDArray[np.float64]:
        """Return cosines of two sets of rows, shape (n_rows, n_others), in [-1, 1]."""
        if self.by_distance:
            near: npt.NDArray[np.float64] = _AT_A_TENTH ** (100 * self.away(rows, others))
            return near
        mine, yours = self._unit(rows), self._unit(others)
        return _dense(mine @ yours.T)

    def away(self, rows: Any, others: Any) -> npt.NDArray[np.float64]:
        """Return mean squared differences of standardized columns, shape (n_rows, n_others).

        Two rows drawn at random are 2 apart.
        """
        mine, yours = self._standardized(rows), self._standardized(others)
        squares = [_dense((one * one).sum(axis=1)).ravel() for one in (mine, yours)]
        total = squares[0][:, None] + squares[1][None, :] - 2 * _dense(mine @ yours.T)
        found: npt.NDArray[np.float64] = np.maximum(total, 0.0) / max(rows.shape[1], 1)
        return found

    def _standardized(self, rows: Any) -> Any:
        if self.sparse:
            return sparse.csr_array(rows) @ sparse.diags_array(1.0 / self._scale)
        rows = np.asarray(rows, dtype=np.float64)
        # What is missing is as usual as can be.
        return np.nan_to_num((rows - self._center) / self._scale)

    def like(self, X: Any, number: int) -> npt.NDArray[np.float64]:
        """Return how alike every row is to one of them, shape (n_samples,), in [-1, 1]."""
        if self.by_distance:
            near: npt.NDArray[np.float64] = self.alike(X[[number]], X)[0]
            return near
        one = self._unit(X[[number]])
        if not self.sparse:
            return np.asarray(self._unit(X) @ one[0], dtype=np.float64)
        # A dense vector: nothing is sorted or turned over, whatever the pool's size.
        found: npt.NDArray[np.float64] = np.asarray(X @ one.toarray()[0], dtype=np.float64)
        if self._of_length_one:
            return found
        lengths = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
        np.divide(found, lengths, out=found, where=lengths > 0)
        return found

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
            rows = self._standardized(sample)
        with single_threaded():
            found = randomized_svd(rows, n_dimensions, n_iter=3, random_state=self.random_state)
        basis = np.zeros((sample.shape[1], n_dimensions), dtype=np.float32)
        basis[columns] = found[2].T
        return basis

    def points(self, rows: Any) -> npt.NDArray[np.float64]:
        """Return rows as points of length 1, or 0 where empty, of at most 50 dimensions."""
        if not self.sparse:
            rows = self._standardized(rows)
        return _of_length_one(_dense(rows if self._basis is None else rows @ self._basis))

    def _unit(self, rows: Any) -> Any:
        if self._of_length_one:
            return rows
        if not self.sparse:
            return _of_length_one(self._standardized(rows))
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        inverse = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        return sparse.diags_array(inverse).tocsr() @ sparse.csr_matrix(rows)


def _moments(sample: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return mean and spread of each column, of the values that are not missing."""
    known = np.isfinite(sample)
    counts = np.maximum(known.sum(axis=0), 1)
    values = np.where(known, sample, 0.0)
    center = values.sum(axis=0) / counts
    spread = np.where(known, values - center, 0.0)
    return center, np.sqrt((spread * spread).sum(axis=0) / counts)


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
