"""Shared lexicon: ``session.knowledge.lexicon``, to be read, edited and proposed to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.exceptions import BadInputError, NotWrittenError
from rhml_widgets.knowledge.lexicon_file import (
    MOST_BYTES,
    csv_of,
    json_of,
    lexicon_of_csv,
    lexicon_of_json,
)

if TYPE_CHECKING:
    import os

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowing import Knowing
    from rhml_widgets.knowledge.lexicon import Lexicon
    from rhml_widgets.machine.effect import Effect

__all__ = ["SharedLexicon", "read_text", "write_text"]

COLUMNS = ("key", "term", "depth", "class", "own_class", "stance", "weight", "parent")
"""First columns of `SharedLexicon.frame`."""

PROPOSALS = ("term", "class", "n_with", "n_of_class", "n_unjudged", "gain", "low", "high", "n")
"""First columns of `SharedLexicon.proposals`."""


class SharedLexicon:
    """The terms of a session, live; what was taught with `Session.teach` is among them.

    Each edit is kept in the journal, refits the model where it changes what terms say, and
    returns its `Effect`: ``session.undo(effect.lesson)`` takes it back.

    Examples
    --------
    >>> import rhml_widgets as rhml
    >>> pool = ["free prize now", "win a prize", "see you at home", "home at six"]
    >>> with rhml.Session(pool=pool, classes=["spam", "ham"], journal=None,
    ...                   refit="sync") as session:
    ...     lexicon = session.knowledge.lexicon
    ...     _ = lexicon.add("offers", label="spam", synonyms=["prize"])
    ...     _ = lexicon.add("free*", parent="offers")
    ...     lexicon.frame()[["term", "class"]].values.tolist()
    [['offers', 'spam'], ['free*', 'spam']]
    """

    def __init__(self, session: Knowing) -> None:
        self._session = session

    @property
    def value(self) -> Lexicon:
        """The lexicon as it stands now: a value that later edits leave as it is."""
        lexicon: Lexicon = self._session.state.lexicon
        return lexicon

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        """Say how many terms there are."""
        n = len(self)
        return f"<lexicon of {n} term{'' if n == 1 else 's'}>"

    # ---- edits ----------------------------------------------------------------------------

    def add(
        self,
        term: str,
        label: Label | None = None,
        *,
        parent: str | None = None,
        synonyms: tuple[str, ...] | list[str] = (),
        weight: float = 1.0,
        stance: str = "supports",
        note: str | None = None,
        key: str | None = None,
        event_id: str | None = None,
    ) -> Effect:
        """Add a term.

        Parameters
        ----------
        term : str
            A word or a phrase; ``btc*`` stands for all words of the pool it fits.
        label : label, optional
            The class it speaks for; None: that of what it hangs under, or it is a heading only.
        parent : str, optional
            The key of what it hangs under.
        synonyms : list of str
            They say what the term says.
        weight : float in (0, 10]
        stance : {"supports", "irrelevant"}
        note : str, optional
        key : str, optional
            Its name in the lexicon, where a term has several senses.
        """
        about = {
            "term": term,
            "label": label,
            "parent": parent,
            "synonyms": list(synonyms) if not isinstance(synonyms, str) else synonyms,
            "weight": weight,
            "stance": stance,
            "note": note,
            "key": key,
        }
        told = {name: one for name, one in about.items() if one is not None}
        return self._session.revise_lexicon("add", told, event_id=event_id)

    def change(self, key: str, *, event_id: str | None = None, **about: Any) -> Effect:
        """Change what is said of a term: ``term``, ``label``, ``stance``, ``weight``, ``synonyms``
        or ``note``.
        """  # noqa: D205
        if "synonyms" in about and isinstance(about["synonyms"], tuple):
            about["synonyms"] = list(about["synonyms"])
        return self._session.revise_lexicon("change", {"key": key, **about}, event_id=event_id)

    def move(self, key: str, parent: str | None, *, event_id: str | None = None) -> Effect:
        """Hang a term under another one; None: under none."""
        about = {"key": key, "parent": parent}
        return self._session.revise_lexicon("move", about, event_id=event_id)

    def remove(self, key: str, *, event_id: str | None = None) -> Effect:
        """Take a term out; what hung under it moves up and goes on saying what it said."""
        return self._session.revise_lexicon("remove", {"key": key}, event_id=event_id)

    # ---- proposals ------------------------------------------------------------------------

    def proposals(self, n: int = 5) -> pd.DataFrame:
        """Return terms that the judged items speak for and that would help, surest first.

        Returns
        -------
        DataFrame
            term, class, ``n_with`` and ``n_of_class`` (judged items that hold it, and of these
            with the class), ``n_unjudged`` (items nobody judged that hold it), ``gain``, ``low``
            and ``high`` (what it saves of the log-loss of ``n`` judged items, in nats an item, by
            cross-validation, with a 95 % interval), ``helps`` (whether the interval is above 0),
            ``heard`` (how the model hears it), ``supporting`` (ids of up to 5 judged items).
        """
        found = self._session.propose_terms(n)
        classes, ids = self._session.classes_, self._session.pool.ids
        heard = self._session.hearing([one.term for one in found])
        rows = [
            {
                "term": one.term,
                "class": classes[one.label_index],
                **{name: getattr(one, name) for name in PROPOSALS[2:]},
                "helps": one.helps,
                "heard": heard[one.term].words if one.term in heard else "",
                "supporting": [ids[number] for number in one.supporting[:5]],
            }
            for one in found
        ]
        return pd.DataFrame(rows, columns=[*PROPOSALS, "helps", "heard", "supporting"])

    def accept(
        self, term: str, *, parent: str | None = None, event_id: str | None = None
    ) -> Effect:
        """Take in a term that was proposed; it is marked as the model's."""
        return self._session.accept_term(term, parent=parent, event_id=event_id)

    def reject(self, term: str, why: str | None = None, *, event_id: str | None = None) -> int:
        """Turn down a term that was proposed: it is not proposed for that class again."""
        return self._session.reject_term(term, why, event_id=event_id)

    # ---- reading --------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """Return a row a term, each before what hangs under it.

        Returns
        -------
        DataFrame
            key, term, depth, ``class`` (its own or inherited), ``own_class``, stance, weight,
            parent, synonyms, note, by, person, ``heard`` (how the model hears it), ``n_items`` (of
            the pool that hold it).
        """
        lexicon = self.value
        heard = self._session.hearing([one.term for one, _ in lexicon.outline()])
        rows = [
            {
                "key": one.key,
                "term": one.term,
                "depth": depth,
                "class": lexicon.label_of(one.key),
                "own_class": one.label,
                "stance": one.stance,
                "weight": one.weight,
                "parent": one.parent,
                "synonyms": one.synonyms,
                "note": one.note,
                "by": one.by,
                "person": one.person,
                "heard": heard[one.term].words if one.term in heard else "",
                "n_items": heard[one.term].n_items if one.term in heard else 0,
            }
            for one, depth in lexicon.outline()
        ]
        more = ("synonyms", "note", "by", "person", "heard", "n_items")
        kinds = {"depth": "int64", "weight": "float64", "n_items": "int64"}
        return pd.DataFrame(rows, columns=[*COLUMNS, *more], dtype=object).astype(kinds)

    # ---- files ----------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the lexicon as CSV or JSON, by the path's suffix; nothing of it is lost.

        Raises
        ------
        BadInputError
            For another suffix.
        NotWrittenError
        """
        suffix = Path(path).suffix.casefold()
        if suffix not in (".csv", ".json"):
            msg = f"path={str(path)!r}: expected a name that ends in .csv or .json"
            raise BadInputError(msg)
        return write_text(path, (csv_of if suffix == ".csv" else json_of)(self.value))

    def load(self, path: str | os.PathLike[str], *, event_id: str | None = None) -> Effect:
        """Put the lexicon of a CSV or JSON file in the place of this one; one edit, one undo."""
        text = read_text(path)
        csv_like = Path(path).suffix.casefold() == ".csv"
        lexicon = (lexicon_of_csv if csv_like else lexicon_of_json)(text)
        about = {"terms": lexicon.filed()}
        return self._session.revise_lexicon("load", about, event_id=event_id)


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write a text file whole or not at all; return its path.

    Raises
    ------
    NotWrittenError
    """
    target = Path(path).expanduser()
    beside = target.with_name(f"{target.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        msg = f"{target} could not be written: {error.strerror or error}; what was there still is"
        raise NotWrittenError(msg) from error
    return target


def read_text(path: str | os.PathLike[str]) -> str:
    """Return a text file, refusing what is too large or not UTF-8.

    Raises
    ------
    BadInputError
    """
    source = Path(path).expanduser()
    try:
        with source.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        msg = f"{source} cannot be read: {error.strerror or error}"
        raise BadInputError(msg) from error
    if len(raw) > MOST_BYTES:
        msg = f"{source} is larger than {MOST_BYTES:,} bytes: nobody wrote that as knowledge"
        raise BadInputError(msg)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{source} is no UTF-8 text: {error}"
        raise BadInputError(msg) from error
