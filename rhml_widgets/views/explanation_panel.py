"""Props of the explanation panel: the reasons of a judged item, and what a lesson changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.views.item import boxes_of, content_props
from rhml_widgets.views.words import excerpt, lesson_words, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.state import Lesson, State, StateView

__all__ = ["effect_props", "explanation_props", "looks_of", "reasons_props", "standing_stances"]

MAX_REASONS = 12

_EXACTNESS = {
    "exact": "exact · contributions add up to the score",
    "sampled": "estimated by sampling · may differ slightly each time",
    "occlusion": "estimated · each word left out in turn",
    "neighbors": "by the nearest answered items",
}

_BY_KIND = {
    ("occlusion", "row"): "estimated · each column filled from other rows in turn",
    ("occlusion", "image"): "estimated · each part covered by the mean image in turn",
}


def standing_stances(state: State | StateView) -> dict[str, tuple[str, Label | None, int]]:
    """Return what the person holds of each term now: stance, label and lesson, by term."""
    return {
        stance["term"].casefold(): (stance["stance"], stance["label"], lesson.seq)
        for lesson in state.lessons.values()
        if not lesson.retracted and lesson.origin != "codebook"
        for stance in lesson.stances
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
    listed = [i for i in order if values[i] or old.get(names[i])][:MAX_REASONS]
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
    lesson: Lesson,
    *,
    pending: bool,
    total: int,
    shown: list[dict[str, Any]] | None,
    blind_left: int,
    looks: Mapping[str, int],
) -> dict[str, Any]:
    """Return what a lesson did: counts, and the items only where they were asked for."""
    return {
        "lesson": lesson.seq,
        "words": lesson_words(lesson),
        "pending": pending,
        "version": lesson.version,
        "flips": lesson.flips or 0,
        "total": total,
        "shown": shown,
        "looks": dict(looks),
        "blind_left": blind_left,
        "undone": lesson.retracted,
    }


def looks_of(state: State | StateView, lesson: Lesson) -> dict[str, int]:
    """Count the blind looks at a lesson's flips: asked, judged, better, worse, neither."""
    counts = {"asked": len(lesson.looks), "judged": 0, "better": 0, "worse": 0, "neither": 0}
    for item_id, (before, after) in lesson.looks.items():
        blind = state.blind(item_id)
        if blind is None:
            continue
        counts["judged"] += 1
        side = "better" if blind.label == after else "worse" if blind.label == before else "neither"
        counts[side] += 1
    return counts


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
    answer = None if item_id is None else state.answer(item_id)
    item = None
    if item_id is not None and answer is not None:
        content = content_props(pool, pool.number(item_id))
        item = {"item_id": item_id, **content, "judged": labels.index(answer.label)}
    rows = []
    for number, similarity in neighbors:
        near = state.answer(pool.ids[number])
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
