"""Where a vectorizer's tokens stand in the text they came from, in code points.

scikit-learn's analyzers lowercase, strip accents, join and pad before they count, and forget
where a token began. `Locator` goes through the same steps and remembers.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Locator", "Place", "is_vectorizer", "without_term"]

_RUNS = re.compile(r"\s\s+")
_WORDS = re.compile(r"\S+")


class Place(NamedTuple):
    """A token and where it stands: ``content[start:end]``; both -1 when that is not known."""

    token: str
    start: int
    end: int


class _Aligned(NamedTuple):
    """A preprocessed text; the character at ``i`` came from ``content[starts[i]:ends[i]]``."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, token: str, start: int, end: int) -> Place:
        if start >= end:
            return Place(token, -1, -1)
        return Place(token, self.starts[start], self.ends[end - 1])


def is_vectorizer(step: Any) -> bool:
    """Tell whether a step turns raw texts into counts of tokens, as scikit-learn's do."""
    return hasattr(step, "build_analyzer") and hasattr(step, "build_preprocessor")


def without_term(content: str, term: str) -> str:
    """Return the text without a term, wherever it stands as whole words, in any case.

    Examples
    --------
    >>> without_term("Free entry, FREE prizes, freedom", "free")
    ' entry,  prizes, freedom'
    """
    pattern = r"\s+".join(re.escape(part) for part in term.split())
    return re.sub(rf"(?<!\w){pattern}(?!\w)", "", content, flags=re.IGNORECASE)


def _align(preprocess: Callable[[str], str], content: str, *, only_lowers: bool) -> _Aligned:
    text = preprocess(content)
    n = len(content)
    # Lowercasing changes no length but that of one letter, and only makes it longer.
    if text == content or (len(text) == n and (only_lowers or content.isascii())):
        return _Aligned(text, range(n), range(1, n + 1))
    pieces = [preprocess(character) for character in content]
    joined = "".join(pieces)
    if len(joined) != len(text) or (joined != text and joined.casefold() != text.casefold()):
        return _align_by_matching(text, content)
    starts: list[int] = []
    ends: list[int] = []
    for index, piece in enumerate(pieces):
        starts += [index] * len(piece)
        ends += [index + 1] * len(piece)
        if not piece and ends and unicodedata.combining(content[index]):
            # A dropped accent belongs to the letter under it.
            for back in range(len(ends) - 1, -1, -1):
                if starts[back] != starts[-1]:
                    break
                ends[back] = index + 1
    return _Aligned(text, starts, ends)


def _align_by_matching(text: str, content: str) -> _Aligned:
    """Align a text that a custom preprocessor rewrote, by its longest matching blocks."""
    starts = [0] * len(text)
    ends = [0] * len(text)
    old, new = content.casefold(), text.casefold()
    if len(old) != len(content) or len(new) != len(text):
        old, new = content, text
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        same = a_end - a_start == b_end - b_start
        for index in range(b_start, b_end):
            starts[index] = a_start + (index - b_start) if same else a_start
            ends[index] = starts[index] + 1 if same else a_end
    return _Aligned(text, starts, ends)


def _collapse_runs(aligned: _Aligned) -> _Aligned:
    """Make each run of two or more white spaces one space, as the character analyzers do."""
    if not _RUNS.search(aligned.text):
        return aligned
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    cursor = 0
    for run in _RUNS.finditer(aligned.text):
        kept = range(cursor, run.start())
        text += [aligned.text[cursor : run.start()], " "]
        starts += [aligned.starts[i] for i in kept] + [aligned.starts[run.start()]]
        ends += [aligned.ends[i] for i in kept] + [aligned.ends[run.end() - 1]]
        cursor = run.end()
    text.append(aligned.text[cursor:])
    starts += [aligned.starts[i] for i in range(cursor, len(aligned.text))]
    ends += [aligned.ends[i] for i in range(cursor, len(aligned.text))]
    return _Aligned("".join(text), starts, ends)


def _search(tokens: Iterable[Any], aligned: _Aligned) -> list[Place]:
    """Find tokens of a custom tokenizer one after the other; unfound ones have no place."""
    places = []
    cursor = 0
    folded = aligned.text.casefold()
    text = folded if len(folded) == len(aligned.text) else aligned.text
    for token in tokens:
        if not isinstance(token, str) or not token:
            places.append(Place(token, -1, -1))
            continue
        wanted = token.casefold() if text is folded else token
        start = text.find(wanted, cursor)
        if start < 0:
            places.append(Place(token, -1, -1))
            continue
        places.append(aligned.place(token, start, start + len(wanted)))
        cursor = start + len(wanted)
    return places


def _join(places: Sequence[Place]) -> Place:
    token = " ".join(place.token for place in places)
    if any(place.start < 0 for place in places):
        return Place(token, -1, -1)
    return Place(token, places[0].start, places[-1].end)


class Locator:
    """Finds the tokens of one vectorizer in texts.

    Parameters
    ----------
    vectorizer : CountVectorizer, TfidfVectorizer, HashingVectorizer or the like
        Fitted or not; its own preprocessor, tokenizer, stop words and n-gram range are used.
    """

    def __init__(self, vectorizer: Any) -> None:
        self.vectorizer = vectorizer
        self.analyze: Callable[[str], list[str]] = vectorizer.build_analyzer()
        self._custom = callable(vectorizer.analyzer)
        if self._custom:
            return
        self._preprocess = vectorizer.build_preprocessor()
        self._only_lowers = vectorizer.preprocessor is None and vectorizer.strip_accents is None
        self._low, self._high = vectorizer.ngram_range
        self._stop = vectorizer.get_stop_words() if vectorizer.analyzer == "word" else None
        self._tokenize = vectorizer.tokenizer
        self._pattern = re.compile(vectorizer.token_pattern or r"(?u)\b\w\w+\b")

    def __call__(self, content: str) -> list[Place]:
        """Return the vectorizer's tokens of a text, in its order, each with its place."""
        if self._custom:
            n = len(content)
            return _search(self.analyze(content), _Aligned(content, range(n), range(1, n + 1)))
        aligned = _align(self._preprocess, content, only_lowers=self._only_lowers)
        if self.vectorizer.analyzer == "char":
            return self._characters(_collapse_runs(aligned))
        if self.vectorizer.analyzer == "char_wb":
            return self._inside_words(_collapse_runs(aligned))
        return self._words(aligned)

    def words(self, content: str) -> list[Place] | None:
        """Return the placed words of a text before they are joined; None where it has none."""
        if self._custom or self.vectorizer.analyzer != "word":
            return None
        aligned = _align(self._preprocess, content, only_lowers=self._only_lowers)
        return [place for place in self._single_words(aligned) if place.start >= 0]

    def _words(self, aligned: _Aligned) -> list[Place]:
        places = self._single_words(aligned)
        if self._high == 1:
            return places
        grams = list(places) if self._low == 1 else []
        for n in range(max(self._low, 2), self._high + 1):
            grams += [_join(places[i : i + n]) for i in range(len(places) - n + 1)]
        return grams

    def _single_words(self, aligned: _Aligned) -> list[Place]:
        if self._tokenize is not None:
            places = _search(self._tokenize(aligned.text), aligned)
        else:
            group = self._pattern.groups
            places = [
                aligned.place(match[group] or "", *match.span(group))
                for match in self._pattern.finditer(aligned.text)
            ]
        if self._stop is not None:
            places = [place for place in places if place.token not in self._stop]
        return places

    def _characters(self, aligned: _Aligned) -> list[Place]:
        text = aligned.text
        return [
            aligned.place(text[i : i + n], i, i + n)
            for n in range(self._low, min(self._high, len(text)) + 1)
            for i in range(len(text) - n + 1)
        ]

    def _inside_words(self, aligned: _Aligned) -> list[Place]:
        places = []
        for word in _WORDS.finditer(aligned.text):
            padded = f" {word[0]} "
            for n in range(self._low, self._high + 1):
                for i in range(max(len(padded) - n, 0) + 1):
                    # The padding stands for no character of the text.
                    start = word.start() + max(i - 1, 0)
                    end = min(word.start() + i - 1 + n, word.end())
                    places.append(aligned.place(padded[i : i + n], start, end))
                if n >= len(padded):
                    break
        return places
