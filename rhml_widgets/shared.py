"""Shared: ``session.knowledge``, what person and model share, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.exceptions import warn
from rhml_widgets.knowledge.concept_map import ConceptMap
from rhml_widgets.knowledge.knowledge import Knowledge
from rhml_widgets.shared_lexicon import SharedLexicon
from rhml_widgets.shared_map import SharedMap

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowing import Knowing
    from rhml_widgets.knowledge.merge import Merge
    from rhml_widgets.machine.effect import Effect

__all__ = ["Shared", "classes_of", "read_knowledge"]

_KEPT = {"name", "definition", "seeds", "retired"}
"""What a session keeps of a class of a knowledge file."""

_EXCERPT = 80


class Shared:
    """What a session knows beyond labels: read, edited and kept through the session.

    Attributes
    ----------
    lexicon : SharedLexicon
    concept_map : SharedMap
    """

    def __init__(self, session: Knowing) -> None:
        self._session = session
        self.lexicon = SharedLexicon(session)
        self.concept_map = SharedMap(session)

    def __repr__(self) -> str:
        """Say how much it is."""
        return repr(self.value)

    @property
    def codebook(self) -> dict[str, Any]:
        """The classes as a knowledge file holds them."""
        state = self._session.state
        rows = []
        for name, definition in state.classes.items():
            row = {"name": name, "definition": definition, "seeds": state.seeds.get(name)}
            rows.append({key: value for key, value in row.items() if value not in (None, [])})
        return {"version": 0, "classes": rows}

    @property
    def lessons(self) -> list[str]:
        """Notes on the session as a whole, oldest first."""
        notes = self._session.state.notes.values()
        return list(dict.fromkeys(text for item_id, text in notes if item_id is None))

    @property
    def value(self) -> Knowledge:
        """All of it as a value, which later edits leave as it is."""
        state = self._session.state
        return Knowledge(self.codebook, state.lexicon, state.concept_map, tuple(self.lessons))

    # ---- files ----------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], *, excerpts: bool = False) -> Path:
        """Write all of it to one YAML file (or JSON, by the suffix) that a person can read.

        Parameters
        ----------
        path : path
            Replaced whole, or not at all.
        excerpts : bool
            Whether the items it refers to go with it, each with its first words. Without, there
            are ids only: nothing of the texts leaves but the terms.

        Raises
        ------
        NotWrittenError
        """
        known = self.value
        if excerpts:
            pool = self._session.pool
            items = {one for c in known.concept_map.concepts.values() for one in c.items}
            texts = {
                one: pool.words(pool.number(one))[:_EXCERPT] for one in sorted(items) if one in pool
            }
            kept = {one: text for one, text in texts.items() if text.strip()}
            known = Knowledge(known.codebook, known.lexicon, known.concept_map, known.lessons, kept)
        return known.save(path)

    def diff(self, other: Knowledge | str | os.PathLike[str]) -> pd.DataFrame:
        """Return what has to change here to make it another's: place, field, before, after."""
        found = self.value.diff(read_knowledge(other))
        columns = ["place", "field", "before", "after"]
        return pd.DataFrame([tuple(one) for one in found], columns=columns, dtype=object)

    def merge(
        self,
        base: Knowledge | str | os.PathLike[str],
        theirs: Knowledge | str | os.PathLike[str],
        **options: Any,
    ) -> Merge:
        """Return this and another's together, both from ``base``; `take` makes it this session's.

        See `Knowledge.merge`.
        """
        return self.value.merge(read_knowledge(base), read_knowledge(theirs), **options)

    def take(self, known: Knowledge | str | os.PathLike[str]) -> Effect:
        """Put another lexicon and concept map in the place of these.

        Classes it knows and this session does not are added. The lexicon and the map are an
        edit each: ``undo`` takes them back, the map first.

        Returns
        -------
        Effect
            Of the lexicon.
        """
        given = read_knowledge(known)
        session = self._session
        new = [one for one in classes_of(given) if one not in session.classes_]
        for label in new:
            session.add_class(label)
        effect = session.revise_lexicon("load", {"terms": given.lexicon.filed()})
        if given.concept_map != ConceptMap() or len(self.concept_map):
            session.revise_map("load", given.concept_map.filed())
        return effect

    def history(self) -> pd.DataFrame:
        """Return the edits that stand, oldest first.

        Returns
        -------
        DataFrame
            seq, at (UTC), person, by, ``part`` ("lexicon", "concept map"), op, about.
        """
        state = self._session.state
        edits = [("lexicon", one) for one in state.spoken]
        edits += [("concept map", one) for one in state.map_edits.values()]
        edits.sort(key=lambda pair: pair[1].seq)
        rows = [
            (one.seq, one.at, one.person, one.by, part, one.op, one.about) for part, one in edits
        ]
        columns = ["seq", "at", "person", "by", "part", "op", "about"]
        return pd.DataFrame(rows, columns=columns, dtype=object)


def read_knowledge(known: Any) -> Knowledge:
    """Return knowledge, given as itself or as the path of its file.

    Warns
    -----
    UserWarning
        If its codebook says more than a session of this release can keep.
    """
    found = known if isinstance(known, Knowledge) else Knowledge.load(known)
    more = {name for row in found.codebook["classes"] for name in row} - _KEPT
    if more:
        warn(
            f"{', '.join(sorted(more))} of the codebook stay in the file: a session keeps names, "
            "definitions and seeds of classes"
        )
    return found


def classes_of(known: Knowledge) -> dict[Label, dict[str, Any]]:
    """Return the classes of knowledge as `Session` takes them, retired ones left out."""
    return {
        row["name"]: {"definition": row.get("definition"), "seeds": row.get("seeds", [])}
        for row in known.codebook["classes"]
        if not row.get("retired")
    }
