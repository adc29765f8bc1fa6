"""Identity: what makes two items the same, today and after a restart.

An id is a version letter and digit, a colon and a hash of the canonical content. It never
depends on a row position, a column order, a library version or a process. Golden hashes in the
tests pin it; a changed rule takes a new version prefix.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["content_id", "not_packed", "pack_ids", "pool_digest", "text_id", "tidy"]

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


_PACKED = 6
"""Bytes kept of an id: of 10^5 new items beside 10^5 old ones, one in 28,000 pools errs on one."""


def pack_ids(ids: Iterable[str]) -> str:
    """Return a set of ids as a short text, good for asking which others are not among them.

    Examples
    --------
    >>> not_packed(["t1:a", "t1:c"], pack_ids(["t1:b", "t1:a"]))
    ['t1:c']
    """
    return b64encode(b"".join(sorted(_short(item_id) for item_id in ids))).decode("ascii")


def not_packed(ids: Iterable[str], packed: str) -> list[str]:
    """Return the ids that are not among those of `pack_ids`, in their order."""
    whole = b64decode(packed)
    held = {whole[k : k + _PACKED] for k in range(0, len(whole), _PACKED)}
    return [item_id for item_id in ids if _short(item_id) not in held]


def _short(item_id: str) -> bytes:
    return blake2b(
        item_id.encode("utf-8", "surrogatepass"), digest_size=_PACKED, person=b"rhml-pack"
    ).digest()
