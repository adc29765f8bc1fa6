"""One explanation with its spans, against one prediction on one raw text.

All sides run in turn, in one process, on one BLAS thread; each round explains another item::

    python -m benchmarks.explain --data messages.csv --text text --label label
"""

from __future__ import annotations

from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from benchmarks.table import arguments, corpus, deliver, in_turn, markdown, ms, ratio
from rhml_widgets.machine.defaults import default_model
from rhml_widgets.machine.explainers import explain, explain_item
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

N_ITEMS = 10_000
N_TRAIN = 1_000
N_CHECKED = 200
GOAL = "2"
HEADER = ("model", "predict", "explain", "ratio", "in a session", "ratio", "score differs by")


def main() -> None:
    """Print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=N_ITEMS)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    pool = corpus(given, given.items)
    models = {
        "the default": default_model(),
        "words and pairs": make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=1_000)
        ),
        "characters in words": make_pipeline(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)),
            LogisticRegression(max_iter=1_000),
        ),
        "hashed words": make_pipeline(HashingVectorizer(), LogisticRegression(max_iter=1_000)),
        "LinearSVC": make_pipeline(TfidfVectorizer(), LinearSVC()),
        "MultinomialNB": make_pipeline(TfidfVectorizer(), MultinomialNB()),
    }
    with single_threaded():
        rows = [
            _row(name, model, pool.texts, pool.labels, given.rounds)
            for name, model in models.items()
        ]
    title = (
        f"One explanation and its spans ({pool.source}); ms, medians of {given.rounds}; "
        f"predict = predict_proba or decision_function on one raw text; goal: ratio ≤ {GOAL}"
    )
    deliver(markdown(title, HEADER, rows), given.out)


def _row(
    name: str, model: Any, texts: Sequence[str], labels: Sequence[str], rounds: int
) -> Sequence[object]:
    features = Features(model, texts)
    head = features.head.fit(features.X[:N_TRAIN], labels[:N_TRAIN])
    plain = features.assemble(head)
    predict = plain.predict_proba if hasattr(plain, "predict_proba") else plain.decision_function
    turns = {side: cycle(range(len(texts))) for side in ("predict", "explain", "session")}

    def ask() -> object:
        return predict([texts[next(turns["predict"])]])

    def explained() -> object:
        return explain(plain, texts, next(turns["explain"]))

    def in_session() -> object:
        number = next(turns["session"])
        return explain_item(features, head, number, texts[number])

    times = in_turn({"predict": ask, "explain": explained, "session": in_session}, rounds)
    return (
        name,
        ms(median(times["predict"])),
        ms(median(times["explain"])),
        ratio(times["explain"], times["predict"]),
        ms(median(times["session"])),
        ratio(times["session"], times["predict"]),
        f"{_difference(plain, texts[:N_CHECKED]):.0e}",
    )


def _difference(plain: Any, texts: Sequence[str]) -> float:
    """Return how far the sums of the contributions are from the model's own scores."""
    classes = list(plain.classes_)
    differ = 0.0
    for i, text in enumerate(texts):
        found = explain(plain, texts, i, label=classes[1], against=classes[0])
        total = found.baseline + found.contributions.sum()
        if hasattr(plain, "predict_log_proba"):
            proba = plain.predict_log_proba([text])[0]
            own = proba[1] - proba[0]
        else:
            scores = np.atleast_1d(plain.decision_function([text])[0])
            own = scores[0] if len(scores) == 1 else scores[1] - scores[0]
        differ = max(differ, abs(float(total - own)))
    return differ


if __name__ == "__main__":
    main()
