"""What goes over the wire between a page and its kernels, message by message."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from walking import objects_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, WebSocket

WORD = 8
HEADER, CONTENT = 1, 4


def read(frame: str | bytes) -> tuple[str, Any] | None:
    """Return a frame of Jupyter's v1 kernel protocol as message type and content."""
    if isinstance(frame, str):
        return None
    n = int.from_bytes(frame[:WORD], "little")
    at = [int.from_bytes(frame[WORD * i : WORD * (i + 1)], "little") for i in range(1, n + 1)]
    parts = [frame[start:end] for start, end in itertools.pairwise(at)]
    return json.loads(parts[HEADER])["msg_type"], json.loads(parts[CONTENT])


class Wire:
    """All messages of a page from now on, in their order."""

    def __init__(self, page: Page) -> None:
        self.messages: list[tuple[str, str, Any]] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._hear("sent", frame))
        socket.on("framereceived", lambda frame: self._hear("received", frame))

    def _hear(self, way: str, frame: str | bytes) -> None:
        known = read(frame)
        if known is not None:
            self.messages.append((way, *known))


def naming(message: Any, own_ids: set[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Walk the JSON objects of a message that name one of these items, each with the item."""
    for one in objects_of(message):
        for value in one.values():
            if isinstance(value, str) and value in own_ids:
                yield one, value
