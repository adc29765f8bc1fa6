"""Pattern: words by their characters, `*` standing for any run of them."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_pattern", "matching", "require_pattern"]

FEWEST = 2
"""Characters a pattern must name: one alone would stand for a share of the language."""

MOST = 200
"""Words a pattern stands for at most, the commonest; so a careless one stays harmless."""

_WILD = re.compile(r"[*?]|\[[^\]]*\]")


def is_pattern(term: str) -> bool:
    """Whether a term stands for all words of a shape; ``?`` and ``[]`` do so beside a ``*`` only.

    Examples
    --------
    >>> is_pattern("btc*"), is_pattern("why?")
    (True, False)
    """
    return "*" in term


def require_pattern(term: str) -> None:
    """Refuse a pattern that names too little, or is of several words; other terms pass.

    Raises
    ------
    BadInputError
    """
    if not is_pattern(term):
        return
    if len(term.split()) > 1:
        msg = f"{term!r}: a pattern is of one word; a phrase is written out, without *"
        raise BadInputError(msg)
    if sum(letter.isalnum() for letter in _WILD.sub("", term)) < FEWEST:
        msg = f"{term!r} fits too many words: name at least {FEWEST} characters beside the *"
        raise BadInputError(msg)


def matching(pattern: str, words: Iterable[str]) -> list[str]:
    """Return the words of a shape, in their order, at most 200; case does not count.

    ``*`` is any run of characters, ``?`` is one, ``[abc]`` one of several. No pattern takes
    longer than its length times that of the word: each ``*`` takes the shortest run that fits
    and is never tried again.

    Examples
    --------
    >>> matching("btc*", ["btc", "BTCs", "nobtc"])
    ['btc', 'BTCs']
    """
    folded = re.sub(r"\*+", "*", pattern.casefold())
    fits = re.compile(translate(folded)).match
    found: list[str] = []
    for word in words:
        if fits(word.casefold()):
            found.append(word)
            if len(found) == MOST:
                break
    return found
