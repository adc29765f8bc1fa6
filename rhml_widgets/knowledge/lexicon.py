"""Lexicon: what terms mean here, as a tree, and what each edit makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.ranges import require_range
from rhml_widgets.knowledge.pattern import require_pattern
from rhml_widgets.knowledge.tree import above, outline, require_free, require_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rhml_widgets.journal.events import Label

__all__ = ["HEAVIEST", "Lexicon", "Revision", "Term"]

HEAVIEST = 10.0
"""The most a term may weigh; 1 is the usual."""

LONGEST = 200
"""Characters a term may have."""

_FILED = ("term", "label", "stance", "weight", "parent", "synonyms", "note", "by", "person")
_SPEECH = ("term", "label", "stance", "weight", "synonyms", "item_id")


@dataclass(frozen=True, slots=True)
class Revision:
    """One edit of a lexicon or a map, as the journal holds it; ``at`` is its wall clock."""

    seq: int
    op: str
    about: dict[str, Any]
    person: str = ""
    by: str = "human"
    at: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the lexicon.

    Attributes
    ----------
    key : str
        Its name in the lexicon: the term itself, unless one term has several senses.
    term : str
        A word, a phrase, a character pattern (``btc*``), a column; or a mere heading.
    label : label or None
        The class it speaks for; None: that of what it hangs under.
    stance : {"supports", "irrelevant"}
        "irrelevant" strikes it: it speaks for no class.
    weight : float in (0, 10]
    parent : str or None
        Key of the entry it hangs under.
    synonyms : tuple of str
        They say what the term says.
    note : str or None
    by : {"human", "model"}
        Who thought of it.
    person : str or None
        Pseudonym of who put it here.
    item_id : str or None
        Of rows, the item in which a column was spoken of.
    seq : int
        Of the edit that last changed what it says; the newer one wins where two contradict.
    """

    key: str
    term: str
    label: Label | None = None
    stance: str = "supports"
    weight: float = 1.0
    parent: str | None = None
    synonyms: tuple[str, ...] = ()
    note: str | None = None
    by: str = "human"
    person: str | None = None
    item_id: str | None = None
    seq: int = field(default=0, compare=False)

    def filed(self) -> dict[str, Any]:
        """Return what a file holds of it: what is not as usual."""
        usual = {one.name: one.default for one in fields(self)}
        told = {name: getattr(self, name) for name in _FILED}
        told["synonyms"] = list(self.synonyms)
        kept = {n: value for n, value in told.items() if value not in (usual[n], [])}
        return kept if self.key == self.term else {"key": self.key, **kept}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms by key, in the order they came. A value: each edit gives another one.

    Examples
    --------
    >>> lexicon = Lexicon().add("substances", label="drugs").add("molly", parent="substances")
    >>> lexicon.label_of("molly"), [row["term"] for row in lexicon.stances()]
    ('drugs', ['substances', 'molly'])
    """

    terms: dict[str, Term] = field(default_factory=dict)

    # ---- reading --------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def parents(self) -> dict[str, str | None]:
        """What each entry hangs under."""
        return {key: one.parent for key, one in self.terms.items()}

    def label_of(self, key: str) -> Label | None:
        """Return the class an entry speaks for: its own, or that of the nearest one above."""
        one = self.terms[key]
        if one.label is not None or one.stance == "irrelevant":
            return one.label
        up = (self.terms[name].label for name in above(self.parents, key))
        return next((label for label in up if label is not None), None)

    def outline(self) -> list[tuple[Term, int]]:
        """Return the entries with their depth, each before what hangs under it."""
        return [(self.terms[key], depth) for key, depth in outline(self.parents)]

    def stances(self) -> list[dict[str, Any]]:
        """Return what the terms and their synonyms say, by the age of what they say.

        Returns
        -------
        list of dict
            ``term``, ``label``, ``stance``, ``strength``, ``item_id`` and ``seq``; entries without
            a class of their own or above them say nothing.
        """
        said = []
        for key, one in self.terms.items():
            label = self.label_of(key)
            if label is None and one.stance == "supports":
                continue
            row = {"label": label, "stance": one.stance, "strength": one.weight}
            about = {**row, "item_id": one.item_id, "seq": one.seq}
            said += [{"term": text, **about} for text in dict.fromkeys((one.term, *one.synonyms))]
        return sorted(said, key=lambda row: row["seq"])

    def find(self, text: str) -> Term | None:
        """Return the entry of that key, or else the first with that term or synonym."""
        wanted = text.casefold()
        for one in self.terms.values():
            if one.key.casefold() == wanted:
                return one
        for one in self.terms.values():
            if wanted in {word.casefold() for word in (one.term, *one.synonyms)}:
                return one
        return None

    def require(self, key: str) -> Term:
        """Return an entry by key, term or synonym.

        Raises
        ------
        BadInputError
        """
        found = self.find(key) if isinstance(key, str) else None
        if found is None:
            msg = f"the lexicon has no {key!r}; session.knowledge.lexicon.frame() lists what it has"
            raise BadInputError(msg)
        return found

    # ---- edits ----------------------------------------------------------------------------

    def add(self, term: str, **about: Any) -> Lexicon:
        """Return it with one more entry: see `Term` for what may be said of it."""
        return self.revised(Revision(0, "add", {"term": term, **about}))

    def revised(self, revision: Revision) -> Lexicon:
        """Return it after an edit.

        Parameters
        ----------
        revision : Revision
            ``op`` is ``add``, ``change``, ``move``, ``remove``, ``teach`` (what `Session.teach`
            told) or ``load`` (a whole lexicon in the place of this one).

        Raises
        ------
        BadInputError
            If it cannot be: a cycle, a name that is taken, an entry that is not there.
        """
        if revision.op not in _OPS:
            msg = f"op={revision.op!r}: expected one of {sorted(_OPS)}"
            raise BadInputError(msg)
        return Lexicon(_OPS[revision.op](self, revision))

    @staticmethod
    def folded(revisions: Iterable[Revision], but: Iterable[int] = ()) -> Lexicon:
        """Return what edits add up to, but for some; one that no longer can be changes nothing."""
        left_out = set(but)
        lexicon = Lexicon()
        for revision in revisions:
            if revision.seq not in left_out:
                lexicon = lexicon.followed(revision)
        return lexicon

    def followed(self, revision: Revision) -> Lexicon:
        """Return it after an edit of the past: unchanged where that can no longer be."""
        try:
            return self.revised(revision)
        except (BadInputError, KeyError, TypeError, ValueError):
            return self

    # ---- files ----------------------------------------------------------------------------

    def filed(self) -> list[dict[str, Any]]:
        """Return it as a file holds it: sorted by key, only what is not as usual."""
        return [self.terms[key].filed() for key in sorted(self.terms)]

    @classmethod
    def read(cls, rows: Iterable[Mapping[str, Any]]) -> Lexicon:
        """Return the lexicon a file holds, in any order of its rows.

        Raises
        ------
        BadInputError
            If a row is malformed, or the tree is none.
        """
        terms: dict[str, Term] = {}
        for row in rows:
            if not hasattr(row, "keys"):
                msg = f"a term of the lexicon is {row!r:.80}: expected term, class and so on"
                raise BadInputError(msg)
            one = _term(dict(row), 0)
            require_free(terms, one.key, "term")
            terms[one.key] = one
        parents = {key: one.parent for key, one in terms.items()}
        for key, one in terms.items():
            require_place(parents, key, one.parent)
        return cls(terms)


def _term(about: dict[str, Any], seq: int) -> Term:
    unknown = sorted(set(map(str, about)) - {*_FILED, "key", "item_id"})
    if unknown:
        msg = f"a term has no {unknown[0]!r}; expected {', '.join(('key', *_FILED))}"
        raise BadInputError(msg)
    term = _text(about.get("term"), "term")
    synonyms = about.get("synonyms") or ()
    if isinstance(synonyms, str) or not hasattr(synonyms, "__iter__"):
        msg = f"synonyms={synonyms!r:.80} of {term!r}: expected a list of words"
        raise BadInputError(msg)
    one = Term(
        key=_text(about.get("key") or term, "key"),
        term=term,
        label=about.get("label"),
        stance=about.get("stance") or "supports",
        weight=_weight(about.get("weight", 1.0), term),
        parent=about.get("parent"),
        synonyms=tuple(dict.fromkeys(_text(word, "synonym") for word in synonyms)),
        note=_words(about.get("note"), "note"),
        by=about.get("by") or "human",
        person=_words(about.get("person"), "person"),
        item_id=about.get("item_id"),
        seq=seq,
    )
    _check(one)
    return one


def _check(one: Term) -> None:
    if one.stance not in ("supports", "irrelevant"):
        msg = f"stance={one.stance!r} of {one.key!r}: expected 'supports' or 'irrelevant'"
        raise BadInputError(msg)
    if one.stance == "irrelevant" and one.label is not None:
        msg = f"{one.key!r} is irrelevant to all classes: leave label={one.label!r} out"
        raise BadInputError(msg)
    if one.by not in ("human", "model"):
        msg = f"by={one.by!r} of {one.key!r}: expected 'human' or 'model'"
        raise BadInputError(msg)
    if one.label is not None and not isinstance(one.label, str | int):
        msg = f"label={one.label!r:.80} of {one.key!r}: expected a class"
        raise BadInputError(msg)
    if one.parent is not None and not isinstance(one.parent, str):
        msg = f"parent={one.parent!r:.80} of {one.key!r}: expected the key of a term"
        raise BadInputError(msg)
    for text in (one.term, *one.synonyms):
        require_pattern(text)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        msg = f"{name}={value!r:.80}: expected a word or a phrase of at most {LONGEST} characters"
        raise BadInputError(msg)
    return tidy(value.strip())


def _words(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        msg = f"{name}={value!r:.80}: expected words"
        raise BadInputError(msg)
    return None if value is None else tidy(value)


def _weight(value: Any, term: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value:
        msg = f"weight={value!r:.80} of {term!r}: expected a number above 0, up to {HEAVIEST:g}"
        raise BadInputError(msg)
    require_range(f"weight of {term!r}", value, HEAVIEST)
    return float(value)


# ---- what each edit does --------------------------------------------------------------------


def _add(lexicon: Lexicon, revision: Revision) -> dict[str, Term]:
    about = {"by": revision.by, "person": revision.person or None, **revision.about}
    one = _term(about, revision.seq)
    require_free(lexicon.terms, one.key, "term")
    require_place({**lexicon.parents, one.key: None}, one.key, one.parent)
    return {**lexicon.terms, one.key: one}


def _change(lexicon: Lexicon, revision: Revision) -> dict[str, Term]:
    about = dict(revision.about)
    before = lexicon.require(about.pop("key"))
    told = {one.name: getattr(before, one.name) for one in fields(before) if one.name != "seq"}
    if about.get("stance") == "irrelevant":
        about.setdefault("label", None)
    if "term" in about and "key" not in about and before.key == before.term:
        told["key"] = about["term"]
    after = _term({**told, **about}, before.seq)
    if _speech(after) != _speech(before):
        after = replace(after, seq=revision.seq)
    if after.key.casefold() != before.key.casefold():
        require_free(lexicon.terms, after.key, "term")
    return _renamed(lexicon.terms, before.key, after)


def _renamed(terms: Mapping[str, Term], key: str, after: Term) -> dict[str, Term]:
    return {
        (after.key if name == key else name): (
            after if name == key else replace(one, parent=after.key) if one.parent == key else one
        )
        for name, one in terms.items()
    }


def _speech(one: Term) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in _SPEECH)


def _move(lexicon: Lexicon, revision: Revision) -> dict[str, Term]:
    one = lexicon.require(revision.about["key"])
    parent = revision.about["parent"]
    parent = None if parent is None else lexicon.require(parent).key
    require_place(lexicon.parents, one.key, parent)
    return {**lexicon.terms, one.key: replace(one, parent=parent)}


def _remove(lexicon: Lexicon, revision: Revision) -> dict[str, Term]:
    """Take an entry out; what hung under it moves up and goes on saying what it said."""
    gone = lexicon.require(revision.about["key"])
    label = lexicon.label_of(gone.key)
    left = {}
    for key, one in lexicon.terms.items():
        if key == gone.key:
            continue
        if one.parent == gone.key:
            own = label if one.label is None and one.stance == "supports" else one.label
            one = replace(one, parent=gone.parent, label=own)  # noqa: PLW2901
        left[key] = one
    return left


def _teach(lexicon: Lexicon, revision: Revision) -> dict[str, Term]:
    about = revision.about
    term, label, stance = about["term"], about["label"], about["stance"]
    said: dict[str, Any] = {
        "label": label,
        "stance": stance,
        "weight": float(about.get("strength", 1.0)),
    }
    same = [
        one
        for one in lexicon.terms.values()
        if one.term.casefold() == term.casefold() or one.key.casefold() == term.casefold()
    ]
    for one in same:
        if label == one.label or "irrelevant" in (stance, one.stance):
            held = replace(one, **said, item_id=about.get("item_id"), seq=revision.seq)
            return {**lexicon.terms, one.key: held}
    key = f"{term} ({label})" if same else term
    if key in lexicon.terms:
        key = f"{key} {revision.seq}"
    one = Term(
        key,
        term,
        **said,
        by=revision.by,
        person=revision.person or None,
        item_id=about.get("item_id"),
        seq=revision.seq,
    )
    return {**lexicon.terms, key: one}


def _load(lexicon: Lexicon, revision: Revision) -> dict[str, Term]:
    loaded = Lexicon.read(revision.about["terms"]).terms
    held = {key: lexicon.terms.get(key) for key in loaded}
    return {
        # What says the same as before is as old as it was.
        key: replace(one, seq=before.seq, item_id=before.item_id)
        if (before := held[key]) is not None
        and _speech(replace(before, item_id=None)) == _speech(replace(one, item_id=None))
        else replace(one, seq=revision.seq)
        for key, one in loaded.items()
    }


_OPS = {
    "add": _add,
    "change": _change,
    "move": _move,
    "remove": _remove,
    "teach": _teach,
    "load": _load,
}
