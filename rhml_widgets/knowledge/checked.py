"""Checked edits: what a person asks of a codebook, refused with the remedy where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import clean_label, one_type, require_class
from rhml_widgets.knowledge.edits import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.codebook import Codebook

__all__ = ["checked", "require_choice", "require_new_name"]

TWO = 2
_KEPT_LISTS = ("include", "exclude", "examples", "memos")


def checked(op: str, about: Mapping[str, Any], book: Codebook) -> dict[str, Any]:
    """Return what an edit is about, cleaned.

    Parameters
    ----------
    op : str
    about : mapping
        See `CodebookRevised`.
    book : Codebook
        As it stands.

    Raises
    ------
    BadInputError, UnknownLabelError
        Naming what was given, what was expected and the remedy.

    Examples
    --------
    >>> from rhml_widgets.knowledge.codebook import Code, Codebook
    >>> checked("rename", {"label": "spam", "name": "ham"}, Codebook((Code("spam"), Code("ham"))))
    Traceback (most recent call last):
    ...
    rhml_widgets.exceptions.BadInputError: 'ham' is a class already: to make the two one, \
merge(['spam'], into='ham')
    """
    if op not in OPERATIONS:
        msg = f"op={op!r}: expected one of {', '.join(OPERATIONS)}"
        raise BadInputError(msg)
    found = dict(about)
    if op in _OF_NONE:
        return _OF_NONE[op](found, book)
    found["label"] = _old(found.get("label"), book)
    change = _CHECKS.get(op)
    return {**found, **change(found, book)} if change else found


def require_choice(label: Label, book: Codebook) -> None:
    """Refuse a label that is no live class, saying what became of it.

    Raises
    ------
    UnknownLabelError

    Examples
    --------
    >>> from rhml_widgets.knowledge.codebook import Code, Codebook
    >>> book = Codebook((Code("a"), Code("b"))).apply("rename", {"label": "a", "name": "c"})
    >>> require_choice("a", book)
    Traceback (most recent call last):
    ...
    rhml_widgets.exceptions.UnknownLabelError: class 'a' is called 'c' now
    """
    if label not in book:
        require_class(label, book.names)
        return
    code = book[label]
    if code.live and code.name == label:
        return
    into = ", ".join(map(repr, code.into))
    became = {
        "live": f"is called {code.name!r} now",
        "merged": f"was merged into {into}: answer that",
        "split": f"was split into {into}: answer one of these",
        "retired": f"was retired: answer one of {book.names}",
        "undone": f"was taken back: answer one of {book.names}",
    }[code.status]
    msg = f"class {label!r} {became}"
    raise UnknownLabelError(msg)


def require_new_name(value: Any, book: Codebook) -> Label:
    """Return a name no class has or had; a class that was taken back may come again.

    Raises
    ------
    BadInputError
    """
    name = clean_label(value, "class")
    name = name.strip() if isinstance(name, str) else name
    one_type([*(code.name for code in book.codes), name])
    if name not in book or book[name].status in ("undone", "retired"):
        return name
    code = book[name]
    if code.live and code.name == name:
        msg = f"class {name!r} is already one of the classes: give the new one another name"
    else:
        msg = (
            f"{name!r} stands for what is {_now(code.name, code.status)} in this journal; a name "
            "keeps its meaning: give the new class another one"
        )
    raise BadInputError(msg)


def _now(name: Label, status: str) -> str:
    return f"called {name!r} now" if status == "live" else f"{name!r}, which was {status},"


def _add(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    meant = _definition(found, book)
    return {"label": require_new_name(found.get("label"), book), **meant}


def _definition(found: dict[str, Any], _book: Codebook) -> dict[str, Any]:
    meant = found.get("definition")
    return {"definition": None if meant is None else _words("definition", meant) or None}


def _retire(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    if len(book.names) <= 1:
        msg = f"{found['label']!r} is the last class: add another one before it is retired"
        raise BadInputError(msg)
    return {}


def _text(found: dict[str, Any], _book: Codebook) -> dict[str, Any]:
    return {"text": _said("text", found.get("text"))}


def _seeds(found: dict[str, Any], _book: Codebook) -> dict[str, Any]:
    seeds = found.get("seeds")
    if isinstance(seeds, str) or not isinstance(seeds, list | tuple):
        msg = f"seeds={seeds!r}: expected a list of words or phrases"
        raise BadInputError(msg)
    return {"seeds": list(dict.fromkeys(_said("seeds", one) for one in seeds))}


def _old(value: Any, book: Codebook) -> Label:
    label = clean_label(value, "class")
    require_choice(label, book)
    return label


def _renamed(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    label, value = found["label"], found.get("name")
    name = clean_label(value, "class")
    name = name.strip() if isinstance(name, str) else name
    one_type([label, name])
    if name == label:
        msg = f"class {label!r} is called that already"
        raise BadInputError(msg)
    if name in book and book.places[name] != book.places[label]:
        if book[name].live and book[name].name == name:
            msg = (
                f"{name!r} is a class already: to make the two one, merge([{label!r}], "
                f"into={name!r})"
            )
            raise BadInputError(msg)
        msg = (
            f"{name!r} was the name of another class, {book[name].name!r}, in this journal; a name "
            "keeps its meaning: choose another one"
        )
        raise BadInputError(msg)
    return {"name": name}


def _merge(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    told = found.get("labels")
    if isinstance(told, str) or not isinstance(told, list | tuple) or not told:
        msg = f"merge({told!r}): expected a list of classes, for instance merge(['a', 'b'], into="
        raise BadInputError(msg + "'c')")
    labels = list(dict.fromkeys(_old(label, book) for label in told))
    into = clean_label(found.get("into"), "class")
    if into in book.names:
        labels = [label for label in labels if label != into]
    else:
        into = require_new_name(into, book)
        if len(labels) < TWO:
            msg = f"merge({labels}, into={into!r}): to call one class otherwise, rename it"
            raise BadInputError(msg)
    if not labels:
        msg = f"merge into {into!r}: name at least one other class"
        raise BadInputError(msg)
    return {"labels": labels, "into": into}


def _parts(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    label, told = found["label"], found.get("into")
    if isinstance(told, str) or not isinstance(told, list | tuple):
        msg = f"split({label!r}, into={told!r}): expected a list of at least two classes"
        raise BadInputError(msg)
    parts: list[Label] = []
    for value in told:
        part = clean_label(value, "class")
        if part == label:
            msg = (
                f"split({label!r}): {label!r} itself cannot be one of the parts, or nobody could "
                "tell old answers from new ones; give that part another name"
            )
            raise BadInputError(msg)
        parts.append(part if part in book.names else require_new_name(part, book))
    parts = list(dict.fromkeys(parts))
    if len(parts) < TWO:
        msg = f"split({label!r}, into={parts}): expected at least two classes"
        raise BadInputError(msg)
    return {"into": parts}


def _parent(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    label, told = found["label"], found.get("parent")
    if told is None:
        return {"parent": None}
    parent = _old(told, book)
    above: Label | None = parent
    for _ in book.codes:
        if above == label:
            msg = f"parent={parent!r}: {label!r} would be above itself"
            raise BadInputError(msg)
        above = None if above is None else book[above].parent
    return {"parent": parent}


def _example(found: dict[str, Any], _book: Codebook) -> dict[str, Any]:
    if (found.get("item_id") is None) == (found.get("text") is None):
        msg = "an example is an item of the pool or a text: give one of item_id and text"
        raise BadInputError(msg)
    words = [name for name in ("text", "why") if found.get(name) is not None]
    return {name: _said(name, found[name]) for name in words}


def _there(found: dict[str, Any], book: Codebook) -> dict[str, Any]:
    what = found.get("what")
    if what not in _KEPT_LISTS:
        msg = f"what={what!r}: expected one of {', '.join(_KEPT_LISTS)}"
        raise BadInputError(msg)
    told = book[found["label"]].to_dict()[what]
    if found.get("told") not in told:
        msg = f"{found['label']!r} has no such {what}: {found.get('told')!r:.80}"
        raise BadInputError(msg)
    return {}


def _words(name: str, value: Any) -> str:
    if not isinstance(value, str):
        msg = f"{name}={value!r}: expected a str"
        raise BadInputError(msg)
    return tidy(value.strip())


def _said(name: str, value: Any) -> str:
    words = _words(name, value)
    if not words:
        msg = f"{name} is blank: write what is meant"
        raise BadInputError(msg)
    return words


_Check = Callable[[dict[str, Any], "Codebook"], dict[str, Any]]

_OF_NONE: dict[str, _Check] = {
    "add": _add,
    "merge": _merge,
    "relabel": lambda _found, _book: {},
}
"""Edits that are not of one class that is there."""

_CHECKS: dict[str, _Check] = {
    "define": _definition,
    "rename": _renamed,
    "split": _parts,
    "retire": _retire,
    "include": _text,
    "exclude": _text,
    "memo": _text,
    "example": _example,
    "seeds": _seeds,
    "parent": _parent,
    "drop": _there,
}
