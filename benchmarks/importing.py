"""What ``import rhml_widgets`` costs in a fresh process, against ``import anywidget``.

Run as ``python -m benchmarks.importing [--out table.md]``. One process an import, in turn. The
goal: at most 1.5 times as long, and none of scikit-learn, pandas, altair and shap loaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.table import arguments, deliver, markdown, ms, ratio

if TYPE_CHECKING:
    import argparse

HEADER = ("statement", "median, ms", "slowest, ms", "ratio", "peak MB", "modules", "heavy ones")
HEAVY = ("sklearn", "pandas", "altair", "shap", "scipy", "numpy")
BASE = "import anywidget"
STATEMENTS = (
    BASE,
    "import rhml_widgets",
    "from rhml_widgets import LabelQueue",
    "from rhml_widgets import Session",
)
_PROBE = """
import json, resource, sys, time
start = time.perf_counter()
{statement}
took = time.perf_counter() - start
heavy = [name for name in {heavy!r} if name in sys.modules]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([took, len(sys.modules), peak, heavy]))
"""


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="processes for each statement")
    given = parser.parse_args()
    deliver(run(given), given.out)


def run(given: argparse.Namespace) -> str:
    """Return the table."""
    found: dict[str, list[tuple[float, int, float, list[str]]]] = {one: [] for one in STATEMENTS}
    for i in range(given.rounds + 1):
        for statement in STATEMENTS:
            told = _probe(statement)
            if i:  # the first round fills the caches of the disk
                found[statement].append(told)
    base = [took for took, *_ in found[BASE]]
    rows = []
    for statement, told in found.items():
        took = [one[0] for one in told]
        _, modules, peak, heavy = told[-1]
        rows.append(
            (
                f"`{statement}`",
                ms(median(took)),
                ms(max(took)),
                ratio(took, base),
                f"{peak:.0f}",
                modules,
                ", ".join(heavy) or "none",
            )
        )
    return markdown("Importing, in fresh processes", HEADER, rows)


def _probe(statement: str) -> tuple[float, int, float, list[str]]:
    code = _PROBE.format(statement=statement, heavy=HEAVY)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    took, modules, peak, heavy = json.loads(run.stdout)
    return took, modules, peak, heavy


if __name__ == "__main__":
    main()
