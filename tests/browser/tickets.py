"""Sessions on the bundled messages, with a person who answered some of them."""

from __future__ import annotations

import functools
import tempfile
import threading
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.linear_model import LogisticRegression

import rhml_widgets as rhml
from rhml_widgets.simulate import Person

MANY = [
    *("account closed", "address change", "app crash", "card lost", "card not working"),
    *("cash withdrawal", "contactless", "duplicate charge", "exchange rate", "how-to", "invoice"),
    *("password", "refund", "statement", "subscription", "top-up failed", "transfer pending"),
    "verify identity",
]


def messages() -> pd.DataFrame:
    """Return the bundled messages."""
    return rhml.datasets.load_messages()


def demo(folder: Path, **more: Any) -> Any:
    """Open a session on them."""
    given = {"refit": "sync", "person": "quiet-heron", "journal": folder / "tickets.rhml", **more}
    return rhml.demo(**given)


def drive(session: Any, n: int) -> Any:
    """Let a simulated person answer some; return the session."""
    Person(messages()["topic"], noise=0.05, random_state=2, seconds=4).drive(session, n)
    return session


@functools.cache
def journal(n: int) -> bytes:
    """Return the journal of a person who answered so many."""
    with tempfile.TemporaryDirectory() as folder:
        drive(demo(Path(folder)), n).close()
        return (Path(folder) / "tickets.rhml").read_bytes()


def driven(folder: Path, n: int = 40) -> Any:
    """Open one whose person answered already."""
    (folder / "tickets.rhml").write_bytes(journal(n))
    return demo(folder)


def of_many(folder: Path) -> Any:
    """Open a session of more classes than keys."""
    texts, topics = messages()["text"], messages()["topic"]
    session = rhml.Session(
        pool=texts,
        classes=MANY,
        journal=folder / "intents.rhml",
        refit="sync",
        person="quiet-heron",
    )
    near = {"billing": ("invoice", "refund"), "bug": ("app crash", "password")}
    where = {
        item: near.get(topics.iloc[n], ("how-to", "statement"))[n % 2]
        for n, item in enumerate(session.pool.ids)
    }
    Person(where, random_state=2).drive(session, 30)
    return session


def audited(folder: Path) -> Any:
    """Open a session whose model was audited."""
    session = driven(folder, 60)
    session.audit(40)
    Person(messages()["topic"], noise=0.05, random_state=3, seconds=4).drive(session, 44)
    return session


def at_odds(folder: Path) -> Any:
    """Open a session in which near-twins carry different labels."""
    session = driven(folder)
    texts = [f"{text} Thanks!" for text in messages()["text"].head(3)]
    session.extend(pd.Series(texts, index=[1000, 1001, 1002]))
    for old, new in zip(session.pool.ids[:3], session.pool.ids[-3:], strict=True):
        if session.state.own(old) is None:
            session.label(old, "billing")
        said = session.state.own(old).label
        session.label(new, "bug" if said != "bug" else "billing")
    session.contradictions()
    return session


class Slow(LogisticRegression):
    """Fits when it is let."""

    let = threading.Event()

    def fit(self, X: Any, y: Any, **more: Any) -> Any:
        self.let.wait(60)
        return super().fit(X, y, **more)


class Broken(LogisticRegression):
    """Never fits."""

    def fit(self, X: Any, y: Any, **more: Any) -> Any:
        msg = "the training cluster is on fire"
        raise RuntimeError(msg)
