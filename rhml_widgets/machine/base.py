"""Base: labeled rows somebody already has, learned from beside the pool and never asked."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.labels import clean_label, is_missing, one_type
from rhml_widgets.items.pool import Pool
from rhml_widgets.machine.guided import without_struck
from rhml_widgets.machine.inputs import taken
from rhml_widgets.machine.matrices import stacked

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.feedback import Guidance

__all__ = ["Base", "read_base"]


class Base:
    """Rows of old, labeled data.

    Attributes
    ----------
    contents : list, frame or array
        As a model reads the items of the pool.
    labels : list of label
    digest : str
        One hash of both.
    """

    def __init__(self, contents: Any, ids: Sequence[str], labels: Sequence[Label]) -> None:
        self.contents = contents
        self.labels = list(labels)
        told = blake2b(digest_size=12, person=b"rhml-base")
        for item_id, label in zip(ids, labels, strict=True):
            told.update(f"{item_id}\0{label!r}\0".encode("utf-8", "surrogatepass"))
        self.digest = told.hexdigest()
        self._rows: tuple[Features, Any] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def named(self, today: Callable[[Label], Label]) -> Base:
        """Return the same rows with the names that their classes have today."""
        if all(today(label) == label for label in self.classes):
            return self
        renamed = copy(self)
        renamed.labels = [today(label) for label in self.labels]
        told = repr(renamed.labels).encode("utf-8", "surrogatepass")
        renamed.digest = f"{self.digest}-{blake2b(told, digest_size=6).hexdigest()}"
        return renamed

    @property
    def classes(self) -> list[Label]:
        """Its labels, each once, in order of first appearance."""
        return list(dict.fromkeys(self.labels))

    def below(
        self, X: Any, y: NDArray[Any], features: Features, guidance: Guidance | None
    ) -> tuple[Any, NDArray[Any], Guidance | None]:
        """Return rows and labels to learn from, these ones below those of the pool.

        Where guidance brings rows without what was struck in place of the pool's own, the same
        is done to these.
        """
        if self._rows is None or self._rows[0] is not features:
            self._rows = features, features.transform(self.contents)
        own = self._rows[1]
        if guidance is not None and guidance.substitutes is not None:
            bare = without_struck(own, replace(guidance, substitutes=None))
            guidance = replace(guidance, substitutes=stacked(guidance.substitutes, bare))
        labels = np.array(self.labels)
        return stacked(X, own), np.concatenate([y, labels]) if len(y) else labels, guidance


def read_base(
    base: Any, content: Sequence[Hashable] | None = None, kind: str = "text"
) -> Base | None:
    """Read ``base=(X, y)``; rows without a label are left out.

    Parameters
    ----------
    base : (X, y) or None
        X as a pool: list of str, Series or DataFrame; y a label a row.
    content : sequence of column names, optional
    kind : str
        Both as of the pool.

    Raises
    ------
    BadInputError
    """
    if base is None:
        return None
    if not isinstance(base, tuple | list) or len(base) != 2:  # noqa: PLR2004 - X and y
        msg = f"base is a {type(base).__name__}: expected (X, y), old rows and a label for each"
        raise BadInputError(msg)
    X, y = base
    items = Pool(X, content=content if hasattr(X, "columns") else None, kind=kind)
    values = list(y)
    if len(values) != items.n_rows:
        msg = f"base: X has {items.n_rows} rows and y {len(values)} labels; expected one a row"
        raise BadInputError(msg)
    rows = [row for row, value in enumerate(values) if not is_missing(value)]
    labels = [clean_label(values[row], f"base label of row {row}") for row in rows]
    one_type(labels, "base")
    numbers = [int(items.item_of_row[row]) for row in rows]
    return Base(taken(items.inputs, numbers), [items.ids[n] for n in numbers], labels)
