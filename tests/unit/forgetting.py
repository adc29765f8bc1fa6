"""A session that forgets on demand: words that carry the answers and nothing else to go by."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

from rhml_widgets.journal.events import Taught
from rhml_widgets.session import Session

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {
    "card": ["lost", "blocked", "plastic", "wallet", "limit"],
    "refund": ["money", "charge", "invoice", "paid", "owed"],
    "crash": ["freeze", "error", "screen", "update", "blank"],
}
POOL = [" ".join(pair) for words in WORDS.values() for pair in permutations(words, 2)]
TRUTH = {text: label for label in WORDS for text in POOL if text.split()[0] in WORDS[label]}


def begin(journal: Path | None = None, **arguments: Any) -> Session:
    """Open a session on the pairs of words; in memory and in step, unless told else."""
    given: dict[str, Any] = {"classes": list(WORDS), "refit": "sync", "pool": POOL, **arguments}
    return Session(journal=journal, **given)


def work(session: Session, n: int = 40) -> None:
    """Answer ``n`` items rightly, as they are asked."""
    for item in (session.query()[0] for _ in range(n)):
        session.label(item.item_id, TRUTH[item.content])


def mislead(session: Session) -> int:
    """Strike all words of two classes, at once: what tells them from each other is forgotten."""
    terms = (*WORDS["card"], *WORDS["refund"])
    strikes = [
        {"term": term, "label": None, "stance": "irrelevant", "strength": 1.0} for term in terms
    ]
    (entry,) = session._record([Taught(stances=strikes)])
    session.fit()
    return entry.seq
