"""What a second look at the labels finds, and what it makes of them, with planted errors.

Run as::

    python -m benchmarks.twice [--data FILE.csv --text COLUMN --label COLUMN]
        [--seeds 10] [--labels 200] [--noise 0.1] [--looks 20] [--jobs 1] [--out table.md]

Without ``--data`` it runs on the bundled messages. Per seed a `rhml_widgets.Session` (journal in
memory, default strategy and purposes, refitted every 50 answers) is answered by a simulated
person who errs so often; then the first contradictions that are raised are settled by who knows
the truth: the label that is right for both, or both where each is. "By chance" is a look at as
many of the labeled items drawn at random, each put right: what the same effort would find. All
people here are simulated, and one who settles without error is the best case.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

import rhml_widgets as rhml
from benchmarks.table import Corpus, arguments, corpus, deliver, markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session

BATCH = 50
"""Answers between refits."""


@dataclass(frozen=True)
class Found:
    """What one seed gave; shares in [0, 1]."""

    wrong: float
    raised: int
    precision: float
    before: float
    after: float
    chance: float


def one_seed(seed: int, data: Corpus, *, labels: int, noise: float, looks: int) -> Found:
    """Label with errors, look twice, and put right what was raised."""
    with rhml.Session(
        pool=data.texts, classes=data.classes, journal=None, refit=BATCH, random_state=seed
    ) as session:
        known = dict(zip(data.texts, data.labels, strict=True))
        truth = {
            item_id: known[content]
            for item_id, content in zip(session.pool.ids, session.pool.contents, strict=True)
        }
        rhml.simulate.Person(truth, noise=noise, random_state=seed).drive(session, labels)
        session.fit()
        answers = {one: session.state.answer(one).label for one in session.state.answers}
        wrong = {one for one, label in answers.items() if label != truth[one]}
        before = 1 - len(wrong) / len(answers)
        frame = session.contradictions().head(looks)
        hits = [bool({row.item_id, row.other_id} & wrong) for row in frame.itertuples(index=False)]
        for name, row in frame.iterrows():
            settle(session, str(name), row, truth)
        after = np.mean([session.state.answer(one).label == truth[one] for one in answers])
        share = len(wrong) / len(answers)
        n_seen = len({*frame["item_id"], *frame["other_id"]})
        return Found(
            wrong=share,
            raised=len(frame),
            precision=float(np.mean(hits)) if hits else float("nan"),
            before=before,
            after=float(after),
            chance=before + n_seen * share / len(answers),
        )


def settle(session: Session, name: str, row: Any, truth: dict[str, Label]) -> None:
    """Say of a contradiction what is true, if it still stands."""
    right = (truth[row["item_id"]], truth[row["other_id"]])
    if row["kind"] != "near-twins" or right[0] == right[1]:
        how = {row["label"]: "first", row["other_label"]: "second"}.get(right[0])
    else:
        how = "apart"
    if how is None:
        # Neither of the two is right: the item gets its own label, as it would in the history.
        session.label(row["item_id"], right[0])
    elif name in {one.id for one in session.contradictions_found()}:
        session.resolve(name, how)


def rows(found: Sequence[Found]) -> list[list[str]]:
    """Return the table's rows: mean and standard deviation over seeds."""
    told = {
        "labels wrong before": [one.wrong for one in found],
        "of the first raised, labels wrong": [one.precision for one in found],
        "labels right before": [one.before for one in found],
        "labels right after": [one.after for one in found],
        "labels right after as many looks by chance": [one.chance for one in found],
    }
    table = [[name, *_spread(values)] for name, values in told.items()]
    raised = [one.raised for one in found]
    return [*table, ["raised, of those looked at", f"{np.mean(raised):.1f}", ""]]


def _spread(values: Sequence[float]) -> tuple[str, str]:
    known = [one for one in values if one == one]  # noqa: PLR0124 - none was raised: NaN
    deviation = f"{np.std(known, ddof=1):.3f}" if len(known) > 1 else ""
    return (f"{np.mean(known):.3f}" if known else "none"), deviation


def main() -> None:
    """Run it and print its table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--labels", type=int, default=200, help="labels before the look")
    parser.add_argument("--noise", type=float, default=0.1, help="share of answers planted wrong")
    parser.add_argument("--looks", type=int, default=20, help="how many raised are settled")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    texts = corpus(given)
    run = partial(one_seed, data=texts, labels=given.labels, noise=given.noise, looks=given.looks)
    if given.jobs > 1:
        with ProcessPoolExecutor(given.jobs) as workers:
            found = list(workers.map(run, range(given.seeds)))
    else:
        found = [run(seed) for seed in range(given.seeds)]
    head = (
        f"{texts.source}: {len(texts.texts):,} texts, {len(texts.classes)} classes; {given.seeds} "
        f"seeds of {given.labels} labels by a simulated person, {given.noise:.0%} planted wrong; "
        f"the first {given.looks} raised are settled.\n\n"
    )
    told = markdown("Looking twice", ["measured", "mean", "sd"], rows(found))
    deliver(head + told, given.out)


if __name__ == "__main__":
    main()
