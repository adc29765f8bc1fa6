"""Codebook: the classes and what each of them means, as both sides have agreed on it so far."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rhml_widgets.knowledge.codes import Code
from rhml_widgets.knowledge.edits import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rhml_widgets.journal.events import Label

__all__ = ["Code", "Codebook", "first_lesson"]

_WORD = re.compile(r"[^\W\d_][^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Codebook:
    """The classes in their places, and the version they are of. Never changed: see `apply`.

    Attributes
    ----------
    codes : tuple of Code
        Retired ones included, each in the place it has always had.
    version : int
        The journal's seq of the last edit, 0 before any.

    Examples
    --------
    >>> book = Codebook((Code("spam"), Code("ham")))
    >>> book = book.apply("rename", {"label": "spam", "name": "unwanted"})
    >>> book = book.apply("include", {"label": "unwanted", "text": "prizes nobody asked for"})
    >>> book.names, book["unwanted"].was, book["spam"].include
    (['unwanted', 'ham'], ('spam',), ('prizes nobody asked for',))
    """

    codes: tuple[Code, ...] = ()
    version: int = 0

    @property
    def names(self) -> list[Label]:
        """The classes that can be answered, in order."""
        return [code.name for code in self.codes if code.live]

    @cached_property
    def places(self) -> dict[Label, int]:
        """The place of every class by each name it has or had."""
        found = {old: place for place, code in enumerate(self.codes) for old in code.was}
        return {**found, **{code.name: place for place, code in enumerate(self.codes)}}

    def __getitem__(self, label: Label) -> Code:
        """Return a class by its name, or one it had."""
        return self.codes[self.places[label]]

    def __contains__(self, label: object) -> bool:
        """Whether some class has or had this name."""
        return label in self.places

    def now(self, label: Label) -> Label:
        """Return what an answer of this name counts as: renamed and merged classes followed.

        Examples
        --------
        >>> book = Codebook((Code("a"), Code("b"))).apply("merge", {"labels": ["a"], "into": "b"})
        >>> book.now("a")
        'b'
        """
        seen: set[int] = set()
        place = self.places[label]
        while place not in seen:
            seen.add(place)
            code = self.codes[place]
            if code.status not in ("merged", "undone") or not code.into:
                break
            place = self.places.get(code.into[0], place)
        return self.codes[place].name

    def parts(self, label: Label) -> set[Label]:
        """Return the classes that a class was split into, and theirs."""
        found: set[Label] = set()
        left = [label]
        while left:
            code = self[left.pop()]
            if code.status == "split":
                new = [self.now(part) for part in code.into if self.now(part) not in found]
                found.update(new)
                left += new
        return found - {label}

    def apply(
        self, op: str, about: Mapping[str, Any], *, at: str = "", by: str = "", version: int = 0
    ) -> Codebook:
        """Return the codebook after an edit; the same where the edit does not fit it.

        Parameters
        ----------
        op : str
            One of `OPERATIONS`.
        about : mapping
            What the edit is of: see `CodebookRevised`.
        at, by : str
            When and by whom, for memos.
        version : int
            Its seq.
        """
        change = OPERATIONS.get(op)
        try:
            changed = self if change is None else change(self, about, at, by)
        except (KeyError, TypeError, ValueError):
            changed = self  # a journal may be put together by hand; an edit of nothing is none
        return replace(changed, version=version) if version else changed

    def changed(self, label: Label, **fields: Any) -> Codebook:
        """Return it with some fields of one class changed."""
        place = self.places[label]
        new = replace(self.codes[place], **fields)
        return Codebook((*self.codes[:place], new, *self.codes[place + 1 :]), self.version)

    def rows(self) -> list[dict[str, Any]]:
        """Return name, definition and seeds of the live classes: see `first_lesson`."""
        return [
            {"name": code.name, "definition": code.definition, "seeds": list(code.seeds)}
            for code in self.codes
            if code.live
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON and YAML hold it; what was taken back is left out."""
        kept = [code.to_dict() for code in self.codes if code.status != "undone"]
        return {"classes": kept, "version": self.version}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Codebook:
        """Read what `to_dict` returns."""
        return cls(tuple(Code.from_dict(one) for one in told["classes"]), told.get("version", 0))

    def diff(self, other: Codebook) -> list[tuple[Label, str, Any, Any]]:
        """Return what differs in a later codebook: class, field, before, after.

        A class is followed through its names; one that is only in one of the two has the field
        ``class``.

        Examples
        --------
        >>> book = Codebook((Code("a"),))
        >>> book.diff(book.apply("define", {"label": "a", "definition": "first"}))
        [('a', 'definition', None, 'first')]
        """
        found: list[tuple[Label, str, Any, Any]] = []
        met: set[int] = set()
        for code in other.codes:
            place = next((self.places[n] for n in (code.name, *code.was) if n in self.places), None)
            before = None if place is None else self.codes[place]
            if place is not None:
                met.add(place)
            if before is None or before.status == "undone":
                if code.status != "undone":
                    found.append((code.name, "class", None, code.name))
                    found += _differing(Code(code.name), code)
                continue
            found += _differing(before, code)
        gone = [code for place, code in enumerate(self.codes) if place not in met]
        return found + [(code.name, "class", code.name, None) for code in gone]


_FIELDS = (
    "name",
    "definition",
    "include",
    "exclude",
    "examples",
    "memos",
    "parent",
    "seeds",
    "status",
    "into",
)


def _differing(before: Code, after: Code) -> list[tuple[Label, str, Any, Any]]:
    first, second = before.to_dict(), after.to_dict()
    return [
        (after.name, name, first[name], second[name])
        for name in _FIELDS
        if first[name] != second[name]
    ]


def _words(row: Mapping[str, Any]) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    name = _HUMP.sub(" ", row["name"]) if isinstance(row["name"], str) else ""
    found = _WORD.findall(f"{name} {row.get('definition') or ''}".casefold())
    return [word for word in dict.fromkeys(found) if word not in ENGLISH_STOP_WORDS]


def first_lesson(classes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the stances that class names, definitions and seed words amount to.

    A word counts less the more classes use it, and not at all where all of them do; a seed word
    counts in full. English stop words are left out.

    Parameters
    ----------
    classes : rows of ``name``, ``definition`` (str or None) and ``seeds`` (list of str)

    Returns
    -------
    list of dict
        ``term``, ``label``, ``stance`` and ``strength`` in (0, 1].

    Examples
    --------
    >>> rows = [{"name": "card_arrival", "definition": None, "seeds": ["in the post"]},
    ...         {"name": "lost_card", "definition": "stolen or lost", "seeds": []}]
    >>> [(row["term"], row["label"]) for row in first_lesson(rows)]
    [('in the post', 'card_arrival'), ('arrival', 'card_arrival'), ('lost', 'lost_card'), \
('stolen', 'lost_card')]
    """
    rows = list(classes)
    own = [_words(row) for row in rows]
    users = Counter(word for words in own for word in words)
    lesson = []
    for row, words in zip(rows, own, strict=True):
        seeds = dict.fromkeys((seed.strip() for seed in row.get("seeds") or ()), 1.0)
        told = {word: 1 / users[word] for word in words if users[word] < max(len(rows), 2)}
        lesson += [
            {"term": term, "label": row["name"], "stance": "supports", "strength": strength}
            for term, strength in {**seeds, **told, **seeds}.items()
            if term
        ]
    return lesson
