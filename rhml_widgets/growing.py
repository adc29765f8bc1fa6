"""Growing: a pool that goes on, and what was labeled before."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.images import Files
from rhml_widgets.items.pool import Pool
from rhml_widgets.items.ranges import require_count
from rhml_widgets.journal.events import Extended, Queried
from rhml_widgets.machine.drift import drift
from rhml_widgets.machine.suspicion import doubted
from rhml_widgets.measuring import Measuring
from rhml_widgets.results import joined

if TYPE_CHECKING:
    from rhml_widgets.machine.drift import Drift

__all__ = ["Growing"]


class Growing(Measuring):
    """The part of a session that takes in new items and old labels."""

    def _begin(self, **arguments: Any) -> None:
        self._drifts: dict[int, Drift] = {}
        super()._begin(**arguments)

    def extend(self, frame: Any) -> int:
        """Go on with more rows; all that was answered stays.

        New rows with the content of old ones are answered already. The model learns its features
        anew, from old and new items. On reopening, give the whole pool: what is new is found.

        Parameters
        ----------
        frame : what the pool was given as
            The new rows only: a DataFrame with the same columns, a Series, a list of str, an
            array or sparse matrix with the same columns.

        Returns
        -------
        int
            How many items are new.

        Raises
        ------
        BadInputError
            If it is of another kind, or its columns are missing.
        """
        source = joined(self._source, frame, self.pool.content, self.pool.id_column)
        columns = getattr(source, "columns", ())
        content = [name for name in columns if str(name) in (self.pool.content or ())]
        shown = [] if self.pool.seen is None else list(self.pool.seen.columns)
        files = self.pool.contents
        grown = Pool(
            source,
            content=content or None,
            id_column=self.pool.id_column,
            show=shown,
            kind=self.pool.kind,
            root=files.root if isinstance(files, Files) else None,
        )
        with self.holding():
            with self._changing():
                before = self.pool
                grown.go_by(before.ids)
                if grown.ids[: len(before)] != before.ids:
                    msg = (
                        "the rows do not go on with this pool: items of it would change. Open the "
                        "session again with the whole pool"
                    )
                    raise BadInputError(msg)
                new = grown.ids[len(before) :]
                self._record(
                    [
                        Extended(
                            pool_digest=grown.digest,
                            n_items=len(grown),
                            n_rows=grown.n_rows,
                            n_new=len(new),
                            new=[one for one in new if one not in self._state.arrived],
                        )
                    ]
                )
                self.pool, self._source = grown, source
                self._learner.grow(grown)
            if new:
                self._relearn(always=True)
        return len(new)

    def drift(self) -> Drift | None:
        """Tell whether the items that came last differ from those there were before.

        Returns
        -------
        Drift or None
            None where none came, or the model has no features that are computed once.
            ``.words()`` says it.
        """
        found = self.drifts()
        return found[max(found)] if found else None

    def drifts(self) -> dict[int, Drift]:
        """Tell of each time new items came whether they differ from those there were before.

        Each is compared once, in the features of that moment.

        Returns
        -------
        dict of int to Drift
            By the seq at which they came, oldest first; see `drift`.
        """
        with self._lock:
            state, pool = self._state.still(), self.pool
        came = np.zeros(len(pool), dtype=np.int64)
        for item_id, seq in state.arrived.items():
            if item_id in pool:
                came[pool.number(item_id)] = seq
        fresh = [int(seq) for seq in np.unique(came[came > 0]) if seq not in self._drifts]
        if fresh:
            with self._floor.working():
                features = self._learner.features()
                for seq in fresh:
                    new, old = came == seq, came < seq
                    found = drift(features, new, old, random_state=self._learner.seed)
                    if found is not None:
                        self._drifts[seq] = found
        return dict(sorted(self._drifts.items()))

    @property
    def drifts_known(self) -> dict[int, Drift]:
        """What `drifts` found so far; compares nothing anew."""
        return dict(sorted(self._drifts.items()))

    def doubted(self) -> list[str]:
        """Return the ids of labels brought along that the model doubts, most doubtful first.

        Each is doubted by a fit that did not learn from it, which takes five fits. What was
        answered here, waits to be asked or is kept aside is left out.
        """
        with self._lock:
            state, pool, known = self._state.still(), self.pool, self._learner.known()
        free = [
            pool.number(one)
            for one in state.imported
            if one in pool and one not in state.answers and one not in state.waiting
        ]
        free = [number for number in free if not self._learner.is_held(number)]
        if not free:
            return []
        with self._floor.working():
            features = self._learner.features()
            numbers = np.asarray(free, dtype=np.intp)
            found = doubted(known, features, numbers, firmly=False) or []
        return [pool.ids[one.number] for one in found]

    def recheck(self, n: int = 10, *, event_id: str | None = None) -> int:
        """Queue labels brought along that the model doubts, to be looked at again.

        Each is doubted by a fit that did not learn from it; an answer overrules it.

        Parameters
        ----------
        n : int
            How many at most.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first count.

        Returns
        -------
        int
            How many were queued.
        """
        require_count(n)
        sent = self.sent(event_id, Queried)
        if sent is not None:
            return next(k for k in count(1) if self._journal.find(f"{event_id}.{k}") is None)
        found = self.doubted()
        with self._changing():
            ids = [one for one in found[: int(n)] if one not in self._state.answers]
            drawn = [
                Queried(
                    item_id=one,
                    purpose="teach",
                    propensity=1.0,
                    n_candidates=len(found),
                    version=self._learner.version,
                    reason="brought",
                )
                for one in ids
            ]
            events = self._with_predictions(drawn)
            places = count()
            self._record(
                events,
                [
                    _own_id(event_id, next(places)) if isinstance(event, Queried) else None
                    for event in events
                ],
            )
            return len(drawn)


def _own_id(event_id: str | None, place: int) -> str | None:
    """Return the id of one of those queued together, so that a resend can count them."""
    return event_id if event_id is None or not place else f"{event_id}.{place}"
