"""Shared map: ``session.knowledge.concept_map``, edited as an outline, its growth measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.knowledge.concept_map import ConceptMap
from rhml_widgets.knowledge.tree import above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowing import Knowing
    from rhml_widgets.knowledge.concept_map import MapChange
    from rhml_widgets.machine.own_map import OwnMap

__all__ = ["SharedMap"]

COLUMNS = ("name", "depth", "parent", "class", "own_class", "terms", "items", "note")
GROWTH = ("version", "seq", "at", "person", "op", "n_concepts", "n_links")
CHANGES = ("added", "removed", "changed", "linked", "unlinked", "distance")


class SharedMap:
    """The concept map of a session, live. Each edit returns its seq, which ``undo`` takes.

    Examples
    --------
    >>> import rhml_widgets as rhml
    >>> pool = ["free prize now", "win a prize", "see you at home", "home at six"]
    >>> with rhml.Session(pool=pool, classes=["spam", "ham"], journal=None) as session:
    ...     concepts = session.knowledge.concept_map
    ...     _ = concepts.add("bait", label="spam"), concepts.add("prizes", terms=["prize"])
    ...     _ = concepts.indent("prizes")
    ...     concepts.frame()[["name", "depth", "class"]].values.tolist()
    [['bait', 0, 'spam'], ['prizes', 1, 'spam']]
    """

    def __init__(self, session: Knowing) -> None:
        self._session = session

    @property
    def value(self) -> ConceptMap:
        """The map as it stands now: a value that later edits leave as it is."""
        concept_map: ConceptMap = self._session.state.concept_map
        return concept_map

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        """Say how large it is."""
        held = self.value
        return f"<concept map: {len(held)} concepts, {len(held.links)} links>"

    # ---- edits ----------------------------------------------------------------------------

    def add(
        self,
        name: str,
        *,
        parent: str | None = None,
        label: Label | None = None,
        terms: Sequence[str] = (),
        items: Sequence[str] = (),
        note: str | None = None,
        event_id: str | None = None,
    ) -> int:
        """Add a concept, tied to a class, terms and items if given."""
        about = {
            "name": name,
            "parent": parent,
            "label": label,
            "terms": terms if isinstance(terms, str) else list(terms),
            "items": self._ids(items),
            "note": note,
        }
        told = {name: one for name, one in about.items() if one not in (None, [])}
        return self._session.revise_map("add", told, event_id=event_id)

    def rename(self, name: str, to: str, *, event_id: str | None = None) -> int:
        """Give a concept another name; what hangs under it and its links stay."""
        return self._session.revise_map("rename", {"name": name, "to": to}, event_id=event_id)

    def move(self, name: str, parent: str | None, *, event_id: str | None = None) -> int:
        """Hang a concept under another one; None: under none."""
        about = {"name": name, "parent": parent}
        return self._session.revise_map("move", about, event_id=event_id)

    def indent(self, name: str, *, event_id: str | None = None) -> int:
        """Hang a concept under the one before it on its level, as Tab does in an outline.

        Raises
        ------
        BadInputError
            If it is the first of its level.
        """
        held = self.value
        one = held.require(name)
        level = [other.name for other, _ in held.outline() if other.parent == one.parent]
        place = level.index(one.name)
        if not place:
            msg = f"{one.name!r} is the first of its level: there is none before it to hang under"
            raise BadInputError(msg)
        return self.move(one.name, level[place - 1], event_id=event_id)

    def outdent(self, name: str, *, event_id: str | None = None) -> int:
        """Hang a concept beside what it hangs under, as Shift+Tab does in an outline.

        Raises
        ------
        BadInputError
            If it hangs under none.
        """
        held = self.value
        one = held.require(name)
        if one.parent is None:
            msg = f"{one.name!r} hangs under nothing already"
            raise BadInputError(msg)
        return self.move(one.name, held.require(one.parent).parent, event_id=event_id)

    def tie(self, name: str, *, event_id: str | None = None, **about: Any) -> int:
        """Tie a concept to a ``label``, ``terms`` or ``items``, or set its ``note``.

        What is given takes the place of what was; an empty list or None unties.
        """
        if "items" in about:
            about["items"] = self._ids(about["items"])
        if "terms" in about and not isinstance(about["terms"], str):
            about["terms"] = list(about["terms"])
        return self._session.revise_map("tie", {"name": name, **about}, event_id=event_id)

    def link(self, source: str, says: str, target: str, *, event_id: str | None = None) -> int:
        """Link two concepts, saying what the one has to do with the other."""
        about = {"source": source, "says": says, "target": target}
        return self._session.revise_map("link", about, event_id=event_id)

    def unlink(self, source: str, says: str, target: str, *, event_id: str | None = None) -> int:
        """Take a link out."""
        about = {"source": source, "says": says, "target": target}
        return self._session.revise_map("unlink", about, event_id=event_id)

    def remove(self, name: str, *, event_id: str | None = None) -> int:
        """Take a concept and its links out; what hung under it moves up."""
        return self._session.revise_map("remove", {"name": name}, event_id=event_id)

    def _ids(self, items: Any) -> Any:
        if isinstance(items, str):
            return items  # refused below: one id is no list of ids
        pool = self._session.pool
        return [pool.ids[pool.number(one)] for one in items or ()]

    # ---- reading --------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """Return a row a concept, each before what hangs under it.

        Returns
        -------
        DataFrame
            name, depth, parent, ``class`` (its own or that of the nearest one above),
            ``own_class``, terms, items, note.
        """
        held = self.value
        rows = [
            (
                one.name,
                depth,
                one.parent,
                _label_of(held, one.name),
                one.label,
                one.terms,
                one.items,
                one.note,
            )
            for one, depth in held.outline()
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype({"depth": "int64"})

    def links(self) -> pd.DataFrame:
        """Return the links: source, says, target."""
        rows = [(one.source, one.says, one.target) for one in self.value.links]
        return pd.DataFrame(rows, columns=["source", "says", "target"])

    def at(self, seq: int) -> ConceptMap:
        """Return the map of the edits up to ``seq`` in the journal that still stand."""
        edits = self._session.state.map_edits
        return ConceptMap.folded(one for one in edits.values() if one.seq <= seq)

    def diff(self, since: int = 0, until: int | None = None) -> MapChange:
        """Return what changed between two places in the journal, as between two cycles."""
        after = self.value if until is None else self.at(until)
        return after.diff(self.at(since))

    def growth(self) -> pd.DataFrame:
        """Return the map's versions: how large each was and what it changed.

        An expert's learning can be read off the change of their map (Cohen et al. 2025).

        Returns
        -------
        DataFrame
            A row an edit that stands: version, seq, at (UTC), person, op, n_concepts, n_links;
            how many concepts were ``added``, ``removed`` and ``changed``, how many links
            ``linked`` and ``unlinked``; their sum is ``distance``, the edit distance to the
            version before.
        """
        rows = []
        held = ConceptMap()
        for version, one in enumerate(self._session.state.map_edits.values(), 1):
            after = held.followed(one)
            change = after.diff(held)
            counts = [len(getattr(change, name)) for name in CHANGES[:-1]]
            size = (len(after), len(after.links))
            who = (one.seq, one.at, one.person, one.op)
            rows.append((version, *who, *size, *counts, change.distance))
            held = after
        return pd.DataFrame(rows, columns=[*GROWTH, *CHANGES])

    # ---- beside the model's own -----------------------------------------------------------

    def of_model(self, n: int = 8) -> OwnMap:
        """Return the model's own map: its classes, heaviest terms and which stand together."""
        return self._session.own_map(n)

    def disagreements(self, n: int = 20) -> pd.DataFrame:
        """Return where the model makes other things of terms than this map and the lexicon say.

        Returns
        -------
        DataFrame
            ``kind`` ("other class", "missing", "not heard"), term, ``mine``, ``theirs``,
            ``strength`` (see `Disagreement`), strongest disagreement first.
        """
        found = self._session.own_map().against(self._said(), n)
        return pd.DataFrame(found, columns=["kind", "term", "mine", "theirs", "strength"])

    def _said(self) -> list[tuple[str, Label]]:
        """Return the terms this map ties to a class, and those of the lexicon."""
        held, lexicon = self.value, self._session.state.lexicon
        said: list[tuple[str, Label]] = []
        for name, one in held.concepts.items():
            label = _label_of(held, name)
            for text in one.terms:
                entry = lexicon.find(text)
                texts = [text] if entry is None else [entry.term, *entry.synonyms]
                own = label if label is not None else entry and lexicon.label_of(entry.key)
                said += [(word, own) for word in texts if own is not None]
        tied = {term.casefold() for term, _ in said}
        return said + [
            (row["term"], row["label"])
            for row in lexicon.stances()
            if row["label"] is not None and row["term"].casefold() not in tied
        ]


def _label_of(held: ConceptMap, name: str) -> Label | None:
    """Return the class a concept stands for: its own, or that of the nearest one above."""
    chain = [name, *above(held.parents, name)]
    labels = (held.concepts[one].label for one in chain)
    return next((label for label in labels if label is not None), None)
