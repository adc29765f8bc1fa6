"""What a durable append costs over the same insert by bare sqlite3, in one interleaved run.

Run as ``python -m benchmarks.append [--data FILE.csv --text COL --label COL] [--out table.md]``:
the answers have the labels of that file. Both sides commit one event at a time
with a rollback journal and ``synchronous=FULL`` to files in one folder, turn by turn, so that
whatever else the disk does meets both. Ratios count; times are those of the machine at hand.
"""

from __future__ import annotations

import sqlite3
import tempfile
import uuid
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.table import Corpus, arguments, corpus, deliver, in_turn
from rhml_widgets.journal import Journal, Judged, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INSERT = """
INSERT INTO events (event_id, kind, schema, at, person, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (event_id) DO NOTHING
"""


def judged(i: int, label: str = "spam") -> Judged:
    """Make a typical answer."""
    return Judged(
        item_id=f"t1:{i:040x}",
        label=label,
        stage="first",
        purpose="teach",
        duration=2.31,
        version=i // 20,
    )


def fill(journal: Journal, n: int, texts: Corpus) -> None:
    """Store ``n`` answers in batches."""
    labels = texts.labels
    for start in range(0, n, 10_000):
        batch = [judged(i, labels[i % len(labels)]) for i in range(start, min(start + 10_000, n))]
        journal.append(batch, person="p1")


def bare(path: Path) -> sqlite3.Connection:
    """Open a journal's file by sqlite3 alone, in the mode that the journal uses."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=DELETE", "synchronous=FULL", "recursive_triggers=ON"):
        raw.execute(f"PRAGMA {pragma}").close()
    return raw


def compare(
    folder: Path, stored: int, rounds: int, texts: Corpus
) -> tuple[list[float], list[float]]:
    """Time ``rounds`` appends by sqlite3 and as many by the journal, in turn.

    Parameters
    ----------
    folder : Path
    stored : int
        Number of events that both files hold before.
    rounds : int
    texts : Corpus
        Whose labels the answers have.

    Returns
    -------
    tuple of list of float
        Seconds of each append by bare sqlite3, and by the journal.
    """
    journal = Journal(folder / f"journal-{stored}.rhml")
    fill(journal, stored, texts)
    other = folder / f"bare-{stored}.rhml"
    journal.backup(other)
    raw = bare(other)
    body = encode(judged(stored, texts.labels[0]))

    def by_hand() -> None:
        raw.execute("BEGIN IMMEDIATE")
        row = (uuid.uuid4().hex, "Judged", 1, "2026-01-01T00:00:00.000+00:00", "p1", body)
        raw.execute(INSERT, row)
        raw.execute("COMMIT")

    def by_journal() -> None:
        journal.append([judged(stored, texts.labels[0])], person="p1")

    times = in_turn({"bare": by_hand, "journal": by_journal}, rounds, warm=10)
    raw.close()
    journal.close()
    return times["bare"], times["journal"]


def table(results: dict[int, tuple[list[float], list[float]]], source: str) -> str:
    """Lay the results out as a markdown table, a row for each number of events stored."""
    lines = [
        f"### Durable appends; answers with the labels of {source}",
        "",
        "| events stored | measure | bare sqlite3, ms | journal, ms | ratio |",
        "|---:|:---|---:|---:|---:|",
    ]
    measures: dict[str, Callable[[Sequence[float]], float]] = {
        "median": median,
        "p95": lambda times: quantiles(times, n=20)[-1],
    }
    for stored, (base, ours) in results.items():
        for name, measure in measures.items():
            a, b = measure(base), measure(ours)
            lines.append(f"| {stored:,} | {name} | {a * 1e3:.2f} | {b * 1e3:.2f} | {b / a:.2f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the comparison and print its table."""
    parser = arguments("Cost of a durable append, as a ratio.")
    parser.add_argument("--rounds", type=int, default=500, help="appends on each side")
    parser.add_argument("--folder", type=Path, help="where the files are made, for that disk")
    given = parser.parse_args()
    texts = corpus(given)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        results = {n: compare(Path(folder), n, given.rounds, texts) for n in (0, 100_000)}
    deliver(table(results, texts.source), given.out)


if __name__ == "__main__":
    main()
