"""Patches: which parts of an image speak, summed over pixels where exact, covered elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Patch", "covered", "patch_of_pixels", "patches"]

MOST_A_SIDE = 8
_LOOKED_AT = 500


class Patch(NamedTuple):
    """A rectangle of an image in pixels, the last row and column left out."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """What it is called, counted from 1."""
        rows = _range("row", self.top, self.bottom)
        return f"{rows}, {_range('column', self.left, self.right)}"


def _range(word: str, start: int, end: int) -> str:
    if end - start == 1:
        return f"{word} {start + 1}"
    return f"{word}s {start + 1} to {end}"


def patches(height: int, width: int) -> list[Patch]:
    """Cut an image into at most eight by eight patches, as even as pixels allow.

    Examples
    --------
    >>> len(patches(28, 28)), patches(28, 28)[0].name, patches(8, 8)[-1].name
    (64, 'rows 1 to 4, columns 1 to 4', 'row 8, column 8')
    """
    rows, columns = _edges(height), _edges(width)
    return [
        Patch(top, left, bottom, right)
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]


def _edges(length: int) -> list[int]:
    n = min(length, MOST_A_SIDE)
    return [round(place) for place in np.linspace(0, length, n + 1).tolist()]


def patch_of_pixels(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return the number of the patch each value of an image is in, flattened as the image is."""
    where = np.zeros(shape, dtype=np.intp)
    for number, (top, left, bottom, right) in enumerate(patches(*shape[:2])):
        where[top:bottom, left:right] = number
    return where.ravel()


def covered(images: Any, i: int) -> Any:
    """Return an image, the mean of all, and the image with each patch of that mean put over it."""
    image = images[i]
    mean = images[:_LOOKED_AT].mean(axis=0).astype(image.dtype)
    found = [image, mean]
    for top, left, bottom, right in patches(*image.shape[:2]):
        hidden = image.copy()
        hidden[top:bottom, left:right] = mean[top:bottom, left:right]
        found.append(hidden)
    return np.stack(found)
