"""Agreement: counts on items drawn at random and answered blind, and how to say them.

Against the person's own answers a count is agreement; it is accuracy only against truth that
was given. What is counted, and what is left out, is settled in `rhml_widgets.measures.outcomes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rhml_widgets.measures.intervals import running
from rhml_widgets.measures.outcomes import drawn_checks, human_outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.measures.outcomes import DrawnChecks, Outcome
    from rhml_widgets.state import State, StateView

__all__ = [
    "AT_LEAST",
    "LEVEL",
    "Checks",
    "Kept",
    "checks",
    "cohen_kappa",
    "count",
    "decimal",
    "human_accuracy",
    "kept",
]

AT_LEAST = 30
"""Below this many a share is told as a count, not in percent."""

LEVEL = 0.95
"""Confidence of every interval shown."""


@dataclass(frozen=True, slots=True)
class Checks:
    """A share with its doubt.

    Attributes
    ----------
    hits, n : int
        Over the latest of them; see `rhml_widgets.measures.intervals.latest`.
    total : int
        How many were ever counted, ``n`` or more.
    low, high : float
        95 % interval in [0, 1]; (0, 1) where nothing was counted.
    interval : str
        Its kind. ``anytime average``: for the average over these ``n``, valid under peeking.
    what : str
        What was counted, in the plural.
    versions : tuple of (int, int) or None
        First and last model version that spoke, where one did.
    skipped, seen, learned : int
        Left out: put aside unanswered; answered after the model's view was seen; of items the
        model had an imported label of.
    """

    hits: int
    n: int
    total: int = 0
    low: float = 0.0
    high: float = 1.0
    interval: str = "anytime average"
    what: str = "checks"
    versions: tuple[int, int] | None = None
    skipped: int = 0
    seen: int = 0
    learned: int = 0

    @property
    def value(self) -> float | None:
        """The share, in [0, 1]; None where nothing was counted."""
        return self.hits / self.n if self.n else None

    def share(self) -> str:
        """Say the share: a count below 30, then percent with its interval.

        A share with a miss is never 100 %, one with a hit never 0 %.

        Examples
        --------
        >>> Checks(27, 29, 29).share()
        '27 of 29 checks'
        >>> Checks(36, 41, 41, low=0.74, high=0.95).share()
        '88 % [.74, .95] of 41 checks'
        >>> Checks(999, 1000, 2000, low=0.991).share()
        '99 % [.99, 1.00] of the latest 1,000 checks'
        """
        latest = "the latest " if self.total > self.n else ""
        size = f"{latest}{self.n:,} {self.what.removesuffix('s') if self.n == 1 else self.what}"
        if self.n < AT_LEAST:
            return f"{self.hits} of {size}"
        percent = round(100 * self.hits / self.n)
        percent = min(percent, 99) if self.hits < self.n else percent
        percent = max(percent, 1) if self.hits else percent
        return f"{percent} % [{decimal(self.low)}, {decimal(self.high)}] of {size}"

    def words(self) -> str:
        """Say it of the model, in the third person.

        Examples
        --------
        >>> Checks(0, 0).words()
        'no checks yet'
        >>> Checks(27, 29, 29).words()
        '27 of 29 checks'
        >>> Checks(36, 41, 41, low=0.74, high=0.95).words()
        'agrees with you on 88 % [.74, .95] of 41 checks'
        """
        if not self.n:
            return f"no {self.what} yet"
        return self.share() if self.n < AT_LEAST else f"agrees with you on {self.share()}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the person did when the model spoke up because the two differed.

    Neither keeping nor changing is right or wrong by itself.

    Attributes
    ----------
    kept, adopted, other, n : int
        Kept the own answer, took the model's, took a third; of ``n`` stops.
    """

    kept: int
    adopted: int
    other: int
    n: int

    def words(self) -> str:
        """Say it in the first person; empty before the first stop.

        Examples
        --------
        >>> Kept(kept=2, adopted=3, other=0, n=5).words()
        'When I was this sure and we differed, you kept your answer 2 times of 5.'
        """
        if not self.n:
            return ""
        times = "time" if self.kept == 1 else "times"
        return (
            "When I was this sure and we differed, you kept your answer "
            f"{self.kept} {times} of {self.n}."
        )


def checks(
    state: State | StateView, drawn: DrawnChecks | None = None, *, version: int | None = None
) -> Checks:
    """Count how often the model's label, given beforehand, was the person's blind answer.

    Parameters
    ----------
    state : State
    drawn : DrawnChecks, optional
        `drawn_checks` of the state, where they are at hand.
    version : int, optional
        Count only what this version said: an audit of one fixed model.

    Returns
    -------
    Checks
        The interval is for the average over the versions that spoke; for one version it is that
        version's rate of agreement on what the person had not judged yet.
    """
    drawn = drawn_checks(state) if drawn is None else drawn
    found = [one for one in drawn.counted if version is None or one.version == version]
    return count(found, left_out=drawn)


def human_accuracy(state: State | StateView, truth: Mapping[str, Label]) -> Checks:
    """Count how often the person's blind answers to checks were right, against given truth.

    Only checks: what the model asks about is harder than the rest and would undersell the person.

    Parameters
    ----------
    state : State
    truth : mapping of item_id to label
        Where it is known; None and NaN are taken as unknown.
    """
    return count(human_outcomes(state, truth))


def count(
    outcomes: Sequence[Outcome], *, what: str = "checks", left_out: DrawnChecks | None = None
) -> Checks:
    """Add up outcomes, latest ones only, with an interval that holds under peeking.

    Parameters
    ----------
    outcomes : sequence of Outcome
        In the order they happened.
    what : str
        What they are, in the plural.
    left_out : DrawnChecks, optional
        Whose numbers of those left out to pass on.
    """
    hits = n = start = 0
    low, high = 0.0, 1.0
    if outcomes:
        share = running([outcome.hit for outcome in outcomes], at=[len(outcomes)], level=LEVEL)
        hits, n, start = int(share.hits[0]), int(share.n[0]), int(share.start[0])
        low, high = float(share.low[0]), float(share.high[0])
    spoke = [outcome.version for outcome in outcomes[start:] if outcome.version is not None]
    return Checks(
        hits=hits,
        n=n,
        total=len(outcomes),
        low=low,
        high=high,
        what=what,
        versions=(min(spoke), max(spoke)) if spoke else None,
        skipped=left_out.skipped if left_out else 0,
        seen=left_out.seen if left_out else 0,
        learned=left_out.learned if left_out else 0,
    )


def kept(state: State | StateView) -> Kept:
    """Count what the person did at stops; see `rhml_widgets.measures.outcomes.stop_outcomes`."""
    return Kept(**state.decisions, n=len(state.stops))


def cohen_kappa(outcomes: Sequence[Outcome]) -> float | None:
    """Agreement beyond chance (Cohen 1960) between the two sides of the outcomes.

    Returns
    -------
    float or None
        In [-1, 1]; None where it is undefined: nothing counted, or one class on both sides.

    Examples
    --------
    >>> from rhml_widgets.measures.outcomes import Outcome
    >>> cohen_kappa([Outcome(1, "a", True, "spam", "spam"), Outcome(2, "b", True, "ham", "ham")])
    1.0
    >>> cohen_kappa([Outcome(1, "a", True, "spam", "spam")]) is None
    True
    """
    from sklearn.metrics import cohen_kappa_score

    ours = [outcome.label for outcome in outcomes]
    theirs = [outcome.other for outcome in outcomes]
    if len({*ours, *theirs}) < 2:  # noqa: PLR2004 - one class leaves nothing to disagree about
        return None
    return float(cohen_kappa_score(ours, theirs))


def decimal(share: float) -> str:
    """Return a share with two digits and no leading zero."""
    return f"{share:.2f}".removeprefix("0")
