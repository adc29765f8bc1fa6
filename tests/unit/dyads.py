"""A dyad for tests: writes the events of a session by hand and folds them into a State."""

from __future__ import annotations

import random
from itertools import count
from typing import TYPE_CHECKING

from rhml_widgets.journal.events import (
    Entry,
    Exposed,
    Fitted,
    Imported,
    Judged,
    Opened,
    Predicted,
    Queried,
    Retracted,
    Scored,
    Skipped,
    Taught,
)
from rhml_widgets.state import State

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Event, Label

AT = "2026-01-05T09:00:00Z"


class Dyad:
    """A State and the short words to fold events into it; each returns the seq."""

    def __init__(self) -> None:
        self.state = State()
        self._seqs = count(1)
        self.fold(Opened(pool_digest="p", n_items=10_000, n_rows=10_000, item_kind="text"))

    def fold(self, event: Event) -> int:
        seq = next(self._seqs)
        self.state.fold(Entry(seq, f"e{seq}", AT, "quiet-heron", event))
        return seq

    def fit(self, version: int, *, hits: str = "", lesson: int | None = None) -> int:
        seq = self.fold(
            Fitted(
                version=version,
                snapshot_seq=self.state.seq,
                digest="d",
                n_labels=self.state.n_labeled + len(self.state.imported),
                lesson=lesson,
                flips=None if lesson is None else 31,
            )
        )
        if hits:
            self.fold(Scored(version=version, basis="holdout", hits=hits))
        return seq

    def ask(self, item: str, purpose: str = "check", *, lesson: int | None = None) -> int:
        return self.fold(
            Queried(item_id=item, purpose=purpose, propensity=0.01, n_candidates=100, lesson=lesson)
        )

    def predict(self, item: str, label: Label, version: int = 1, firmness: float = 0.9) -> int:
        return self.fold(
            Predicted(
                item_id=item, label=label, proba=[0.9, 0.1], version=version, firmness=firmness
            )
        )

    def answer(self, item: str, label: Label, *, stage: str = "first", sealed: bool = True) -> int:
        return self.fold(Judged(item_id=item, label=label, stage=stage, sealed=sealed))

    def check(self, item: str, said: Label, label: Label, *, version: int = 1) -> int:
        """Draw a check, predict, answer; return the seq of the answer."""
        self.ask(item)
        self.predict(item, said, version)
        return self.answer(item, label)

    def stop(self, item: str, said: Label, label: Label, then: Label, **kind: float) -> int:
        """Answer a challenge blind, see the model's view, decide."""
        self.ask(item, "challenge")
        self.predict(item, said, **kind)
        self.answer(item, label)
        self.expose(item, stop=True)
        return self.answer(item, then, stage="revised", sealed=False)

    def expose(self, item: str | None, *, stop: bool = False) -> int:
        return self.fold(Exposed(item_id=item, what="full", stop=stop))

    def skip(self, item: str) -> int:
        return self.fold(Skipped(item_id=item))

    def retract(self, target: int) -> int:
        return self.fold(Retracted(target=target))

    def teach(self, term: str) -> int:
        return self.fold(Taught(stances=[{"term": term, "label": None, "stance": "irrelevant"}]))

    def bring(self, labels: dict[str, Label]) -> int:
        return self.fold(Imported(labels=[[item, label] for item, label in labels.items()]))


def worked(
    n_labels: int,
    *,
    seed: int = 0,
    holdout: int = 0,
    share: float = 0.15,
    refit: int = 1,
    lessons: int = 0,
) -> tuple[Dyad, dict[str, Label]]:
    """Work through ``n_labels`` items with a model that learns and a person right on 92 %.

    Returns the dyad and the truth of every item.
    """
    draw = random.Random(seed)  # noqa: S311 - a simulation
    dyad, truth = Dyad(), {}
    version = 0
    for k in range(n_labels):
        skill = 0.92 - 0.42 * (1 + k / 15) ** -0.7
        if k >= 2 and k % refit == 0:
            version += 1
            lesson = (
                dyad.teach(f"w{k}") if lessons and k % max(1, n_labels // lessons) == 7 else None
            )
            right = "".join("1" if draw.random() < skill else "0" for _ in range(holdout))
            dyad.fit(version, hits=right, lesson=lesson)
        item = f"i{k}"
        truth[item] = draw.choice(["a", "b"])
        wrong = "b" if truth[item] == "a" else "a"
        purpose = draw.choices(["teach", "check", "challenge"], [0.9 - share, share, 0.1])[0]
        dyad.ask(item, purpose)
        said = truth[item] if draw.random() < skill else wrong
        label = truth[item] if draw.random() < 0.92 else wrong
        if version:
            dyad.predict(item, said, version, firmness=draw.random())
        dyad.answer(item, label)
        if version and purpose != "teach" and said != label and draw.random() < 0.6:
            dyad.expose(item, stop=True)
            then = said if draw.random() < 0.4 else label
            dyad.answer(item, then, stage="revised", sealed=False)
    return dyad, truth
