"""How far knowledge that stays helps another model: a warm start against a cold one.

Run as::

    python -m benchmarks.knowledge [--data FILE.csv --text COLUMN --label COLUMN]
        [--seeds 10] [--taught 240] [--cycles 6] [--labels 40] [--jobs 1] [--out table.md]

Without ``--data`` it runs on the bundled messages. Per seed a simulated person labels ``--taught``
items for the default model (TF-IDF and logistic regression) in so many cycles, as it asks for
them; after each cycle they accept, of at most 10 proposed terms, those of which at least half the
texts of the whole corpus bear the proposed class, or thrice its share, and reject the others. The
knowledge file is all that goes on. Then TF-IDF and multinomial Naive Bayes begin cold and warm,
and learn the same labels, drawn uniformly from the items the first session did not label. Both are
scored on the items neither session labeled, by average precision, the mean over classes: it asks
which texts are likelier of a class, not where the line is (of CTI-ANN's posts 15 % are positive,
and a cold Naive Bayes calls none of them that after 40 labels, whatever it learned). All people
here are simulated; accepting by the truth of the whole corpus is an expert's best case.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from benchmarks.table import Corpus, arguments, corpus, deliver, markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP = 5
"""Labels between two scores."""


@dataclass(frozen=True)
class Starts:
    """Average precision of both starts after 0, 5, 10, ... labels; how many terms it took."""

    cold: list[float]
    warm: list[float]
    n_terms: int
    n_rejected: int

    def reached(self, wanted: float) -> int | None:
        """Return after how many labels the warm start is as good; None: never."""
        return next((STEP * k for k, score in enumerate(self.warm) if score >= wanted), None)


def one_seed(seed: int, data: Corpus, *, taught: int, cycles: int, labels: int) -> Starts:
    """Teach a model, keep what was learned, and start another one with and without it."""
    truth = dict(zip(data.texts, data.labels, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.knowledge.yaml"
        with rhml.Session(
            pool=data.texts, classes=data.classes, journal=None, refit="manual", random_state=seed
        ) as session:
            rejected = teach(session, data, truth, taught=taught, cycles=cycles, seed=seed)
            n_terms = len(session.knowledge.lexicon)
            judged = {session.pool.words(session.pool.number(i)) for i in session.state.answers}
            session.knowledge.save(path)
        left = [text for text in data.texts if text not in judged]
        left = [left[k] for k in np.random.default_rng(seed).permutation(len(left)).tolist()]
        cold = curve(data, truth, left, labels)
        warm = curve(data, truth, left, labels, knowledge=path)
    return Starts(cold, warm, n_terms, rejected)


def teach(
    session: Any, data: Corpus, truth: Mapping[str, str], *, taught: int, cycles: int, seed: int
) -> int:
    """Label and decide on what is proposed; return how many terms were rejected."""
    person = rhml.simulate.Person(
        {
            one: truth[text]
            for one, text in zip(session.pool.ids, session.pool.contents, strict=True)
        },
        random_state=seed,
    )
    n_rejected = 0
    for _ in range(cycles):
        for _ in range(4):
            person.drive(session, taught // cycles // 4)
            session.fit()
        for row in session.knowledge.lexicon.proposals(10).itertuples(index=False):
            term, label = row[0], row[1]
            held = [truth[text] == label for text in data.texts if term in text.casefold()]
            usual = np.mean([one == label for one in data.labels])
            if np.mean(held) >= min(0.5, 3 * usual):
                session.knowledge.lexicon.accept(term)
            else:
                session.knowledge.lexicon.reject(term)
                n_rejected += 1
    return n_rejected


def curve(
    data: Corpus,
    truth: Mapping[str, str],
    left: Sequence[str],
    labels: int,
    *,
    knowledge: Path | None = None,
) -> list[float]:
    """Return average precision on the texts after the first ``labels``, every five from 0 on."""
    found = []
    rest = list(left[labels:])
    right = np.array([truth[text] for text in rest])
    with rhml.Session(
        make_pipeline(TfidfVectorizer(), MultinomialNB()),
        data.texts,
        classes=data.classes,
        knowledge=knowledge,
        journal=None,
        refit="manual",
    ) as session:
        ids = dict(zip(session.pool.contents, session.pool.ids, strict=True))
        for n in range(0, labels + 1, STEP):
            for text in left[max(n - STEP, 0) : n]:
                session.label(ids[text], truth[text])
            session.fit()
            shares = (
                session.model.predict_proba(rest)
                if session.state.versions
                else np.zeros((len(rest), len(data.classes)))
            )
            known = list(session.model.classes_) if session.state.versions else data.classes
            each = [
                average_precision_score(right == label, shares[:, known.index(label)])
                if label in known
                else float(np.mean(right == label))
                for label in data.classes
            ]
            found.append(float(np.mean(each)))
    return found


def rows(found: Sequence[Starts]) -> list[list[str]]:
    """Return mean and standard deviation of both scores after so many labels."""
    table = []
    for k in range(len(found[0].cold)):
        cells = [str(STEP * k)]
        for side in ("cold", "warm"):
            scores = [getattr(one, side)[k] for one in found]
            spread = f" ± {np.std(scores, ddof=1):.3f}" if len(scores) > 1 else ""
            cells.append(f"{np.mean(scores):.3f}{spread}")
        table.append(cells)
    return table


def said(found: Sequence[Starts], labels: int) -> str:
    """Return after how many labels warm starts were as good as cold ones with all of theirs."""
    mean_cold = float(np.mean([one.cold[-1] for one in found]))
    means = np.mean([one.warm for one in found], axis=0).tolist()
    mean = next((STEP * k for k, score in enumerate(means) if score >= mean_cold), None)
    each = [one.reached(one.cold[-1]) for one in found]
    told = ", ".join("never" if one is None else str(one) for one in each)
    reached = f"after {mean} labels" if mean is not None else f"not within {labels} labels"
    terms = np.mean([one.n_terms for one in found])
    rejected = np.mean([one.n_rejected for one in found])
    return (
        f"\nThe mean warm start reaches the mean cold start of {labels} labels ({mean_cold:.3f}) "
        f"{reached}; by seed: {told}. The file held {terms:.1f} terms on average; "
        f"{rejected:.1f} proposals were rejected.\n"
    )


def main() -> None:
    """Run it and print its table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--taught", type=int, default=240, help="labels of the first session")
    parser.add_argument("--cycles", type=int, default=6, help="times that terms are proposed")
    parser.add_argument("--labels", type=int, default=40, help="labels of the second session")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    texts = corpus(given)
    options = {"taught": given.taught, "cycles": given.cycles, "labels": given.labels}
    run = partial(one_seed, data=texts, **options)
    if given.jobs > 1:
        with ProcessPoolExecutor(given.jobs) as workers:
            found = list(workers.map(run, range(given.seeds)))
    else:
        found = [run(seed) for seed in range(given.seeds)]
    head = (
        f"{texts.source}: {len(texts.texts):,} texts, {len(texts.classes)} classes; {given.seeds} "
        f"seeds; {given.taught} labels and the proposals of {given.cycles} cycles by a simulated "
        "person, logistic regression first, Naive Bayes then; average precision, mean over "
        "classes, on texts nobody labeled.\n\n"
    )
    header = ["labels", "cold", "warm"]
    deliver(
        head + markdown("A warm start", header, rows(found)) + said(found, given.labels), given.out
    )


if __name__ == "__main__":
    main()
