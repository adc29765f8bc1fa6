"""Identity: what makes two items the same, today and after a restart.

An id is a version letter and digit, a colon and a hash of the canonical content. It never
depends on a row position, a column order, a library version or a process. Golden hashes in the
tests pin it; a changed rule takes a new version prefix.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["content_id", "pool_digest", "text_id", "tidy"]

_PERSON = b"rhml-item"


def tidy(text: str) -> str:
    r"""Return ``text`` with lone surrogates replaced by U+FFFD, else unchanged.

    Neither UTF-8 nor SQLite can hold a lone surrogate; everything else is kept as it is, so
    that offsets into the text stay true.

    Examples
    --------
    >>> tidy("caf\u00e9 \ud800")
    'café �'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def text_id(text: str) -> str:
    """Return the id of a text: ``t1:`` and 24 hexadecimal digits.

    Examples
    --------
    >>> text_id("My card has not arrived")
    't1:...'
    """
    return "t1:" + blake2b(text.encode(), digest_size=12, person=_PERSON).hexdigest()


def content_id(kind: str, *parts: bytes) -> str:
    """Return the id of a row (``r1:``) or an image (``i1:``) from its canonical bytes.

    Parameters
    ----------
    kind : {"row", "image"}
    *parts : bytes
        Each is hashed with its length, so that parts cannot run into one another.

    Examples
    --------
    >>> content_id("row", b"a", b"bc") == content_id("row", b"ab", b"c")
    False
    """
    digest = blake2b(digest_size=12, person=_PERSON)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return f"{kind[0]}1:{digest.hexdigest()}"


def pool_digest(ids: Iterable[str]) -> str:
    """Return one hash for a set of item ids, whatever their order.

    Examples
    --------
    >>> pool_digest(["t1:a", "t1:b"]) == pool_digest(["t1:b", "t1:a"])
    True
    """
    digest = blake2b(digest_size=16, person=b"rhml-pool")
    for item_id in sorted(ids):
        digest.update(item_id.encode())
        digest.update(b"\0")
    return digest.hexdigest()
