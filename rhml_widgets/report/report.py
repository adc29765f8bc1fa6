"""Report: a session as one offline page, its panels alive."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError, NotWrittenError
from rhml_widgets.items.rows import Rows
from rhml_widgets.knowledge.written import became
from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.report.lead import lead
from rhml_widgets.report.markup import Html, element, rendered
from rhml_widgets.report.pack import FrozenView, pack
from rhml_widgets.report.redaction import Redaction
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.views.explanation_panel import looks_of
from rhml_widgets.views.item import content_props
from rhml_widgets.views.oversight import proposal_words
from rhml_widgets.views.words import lesson_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rhml_widgets.knowledge.codes import Code
    from rhml_widgets.session import Session
    from rhml_widgets.state import Judgment

__all__ = ["render", "write"]

MAX_REASONS = 6
MAX_ITEMS = 200


def write(session: Session, path: str | os.PathLike[str], **options: Any) -> Path:
    """Write a session as one HTML page that needs neither kernel nor network.

    Parameters
    ----------
    session : Session
    path : path
        Replaced whole, or not at all.
    **options
        As `render`.

    Returns
    -------
    Path

    Raises
    ------
    BadInputError, NotWrittenError
    """
    target = _target(path)
    page = render(session, **options)
    try:
        _replace(target, page)
    except OSError as error:
        why = error.strerror or error
        msg = f"the report {target} was not written: {why}. Free space or give another path"
        raise NotWrittenError(msg) from error
    return target


def _target(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        msg = f"path={path!r}: expected the path of a file, for instance 'report.html'"
        raise BadInputError(msg)
    target = Path(path).expanduser()
    if target.is_dir():
        msg = f"{target} is a folder: give the path of a file in it, as {target / 'report.html'}"
        raise NotWrittenError(msg)
    if not target.parent.is_dir():
        msg = f"the report {target} cannot be written: there is no folder {target.parent}; make it"
        raise NotWrittenError(msg)
    return target


def _replace(target: Path, page: str) -> None:
    handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(0o644)
        Path(scratch).replace(target)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def render(
    session: Session,
    *,
    title: str | None = None,
    question: str | None = None,
    texts: str = "excerpt",
) -> str:
    """Return the page: ten lines, the curves, reasons, lessons, answers.

    Parameters
    ----------
    session : Session
    title : str, optional
        None: the journal's name.
    question : str, optional
        What the labels are to answer.
    texts : {"excerpt", "full", "none"}
        How much of the texts leaves; "excerpt" masks e-mail addresses, links, paths and long
        numbers. People, times and places of files never leave.

    Returns
    -------
    str
        The same for the same session.
    """
    for name, words in (("title", title), ("question", question)):
        if words is not None and not isinstance(words, str):
            msg = f"{name}={words!r}: expected words, or None"
            raise BadInputError(msg)
    contents = session.pool.contents
    columns = contents.names if isinstance(contents, Rows) else ()
    redaction = Redaction(texts, columns=columns)
    session.drifts()  # found now, not beside: the same bytes for the same session
    desk = Desk(session)
    views: list[FrozenView | str] = []
    curves = json_safe({**desk.curves(), "seq": 0, "status": ""})
    views.append(FrozenView("learning-curves", {"curves": curves}))
    reasons = _reasons(session, redaction)
    if reasons:
        views += [_heading("Reasons, as the model gives them now"), *reasons]
    views += [
        _heading("What the model was taught beyond labels"),
        _lessons(session, redaction),
        *_codebook(session, redaction),
        *_oversight(session, redaction),
        _heading("Answers"),
        _answers(session, redaction),
    ]
    lines = (
        part
        for name, sentence in lead(session, question, redaction)
        for part in (element("dt", name), element("dd", sentence))
    )
    return pack(
        views,
        title=title or session.name.removesuffix(".rhml"),
        lead_html_parts=[element("dl", *lines, class_="lead")],
    )


def _heading(text: str) -> Html:
    return element("h2", text)


def _reasons(session: Session, redaction: Redaction) -> list[FrozenView | str]:
    """Return live panels for a few answers, those where the two differ first."""
    learner, state = session.learner, session.state
    if learner.live is None or redaction.texts == "none":
        return []
    answered = [item_id for item_id in state.answers if item_id in session.pool]

    def differs(item_id: str) -> bool:
        judgment = state.answer(item_id)
        number = session.pool.number(item_id)
        return judgment is not None and learner.predicted(number) != judgment.label

    latest = list(reversed(answered))
    chosen = sorted(latest, key=differs, reverse=True)[:MAX_REASONS]
    panels: list[FrozenView | str] = []
    for item_id in chosen:
        desk = Desk(session)
        desk.open(item_id)
        props = redaction.explanation(desk.explanation())
        panels.append(FrozenView("explanation-panel", {"props": json_safe(props)}))
    return panels


def _lessons(session: Session, redaction: Redaction) -> Html:
    rows = []
    for lesson in session.state.lessons.values():
        if lesson.retracted:
            continue
        flips = "not measured" if lesson.flips is None else f"{lesson.flips:,}"
        looks = looks_of(session.state, lesson)["words"]
        rows.append((lesson_words(lesson, redaction.term), flips, looks or "not judged"))
    if not rows:
        return element("p", "Nothing beyond labels.")
    return _table(("lesson", "predictions it changed", "judged blind"), rows)


def _codebook(session: Session, redaction: Redaction) -> list[Html]:
    """Return the classes and what is written of them, where anything is, and the phases."""
    state = session.state
    parts: list[Html] = []
    if state.revisions:
        rows = [_code(code, session, redaction) for code in state.codebook.codes if _shown(code)]
        columns = ("class", "items", "what it means", "belongs here", "does not", "examples")
        parts += [
            _heading(f"Codebook, version {state.codebook.version}"),
            _table((*columns, "memos"), rows),
        ]
    phases = session.phases()
    if len(phases):
        told = [
            (
                one["phase"],
                f"{one['n_answers']:,}",
                f"{one['hits']:,} of {one['n_checks']:,}" if one["n_checks"] else "none",
                "not yet"
                if one["n_checks"] < AT_LEAST
                else f"{one['low']:.2f} to {one['high']:.2f}",
            )
            for one in phases.to_dict("records")
        ]
        of = ("phase", "answers", "blind checks the model agrees on", "95 % interval")
        parts += [_heading("Phases of the work"), _table(of, told)]
    return parts


def _shown(code: Code) -> bool:
    return code.status != "undone"


def _code(code: Code, session: Session, redaction: Redaction) -> tuple[str, ...]:
    def words(rows: Iterable[str]) -> str:
        return " · ".join(redaction.text(row) for row in rows)

    pool = session.pool
    shown = [
        one.text or pool.words(pool.number(one.item_id))
        for one in code.examples
        if one.text or (one.item_id is not None and one.item_id in pool)
    ]
    return (
        str(code.name),
        f"{session.state.counts.get(code.name, 0):,}",
        became(code) or redaction.text(code.definition or ""),
        words(code.include),
        words(code.exclude),
        words(shown),
        words(memo.text for memo in code.memos),
    )


def _oversight(session: Session, redaction: Redaction) -> list[FrozenView | str]:
    """Return what people decided over the model, where they did."""
    state, held = session.state, session.held_back
    told = [f"The {session.mode} mode is set."] if state.modes else []
    told += [proposal_words(one) for one in session.proposals]
    told += [] if held is None else [held.words() + _CHOICES[held.choice]]
    for gate in state.gates.values():
        if gate.choice is not None and (held is None or gate.seq != held.gate):
            n = len(gate.lost)
            which = f"Version {gate.version} forgets {n:,} of {gate.n_right:,} right answers."
            told.append(which + _CHOICES[gate.choice])
    for one in session.vetoes():
        term = redaction.term(one.term)
        told.append(one.words().replace(f"“{one.term}”", f"“{term}”"))
    if redaction.texts != "none":
        told += [str(words) for words in session.goals()["words"]]
    if not told:
        return []
    items = (element("li", words, dir="auto") for words in told)
    return [_heading("What was decided over the model"), element("ul", *items)]


_CHOICES = {
    None: " It waits for a decision.",
    "accept": " It was taken.",
    "roll_back": " The version before goes on answering.",
}


def _answers(session: Session, redaction: Redaction) -> Html:
    state, pool = session.state, session.pool
    rows = []
    for item_id in list(reversed(state.answers))[:MAX_ITEMS]:
        judgment: Judgment | None = state.answer(item_id)
        if judgment is None or item_id not in pool:
            continue
        content = redaction.content(content_props(pool, pool.number(item_id)))
        text = content["text"] or "(not shown)"
        note = redaction.text(judgment.note or "")
        rows.append((text, str(judgment.label), judgment.stage, note))
    if not rows:
        return element("p", "No answers yet.")
    more = len(state.answers) - len(rows)
    caption = f"The latest {len(rows):,}; {more:,} more are in the journal." if more > 0 else ""
    table = _table((pool.kind, "label", "stage", "note"), rows)
    return rendered(table, element("p", caption)) if caption else table


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Html:
    head = element("tr", *(element("th", name, scope="col") for name in columns))
    body = (element("tr", *(element("td", cell, dir="auto") for cell in row)) for row in rows)
    table = element("table", element("thead", head), element("tbody", *body))
    return element("div", table, class_="scroll")
