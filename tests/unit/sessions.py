"""Small sessions for tests: a pool of messages, a person who knows the answers, a recorded comm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comm.base_comm import BaseComm
from hypothesis import settings

from rhml_widgets.session import Session
from rhml_widgets.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from rhml_widgets.items.pool import Item

STEADY = settings(derandomize=True, database=None, deadline=None)
"""The same examples in every run, on fast machines and slow ones, nothing kept in files."""

CLASSES = ["card", "refund", "crash"]
_WORDS = {
    "card": ["arrived", "late", "lost", "declined", "blocked", "limit", "wallet", "plastic"],
    "refund": ["money", "charge", "twice", "invoice", "paid", "owed", "bank", "returned"],
    "crash": ["start", "freeze", "error", "screen", "update", "blank", "slow", "closes"],
}


def texts(n: int = 60) -> list[str]:
    """Return ``n`` different messages, each of which holds a word or two of one class."""
    found = []
    for i in range(n):
        label = CLASSES[i % 3]
        one, two = (_WORDS[label][(i // 3 + step) % 8] for step in (0, 3))
        found.append(f"{one} {two} again today, ticket {i}")
    return found


def vague(n: int = 30) -> list[str]:
    """Return ``n`` messages that say little: what one word means decides about them."""
    return [f"either way, note {k} of {7 * k}" for k in range(n)]


def right(item: Item | str) -> str:
    """Return the class a message is of; the first one for what says little."""
    content = item if isinstance(item, str) else item.content
    found = (label for label, words in _WORDS.items() if content.split()[0] in words)
    return next(found, CLASSES[0])


def wrong(item: Item | str) -> str:
    """Return another class."""
    return CLASSES[(CLASSES.index(right(item)) + 1) % 3]


def begin(
    pool: Any = None, *, n: int = 60, journal: Path | None = None, **arguments: Any
) -> Session:
    """Open a session on the messages; in memory and in the caller's thread, unless told else."""
    given: dict[str, Any] = {"classes": CLASSES, "refit": "sync", **arguments}
    return Session(pool=texts(n) if pool is None else pool, journal=journal, **given)


def work(session: Session, n: int = 12) -> list[Item]:
    """Answer ``n`` items rightly, as they are asked; return them."""
    done = []
    for _ in range(n):
        (item,) = session.query()
        session.label(item.item_id, right(item))
        done.append(item)
    return done


def until(session: Session, purpose: str) -> Item:
    """Answer rightly until an item of a purpose is asked; return that one, unanswered."""
    for _ in range(session.n_askable):
        (item,) = session.query()
        if item.purpose == purpose and session.state.versions:
            return item
        session.label(item.item_id, right(item))
    msg = f"no {purpose} was drawn"
    raise AssertionError(msg)


def refold(session: Session) -> State:
    """Fold the session's journal anew."""
    state = State()
    for entry in session.events():
        state.fold(entry)
    return state


class RecordedComm(BaseComm):
    """A comm that keeps what is sent to the page, in the order it is sent."""

    sent: list[dict[str, Any]]

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        del metadata, buffers, keys
        if "sent" not in self.__dict__:
            self.sent = []
        self.sent.append({"type": msg_type, **(data or {})})

    def receive(self, content: Any) -> None:
        """Take a message as if the page had sent it."""
        data = {"method": "custom", "content": content}
        self.handle_msg({"content": {"data": data}, "buffers": []})
