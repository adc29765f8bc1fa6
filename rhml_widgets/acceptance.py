"""Acceptance: which label each item leaves with, whose it is, and what is known of the error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.measures.durations import duration_words, seconds_each
from rhml_widgets.measures.sweeps import second_look_words
from rhml_widgets.measures.usable import above, acceptable, chosen, rest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.machine.verdicts import Verdicts
    from rhml_widgets.measures.audit import Reading
    from rhml_widgets.measures.usable import Acceptable, Costs
    from rhml_widgets.state import State

    Mask = NDArray[np.bool_]

__all__ = ["Acceptance", "accept", "summary"]


@dataclass(frozen=True, eq=False)
class Acceptance:
    """The labels items leave with; arrays by item number.

    Attributes
    ----------
    label : ndarray of object, shape (n_items,)
        None where nobody's label is taken.
    human, model : ndarray of bool, shape (n_items,)
        Whose it is.
    score : ndarray of float, shape (n_items,)
        Of the model's labels, NaN elsewhere.
    version : int or None
        Of the model, where any of its labels is taken.
    known : Acceptable or None
        What the audit tells of those labels of the model.
    n_unknown : int
        Labels of the model of items that no audit was drawn from.
    lost : bool
        The audited version could not be fitted again.
    """

    label: NDArray[Any]
    human: Mask
    model: Mask
    score: NDArray[np.float64]
    version: int | None = None
    threshold: float | None = None
    known: Acceptable | None = None
    n_unknown: int = 0
    lost: bool = False

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns of a result, an entry an item."""
        source = np.full(len(self.label), None, dtype=object)
        source[self.human], source[self.model] = "human", "model"
        return {"label": self.label, "source": source, "score": self.score}


def accept(
    state: State,
    pool: Pool,
    *,
    reading: Reading | None,
    said: Verdicts | None,
    frame: Mask | None,
    held: Mask,
    threshold: float | None,
    costs: Costs,
) -> Acceptance:
    """Choose a label for each item.

    Parameters
    ----------
    state : State
    pool : Pool
    reading : Reading or None
        Of the audit.
    said : Verdicts or None
        What the audited version says, or, with a threshold, the live one where none was.
    frame : ndarray of bool or None
        Items the audit was drawn from; None where ``said`` was not audited.
    held : ndarray of bool
        Items kept aside for measuring; the model never learned from them.
    threshold : float or None
        Least score of a label of the model; None: what the audit supports, in its frame and of
        the items kept aside.
    costs : Costs
    """
    label, human = _people(state, pool)
    model, score = np.zeros(len(pool), dtype=bool), np.full(len(pool), np.nan)
    lost = reading is not None and frame is None
    nothing = Acceptance(label, human, model, score, lost=lost)
    if said is None:
        return nothing
    if threshold is None:
        found = None
        if reading is not None:
            found = chosen(acceptable(reading, costs), costs)
        if found is None or frame is None:
            return nothing
        threshold, may = found.threshold, frame | held
    else:
        may = np.ones(len(pool), dtype=bool)
    scored = said.score >= threshold
    model = scored & may & ~human
    if not model.any():
        return nothing
    names = np.empty(len(said.classes), dtype=object)
    names[:] = said.classes
    label[model] = names[said.predicted[model]]
    score[model] = said.score[model]
    known = None
    if reading is not None and frame is not None and reading.n:
        inside = scored & frame
        whole = above(reading, threshold, int(inside.sum()), int(pool.rows[inside].sum()))
        left = model & frame
        known = rest(
            whole,
            int(left.sum()),
            int(pool.rows[left].sum()),
            _found_wrong(state, pool, said, inside),
        )
    outside = model if frame is None else model & ~frame
    n_unknown = int(outside.sum())
    return Acceptance(label, human, model, score, said.version, threshold, known, n_unknown, lost)


def _people(state: State, pool: Pool) -> tuple[NDArray[Any], Mask]:
    label = np.full(len(pool), None, dtype=object)
    human = np.zeros(len(pool), dtype=bool)
    for item_id in [*state.imported, *state.answers]:
        if item_id in pool:
            answer = state.answer(item_id)
            number = pool.number(item_id)
            label[number] = state.imported[item_id] if answer is None else answer.label
            human[number] = True
    return label, human


def _found_wrong(state: State, pool: Pool, said: Verdicts, inside: Mask) -> int:
    """Count the items of a region that people answered otherwise than the version says."""
    wrong = 0
    for item_id, seqs in state.answers.items():
        if item_id in pool and inside[number := pool.number(item_id)]:
            judgment = state.blind(item_id) or state.judgments[seqs[0]]
            wrong += not state.agrees(said.label(number), judgment.label)
    return wrong


# ---- in words -----------------------------------------------------------------------------


def summary(
    found: Acceptance, state: State, pool: Pool, reading: Reading | None, live: int | None
) -> str:
    """Say whose labels a result holds, how many of the model's are wrong, and what is left."""
    nobody = ~(found.human | found.model)
    rows = pool.rows
    whose = (
        f"{rows[found.human].sum():,} labeled by people, {rows[found.model].sum():,} by the model, "
        f"{rows[nobody].sum():,} by nobody yet"
    )
    told = [f"{pool.n_rows:,} rows ({_items(len(pool))}): {whose}."]
    brought = sum(item_id not in state.answers for item_id in state.imported)
    if brought:
        told.append(f"Of people's labels {brought:,} were brought along and not looked at here.")
    told += second_look_words(state)
    if found.version is None and not nobody.any():
        told.append("None of the model's labels is needed.")
    elif found.version is None:
        told.append(_not_yet(reading, lost=found.lost))
    else:
        told += _of_model(found, reading, live)
    n_left = int(nobody.sum())
    if n_left:
        seconds = seconds_each(state)
        time = f", {duration_words(n_left * seconds)} at the pace so far" if seconds else ""
        told.append(f"Left: {_items(n_left)}{time}.")
    return " ".join(told)


def _of_model(found: Acceptance, reading: Reading | None, live: int | None) -> list[str]:
    least = f"a score of at least {found.threshold:.3g}"
    told = [f"The model's are those of version {found.version} with {least}."]
    known = found.known
    if known is None or not known.checked:
        told.append("How many of them are wrong is not known: session.audit(100) tells.")
        return told
    looked = f"{known.wrong:,} of {known.checked:,} checks drawn at random"
    if known.checked < AT_LEAST:
        told.append(f"You labeled {looked} otherwise: too few for a share.")
    else:
        wrong = min(max(known.value or 0.0, known.low), known.high)
        told.append(
            f"Of {_items(known.n_items)} among them an estimated {100 * wrong:.0f} % "
            f"[{100 * known.low:.0f}, {100 * known.high:.0f}] are wrong, which is to say that you "
            f"would have labeled them otherwise: {looked} were; 95 %, however often you look and "
            "whichever score you choose."
        )
    if found.n_unknown:
        told.append(
            f"{_items(found.n_unknown)} more were kept aside or came later: the audit was not "
            "drawn from them."
        )
    if reading is not None and reading.exposed:
        told.append(f"{reading.exposed:,} checks were answered after my view could be seen.")
    if live is not None and live != found.version:
        told.append(f"Version {live} is newer and was not audited: session.audit(100) does it.")
    return told


def _not_yet(reading: Reading | None, *, lost: bool) -> str:
    begun = "not yet: labels of the model, because"
    if reading is None:
        return f"{begun} nothing tells how many are wrong. session.audit(100) does."
    if lost:
        audited = f"version {reading.audit.version}, which was audited, cannot be fitted again"
        return (
            f"{begun} {audited} (another model, pool or library). session.audit(100) audits anew."
        )
    if reading.n < AT_LEAST:
        answered = f"{reading.n} checks of {AT_LEAST} are answered"
        return f"{begun} {answered}. session.audit(100) adds some."
    return (
        f"{begun} no score has few enough wrong above it ({reading.wrong:,} of {reading.n:,} "
        "checks were labeled otherwise). Label on, or set a threshold yourself."
    )


def _items(n: int) -> str:
    return f"{n:,} different item{'' if n == 1 else 's'}"
