"""Picture: an image as a data URI, made here so that a page fetches nothing."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.items.images import Files, Images, mime_type

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.items.pool import Pool

__all__ = ["glance", "picture", "png"]

GLANCE = 96
"""Pixels across of an image that is looked at beside others."""

MAX_GLANCE = 40_000
"""Bytes of a file that is sent to be looked at beside others: a dozen go with every answer."""

_COLOR_TYPE = {1: 0, 3: 2, 4: 6}
_GRAY = 2


def picture(pool: Pool, number: int) -> tuple[str, str]:
    """Return an image as a data URI, and the words for who cannot see it.

    The URI is "" where there is nothing to show; the words then say why.
    """
    contents = pool.contents
    if isinstance(contents, Images):
        return _uri("image/png", png(contents[number], contents.white)), pool.words(number)
    if not isinstance(contents, Files):
        return "", ""
    problem = contents.problem(number)
    body = None if problem else contents.read(number)
    if body is None:
        return "", f"{pool.words(number)}: {problem or 'it cannot be read'}"
    return _uri(mime_type(body) or "image/png", body), pool.words(number)


def glance(pool: Pool, number: int) -> str:
    """Return a small image as a data URI; "" for what its words tell, large files included."""
    contents = pool.contents
    if isinstance(contents, Images):
        pixels = contents[number]
        step = -(-max(pixels.shape[:2]) // GLANCE)
        return _uri("image/png", png(pixels[::step, ::step], contents.white))
    if isinstance(contents, Files) and not contents.problem(number):
        body = contents.read(number)
        if body is not None and len(body) <= MAX_GLANCE:
            return _uri(mime_type(body) or "image/png", body)
    return ""


def png(pixels: npt.NDArray[Any], white: float = 255.0) -> bytes:
    r"""Return pixels as a PNG file.

    Parameters
    ----------
    pixels : ndarray, shape (height, width) or (height, width, 1, 3 or 4)
        0 is black.
    white : float
        What is white; values beyond are cut off.

    Notes
    -----
    Of the format (ISO/IEC 15948) the simplest: 8 bits a channel, no filter, not interlaced.

    Examples
    --------
    >>> png(np.zeros((2, 2), dtype=np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    if pixels.ndim == _GRAY:
        pixels = pixels[:, :, None]
    height, width, channels = pixels.shape
    scaled = np.nan_to_num(pixels.astype(np.float64) * (255.0 / (white or 1.0)))
    values = np.clip(np.round(scaled), 0, 255).astype(np.uint8)
    lines = np.zeros((height, 1 + width * channels), dtype=np.uint8)
    lines[:, 1:] = values.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPE[channels], 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", head),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    check = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)


def _uri(kind: str, body: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(body).decode('ascii')}"
