"""Concept map: what a person takes the classes to be about, as concepts and labeled links."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy
from rhml_widgets.knowledge.tree import outline, require_free, require_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.lexicon import Revision

__all__ = ["Concept", "ConceptMap", "Link", "MapChange"]

LONGEST = 200
"""Characters a name may have."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A node: a name, what it hangs under, and what it is tied to.

    ``label`` is the class it stands for, ``terms`` are keys or texts of the lexicon, ``items``
    ids of items that show it.
    """

    name: str
    parent: str | None = None
    label: Label | None = None
    terms: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    note: str | None = None

    def filed(self) -> dict[str, Any]:
        """Return what a file holds of it: what is not as usual."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        told = {name: list(v) if isinstance(v, tuple) else v for name, v in told.items()}
        return {name: value for name, value in told.items() if value not in (None, [])}


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A labeled edge: ``source`` ``says`` ``target``, as in "dealers" "hide behind" "emoji"."""

    source: str
    says: str
    target: str


@dataclass(frozen=True, slots=True)
class MapChange:
    """What differs between two maps: names of concepts, and links.

    ``changed`` concepts are in both, with another place, class, tie or note. ``distance`` is how
    many concepts and links were added, removed or changed: an edit distance of the two graphs.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    linked: tuple[Link, ...]
    unlinked: tuple[Link, ...]

    @property
    def distance(self) -> int:
        """Concepts and links that were added, removed or changed."""
        return sum(len(getattr(self, one.name)) for one in fields(self))


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """Concepts by name, in the order of an outline, and links. A value: edits give another one.

    Examples
    --------
    >>> from rhml_widgets.knowledge.lexicon import Revision
    >>> before = ConceptMap.read({"concepts": [{"name": "hackers"}, {"name": "amateurs"}]})
    >>> after = before.revised(Revision(1, "move", {"name": "amateurs", "parent": "hackers"}))
    >>> [(one.name, depth) for one, depth in after.outline()], after.diff(before).changed
    ([('hackers', 0), ('amateurs', 1)], ('amateurs',))
    """

    concepts: dict[str, Concept] = field(default_factory=dict)
    links: tuple[Link, ...] = ()

    def __len__(self) -> int:
        return len(self.concepts)

    @property
    def parents(self) -> dict[str, str | None]:
        """What each concept hangs under."""
        return {name: one.parent for name, one in self.concepts.items()}

    def outline(self) -> list[tuple[Concept, int]]:
        """Return the concepts with their depth, each before what hangs under it."""
        return [(self.concepts[name], depth) for name, depth in outline(self.parents)]

    def require(self, name: Any) -> Concept:
        """Return a concept by name, in any case.

        Raises
        ------
        BadInputError
        """
        folded = name.casefold() if isinstance(name, str) else None
        for known, one in self.concepts.items():
            if known.casefold() == folded:
                return one
        msg = f"the map has no concept {name!r:.80}; session.knowledge.concept_map.frame() lists it"
        raise BadInputError(msg)

    def diff(self, before: ConceptMap) -> MapChange:
        """Return what changed since an older map; a renamed concept is one gone and one new."""
        mine, theirs = self.concepts, before.concepts
        return MapChange(
            added=tuple(sorted(mine.keys() - theirs.keys())),
            removed=tuple(sorted(theirs.keys() - mine.keys())),
            changed=tuple(sorted(n for n in mine.keys() & theirs.keys() if mine[n] != theirs[n])),
            linked=tuple(sorted({*self.links} - {*before.links})),
            unlinked=tuple(sorted({*before.links} - {*self.links})),
        )

    # ---- edits ----------------------------------------------------------------------------

    def revised(self, revision: Revision) -> ConceptMap:
        """Return it after an edit.

        Parameters
        ----------
        revision : Revision
            ``op`` is ``add``, ``rename``, ``move``, ``tie`` (class, terms, items, note),
            ``remove``, ``link``, ``unlink`` or ``load``.

        Raises
        ------
        BadInputError
            If it cannot be: a cycle, a name that is taken, a concept that is not there.
        """
        if revision.op not in _OPS:
            msg = f"op={revision.op!r}: expected one of {sorted(_OPS)}"
            raise BadInputError(msg)
        return _OPS[revision.op](self, revision.about)

    def followed(self, revision: Revision) -> ConceptMap:
        """Return it after an edit of the past: unchanged where that can no longer be."""
        try:
            return self.revised(revision)
        except (BadInputError, KeyError, TypeError, ValueError):
            return self

    @staticmethod
    def folded(revisions: Iterable[Revision]) -> ConceptMap:
        """Return what edits add up to; one that no longer can be changes nothing."""
        concept_map = ConceptMap()
        for revision in revisions:
            concept_map = concept_map.followed(revision)
        return concept_map

    # ---- files ----------------------------------------------------------------------------

    def filed(self) -> dict[str, Any]:
        """Return it as a file holds it, sorted."""
        return {
            "concepts": [self.concepts[name].filed() for name in sorted(self.concepts)],
            "links": [
                {"source": one.source, "says": one.says, "target": one.target}
                for one in sorted(self.links)
            ],
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> ConceptMap:
        """Return the map a file holds.

        Raises
        ------
        BadInputError
            If a concept or link is malformed, or the tree is none.
        """
        concepts: dict[str, Concept] = {}
        for row in told.get("concepts") or ():
            one = _concept(row)
            require_free(concepts, one.name, "concept")
            concepts[one.name] = one
        parents = {name: one.parent for name, one in concepts.items()}
        for name, one in concepts.items():
            require_place(parents, name, one.parent)
        found = cls(concepts)
        for row in told.get("links") or ():
            if not hasattr(row, "keys") or set(row) != {"source", "says", "target"}:
                msg = f"a link is {row!r:.80}: expected source, says and target"
                raise BadInputError(msg)
            found = _link(found, row)
        return found


def _concept(row: Any) -> Concept:
    known = {one.name for one in fields(Concept)}
    if not hasattr(row, "keys") or not set(row) <= known:
        msg = f"a concept is {row!r:.80}: expected {', '.join(sorted(known))}"
        raise BadInputError(msg)
    name = _name(row.get("name"))
    label, parent, note = row.get("label"), row.get("parent"), row.get("note")
    if label is not None and not isinstance(label, str | int):
        msg = f"label={label!r:.80} of concept {name!r}: expected a class"
        raise BadInputError(msg)
    if any(one is not None and not isinstance(one, str) for one in (parent, note)):
        msg = f"concept {name!r}: expected parent and note to be words"
        raise BadInputError(msg)
    ties = {}
    for tie in ("terms", "items"):
        given = row.get(tie) or ()
        if isinstance(given, str) or not all(isinstance(one, str) for one in given):
            msg = f"{tie}={given!r:.80} of concept {name!r}: expected a list of str"
            raise BadInputError(msg)
        ties[tie] = tuple(dict.fromkeys(tidy(one) for one in given))
    return Concept(name, parent, label, ties["terms"], ties["items"], note and tidy(note))


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        msg = f"name={value!r:.80}: expected words of at most {LONGEST} characters"
        raise BadInputError(msg)
    return tidy(value.strip())


# ---- what each edit does --------------------------------------------------------------------


def _add(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    one = _concept(about)
    require_free(held.concepts, one.name, "concept")
    if one.parent is not None:
        one = replace(one, parent=held.require(one.parent).name)
    return replace(held, concepts={**held.concepts, one.name: one})


def _rename(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    before, new = held.require(about["name"]).name, _name(about["to"])
    if new.casefold() != before.casefold():
        require_free(held.concepts, new, "concept")

    def named(name: str | None) -> Any:
        return new if name == before else name

    concepts = {
        named(name): replace(one, name=named(name), parent=named(one.parent))
        for name, one in held.concepts.items()
    }
    links = tuple(Link(named(one.source), one.says, named(one.target)) for one in held.links)
    return ConceptMap(concepts, links)


def _move(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    one = held.require(about["name"])
    parent = about["parent"]
    parent = None if parent is None else held.require(parent).name
    require_place(held.parents, one.name, parent)
    return replace(held, concepts={**held.concepts, one.name: replace(one, parent=parent)})


def _tie(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    one = held.require(about["name"])
    ties = {name: value for name, value in about.items() if name != "name"}
    unknown = sorted(set(ties) - {"label", "terms", "items", "note"})
    if unknown:
        msg = f"a concept has no {unknown[0]!r} to tie: expected label, terms, items or note"
        raise BadInputError(msg)
    tied = _concept({**one.filed(), **ties, "name": one.name})
    return replace(held, concepts={**held.concepts, one.name: tied})


def _remove(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    gone = held.require(about["name"])
    concepts = {
        name: replace(one, parent=gone.parent) if one.parent == gone.name else one
        for name, one in held.concepts.items()
        if name != gone.name
    }
    links = tuple(one for one in held.links if gone.name not in (one.source, one.target))
    return ConceptMap(concepts, links)


def _link(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    link = _of(held, about)
    if link.source == link.target:
        msg = f"a link from {link.source!r} to itself says nothing"
        raise BadInputError(msg)
    if link in held.links:
        msg = f"{link.source!r} {link.says!r} {link.target!r} is linked already"
        raise BadInputError(msg)
    return replace(held, links=(*held.links, link))


def _unlink(held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    link = _of(held, about)
    if link not in held.links:
        msg = f"there is no link {link.source!r} {link.says!r} {link.target!r}"
        raise BadInputError(msg)
    return replace(held, links=tuple(one for one in held.links if one != link))


def _of(held: ConceptMap, about: Mapping[str, Any]) -> Link:
    ends = (held.require(about[end]).name for end in ("source", "target"))
    source, target = ends
    return Link(source, _name(about["says"]), target)


def _load(_held: ConceptMap, about: Mapping[str, Any]) -> ConceptMap:
    return ConceptMap.read(about)


_OPS = {
    "add": _add,
    "rename": _rename,
    "move": _move,
    "tie": _tie,
    "remove": _remove,
    "link": _link,
    "unlink": _unlink,
    "load": _load,
}
