"""Edits: what a person may do to a codebook, each as a function from one codebook to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rhml_widgets.knowledge.codes import Code, Example, Memo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.codebook import Codebook

__all__ = ["OPERATIONS"]


def _add(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    label, meant = about["label"], about.get("definition")
    if label not in book:
        return replace(book, codes=(*book.codes, Code(label, meant)))
    if book[label].live:
        return book
    return book.changed(label, status="live", into=(), definition=meant)


def _define(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    return book.changed(about["label"], definition=about["definition"])


def _rename(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    label, name = about["label"], about["name"]
    place = book.places[label]
    code = book.codes[place]
    if book.places.get(name, place) != place or name == code.name:
        return book
    was = tuple(old for old in (*code.was, code.name) if old != name)
    renamed = book.changed(label, name=name, was=was)
    return replace(renamed, codes=tuple(_told_of(one, code.name, name) for one in renamed.codes))


def _told_of(code: Code, old: Label, new: Label) -> Code:
    """Return a class with another one's new name where it tells of that one."""
    into = tuple(new if one == old else one for one in code.into)
    parent = new if code.parent == old else code.parent
    return replace(code, into=into, parent=parent)


def _merge(book: Codebook, about: Mapping[str, Any], at: str, by: str) -> Codebook:
    merged = _add(book, {"label": about["into"]}, at, by)
    target = merged[about["into"]].name
    for label in about["labels"]:
        if merged[label].name != target and merged[label].live:
            merged = merged.changed(label, status="merged", into=(target,))
    return merged


def _split(book: Codebook, about: Mapping[str, Any], at: str, by: str) -> Codebook:
    label, parts = about["label"], about["into"]
    if not book[label].live:
        return book
    for part in parts:
        book = _add(book, {"label": part}, at, by)
    into = tuple(book[part].name for part in parts if book[part].name != book[label].name)
    return book.changed(label, status="split", into=into) if into else book


def _retire(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    label = about["label"]
    return book.changed(label, status="retired") if book[label].live else book


def _rule(name: str) -> Callable[[Codebook, Mapping[str, Any], str, str], Codebook]:
    def add(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
        had = getattr(book[about["label"]], name)
        return book.changed(about["label"], **{name: (*had, about["text"])})

    return add


def _example(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    new = Example(about.get("item_id"), about.get("text"), about.get("why"))
    return book.changed(about["label"], examples=(*book[about["label"]].examples, new))


def _memo(book: Codebook, about: Mapping[str, Any], at: str, by: str) -> Codebook:
    memos = (*book[about["label"]].memos, Memo(about["text"], at, by))
    return book.changed(about["label"], memos=memos)


def _seeds(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    return book.changed(about["label"], seeds=tuple(about["seeds"]))


def _parent(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    parent = about.get("parent")
    return book.changed(about["label"], parent=None if parent is None else book[parent].name)


def _drop(book: Codebook, about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    name, gone = about["what"], about["told"]
    if name not in ("include", "exclude", "examples", "memos"):
        return book
    had = list(getattr(book[about["label"]], name))
    told = [one if isinstance(one, str) else one.to_dict() for one in had]
    if gone in told:
        del had[told.index(gone)]
    return book.changed(about["label"], **{name: tuple(had)})


def _relabel(book: Codebook, _about: Mapping[str, Any], _at: str, _by: str) -> Codebook:
    return book  # it asks for answers; the codebook says what it said


OPERATIONS: dict[str, Callable[[Codebook, Mapping[str, Any], str, str], Codebook]] = {
    "add": _add,
    "define": _define,
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "retire": _retire,
    "include": _rule("include"),
    "exclude": _rule("exclude"),
    "example": _example,
    "memo": _memo,
    "seeds": _seeds,
    "parent": _parent,
    "drop": _drop,
    "relabel": _relabel,
}
"""What an edit of each name does."""
