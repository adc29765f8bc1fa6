"""Props of the people: who answers, who else did, and how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.measures.ceiling import ceiling_words
from rhml_widgets.measures.people import disagreements

if TYPE_CHECKING:
    from rhml_widgets.state import State, StateView

__all__ = ["people_props"]

MAX_PEOPLE = 50


def people_props(
    state: State | StateView, person: str, *, shareable: int, unusable: str | None = None
) -> dict[str, Any]:
    """Return what the people's menu shows; see ``PeopleProps`` in ``types.ts``.

    Parameters
    ----------
    person : str
        Who answers.
    shareable : int
        Items others judged that may still be shared with them, blind.
    unusable : str or None
        Why nothing can be changed here.
    """
    return {
        "you": person,
        "others": [name for name in state.people if name != person][:MAX_PEOPLE],
        "may_switch": unusable is None,
        "shareable": shareable,
        "sharing": len(state.sharing),
        "agreement": " ".join(ceiling_words(state)),
        "differ": len(disagreements(state)),
    }
