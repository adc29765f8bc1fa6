"""Labels: what may be an answer, and how labels somebody already has are read."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, UnknownLabelError, warn
from rhml_widgets.items.identity import tidy

if TYPE_CHECKING:
    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Label

MAX_NAMED = 20
"""Classes an error lists before it says "and more"."""

__all__ = [
    "clean_label",
    "is_missing",
    "one_type",
    "read_categories",
    "read_classes",
    "read_labels",
    "require_class",
    "warn_of_lookalike",
]


def is_missing(value: object) -> bool:
    """Whether ``value`` stands for "no label": None, NaN, NaT or pandas' NA.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)


def clean_label(value: Any, where: str = "label") -> Label:
    """Return ``value`` as a plain str, int or bool.

    Parameters
    ----------
    value : str, int, bool or a NumPy scalar of these
    where : str
        What to call it in an error.

    Raises
    ------
    BadInputError
        For a missing or blank value, a list or set, a float or anything else.

    Examples
    --------
    >>> clean_label("spam"), clean_label(True)
    ('spam', True)
    """
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, str):
        if not value.strip():
            msg = f"{where} {value!r} is blank: give each class a name that can be read"
            raise BadInputError(msg)
        return tidy(str(value))
    if isinstance(value, bool | int):
        return value
    if is_missing(value):
        msg = f"{where} is missing ({value!r}): name the class, or leave the item unlabeled"
    elif isinstance(value, float):
        msg = (
            f"{where} {value!r} is a float: labels look like a regression target. Use str, int "
            "or bool classes, for instance .astype(int) where they are whole numbers"
        )
    elif isinstance(value, list | tuple | set | frozenset | Mapping):
        msg = (
            f"{where} {value!r} is a {type(value).__name__}: one label an item, a str, int or "
            "bool; several labels an item are not supported"
        )
    else:
        msg = f"{where} {value!r} is a {type(value).__name__}: expected str, int or bool"
    raise BadInputError(msg)


def one_type(labels: Iterable[Label], where: str = "classes") -> None:
    """Refuse labels of several types: 1, '1', 1.0 and True are easily taken for one another.

    Raises
    ------
    BadInputError
        Naming the types found.
    """
    types = {type(label) for label in labels}
    if len(types) > 1:
        names = ", ".join(sorted(kind.__name__ for kind in types))
        msg = f"label types are mixed in {where}: {names}. Use one type, for instance .astype(str)"
        raise BadInputError(msg)


def warn_of_lookalike(label: Label, known: Iterable[Label]) -> None:
    """Warn if a new class may be taken for one of those known, naming both."""
    twin = next((other for other in known if _as_read(other) == _as_read(label)), label)
    if twin != label:
        warn(
            f"classes {twin!r} and {label!r} differ only in case, space or Unicode form; they are "
            "kept apart. Rename one if they are the same"
        )


def _as_read(label: Label) -> str:
    return unicodedata.normalize("NFKC", str(label)).strip().casefold()


def read_classes(classes: Any) -> list[dict[str, Any]] | None:
    """Return classes as rows ``{"name", "definition", "seeds"}``, or None.

    Parameters
    ----------
    classes : iterable of label, mapping of label to definition, or None
        A definition is a str, None, or a mapping with ``definition`` and ``seeds`` (terms that
        speak for the class).

    Raises
    ------
    BadInputError
        For a lone string, a duplicate, a missing or blank name, mixed types.

    Examples
    --------
    >>> read_classes({"spam": "unwanted mail", "ham": None})[0]["definition"]
    'unwanted mail'
    """
    if classes is None:
        return None
    if isinstance(classes, set | frozenset):
        msg = (
            f"classes is a {type(classes).__name__}, whose order changes from run to run, and with "
            "it the keys: give a list, for instance sorted(classes)"
        )
        raise BadInputError(msg)
    if isinstance(classes, str | bytes) or not isinstance(classes, Iterable):
        msg = f"classes={classes!r}: expected a list of labels or a dict {{label: definition}}"
        raise BadInputError(msg)
    told = classes if isinstance(classes, Mapping) else dict.fromkeys(_unique(classes))
    rows = []
    for value, definition in told.items():
        name = clean_label(value, "class")
        rows.append({"name": name, **_lesson_of(name, definition)})
    one_type([row["name"] for row in rows])
    for place, row in enumerate(rows):
        warn_of_lookalike(row["name"], (other["name"] for other in rows[:place]))
    return rows


def _unique(classes: Iterable[Any]) -> list[Any]:
    found = [clean_label(value, "class") for value in classes]
    tagged = [(type(label), label) for label in found]
    twice = next((label for label in tagged if tagged.count(label) > 1), None)
    if twice is not None:
        msg = f"class {twice[1]!r} is named twice in classes"
        raise BadInputError(msg)
    # 1 and True are one dict key; told apart here, where the message can still name both.
    one_type(found)
    return found


def _lesson_of(name: Label, told: Any) -> dict[str, Any]:
    if isinstance(told, Mapping):
        unknown = set(told) - {"definition", "seeds"}
        seeds = told.get("seeds", ())
        if unknown or isinstance(seeds, str):
            msg = (
                f"class {name!r}: expected a definition (str) or a dict with 'definition' (str) "
                f"and 'seeds' (list of terms), got {told!r}"
            )
            raise BadInputError(msg)
        definition = told.get("definition")
        return {
            "definition": None if definition is None else tidy(str(definition)),
            "seeds": [tidy(str(seed)) for seed in seeds],
        }
    if told is None or isinstance(told, str):
        return {"definition": None if told is None else tidy(told), "seeds": []}
    msg = f"class {name!r}: its definition is {told!r}, expected a str"
    raise BadInputError(msg)


def require_class(label: Label, classes: Iterable[Label]) -> None:
    """Refuse a label that is none of the classes, with the nearest one named.

    Raises
    ------
    UnknownLabelError

    Examples
    --------
    >>> require_class("spam ", ["ham", "spam"])
    Traceback (most recent call last):
    ...
    rhml_widgets.exceptions.UnknownLabelError: label 'spam ' is not one of classes_ ['ham', \
'spam']; did you mean 'spam'? A new class comes by session.add_class(...)
    """
    known = list(classes)
    if any(label == other and type(label) is type(other) for other in known):
        return
    near = get_close_matches(str(label).strip().casefold(), [str(k).casefold() for k in known], 1)
    meant = next((k for k in known if near and str(k).casefold() == near[0]), None)
    hint = f"; did you mean {meant!r}?" if meant is not None else "."
    shown = known if len(known) <= MAX_NAMED else [*known[:MAX_NAMED], "…"]
    msg = (
        f"label {label!r} is not one of classes_ {shown}{hint} "
        "A new class comes by session.add_class(...)"
    )
    raise UnknownLabelError(msg)


def read_categories(labels: Any) -> list[Label]:
    """Return the classes that labels of a categorical dtype name, used or not, in their order.

    Examples
    --------
    >>> import pandas as pd
    >>> read_categories(pd.Categorical(["b", None], categories=["a", "b"]))
    ['a', 'b']
    >>> read_categories(["b", None])
    []
    """
    named = getattr(getattr(labels, "dtype", None), "categories", ())
    return [clean_label(_whole(one), "category") for one in named]


def read_labels(labels: Any, pool: Pool, where: str) -> dict[str, Label]:
    """Return labels somebody has as a dict of item id to label; missing ones left out.

    Parameters
    ----------
    labels : Series by the pool's index, array or list by row, or mapping by item id
        None, NaN, NaT and NA mean "unlabeled".
    pool : Pool
    where : str
        The argument's name, for errors.

    Returns
    -------
    dict of str to label
        Items that exact duplicates label differently are left out, with a warning.
    """
    if labels is None:
        return {}
    if isinstance(labels, Mapping):
        pairs = [(pool.number(item_id), value) for item_id, value in labels.items()]
    else:
        pairs = _by_row(labels, pool, where)
    found: dict[int, Label] = {}
    torn: set[int] = set()
    for number, value in pairs:
        if is_missing(value):
            continue
        label = clean_label(_whole(value), f"{where} of item {pool.ids[number]}")
        if number in found and found[number] != label:
            torn.add(number)
        found.setdefault(number, label)
    one_type(found.values(), where)
    if torn:
        warn(
            f"{where}: {len(torn)} items hold exact duplicates with different labels, for "
            f"instance {pool.ids[min(torn)]}; they are left out"
        )
    return {pool.ids[n]: label for n, label in found.items() if n not in torn}


def _whole(value: Any) -> Any:
    # A column of whole numbers with a gap is float64 in pandas: 1.0 there means 1.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _by_row(labels: Any, pool: Pool, where: str) -> list[tuple[int, Any]]:
    index = getattr(labels, "index", None)
    if index is not None and hasattr(labels, "to_numpy"):
        if pool.index is None or index.equals(pool.index):
            values = list(labels)
        elif not pool.index.is_unique or not index.is_unique:
            msg = (
                f"{where} is a Series whose index cannot be matched to the pool's: the index "
                "has duplicates. Pass an array in row order, or a dict by item id"
            )
            raise BadInputError(msg)
        else:
            strange = index.difference(pool.index)
            if len(strange):
                msg = (
                    f"{where}: {len(strange)} index values are not in the pool's index, for "
                    f"instance {strange[0]!r}"
                )
                raise BadInputError(msg)
            values = list(labels.astype(object).reindex(pool.index))
    else:
        if isinstance(labels, str) or not hasattr(labels, "__len__"):
            msg = f"{where}={labels!r}: expected a Series, an array by row or a dict by item id"
            raise BadInputError(msg)
        values = list(labels)
    if len(values) != pool.n_rows:
        msg = f"{where} has {len(values)} values, the pool has {pool.n_rows} rows"
        raise BadInputError(msg)
    return list(zip(pool.item_of_row.tolist(), values, strict=True))
