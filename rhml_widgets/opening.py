"""Opening: a journal, a pool and a model put together, begun or gone on with."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, warn
from rhml_widgets.human.keys import read_keys
from rhml_widgets.items.identity import not_packed, pack_ids, tidy
from rhml_widgets.items.labels import (
    one_type,
    read_categories,
    read_classes,
    read_labels,
    require_class,
)
from rhml_widgets.items.pool import Pool
from rhml_widgets.journal.database import real_path
from rhml_widgets.journal.events import ClassAdded, Extended, Imported, Opened, Taught
from rhml_widgets.journal.store import Journal
from rhml_widgets.knowledge.codebook import first_lesson
from rhml_widgets.machine.base import read_base
from rhml_widgets.machine.defaults import default_model, require_reader
from rhml_widgets.machine.learner import Learner
from rhml_widgets.machine.models import reads_columns, require_shared_classes
from rhml_widgets.machine.strategies import resolve
from rhml_widgets.reopening import go_on, require_known_pool, require_same, require_same_base
from rhml_widgets.settings import (
    draw_holdout,
    pseudonym,
    require_distinct,
    require_model,
    require_person,
    require_pool,
    require_purposes,
    require_refit,
    versions,
)
from rhml_widgets.state import State

if TYPE_CHECKING:
    import os
    import threading
    from collections.abc import Callable, Mapping

    from rhml_widgets.journal.events import Entry, Event, Label
    from rhml_widgets.machine.base import Base

__all__ = ["Opening", "open_session"]

_MATRIX = 2


@dataclass(frozen=True)
class Opening:
    """A journal opened with a pool and a model, ready to go on."""

    pool: Pool
    journal: Journal
    state: State
    learner: Learner
    person: str
    truth: dict[str, Label]
    keys: dict[Label, str]
    first: list[Event]


def open_session(
    *,
    model: Any,
    pool: Any,
    journal: str | os.PathLike[str] | None,
    truth: Any,
    holdout: int | None,
    labels: Any = None,
    base: Any = None,
    person: str | None,
    keys: Any,
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
    require_person(person)
    names = None if given.classes is None else [row["name"] for row in given.classes]
    # Classes may have been added to a journal since: they are known once it is read.
    chosen_keys = read_keys(keys, names if _is_new(journal) else None)
    strategy = resolve(settings["strategy"])
    purposes = require_purposes(settings["purposes"])
    require_model(model)
    require_pool(pool)
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
            require_same("kind", items.kind, given.item_kind, file.name)
            name = _who(person, state, read_only=file.read_only)
            _welcome(name, state, file.name)
            require_same("holdout", holdout, len(given.holdout), file.name)
            require_known_pool(state, items, file.name)
            items.go_by([*given.holdout, *state.queries, *state.ever_exposed(), *state.answers])
            if state.opened.classes is not None:
                read_keys(keys, list(dict.fromkeys([*state.classes, *state.names_ever])))
        told_truth = read_labels(truth, items, "truth")
        known = _in_todays_names(told_truth, state)
        brought = _in_todays_names(read_labels(labels, items, "labels"), state)
        old = read_base(base, items.content, items.kind)
        if state.reopened is not None:
            digest = "" if old is None else old.digest
            require_same_base(digest, state.reopened.base, file.name, replayed=read_only)
        classes = [row["name"] for row in given.classes or ()]
        told_of = [*known.values(), *brought.values(), *(old.classes if old else ())]
        for label in dict.fromkeys(told_of) if classes else ():
            require_class(state.means(label), [*state.classes] or classes)
        one_type([*state.classes, *classes, *told_of], "classes, truth, labels and base")
        if model is not None:
            require_shared_classes(model, [*state.classes] or classes, items.kind)
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
            items=pack_ids(items.ids) if state.opened is None else "",
            base="" if old is None else old.digest,
        )
        first = [
            *_first_events(given, state, items),
            *reworded,
            *_imports(brought, [] if classes else read_categories(labels), old, state),
        ]
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
            items.number(item_id): told_truth.get(item_id) for item_id in chosen if item_id in items
        },
        strategy=strategy,
        purposes=purposes,
        transform=given.transform,
        base=old,
        entries=file.entries,
    )
    return Opening(
        pool=items,
        journal=file,
        state=state,
        learner=learner,
        person=_who(person, state, read_only=file.read_only),
        truth=told_truth,
        keys=chosen_keys,
        first=[] if file.read_only else first,
    )


def _given(**settings: Any) -> tuple[Opened, dict[str, Any]]:
    told = {
        name: settings[name]
        for name in ("content", "id_column", "classes", "kind", "random_state")
        if settings[name] is not None
    }
    seed = told.get("random_state", 0)
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
    return given, told


def _who(person: str | None, state: State, *, read_only: bool) -> str:
    """Return who answers: who was named, else who answered last, else somebody new."""
    if read_only and state.person:
        return state.person
    return tidy(person.strip()) if person else state.person or pseudonym()


def _welcome(person: str, state: State, where: str) -> None:
    """Say it where a pseudonym is new to a journal: it may have been mistyped."""
    if person not in state.people:
        require_distinct(person, state.people)
        warn(
            f"{person!r} is new to {where}: answers are {person!r}'s from now on, beside those of "
            f"{', '.join(state.people)}. session.person = {state.person!r} goes back"
        )


def _is_new(journal: str | os.PathLike[str] | None) -> bool:
    return journal is None or not real_path(journal).exists()


def _columns(
    journal: str | os.PathLike[str] | None, pool: Any, model: Any, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the pool is made of as given, what was not given as the journal was begun."""
    told = {name: settings[name] for name in ("content", "id_column", "show", "kind", "root")}
    if told["root"] is None and journal is not None:
        told["root"] = Path(journal).expanduser().absolute().parent
    begun = None
    if not _is_new(journal):
        with closing(Journal(journal, read_only=True)) as file:
            entry = file.first(Opened)
            begun = entry.event if entry and isinstance(entry.event, Opened) else None
    if not hasattr(pool, "columns"):
        # A list of paths looks like one of texts; an array says by its shape what it holds.
        listed = len(getattr(pool, "shape", ())) < _MATRIX
        if listed and begun is not None and begun.item_kind == "image":
            told["kind"] = told["kind"] or "image"
        return told
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
        if row["definition"] is not None
        and state.given_definition(row["name"]) != row["definition"]
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
        packed = state.opened.items
        new = [one for one in not_packed(items.ids, packed) if one not in state.arrived]
        events.append(
            Extended(
                pool_digest=items.digest,
                n_items=len(items),
                n_rows=items.n_rows,
                n_new=len(new) if packed else max(0, len(items) - latest.n_items),
                n_gone=sum(item_id not in items for item_id in known),
                new=new if packed else [],
            )
        )
    return events


def _in_todays_names(labels: Mapping[str, Label], state: State) -> dict[str, Label]:
    return {item_id: state.means(label) for item_id, label in labels.items()}


def _imports(
    brought: Mapping[str, Label], named: list[Label], old: Base | None, state: State
) -> list[Event]:
    """Return the events that log labels brought along, of those that are new or changed.

    Classes they name come first, in the order of their categories, whether or not one is used.
    """
    pairs = [
        [item_id, label]
        for item_id, label in brought.items()
        if state.imported.get(item_id) != label
    ]
    classes = [label for label in named if label not in state.classes]
    known = {*state.classes, *named, *brought.values()}
    classes += [label for label in (old.classes if old else ()) if label not in known]
    events: list[Event] = [ClassAdded(label=label) for label in classes]
    return [*events, Imported(labels=pairs)] if pairs else events
