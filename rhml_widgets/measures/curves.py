"""Curves: what each side was seen to know, over the labels given; and the same in sentences."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rhml_widgets.measures.agreement import LEVEL, Checks, checks, count, kept
from rhml_widgets.measures.audit import audited
from rhml_widgets.measures.baseline import baseline_words
from rhml_widgets.measures.ceiling import agreements, ceiling_words, shared_outcomes
from rhml_widgets.measures.intervals import anytime, exact_band, running, spending
from rhml_widgets.measures.outcomes import (
    check_outcomes,
    drawn_checks,
    human_outcomes,
    repeat_outcomes,
    stop_outcomes,
)
from rhml_widgets.measures.people import TWO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.measures.outcomes import Outcome
    from rhml_widgets.state import State, StateView, Version

__all__ = ["COLUMNS", "curves", "repr_line", "standing", "thin", "version_labels"]

COLUMNS = (
    "seq",
    "n_labels",
    "actor",
    "measure",
    "basis",
    "reference",
    "value",
    "low",
    "high",
    "interval",
    "n",
)
"""Columns of the frame of curves, in order."""

SERIES = ["actor", "measure", "basis", "reference"]

_anytime = lru_cache(maxsize=4096)(anytime)  # the same few counts, again and again


def curves(state: State | StateView, *, truth: Mapping[str, Label] | None = None) -> pd.DataFrame:
    """Return all curves as one tidy frame, a row a point, ordered by series, then by ``seq``.

    ====== ========= ======= =========== ===============================================
    actor  measure   basis   reference   a point is
    ====== ========= ======= =========== ===============================================
    model  agreement checks  owner       a blind check answered
    model  accuracy  holdout gold        a version scored on items it never learns from
    human  accuracy  checks  gold        a blind check answered whose truth is given
    human  agreement repeats second_look an item asked again, both times blind
    human  kept      stops   model       a stop decided: own answer kept, or not
    human  agreement shared  second_look an item two people judged, neither knowing the other's
    human  kappa     shared  second_look all of them so far, of two people; one row
    human  alpha     shared  second_look all of them so far, of all people; one row
    ====== ========= ======= =========== ===============================================

    The model changes from check to check, so a point is the share over the latest half of the
    checks (at least 50, all when fewer), and its interval is for the average over the versions
    that spoke there: 95 % over all looks together, however often one looks
    (``anytime average``). It is not the accuracy of today's model: a fixed one is audited with
    ``checks(state, version=...)``. Holdout points are exact intervals whose errors add up to
    5 % over all looks (``exact, error spent over looks``). ``kept`` says what the person did, not
    who was right.

    What people share is the ceiling the model is shown against: ``agreement`` on the same scale
    as the model's, over all shared items; from 30 items on Cohen's ``kappa`` (where there are two
    people) and Krippendorff's ``alpha``, beyond chance, each with a percentile bootstrap over
    items for one look (``bootstrap, one look``).

    Parameters
    ----------
    state : State
    truth : mapping of item_id to label, optional
        Known truth; enables human accuracy.

    Returns
    -------
    DataFrame
        `COLUMNS`: ``value``, ``low``, ``high`` in [0, 1]; ``n`` the counts a value stands on;
        ``n_labels`` the items the person had answered by then. What is undefined has no row.
    """
    answered = np.sort([seqs[0] for seqs in state.answers.values()])
    frames = [
        _shares(check_outcomes(state), answered, ("model", "agreement", "checks", "owner")),
        _holdout(list(state.versions.values()), version_labels(state)),
        _shares(
            human_outcomes(state, truth or {}), answered, ("human", "accuracy", "checks", "gold")
        ),
        _shares(repeat_outcomes(state), answered, ("human", "agreement", "repeats", "second_look")),
        _shares(stop_outcomes(state), answered, ("human", "kept", "stops", "model")),
        *_ceiling(state, answered),
    ]
    columns = {
        name: np.concatenate([np.atleast_1d(frame[name]) for frame in frames]) for name in COLUMNS
    }
    kinds = {"seq": "int64", "n_labels": "int64", "n": "int64"}
    kinds |= dict.fromkeys(("value", "low", "high"), "float64")
    return pd.DataFrame(columns).astype(kinds)


def _shares(outcomes: Sequence[Outcome], answered: Any, series: tuple[str, ...]) -> dict[str, Any]:
    seqs = np.array([outcome.seq for outcome in outcomes], dtype=np.int64)
    share = running([outcome.hit for outcome in outcomes], level=LEVEL)
    return {
        "seq": seqs,
        "n_labels": np.searchsorted(answered, seqs, side="right"),
        "value": share.hits / share.n,
        "low": share.low,
        "high": share.high,
        "interval": np.full(len(seqs), "anytime average", dtype=object),
        "n": share.n,
        **_named(series, len(seqs)),
    }


def _ceiling(state: State | StateView, answered: Any) -> list[dict[str, Any]]:
    """Return the frames of what people agree on; none where they share no item."""
    shared = shared_outcomes(state)
    if not shared:
        return []
    seqs = np.array([one.seq for one in shared], dtype=np.int64)
    hits = np.cumsum([one.hit for one in shared])
    n = np.arange(1, len(shared) + 1)
    # Who agrees with whom does not drift as a model does: all of it speaks for today.
    bounds = np.array([_anytime(int(k), int(of)) for k, of in zip(hits, n, strict=True)])
    found = [
        {
            "seq": seqs,
            "n_labels": np.searchsorted(answered, seqs, side="right"),
            "value": hits / n,
            "low": bounds[:, 0],
            "high": bounds[:, 1],
            "interval": np.full(len(seqs), "anytime", dtype=object),
            "n": n,
            **_named(("human", "agreement", "shared", "second_look"), len(seqs)),
        }
    ]
    for one in agreements(state):
        if one.value is not None and (one.measure == "alpha" or len(state.people) == TWO):
            row = {"seq": seqs[-1], "n_labels": found[0]["n_labels"][-1], "n": one.n}
            row |= {"value": one.value, "low": one.low, "high": one.high}
            series = _named(("human", one.measure, "shared", "second_look"), 1)
            found.append({**row, "interval": "bootstrap, one look", **series})
    return found


def _holdout(versions: Sequence[Version], labels: Mapping[int, int]) -> dict[str, Any]:
    scored = [version for version in versions if version.hits.get("holdout")]
    hits = np.array([version.hits["holdout"].count("1") for version in scored], dtype=np.int64)
    n = np.array([len(version.hits["holdout"]) for version in scored], dtype=np.int64)
    error = np.array([spending(look, LEVEL) for look in range(1, len(scored) + 1)])
    low, high = exact_band(hits, n, error=error)
    return {
        "seq": np.array([version.seq for version in scored], dtype=np.int64),
        "n_labels": np.array([labels[version.version] for version in scored], dtype=np.int64),
        "value": hits / n,
        "low": low,
        "high": high,
        "interval": np.full(len(scored), "exact, error spent over looks", dtype=object),
        "n": n,
        **_named(("model", "accuracy", "holdout", "gold"), len(scored)),
    }


def _named(series: tuple[str, ...], size: int) -> dict[str, Any]:
    return {
        name: np.full(size, value, dtype=object) for name, value in zip(SERIES, series, strict=True)
    }


def version_labels(state: State | StateView) -> dict[int, int]:
    """Return, for each version that went live, how many of the person's answers it knew.

    With imported labels a version counts those, too; then it is the items answered before its
    snapshot, so that all curves run over the same axis.
    """
    versions = state.versions.values()
    if not state.imported:
        return {version.version: version.n_labels for version in versions}
    answered = np.sort([seqs[0] for seqs in state.answers.values()])
    return {
        version.version: min(
            version.n_labels, int(np.searchsorted(answered, version.snapshot_seq, side="right"))
        )
        for version in versions
    }


def thin(frame: pd.DataFrame, n: int = 300) -> pd.DataFrame:
    """Keep at most ``n`` points of each series, first and last included, evenly by place.

    Evenly, and not where the curve bends most: the extremes of a noisy curve would be kept and
    its middle dropped.

    Examples
    --------
    >>> frame = pd.DataFrame({"actor": "model", "measure": "agreement", "basis": "checks",
    ...                       "reference": "owner", "seq": range(1000)})
    >>> thin(frame, 3)["seq"].tolist()
    [0, 500, 999]
    """
    pieces = [
        group.iloc[np.unique(np.linspace(0, len(group) - 1, max(n, 2)).round().astype(int))]
        if len(group) > max(n, 2)
        else group
        for _, group in frame.groupby(SERIES, sort=False)
    ]
    return pd.concat(pieces) if pieces else frame


def repr_line(state: State | StateView) -> str:
    """Say where the model stands, short enough for a repr: a count, without percent."""
    found = checks(state)
    if not found.n:
        return "no checks yet"
    latest = "latest " if found.total > found.n else ""
    things = "check" if found.n == 1 else "checks"
    return f"agrees with you {found.hits} of {latest}{found.n} {things}"


def standing(state: State | StateView, truth: Mapping[str, Label] | None = None) -> list[str]:
    """Say where both stand, a sentence each: the number, its doubt, what it was held against.

    Whatever cannot be said yet begins with “not yet”, and says why.
    """
    audit = audited(state)
    lines = [] if audit is None else [audit.words()]
    lines += [*_agreement_lines(state), *_holdout_lines(state, truth or {})]
    outcomes = human_outcomes(state, truth or {})
    known = count(outcomes)
    if known.n:
        alone = baseline_words([one.other for one in outcomes[-known.n :]])
        lines.append(
            f"You are right on {known.share()}, answered before you saw my view, against the "
            f"truth that was given; {alone}."
        )
    elif not truth:
        lines.append("You are the reference: nothing here can tell whether you are right.")
    else:
        lines.append("not yet: none of the checks you answered has a known truth.")
    repeats = count(repeat_outcomes(state), what="items")
    if repeats.n:
        lines.append(f"Asked again, you gave the same answer on {repeats.share()}.")
    lines += ceiling_words(state)
    stops = kept(state)
    if stops.n:
        spoke, stood = (f"{n} {'time' if n == 1 else 'times'}" for n in (stops.n, stops.kept))
        lines.append(
            f"I spoke up {spoke} because we differed; you kept your answer {stood}. That alone "
            "says nothing of who was right."
        )
    return lines


def _agreement_lines(state: State | StateView) -> list[str]:
    drawn = drawn_checks(state)
    found = checks(state, drawn)
    if not found.n:
        return [f"not yet: how often I agree with you. {_why_no_checks(state, found.learned)}"]
    alone = baseline_words([one.label for one in drawn.counted[-found.n :]])
    how = "drawn at random and answered before you saw my view"
    lines = [f"I agree with you on {found.share()}, {how}; {alone}."]
    audited = drawn.counted[-1].version
    if audited is not None and found.versions != (audited, audited):
        of_one = checks(state, drawn, version=audited)
        if of_one.n >= 10:  # noqa: PLR2004 - fewer say nothing of one version
            lines.append(f"My version {audited} alone: {of_one.share()}.")
    left_out = [
        (found.skipped, "put aside"),
        (found.seen, "answered after you could see my view"),
        (found.learned, "labeled before this session"),
    ]
    told = ", ".join(f"{count} {why}" for count, why in left_out if count)
    if told:
        lines.append(f"Not counted among the checks: {told}.")
    if state.exposed_all is not None:
        lines.append("You have seen my view of all items: no later answer is a blind check.")
    return lines


def _why_no_checks(state: State | StateView, learned: int) -> str:
    if state.exposed_all is not None:
        return "You have seen my view of all items, so no answer can be a blind check."
    if learned:
        return "All checks so far were of items whose label I was given before this session."
    if not state.versions:
        return "I can be checked once I have learned two classes."
    return "No item drawn as a check has been answered so far."


def _holdout_lines(state: State | StateView, truth: Mapping[str, Label]) -> list[str]:
    frame = _holdout(list(state.versions.values()), version_labels(state))
    if not len(frame["n"]):
        return []
    n = int(frame["n"][-1])
    hits = round(float(frame["value"][-1]) * n)
    low, high = float(frame["low"][-1]), float(frame["high"][-1])
    said = Checks(hits, n, n, low=low, high=high, what="items").share()
    held = state.opened.holdout if state.opened is not None else []
    known = [truth[item_id] for item_id in held if item_id in truth]
    # Truth given anew may be of other items than those scored: then nothing is compared.
    alone = f"; {baseline_words(known)}" if len(known) == n else ""
    return [f"I am right on {said} whose truth was given and that I never learn from{alone}."]
