"""A journal with a past: what a person and a model did, written in bulk instead of lived."""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING

from rhml_widgets.journal import Exposed, Fitted, Journal, Judged, Predicted, Queried, Scored, Shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.table import Corpus
    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal import Event

__all__ = ["begin", "past"]

BATCH = 20_000
PURPOSES = ("teach", "check", "challenge")
SHARES = (0.75, 0.15, 0.10)


def begin(
    path: Path,
    pool: Pool,
    corpus: Corpus,
    n_labels: int,
    *,
    holdout: int = 0,
    refit_every: int = 1,
    n_events: int | None = None,
) -> None:
    """Write a journal in which ``n_labels`` items are labeled.

    Parameters
    ----------
    path : Path
    pool : Pool
        Of the corpus' texts.
    corpus : Corpus
    n_labels : int
    holdout : int
        Items of known truth on which versions are scored.
    refit_every : int
        Labels between two versions.
    n_events : int, optional
        Cut off, or add changed answers, until the journal holds so many.
    """
    from rhml_widgets import Session

    truth = dict(zip(pool.ids, corpus.labels, strict=True)) if holdout else None
    with Session(
        pool=pool,
        classes=corpus.classes,
        journal=path,
        truth=truth,
        holdout=holdout,
        refit="manual",
    ) as session:
        first = session.state.seq
        opened = session.state.opened
        kept = set(opened.holdout)
    items = [
        (item_id, label)
        for item_id, label in zip(pool.ids, corpus.labels, strict=True)
        if item_id not in kept
    ]
    events = past(items[:n_labels], corpus.classes, holdout=holdout, refit_every=refit_every)
    if n_events is not None:
        events = _exactly(events, items, n_events - first)
    journal = Journal(path)
    while batch := list(islice(events, BATCH)):
        journal.append(batch, person="quiet-heron")
    journal.close()


def past(
    items: list[tuple[str, str]],
    classes: list[str],
    *,
    holdout: int = 0,
    refit_every: int = 1,
    seed: int = 0,
) -> Iterator[Event]:
    """Yield what happens while items are labeled, by a model that learns and a person who errs.

    Parameters
    ----------
    items : list of (item_id, right label)
    classes : list of str
    holdout, refit_every : int
        See `begin`.
    seed : int
    """
    draw = random.Random(seed)  # noqa: S311 - a simulation
    version, seq = 0, 0
    for k, (item_id, right) in enumerate(items):
        skill = 0.92 - 0.42 * (1 + k / 15) ** -0.7
        if k >= 2 and k % refit_every == 0:
            version += 1
            yield Fitted(version=version, snapshot_seq=seq, digest=f"{version:024x}", n_labels=k)
            if holdout:
                hits = "".join("1" if draw.random() < skill else "0" for _ in range(holdout))
                yield Scored(version=version, basis="holdout", hits=hits)
        purpose = draw.choices(PURPOSES, SHARES)[0] if version else "teach"
        wrong = draw.choice([label for label in classes if label != right])
        said = right if draw.random() < skill else wrong
        label = right if draw.random() < 0.92 else wrong
        yield Queried(
            item_id=item_id, purpose=purpose, propensity=0.01, n_candidates=5000, version=version
        )
        if version:
            proba = [round(0.8 if one == said else 0.2 / (len(classes) - 1), 6) for one in classes]
            yield Predicted(
                item_id=item_id,
                label=said,
                proba=proba,
                version=version,
                firmness=round(draw.random(), 4),
            )
        yield Shown(item_id=item_id)
        times = {"duration": round(draw.uniform(0.5, 8), 3), "version": version or None}
        yield Judged(item_id=item_id, label=label, stage="first", purpose=purpose, **times)
        if version and purpose != "teach" and said != label and draw.random() < 0.6:
            yield Exposed(item_id=item_id, what="advice", version=version, arm="full", stop=True)
            then = said if draw.random() < 0.4 else label
            yield Judged(
                item_id=item_id, label=then, stage="revised", purpose=purpose, sealed=False, **times
            )


def _exactly(events: Iterator[Event], items: list[tuple[str, str]], n: int) -> Iterator[Event]:
    told = 0
    for event in islice(events, n):
        told += 1
        yield event
    for k in range(n - told):
        item_id, label = items[k % len(items)]
        yield Judged(item_id=item_id, label=label, stage="corrected", duration=1.0)
