"""Lead: the first ten lines of a report, in words, for whoever reads nothing else."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.measures.agreement import AT_LEAST, Checks, checks, count
from rhml_widgets.measures.durations import duration_words
from rhml_widgets.measures.outcomes import Outcome, check_outcomes
from rhml_widgets.measures.sweeps import second_look_words
from rhml_widgets.views.explanation_panel import looks_of
from rhml_widgets.views.words import MOST_TOLD, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from rhml_widgets.measures.audit import Reading
    from rhml_widgets.report.redaction import Redaction
    from rhml_widgets.session import Session
    from rhml_widgets.state import Lesson

__all__ = ["lead"]

STRONGEST = 5

CLOSE = 0.2
"""Where the scores of the best two classes differ by less, a text is called a close call."""


def lead(
    session: Session, question: str | None = None, redaction: Redaction | None = None
) -> list[tuple[str, str]]:
    """Return ten lines, each a heading and a sentence, every number with its doubt.

    Parameters
    ----------
    session : Session
    question : str, optional
        What the labels are to answer; None: named by the classes.
    redaction : Redaction, optional
        Says which words may be named; None: all.

    Returns
    -------
    list of (str, str)
    """
    term = str if redaction is None else redaction.term
    asked = checks(session.state)
    outcomes = check_outcomes(session.state)
    return [
        ("Question", _question(session, question)),
        ("Shares of the classes", _shares(session, outcomes)),
        ("Usable now", _usable(session, asked)),
        ("Not usable", _not_usable(session, asked)),
        ("Weakest class", _weakest(session, outcomes)),
        ("What the model relies on", _relies_on(session, term)),
        ("What people changed in it", _changed(session, term)),
        ("Caveats", _caveats(session, asked, term)),
        ("Next step", _next_step(session, asked)),
        ("Who, when, with what", _made_with(session)),
    ]


def _question(session: Session, question: str | None) -> str:
    names = ", ".join(quoted(label) for label in session.choices) or "no class yet"
    asked = question or f"Which of {names} is each {session.pool.kind}?"
    rows = session.pool.n_rows
    twice = rows - len(session.pool)
    copies = "a copy of another" if twice == 1 else "copies of others"
    note = f", {twice:,} of them {copies}" if twice else ""
    pool = f"The pool has {rows:,} {session.pool.kind}s{note}"
    return f"{asked} {pool}; {session.state.n_labeled:,} were answered."


def _shares(session: Session, outcomes: list[Outcome]) -> str:
    shares = session.shares()
    if len(shares):
        parts = [
            f"{quoted(row['label'])} {_percent(row['value'])} % "
            f"[{_percent(row['low'])}, {_percent(row['high'])}]"
            for row in shares.to_dict("records")
        ]
        return (
            f"{', '.join(parts)}: by the audit, 95 % intervals however often one looks; of all "
            f"{session.pool.kind}s but those kept aside."
        )
    found = Counter(outcome.label for outcome in outcomes)
    if not outcomes:
        return (
            f"not yet: no {session.pool.kind} was drawn at random, and those the model asked for "
            "are not."
        )
    shown = [label for label in session.classes_ if label in session.choices or found[label]]
    told = ", ".join(f"{quoted(label)} {found[label]:,}" for label in shown)
    drawn = f"Of {len(outcomes):,} {session.pool.kind}s drawn at random: {told}"
    return f"{drawn}. Shares are told after an audit: session.audit(100)."


def _usable(session: Session, asked: Checks) -> str:
    answered = f"The {session.state.n_labeled:,} answers of people"
    reading = session.audited()
    if reading is not None and reading.n:
        best = _best(session)
        if best is None:
            return f"{answered}. Of the model's labels none yet: {_audited(reading)}"
        return (
            f"{answered}, and those {best['n_items']:,} labels of the model's version "
            f"{reading.audit.version} that score at least {best['threshold']:.3g}, at an estimated "
            f"{_percent(best['value'])} % [{_percent(best['low'])}, {_percent(best['high'])}] that "
            f"the person would not have given: {best['wrong']:,} of {best['checked']:,} checks "
            f"drawn at random and answered blind. {_audited(reading)}"
        )
    if asked.n < AT_LEAST:
        return f"{answered}. For the rest not yet: {asked.share()} agreed, {AT_LEAST} are needed."
    rest = len(session.pool) - session.state.n_labeled
    low, high = 100 * (1 - asked.high), 100 * (1 - asked.low)
    wrong = 100 * (1 - (asked.value or 0.0))
    return (
        f"{answered}, and the model's labels of the other {rest:,} at an estimated {wrong:.0f} % "
        f"[{low:.0f}, {high:.0f}] that the person would not have given, from {asked.n} checks "
        "drawn at random and answered blind."
    )


def _best(session: Session) -> dict[Hashable, Any] | None:
    """Return what the session would accept, as a row of `Session.usable`, or None."""
    usable = session.usable()
    rows = usable[usable["best"].astype(bool)].to_dict("records")
    return rows[0] if rows else None


def _audited(reading: Reading) -> str:
    """Say an audit to who was not there: no "you"."""
    waiting = f" {reading.waiting:,} checks wait." if reading.waiting else ""
    seen = (
        f" {reading.exposed:,} were answered after the model's view was shown."
        if reading.exposed
        else ""
    )
    return (
        f"Version {reading.audit.version} was audited: the person agrees on "
        f"{reading.checks().share()}.{waiting}{seen}"
    )


def _percent(share: float) -> str:
    value = 100 * share
    return f"{value:.1f}" if 0 < value < 0.95 else f"{value:.0f}"  # noqa: PLR2004 - rounds to 1


def _not_usable(session: Session, asked: Checks) -> str:
    best = _best(session)
    if best is not None:
        hours = best["hours"]
        time = f": {duration_words(3600 * hours)} at the pace so far" if hours and hours > 0 else ""
        return f"{_left(session, int(best['left']))} a score below that{time}."
    rest = len(session.pool) - session.state.n_labeled
    if asked.n < AT_LEAST:
        return (
            f"not yet: {_left(session, rest)} only a label of the model, whose error is not known."
        )
    close = _close_calls(session)
    if close is None:
        return f"{_left(session, rest)} no label."
    left = int(np.count_nonzero(~session.learner.taken))
    return (
        f"not yet: whose label of the model is wrong. {close:,} of the {left:,} "
        f"{session.pool.kind}s nobody answered are close calls: their best two classes score "
        f"within {CLOSE:.2f} of each other. That is the model's own score, not an error that was "
        "checked; items held out are left aside."
    )


def _close_calls(session: Session) -> int | None:
    """Count close calls by the live scores among what was not answered and is not held out."""
    live = session.learner.live
    if live is None:
        return None
    return int(np.count_nonzero((live.outlook.margin < CLOSE) & ~session.learner.taken))


def _left(session: Session, n: int) -> str:
    return f"1 {session.pool.kind} has" if n == 1 else f"{n:,} {session.pool.kind}s have"


def _weakest(session: Session, outcomes: list[Outcome]) -> str:
    worst: tuple[float, str] | None = None
    for label in session.classes_:
        own = [outcome for outcome in outcomes if outcome.label == label]
        if own:
            told = count(own)
            words = f"{quoted(label)}: the model agreed on {told.share()} of it."
            rate = (told.value or 0.0, words)
            worst = rate if worst is None or rate < worst else worst
    return worst[1] if worst else "Not known without checks."


def _relies_on(session: Session, term: Callable[[str], str]) -> str:
    told = session.learner.strongest(STRONGEST)
    if not told:
        return "Not stated for this kind of model; see the reasons given below."
    return (
        "; ".join(
            f"for {quoted(label)}: {', '.join(quoted(term(one)) for one in terms)}"
            for label, terms in told.items()
        )
        + "."
    )


def _changed(session: Session, term: Callable[[str], str]) -> str:
    lessons = [
        lesson
        for lesson in session.state.lessons.values()
        if not lesson.retracted and lesson.origin != "codebook"
    ]
    marks = sum(bool(one.rationale) for one in session.state.judgments.values())
    if not lessons and not marks:
        return "Nothing beyond the labels."
    told = [f"{_taught(lesson, term)} {_effect(session, lesson)}" for lesson in lessons]
    if marks:
        told.append(f"Words were marked in {marks:,} answer{'s' if marks > 1 else ''}.")
    return " ".join(told)


def _taught(lesson: Lesson, term: Callable[[str], str]) -> str:
    """Say what was taught to who was not there: no "you"."""
    if not lesson.stances:
        return "What terms said was taken back."
    if lesson.origin == "lexicon" and len(lesson.stances) > MOST_TOLD:
        return f"What {len(lesson.stances)} terms of the lexicon say was changed."
    return " ".join(
        f"{quoted(term(one['term']))} was struck as irrelevant."
        if one["stance"] == "irrelevant"
        else f"{quoted(term(one['term']))} was said to speak for {quoted(one['label'])}."
        for one in lesson.stances
    )


def _effect(session: Session, lesson: Lesson) -> str:
    if lesson.flips is None:
        return "Its effect was not measured."
    looks = looks_of(session.state, lesson)["words"]
    flips = f"{lesson.flips:,} prediction{'' if lesson.flips == 1 else 's'} changed"
    return f"{flips}; judged blind: {looks}." if looks else f"{flips}."


def _caveats(session: Session, asked: Checks, term: Callable[[str], str]) -> str:
    people = "One person is" if len(session.state.people) == 1 else "People are"
    told = [
        f"{people} the reference: the model agrees or differs, which is not being right."
        if not session.truth
        else "Where truth was given, it was never learned from."
    ]
    told.append("What the model asked for is the hard part; it says nothing of the whole pool.")
    if asked.versions and asked.versions[0] != asked.versions[1]:
        first, last = asked.versions
        told.append(f"The checks were answered against versions {first} to {last}, not the last.")
    told += second_look_words(session.state)
    told += _drift(session, term)
    if session.learner.failure is not None:
        told.append("The last fit failed; an older version speaks.")
    return " ".join(told)


def _drift(session: Session, term: Callable[[str], str]) -> list[str]:
    """Say of each time items came that they differ; that the last ones do not, too."""
    drifts = session.drifts()
    told = [one for seq, one in drifts.items() if one.found or seq == max(drifts)]
    return [replace(one, terms=tuple(term(word) for word in one.terms)).words() for one in told]


def _next_step(session: Session, asked: Checks) -> str:
    seconds = [
        one.duration
        for one in session.state.judgments.values()
        if one.duration and one.stage != "verified"
    ]
    each = statistics.median(seconds) if seconds else None
    reading = session.audited()
    if reading is not None and reading.waiting:
        time = f", {duration_words(each * reading.waiting)} at the pace so far" if each else ""
        return f"Answer the {reading.waiting:,} checks of the audit that wait{time}."
    if reading is not None and reading.audit.version != session.learner.version:
        return (
            f"Audit version {session.learner.version}, which answers now: session.audit(100). "
            f"{_audited(reading)}"
        )
    missing = max(0, AT_LEAST - asked.n)
    if missing:
        rate = session.check_share
        answers = round(missing / rate) if rate else 0
        what = f"{missing} more check{'s' if missing > 1 else ''}" + (
            f", some {answers} answers" if answers else ""
        )
        time = f", {duration_words(each * answers)} at the pace so far" if each and answers else ""
        return f"Answer {what}{time}; then the share of right labels can be told."
    close = _close_calls(session)
    if not close:
        return "Answer more checks: each narrows the interval. There is no close call."
    time = f", {duration_words(each * close)} at the pace so far" if each else ""
    calls = "the one close call" if close == 1 else f"the {close:,} close calls, one by one"
    return f"Judge {calls}{time}; then answer more checks to see what that gained."


def _made_with(session: Session) -> str:
    judgments = list(session.state.judgments.values())
    opened = session.state.reopened
    days = sorted({one.at[:10] for one in judgments})
    when = f"{days[0]} to {days[-1]}" if len(days) > 1 else days[0] if days else "no answers yet"
    people = len({one.person for one in judgments})
    who = "one person" if people == 1 else f"{people} people"
    versions = opened.versions if opened is not None else {}
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"{who}, {when}, {session.learner.words()}; {told}."
