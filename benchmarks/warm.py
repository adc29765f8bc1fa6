"""Whether a start from old labels ever serves a model worse than the one made of them.

Run as::

    python -m benchmarks.warm --data FILE.csv --text COLUMN --label COLUMN
        [--positive LABEL] [--classes 10] [--old 500] [--noise 0.1] [--seeds 10]
        [--budget 200] [--jobs 1] [--out table.md]

Without ``--data`` it runs on the bundled messages with 100 old labels. Split, model and score are
those of `benchmarks.labels`. Per seed so many texts of the pool have old labels, a share of them
wrong, and "the old model" is fitted on these and nothing else. A `rhml_widgets.Session` (journal
in memory, default strategy and purposes, ``refit="sync"``) starts from them in one of three ways:
``labels=``, with the old texts in the pool; ``base=(X, y)``, without them; or the old model itself
as version 0, without its labels. A simulated person who makes no errors answers one at a time. The
served model is held against the old one on the other 40 %, after every ten answers, and on the
items judged blind: of each check, what was predicted when it was asked. Differences are paired by
seed, their intervals percentiles of a bootstrap over seeds (95 %). A mean below 0 at any look is a
dip.
"""

from __future__ import annotations

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import rhml_widgets as rhml
from benchmarks.label_tables import STEP, difference
from benchmarks.labels import live, make_model, make_score, read_task, split
from benchmarks.table import deliver, markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from benchmarks.labels import Task

LOOKS = (0, 10, 20, 50, 100, 150, 200)
WAYS = ("labels=", "base=", "fitted model")
CLEARLY = 0.01
"""A seed that falls so far below the old model is counted."""


@dataclass(frozen=True)
class Started:
    """What one way gave on one seed.

    Attributes
    ----------
    served : list of float
        Score at 0, `STEP`, 2 `STEP`, ... answers.
    checks : ndarray of bool, shape (n_checks, 2)
        Of each check whether the served model and the old one had it right.
    """

    served: list[float]
    checks: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """What one seed gave: the old model's score, and each way by its name."""

    old: float
    ways: dict[str, Started]


def run_seed(seed: int, task: Task, *, n_old: int, noise: float, budget: int) -> Outcome:
    """Start from the same old labels in every way."""
    # A class that is not in the old labels is no reason to stop; nor is a model that yields late.
    warnings.simplefilter("ignore")
    pool, test = split(task.labels, seed)
    score = make_score(task, task.texts[test].tolist(), task.labels[test])
    texts, truth = task.texts[pool], task.labels[pool]
    old, new = texts[:n_old].tolist(), texts[n_old:].tolist()
    told = _told(truth[:n_old], task.classes, noise, seed)
    model = make_model().fit(old, told)
    arguments: dict[str, dict[str, Any]] = {
        "labels=": {"pool": old + new, "labels": told + [None] * len(new)},
        "base=": {"pool": new, "base": (old, told)},
        "fitted model": {"pool": new, "model": model},
    }
    ways = {}
    for name in WAYS:
        person = rhml.simulate.Person(
            truth if name == "labels=" else truth[n_old:], random_state=seed
        )
        given = {"model": make_model(), **arguments[name]}
        with rhml.Session(
            **given, journal=None, refit="sync", advice="none", random_state=seed
        ) as session:
            session.fit()
            served = [score(live(session))]
            while len(served) * STEP <= min(budget, len(new)):
                person.drive(session, STEP)
                session.fit()
                served.append(score(live(session)))
            ways[name] = Started(served, _checked(session, model))
    return Outcome(score(model), ways)


def _told(truth: npt.NDArray[Any], classes: list[str], noise: float, seed: int) -> list[str]:
    draw = np.random.default_rng([seed, 1])
    wrong = draw.random(len(truth)) < noise
    return [
        str(draw.choice([one for one in classes if one != right])) if errs else right
        for right, errs in zip(truth.tolist(), wrong.tolist(), strict=True)
    ]


def _checked(session: rhml.Session, model: Any) -> npt.NDArray[np.bool_]:
    state, pool = session.state, session.pool
    rows = []
    for item_id, query in state.queries.items():
        answer, said = state.blind(item_id), state.predictions.get(item_id)
        if query.purpose == "check" and answer is not None and said is not None:
            content = pool.contents[pool.number(item_id)]
            rows.append((said.label == answer.label, model.predict([content])[0] == answer.label))
    return np.array(rows, dtype=bool).reshape(-1, 2)


def table(task: Task, outcomes: Sequence[Outcome], given: argparse.Namespace) -> str:
    """Return both tables as Markdown."""
    old = np.array([one.old for one in outcomes])
    metric = f"average precision of {task.positive!r}" if task.positive else "macro-F1"
    n_looks = len(outcomes[0].ways[WAYS[0]].served)
    looks = [look for look in LOOKS if look // STEP < n_looks]
    over_time, judged = [], []
    for name in WAYS:
        found = [one.ways[name] for one in outcomes]
        above = np.array([one.served for one in found]) - old[:, None]
        means = above.mean(axis=0)
        over_time.append(
            (
                name,
                *(difference(above[:, look // STEP]) for look in looks),
                f"{means.min():+.3f} at {means.argmin() * STEP}",
                f"{int((above.min(axis=1) < -CLEARLY).sum())} of {len(outcomes)}",
            )
        )
        counts = [len(one.checks) for one in found]
        asked = [one.checks.mean(axis=0) for one in found if len(one.checks)]
        served, before = np.array(asked).T if asked else np.full((2, 1), np.nan)
        judged.append(
            (
                name,
                sum(counts),
                f"{before.mean():.3f}",
                f"{served.mean():.3f}",
                difference(served - before),
            )
        )
    head = (
        f"{task.name}: {len(task.texts):,} texts, {len(task.classes)} classes; {given.old} old "
        f"labels, {given.noise:.0%} of them wrong; {len(outcomes)} seeds; {metric} of the old "
        f"model {old.mean():.3f}; simulated person, no noise.\n\n"
    )
    columns = [f"at {look}" for look in looks]
    worst = f"seeds ever below -{CLEARLY}"
    first = markdown(
        "Served model less old model [95 %], on the other 40 %",
        ("start", *columns, "lowest mean", worst),
        over_time,
    )
    second = markdown(
        "On the checks judged, as predicted when asked",
        ("start", "checks", "old model right", "served model right", "difference [95 %]"),
        judged,
    )
    return f"{head}{first}\n{second}"


def main() -> None:
    """Run it and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="a CSV file; the bundled messages without it")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--label", default="label", help="its column of labels")
    parser.add_argument("--positive", help="score average precision of this label")
    parser.add_argument("--classes", type=int, default=10, help="keep the most frequent")
    parser.add_argument("--old", type=int, help="old labels; 500, or 100 of the bundled messages")
    parser.add_argument("--noise", type=float, default=0.1, help="share of these that is wrong")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=int, default=200, help="answers")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, help="also write the tables here")
    given = parser.parse_args()
    if given.old is None:
        given.old = 100 if given.data is None else 500
    task = read_task(
        given.data, given.text, given.label, positive=given.positive, n_classes=given.classes
    )
    run = partial(run_seed, task=task, n_old=given.old, noise=given.noise, budget=given.budget)
    if given.jobs > 1:
        with ProcessPoolExecutor(given.jobs) as workers:
            outcomes = list(workers.map(run, range(given.seeds)))
    else:
        outcomes = [run(seed) for seed in range(given.seeds)]
    deliver(table(task, outcomes, given), given.out)


if __name__ == "__main__":
    main()
