"""Codes: one class of a codebook, with all that says what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rhml_widgets.journal.events import Label

__all__ = ["Code", "Example", "Memo"]


@dataclass(frozen=True, slots=True)
class Example:
    """An item of the pool, or words, that show what a class is, and why."""

    item_id: str | None = None
    text: str | None = None
    why: str | None = None

    def to_dict(self) -> dict[str, str]:
        """Return what is known of it."""
        told = {"item_id": self.item_id, "text": self.text, "why": self.why}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Memo:
    """A thought on a class, written down on the way."""

    text: str
    at: str = ""
    by: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return what is known of it."""
        told = {"text": self.text, "at": self.at, "by": self.by}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Code:
    """A class of the codebook.

    Attributes
    ----------
    name : label
    definition : str or None
    include, exclude : tuple of str
        Rules: what belongs to it although one might doubt it, and what does not.
    examples : tuple of Example
    memos : tuple of Memo
    parent : label or None
        The class it is a kind of.
    seeds : tuple of str
        Terms that speak for it.
    status : {"live", "merged", "split", "retired", "undone"}
        Only a live one can be answered; the others keep their place, so that the index of a class
        never changes. "undone": the edit that brought it was taken back.
    into : tuple of label
        What it was merged or split into; of an undone part, what it was a part of.
    was : tuple of label
        Names it had before, oldest first.
    """

    name: Label
    definition: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    memos: tuple[Memo, ...] = ()
    parent: Label | None = None
    seeds: tuple[str, ...] = ()
    status: str = "live"
    into: tuple[Label, ...] = ()
    was: tuple[Label, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it can be an answer."""
        return self.status == "live"

    @property
    def retired(self) -> bool:
        """Whether it is no answer any more."""
        return not self.live

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON and YAML hold it."""
        return {
            "name": self.name,
            "definition": self.definition,
            "include": list(self.include),
            "exclude": list(self.exclude),
            "examples": [one.to_dict() for one in self.examples],
            "memos": [one.to_dict() for one in self.memos],
            "parent": self.parent,
            "seeds": list(self.seeds),
            "retired": self.retired,
            "status": self.status,
            "into": list(self.into),
            "was": list(self.was),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Code:
        """Read what `to_dict` returns; all but the name may be left out.

        Examples
        --------
        >>> Code.from_dict({"name": "spam", "include": ["prizes"]}).include
        ('prizes',)
        """
        status = told.get("status") or ("retired" if told.get("retired") else "live")
        return cls(
            name=told["name"],
            definition=told.get("definition"),
            include=tuple(told.get("include") or ()),
            exclude=tuple(told.get("exclude") or ()),
            examples=tuple(Example(**one) for one in told.get("examples") or ()),
            memos=tuple(Memo(**one) for one in told.get("memos") or ()),
            parent=told.get("parent"),
            seeds=tuple(told.get("seeds") or ()),
            status=status,
            into=tuple(told.get("into") or ()),
            was=tuple(told.get("was") or ()),
        )
