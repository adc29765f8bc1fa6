"""Keys: which one answers a class, and which one asks for something else."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.labels import clean_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label

__all__ = ["ACTION_KEYS", "action_keys", "class_keys", "read_keys"]

ACTION_KEYS = {
    "skip": "S",
    "undo": "U",
    "mark": "M",
    "note": "N",
    "history": "H",
    "why": "W",
    "new-class": "+",
    "find": "/",
    "revise": "R",
    "search": "F",
    "twins": "T",
    "twice": "L",
}
"""What may be asked for beside an answer, and its usual key. A class that has the key wins."""

_DIGITS = "1234567890"


def class_keys(
    classes: Sequence[Label], chosen: Mapping[Label, str] | None = None
) -> list[str | None]:
    """Return the key that answers each class, None where it has to be typed.

    A one-character class is its own key, where none was chosen; up to ten others get 1 to 9
    and 0.

    Examples
    --------
    >>> class_keys(["spam", "ham", "x"])
    ['1', '2', 'x']
    >>> class_keys(["spam", "ham", "x"], {"ham": "h"})
    ['1', 'h', 'x']
    """
    chosen = chosen or {}
    taken = {chosen[label].casefold() for label in classes if label in chosen}
    keys = [
        chosen.get(label) or (name if len(name) == 1 and name.casefold() not in taken else None)
        for label, name in ((label, str(label)) for label in classes)
    ]
    if len(classes) > len(_DIGITS):
        return keys
    free = iter([digit for digit in _DIGITS if digit not in keys])
    return [key if key is not None else next(free) for key in keys]


def action_keys(chosen: Mapping[Label, str], classes: Sequence[Label] = ()) -> dict[str, str]:
    """Return the key of each action as it is printed.

    Examples
    --------
    >>> action_keys({"skip": "k"})["skip"]
    'K'
    """
    own = {name: key for name, key in chosen.items() if name not in classes}
    return {name: _printed(own.get(name, key)) for name, key in ACTION_KEYS.items()}


def _printed(key: str) -> str:
    return key.upper() if len(key.upper()) == 1 else key


def read_keys(keys: Any, classes: Sequence[Label] | None = None) -> dict[Label, str]:
    """Return chosen keys by class or action.

    Parameters
    ----------
    keys : mapping of class or action to one character, or None
        Where a class has an action's name, the class is meant.
    classes : sequence of label, optional
        All classes, where they are known; None: any label may be one.

    Raises
    ------
    BadInputError
        For a name that is neither, a key that is none, or two on one key.

    Examples
    --------
    >>> read_keys({"spam": "s", "skip": "k"}, ["spam", "ham"])
    {'spam': 's', 'skip': 'k'}
    """
    if keys is None:
        return {}
    if not isinstance(keys, Mapping):
        msg = f"keys={keys!r}: expected a dict, for instance {{'my class': 'a', 'skip': 'k'}}"
        raise BadInputError(msg)
    chosen = {clean_label(name, "a name in keys"): key for name, key in keys.items()}
    for name, key in chosen.items():
        _require_known(name, classes)
        _require_key(name, key)
    answers = {
        name: key
        for name, key in chosen.items()
        if (name not in ACTION_KEYS if classes is None else name in classes)
    }
    actions = {name: key for name, key in chosen.items() if name not in answers}
    for name, key in actions.items():
        if key in _DIGITS:
            msg = f"keys: {name!r} is on {key!r}, but digits answer classes; choose another key"
            raise BadInputError(msg)
    own = {one: str(one) for one in classes or () if one not in answers and len(str(one)) == 1}
    usual = {name: key for name, key in ACTION_KEYS.items() if name not in actions}
    _require_apart([*answers.items(), *own.items(), *actions.items()])
    _require_apart([*actions.items(), *usual.items()])
    return chosen


def _require_known(name: Label, classes: Sequence[Label] | None) -> None:
    if name in ACTION_KEYS or classes is None:
        return
    if not any(name == label and type(name) is type(label) for label in classes):
        known = [str(label) for label in classes] + list(ACTION_KEYS)
        near = get_close_matches(str(name), known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"classes are {list(classes)!r:.200}"
        msg = (
            f"keys: {name!r} is neither a class nor an action; {hint} "
            f"(actions: {', '.join(ACTION_KEYS)})"
        )
        raise BadInputError(msg)


def _require_key(name: Label, key: Any) -> None:
    if not isinstance(key, str) or len(key) != 1 or not key.isprintable() or key.isspace():
        msg = (
            f"keys: {name!r} is on {key!r}; expected one character that can be seen. Enter and "
            "Escape always keep and leave"
        )
        raise BadInputError(msg)


def _require_apart(keyed: Sequence[tuple[Label, str]]) -> None:
    first: dict[str, Label] = {}
    for name, key in keyed:
        other = first.setdefault(key.casefold(), name)
        if other != name:
            msg = f"keys: {other!r} and {name!r} are both on {key!r}; choose another key for one"
            raise BadInputError(msg)
