"""Whether an audit's intervals hold, how wide they are, and how much may be accepted.

Run as::

    python -m benchmarks.audit --data FILE.csv --text COLUMN --label COLUMN
        [--sessions 2000] [--seeds 10] [--labels 100] [--checks 200] [--jobs 1] [--out table.md]

Without ``--data`` it runs on the bundled messages. Per seed a `rhml_widgets.Session` (journal in
memory, default strategy and purposes, refitted every 50 answers) is answered by a simulated person
who knows the truth; then one audit goes through the public face, and so many more are drawn and
read by the same measures, looked at after every ten checks. A miss is an interval that leaves the
truth out at *any* look; the goal is 5 % plus two standard errors. Widths are at the last look,
against Wilson's interval of the raw share, which holds at one look only; the goal is 2. "Accepted"
is the region that `session.result()` takes, its interval is for all regions and looks together.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

import rhml_widgets as rhml
from benchmarks.table import Corpus, arguments, corpus, deliver, markdown
from rhml_widgets.measures.audit import Answered, Reading
from rhml_widgets.measures.finite import finite_sum, finite_within
from rhml_widgets.measures.intervals import wilson
from rhml_widgets.measures.usable import acceptable, best, cut
from rhml_widgets.state import Audit

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 50
"""Answers between refits."""
EVERY = 10
LEVEL = 0.95
TARGET = 0.05


@dataclass
class Found:
    """What the simulated sessions of a seed gave; one entry a session, or as named."""

    error: float = 0.0
    error_missed: list[bool] = field(default_factory=list)
    error_width: list[float] = field(default_factory=list)
    share_missed: list[float] = field(default_factory=list)
    any_share_missed: list[bool] = field(default_factory=list)
    share_width: list[float] = field(default_factory=list)
    regions_missed: list[bool] = field(default_factory=list)
    accepted_missed: list[bool] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    accepted_wrong: list[float] = field(default_factory=list)
    bounded: list[float] = field(default_factory=list)
    bounded_wrong: list[float] = field(default_factory=list)
    public: str = ""


@dataclass(frozen=True)
class Frame:
    """What one version says of the items nobody judged, and what is true of them.

    ``places`` holds both as places in ``classes``, shape (2, n_items).
    """

    audit: Audit
    said: Any
    truth: Any
    score: Any
    classes: list[str]
    places: Any


def one_seed(task: tuple[Corpus, int, int, int, int]) -> Found:
    """Label, audit once through the public face, then draw audits of the same version."""
    texts, seed, n_labels, n_checks, n_sessions = task
    order = np.random.default_rng(seed).permutation(len(texts.texts))
    pool = [texts.texts[k] for k in order]
    truth = [texts.labels[k] for k in order]
    person = rhml.simulate.Person(truth, random_state=seed)
    with rhml.Session(
        pool=pool, journal=None, classes=texts.classes, refit="manual", random_state=seed
    ) as session:
        for begun in range(0, n_labels, BATCH):
            person.drive(session, min(BATCH, n_labels - begun))
            session.fit()
        frame = _frame(session, np.array(truth))
        found = Found(error=float(np.mean(frame.said != frame.truth)))
        found.public = _in_public(session, person, pool, truth, n_checks)
    draw = np.random.default_rng([seed, 1])
    for _ in range(n_sessions):
        _simulate(frame, draw.permutation(len(frame.said))[:n_checks], found)
    return found


def _frame(session: rhml.Session, truth: Any) -> Frame:
    verdicts = session.learner.verdicts()
    judged = {session.pool.number(one) for one in session.state.answers}
    free = np.array([n not in judged for n in range(len(session.pool))])
    said = np.array(verdicts.classes)[verdicts.predicted[free]]
    score = verdicts.score[free]
    audit = Audit(
        seq=1,
        version=verdicts.version,
        n_items=int(free.sum()),
        n_rows=int(free.sum()),
        n_judged=len(judged),
        judged=(),
        said=tuple((label, n) for label, n in verdicts.counts(free)),
        regions=tuple(tuple(region) for region in cut(score, np.ones(len(score), dtype=int))),
        drawn={},
    )
    true = truth[session.pool.positions[free]]
    place = {label: k for k, label in enumerate(session.classes_)}
    places = np.array([[place[one] for one in side.tolist()] for side in (said, true)])
    return Frame(audit, said, true, score, session.classes_, places)


def _simulate(frame: Frame, drawn: Any, found: Found) -> None:
    answers = tuple(
        Answered(str(k), str(frame.truth[k]), str(frame.said[k]), float(frame.score[k]))
        for k in drawn.tolist()
    )
    regions = [np.mean(_wrong(frame, t)) for t, _, _ in frame.audit.regions]
    error_missed = regions_missed = False
    for n in range(EVERY, len(answers) + 1, EVERY):
        reading = Reading(frame.audit, answers[:n])
        low, high = reading.error()
        error_missed |= not low <= found.error <= high
        usable = acceptable(reading)
        regions_missed |= any(
            not one.low <= true <= one.high for one, true in zip(usable, regions, strict=True)
        )
    n = len(answers)
    found.error_missed.append(error_missed)
    found.error_width.append((high - low) / _width(reading.wrong, n))
    found.regions_missed.append(regions_missed)
    _note_accepted(found, frame, usable, regions)
    missed = _shares_missed(frame, drawn)
    found.share_missed.append(float(missed.mean()))
    found.any_share_missed.append(bool(missed.any()))
    if len(found.share_width) < 20:
        hits, drawn_of, size, _ = _parts(frame, drawn)
        low_k, high_k = finite_sum(hits, drawn_of, size, error=1 - LEVEL)
        raw = [_width(int(k), n) for k in hits.sum(axis=1)]
        found.share_width.append(float(np.sum(high_k - low_k) / frame.audit.n_items / np.sum(raw)))


def _note_accepted(found: Found, frame: Frame, usable: list[Any], regions: list[Any]) -> None:
    chosen = best(usable)
    true = regions[usable.index(chosen)] if chosen else 0.0
    found.accepted.append(chosen.n_items / frame.audit.n_items if chosen else 0.0)
    if chosen:
        found.accepted_wrong.append(float(true))
        found.accepted_missed.append(not chosen.low <= true <= chosen.high)
    sure = [k for k, one in enumerate(usable) if one.high <= TARGET]
    found.bounded.append(usable[sure[-1]].n_items / frame.audit.n_items if sure else 0.0)
    if sure:
        found.bounded_wrong.append(float(regions[sure[-1]]))


def _wrong(frame: Frame, threshold: float) -> Any:
    inside = frame.score >= threshold
    return frame.said[inside] != frame.truth[inside]


def _parts(frame: Frame, drawn: Any) -> tuple[Any, Any, Any, Any]:
    """Return hits, draws, sizes and true counts of each class in its two parts."""

    def counted(numbers: Any) -> tuple[Any, Any]:
        (ours, true), k = frame.places[:, numbers], len(frame.classes)
        both = np.bincount(ours[ours == true], minlength=k)
        called = np.bincount(ours, minlength=k)
        rest = np.bincount(true, minlength=k) - both
        return np.stack([both, rest], axis=1), np.stack([called, len(ours) - called], axis=1)

    hits, n = counted(drawn)
    true, size = counted(slice(None))
    return hits, n, size, true


def _shares_missed(frame: Frame, drawn: Any) -> Any:
    """Tell of each class whether its interval leaves its share out at any look."""
    missed = np.zeros(len(frame.classes), dtype=bool)
    for n in range(EVERY, len(drawn) + 1, EVERY):
        hits, drawn_of, size, true = _parts(frame, drawn[:n])
        inside = finite_within(true, hits, drawn_of, size, error=1 - LEVEL)
        if not inside.all():  # only then the interval can miss; it is wider than the joint set
            out = ~inside
            low, high = finite_sum(hits[out], drawn_of[out], size[out], error=1 - LEVEL)
            total = true[out].sum(axis=1)
            missed[out] |= (total < np.floor(low)) | (total > np.ceil(high))
    return missed


def _width(hits: int, n: int) -> float:
    low, high = wilson(hits, n)
    return high - low


def _in_public(
    session: rhml.Session,
    person: rhml.simulate.Person,
    pool: Sequence[str],
    truth: Sequence[str],
    n_checks: int,
) -> str:
    n = session.audit(n_checks)
    known = dict(zip(pool, truth, strict=True))
    for _ in range(n):
        (item,) = session.query()
        session.label(item, known[item.content], duration=person.seconds)
    return str(session.result().summary)


def main() -> None:
    """Run it and print its tables."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=2000, help="simulated audits in all")
    parser.add_argument("--seeds", type=int, default=10, help="pools labeled, each anew")
    parser.add_argument("--labels", type=int, default=100, help="labels before the audit")
    parser.add_argument("--checks", type=int, default=200, help="checks of an audit")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    texts = corpus(given)
    each = max(1, given.sessions // given.seeds)
    tasks = [(texts, seed, given.labels, given.checks, each) for seed in range(given.seeds)]
    if given.jobs > 1:
        with ProcessPoolExecutor(given.jobs) as workers:
            found = list(workers.map(one_seed, tasks))
    else:
        found = [one_seed(task) for task in tasks]
    head = (
        f"{texts.source}: {len(texts.texts):,} texts, {len(texts.classes)} classes; "
        f"{given.seeds} seeds of {given.labels} labels, then {each * given.seeds:,} audits of "
        f"{given.checks} checks; the versions audited are wrong on "
        f"{min(one.error for one in found):.1%} to {max(one.error for one in found):.1%}.\n\n"
    )
    deliver(head + table(found) + f"\nOne through the public face: {found[0].public}\n", given.out)


def table(found: Sequence[Found]) -> str:
    """Return what was found as a table."""

    def every(name: str) -> list[Any]:
        return [value for one in found for value in getattr(one, name)]

    def missed(name: str, what: str) -> tuple[str, str, str]:
        values = every(name)
        rate = float(np.mean(values)) if values else 0.0
        goal = 0.05 + 2 * sqrt(0.05 * 0.95 / max(len(values), 1))
        return what, f"{rate:.2%} of {len(values):,}", f"at most {goal:.2%}"

    rows = [
        missed("error_missed", "error: missed at any look"),
        missed("share_missed", "class shares, each: missed at any look"),
        missed("regions_missed", "any of the ten regions: missed at any look"),
        missed("accepted_missed", "region accepted: missed"),
        ("error: width against Wilson, mean", f"{np.mean(every('error_width')):.2f}", "2"),
        ("class shares: width against Wilson", f"{np.mean(every('share_width')):.2f}", "2"),
        ("accepted at 5 % by estimate, share of items", _spread(every("accepted")), ""),
        ("of these truly wrong", _spread(every("accepted_wrong")), "around 5.0 %"),
        ("accepted at 5 % by upper bound, share of items", _spread(every("bounded")), ""),
        ("of these truly wrong", _spread(every("bounded_wrong")), "at most 5.0 %"),
    ]
    return markdown("Audits", ["measured", "figure", "goal"], rows)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "none accepted"
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{middle:.1%} [{low:.1%}, {high:.1%}]"


if __name__ == "__main__":
    main()
