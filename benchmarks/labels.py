"""How many labels a strategy needs, and what marks and class names are worth, on any CSV.

Run as::

    python -m benchmarks.labels --data FILE.csv --text COLUMN --label COLUMN
        [--positive LABEL] [--classes 10] [--seeds 10] [--first-seed 0]
        [--strategies diverse margin random] [--budget 400] [--marks first] [--jobs 2]
        [--out table.md]

Without ``--data`` it runs on the bundled messages. Everything goes through the public face: a
`rhml_widgets.Session` (journal in memory, ``refit="sync"``, ``purposes={"teach": 1}``) answered
one item at a time by a simulated person who knows the truth. Per seed: a stratified 60/40 split,
the pool being the 60 %, scores taken on the 40 %; "full" is the same model fitted on the whole
pool. Average precision with ``--positive``, else macro-F1. The crossing of 80, 90 and 95 % of the
full score is that of the mean curve over seeds; intervals are percentiles of a bootstrap over
seeds (95 %). Figures are given as they come out, and the person is simulated: it marks, of the
full model's 100 heaviest terms for the class, the two heaviest that stand in the text (with
``--marks first``, the two that stand first, which may be weak ones). Nobody knows them so well;
a wrong mark is any word of the text.
"""

from __future__ import annotations

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import rhml_widgets as rhml
from benchmarks.label_tables import LOOKS, STEP, report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    import pandas as pd

STRATEGIES = ("diverse", "margin", "entropy", "least_confidence", "mixed", "random")
MIN_POSITIVE = 5
N_TERMS = 100
N_MARKS = 2

Curves = dict[str, list[float]]
"""Score by run, at 0, `STEP`, 2 `STEP`, ... labels."""


@dataclass(frozen=True)
class Task:
    """A labeled set, ready to be split.

    Attributes
    ----------
    texts, labels : ndarray of str, shape (n_texts,)
    classes : list of str
        Most frequent first.
    positive : str or None
    """

    name: str
    texts: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    classes: list[str]
    positive: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What is run for each seed."""

    strategies: tuple[str, ...]
    budget: int
    extras: bool = True
    marks: str = "heaviest"


@dataclass(frozen=True)
class Outcome:
    """What one seed gave."""

    seed: int
    full: float
    n_pool: int
    curves: Curves = field(default_factory=dict)


# ---- the data -----------------------------------------------------------------------------


def read_task(
    data: str | None, text: str, label: str, *, positive: str | None, n_classes: int
) -> Task:
    """Read a CSV and say what was left out of it."""
    import pandas as pd

    if data is None:
        frame = rhml.datasets.load_messages()
        text, label, name = "text", "topic", "bundled messages (synthetic)"
    else:
        # As text: a column of whole numbers with a gap would come as 1.0, 2.0.
        frame = pd.read_csv(data, dtype=str)
        name = Path(data).name
    for column in (text, label):
        if column not in frame.columns:
            msg = f"{name} has no column {column!r}; it has {', '.join(map(str, frame.columns))}"
            raise SystemExit(msg)
    return make_task(name, frame[text], frame[label], positive=positive, n_classes=n_classes)


def make_task(
    name: str, texts: pd.Series, labels: pd.Series, *, positive: str | None, n_classes: int
) -> Task:
    """Drop what cannot be used, keep the most frequent classes."""
    notes = []
    usable = (texts.notna() & labels.notna()).to_numpy()
    if not usable.all():
        notes.append(f"{int((~usable).sum())} rows without text or label left out")
    texts, labels = texts[usable].astype(str), labels[usable].astype(str)
    # A text on both sides of a split would be scored on what was learned by heart.
    again = texts.duplicated().to_numpy()
    if again.any():
        notes.append(f"{int(again.sum())} exact duplicates left out")
    texts, labels = texts[~again], labels[~again]
    counts = labels.value_counts()
    if positive is not None and counts.get(positive, 0) < MIN_POSITIVE:
        msg = (
            f"{counts.get(positive, 0)} rows of {name} are labeled {positive!r}; {MIN_POSITIVE} "
            f"are needed. Labels are {', '.join(map(repr, counts.index[:10]))}"
        )
        raise SystemExit(msg)
    classes = [str(c) for c in counts.index]
    if positive is None and len(classes) > n_classes:
        notes.append(f"the {n_classes} most frequent of {len(classes)} classes")
        classes = classes[:n_classes]
    if len(classes) < 2:
        msg = f"{name} holds {len(classes)} classes; at least 2 are needed"
        raise SystemExit(msg)
    kept = labels.isin(classes).to_numpy()
    return Task(
        name,
        texts[kept].to_numpy(dtype=object),
        labels[kept].to_numpy(dtype=object),
        classes,
        positive,
        tuple(notes),
    )


def split(labels: npt.NDArray[Any], seed: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the numbers of pool (60 %) and test, class by class; a lone item goes to the pool."""
    rng = np.random.default_rng(seed)
    pool, test = [], []
    for label in sorted(set(labels.tolist())):
        numbers = rng.permutation(np.flatnonzero(labels == label))
        n_pool = int(np.ceil(0.6 * len(numbers)))
        pool.append(numbers[:n_pool])
        test.append(numbers[n_pool:])
    return rng.permutation(np.concatenate(pool)), np.concatenate(test)


# ---- one seed -----------------------------------------------------------------------------


def make_model() -> Any:
    """Return the model that every run uses."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)
    )


def make_score(task: Task, texts: Sequence[str], truth: npt.NDArray[Any]) -> Callable[[Any], float]:
    """Return what scores a fitted model, or None for the one that says nothing, on the test."""
    from sklearn.metrics import average_precision_score, f1_score

    def score(estimator: Any) -> float:
        if task.positive is not None:
            positive = truth == task.positive
            if estimator is None or task.positive not in estimator.classes_:
                return float(positive.mean())
            column = list(estimator.classes_).index(task.positive)
            return float(
                average_precision_score(positive, estimator.predict_proba(texts)[:, column])
            )
        if estimator is None:
            predicted = np.full(len(truth), task.classes[0], dtype=object)
        else:
            predicted = estimator.predict(texts)
        present = sorted(set(truth.tolist()))
        return float(f1_score(truth, predicted, labels=present, average="macro", zero_division=0))

    return score


def heaviest_terms(task: Task, full: Any) -> dict[str, dict[str, int]]:
    """Return the full model's heaviest terms by class, each with its place: what is marked."""
    names = full[:-1].get_feature_names_out()
    model = full[-1]
    coef = model.coef_ if len(model.coef_) > 1 else np.vstack([-model.coef_, model.coef_])
    found = {}
    for label, row in zip(model.classes_, coef, strict=True):
        top = np.argsort(-row)[:N_TERMS]
        found[str(label)] = {str(names[i]): place for place, i in enumerate(top) if row[i] > 0}
    return {label: found.get(label, {}) for label in task.classes}


def run_seed(task: Task, plan: Plan, seed: int) -> Outcome:
    """Run all of a plan on one split."""
    # A class that is not in the first labels yet is no reason to stop.
    warnings.simplefilter("ignore")
    pool, test = split(task.labels, seed)
    texts, truth = task.texts[pool].tolist(), task.labels[pool]
    score = make_score(task, task.texts[test].tolist(), task.labels[test])
    full = make_model().fit(texts, truth)
    weights = heaviest_terms(task, full)
    analyze = full[0].build_analyzer()

    def marks(text: str, label: str) -> list[str]:
        known = weights.get(label, {})
        told = dict.fromkeys(term for term in analyze(text) if term in known)
        if plan.marks == "heaviest":
            return sorted(told, key=known.__getitem__)[:N_MARKS]
        return list(told)[:N_MARKS]

    def run(budget: int, person: dict[str, Any] | None = None, **arguments: Any) -> list[float]:
        arguments = {"purposes": {"teach": 1.0}, "refit": "sync", **arguments}
        driven = rhml.simulate.Person(truth, random_state=seed, **(person or {}))
        with rhml.Session(
            make_model(),
            texts,
            journal=None,
            person="simulated",
            random_state=seed,
            **arguments,
        ) as session:
            curve = [score(live(session))]
            while len(curve) * STEP <= min(budget, len(texts)):
                driven.drive(session, STEP)
                session.fit()
                curve.append(score(live(session)))
        return curve

    curves: Curves = {}
    for name in plan.strategies:
        if name == "random":
            # Nothing is drawn by the model, so it need not learn between looks.
            curves[name] = run(3 * plan.budget, strategy="random", refit=STEP)
        else:
            curves[name] = run(plan.budget, strategy=_strategy(name))
    if plan.extras:
        few = min(plan.budget, max(LOOKS))
        first = plan.strategies[0]
        asked = {"strategy": _strategy(first)}
        curves[f"{first}, default purposes"] = run(
            plan.budget,
            **asked,
            purposes={"teach": 0.75, "check": 0.15, "challenge": 0.10},
            advice="none",
        )
        curves["right marks"] = run(few, {"marks": marks}, **asked)
        curves["40 % wrong marks"] = run(few, {"marks": marks, "wrong_marks": 0.4}, **asked)
        curves["class names"] = run(few, **asked, classes=task.classes)
    return Outcome(seed, score(full), len(texts), curves)


def _strategy(name: str) -> Any:
    return rhml.strategies.Mixed("diverse", "random", 0.25) if name == "mixed" else name


def live(session: Any) -> Any:
    """Return the fitted estimator that answers in a session, None before the first."""
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(session.model)
    except Exception:  # noqa: BLE001 - unfitted, whatever way it says so
        return None
    return session.model.estimator_


def heading(task: Task, outcomes: Sequence[Outcome]) -> str:
    """Say what was run on what."""
    full = np.array([outcome.full for outcome in outcomes])
    metric = f"average precision of {task.positive!r}" if task.positive else "macro-F1"
    spread = f" (sd {full.std(ddof=1):.3f})" if len(full) > 1 else ""
    notes = f"\nOf the data: {'; '.join(task.notes)}." if task.notes else ""
    return (
        f"## Labels needed: {task.name}\n\n"
        f"{len(task.texts):,} texts, {len(task.classes)} classes, pool {outcomes[0].n_pool:,}; "
        f"{metric} on the other 40 %; {len(outcomes)} seeds; simulated person, no noise; one item "
        f"at a time. Full score {full.mean():.3f}{spread}.{notes}"
    )


def main(arguments: Sequence[str] | None = None) -> str:
    """Run the benchmark from the command line; return the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="a CSV file; the bundled messages without it")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--label", default="label", help="its column of labels")
    parser.add_argument("--positive", help="score average precision of this label")
    parser.add_argument("--classes", type=int, default=10, help="keep the most frequent")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0, help="of that many in a row")
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES, choices=STRATEGIES)
    parser.add_argument("--budget", type=int, default=400, help="labels; three times for random")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--marks", default="heaviest", choices=("heaviest", "first"))
    parser.add_argument("--no-extras", action="store_true", help="strategies alone")
    parser.add_argument("--out", type=Path, help="also write the tables here")
    told = parser.parse_args(arguments)
    task = read_task(
        told.data, told.text, told.label, positive=told.positive, n_classes=told.classes
    )
    plan = Plan(tuple(told.strategies), told.budget, extras=not told.no_extras, marks=told.marks)
    seeds = range(told.first_seed, told.first_seed + told.seeds)
    if told.jobs > 1:
        with ProcessPoolExecutor(told.jobs) as pool:
            outcomes = list(pool.map(run_seed, [task] * told.seeds, [plan] * told.seeds, seeds))
    else:
        outcomes = [run_seed(task, plan, seed) for seed in seeds]
    table = report(heading(task, outcomes), plan.strategies, outcomes)
    print(table)
    if told.out is not None:
        told.out.parent.mkdir(parents=True, exist_ok=True)
        told.out.write_text(table, encoding="utf-8")
    return table


if __name__ == "__main__":
    main()
