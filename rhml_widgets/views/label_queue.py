"""Props of the labeling queue: the item, its keys, and nothing of the model's view before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.human.advice import disagrees_firmly
from rhml_widgets.human.keys import action_keys, class_keys
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.measures.durations import duration_words, seconds_each
from rhml_widgets.views.item import content_props, places_of
from rhml_widgets.views.words import STAGES, excerpt, quoted, undo_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rhml_widgets.items.pool import Item, Pool
    from rhml_widgets.journal.events import FitFailed, Label
    from rhml_widgets.state import Judgment, State, StateView

__all__ = ["label_queue_props", "problem_of", "status_line", "stop_props"]

MAX_TEXT = 10_000
HISTORY = 30
MOST_KEYED = 10
SKIP_REASONS = ("not sure", "needs context", "several classes fit", "none of these", "not readable")


def label_queue_props(
    state: State | StateView,
    pool: Pool,
    *,
    items: Sequence[Item],
    n_askable: int,
    model: dict[str, Any],
    person: str = "",
    n_labeled: int | None = None,
    stop: dict[str, Any] | None = None,
    unusable: str | None = None,
    problem: dict[str, Any] | None = None,
    may_add: bool = True,
    keys: Mapping[Label, str] | None = None,
    twins: dict[str, Any] | None = None,
    looks: Mapping[str, tuple[list[list[int]], list[list[float]]]] | None = None,
) -> dict[str, Any]:
    """Return what the labeling queue shows.

    Parameters
    ----------
    items : sequence of Item
        The current one, then those drawn ahead.
    n_askable : int
        Items that may be asked at all: the pool less the holdout.
    person : str
        Who answers.
    n_labeled : int, optional
        How many of these are answered; None: all that ever were.
    model : dict
        See `ModelProps` in ``js/src/shared/types.ts``, as for all that is returned here.
    stop : dict or None
        From `stop_props`, while advice stands.
    unusable : str or None
        Why nothing can be answered here.
    keys : mapping, optional
        Chosen keys, by class or action.
    twins : dict or None
        From `rhml_widgets.views.sweep.twins_props`.
    looks : mapping of item_id to (spans, boxes)
        Where to look in items whose arm shows that before the answer.
    """
    labels = list(state.classes)
    n_labeled = state.n_labeled if n_labeled is None else n_labeled
    return {
        "seq": state.seq,
        "person": person,
        "state": _queue_state(unusable, len(pool), stop, state, items=items, problem=problem),
        "state_text": unusable or "",
        "status": status_line(state, n_askable, unusable, n_labeled),
        "progress": _progress(state, pool, n_labeled, n_askable),
        "classes": _classes(state, labels, keys),
        "keys": action_keys(keys or {}, labels),
        "may_add": may_add and unusable is None,
        "items": [
            _item_props(item, state, pool, (looks or {}).get(item.item_id)) for item in items
        ],
        "stop": stop,
        "undo": undo_words(state, pool),
        "skip_reasons": list(SKIP_REASONS),
        "history": _history(state, pool, labels),
        "last": _last_item(state, pool) if n_labeled else None,
        "model": model,
        "problem": problem,
        "twins": twins,
    }


def _classes(
    state: State | StateView, labels: Sequence[Label], keys: Mapping[Label, str] | None
) -> list[dict[str, Any]]:
    """Return the classes in their places; those that are gone have no key and no button."""
    live = [label for label in labels if state.is_live(label)]
    # A key stays where it was when a class goes, unless there would be too few for the rest.
    keyed = labels if len(labels) <= MOST_KEYED else live
    key_of = dict(zip(keyed, class_keys(keyed, keys), strict=True))
    rows = []
    for label in labels:
        told: dict[str, Any] = {
            "name": str(label),
            "definition": state.classes[label],
            "key": key_of.get(label),
            "count": state.counts.get(label, 0),
        }
        if not state.is_live(label):
            told |= {"key": "", "gone": True}
        rows.append(told)
    return rows


def _queue_state(
    unusable: str | None,
    n_items: int,
    stop: dict[str, Any] | None,
    state: State | StateView,
    *,
    items: Sequence[Item],
    problem: dict[str, Any] | None,
) -> str:
    if unusable is not None:
        if unusable.startswith("moved"):
            return "moved"
        return "closed" if unusable == "closed" else "read-only"
    if n_items == 0:
        return "empty"
    if stop is not None:
        return "stopped"
    if not any(state.is_live(label) for label in state.classes):
        return "no-classes"
    # Where the next item could not be drawn, not all were asked.
    undrawn = problem is not None and problem["kind"] == "journal"
    return "asking" if items or undrawn else "done"


def status_line(
    state: State | StateView, n_askable: int, unusable: str | None, n_labeled: int | None = None
) -> str:
    """Return the status line, the same in all views of a session.

    ``n_labeled`` counts the answered among those that may be asked; None: all are.
    """
    n_labeled = state.n_labeled if n_labeled is None else n_labeled
    count = f"{n_labeled:,} of {n_askable:,} labeled"
    if unusable is None and state.last_action() in state.skipped.values():
        return f"skipped · {count}"
    if unusable is not None:
        return f"{unusable} · {count}"
    if not n_labeled:
        return count
    return f"saved{_decided(state)} · {count}"


def _decided(state: State | StateView) -> str:
    """Say what stands between the two: advice, or what the person made of it."""
    if state.standing is not None:
        return " · we disagree"
    last = state.judgments.get(state.last_action() or 0)
    if last is None or last.stage != "revised":
        return ""
    return f": you {'kept' if _kept(state, last) else 'revised it to'} {quoted(last.label)}"


def _progress(
    state: State | StateView, pool: Pool, n_labeled: int, n_askable: int
) -> dict[str, Any]:
    each = seconds_each(state, state.person)
    rest = n_askable - n_labeled
    left = f"{duration_words(each * rest)} for the rest" if each and rest > 0 else ""
    return {
        "labeled": n_labeled,
        "total": n_askable,
        "seconds_each": None if each is None else round(each, 1),
        "left": left,
        "skipped": sum(item_id in pool for item_id in state.skipped),
    }


def _item_props(
    item: Item,
    state: State | StateView,
    pool: Pool,
    look: tuple[list[list[int]], list[list[float]]] | None,
) -> dict[str, Any]:
    number = pool.number(item.item_id)
    content = content_props(pool, number)
    text = content["text"]
    draft = state.drafts.get(item.item_id)
    return {
        "item_id": item.item_id,
        **content,
        "text": text[:MAX_TEXT],
        "truncated": len(text) > MAX_TEXT,
        # A hidden repeat looks like any check.
        "purpose": "check" if item.purpose == "probe" else item.purpose,
        "why": item.reason,
        "rows": int(pool.rows[pool.number(item.item_id)]),
        "seen": state.seq,
        "draft": None
        if draft is None
        else {
            "note": draft.note,
            "rationale": _spans(pool, number, draft.rationale or ()),
        },
        **({} if look is None else {"look": {"spans": look[0], "boxes": look[1]}}),
    }


def _spans(pool: Pool, number: int, marks: Sequence[Any]) -> list[list[int]]:
    if pool.kind == "row":
        return places_of(pool, number, marks)
    return [list(mark) for mark in marks if not isinstance(mark, str)]


def _history(state: State | StateView, pool: Pool, labels: Sequence[Label]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    index = {label: place for place, label in enumerate(labels)}
    seen: set[str] = set()
    for seq in reversed(state.judgments):
        one: Judgment = state.judgments[seq]
        mine = one.person == state.person
        if not mine or one.item_id in seen or state.is_repeat(one.item_id):
            continue
        if state.own(one.item_id) is not one:
            continue  # the answer to a repeat does not take the place of the first
        seen.add(one.item_id)
        known = one.item_id in pool
        content = pool.words(pool.number(one.item_id)) if known else "(no longer in the pool)"
        stage = STAGES.get(one.stage, one.stage)
        if one.stage == "revised" and _kept(state, one):
            stage = "kept"
        rows.append(
            {
                "seq": seq,
                "item_id": one.item_id,
                "excerpt": excerpt(content),
                "label": index[one.label],
                "stage": stage,
                "note": one.note,
                "others": [
                    {"person": person, "label": index[other.label]}
                    for person, other in state.each(one.item_id).items()
                    if person != one.person
                ],
            }
        )
        if len(rows) == HISTORY:
            break
    return rows


def _kept(state: State | StateView, judgment: Judgment) -> bool:
    answers, judgments = state.answers[judgment.item_id], state.judgments
    seqs = [seq for seq in answers if judgments[seq].person == judgment.person]
    place = seqs.index(judgment.seq)
    return place > 0 and state.judgments[seqs[place - 1]].label == judgment.label


def _last_item(state: State | StateView, pool: Pool) -> str | None:
    for seq in reversed(state.judgments):
        item_id: str = state.judgments[seq].item_id
        if state.judgments[seq].person != state.person or state.is_repeat(item_id):
            continue
        return item_id if item_id in pool else None
    return None


def stop_props(
    state: State | StateView,
    pool: Pool,
    spans: Sequence[Sequence[int]],
    record: str,
    boxes: Sequence[Sequence[float]] = (),
) -> dict[str, Any] | None:
    """Return the advice that stands, or None.

    Parameters
    ----------
    spans : sequence of (start, end)
        Words, or columns by their place, that spoke for the model's label, strongest first.
    record : str
        How earlier stops went, in words.
    boxes : sequence of (top, left, bottom, right)
        The parts of an image that did, as shares of it.
    """
    item_id = state.standing
    answer = state.own(item_id) if item_id is not None else None
    if item_id is None or answer is None or answer.predicted is None or item_id not in pool:
        return None
    labels = list(state.classes)
    query = state.queries.get(item_id)
    said = answer.predicted
    arm, _ = state.arm(item_id) or ("full", 1.0)
    if arm == "evidence":
        words = "These places weighed most with me. Look once more, then go on."
    elif said.label == answer.label:
        words = f"I read {quoted(said.label)}, too."
    else:
        firm = disagrees_firmly(said, answer.label, labels)
        words = f"I read {quoted(said.label)}{', firmly' if firm else ''}."
    return {
        "item_id": item_id,
        "purpose": query.purpose if query else "teach",
        "why": reason_words(query.reason if query else ""),
        **content_props(pool, pool.number(item_id)),
        "yours": labels.index(answer.label),
        "model": None if arm == "evidence" else labels.index(said.label),
        "words": words,
        "record": record,
        "spans": [list(span) for span in spans],
        **({"boxes": [list(box) for box in boxes]} if boxes else {}),
    }


def problem_of(
    failure: FitFailed | None,
    unsaved: str | None = None,
    strategy: str | None = None,
    *,
    serving: bool = False,
    waiting: bool = True,
) -> dict[str, Any] | None:
    """Return what is wrong as something to show: what, why and what to do.

    Parameters
    ----------
    failure : FitFailed or None
    unsaved : str or None
        Why the next items could not be drawn.
    strategy : str or None
        What a query strategy raised.
    serving : bool
        Whether a version answers all the same.
    waiting : bool
        Whether an item is there to be answered.
    """
    if unsaved is not None:
        return {
            "kind": "journal",
            "title": "The journal cannot be written",
            "text": unsaved,
            "hint": "What was acknowledged is safe. "
            + (
                "The next answer tries again."
                if waiting
                else "Mend it, then run session.query() in any cell."
            ),
        }
    if failure is None and strategy is not None:
        return {
            "kind": "model",
            "title": "Your query strategy failed",
            "text": strategy,
            "hint": "The model learns on, and margin chooses what is asked. Mend the strategy and "
            "open the session again.",
        }
    if failure is None:
        return None
    return {
        "kind": "model",
        "title": "The model could not learn from the last answers",
        "text": f"{failure.error}: {failure.message}",
        "hint": "Your answers are safe and you can go on. "
        + ("The version before keeps answering; the" if serving else "The")
        + " next answer tries again, or set session.model = another estimator.",
    }
