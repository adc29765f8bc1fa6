"""Images: items that are pictures, as an array of pixels or as files under one folder."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import content_id, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

__all__ = ["MAX_BYTES", "Files", "Images", "mime_type"]

MAX_BYTES = 10_000_000
"""Larger files are not read and not shown."""

_CHANNELS = (1, 3, 4)
_FLAT, _COLORED = 3, 4
_BRIGHT = 128

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


def mime_type(beginning: bytes) -> str | None:
    """Return what kind of image a file holds by its first bytes, whatever its name says.

    Examples
    --------
    >>> mime_type(b"GIF89a..."), mime_type(b"<svg onload=")
    ('image/gif', None)
    """
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for told, kind in _BEGINNINGS if beginning.startswith(told)), None)


class Images:
    """Pictures as one array.

    Parameters
    ----------
    pixels : ndarray, shape (n_images, height, width) or (n_images, height, width, channels)
        Gray, or 1, 3 or 4 channels (the fourth is opacity).

    Raises
    ------
    BadInputError
        For another shape or for what are no numbers.
    """

    def __init__(self, pixels: Any) -> None:
        shape = pixels.shape
        flat = len(shape) == _FLAT
        if not flat and not (len(shape) == _COLORED and shape[-1] in _CHANNELS):
            msg = (
                f"pool is an array of shape {shape}: images are (n, height, width) or (n, height, "
                "width, channels) with 1, 3 or 4 channels; rows are (n, columns)"
            )
            raise BadInputError(msg)
        if pixels.dtype.kind not in "biuf":
            msg = f"pool is an array of dtype {pixels.dtype}: expected numbers as pixels"
            raise BadInputError(msg)
        if 0 in shape[1:]:
            msg = f"pool is an array of shape {shape}: its images have no pixel"
            raise BadInputError(msg)
        self.inputs: Any = np.asarray(pixels)

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, number: int) -> Any:
        """Return the pixels of one image."""
        return self.inputs[number]

    def at(self, places: npt.NDArray[np.intp]) -> Images:
        """Return a copy of the images at some places."""
        return Images(self.inputs[places])

    def ids(self) -> list[str]:
        """Return the id of each image: a hash of its shape, dtype and pixels."""
        ordered = self.inputs.astype(self.inputs.dtype.newbyteorder("<"), order="C", copy=False)
        head = f"{self.inputs.shape[1:]} {self.inputs.dtype.kind}{self.inputs.dtype.itemsize}"
        return [content_id("image", head.encode(), pixels.tobytes()) for pixels in ordered]

    @cached_property
    def white(self) -> float:
        """The value that is white: 255 in bytes, unless all are dark; else the highest."""
        most = float(np.nanmax(self.inputs)) if self.inputs.size else 1.0
        if self.inputs.dtype == np.uint8 and most >= _BRIGHT:
            return 255.0
        return most if most > 0 else 1.0

    def words(self, number: int) -> str:
        """Say what an image is where it cannot be shown."""
        height, width = self.inputs[number].shape[:2]
        return f"image {number + 1}, {width} by {height}"


class Files:
    """Pictures as files; only what lies under one folder is ever opened.

    Parameters
    ----------
    paths : sequence of str or Path
        Relative to ``root``, or absolute and inside of it.
    root : Path
    """

    def __init__(self, paths: Sequence[str | Path], root: Path) -> None:
        self.root = root.resolve()
        self.paths = [tidy(str(path)) for path in paths]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, number: int) -> Path:
        """Return where one image lies."""
        return self.root / self.paths[number]

    @property
    def inputs(self) -> list[str]:
        """The whole path of each file, as a model's first step reads them."""
        return [str(self[number]) for number in range(len(self))]

    def at(self, places: npt.NDArray[np.intp]) -> Files:
        """Return the images at some places."""
        return Files([self.paths[place] for place in places.tolist()], self.root)

    def problem(self, number: int) -> str | None:
        """Return why an image cannot be shown, in words; None where it can."""
        path = self[number]
        try:
            inside = path.resolve().is_relative_to(self.root)
            if not inside:
                return "outside of the folder the images are read from"
            if not path.is_file():
                return "there is no such file"
            size = path.stat().st_size
            if size > MAX_BYTES:
                return f"{size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are shown"
            with path.open("rb") as file:
                kind = mime_type(file.read(16))
        except (OSError, ValueError) as error:
            return f"it cannot be read: {type(error).__name__}"
        return None if kind else "not an image of a kind that browsers show"

    def read(self, number: int) -> bytes | None:
        """Return the bytes of an image, None where it cannot be shown."""
        return None if self.problem(number) else self[number].read_bytes()

    def ids(self) -> list[str]:
        """Return the id of each image: a hash of its bytes, or of its path where it has none."""
        found = []
        for number, path in enumerate(self.paths):
            body = self.read(number)
            told = path.encode() if body is None else blake2b(body, digest_size=32).digest()
            found.append(content_id("image", b"path" if body is None else b"file", told))
        return found

    def words(self, number: int) -> str:
        """Say which image it is."""
        return self.paths[number]
