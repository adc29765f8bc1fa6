"""Asker: what to ask next, ranked with a version and drawn one at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.journal.events import Queried
from rhml_widgets.machine.intents import wanted
from rhml_widgets.machine.queue import draw
from rhml_widgets.machine.ranking import Head, Ranking, rank
from rhml_widgets.machine.repeats import repeatable, repeated
from rhml_widgets.machine.strategies import resolve
from rhml_widgets.overseen import STABLE

if TYPE_CHECKING:
    import threading

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.machine.evidence import Evidence
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.fit import Fit
    from rhml_widgets.machine.strategies import Strategy
    from rhml_widgets.state import State

__all__ = ["Asker"]

FORESEEN = 3
"""Items waiting for an answer whose scores are made ready with a new version."""

AT_RANDOM = 0.5
"""Share of the teach items drawn at random while a fitted model somebody brought answers."""


def in_mode(mode: str, purposes: dict[str, float]) -> dict[str, float]:
    """Return the shares of purposes in a mode.

    In the stable mode nothing is asked to be learned from: that share goes to checks.

    Examples
    --------
    >>> in_mode("stable", {"teach": 0.75, "check": 0.15, "challenge": 0.1})
    {'teach': 0.0, 'check': 0.9, 'challenge': 0.1}
    """
    if mode != STABLE:
        return purposes
    checks = purposes.get("check", 0.0) + purposes.get("teach", 0.0)
    return {**purposes, "teach": 0.0, "check": checks}


class Asker:
    """Ranks the pool by a strategy and draws by purpose.

    Attributes
    ----------
    head : Head or None
        The ranking that is drawn from; None before the first version.
    failure : str or None
        Why the strategy could not rank the last time, so that margin asks.
    """

    def __init__(
        self,
        strategy: Strategy,
        purposes: dict[str, float],
        pool: Pool,
        evidence: Evidence,
        lock: threading.RLock,
        *,
        state: State,
    ) -> None:
        self._state = state
        self.head: Head | None = None
        self.failure: str | None = None
        self._purposes = purposes
        self._strategy = strategy
        self._pool = pool
        self._evidence = evidence
        self._lock = lock

    @property
    def purposes(self) -> dict[str, float]:
        """Shares of why an item is asked, in the mode that is set, for what is wanted now."""
        intent = self._state.intent
        asked_for = wanted(None if intent is None else intent[0], self._purposes)
        return in_mode(self._state.mode, asked_for)

    def grow(self, pool: Pool) -> None:
        """Go on with a larger pool; nothing is ranked until the next version."""
        self._pool, self.head = pool, None

    def rank(self, made: Fit, features: Features) -> Head:
        """Return the ranking by a version that may go live."""
        with self._lock:
            taken = self._evidence.taken.copy()
            asked = np.fromiter(self._evidence.asked, np.intp, count=len(self._evidence.asked))

        def ranked(strategy: Strategy) -> Head:
            return rank(
                strategy,
                made.head,
                features,
                made.outlook,
                taken=taken,
                asked=asked,
                labeled=np.flatnonzero(made.snapshot.label_of >= 0),
                y=made.snapshot.label_of,
                random_state=made.snapshot.random_state,
            )

        self.failure = None
        try:
            return ranked(self._strategy)
        except Exception as error:  # noqa: BLE001 - a person's own strategy may raise anything
            # The fit is sound whatever the strategy does: it goes live, and margin asks.
            self.failure = f"{type(error).__name__}: {error}"
            return ranked(resolve("margin"))

    def rank_fairly(self, made: Fit, features: Features) -> Head:
        """Return the ranking by a fitted model somebody brought, half of it at random.

        That model learns nothing, and what it doubts cannot tell whether a refit is better.
        """
        head = self.rank(made, features)
        none = np.zeros(0)
        at_random = Ranking(
            AT_RANDOM, None, none, np.zeros((0, 0), dtype=bool), none.astype(bool), "random"
        )
        rest = [replace(one, share=one.share * (1 - AT_RANDOM)) for one in head.rankings]
        return replace(head, rankings=(*rest, at_random))

    def likely(self, head: Head, waiting: list[str]) -> list[int]:
        """Return the numbers of the items asked now and likely next."""
        numbers = [self._pool.number(item_id) for item_id in waiting[:FORESEEN]]
        for ranking in head.rankings:
            place = ranking.first(self._evidence.taken)
            if place is not None and ranking.numbers is not None:
                numbers.append(int(ranking.numbers[place]))
        return numbers

    def draw(self, n: int, n_draws: int, version: int | None) -> list[Queried]:
        """Draw up to ``n`` items to ask, each with its purpose and propensity."""
        taken = self._evidence.taken.copy() if n > 1 else self._evidence.taken
        drawn: list[Queried] = []
        of_mode = self.purposes
        share = of_mode.get("probe", 0.0)
        purposes = {
            name: of_all / (1.0 - share) for name, of_all in of_mode.items() if name != "probe"
        }
        for place in range(n):
            before = [query.item_id for query in drawn]
            may = share > 0 and not taken.all()
            again = repeatable(self._state, self._pool, before) if may else []
            repeat = repeated(
                again,
                share,
                random_state=self._evidence.seed,
                n_draws=n_draws + place,
                version=version,
            )
            if repeat is not None:
                drawn.append(repeat)
                continue
            one = draw(
                self.head,
                taken,
                purposes,
                random_state=self._evidence.seed,
                n_draws=n_draws + place,
            )
            if one is None:
                break
            if n > 1:
                taken[one.number] = True
            drawn.append(
                Queried(
                    item_id=self._pool.ids[one.number],
                    purpose=one.purpose,
                    propensity=one.propensity * (1.0 - share if again else 1.0),
                    n_candidates=one.n_candidates,
                    version=version,
                    reason=one.reason,
                )
            )
        return drawn
