"""A page without a browser: it answers what a view asks, and weighs what travels to it."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.table import Corpus
    from rhml_widgets.session import Session
    from rhml_widgets.widgets._widget import View

__all__ = ["Page", "Update", "listening"]


@dataclass(frozen=True)
class Update:
    """A message that carried traits to the page: when, and the bytes of each as JSON."""

    at: float
    sizes: dict[str, int]


@contextmanager
def listening(*, weigh: bool = False) -> Iterator[list[Update]]:
    """Let widgets made inside talk to a comm that writes JSON as a kernel does, and drops it.

    Parameters
    ----------
    weigh : bool
        Whether to note what each message held.

    Yields
    ------
    list of Update
        All that was sent so far.
    """
    import comm
    from comm.base_comm import BaseComm

    sent: list[Update] = []

    class Weighing(BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **keys: Any) -> None:
            # The one call that turns a whole message into bytes, as the kernel's sender does.
            json.dumps({"comm_id": self.comm_id, "data": data, **keys}, ensure_ascii=False)
            state = (data or {}).get("state")
            if weigh and msg_type == "comm_msg" and state is not None:
                sizes = {
                    name: len(json.dumps(value, ensure_ascii=False).encode())
                    for name, value in state.items()
                }
                sent.append(Update(time.monotonic(), sizes))

    usual = comm.create_comm
    comm.create_comm = Weighing
    try:
        yield sent
    finally:
        comm.create_comm = usual


class Page:
    """Presses keys in one view of a session.

    Parameters
    ----------
    session : Session
    view : View
    corpus : Corpus
        Knows which key is right.
    """

    def __init__(self, session: Session, view: View, corpus: Corpus) -> None:
        self.session = session
        self.view = view
        self._right = dict(zip(corpus.texts, corpus.labels, strict=True))
        self._reply: dict[str, Any] = {}
        self._request: dict[str, Any] = {}

    def begin(self, n: int = 0) -> None:
        """Answer one item of each class, then ``n`` as they are asked; wait for the model."""
        firsts = {label: text for text, label in self._right.items()}
        ids = dict(zip(self.session.pool.contents, self.session.pool.ids, strict=True))
        for label, text in firsts.items():
            self.session.label(ids[text], label)
        self.session.wait()
        for _ in range(n):
            self.answer()
        self.session.wait()

    @property
    def queue(self) -> dict[str, Any]:
        """The props of the view's labeling queue."""
        props: dict[str, Any] = self.view.props
        return props.get("queue", props)

    def answer(self) -> None:
        """Answer the item that is asked."""
        self.ready()
        self.press()
        self.settle()

    def ready(self) -> None:
        """Make the next request, on the item that is asked."""
        item = self.queue["items"][0]
        names = [one["name"] for one in self.queue["classes"]]
        number = self.session.pool.number(item["item_id"])
        right = self._right[self.session.pool.contents[number]]
        self._request = _request(
            "label",
            item_id=item["item_id"],
            label=names.index(right),
            seen=item["seen"],
            ms=2310.5,
            rationale=[],
            note=None,
        )

    def press(self) -> None:
        """Have the kernel answer the request made ready."""
        self._reply = self.view.answer(self._request)

    def settle(self) -> None:
        """Look at the reply; keep the answer where the model spoke up, and show what comes next."""
        if not self._reply["ok"]:
            raise RuntimeError(self._reply["error"])
        if self._reply["value"]["stopped"]:
            item_id = self._request["args"]["item_id"]
            self.view.answer(_request("keep", item_id=item_id, ms=1000.0))
        if self.queue["items"]:
            item_id = self.queue["items"][0]["item_id"]
            self.view.answer({"id": "0", "action": "shown", "args": {"item_id": item_id}})


def _request(action: str, **args: Any) -> dict[str, Any]:
    args["event_id"] = uuid.uuid4().hex
    return {"id": uuid.uuid4().hex, "action": action, "args": args}
