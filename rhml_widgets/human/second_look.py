"""Second looks: some of what was accepted in a sweep comes again, unannounced, one at a time."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.folded.draws import SWEEP_CHECK
from rhml_widgets.journal.events import Queried

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.state import State

__all__ = ["EVERY", "due", "look_again"]

EVERY = 8
"""One of so many items accepted in sweeps is looked at again."""

SHARE = 0.2
"""Of the items drawn, as long as some are due: they come between others, not after the sweep."""


def due(state: State, pool: Pool) -> list[str]:
    """Return the swept items of which one may be looked at again now; none where enough were."""
    asked = sum(1 for one, seq in state.rechecks.items() if seq > state.swept.get(one, seq))
    if asked >= ceil(len(state.swept) / EVERY):
        return []
    return [
        one
        for one, seq in state.swept.items()
        if state.answers[one][-1] == seq
        and state.rechecks.get(one, 0) < seq
        and one not in state.waiting
        and one not in state.relabel
        and one in pool
    ]


def look_again(
    drawn: Sequence[Queried],
    wanted: int,
    state: State,
    pool: Pool,
    *,
    seed: int,
    version: int | None,
) -> list[Queried]:
    """Put second looks in the place of some of the items drawn; uniform over what was swept.

    Parameters
    ----------
    drawn : sequence of Queried
        What would be asked.
    wanted : int
        How many are to be asked; where fewer were drawn, second looks fill up.
    state : State
    pool : Pool
    seed : int
    version : int or None
        Of the model, now.

    Returns
    -------
    list of Queried
        Each with its propensity, which counts the chance of a second look in its place.
    """
    left = due(state, pool)
    asked = list(drawn)
    if not left:
        return asked
    n_asked = sum(1 for one, seq in state.rechecks.items() if seq > state.swept.get(one, seq))
    n_due = ceil(len(state.swept) / EVERY) - n_asked
    for place in range(wanted):
        if not left or not n_due:
            break
        share = SHARE if place < len(asked) else 1.0
        stream = np.random.default_rng([seed, state.n_draws + place, 0x53EE])
        if stream.random() >= share:
            one = asked[place]
            if one.propensity is not None:
                asked[place] = replace(one, propensity=one.propensity * (1 - share))
            continue
        chosen = left[int(stream.integers(len(left)))]
        look = Queried(
            item_id=chosen,
            purpose="check",
            propensity=share / len(left),
            n_candidates=len(left),
            version=version,
            reason=SWEEP_CHECK,
        )
        asked[place : place + 1] = [look]
        left.remove(chosen)
        n_due -= 1
    return asked
