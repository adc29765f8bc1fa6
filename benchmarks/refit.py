"""One more label: refit, every item rescored, the fifty closest calls.

Measured against the least that can be had from scikit-learn: one product of the float32 matrix
with the coefficients, and its own fit on the labeled rows, already cut to their columns. All
sides run in turn, in one process, on one BLAS thread::

    python -m benchmarks.refit --data messages.csv --text text --label label
"""

from __future__ import annotations

import warnings
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.table import arguments, corpus, deliver, in_turn, markdown, ms, ratio
from rhml_widgets.machine.defaults import default_model
from rhml_widgets.machine.estimators import fit_head
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.matrices import support
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

N_ITEMS = 100_000
N_LABELS = (50, 300, 1_000)
N_HEAD = 50
GOAL = "1.2"
HEADER = (
    "classes",
    "labels",
    "columns",
    "product",
    "fit",
    "refit, rank",
    "ratio",
    "coef. differ by",
)


def main() -> None:
    """Print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=N_ITEMS)
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    # Few labels of many classes are the usual case here, not a mistake.
    warnings.filterwarnings("ignore", message="The number of unique classes")
    texts = corpus(given, given.items)
    features = Features(default_model(), texts.texts)
    names, counts = np.unique(texts.labels, return_counts=True)
    most = names[counts.argmax()]
    two = np.where(np.array(texts.labels) == most, most, "other")
    rows = []
    with single_threaded():
        for labels in (two, np.array(texts.labels)):
            if len(set(labels)) > 2 or labels is two:
                rows += [_row(features, labels, n, given.rounds) for n in N_LABELS]
    title = (
        f"Refit and rank {len(texts.texts):,} items, {features.X.shape[1]:,} columns "
        f"({texts.source}); ms, medians of {given.rounds}; goal for two classes: ratio ≤ {GOAL}"
    )
    deliver(markdown(title, HEADER, rows), given.out)


def _row(features: Features, labels: NDArray[Any], n: int, rounds: int) -> Sequence[object]:
    classes = sorted(set(labels.tolist()))
    numbers = np.random.default_rng(0).choice(len(labels), n, replace=False)
    y = labels[numbers]
    own = features.head
    columns, narrow = support(features.X[numbers])
    full = LogisticRegression(C=own.C, max_iter=own.max_iter).fit(features.X[numbers], y)
    weights = full.coef_.T.astype(np.float32)
    weights = weights[:, 0] if weights.shape[1] == 1 else weights

    def product() -> object:
        return features.X32 @ weights

    def fit() -> object:
        return LogisticRegression(C=own.C, max_iter=own.max_iter).fit(narrow, y)

    def loop() -> object:
        head = fit_head(own, features.X[numbers], y, classes=classes)
        return outlook(head, features.X32, classes).closest(N_HEAD)

    times = in_turn({"product": product, "fit": fit, "loop": loop}, rounds)
    least = [a + b for a, b in zip(times["product"], times["fit"], strict=True)]
    differ = np.abs(fit_head(own, features.X[numbers], y).coef_ - full.coef_).max()
    return (
        len(classes),
        n,
        len(columns),
        ms(median(times["product"])),
        ms(median(times["fit"])),
        ms(median(times["loop"])),
        ratio(times["loop"], least),
        f"{differ:.0e}",
    )


if __name__ == "__main__":
    main()
