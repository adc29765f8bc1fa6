"""Repeats: which answered items may be asked again, so that a person is held against themselves."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.journal.events import Queried
from rhml_widgets.state import REPEAT

if TYPE_CHECKING:
    from collections.abc import Collection

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.state import State

__all__ = ["LATELY", "repeatable", "repeated"]

LATELY = 20
"""The latest answers are remembered, and stand in the history: these items are not repeated."""


def repeatable(state: State, pool: Pool, but: Collection[str] = ()) -> list[str]:
    """List the answered items that may be asked a second time, blind.

    Each once, while it carries a blind answer that is not among the latest, was not looked at
    twice, and its person has not seen the model's view of it.

    Parameters
    ----------
    state : State
    pool : Pool
    but : collection of item_id
        Left out.
    """
    recent = {state.judgments[seq].item_id for seq in islice(reversed(state.judgments), LATELY)}
    recent.update(item_id for one in state.resolutions.values() for item_id in one.item_ids)
    found = []
    left_out = {*recent, *state.repeats, *state.relabel, *but}
    for item_id in state.answers:
        if item_id in left_out:
            continue
        answer = state.own(item_id)
        blind = answer is not None and answer.sealed and answer.stage in ("first", "corrected")
        if blind and not state.is_exposed(item_id) and item_id in pool:
            found.append(item_id)
    return found


def repeated(
    found: list[str], share: float, *, random_state: int, n_draws: int, version: int | None
) -> Queried | None:
    """Draw one of them uniformly, with probability ``share``; else None."""
    stream = np.random.default_rng([random_state, n_draws, 0x2E9EA7])
    if not found or stream.random() >= share:
        return None
    return Queried(
        item_id=found[int(stream.integers(len(found)))],
        purpose="probe",
        propensity=share / len(found),
        n_candidates=len(found),
        version=version,
        reason=REPEAT,
    )
