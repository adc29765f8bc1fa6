"""Records: the plain values a state is made of, each as one entry of the journal left it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label

__all__ = [
    "Audit",
    "CycleRecord",
    "Judgment",
    "Lesson",
    "Prediction",
    "Query",
    "Resolution",
    "Version",
]


@dataclass(frozen=True, slots=True)
class Query:
    """The latest draw of an item: see `Queried`."""

    seq: int
    purpose: str
    propensity: float | None
    n_candidates: int
    version: int | None
    reason: str
    lesson: int | None = None
    before: Label | None = None
    after: Label | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model last said of an item before it was answered: see `Predicted`."""

    seq: int
    label: Label
    proba: tuple[float, ...]
    version: int
    score: str
    firmness: float | None


@dataclass(frozen=True, slots=True)
class Judgment:
    """An answer that stands or once stood, with what surrounded it.

    ``predicted`` is the model's view at that moment, unseen where ``sealed``.
    """

    seq: int
    at: str
    item_id: str
    person: str
    stage: str
    purpose: str | None
    label: Label
    confidence: float | None
    rationale: tuple[Any, ...] | None
    note: str | None
    duration: float | None
    propensity: float | None
    version: int | None
    sealed: bool
    predicted: Prediction | None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """Stances taught together, and what is known of their effect.

    ``flips`` counts the items whose prediction differs with and without it; ``looks`` holds the
    blind looks, item to (label before, label after).
    """

    seq: int
    origin: str
    item_id: str | None
    stances: tuple[dict[str, Any], ...]
    version: int | None = None
    flips: int | None = None
    retracted: bool = False
    looks: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit of one version: see `Audited`.

    ``drawn`` maps each item to what the version said of it and its score, in the order asked;
    ``n_judged`` counts the items judged when it was drawn.
    """

    seq: int
    version: int
    n_items: int
    n_rows: int
    n_judged: int
    judged: tuple[tuple[Label, int], ...]
    said: tuple[tuple[Label, int], ...]
    regions: tuple[tuple[float, int, int], ...]
    drawn: dict[str, tuple[Label, float]]


@dataclass(frozen=True, slots=True)
class Version:
    """A model version that went live."""

    version: int
    seq: int
    at: str
    n_labels: int
    snapshot_seq: int
    digest: str
    lesson: int | None
    flips: int | None
    hits: dict[str, str] = field(default_factory=dict)
    kappa: float | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """A contradiction that was settled and not taken back: see `Resolved`."""

    seq: int
    about: str
    item_ids: tuple[str, ...]
    labels: tuple[Label, ...]
    how: str
    batch: str | None


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """A turn of reciprocal learning: see `CycleStepped`.

    ``steps`` maps each step taken to its seq, ``about`` what the steps found.
    """

    number: int
    batch: int
    steps: dict[str, int]
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def began(self) -> int:
        """The seq at which it began."""
        return self.steps.get("articulate", 0)

    @property
    def step(self) -> str:
        """The last step taken."""
        return next(reversed(self.steps))

    @property
    def ended(self) -> bool:
        """Whether both have looked back."""
        return "reflect" in self.steps
