"""Opening: what a session was begun with, and what may change when it goes on."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, JournalMismatchError
from rhml_widgets.items.labels import read_classes, read_labels, require_class
from rhml_widgets.items.pool import Pool
from rhml_widgets.journal.events import ClassAdded, Extended, Opened, Taught
from rhml_widgets.journal.store import Journal
from rhml_widgets.knowledge.codebook import first_lesson
from rhml_widgets.machine.defaults import default_model, require_reader
from rhml_widgets.machine.learner import Learner
from rhml_widgets.machine.models import check_model, reads_columns
from rhml_widgets.machine.strategies import resolve
from rhml_widgets.state import State

if TYPE_CHECKING:
    import os
    import threading
    from collections.abc import Callable, Sequence

    from rhml_widgets.journal.events import Entry, Event, Label

__all__ = [
    "PURPOSES",
    "Opening",
    "draw_holdout",
    "go_on",
    "open_session",
    "pseudonym",
    "require_known_pool",
    "require_purposes",
    "require_refit",
    "versions",
]

PURPOSES = {"teach": 0.75, "check": 0.15, "challenge": 0.10}
"""Default shares of why an item is shown."""


MAX_HOLDOUT = 200

_MOODS = "quiet amber brisk calm early fair gentle keen late lucid mild open plain steady warm wry"
_BIRDS = "heron wren finch plover tern avocet dunlin linnet swift siskin martin curlew rail kite"


def pseudonym() -> str:
    """Return a random pseudonym; it is nobody's name and comes from no account."""
    return f"{secrets.choice(_MOODS.split())}-{secrets.choice(_BIRDS.split())}"


def draw_holdout(
    truth: Mapping[str, Label], pool: Pool, holdout: int | None, random_state: int
) -> list[str]:
    """Draw the items kept aside for measuring, uniformly among those with known truth.

    Parameters
    ----------
    holdout : int or None
        How many; None: half of the known truth, at most 200.

    Raises
    ------
    BadInputError
        If there are not that many known truths, or nothing would be left to judge.
    """
    n = min(len(truth) // 2, MAX_HOLDOUT) if holdout is None else holdout
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        msg = f"holdout={holdout!r}: expected a number of items or None"
        raise BadInputError(msg)
    if n > len(truth):
        msg = f"holdout={n}, but truth is known for {len(truth)} items only"
        raise BadInputError(msg)
    if n and n >= len(pool):
        msg = f"holdout={n} would leave nothing of {len(pool)} items to judge"
        raise BadInputError(msg)
    known = sorted(truth)
    chosen = np.random.default_rng(random_state).choice(len(known), size=n, replace=False)
    return [known[i] for i in sorted(chosen.tolist())]


def require_known_pool(state: State, pool: Pool, where: str) -> None:
    """Refuse a pool that holds none of the items a journal knows.

    Raises
    ------
    JournalMismatchError
    """
    known = [*state.answers, *state.waiting]
    if known and not any(item_id in pool for item_id in known):
        msg = (
            f"{where} holds answers on {len(state.answers):,} items and none of them is in this "
            f"pool of {len(pool):,}. Open it with the pool it was begun with (rows may come and "
            "go), or name another journal"
        )
        raise JournalMismatchError(msg)


def versions() -> dict[str, str]:
    """Return the versions that numbers may depend on."""
    found = {"python": platform.python_version()}
    for name in ("rhml-widgets", "numpy", "scipy", "pandas", "scikit-learn", "anywidget"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def require_purposes(purposes: Mapping[str, float]) -> dict[str, float]:
    """Return purposes as shares that sum to one.

    Raises
    ------
    BadInputError

    Examples
    --------
    >>> require_purposes({"teach": 3, "check": 1})
    {'teach': 0.75, 'check': 0.25, 'challenge': 0.0}
    """
    if not isinstance(purposes, Mapping) or not all(
        isinstance(share, int | float | np.number) for share in purposes.values()
    ):
        msg = f"purposes={purposes!r}: expected shares, for instance {PURPOSES!r}"
        raise BadInputError(msg)
    unknown = set(purposes) - {*PURPOSES, "probe"}
    if unknown:
        msg = (
            f"purpose {min(unknown)!r} is not known; expected shares of 'teach', 'check' and "
            "'challenge'"
        )
        raise BadInputError(msg)
    shares = {name: float(purposes.get(name, 0.0)) for name in PURPOSES}
    if float(purposes.get("probe", 0.0)) != 0.0:
        msg = "purpose 'probe' has no probes to draw from in this release; leave it at 0"
        raise BadInputError(msg)
    total = sum(shares.values())
    if min(shares.values()) < 0 or not 0 < total < float("inf"):
        msg = f"purposes={dict(purposes)!r}: shares must be at least 0 and not all 0"
        raise BadInputError(msg)
    return {name: share / total for name, share in shares.items()}


def require_refit(refit: str | int) -> str | int:
    """Return ``refit`` if it is "background", "sync", "manual" or a number of labels.

    Raises
    ------
    BadInputError
    """
    if refit in ("background", "sync", "manual") or (
        isinstance(refit, int) and not isinstance(refit, bool) and refit >= 1
    ):
        return refit
    msg = (
        f"refit={refit!r}: expected 'background', 'sync', 'manual' or a whole number n of labels "
        "between refits"
    )
    raise BadInputError(msg)


def go_on(given: Opened, state: State, told: Mapping[str, Any], where: str) -> Opened:
    """Return the opening to log for a journal that was begun before.

    Parameters
    ----------
    given : Opened
        What the session was called with now, defaults filled in.
    state : State
        What the journal holds: its first opening, and the classes added since.
    told : mapping
        The arguments given explicitly: only these can contradict.
    where : str
        The journal's name.

    Raises
    ------
    JournalMismatchError
        Naming the argument, what the journal holds and what was given.
    """
    begun = state.opened
    assert begun is not None  # noqa: S101 - a journal to go on with was begun
    fixed = {
        "kind": ("item_kind", begun.item_kind),
        "content": ("content", begun.content),
        "id_column": ("id_column", begun.id_column),
        "random_state": ("random_state", begun.random_state),
        "classes": ("classes", begun.classes),
    }
    for argument, (attribute, held) in fixed.items():
        now = getattr(given, attribute)
        if argument in told and now != held:
            if argument == "classes" and _same_names(now, held, list(state.classes)):
                continue
            _require_same(argument, _short(argument, now), _short(argument, held), where)
    return replace(
        given,
        item_kind=begun.item_kind,
        content=begun.content,
        id_column=begun.id_column,
        random_state=begun.random_state,
        classes=begun.classes,
        holdout=begun.holdout,
    )


def _same_names(now: Any, held: Any, known: Sequence[Label]) -> bool:
    # A reworded definition is an edit, not another session, and so is naming in the cell what was
    # added on the page.
    names, begun = ([row["name"] for row in rows or ()] for rows in (now, held))
    return bool(names) and len(names) >= len(begun) and names == list(known)[: len(names)]


def _short(argument: str, value: Any) -> Any:
    return [row["name"] for row in value] if argument == "classes" and value else value


def _require_same(argument: str, now: Any, held: Any, where: str) -> None:
    if now is not None and now != held:
        msg = (
            f"{where} was begun with {argument}={held!r} and is now opened with "
            f"{argument}={now!r}. Leave {argument} out to go on, or name another journal to begin "
            "anew"
        )
        raise JournalMismatchError(msg)


@dataclass(frozen=True)
class Opening:
    """A journal opened with a pool and a model, ready to go on."""

    pool: Pool
    journal: Journal
    state: State
    learner: Learner
    person: str
    truth: dict[str, Label]
    first: list[Event]


def open_session(
    *,
    model: Any,
    pool: Any,
    journal: str | os.PathLike[str] | None,
    truth: Any,
    holdout: int | None,
    person: str | None,
    lock: threading.RLock,
    record: Callable[..., list[Entry]],
    may_record: Callable[[], bool],
    on_taken: Callable[[], None],
    read_only: bool = False,
    **settings: Any,
) -> Opening:
    """Open or reopen a journal with the arguments of `Session`.

    Returns
    -------
    Opening
        ``first`` holds the events that log this opening, not yet written.

    Raises
    ------
    BadInputError, JournalMismatchError, JournalError
    """
    given, told = _given(**settings)
    if person is not None and (not isinstance(person, str) or not person.strip()):
        msg = f"person={person!r}: expected a pseudonym, or None for a random one"
        raise BadInputError(msg)
    strategy = resolve(settings["strategy"])
    purposes = require_purposes(settings["purposes"])
    if model is not None:
        check_model(model)
    if isinstance(pool, Pool):
        items = pool
    else:
        items = Pool(pool, **_columns(journal, pool, model, settings))
    require_reader(model, items.kind, items.inputs)
    file = Journal(journal, read_only=read_only, on_taken=on_taken)
    try:
        state = State()
        for entry in file.entries():
            state.fold(entry)
        reworded: list[Event] = []
        if state.opened is not None:
            reworded = _reworded(given, state)
            given = go_on(given, state, told, file.name)
            _require_same("kind", items.kind, given.item_kind, file.name)
            _require_same("person", person, state.person, file.name)
            _require_same("holdout", holdout, len(given.holdout), file.name)
            require_known_pool(state, items, file.name)
            items.go_by([*given.holdout, *state.queries, *state.exposed, *state.answers])
        known = read_labels(truth, items, "truth")
        classes = [row["name"] for row in given.classes or ()]
        for label in dict.fromkeys(known.values()) if classes else ():
            require_class(label, [*state.classes] or classes)
        chosen = (
            given.holdout
            if state.opened is not None
            else draw_holdout(known, items, holdout, given.random_state)
        )
        given = replace(
            given,
            pool_digest=items.digest,
            n_items=len(items),
            n_rows=items.n_rows,
            item_kind=items.kind,
            content=items.content,
            show=[] if items.seen is None else [str(name) for name in items.seen.columns],
            holdout=chosen,
            model=repr(model),
            strategy=repr(strategy),
            purposes=purposes,
        )
        first = [*_first_events(given, state, items), *reworded]
    except BaseException:
        file.close()
        raise
    learner = Learner(
        default_model(items.kind, items.inputs) if model is None else model,
        items,
        state,
        lock=lock,
        record=record,
        may_record=may_record,
        holdout={
            items.number(item_id): known.get(item_id) for item_id in chosen if item_id in items
        },
        strategy=strategy,
        purposes=purposes,
        transform=given.transform,
    )
    return Opening(
        pool=items,
        journal=file,
        state=state,
        learner=learner,
        person=state.person or person or pseudonym(),
        truth=known,
        first=[] if file.read_only else first,
    )


def _given(**settings: Any) -> tuple[Opened, dict[str, Any]]:
    seed = settings["random_state"]
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        msg = (
            f"random_state={seed!r}: expected a whole number of at least 0, so that a session can "
            "be replayed"
        )
        raise BadInputError(msg)
    if settings["transform"] not in ("pool", "labels"):
        msg = f"transform={settings['transform']!r}: expected 'pool' or 'labels'"
        raise BadInputError(msg)
    classes = read_classes(settings["classes"])
    content, id_column = settings["content"], settings["id_column"]
    if isinstance(content, str):
        content = [content]
    given = Opened(
        pool_digest="",
        n_items=0,
        n_rows=0,
        item_kind=settings["kind"] or "text",
        content=None if content is None else [str(name) for name in content],
        classes=classes,
        id_column=None if id_column is None else str(id_column),
        random_state=int(seed),
        advice=settings["advice"],
        refit=require_refit(settings["refit"]),
        transform=settings["transform"],
        versions=versions(),
    )
    fixed = ("content", "id_column", "classes", "kind")
    told = {name: settings[name] for name in fixed if settings[name] is not None}
    if seed != 0:
        told["random_state"] = seed
    return given, told


def _columns(
    journal: str | os.PathLike[str] | None, pool: Any, model: Any, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the pool is made of as given, what was not given as the journal was begun."""
    told = {name: settings[name] for name in ("content", "id_column", "show", "kind", "root")}
    file = None if journal is None else Path(journal).expanduser()
    if told["root"] is None and file is not None:
        told["root"] = file.absolute().parent
    if not hasattr(pool, "columns"):
        return told
    begun = None
    if file is not None and file.exists():
        with closing(Journal(journal, read_only=True)) as known:
            begun = next((e.event for e in known.entries() if isinstance(e.event, Opened)), None)
    column = {str(name): name for name in pool.columns}
    if begun is None:
        # A model that takes columns by name is handed columns, also where all of them are text.
        if told["kind"] is None and reads_columns(model):
            told["kind"] = "row"
        return told
    told["kind"] = told["kind"] or begun.item_kind
    if told["content"] is None and begun.content is not None:
        told["content"] = [column.get(name, name) for name in begun.content]
    if told["id_column"] is None and begun.id_column is not None:
        told["id_column"] = column.get(begun.id_column, begun.id_column)
    if not len(told["show"]):
        told["show"] = [column[name] for name in begun.show if name in column]
    return told


def _reworded(given: Opened, state: State) -> list[Event]:
    """Return the definitions that were given anew; the first lesson stays as it was taught."""
    return [
        ClassAdded(label=row["name"], definition=row["definition"])
        for row in given.classes or ()
        if row["definition"] is not None and state.classes.get(row["name"]) != row["definition"]
    ]


def _first_events(given: Opened, state: State, items: Pool) -> list[Event]:
    events: list[Event] = [given]
    if state.opened is None:
        # Words of a definition stand in texts; in rows and images there is nothing they name.
        lesson = first_lesson(given.classes or ()) if items.kind == "text" else []
        if lesson:
            events.append(Taught(stances=lesson, origin="codebook"))
    elif state.pool_digest != items.digest:
        latest = state.reopened or state.opened
        known = [*state.answers, *state.waiting, *state.skipped]
        events.append(
            Extended(
                pool_digest=items.digest,
                n_items=len(items),
                n_rows=items.n_rows,
                n_new=max(0, len(items) - latest.n_items),
                n_gone=sum(item_id not in items for item_id in known),
            )
        )
    return events
