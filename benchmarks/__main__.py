"""All benchmarks in turn, at moderate sizes: some minutes, one process each.

Run as ``python -m benchmarks [--data FILE.csv --text COL --label COL] [--only NAME ...]
[--out tables.md]``; the exit status is 1 where one failed, and the others are run all the same.
Each can be run alone, at its full size: ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.table import arguments

SIZES: dict[str, str] = {
    "importing": "--rounds 7",
    "append": "--rounds 200",
    "latency": "--rounds 50",
    "flat": "--rounds 50",
    "reopen": "--rounds 3",
    "wire": "",
    "explain": "--rounds 60",
    "refit": "--rounds 15",
    "labels": "--seeds 3 --jobs 2",
    "sweeps": "--seeds 3",
    "audit": "--seeds 3 --sessions 300",
    "twice": "--seeds 3",
    "warm": "--seeds 3",
    "knowledge": "--seeds 3",
}
"""What is run, in this order, and how large."""

WITHOUT_TEXTS = ("importing",)


def main() -> int:
    """Run them and print their tables; return how many failed."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=list(SIZES), choices=list(SIZES))
    given = parser.parse_args()
    texts = []
    if given.data is not None:
        texts = ["--data", str(given.data), "--text", given.text, "--label", given.label]
    tables, n_failed = [], 0
    for name in given.only:
        start = time.monotonic()
        command = [sys.executable, "-m", f"benchmarks.{name}", *SIZES[name].split()]
        if name not in WITHOUT_TEXTS:
            command += texts
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
        n_failed += run.returncode != 0
        told = run.stdout if run.returncode == 0 else f"failed, status {run.returncode}\n"
        tables.append(f"## {name}\n\n{told.strip()}\n")
        print(f"{tables[-1]}\n({time.monotonic() - start:.0f} s)\n", flush=True)
    if given.out is not None:
        given.out.write_text("\n".join(tables), encoding="utf-8")
    return n_failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
