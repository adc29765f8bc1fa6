"""Redaction: what a report leaves out, taken out of the data before anything is packed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["LEVELS", "Redaction"]

LEVELS = ("full", "excerpt", "none")
"""How much of the texts a report shows; ``excerpt`` also masks what identifies people."""

EXCERPT = 240

LISTED = 8
"""Columns of a row that are listed where it has to stand on one line."""

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

    columns : collection of str
        Names of a table's columns, which may be named: they are no words of anybody's text.

    Examples
    --------
    >>> Redaction("excerpt").text("call 0151 2345678 or mail a.b@example.org")
    'call ░░░░░░░░░░░░ or mail ░░░░░░░░░░░░░░░'
    """

    def __init__(self, texts: str = "excerpt", *, columns: Collection[str] = ()) -> None:
        if texts not in LEVELS:
            msg = f"texts={texts!r}: expected one of {', '.join(map(repr, LEVELS))}"
            raise BadInputError(msg)
        self.texts = texts
        self._columns = frozenset(columns)

    def text(self, text: str) -> str:
        """Return what may be shown of a text."""
        if self.texts == "full":
            return text
        if self.texts == "none":
            return ""
        masked = self._masked(text)
        return masked if len(masked) <= EXCERPT else masked[: EXCERPT - 1] + "…"

    def field(self, field: dict[str, Any]) -> dict[str, Any]:
        """Return what may be shown of a column's value; a measured number tells of nobody."""
        measured = field["number"] and "." in field["value"]
        value = field["value"] if measured and self.texts != "none" else self.text(field["value"])
        return {**field, "value": value}

    def content(self, content: dict[str, Any]) -> dict[str, Any]:
        """Return what may be shown of an item's props; an image leaves with ``texts="full"`` only.

        What is in a picture cannot be masked.
        """
        if "kind" not in content:
            return {**content, "text": self.text(content["text"])}
        fields = [self.field(field) for field in content["fields"]]
        text = self.text(content["text"])
        if content["kind"] == "row":
            told = [f"{field['name']} {field['value']}" for field in fields if field["value"]]
            text = " · ".join(told[:LISTED])
        shown = {**content, "text": text, "fields": [] if self.texts == "none" else fields}
        if "image" in content and self.texts != "full":
            shown |= {"text": "an image, left out of this report", "image": ""}
        return shown

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
        if term in self._columns:
            return term
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
            item = self.content(item)
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
        if "boxes" in row:
            term = row["term"]
        return {**row, "term": term, "spans": [] if hidden else spans}
