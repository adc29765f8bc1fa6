"""Props of the codebook: the classes and what is written of them, and what fits none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.knowledge.written import became, edit_words
from rhml_widgets.views.words import excerpt

if TYPE_CHECKING:
    import pandas as pd

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.knowledge.codes import Code, Example
    from rhml_widgets.state import State, StateView

__all__ = ["codebook_props", "unplaced"]

MAX_EDITS = 20
MAX_IN_A_GROUP = 50
"""Items of a group that travel to the page: it says so where there are more."""

_PHASE_WORDS = {
    "qualitative": "You code and write; I learn nothing until the next phase.",
    "classification": "You teach me, and I learn from each answer.",
    "evaluation": "What I learned is held to account; its checks are counted by themselves.",
}


def codebook_props(
    state: State | StateView,
    pool: Pool,
    *,
    person: str,
    live: int | None,
    pile: pd.DataFrame | None,
    may_edit: bool,
) -> dict[str, Any]:
    """Return what the codebook shows; see ``CodebookProps`` in ``types.ts``.

    Parameters
    ----------
    person : str
        Who answers: their own edits may be taken back.
    live : int or None
        The model version that answers.
    pile : DataFrame or None
        From ``session.pile()``; None before it was first looked at.
    """
    book = state.codebook
    kept = [
        (place, code)
        for place, code in enumerate(book.codes)
        if code.status != "undone" or state.counts.get(code.name)
    ]
    anew = [one for one in state.relabel if one in pool]
    return {
        "version": book.version,
        "codes": [_code(place, code, state, pool) for place, code in kept],
        "phase": state.phase,
        "phase_words": _PHASE_WORDS.get(state.phase or "", ""),
        "cited": _cited(state, live),
        "anew": {"n": len(anew), "aside": sum(one not in state.waiting for one in anew)},
        "pile": _pile(state, pool, pile),
        "edits": [
            {
                "seq": seq,
                "words": edit_words(one.op, one.about),
                "undone": seq in state.retracted,
                "may_undo": may_edit and state.doer(seq) == person,
            }
            for seq, one in list(state.revisions.items())[: -MAX_EDITS - 1 : -1]
        ],
        "may_edit": may_edit,
    }


def unplaced(state: State | StateView, pool: Pool) -> tuple[str, ...]:
    """Return the items on the pile that nobody has placed since."""
    return tuple(
        one
        for one in state.pile
        if one in pool and (one not in state.answers or one in state.relabel)
    )


def _code(place: int, code: Code, state: State | StateView, pool: Pool) -> dict[str, Any]:
    return {
        "label": place,
        "name": str(code.name),
        "definition": code.definition,
        "include": [{"words": one, "told": one} for one in code.include],
        "exclude": [{"words": one, "told": one} for one in code.exclude],
        "examples": [{"words": _shown(one, pool), "told": one.to_dict()} for one in code.examples],
        "memos": [
            {
                "words": one.text,
                "told": one.to_dict(),
                "note": " · ".join(part for part in (one.at.partition("T")[0], one.by) if part),
            }
            for one in code.memos
        ],
        "seeds": list(code.seeds),
        "parent": None if code.parent is None else str(code.parent),
        "n": state.counts.get(code.name, 0),
        "gone": became(code),
        "was": [str(one) for one in code.was],
    }


def _shown(one: Example, pool: Pool) -> str:
    words = one.text or ""
    if one.item_id is not None:
        known = one.item_id in pool
        words = pool.words(pool.number(one.item_id)) if known else "(no longer in the pool)"
    return excerpt(words) + (f" — {one.why}" if one.why else "")


def _cited(state: State | StateView, live: int | None) -> str:
    version = state.codebook.version
    if live is None or not version:
        return ""
    cited = state.cites.get(live, 0)
    if cited == version:
        return f"Version {live} of the model learned from this version."
    before = f"version {cited}" if cited else "the codebook before its first edit"
    return f"Version {live} of the model learned from {before}."


def _pile(state: State | StateView, pool: Pool, pile: pd.DataFrame | None) -> dict[str, Any]:
    left = set(unplaced(state, pool))
    groups: list[dict[str, Any]] = []
    for _, group in [] if pile is None else pile.groupby("group"):
        rows = [one for one in group.itertuples() if one.item_id in left]
        if rows:
            items = [{"item_id": one.item_id, "excerpt": excerpt(str(one.content))} for one in rows]
            groups.append({"terms": rows[0].terms, "items": items[:MAX_IN_A_GROUP]})
    return {"n": len(left), "groups": groups}
