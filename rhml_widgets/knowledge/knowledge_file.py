"""Knowledge files: YAML that people and git can read, and that cannot harm who loads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from rhml_widgets.exceptions import BadInputError, NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

__all__ = ["MOST_BYTES", "read_file", "read_yaml", "write_file", "yaml_of"]

MOST_BYTES = 5_000_000
"""Of a knowledge file."""

DEEPEST = 12
"""Levels of lists and mappings."""

_WIDTH = 100

_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Fast):
    """A safe loader that refuses a key given twice, which YAML would let the last one win."""

    def construct_mapping(
        self,
        node: Any,
        deep: bool = False,  # noqa: FBT001, FBT002 - as its base has it
    ) -> dict[Hashable, Any]:
        """Return a mapping of which every key was given once."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                msg = f"line {node.value[place][0].start_mark.line + 1}: {key!r:.60} is there twice"
                raise BadInputError(msg)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return found


def yaml_of(told: Any) -> str:
    """Return plain values as YAML: the order kept, nothing on one line that may differ alone."""
    text: str = yaml.safe_dump(
        told, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
    return text


def read_yaml(text: str) -> Any:
    """Return plain values from YAML.

    Raises
    ------
    BadInputError
        If it is none, is nested too deeply, names a type, or refers to itself.
    """
    try:
        _require_plain(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - it derives from the safe one
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, BadInputError):
            raise
        told = " ".join(str(error).split())
        marks = "; it holds git's marks of a conflict" if "<<<<<<<" in text else ""
        msg = f"this is no YAML: {told[:300]}{marks}"
        raise BadInputError(msg) from error


def _require_plain(text: str) -> None:
    """Look at the events before anything is made of them: aliases can blow up, tags run code."""
    depth = 0
    for event in yaml.parse(text, Loader=_Fast):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            msg = f"line {line}: a knowledge file has no anchors or aliases (& and *); quote them"
            raise BadInputError(msg)
        if getattr(event, "tag", None) not in (None, "!"):
            msg = f"line {line}: a knowledge file names no types, found {event.tag!r:.60}"
            raise BadInputError(msg)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            msg = f"line {line}: nested more than {DEEPEST} deep: no knowledge file is"
            raise BadInputError(msg)


def write_file(path: Path, told: dict[str, Any]) -> Path:
    """Write a knowledge file whole or not at all; return its path.

    Raises
    ------
    BadInputError
        If the name ends in none of .yaml, .yml and .json.
    NotWrittenError
    """
    if path.suffix.casefold() == ".json":
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    elif path.suffix.casefold() in (".yaml", ".yml"):
        text = yaml_of(told)
    else:
        msg = f"path={str(path)!r}: expected a name that ends in .yaml or .json"
        raise BadInputError(msg)
    beside = path.with_name(f"{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        msg = f"{path} could not be written: {error.strerror or error}; what was there still is"
        raise NotWrittenError(msg) from error
    return path


def read_file(path: Path) -> Any:
    """Return the plain values of a YAML or JSON file.

    Raises
    ------
    BadInputError
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise BadInputError(msg) from error
    if len(raw) > MOST_BYTES:
        msg = f"{path} is larger than {MOST_BYTES:,} bytes: nobody wrote that as knowledge"
        raise BadInputError(msg)
    try:
        text = raw.decode("utf-8-sig")
        if path.suffix.casefold() == ".json":
            return json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"{path} cannot be read: {error}"
        raise BadInputError(msg) from error
    return read_yaml(text)
