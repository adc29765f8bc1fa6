"""Tree: what hangs under what, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["above", "in_cycle", "outline", "require_free", "require_place"]


def above(parents: Mapping[str, str | None], name: str) -> Iterator[str]:
    """Yield what a name hangs under, nearest first; ends where the tree closes in itself."""
    seen = {name}
    up = parents.get(name)
    while up is not None and up not in seen:
        yield up
        seen.add(up)
        up = parents.get(up)


def in_cycle(parents: Mapping[str, str | None], name: str) -> bool:
    """Whether going up from a name leads back to it.

    Examples
    --------
    >>> in_cycle({"a": "b", "b": "a"}, "a"), in_cycle({"a": "b", "b": None}, "a")
    (True, False)
    """
    return any(parents.get(up) == name for up in [name, *above(parents, name)])


def require_place(parents: Mapping[str, str | None], name: str, parent: str | None) -> None:
    """Refuse a place that is none, or that is below the name itself.

    Raises
    ------
    BadInputError
    """
    if parent is None:
        return
    if parent not in parents:
        msg = f"{name!r} under {parent!r}: there is no {parent!r}; add it first"
        raise BadInputError(msg)
    if parent == name or name in above(parents, parent):
        msg = f"{name!r} cannot hang under {parent!r}, which hangs under {name!r} itself"
        raise BadInputError(msg)


def require_free(known: Mapping[str, object], name: str, what: str) -> None:
    """Refuse a name that is taken, but for case.

    Raises
    ------
    BadInputError
    """
    taken = next((one for one in known if one.casefold() == name.casefold()), None)
    if taken is not None:
        msg = f"there is a {what} {taken!r} already: change that one, or give this another name"
        raise BadInputError(msg)


def outline(parents: Mapping[str, str | None]) -> list[tuple[str, int]]:
    """Return every name with its depth, each before what hangs under it, in the order known.

    Examples
    --------
    >>> outline({"b": "a", "a": None, "c": None})
    [('a', 0), ('b', 1), ('c', 0)]
    """
    below: dict[str | None, list[str]] = {}
    for name, parent in parents.items():
        below.setdefault(parent if parent in parents else None, []).append(name)
    found: list[tuple[str, int]] = []
    waiting = [(name, 0) for name in reversed(below.get(None, []))]
    while waiting:
        name, depth = waiting.pop()
        found.append((name, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(name, []))]
    return found
