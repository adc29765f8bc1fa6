"""Props of the explanation panel: the reasons of a judged item, and what a lesson changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.measures.intervals import anytime
from rhml_widgets.views.item import boxes_of, content_props
from rhml_widgets.views.words import excerpt, lesson_words, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.state import Lesson, State, StateView

__all__ = [
    "MAX_FLIPS",
    "effect_props",
    "explanation_props",
    "looks_of",
    "reasons_props",
    "standing_stances",
]

MAX_REASONS = 12

MAX_FLIPS = 200
"""Of what a lesson changed so many are listed."""

EVEN = 0.5
"""Share of looks for better where a lesson changes nothing for better or worse."""

_EXACTNESS = {
    "exact": "exact · contributions add up to the score",
    "occlusion": "estimated · each word left out in turn",
}

_BY_KIND = {
    ("occlusion", "row"): "estimated · each column filled from other rows in turn",
    ("occlusion", "image"): "estimated · each part covered by the mean image in turn",
}


def standing_stances(state: State | StateView) -> dict[str, tuple[str, Label | None, int]]:
    """Return what the person holds of each term now: stance, label and lesson, by term."""
    return {
        row["term"].casefold(): (row["stance"], row["label"], row["seq"])
        for row in state.lexicon.stances()
    }


def reasons_props(
    explanation: Explanation,
    classes: Sequence[Label],
    predicted: int,
    stances: Mapping[str, tuple[str, Label | None, int]],
    before: Explanation | None = None,
    *,
    pool: Pool | None = None,
) -> dict[str, Any]:
    """Return an explanation as rows, strongest first.

    Parameters
    ----------
    predicted : int
        Class index the model says now.
    stances : mapping
        From `standing_stances`.
    before : Explanation, optional
        Of the same item, label and contrast, by the version before the last lesson.
    pool : Pool, optional
        Where the item is of; needed for images.
    """
    index = {label: place for place, label in enumerate(classes)}
    values = [float(value) for value in explanation.contributions]
    names = [str(name) for name in explanation.features]
    old = (
        {}
        if before is None
        else dict(zip(map(str, before.features), map(float, before.contributions), strict=True))
    )
    order = sorted(
        range(len(names)), key=lambda i: (-max(abs(values[i]), abs(old.get(names[i], 0))), i)
    )
    # A struck word weighs nothing; it is listed all the same, for its undo.
    listed = [i for i in order if values[i] or old.get(names[i]) or names[i].casefold() in stances][
        :MAX_REASONS
    ]
    spans: dict[int, list[list[int]]] = {}
    for start, end, feature in explanation.spans:
        spans.setdefault(int(feature), []).append([int(start), int(end)])
    rows = []
    for i in listed:
        stance, about, lesson = stances.get(names[i].casefold(), (None, None, None))
        rows.append(
            {
                "term": names[i],
                "value": values[i],
                "before": old.get(names[i], 0.0) if before is not None else None,
                "stance": stance,
                "stance_label": None if about is None else index.get(about),
                "stance_lesson": lesson,
                "spans": spans.get(i, []),
                **_boxes(pool, explanation, i),
            }
        )
    return {
        "label": index[explanation.label],
        "against": None if explanation.against is None else index[explanation.against],
        "predicted": predicted,
        "unit": explanation.unit,
        "prediction": float(explanation.prediction),
        "baseline": float(explanation.baseline),
        "rest": float(sum(values) - sum(values[i] for i in listed)),
        "gap": float(explanation.gap),
        "method": explanation.method,
        "exactness": _exactness(explanation.method, pool),
        "rows": rows,
        "prediction_before": None if before is None else float(before.prediction),
    }


def _boxes(pool: Pool | None, explanation: Explanation, feature: int) -> dict[str, Any]:
    if pool is None or not explanation.boxes:
        return {}
    return {"boxes": boxes_of(pool, explanation, feature)}


def _exactness(method: str, pool: Pool | None) -> str:
    kind = "text" if pool is None else pool.kind
    return _BY_KIND.get((method, kind), _EXACTNESS[method])


def effect_props(
    state: State | StateView,
    lesson: Lesson,
    *,
    fitting: bool,
    total: int,
    shown: list[dict[str, Any]] | None,
    blind_left: int,
    kept: str = "",
) -> dict[str, Any]:
    """Return what a lesson did: counts, and the items only where they were asked for.

    Parameters
    ----------
    fitting : bool
        Whether a refit runs, which the lesson, or its being taken back, then waits for.
    total : int
        Predictions in all.
    shown : list of dict or None
        The items that changed, once they were asked for.
    blind_left : int
        How many of them can still be judged blind.
    kept : str
        Why a fitted model somebody brought goes on answering; "" where none does.
    """
    version = _first_without(state, lesson) if lesson.retracted else lesson.version
    return {
        "lesson": lesson.seq,
        "words": lesson_words(lesson),
        "pending": version is None and fitting,
        "version": version,
        "flips": lesson.flips or 0,
        "total": total,
        "shown": shown,
        "most": MAX_FLIPS,
        "looks": looks_of(state, lesson),
        "blind_left": blind_left,
        "undone": lesson.retracted,
        "since": "" if lesson.retracted else _since(state, lesson) or _capital(kept),
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:] + "." if words else ""


def _first_without(state: State | StateView, lesson: Lesson) -> int | None:
    """Return the first version that was fitted after the lesson was taken back."""
    seq = state.retracted[lesson.seq]
    later = (one.version for one in state.versions.values() if one.snapshot_seq >= seq)
    return next(later, None)


def _since(state: State | StateView, lesson: Lesson) -> str:
    """Say what else moved the reasons since the version before the lesson, shown as "before"."""
    last = state.last_version
    if lesson.version is None or last is None:
        return ""
    earlier = [one for one in state.versions.values() if one.seq < lesson.seq]
    before = earlier[-1] if earlier else state.versions[lesson.version]
    more = last.n_labels - before.n_labels
    others = sum(
        other.seq != lesson.seq and other.version is not None and other.version > before.version
        for other in state.lessons.values()
    )
    told = [
        f"{size:,} {what}{'s' if size > 1 else ''}"
        for size, what in ((more, "more answer"), (others, "more lesson"))
        if size > 0
    ]
    if told:
        return f"Meanwhile {' and '.join(told)} moved my reasons, too."
    if last.version != lesson.version:
        return f"I am at v{last.version} by now: not all that moved is this lesson's doing."
    return ""


def looks_of(state: State | StateView, lesson: Lesson) -> dict[str, Any]:
    """Count the blind looks at a lesson's flips.

    Returns
    -------
    dict
        ``asked``, ``judged``, ``better``, ``worse``, ``neither``, and ``words``: how many are
        judged, or once all are, the verdict with its doubt. Looks that were put aside, or whose
        item was shown before it was judged, do not count.
    """
    counts = {"asked": 0, "judged": 0, "better": 0, "worse": 0, "neither": 0}
    for item_id, (before, after) in lesson.looks.items():
        blind = state.blind(item_id)
        if blind is None:
            counts["asked"] += item_id in state.waiting and not state.is_exposed(item_id)
            continue
        side = "better" if blind.label == after else "worse" if blind.label == before else "neither"
        for key in ("asked", "judged", side):
            counts[key] += 1
    return {**counts, "words": _verdict(counts, lesson.flips or 0)}


def _verdict(looks: Mapping[str, int], flips: int) -> str:
    n, better, worse = looks["judged"], looks["better"], looks["worse"]
    if looks["asked"] > n or not n:
        # Told only when all are judged: the rest shall be as blind as the first.
        return f"{n} of {looks['asked']} judged" if looks["asked"] else ""
    told = ", ".join(
        [f"{better} of {n} better"]
        + [f"{looks[side]} {side}" for side in ("worse", "neither") if looks[side]]
    )
    if n == flips:
        return f"{told}: that is all of them"
    low, high = anytime(better, better + worse) if better + worse else (0.0, 1.0)
    # At 95 %, however often one looks.
    return f"{told}: {'too few to be sure' if low <= EVEN <= high else 'more than chance'}"


def explanation_props(
    state: State | StateView,
    pool: Pool,
    *,
    item_id: str | None,
    reasons: dict[str, Any] | None,
    neighbors: Sequence[tuple[int, float]],
    effect: dict[str, Any] | None,
    may_teach: bool,
    status: str,
    empty: str = "",
    problem: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the explanation panel shows; see ``ExplanationProps`` in ``types.ts``."""
    labels = list(state.classes)
    names = [str(label) for label in labels]
    answer = None if item_id is None else state.own(item_id)
    item = None
    if item_id is not None and answer is not None:
        content = content_props(pool, pool.number(item_id))
        item = {"item_id": item_id, **content, "judged": labels.index(answer.label)}
    rows = []
    for number, similarity in neighbors:
        near = state.own(pool.ids[number])
        if near is not None:
            rows.append(
                {
                    "item_id": pool.ids[number],
                    "excerpt": excerpt(pool.words(number), 110),
                    "label": labels.index(near.label),
                    "similarity": round(float(similarity), 3),
                }
            )
    return {
        "seq": state.seq,
        "classes": names,
        "gone": [k for k, label in enumerate(labels) if not state.is_live(label)],
        "empty": empty if item is None or reasons is None else "",
        "item": item,
        "heading": _heading(reasons, names),
        "reasons": reasons,
        "neighbors": rows,
        "effect": effect,
        "may_teach": may_teach,
        "status": status,
        "problem": problem,
    }


def _heading(reasons: dict[str, Any] | None, names: Sequence[str]) -> str:
    if reasons is None:
        return "Reasons"
    why = f"Why {quoted(names[reasons['label']])}"
    if reasons["against"] is None:
        return why
    return f"{why} and not {quoted(names[reasons['against']])}"
