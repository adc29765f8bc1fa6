"""How long the kernel takes from a page's label to its reply, against two durable appends.

Run as ``python -m benchmarks.latency [--data FILE.csv --text COL --label COL] [--out table.md]``.
A label is answered by the widget's own dispatch on a journal in a file, the next item drawn and
the props sent to a comm that turns them into JSON. Before each, two appends of one event to
another journal in the same folder are timed. The goal: their median + 3 ms. While a refit runs,
each label comes at a random moment of it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.append import judged
from benchmarks.page import Page, listening
from benchmarks.table import arguments, corpus, deliver, markdown, ms, p95, ratio, timed
from rhml_widgets.views.desk import AHEAD

if TYPE_CHECKING:
    import argparse

    from benchmarks.table import Corpus
    from rhml_widgets.session import Session

HEADER = (
    "pool",
    "view",
    "model",
    "labels timed",
    "2 appends, median ms",
    "reply, median ms",
    "reply, p95 ms",
    "median over 2 appends",
    "reply less the 2 appends before it, median ms (goal ≤ 3)",
)
SPARE = 0.003
"""Seconds that a reply may take beyond two appends."""


def main() -> None:
    """Measure both views, idle and while a refit runs, and print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--pools", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=150, help="labels timed in each row")
    parser.add_argument("--folder", type=Path, help="where the files are made, for that disk")
    parser.add_argument("--warm", type=int, default=30, help="labels before that")
    given = parser.parse_args()
    deliver(run(given), given.out)


def run(given: argparse.Namespace) -> str:
    """Return the table."""
    rows = []
    for n in given.pools:
        texts = corpus(given, n)
        for view in ("LabelQueue", "Workbench"):
            with tempfile.TemporaryDirectory(dir=given.folder) as folder:
                rows += _rows(Path(folder), texts, view, given)
    return markdown("From a label to its reply, in the kernel", HEADER, rows)


def _rows(
    folder: Path, texts: Corpus, name: str, given: argparse.Namespace
) -> list[tuple[object, ...]]:
    import rhml_widgets as rhml
    from rhml_widgets.journal import Journal

    other = Journal(folder / "other.rhml")
    rows: list[tuple[object, ...]] = []
    with (
        listening(),
        rhml.Session(
            pool=texts.texts, classes=texts.classes, journal=folder / "journal.rhml"
        ) as session,
    ):
        page = Page(session, getattr(rhml, name)(session), texts)
        page.begin(given.warm)
        for model in ("idle", "refitting"):
            appends, replies = _times(session, page, other, model, given.rounds)
            spare = median(b - a for a, b in zip(appends, replies, strict=True))
            rows.append(
                (
                    len(session.pool),
                    name,
                    model,
                    len(replies),
                    ms(median(appends)),
                    ms(median(replies)),
                    ms(p95(replies)),
                    ratio(replies, appends),
                    f"{ms(spare)}{'' if spare <= SPARE else ' (missed)'}",
                )
            )
    other.close()
    return rows


def _times(
    session: Session, page: Page, other: Any, model: str, rounds: int
) -> tuple[list[float], list[float]]:
    draw = np.random.default_rng(0)
    appends: list[float] = []
    replies: list[float] = []
    refits = [0.0]

    def append() -> None:
        for _ in range(2):
            other.append([judged(len(appends))], person="p1")

    # Where refits are so short that labels keep missing them, fewer are timed.
    for i in range(3 * rounds):
        if len(replies) == rounds or len(page.queue["items"]) < AHEAD:
            break
        session.wait()
        before = timed(append)
        if model == "refitting":
            page.answer()
            if i % 5 == 0:
                refits.append(timed(session.wait))
                continue
            page.ready()
            time.sleep(draw.uniform(0, median(refits)))
        else:
            page.ready()
        runs = session.fitting
        took = timed(page.press)
        page.settle()
        if runs == (model == "refitting"):
            appends.append(before)
            replies.append(took)
    session.wait()
    return appends, replies


if __name__ == "__main__":
    main()
