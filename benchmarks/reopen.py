"""What reopening a long journal costs, against reading its events and nothing else.

Run as ``python -m benchmarks.reopen [--data FILE.csv --text COL --label COL] [--out table.md]``.
``Journal.entries()`` decodes every event; `Session` does that too, checks the file, hashes the
pool, folds the state and brings the model back. The goal: at most 3 times as long. With
``refit="background"`` it also waits for the first model, a second at most.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.past import begin
from benchmarks.table import arguments, corpus, deliver, in_turn, markdown, ms, ratio

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

HEADER = ("events", "pool", "what", "median, ms", "slowest, ms", "ratio")
READING = "Journal.entries()"


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--pool", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    deliver(run(given), given.out)


def run(given: argparse.Namespace) -> str:
    """Return the table."""
    from rhml_widgets import Session
    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal import Journal

    texts = corpus(given, given.pool)
    pool = Pool(texts.texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.rhml"
        begin(path, pool, texts, len(pool) - 100, n_events=given.events)

        journal = Journal(path, read_only=True)

        def reopen(refit: str) -> Callable[[], None]:
            def session() -> None:
                Session(pool=texts.texts, journal=path, refit=refit).close()

            return session

        sides: dict[str, Callable[[], object]] = {READING: journal.entries}
        for refit in ("manual", "background"):
            sides[f'Session(refit="{refit}")'] = reopen(refit)
        times = in_turn(sides, given.rounds, warm=1)
        journal.close()
    rows = [
        (
            given.events,
            len(pool),
            name,
            ms(median(took)),
            ms(max(took)),
            ratio(took, times[READING]),
        )
        for name, took in times.items()
    ]
    return markdown("Reopening a long journal", HEADER, rows)


if __name__ == "__main__":
    main()
