"""Clock: how long a simulated person takes, and what it overlooks at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from rhml_widgets.exceptions import BadInputError

__all__ = ["Clock"]


@dataclass(frozen=True, slots=True)
class Clock:
    """What each thing takes a simulated person, in simulated seconds; nothing is waited for.

    Assumptions, not measurements: whoever quotes a figure that rests on them says so.

    Attributes
    ----------
    glance : float
        To look over one card of a sweep, where it only has to be told whether it fits.
    page : float
        To take in what a page is about, and to accept it.
    click : float
        To put one card out.
    misses : float in [0, 1]
        Share of the cards that do not fit which are overlooked.
    patience : float in [0, 1]
        Share of a page's cards put out from which on the person goes on one at a time.

    Examples
    --------
    >>> Clock().sweep(12, 1)
    12.1
    """

    glance: float = 0.8
    page: float = 1.5
    click: float = 1.0
    misses: float = 0.2
    patience: float = 0.25

    def __post_init__(self) -> None:
        """Refuse what is no duration and no share."""
        for name in ("glance", "page", "click"):
            value = getattr(self, name)
            if not 0.0 <= value < float("inf"):
                msg = f"{name}={value!r}: expected a number of seconds, at least 0"
                raise BadInputError(msg)
        for name in ("misses", "patience"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                msg = f"{name}={value!r}: expected a share between 0 and 1"
                raise BadInputError(msg)

    def sweep(self, n_cards: int, n_out: int) -> float:
        """Return the seconds a page takes of which so many cards are put out."""
        return round(self.page + self.glance * n_cards + self.click * n_out, 3)
