"""Reopening: what may change when a journal is gone on with, and what may not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import JournalMismatchError, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Opened
    from rhml_widgets.state import State

__all__ = ["go_on", "require_known_pool", "require_same", "require_same_base"]


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
            if argument == "classes" and _same_names(now, held, state):
                continue
            require_same(argument, _short(argument, now), _short(argument, held), where)
    return replace(
        given,
        item_kind=begun.item_kind,
        content=begun.content,
        id_column=begun.id_column,
        random_state=begun.random_state,
        classes=begun.classes,
        holdout=begun.holdout,
    )


def _same_names(now: Any, held: Any, state: State) -> bool:
    # A reworded definition is an edit, not another session, and so is naming in the cell what was
    # added on the page; a class that was renamed may go by either name.
    names, begun = ([row["name"] for row in rows or ()] for rows in (now, held))
    places = [state.place(name) for name in names]
    return bool(names) and len(names) >= len(begun) and places == list(range(len(names)))


def _short(argument: str, value: Any) -> Any:
    return [row["name"] for row in value] if argument == "classes" and value else value


def require_same(argument: str, now: Any, held: Any, where: str) -> None:
    """Refuse an argument that is given and not what the journal was begun with.

    Raises
    ------
    JournalMismatchError
    """
    if now is not None and now != held:
        remedy = "name another journal to begin anew"
        if argument == "classes" and set(held or ()) < set(now):
            new = next(label for label in now if label not in held)
            remedy = f"add a class by session.add_class({new!r})"
        msg = (
            f"{where} was begun with {argument}={held!r} and is now opened with "
            f"{argument}={now!r}. Leave {argument} out to go on, or {remedy}"
        )
        raise JournalMismatchError(msg)


def require_same_base(now: str, held: str, where: str, *, replayed: bool) -> None:
    """Refuse to replay with other old rows than there were; on reopening, say that they are gone.

    Parameters
    ----------
    now, held : str
        Digests of ``base``, as given now and as the journal was last opened; "" without any.
    where : str
    replayed : bool

    Raises
    ------
    JournalMismatchError
    """
    if replayed and now != held:
        learned = "old rows beside the pool" if held else "no rows beside the pool"
        remedy = "Give the same base=(X, y) to replay" if held else "Leave base out"
        msg = (
            f"the model of {where} learned from {learned} and not from what is given, so it cannot "
            f"be built again. {remedy}"
        )
        raise JournalMismatchError(msg)
    if held and not now:
        warn(
            f"{where} was last opened with old rows, base=(X, y), and is now opened without: the "
            "model goes on without what it learned from them. Give them again to keep it"
        )
