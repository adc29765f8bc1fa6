"""Redaction: what a report leaves out, taken out of the data before anything is packed."""

from __future__ import annotations

import re
from typing import Any

from rhml_widgets.exceptions import BadInputError

__all__ = ["LEVELS", "Redaction"]

LEVELS = ("full", "excerpt", "none")
"""How much of the texts a report shows; ``excerpt`` also masks what identifies people."""

EXCERPT = 240

_MASKS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"(?<!\w)\+?\d(?:[\s().-]?\d){6,}(?!\w)"),
    re.compile(r"(?:[A-Za-z]:\\|/(?:home|Users|root)/)\S+"),
)


class Redaction:
    """Turns texts into what may leave, always the same way.

    Parameters
    ----------
    texts : {"excerpt", "full", "none"}
        "excerpt": the first 240 characters, e-mail addresses, links, paths and long numbers
        masked, each mask as long as what it hides so that marked words stay marked.

    Examples
    --------
    >>> Redaction("excerpt").text("call 0151 2345678 or mail a.b@example.org")
    'call ░░░░░░░░░░░░ or mail ░░░░░░░░░░░░░░░'
    """

    def __init__(self, texts: str = "excerpt") -> None:
        if texts not in LEVELS:
            msg = f"texts={texts!r}: expected one of {', '.join(map(repr, LEVELS))}"
            raise BadInputError(msg)
        self.texts = texts

    def text(self, text: str) -> str:
        """Return what may be shown of a text."""
        if self.texts == "full":
            return text
        if self.texts == "none":
            return ""
        masked = self._masked(text)
        return masked if len(masked) <= EXCERPT else masked[: EXCERPT - 1] + "…"

    def term(self, term: str) -> str:
        """Return a word the model or a person spoke of, if it may be named.

        A word with a digit may be a part of a masked number, whatever text it came from.

        Examples
        --------
        >>> Redaction("excerpt").term("5590"), Redaction("none").term("refund")
        ('(masked)', '(a word)')
        """
        if self.texts == "none":
            return "(a word)"
        named = self.texts == "full" or not any(char.isdigit() for char in term)
        return term if named and self.text(term) == term else "(masked)"

    def _masked(self, text: str) -> str:
        if self.texts == "full":
            return text
        for pattern in _MASKS:
            text = pattern.sub(lambda found: "░" * len(found[0]), text)
        return text

    def explanation(self, props: dict[str, Any]) -> dict[str, Any]:
        """Return the explanation panel's props with every text in it redacted."""
        item, reasons, effect = props["item"], props["reasons"], props["effect"]
        whole = "" if item is None else item["text"]
        if item is not None:
            item = {**item, "text": self.text(whole)}
        if reasons is not None:
            rows = [self._reason(row, self._masked(whole)) for row in reasons["rows"]]
            reasons = {**reasons, "rows": rows}
        if effect is not None and effect["shown"] is not None:
            shown = [{**row, "text": self.text(row["text"])} for row in effect["shown"]]
            effect = {**effect, "shown": shown}
        near = [{**row, "excerpt": self.text(row["excerpt"])} for row in props["neighbors"]]
        return {
            **props,
            "seq": 0,
            "item": item,
            "reasons": reasons,
            "effect": effect,
            "neighbors": near,
            "may_teach": False,
            "status": "",
        }

    def _reason(self, row: dict[str, Any], masked: str) -> dict[str, Any]:
        limit = {"full": None, "excerpt": EXCERPT - 1, "none": 0}[self.texts]
        spans = [span for span in row["spans"] if limit is None or span[1] <= limit]
        hidden = any("░" in masked[start:end] for start, end in row["spans"])
        term = "(masked)" if hidden else self.term(row["term"])
        return {**row, "term": term, "spans": [] if hidden else spans}
