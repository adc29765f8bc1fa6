"""Lexicon files: CSV for spreadsheets and JSON for programs, both without loss."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.knowledge.lexicon import Lexicon

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label

__all__ = ["MOST_BYTES", "csv_of", "json_of", "lexicon_of_csv", "lexicon_of_json"]

MOST_BYTES = 20_000_000
"""Of a file of knowledge: more is no lexicon anybody wrote."""

COLUMNS = (
    *("key", "term", "class", "stance", "weight", "parent"),
    *("synonyms", "note", "by", "person"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a spreadsheet may take for the beginning of a formula, and what says that it is none."""


def csv_of(lexicon: Lexicon) -> str:
    """Return a lexicon as CSV, sorted by key.

    A cell that a spreadsheet could run as a formula begins with an apostrophe, and so does one
    that began with an apostrophe: reading takes exactly one away.

    Examples
    --------
    >>> print(csv_of(Lexicon().add("=cmd", label="spam")).splitlines()[1])
    '=cmd,'=cmd,spam,supports,1.0,,,,human,
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for key in sorted(lexicon.terms):
        one = lexicon.terms[key]
        synonyms = json.dumps(list(one.synonyms), ensure_ascii=False) if one.synonyms else None
        row = [
            *(one.key, one.term, _written(one.label), one.stance, repr(one.weight), one.parent),
            *(synonyms, one.note, one.by, one.person),
        ]
        # An empty note is not the same as none.
        cells = ("" if cell is None else cell or '""' for cell in row)
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def lexicon_of_csv(text: str) -> Lexicon:
    """Return the lexicon that CSV holds; only ``term`` is needed of its columns.

    Raises
    ------
    BadInputError
        Naming the line, where one cannot be read.
    """
    _require_small(text)
    rows = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(rows, [])]
        unknown = sorted(set(header) - set(COLUMNS))
        if "term" not in header or unknown or len(set(header)) < len(header):
            msg = f"the columns are {header}: expected term, and any of {', '.join(COLUMNS)}"
            raise BadInputError(msg)
        found = [
            _row(dict(zip(header, map(_plain, cells), strict=True))) for cells in rows if any(cells)
        ]
    except (csv.Error, ValueError) as error:
        if isinstance(error, BadInputError):
            raise
        msg = f"line {rows.line_num} of the CSV cannot be read: {error}"
        raise BadInputError(msg) from error
    return Lexicon.read(found)


def _plain(cell: str) -> str | None:
    if len(cell) > 1 and cell[0] == "'" and cell[1:].startswith(_FORMULA):
        return cell[1:]
    return None if cell == "" else "" if cell == '""' else cell


def _row(cells: dict[str, str | None]) -> dict[str, Any]:
    told: dict[str, Any] = {name: cell for name, cell in cells.items() if cell is not None}
    if "class" in told:
        told["label"] = _read(told.pop("class"))
    if "weight" in told:
        told["weight"] = float(told["weight"])
    if "synonyms" in told:
        told["synonyms"] = json.loads(told["synonyms"])
    return told


def _written(label: Label | None) -> str | None:
    """Return a class as a cell: a str as it is, unless it would be read as something else."""
    if label is None:
        return None
    if isinstance(label, str) and _read(label) == label:
        return label
    return json.dumps(label, ensure_ascii=False)


def _read(cell: str) -> Any:
    try:
        found = json.loads(cell)
    except ValueError:
        return cell
    return found if isinstance(found, str | int) else cell


def json_of(lexicon: Lexicon) -> str:
    """Return a lexicon as JSON, sorted by key."""
    told = {"format": "rhml-lexicon", "version": 1, "terms": lexicon.filed()}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def lexicon_of_json(text: str) -> Lexicon:
    """Return the lexicon that JSON holds.

    Raises
    ------
    BadInputError
    """
    _require_small(text)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"the JSON cannot be read: {error}"
        raise BadInputError(msg) from error
    if not isinstance(told, dict) or told.get("format") != "rhml-lexicon":
        msg = "this JSON is no lexicon: expected an object with format 'rhml-lexicon' and terms"
        raise BadInputError(msg)
    if told.get("version") != 1 or not isinstance(told.get("terms"), list):
        msg = f"version {told.get('version')!r:.20} of a lexicon: this release reads version 1"
        raise BadInputError(msg)
    return Lexicon.read(told["terms"])


def _require_small(text: str) -> None:
    if len(text) > MOST_BYTES:
        msg = f"{len(text):,} characters are no lexicon: at most {MOST_BYTES:,} are read"
        raise BadInputError(msg)
