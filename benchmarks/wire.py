"""What travels to the page: bytes of the curves and props, and how often.

Run as ``python -m benchmarks.wire [--data FILE.csv --text COL --label COL] [--out table.md]``.
The goals: an update of the curves takes at most 20,000 bytes however many labels there are; while
labels arrive ten a second, it goes out at most twice a second, and the last one always.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.page import Page, listening
from benchmarks.past import begin
from benchmarks.table import arguments, corpus, deliver, markdown

if TYPE_CHECKING:
    import argparse

    from benchmarks.page import Update
    from benchmarks.table import Corpus
    from rhml_widgets.items.pool import Pool

BYTES = (
    "labels",
    "curves, bytes (goal ≤ 20,000)",
    "points",
    "LabelQueue props, bytes a label",
    "Workbench props, bytes a label",
    "Workbench messages a label",
)
PACE = (
    "labels",
    "seconds",
    "updates of the curves",
    "most in any second (goal ≤ 2)",
    "last one sent",
)
HOLDOUT = 200
SETTLED = 1.0
"""Seconds without a label, after which the last update must have gone out."""


def main() -> None:
    """Weigh, count and print the tables."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=20, help="labels weighed in each row")
    parser.add_argument("--seconds", type=float, default=6.0, help="of labels at 10 a second")
    given = parser.parse_args()
    deliver(run(given), given.out)


def run(given: argparse.Namespace) -> str:
    """Return both tables."""
    from rhml_widgets.items.pool import Pool

    texts = corpus(given, max(given.labels) + HOLDOUT + 4 * given.rounds + 100)
    pool = Pool(texts.texts)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for n in given.labels:
            path = Path(folder) / f"{n}.rhml"
            begin(path, pool, texts, n, holdout=HOLDOUT)
            rows.append(_weigh(path, pool, texts, n, given.rounds))
        paced = _pace(Path(folder) / "paced.rhml", texts, given.seconds)
    return (
        markdown("What travels to the page", BYTES, rows)
        + "\n"
        + markdown("How often, at 10 labels a second", PACE, [paced])
    )


def _weigh(path: Path, pool: Pool, texts: Corpus, n: int, rounds: int) -> tuple[object, ...]:
    import rhml_widgets as rhml

    truth = dict(zip(pool.ids, texts.labels, strict=True))
    found: dict[str, float] = {}
    with (
        listening(weigh=True) as sent,
        rhml.Session(pool=pool, journal=path, truth=truth, refit="manual") as session,
    ):
        session.fit()
        curves: dict[str, Any] = {}
        for name in ("LabelQueue", "Workbench"):
            view = getattr(rhml, name)(session)
            page = Page(session, view, texts)
            before = len(sent)
            for _ in range(rounds):
                page.ready()
                page.press()
                page.settle()
            since = [one for one in sent[before:] if "props" in one.sizes]
            found[name] = median(one.sizes["props"] for one in since)
            found["messages"] = len(since) / rounds
            curves = getattr(view, "curves", curves)
            view.close()
    size = len(json.dumps(curves, ensure_ascii=False).encode())
    return (
        n,
        f"{size:,}{'' if size <= 20_000 else ' (missed)'}",
        len(curves["rows"]),
        round(found["LabelQueue"]),
        round(found["Workbench"]),
        f"{found['messages']:.1f}",
    )


def _pace(path: Path, texts: Corpus, seconds: float) -> tuple[object, ...]:
    import rhml_widgets as rhml

    with (
        listening(weigh=True) as sent,
        rhml.Session(pool=texts.texts, classes=texts.classes, journal=path) as session,
    ):
        page = Page(session, rhml.Workbench(session), texts)
        page.begin()
        before, start = len(sent), time.monotonic()
        n_labels = 0
        while time.monotonic() - start < seconds:
            page.answer()
            n_labels += 1
            time.sleep(max(0.0, start + n_labels / 10 - time.monotonic()))
        session.wait()
        time.sleep(SETTLED)
        last = page.view.curves["seq"] == session.state.seq
        went = _curves_of(sent[before:])
    most = max((sum(at <= other < at + 1 for other in went) for at in went), default=0)
    return (
        n_labels,
        f"{seconds:g}",
        len(went),
        f"{most}{'' if most <= 2 else ' (missed)'}",
        "yes" if last else "no (missed)",
    )


def _curves_of(sent: list[Update]) -> list[float]:
    return [one.at for one in sent if "curves" in one.sizes]


if __name__ == "__main__":
    main()
