"""Lead: the first ten lines of a report, in words, for whoever reads nothing else."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.measures.agreement import AT_LEAST, Checks, checks, count
from rhml_widgets.measures.intervals import wilson
from rhml_widgets.measures.outcomes import Outcome, check_outcomes
from rhml_widgets.views.words import duration_words, lesson_words, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.report.redaction import Redaction
    from rhml_widgets.session import Session

__all__ = ["lead"]

STRONGEST = 5


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
        ("Caveats", _caveats(session, asked)),
        ("Next step", _next_step(session, asked)),
        ("Who, when, with what", _made_with(session)),
    ]


def _question(session: Session, question: str | None) -> str:
    kind = session.pool.kind
    names = ", ".join(quoted(label) for label in session.classes_) or "no class yet"
    asked = question or f"Which of {names} is each {kind}?"
    rows = session.pool.n_rows
    twice = rows - len(session.pool)
    note = f", {twice:,} of them exact duplicates" if twice else ""
    return (
        f"{asked} The pool has {rows:,} {kind}s{note}; {session.state.n_labeled:,} were answered."
    )


def _shares(session: Session, outcomes: list[Outcome]) -> str:
    kind = session.pool.kind
    found = Counter(outcome.label for outcome in outcomes)
    if not outcomes:
        return (
            f"Not known: no {kind} was drawn at random yet, and those the model asked for are not."
        )
    n = len(outcomes)
    if n < AT_LEAST:
        told = ", ".join(f"{quoted(label)} {found[label]}" for label in session.classes_)
        return f"Of {n} {kind}s drawn at random: {told}. Too few for shares in percent."
    parts = []
    for label in session.classes_:
        low, high = wilson(found[label], n)
        parts.append(
            f"{quoted(label)} {100 * found[label] / n:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
        )
    return f"{', '.join(parts)}: from {n} {kind}s drawn at random, 95 % intervals."


def _usable(session: Session, asked: Checks) -> str:
    answered = f"The {session.state.n_labeled:,} answers of people"
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


def _not_usable(session: Session, asked: Checks) -> str:
    kind = session.pool.kind
    rest = len(session.pool) - session.state.n_labeled
    if asked.n < AT_LEAST:
        return f"{rest:,} {kind}s have only a label of the model whose error is not known."
    unsure = session.learner.live
    if unsure is None:
        return f"{rest:,} {kind}s have no label."
    margins = unsure.outlook.margin
    close = int(np.count_nonzero(margins < np.quantile(margins, 0.1)))
    return f"About {close:,} {kind}s are close calls between two classes; judge them one by one."


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
    kind = session.pool.kind
    told = session.learner.strongest(STRONGEST)
    if not told:
        return f"Not stated for this kind of model; see the reasons of single {kind}s below."
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
    told = [
        f"{lesson_words(lesson, term)} {lesson.flips or 0:,} predictions changed."
        for lesson in lessons
    ]
    if marks:
        told.append(f"Words were marked in {marks:,} answers.")
    return " ".join(told)


def _caveats(session: Session, asked: Checks) -> str:
    kind = session.pool.kind
    told = [
        "One person is the reference: the model agrees or differs, which is not being right."
        if not session.truth
        else "Where truth was given, it was never learned from."
    ]
    told.append(
        f"{kind.capitalize()}s the model asked for are the hard ones; they say nothing of the "
        "whole pool."
    )
    if asked.versions and asked.versions[0] != asked.versions[1]:
        first, last = asked.versions
        told.append(f"The checks were answered against versions {first} to {last}, not the last.")
    if session.learner.failure is not None:
        told.append("The last fit failed; an older version speaks.")
    return " ".join(told)


def _next_step(session: Session, asked: Checks) -> str:
    kind = session.pool.kind
    seconds = [one.duration for one in session.state.judgments.values() if one.duration]
    each = statistics.median(seconds) if seconds else None
    missing = max(0, AT_LEAST - asked.n)
    if missing:
        rate = session.check_share
        answers = round(missing / rate) if rate else 0
        what = f"{missing} more checks" + (f", some {answers} answers" if answers else "")
        time = f", {duration_words(each * answers)} at the pace so far" if each and answers else ""
        return f"Answer {what}{time}; then the share of right labels can be told."
    close = len(session.pool) // 10
    time = f", {duration_words(each * close)}" if each else ""
    return f"Judge the closest calls one by one: some {close:,} {kind}s{time}."


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
