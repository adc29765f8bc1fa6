"""Labels per minute by sweeps against one at a time, and how many of what was swept are wrong.

Run as::

    python -m benchmarks.sweeps [--data FILE.csv --text COLUMN --label COLUMN] [--items 1500]
        [--labels 150] [--start 60] [--seeds 5] [--noise 0.02] [--seconds 3]
        [--glance 0.8] [--page 1.5] [--click 1] [--misses 0.2] [--patience 0.25]
        [--out table.md]

A simulated person answers ``--start`` items one at a time, then labels ``--labels`` more either
one at a time, or by sweeps of 12 cards in turn with what was put out of them and whatever else is
asked: one single answer for every eight accepted, and a dozen after a page of which more than
``--patience`` was put out. Everything goes through the public face:
journal in memory, ``refit="sync"``. The person's clock is an assumption, stated with the figures:
the median seconds of a single answer, of a glance at a card, of a page and of a click, and the
share of misfits it overlooks at a glance. A single answer errs as often as ``--noise`` says; so
"error" compares what each way leaves standing. "held" is what the hidden second looks tell the
person, beside the true error. Medians over seeds, lowest and highest in brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import rhml_widgets as rhml
from benchmarks.table import arguments, corpus, deliver, markdown
from rhml_widgets.simulate import Clock, Person

if TYPE_CHECKING:
    import argparse

    from benchmarks.table import Corpus

HEADER = (
    "way",
    "labels",
    "minutes",
    "labels a minute",
    "error of these labels, %",
    "error of what was swept, %",
    "put out",
    "second looks held",
)
EACH = 8
"""Cards accepted for each single answer in between."""

PAGE = 12
"""Cards of a page, and single answers after one that did not pay."""


@dataclass(frozen=True)
class Found:
    """What one run gave."""

    labels: int
    minutes: float
    wrong: int
    swept: int = 0
    swept_wrong: int = 0
    put_out: int = 0
    looks: int = 0
    held: int = 0


def main() -> None:
    """Measure and print the table."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1500, help="items of the pool, at most")
    parser.add_argument("--labels", type=int, default=150, help="labels that are compared")
    parser.add_argument("--start", type=int, default=60, help="labels before, one at a time")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--noise", type=float, default=0.02, help="wrong single answers")
    parser.add_argument("--seconds", type=float, default=3.0, help="a single answer")
    for name in ("glance", "page", "click", "misses", "patience"):
        parser.add_argument(f"--{name}", type=float, default=getattr(Clock(), name))
    given = parser.parse_args()
    deliver(run(given), given.out)


def run(given: argparse.Namespace) -> str:
    """Return the table."""
    texts = [corpus(given, seed=seed) for seed in range(given.seeds)]
    rows = []
    for way in ("one at a time", "sweeps"):
        found = [live(given, texts[seed], seed, way) for seed in range(given.seeds)]
        rows.append((way, *_cells(found)))
    n = min(given.items, len(texts[0].texts))
    clock = (
        f"simulated clock: {given.seconds:g} s an answer, {given.glance:g} s a card, "
        f"{given.page:g} s a page, {given.click:g} s a click, {given.misses:.0%} of misfits "
        f"overlooked, no sweep after {given.patience:.0%} put out, {given.noise:.0%} of answers "
        "wrong"
    )
    title = (
        f"Sweeps, {texts[0].source}, {n:,} items, after {given.start} labels, "
        f"{given.seeds} seeds; {clock}"
    )
    return markdown(title, HEADER, rows)


def live(given: argparse.Namespace, texts: Corpus, seed: int, way: str) -> Found:
    """Label as one simulated person does, and count what stands."""
    pool, labels = texts.texts[: given.items], texts.labels[: given.items]
    clock = Clock(
        glance=given.glance,
        page=given.page,
        click=given.click,
        misses=given.misses,
        patience=given.patience,
    )
    person = Person(
        labels,
        noise=given.noise,
        seconds=given.seconds,
        clock=clock,
        random_state=seed,
    )
    with rhml.Session(
        pool=pool, classes=texts.classes, journal=None, refit="sync", random_state=seed
    ) as session:
        person.drive(session, given.start)
        before, spent = set(session.state.answers), person.spent
        while len(session.state.answers) < given.start + given.labels:
            n = len(session.state.answers)
            if way == "sweeps":
                n_swept, n_out = person.n_swept, person.n_put_out
                person.sweep(session, 1)
                accepted, out = person.n_swept - n_swept, person.n_put_out - n_out
                tired = out > given.patience * (accepted + out)
                person.drive(session, out + (PAGE if tired else max(1, accepted // EACH)))
            else:
                person.drive(session, 1)
            if len(session.state.answers) == n:
                break
        truth = dict(zip(session.pool.ids, labels, strict=False))
        new = [one for one in session.state.answers if one not in before]
        wrong = sum(session.state.answer(one).label != truth[one] for one in new)
        looks = session.second_looks()
        return Found(
            labels=len(new),
            minutes=(person.spent - spent) / 60,
            wrong=wrong,
            swept=person.n_swept,
            swept_wrong=person.n_swept_wrong,
            put_out=person.n_put_out,
            looks=looks.n,
            held=looks.held,
        )


def _cells(found: list[Found]) -> list[str]:
    swept = [one for one in found if one.swept]
    return [
        _range([one.labels for one in found], 0),
        _range([one.minutes for one in found], 1),
        _range([one.labels / one.minutes for one in found], 1),
        _range([100 * one.wrong / one.labels for one in found], 1),
        _range([100 * one.swept_wrong / one.swept for one in swept], 1) if swept else "",
        f"{sum(one.put_out for one in swept)} of "
        f"{sum(one.put_out + one.swept for one in swept)} cards"
        if swept
        else "",
        f"{sum(one.held for one in swept)} of {sum(one.looks for one in swept)}" if swept else "",
    ]


def _range(values: list[float], digits: int) -> str:
    low, middle, high = min(values), median(values), max(values)
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


if __name__ == "__main__":
    main()
