"""Effect: what one lesson did to the model."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Effect"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a lesson changed, labels being the same with and without it.

    Attributes
    ----------
    lesson : int
        Seq of the lesson: ``session.undo(effect.lesson)`` takes it back.
    flips : int or None
        Items of the pool whose predicted label differs with and without it; None where that is
        not known: the fit failed, or nothing could be fitted without it.
    before, after : int or None
        Model versions that were live before and after; None where there is none.
    why : str
        Why a fitted model somebody brought goes on answering, and the remedy; else "".
    heard : str
        How the model hears the terms it is about, where it does not hear them as they stand.
    """

    lesson: int
    flips: int | None
    before: int | None
    after: int | None
    why: str = ""
    heard: str = ""

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self._told()} {self.heard}".rstrip()

    def _told(self) -> str:
        if self.flips is None:
            tail = "the fit failed" if self.after is None else "there was no model without it"
            return f"Kept; what it changes is not known: {tail}."
        if self.after is None and self.before is not None:
            until = f" until a refit beats it: {self.why}" if self.why else ""
            return f"Kept; v{self.before} goes on answering{until}."
        if self.after is None:
            return "Noted; there is no model to change yet."
        word = "prediction" if self.flips == 1 else "predictions"
        return f"{self.flips:,} {word} changed: v{self.before} → v{self.after}."
