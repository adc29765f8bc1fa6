"""Live codebook: the codebook of an open session, edited through it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.knowledge.written import edit_words, markdown, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.articulating import Articulating
    from rhml_widgets.items.pool import Item
    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.codebook import Code, Codebook

__all__ = ["LiveCodebook"]

HISTORY = ("seq", "at", "person", "op", "words", "undone")
"""Columns of `LiveCodebook.history`, in order."""

DIFF = ("label", "field", "before", "after")
"""Columns of `LiveCodebook.diff`, in order."""


class LiveCodebook:
    """The classes of a session: what each means, and what became of those that are gone.

    Each edit is kept in the journal, returns its seq, and ``session.undo(seq)`` takes it back.

    Examples
    --------
    >>> import rhml_widgets as rhml
    >>> session = rhml.Session(pool=["free prize", "see you"], classes=["spam", "ham"],
    ...                        journal=None, refit="sync")
    >>> _ = session.codebook.define("spam", "mail nobody asked for")
    >>> seq = session.codebook.rename("spam", "unwanted")
    >>> session.codebook.names
    ['unwanted', 'ham']
    >>> session.undo(seq) == seq, session.codebook.names
    (True, ['spam', 'ham'])
    >>> session.close()
    """

    def __init__(self, session: Articulating) -> None:
        self._session = session

    # ---- reading --------------------------------------------------------------------------

    @property
    def now(self) -> Codebook:
        """The codebook as it stands: a value that later edits leave as it is."""
        with self._session.steady():
            book: Codebook = self._session.state.codebook
            return book

    @property
    def version(self) -> int:
        """The seq of its last edit, 0 before any; what a model version cites."""
        return self.now.version

    @property
    def names(self) -> list[Label]:
        """The classes that can be answered."""
        return self.now.names

    @property
    def classes(self) -> pd.DataFrame:
        """A row a class, retired ones last: label, definition, n_items and the rest."""
        with self._session.steady():
            book, counts = self._session.state.codebook, dict(self._session.state.counts)
        rows = [
            {"label": code.name, "n_items": counts.get(code.name, 0), **code.to_dict()}
            for code in sorted(book.codes, key=lambda code: code.retired)
            if code.status != "undone" or counts.get(code.name)
        ]
        columns = ["label", "definition", "n_items", "status", "parent", "include", "exclude"]
        more = ["examples", "memos", "seeds", "into", "was"]
        return pd.DataFrame(rows, columns=[*columns, *more])

    def __getitem__(self, label: Label) -> Code:
        """Return a class by its name, or one it had."""
        book = self.now
        if label not in book:
            msg = f"no class is or was called {label!r}: the classes are {book.names}"
            raise BadInputError(msg)
        return book[label]

    def __repr__(self) -> str:
        """Say which classes there are, of which version."""
        book = self.now
        return f"Codebook(version {book.version} · {', '.join(map(str, book.names)) or 'no class'})"

    def history(self) -> pd.DataFrame:
        """Return a row an edit, oldest first: seq, at, person, op, words, undone."""
        with self._session.steady():
            state = self._session.state
            revisions, retracted = list(state.revisions.values()), dict(state.retracted)
        rows = [
            (at.seq, at.at, at.person, at.op, edit_words(at.op, at.about), at.seq in retracted)
            for at in revisions
        ]
        return pd.DataFrame(rows, columns=list(HISTORY))

    def at(self, seq: int) -> Codebook:
        """Return the codebook as it stood when the journal had come to ``seq``."""
        if isinstance(seq, bool) or not isinstance(seq, int) or seq < 0:
            msg = f"seq={seq!r}: expected a place in the journal, as codebook.history() lists them"
            raise BadInputError(msg)
        with self._session.steady():
            book: Codebook = self._session.state.codebook_at(seq)
            return book

    def diff(self, before: int, after: int | None = None) -> pd.DataFrame:
        """Return what changed between two places of the journal: label, field, before, after.

        Parameters
        ----------
        before, after : int
            Seqs, as `history` lists them, or what model versions cite; ``after=None``: now.
        """
        first = self.at(before)
        second = self.now if after is None else self.at(after)
        return pd.DataFrame(first.diff(second), columns=list(DIFF))

    def cited_by(self, version: int) -> Codebook:
        """Return the codebook that a model version learned from.

        Raises
        ------
        BadInputError
            If there is no such version.
        """
        with self._session.steady():
            state = self._session.state
            if version not in state.versions:
                msg = f"version={version!r}: expected one of {list(state.versions)[-5:]}"
                raise BadInputError(msg)
            cited = state.cites.get(version, 0)
            book: Codebook = state.codebook_at(cited or state.versions[version].snapshot_seq)
            return book

    def to_markdown(self) -> str:
        """Return it as a page to read and print."""
        with self._session.steady():
            return markdown(self._session.state.codebook, dict(self._session.state.counts))

    def to_csv(self) -> str:
        """Return it as a table, a row a class; several rules stand in lines of one cell."""
        with self._session.steady():
            rows = table(self._session.state.codebook, dict(self._session.state.counts))
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        return text.getvalue()

    # ---- editing --------------------------------------------------------------------------

    def add(self, label: Label, definition: str | None = None) -> int:
        """Add a class, or bring one back that was retired; undoable, unlike ``add_class``."""
        return self._session.revise("add", {"label": label, "definition": definition})

    def define(self, label: Label, definition: str | None) -> int:
        """Say what a class means; None: nothing is said of it."""
        return self._session.revise("define", {"label": label, "definition": definition})

    def include(self, label: Label, text: str) -> int:
        """Add a rule for what belongs to a class although one might doubt it."""
        return self._session.revise("include", {"label": label, "text": text})

    def exclude(self, label: Label, text: str) -> int:
        """Add a rule for what does not belong to a class although it looks like it."""
        return self._session.revise("exclude", {"label": label, "text": text})

    def example(
        self,
        label: Label,
        item_id: str | Item | None = None,
        *,
        text: str | None = None,
        why: str | None = None,
    ) -> int:
        """Show a class by an item of the pool or a text; no answer, and nothing learns from it."""
        about = {"label": label, "item_id": item_id, "text": text, "why": why}
        return self._session.revise("example", about)

    def memo(self, label: Label, text: str) -> int:
        """Write down a thought on a class."""
        return self._session.revise("memo", {"label": label, "text": text})

    def seeds(self, label: Label, seeds: Sequence[str]) -> int:
        """Set the terms that speak for a class."""
        return self._session.revise("seeds", {"label": label, "seeds": list(seeds)})

    def parent(self, label: Label, parent: Label | None) -> int:
        """Say of which class it is a kind; None: of none."""
        return self._session.revise("parent", {"label": label, "parent": parent})

    def drop(self, label: Label, what: str, told: Any) -> int:
        """Take one rule, example or memo out: ``drop("spam", "include", "prizes")``."""
        return self._session.revise("drop", {"label": label, "what": what, "told": told})

    def rename(self, old: Label, new: Label) -> int:
        """Call a class otherwise; its place and its answers stay."""
        return self._session.revise("rename", {"label": old, "name": new})

    def merge(self, labels: Sequence[Label], into: Label) -> int:
        """Make several classes one: answers of each count as ``into``, one of them or a new one.

        What was answered stays in the journal: `Session.undo` tells them apart again.
        """
        return self._session.revise("merge", {"labels": labels, "into": into})

    def split(self, label: Label, into: Sequence[Label]) -> int:
        """Put finer classes in the place of one; its items come back to be answered anew.

        Until an item is answered anew it goes on counting, and teaching the model, as the old
        class, which nobody can answer any more: nobody knows yet which part it is.
        """
        return self._session.revise("split", {"label": label, "into": into})

    def retire(self, label: Label) -> int:
        """Give a class up; its items come back to be answered anew.

        Their answers stay as they are until then; the model no longer learns from them.
        """
        return self._session.revise("retire", {"label": label})

    def relabel(self) -> int:
        """Ask again for the items whose class is gone, those put aside meanwhile included."""
        self._session.revise("relabel", {})
        return self._session.n_anew()
