"""Knowledge: codebook, lexicon, concept map and lessons in one file a person can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy
from rhml_widgets.knowledge.concept_map import ConceptMap
from rhml_widgets.knowledge.knowledge_file import read_file, write_file
from rhml_widgets.knowledge.lexicon import Lexicon

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping

    from rhml_widgets.knowledge.merge import Difference, Merge

__all__ = ["FORMAT", "Knowledge"]

FORMAT = "rhml-knowledge"
VERSION = 1

_OF_A_CLASS: dict[str, type | tuple[type, ...]] = {
    "name": (str, int),
    "definition": str,
    "include": list,
    "exclude": list,
    "examples": list,
    "memos": list,
    "seeds": list,
    "parent": (str, int),
    "retired": bool,
    "was": list,
}


@dataclass(frozen=True)
class Knowledge:
    """What a person and a model know together, apart from any model, pool or journal.

    Attributes
    ----------
    codebook : dict
        ``classes`` (rows of name, definition, include, exclude, examples, memos, seeds, parent,
        retired, was) and ``version``.
    lexicon : Lexicon
    concept_map : ConceptMap
    lessons : tuple of str
        What somebody wrote down for whoever comes next.
    excerpts : dict of item_id to str
        The beginnings of the items it refers to, where they were asked for; else there are ids
        only.

    Examples
    --------
    >>> known = Knowledge(lexicon=Lexicon().add("molly", label="drugs"))
    >>> Knowledge.read(known.filed()) == known
    True
    """

    codebook: dict[str, Any] = field(default_factory=lambda: {"version": 0, "classes": []})
    lexicon: Lexicon = field(default_factory=Lexicon)
    concept_map: ConceptMap = field(default_factory=ConceptMap)
    lessons: tuple[str, ...] = ()
    excerpts: dict[str, str] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Whether a file of the one is a file of the other."""
        return isinstance(other, Knowledge) and self.filed() == other.filed()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Say how much it is."""
        counts = (
            (len(self.codebook["classes"]), "classes"),
            (len(self.lexicon), "terms"),
            (len(self.concept_map), "concepts"),
            (len(self.lessons), "lessons"),
        )
        return f"<knowledge: {', '.join(f'{n} {what}' for n, what in counts)}>"

    # ---- files ----------------------------------------------------------------------------

    def filed(self) -> dict[str, Any]:
        """Return what a file holds, in its order; equal knowledge gives equal files."""
        found: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "codebook": {
                "version": self.codebook.get("version", 0),
                "classes": [dict(row) for row in self.codebook["classes"]],
            },
            "lexicon": self.lexicon.filed(),
            "concept_map": self.concept_map.filed(),
            "lessons": list(self.lessons),
        }
        if self.excerpts:
            found["excerpts"] = dict(sorted(self.excerpts.items()))
        return found

    @classmethod
    def read(cls, told: Any) -> Knowledge:
        """Return the knowledge a file holds.

        Raises
        ------
        BadInputError
            Naming what is not as it should be.
        """
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            msg = f"this is no knowledge file: expected a mapping with format: {FORMAT}"
            raise BadInputError(msg)
        if told.get("version") != VERSION:
            msg = (
                f"version {told.get('version')!r:.20} of a knowledge file: this release reads "
                f"version {VERSION}; upgrade rhml-widgets"
            )
            raise BadInputError(msg)
        parts = {"codebook", "lexicon", "concept_map", "lessons", "excerpts", "format", "version"}
        unknown = sorted(map(str, set(told) - parts))
        if unknown:
            msg = f"a knowledge file has no part {unknown[0]!r:.80}"
            raise BadInputError(msg)
        concepts = _part(told, "concept_map", dict)
        for name in ("concepts", "links"):
            _part(concepts, name, list)
        excerpts = _part(told, "excerpts", dict)
        return cls(
            codebook=_codebook(_part(told, "codebook", dict)),
            lexicon=Lexicon.read(_part(told, "lexicon", list)),
            concept_map=ConceptMap.read(concepts),
            lessons=tuple(dict.fromkeys(map(_words, _part(told, "lessons", list)))),
            excerpts={_words(one): _words(text) for one, text in excerpts.items()},
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it whole or not at all: YAML, or JSON where the path ends in ``.json``.

        The same knowledge gives the same bytes, a line a fact, so that versions can be compared.

        Raises
        ------
        NotWrittenError
        """
        return write_file(Path(path).expanduser(), self.filed())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Knowledge:
        """Return the knowledge of a YAML or JSON file.

        Raises
        ------
        BadInputError
            If it cannot be read, is too large or nested, or is no knowledge.
        """
        source = Path(path).expanduser()
        try:
            return cls.read(read_file(source))
        except BadInputError as error:
            msg = str(error) if source.name in str(error) else f"{source.name}: {error}"
            raise BadInputError(msg) from error

    # ---- two and three --------------------------------------------------------------------

    def diff(self, other: Knowledge) -> list[Difference]:
        """Return what has to change here to make it the other, sorted."""
        from rhml_widgets.knowledge.merge import differences

        return differences(self, other)

    def merge(
        self, base: Knowledge, theirs: Knowledge, *, take: Collection[tuple[Any, ...]] = ()
    ) -> Merge:
        """Return this and ``theirs`` together, both having come from ``base``.

        Parameters
        ----------
        base, theirs : Knowledge
        take : collection of tuple
            ``conflict.place`` of conflicts in which theirs counts; in all others this one does.

        Returns
        -------
        Merge
            The knowledge, and every conflict, with what each side said.
        """
        from rhml_widgets.knowledge.merge import merged

        return merged(base, self, theirs, take=take)


def _part(told: Mapping[str, Any], name: str, kind: type) -> Any:
    value = told.get(name)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        msg = f"{name}: expected a {kind.__name__}, found {value!r:.60}"
        raise BadInputError(msg)
    return value


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        msg = f"{value!r:.80}: expected words"
        raise BadInputError(msg)
    return tidy(value)


def _codebook(told: dict[str, Any]) -> dict[str, Any]:
    version, names = told.get("version", 0), set()
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        msg = f"version of the codebook: expected a whole number, found {version!r:.60}"
        raise BadInputError(msg)
    classes = []
    for row in _part(told, "classes", list):
        if not isinstance(row, dict) or not set(row) <= set(_OF_A_CLASS) or "name" not in row:
            msg = f"a class is {row!r:.80}: expected name, and any of {', '.join(_OF_A_CLASS)}"
            raise BadInputError(msg)
        kept = {name: row[name] for name in _OF_A_CLASS if row.get(name) not in (None, [], False)}
        kept["name"] = row["name"]
        for part, value in kept.items():
            if not isinstance(value, _OF_A_CLASS[part]):
                msg = f"{part} of class {row['name']!r:.60}: {value!r:.60} cannot be that"
                raise BadInputError(msg)
        name = (type(kept["name"]), kept["name"])
        if name in names or kept["name"] == "":
            msg = f"class {row['name']!r:.60} is there twice, or has no name"
            raise BadInputError(msg)
        names.add(name)
        classes.append(kept)
    return {"version": version, "classes": classes}
