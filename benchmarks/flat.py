"""Whether a label costs the same when there are many already.

Run as ``python -m benchmarks.flat [--data FILE.csv --text COL --label COL] [--out table.md]``.
Sessions on the same pool, with 100 to 100,000 labels already there, take one label each in turn;
``refit="manual"``, so no fit is in it. The goal: at most 1.3 times as long at 100,000 as at 100.
Then the same through the widget's dispatch, props included; and what drawing the curves costs,
which happens in a thread of its own, at most a tenth of the time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.page import Page, listening
from benchmarks.past import begin
from benchmarks.table import arguments, corpus, deliver, in_turn, markdown, ms, p95, ratio, timed
from rhml_widgets.views.desk import Desk

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from rhml_widgets.session import Session

WARM = 3
HEADER = ("labels there", "what", "median, ms", "p95, ms", "ratio to the fewest")


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=100, help="labels timed in each row")
    given = parser.parse_args()
    deliver(run(given), given.out)


def run(given: argparse.Namespace) -> str:
    """Return the table."""
    import rhml_widgets as rhml
    from rhml_widgets.items.pool import Pool

    texts = corpus(given, max(given.labels) + 3 * given.rounds + 20)
    pool = Pool(texts.texts)
    label_of = dict(zip(pool.ids, texts.labels, strict=True))
    with tempfile.TemporaryDirectory() as folder, listening():
        sessions: dict[int, Session] = {}
        for n in given.labels:
            path = Path(folder) / f"{n}.rhml"
            begin(path, pool, texts, n, refit_every=10)
            sessions[n] = rhml.Session(
                pool=pool, classes=texts.classes, journal=path, refit="manual"
            )
        rows = _rows(
            "session.label",
            in_turn({n: _label(one, label_of) for n, one in sessions.items()}, given.rounds),
        )
        pages = {n: Page(one, rhml.LabelQueue(one), texts) for n, one in sessions.items()}
        rows += _rows("reply of the LabelQueue", _replies(pages, given.rounds))
        desks = {n: Desk.of(one).curves for n, one in sessions.items()}
        rows += _rows("drawing the curves, beside it", in_turn(desks, 5, warm=1))
        for one in sessions.values():
            one.close()
    title = f'A label among many, pool of {len(pool):,}, refit="manual"'
    return markdown(title, HEADER, rows)


def _label(session: Session, label_of: dict[str, str]) -> Callable[[], object]:
    free = iter([one for one in session.pool.ids if one not in session.state.answers])

    def label() -> None:
        item_id = next(free)
        session.label(item_id, label_of[item_id], duration=2.0)

    return label


def _replies(pages: dict[int, Page], rounds: int) -> dict[int, list[float]]:
    times: dict[int, list[float]] = {n: [] for n in pages}
    for i in range(rounds + WARM):
        for n, page in pages.items():
            page.ready()
            took = timed(page.press)
            page.settle()
            if i >= WARM:
                times[n].append(took)
    return times


def _rows(what: str, times: dict[int, list[float]]) -> list[tuple[object, ...]]:
    fewest = times[min(times)]
    return [
        (n, what, ms(median(took)), ms(p95(took)), ratio(took, fewest))
        for n, took in sorted(times.items())
    ]


if __name__ == "__main__":
    main()
