"""Merge: what differs between two states of knowledge, and three made one, conflicts shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rhml_widgets.knowledge.knowledge import Knowledge
from rhml_widgets.knowledge.tree import in_cycle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["Conflict", "Difference", "Merge", "differences", "merged"]

Place: TypeAlias = "tuple[Any, ...]"
"""What a fact is about: its part, then what names it there, in one case."""

_Records: TypeAlias = "dict[Place, dict[str, Any]]"

WHOLE = "whole"
"""The field of a conflict over whether something is there at all."""


class Difference(NamedTuple):
    """One fact that differs: part and name, field, before and after; None: not there."""

    place: Place
    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """Return it on one line."""
        name = " ".join(str(one) for one in self.place)
        return f"{name}: {self.field}: {self.before!r} → {self.after!r}"


@dataclass(frozen=True)
class Conflict:
    """One fact both sides changed, each differently.

    Attributes
    ----------
    place : tuple
        Part, name and field: what ``take`` of `Knowledge.merge` takes.
    base, ours, theirs : any
        What each says; None where it is not there.
    why : str
        "both changed it", "changed here, removed there", "removed, and needed by the other side"
        or "together a circle".
    """

    place: Place
    base: Any
    ours: Any
    theirs: Any
    why: str = "both changed it"

    @property
    def mirrored(self) -> Conflict:
        """The same as the other side sees it."""
        return Conflict(self.place, self.base, self.theirs, self.ours, self.why)

    def __str__(self) -> str:
        """Return it on one line."""
        name = " ".join(str(one) for one in self.place)
        return f"{name}: {self.why}: was {self.base!r}, ours {self.ours!r}, theirs {self.theirs!r}"


@dataclass(frozen=True)
class Merge:
    """Two states of knowledge made one.

    Attributes
    ----------
    knowledge : Knowledge
        Where they conflict it holds ours; what one side removed and the other changed or needs
        is still there.
    conflicts : tuple of Conflict
        Sorted; all there is to decide.
    """

    knowledge: Knowledge
    conflicts: tuple[Conflict, ...]


def differences(before: Knowledge, after: Knowledge) -> list[Difference]:
    """Return every fact that differs, sorted by place."""
    old, new = _records(before), _records(after)
    found = []
    for place in {*old, *new}:
        if place not in old or place not in new:
            found.append(Difference(place, WHOLE, old.get(place), new.get(place)))
            continue
        one, other = old[place], new[place]
        found += [
            Difference(place, name, one.get(name), other.get(name))
            for name in sorted({*one, *other})
            if one.get(name) != other.get(name)
        ]
    return sorted(found, key=lambda one: (repr(one.place), one.field))


def merged(
    base: Knowledge,
    ours: Knowledge,
    theirs: Knowledge,
    *,
    take: Collection[tuple[Any, ...]] = (),
) -> Merge:
    """Return two states of knowledge made one, and their conflicts: see `Knowledge.merge`.

    Notes
    -----
    Fact by fact: what one side changed counts, what both changed alike does too, what both
    changed differently is a conflict. Two more can arise although no fact was changed twice: one
    side needs what the other removed, which then comes back; or the two together hang things
    under each other in a circle, which then hang where they hung in the base.
    """
    sides = tuple(_records(one) for one in (base, ours, theirs))
    found, conflicts = _one_of(sides, take)
    # Which parent is kept decides what is needed and what closes a circle: the other side's
    # choice may run into what this one's does not.
    for place, one in _one_of((sides[0], sides[2], sides[1]), ())[1].items():
        conflicts.setdefault(place, one.mirrored)
    versions = [one.codebook.get("version", 0) for one in (base, ours, theirs)]
    version = versions[2] if versions[1] == versions[0] else versions[1]
    if versions[0] not in versions[1:]:
        version = max(versions[1:])
    order = _order(*(list(side) for side in sides))
    knowledge = _knowledge({place: found[place] for place in order if place in found}, version)
    told = tuple(conflicts[place] for place in sorted(conflicts, key=repr))
    return Merge(knowledge, told)


def _one_of(
    sides: tuple[_Records, ...], take: Collection[Place]
) -> tuple[_Records, dict[Place, Conflict]]:
    """Return the facts of three sides made one, and the conflicts by place."""
    conflicts: dict[Place, Conflict] = {}
    found: _Records = {}
    for place in sorted({place for side in sides for place in side}, key=repr):
        record = _merged_record(place, sides, take, conflicts)
        if record is not None:
            found[place] = record
    _bring_back(found, sides, conflicts)
    _open_circles(found, sides, conflicts)
    return found, conflicts


def _merged_record(
    place: Place,
    sides: tuple[_Records, ...],
    take: Collection[Place],
    conflicts: dict[Place, Conflict],
) -> dict[str, Any] | None:
    base, ours, theirs = (side.get(place) for side in sides)
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        where = (*place, WHOLE)
        conflicts[where] = Conflict(where, base, ours, theirs, "changed here, removed there")
        kept = ours if theirs is None else theirs
        return None if where in take and theirs is None else kept
    held, found = base or {}, {}
    for name in sorted({*held, *ours, *theirs}):
        was, own, other = held.get(name), ours.get(name), theirs.get(name)
        value = own
        if own == was:
            value = other
        elif other not in (was, own):
            where = (*place, name)
            conflicts[where] = Conflict(where, was, own, other)
            value = other if where in take else own
        if value is not None:
            found[name] = value
    return found


def _bring_back(
    found: _Records, sides: tuple[_Records, ...], conflicts: dict[Place, Conflict]
) -> None:
    """Put back what one side removed and what the other side now hangs under it or links to it."""
    waiting = list(found)
    while waiting:
        place = waiting.pop()
        for wanted in _needs(place, found[place]):
            if wanted in found:
                continue
            base, ours, theirs = (side.get(wanted) for side in sides)
            kept = ours or theirs or base
            if kept is None:
                continue
            where = (*wanted, WHOLE)
            why = "removed, and needed by the other side"
            conflicts.setdefault(where, Conflict(where, base, ours, theirs, why))
            found[wanted] = kept
            waiting.append(wanted)


def _needs(place: Place, record: Mapping[str, Any]) -> Iterable[Place]:
    part = place[0]
    if part in ("term", "concept") and record.get("parent") is not None:
        yield part, record["parent"].casefold()
    if part == "link":
        yield "concept", place[1]
        yield "concept", place[3]


def _open_circles(
    found: _Records, sides: tuple[_Records, ...], conflicts: dict[Place, Conflict]
) -> None:
    """Hang what hangs in a circle where it hung in the base, until there is none."""
    for part in ("term", "concept"):
        while True:
            parents = {
                place[1]: record["parent"].casefold() if record.get("parent") else None
                for place, record in found.items()
                if place[0] == part
            }
            circle = [name for name in parents if in_cycle(parents, name)]
            if not circle:
                break
            for name in circle:
                place = (part, name)
                before, own, other = (side.get(place, {}).get("parent") for side in sides)
                where = (*place, "parent")
                told = Conflict(where, before, own, other, "together a circle")
                conflicts.setdefault(where, told)
                stays = before is not None and (part, before.casefold()) in found
                if stays and found[place].get("parent") != before:
                    found[place] = {**found[place], "parent": before}
                else:
                    found[place] = {k: v for k, v in found[place].items() if k != "parent"}


def _order(base: list[Place], ours: list[Place], theirs: list[Place]) -> list[Place]:
    """Return places in the order of the side that changed it; new ones of both sides by name."""
    if theirs in (ours, base):
        first = ours
    elif ours == base:
        first = theirs
    else:
        first = base
    rest = {*base, *ours, *theirs} - {*first}
    return [*first, *sorted(rest, key=repr)]


# ---- facts ----------------------------------------------------------------------------------


def _records(known: Knowledge) -> _Records:
    """Return knowledge as facts: part and name to fields."""
    told = known.filed()
    found: _Records = {}
    for row in told["codebook"]["classes"]:
        found["class", type(row["name"]).__name__, row["name"]] = dict(row)
    for row in told["lexicon"]:
        # What it says and of which class is one fact: the one is nothing without the other.
        says = [row.get("stance", "supports"), row.get("label")]
        rest = {name: value for name, value in row.items() if name not in ("stance", "label")}
        key = row.get("key", row["term"])
        found["term", key.casefold()] = {**rest, "key": key, "says": says}
    for row in told["concept_map"]["concepts"]:
        found["concept", row["name"].casefold()] = dict(row)
    for row in told["concept_map"]["links"]:
        ends = row["source"].casefold(), row["says"], row["target"].casefold()
        found["link", *ends] = {"says": row["says"]}
    for text in told["lessons"]:
        found["lesson", text] = {"text": text}
    for item_id, text in told.get("excerpts", {}).items():
        found["excerpt", item_id] = {"text": text}
    return found


def _knowledge(records: _Records, version: int) -> Knowledge:
    parts: dict[str, list[tuple[Place, dict[str, Any]]]] = {}
    for place, record in records.items():
        parts.setdefault(place[0], []).append((place, record))
    named = {
        part: {place[1]: record[name] for place, record in parts.get(part, [])}
        for part, name in (("term", "key"), ("concept", "name"))
    }
    return Knowledge.read(
        {
            "format": "rhml-knowledge",
            "version": 1,
            "codebook": {
                "version": version,
                "classes": [record for _, record in parts.get("class", [])],
            },
            "lexicon": [_term(record, named["term"]) for _, record in parts.get("term", [])],
            "concept_map": {
                "concepts": [
                    _hung(record, named["concept"]) for _, record in parts.get("concept", [])
                ],
                "links": [
                    {
                        "source": named["concept"][place[1]],
                        "says": place[2],
                        "target": named["concept"][place[3]],
                    }
                    for place, _ in parts.get("link", [])
                ],
            },
            "lessons": [record["text"] for _, record in parts.get("lesson", [])],
            "excerpts": {place[1]: record["text"] for place, record in parts.get("excerpt", [])},
        }
    )


def _term(record: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    stance, label = record["says"]
    rest = {name: value for name, value in record.items() if name != "says"}
    return {**_hung(rest, named), "stance": stance, "label": label}


def _hung(record: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """Return a record under the name its parent has now, in whatever case it had then."""
    parent = record.get("parent")
    return {**record, "parent": named.get(parent.casefold(), parent) if parent else None}
