"""Foresight: what a version says of the items asked now and next, made ready beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.scores import decision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.fit import Fit

__all__ = ["Foresight", "View", "view"]

View: TypeAlias = "tuple[list[float], str, float]"
"""Scores by class, of what kind they are (see `decision`), and how firm the version is."""


class Foresight:
    """Views of a few items of one version, so that no answer has to wait for them."""

    def __init__(self) -> None:
        self._made: tuple[Fit | None, dict[int, View]] = (None, {})

    def prepare(self, live: Fit, features: Features, numbers: Iterable[int]) -> None:
        """Look at some items, and forget those looked at before."""
        self._made = live, {number: view(live, features, number) for number in numbers}

    def view(self, live: Fit, features: Features, number: int) -> View:
        """Return what was made ready, else look now."""
        of, ready = self._made
        found = ready.get(number) if of is live else None
        return found or view(live, features, number)


def view(live: Fit, features: Features, number: int) -> View:
    """Return what a version says of one item."""
    give_way()
    rows = features.rows(np.asarray([number]))
    scores, kind = decision(live.head, rows, live.snapshot.classes)
    return [round(p, 6) for p in scores[0].tolist()], kind, _firmness(live, number)


def _firmness(live: Fit, number: int) -> float:
    """Return the share of the pool of which the version is less sure than of an item."""
    margin = live.outlook.margin
    return round(float(np.count_nonzero(margin < margin[number])) / len(margin), 4)
