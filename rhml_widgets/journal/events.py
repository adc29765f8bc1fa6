"""Events: what happened between the person and the model, in the order it happened.

An event is a frozen dataclass of JSON values. The journal keeps them; everything else is
folded from them. A field may be added with a default; an event is never rewritten, an older
one is upcast on reading.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeAlias

from rhml_widgets.exceptions import JournalError, JournalVersionError

__all__ = [
    "EVENTS",
    "SCHEMA",
    "Audited",
    "ClassAdded",
    "CodebookRevised",
    "CycleStepped",
    "Decided",
    "Entry",
    "Event",
    "Exposed",
    "Extended",
    "FitFailed",
    "Fitted",
    "Gated",
    "GoalSet",
    "Imported",
    "IntentSet",
    "Judged",
    "Label",
    "LexiconRevised",
    "MapRevised",
    "ModeSet",
    "Noted",
    "Opened",
    "PhaseSet",
    "Predicted",
    "ProposalDecided",
    "Proposed",
    "Queried",
    "Resolved",
    "Retracted",
    "Scored",
    "Shown",
    "Skipped",
    "Switched",
    "Taught",
    "TermProposed",
    "Vetoed",
    "Watched",
    "decode",
    "encode",
]

SCHEMA = 1
"""Version of the event schema written by this release."""

Label: TypeAlias = str | int | bool
"""One class: all labels of a session are of one of these types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events have in common: a name in the journal."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """A session was begun or gone on with.

    The first one of a journal fixes ``pool_digest`` (at that time), ``item_kind``, ``content``,
    ``classes``, ``id_column``, ``random_state`` and ``holdout``; later ones log what may change.
    ``items`` tells, of the first one, which items there were: see `pack_ids`. ``base`` is the
    digest of the old rows that were learned from beside the pool, "" without any.
    """

    kind: ClassVar[str] = "Opened"
    pool_digest: str
    n_items: int
    n_rows: int
    item_kind: str
    content: list[str] | None = None
    show: list[str] = field(default_factory=list)
    classes: list[dict[str, Any]] | None = None
    id_column: str | None = None
    random_state: int = 0
    holdout: list[str] = field(default_factory=list)
    model: str = ""
    strategy: str = ""
    purposes: dict[str, float] = field(default_factory=dict)
    advice: str = "speak_up"
    refit: str | int = "background"
    transform: str = "pool"
    versions: dict[str, str] = field(default_factory=dict)
    items: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Event):
    """The pool was found grown or shrunk; ``new`` are the ids that were never in it before."""

    kind: ClassVar[str] = "Extended"
    pool_digest: str
    n_items: int
    n_rows: int
    n_new: int = 0
    n_gone: int = 0
    new: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAdded(Event):
    """A class was named after the session began."""

    kind: ClassVar[str] = "ClassAdded"
    label: Label
    definition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queried(Event):
    """An item was drawn to be judged.

    ``propensity`` is the probability, over all purposes, with which this item was drawn among
    ``n_candidates``; ``version`` is the model version that ranked it, None before the first.
    ``lesson`` is the seq of the `Taught` whose effect the item is to judge, with the labels
    ``before`` and ``after`` it. A ``propensity`` of None: somebody chose the item, nobody drew it.
    ``arm`` is how much of its view the model will show, chosen with probability
    ``arm_probability``; None where no policy chooses it ahead.
    """

    kind: ClassVar[str] = "Queried"
    item_id: str
    purpose: str
    propensity: float | None
    n_candidates: int
    version: int | None = None
    reason: str = ""
    lesson: int | None = None
    before: Label | None = None
    after: Label | None = None
    arm: str | None = None
    arm_probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited(Event):
    """An audit of ``version`` was drawn: a `Queried` with reason ``audit`` follows for each item.

    Drawn uniformly without return from its frame, the ``n_items`` items (``n_rows`` rows) that
    nobody had judged then; ``said`` tells how many of them the version gave each label
    (``[[label, n_items], ...]``), ``regions`` how many it gave a score of at least so much
    (``[[score, n_items, n_rows], ...]``, highest score first, the last one the whole frame).
    ``drawn`` is ``[[item_id, label, score], ...]``: what the version says of those drawn, in the
    order they are asked. ``continues`` is the seq of the audit whose frame this one goes on in:
    then the frame's figures are that one's.
    """

    kind: ClassVar[str] = "Audited"
    version: int
    n_items: int
    n_rows: int
    said: list[list[Any]]
    regions: list[list[Any]]
    drawn: list[list[Any]]
    continues: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Event):
    """An item reached a page."""

    kind: ClassVar[str] = "Shown"
    item_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted(Event):
    """What the model said of an item, unseen by the person, when it was asked or answered.

    ``proba`` is aligned with the classes of that moment; ``score`` says what it is made of
    (``probability``, ``margin``, ``votes``). ``firmness`` is the share of the pool, in [0, 1],
    of which this version was less sure.
    """

    kind: ClassVar[str] = "Predicted"
    item_id: str
    label: Label
    proba: list[float]
    version: int
    when: str = "asked"
    score: str = "probability"
    firmness: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Event):
    """An answer. ``duration`` is in seconds, measured by the page's monotonic clock.

    ``batch`` is the same for answers given together: they are taken back together, too.
    """

    kind: ClassVar[str] = "Judged"
    item_id: str
    label: Label
    stage: str
    purpose: str | None = None
    confidence: float | None = None
    rationale: list[Any] | None = None
    note: str | None = None
    duration: float | None = None
    version: int | None = None
    sealed: bool = True
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(Event):
    """An item was put aside."""

    kind: ClassVar[str] = "Skipped"
    item_id: str
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed(Event):
    """The person saw, or a kernel call showed, the model's view of an item (None: of all).

    ``stop`` marks advice that stands until the person keeps or revises the answer. With ``arm``
    ``evidence_first`` only where to look was shown, before the answer. ``probability`` is that of
    the arm, where a policy drew one.
    """

    kind: ClassVar[str] = "Exposed"
    item_id: str | None
    what: str
    version: int | None = None
    arm: str | None = None
    stop: bool = False
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught(Event):
    """A lesson: stances on terms, taken and taken back together.

    Each stance is ``{"term", "label", "stance", "strength"}`` with stance ``supports`` or
    ``irrelevant``. ``origin`` is ``person`` or ``codebook`` (class names, definitions, seeds).
    """

    kind: ClassVar[str] = "Taught"
    stances: list[dict[str, Any]]
    origin: str = "person"
    item_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """The event ``target`` was taken back. Exposure is never taken back."""

    kind: ClassVar[str] = "Retracted"
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported(Event):
    """Labels somebody had before the session: ``[[item_id, label], ...]``."""

    kind: ClassVar[str] = "Imported"
    labels: list[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted(Event):
    """A model version went live.

    It was fitted on everything up to ``snapshot_seq``; ``digest`` is a hash of the labels and
    stances it saw. Where exactly one lesson came with it, ``lesson`` is its seq and ``flips``
    the number of items whose prediction differs with and without it, same labels. ``kappa`` is
    its agreement with a version some labels ago on the stop set (see `measures.stopping`).
    ``codebook`` is the seq of the codebook's edit it was the newest to know, 0 before any.
    """

    kind: ClassVar[str] = "Fitted"
    version: int
    snapshot_seq: int
    digest: str
    n_labels: int
    params: str = ""
    lesson: int | None = None
    flips: int | None = None
    seconds: float | None = None
    kappa: float | None = None
    codebook: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFailed(Event):
    """A fit failed; the version before it goes on serving."""

    kind: ClassVar[str] = "FitFailed"
    snapshot_seq: int
    error: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored(Event):
    """How a version did on reference items: ``hits`` is a string of 0 and 1, one an item."""

    kind: ClassVar[str] = "Scored"
    version: int
    basis: str
    hits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """Words of the person on an item, or on the session."""

    kind: ClassVar[str] = "Noted"
    text: str
    item_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """A contradiction among answers was settled.

    ``about`` is its kind (``near-twins``, ``repeat``, ``suspicious``, ``people``), ``how`` what
    was said of it: ``first`` or ``second`` label for both, or ``apart``: both are right.
    ``labels`` are the answers of ``item_ids`` as they stood then; while they stand the same
    contradiction is not raised again. ``batch`` is that of the answers changed with it.
    """

    kind: ClassVar[str] = "Resolved"
    about: str
    item_ids: list[str]
    labels: list[Label]
    how: str
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched(Event):
    """Somebody else answers from here on: the entry carries who, ``before`` is who did."""

    kind: ClassVar[str] = "Switched"
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleStepped(Event):
    """A turn of reciprocal learning went a step further.

    ``step`` is one of ``articulate`` (it began, with ``batch`` items to answer), ``update``,
    ``explain``, ``revise`` and ``reflect`` (it ended); ``about`` is what the step found.
    """

    kind: ClassVar[str] = "CycleStepped"
    cycle: int
    step: str
    batch: int
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSet(Event):
    """The person said what they want now; None: the usual. ``label`` is the class to find."""

    kind: ClassVar[str] = "IntentSet"
    intent: str | None
    label: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookRevised(Event):
    """The codebook was edited.

    ``about`` holds, by ``op``: ``label`` and ``definition`` (``add``, ``define``); ``label`` and
    the new ``name`` (``rename``); ``labels`` and ``into`` (``merge``); ``label`` and ``into``, a
    list (``split``); ``label`` (``retire``); ``label`` and ``text`` (``include``, ``exclude``,
    ``memo``); ``label``, ``item_id`` or ``text``, ``why`` (``example``); ``label`` and ``seeds``;
    ``label`` and ``parent``; ``label``, ``what`` and ``told`` (``drop``: takes one rule, example
    or memo out); nothing (``relabel``: asks again for what waits to be answered anew). Classes go
    by the names they had then; within a journal a name never stands for two classes. ``batch`` is
    that of the answers given with it.
    """

    kind: ClassVar[str] = "CodebookRevised"
    op: str
    about: dict[str, Any]
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSet(Event):
    """The work entered a phase: ``qualitative``, ``classification`` or ``evaluation``.

    In the qualitative one no model is refitted by itself.
    """

    kind: ClassVar[str] = "PhaseSet"
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated(Event):
    """A refit was held back before it went live; ``against`` goes on answering.

    Of ``n_right`` items that version gets right, judged ones and those kept aside, the share
    ``kept`` stays right; ``lost`` are the ids of the others, ``gained`` counts what only the
    refit gets right. ``why`` holds ``unlearned`` or the names of goals it would break; ``version``
    is the number it will have if it is taken.
    """

    kind: ClassVar[str] = "Gated"
    version: int
    against: int
    n_right: int
    kept: float | None
    lost: list[str]
    gained: int
    why: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Event):
    """The person let a refit pass (``accept``) or stayed with the version before (``roll_back``).

    ``gate`` is the seq of the `Gated` it is about.
    """

    kind: ClassVar[str] = "Decided"
    gate: int
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetoed(Event):
    """A term the model must not use, for or against any class."""

    kind: ClassVar[str] = "Vetoed"
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSet(Event):
    """What versions are held to.

    ``measure`` ``error_gap``: error rates between groups of ``column`` differ by at most
    ``at_most``. ``unlearned``: the share of its right answers a refit may un-learn unasked.
    """

    kind: ClassVar[str] = "GoalSet"
    column: str | None
    measure: str
    at_most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSet(Event):
    """The person set the mode: ``adaptive`` or ``stable``; the same one again means to stay."""

    kind: ClassVar[str] = "ModeSet"
    mode: str
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Event):
    """Rows that came since the last look were compared with those there were before.

    ``p`` is the p-value of there being no difference; ``auc`` how probably a new row ranks above
    an old one, among ``n`` ranked.
    """

    kind: ClassVar[str] = "Watched"
    p: float
    auc: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(Event):
    """Something was proposed to the person, and nothing was changed.

    ``what`` is ``mode``; ``why`` is ``drift``, ``audit`` or ``disagreement``; ``measured`` is the
    evidence: one over the probability of so much of it by chance.
    """

    kind: ClassVar[str] = "Proposed"
    what: str
    to: str
    why: str
    measured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconRevised(Event):
    """An edit of the lexicon: ``op`` and what it is ``about``, as `Lexicon.revised` takes them.

    ``by`` is who thought of it: ``human``, or ``model`` for a proposal that was accepted.
    ``speaks`` are the stances it brings (``[]`` where it takes some away); None where what the
    terms say is the same before and after.
    """

    kind: ClassVar[str] = "LexiconRevised"
    op: str
    about: dict[str, Any]
    by: str = "human"
    speaks: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRevised(Event):
    """An edit of the concept map: ``op`` and ``about``, as `ConceptMap.revised` takes them."""

    kind: ClassVar[str] = "MapRevised"
    op: str
    about: dict[str, Any]
    by: str = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermProposed(Event):
    """The model proposed a term, and the person was shown it.

    ``gain`` is what it saves of the cross-validated log-loss on ``n`` judged items, in nats an
    item, with a 95 % interval; ``supporting`` are the judged items it was shown with.
    """

    kind: ClassVar[str] = "TermProposed"
    term: str
    label: Label
    gain: float
    low: float
    high: float
    n: int
    version: int | None = None
    supporting: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecided(Event):
    """The person accepted or rejected (``choice``) a term that the model proposed."""

    kind: ClassVar[str] = "ProposalDecided"
    term: str
    label: Label
    choice: str
    why: str | None = None


EVENTS: dict[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        Opened,
        Extended,
        ClassAdded,
        Queried,
        Audited,
        Shown,
        Predicted,
        Judged,
        Skipped,
        Exposed,
        Taught,
        Retracted,
        Imported,
        Fitted,
        FitFailed,
        Scored,
        Noted,
        Resolved,
        Switched,
        CycleStepped,
        IntentSet,
        CodebookRevised,
        PhaseSet,
        Gated,
        Decided,
        Vetoed,
        GoalSet,
        ModeSet,
        Watched,
        Proposed,
        LexiconRevised,
        MapRevised,
        TermProposed,
        ProposalDecided,
    )
}
"""Event classes by the name they carry in the journal."""

_NAMES = {cls: tuple(f.name for f in fields(cls)) for cls in EVENTS.values()}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its place in the journal.

    Attributes
    ----------
    seq : int
        Position in the journal, from 1, without gaps.
    event_id : str
        Made by whoever sent it; unique, so that a resend is recognized.
    at : str
        UTC wall clock, ISO 8601. Order is by ``seq``; this is for reading.
    person : str
        Pseudonym of who was at the keyboard.
    event : Event
    """

    seq: int
    event_id: str
    at: str
    person: str
    event: Event


def encode(event: Event) -> str:
    """Return the event's fields as canonical JSON.

    Examples
    --------
    >>> encode(Skipped(item_id="t1:ab"))
    '{"item_id":"t1:ab","why":null}'
    """
    body = {name: getattr(event, name) for name in _NAMES[type(event)]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode(kind: str, body: str, schema: int = SCHEMA) -> Event:
    """Build the event a journal row holds.

    Raises
    ------
    JournalVersionError
        If the row was written by a newer schema, or its kind is unknown.
    JournalError
        If the body is not what the kind promises.

    Examples
    --------
    >>> decode("Skipped", '{"item_id":"t1:ab","why":null}')
    Skipped(item_id='t1:ab', why=None)
    """
    cls = EVENTS.get(kind)
    if schema > SCHEMA or cls is None:
        msg = (
            f"the journal holds a {kind!r} event of schema {schema}; this release reads up to "
            f"{SCHEMA}. Upgrade rhml-widgets; the file was left as it is"
        )
        raise JournalVersionError(msg)
    try:
        return cls(**json.loads(body))
    except (TypeError, ValueError) as error:
        msg = f"a {kind!r} event of the journal cannot be read: {error}"
        raise JournalError(msg) from error
