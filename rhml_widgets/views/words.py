"""Words: how the views say things, in the first and second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.knowledge.written import edit_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.state import Lesson, State, StateView

__all__ = ["excerpt", "lesson_words", "quoted", "undo_words"]

MOST_TOLD = 3
"""Terms of an edit of the lexicon that are told one by one."""

STAGES = {
    "first": "",
    "revised": "revised",
    "corrected": "changed",
    "imported": "imported",
    "verified": "swept",
    "probe": "asked again",
}
"""What the history says of a stage, beyond the label itself."""


def quoted(text: object) -> str:
    """Return ``text`` in typographic quotes."""
    return f"“{text}”"


def excerpt(text: str, length: int = 90) -> str:
    """Return the beginning of a text on one line, cut at a word where it can be.

    Examples
    --------
    >>> excerpt("one two three", 9)
    'one two…'
    """
    line = " ".join(text.split())
    if len(line) <= length:
        return line or "(empty)"
    cut = line[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut) + "…"


def stance_words(
    stance: dict[str, Any], named: Callable[[str], str] = str, *, by: str = "You"
) -> str:
    """Return one stance as a sentence about what the person did."""
    term = quoted(named(stance["term"]))
    if stance["stance"] == "irrelevant":
        return f"{by} struck {term}."
    return f"{by} told me that {term} speaks for {quoted(stance['label'])}."


def lesson_words(lesson: Lesson, named: Callable[[str], str] = str, *, by: str = "You") -> str:
    """Return a lesson as a sentence, its terms as ``named`` gives them, taught ``by`` whom."""
    if lesson.origin == "codebook":
        n = len(lesson.stances)
        return f"Class names, definitions and seed words: {n} word{'s' if n != 1 else ''}."
    if not lesson.stances:
        return f"{by} took back what terms said."
    if lesson.origin == "lexicon" and len(lesson.stances) > MOST_TOLD:
        return f"{by} changed what {len(lesson.stances)} terms of the lexicon say."
    return " ".join(stance_words(stance, named, by=by) for stance in lesson.stances)


def undo_words(state: State | StateView, pool: Pool) -> str | None:
    """Return what an undo would take back, or None."""
    seq = state.last_action()
    if seq is None:
        return None
    told = _oversight_words(state, seq) or _edit_words(state, seq)
    if seq in state.lessons or told is not None:
        return told or lesson_words(state.lessons[seq])
    resolved = next((one for one in state.together(seq) if one in state.resolutions), None)
    if resolved is not None:
        first = state.resolutions[resolved].item_ids[0]
        return f"your second look at {quoted(_excerpt_of(first, pool))}"
    judgment = state.judgments.get(seq)
    if judgment is not None:
        together = [one for one in state.together(seq) if one in state.judgments]
        read = next((s for s in together if state.judgments[s].stage != "verified"), None)
        if len(together) > 1 and read is None:
            return f"{len(together)} accepted as {quoted(judgment.label)}"
        judgment = judgment if read is None else state.judgments[read]
        more = f" and {len(together) - 1} like it" if len(together) > 1 else ""
        excerpted = quoted(_excerpt_of(judgment.item_id, pool))
        return f"{quoted(judgment.label)} for {excerpted}{more}"
    return _other_words(state, pool, seq)


def _other_words(state: State | StateView, pool: Pool, seq: int) -> str:
    """Return what an undo of no answer and no lesson would take back."""
    if seq in state.lexicon_edits:
        return "the last edit of the lexicon"
    if seq in state.map_edits:
        return "the last edit of the concept map"
    if seq in state.rejected:
        return f"your no to {quoted(state.rejected[seq].term)}"
    item_id = next((one for one, at in state.skipped.items() if at == seq), None)
    return f"the skip of {quoted(_excerpt_of(item_id, pool))}" if item_id else "the last skip"


def _edit_words(state: State | StateView, seq: int) -> str | None:
    """Return an edit of the codebook, or the beginning of a phase, as an undo would name it."""
    if seq in state.phases:
        return f"the beginning of the {state.phases[seq]} phase"
    edited = next((one for one in state.together(seq) if one in state.revisions), None)
    if edited is None:
        return None
    return edit_words(state.revisions[edited].op, state.revisions[edited].about)


def _oversight_words(state: State | StateView, seq: int) -> str | None:
    if seq in state.vetoes:
        return f"your veto of {quoted(state.vetoes[seq])}"
    if seq in state.goals:
        return f"your goal for {state.goals[seq].name.replace('_', ' ')}"
    if seq in state.modes:
        return f"the {state.modes[seq]} mode"
    gate = next((one for one in state.gates.values() if one.decision == seq), None)
    if gate is None:
        return None
    if gate.choice == "accept":
        return f"version {gate.version}, which you took"
    return f"that you stay with version {gate.against}"


def _excerpt_of(item_id: str, pool: Pool) -> str:
    return excerpt(pool.words(pool.number(item_id)), 40) if item_id in pool else item_id
