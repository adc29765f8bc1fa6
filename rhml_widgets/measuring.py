"""Measuring: audits of the model, what may be accepted of it, and the frame one leaves with."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rhml_widgets.acceptance import accept, summary
from rhml_widgets.exceptions import NotFittedYetError
from rhml_widgets.items.ranges import require_count, require_range
from rhml_widgets.journal.events import Audited, Queried
from rhml_widgets.machine.past import frame_of, once_said
from rhml_widgets.measures.audit import audited, class_shares
from rhml_widgets.measures.durations import seconds_each
from rhml_widgets.measures.stopping import advice
from rhml_widgets.measures.usable import acceptable, chosen, cut, require_costs
from rhml_widgets.results import result_frame
from rhml_widgets.state import AUDIT
from rhml_widgets.teaching import Teaching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Event, Label
    from rhml_widgets.machine.verdicts import Verdicts
    from rhml_widgets.measures.audit import Reading
    from rhml_widgets.results import Result
    from rhml_widgets.state import Audit, StateView

__all__ = ["Measuring"]

USABLE = (
    "threshold",
    "n_items",
    "n_rows",
    "checked",
    "wrong",
    "value",
    "low",
    "high",
    "expected",
    "cost",
    "cost_high",
    "left",
    "hours",
    "best",
)
"""Columns of `Measuring.usable`, in order."""


class Measuring(Teaching):
    """The part of a session that tells how good the model's labels are, and hands them out."""

    # ---- auditing -------------------------------------------------------------------------

    def audit(self, n: int, *, event_id: str | None = None) -> int:
        """Queue blind checks of the current model, asked before anything else.

        They are drawn uniformly from all items that nobody has judged and that are not kept
        aside. What the model says of them is logged first and not shown: the audit is of the
        version that is live now, whatever the model learns meanwhile. A second audit of the same
        version, with nothing else judged between, goes on with the first.

        Parameters
        ----------
        n : int
            How many, at least 1. Of 100 checks with 4 labels wrong the error is known to about
            5 percentage points; of 400, to about 3.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first count.

        Returns
        -------
        int
            How many were queued; fewer than ``n`` where fewer are left to draw from.

        Raises
        ------
        NotFittedYetError
            Before the first version of the model.
        """
        require_count(n)
        if self._refit != "manual":
            self.wait()
        with self._changing():
            sent = self.sent(event_id, Audited)
            if sent is not None and isinstance(sent.event, Audited):
                return len(sent.event.drawn)
            said = self._learner.verdicts()
            if said is None:
                msg = "no model to audit yet: label items of two classes first"
                raise NotFittedYetError(msg)
            frame = ~self._learner.judged(self._state)
            before = self._goes_on(said.version, int(frame.sum()))
            free = frame.copy()
            if before is not None:
                drawn_before = [one for one in before.drawn if one in self.pool]
                free[[self.pool.number(item_id) for item_id in drawn_before]] = False
            numbers = np.flatnonzero(free)
            size = min(int(n), len(numbers))
            if not size:
                return 0
            stream = np.random.default_rng([self._learner.seed, self._state.seq, 0xA0D17])
            chosen = stream.choice(numbers, size=size, replace=False).tolist()
            event = self._audit_event(said, frame, chosen, before)
            asked: list[Event] = self._with_predictions(
                [
                    Queried(
                        item_id=self.pool.ids[number],
                        purpose="check",
                        propensity=size / len(numbers),
                        n_candidates=len(numbers),
                        version=said.version,
                        reason=AUDIT,
                    )
                    for number in reversed(chosen)  # each is put before those queued so far
                ]
            )
            entry = self._record([event, *asked], [event_id, *[None] * len(asked)])[0]
            seq = before.seq if before is not None else entry.seq
            self._verdicts[seq] = said, self._verdicts.get(seq, (said, frame))[1]
            return size

    @property
    def n_auditable(self) -> int:
        """Items an audit could be drawn from: judged by nobody, and not kept aside."""
        with self._lock:
            return int(np.count_nonzero(~self._learner.judged(self._state)))

    def goes_on(self) -> Audit | None:
        """Return the audit that another one, begun now, would go on with; None: it begins anew."""
        version = self._learner.version
        if version is None:
            return None
        with self._lock:
            return self._goes_on(version, self.n_auditable)

    def _goes_on(self, version: int, n_free: int) -> Audit | None:
        """Return the last audit if nothing but its own items was judged since, else None."""
        audits = self._state.audits
        last = audits[next(reversed(audits))] if audits else None
        if last is None or last.version != version:
            return None
        answered = sum(item_id in self._state.answers for item_id in last.drawn)
        later = any(seq > last.seq for seq in self._state.extensions)
        return last if n_free + answered == last.n_items and not later else None

    def _audit_event(
        self, said: Verdicts, frame: NDArray[np.bool_], chosen: list[int], before: Audit | None
    ) -> Audited:
        rows, ids = self.pool.rows, self.pool.ids
        whole = before is None
        return Audited(
            version=said.version,
            n_items=int(frame.sum()) if before is None else before.n_items,
            n_rows=int(rows[frame].sum()) if before is None else before.n_rows,
            said=said.counts(frame) if whole else [],
            regions=cut(said.score[frame], rows[frame]) if whole else [],
            drawn=[[ids[k], said.label(k), float(said.score[k])] for k in chosen],
            continues=None if before is None else before.seq,
        )

    def audited(self) -> Reading | None:
        """Return what the audit shows so far; None before the first.

        The latest audit that is answered; while none is, the latest. ``.words()`` says it,
        ``.error()`` is the interval of the share wrong, valid however often one looks.
        """
        return audited(self.still())

    def shares(self) -> pd.DataFrame:
        """Return how many items of the pool are of each class, by the audit.

        Returns
        -------
        DataFrame
            label, value, low, high: shares in [0, 1] of all items but those kept aside, with a
            95 % interval each, valid however often one looks; no rows before an audit.
        """
        state = self.still()
        reading = audited(state)
        found = [] if reading is None else class_shares(reading, _in_use(state))
        return pd.DataFrame(
            [asdict(one) for one in found], columns=["label", "value", "low", "high"]
        )

    def usable(self, costs: Mapping[tuple[Label, Label], float] | None = None) -> pd.DataFrame:
        """Return what may be accepted of the audited version, a row a threshold.

        Parameters
        ----------
        costs : dict of (truth, said) to float, optional
            What a wrong label costs, one look of a person costing 1. What is not named costs 20:
            labels are worth accepting while at most 5 % of them are wrong.

        Returns
        -------
        DataFrame
            threshold, n_items, n_rows, checked, wrong, value, low, high, expected, cost,
            cost_high, left, hours, best. ``low`` and ``high`` bound the share wrong for all
            thresholds together, so any may be chosen; ``expected`` items are wrong by the estimate
            that choices go by (Laplace's rule). ``left`` counts the items below it, ``hours`` what
            they take at the pace so far. ``best`` marks what `result` accepts: without costs as
            much as is worth it, with costs the threshold at which wrong labels and the looks that
            are left cost least.
        """
        state = self.still()
        reading = audited(state)
        priced = require_costs(costs, list(state.classes))
        found = [] if reading is None else acceptable(reading, priced)
        taken, seconds = chosen(found, priced), seconds_each(state)
        rows = [
            {
                **asdict(one),
                "value": one.value,
                "expected": one.expected,
                "left": found[-1].n_items - one.n_items,
                "hours": None
                if seconds is None
                else (found[-1].n_items - one.n_items) * seconds / 3600,
                "best": one is taken,
            }
            for one in found
        ]
        return pd.DataFrame(rows, columns=list(USABLE))

    def stopping(self) -> str:
        """Say what speaks for going on and what for stopping; nothing ever stops by itself."""
        state = self.still()
        return advice(state, audited(state), n_free=self.n_auditable)

    # ---- leaving --------------------------------------------------------------------------

    def result(
        self,
        threshold: float | None = None,
        *,
        costs: Mapping[tuple[Label, Label], float] | None = None,
    ) -> Result:
        """Return your own frame with a label a row; logged as exposure where the model's are in it.

        Parameters
        ----------
        threshold : float, optional
            The least score of a label of the model that is taken, in [0, 1]. None: what the audit
            supports (see `usable`); without an audit, people's labels only.
        costs : dict of (truth, said) to float, optional
            As for `usable`.

        Returns
        -------
        Result
            The pool as it was given, index kept, and ``label``, ``source`` ("human", "model" or
            None) and ``score`` (of the model's labels; NaN elsewhere). Exact duplicates share a
            label. Labels brought to the session count as "human". A column of that name that is
            there already stays, ours is called ``label_rhml`` and so on. ``.summary`` says in
            words how far to trust it; ``.write(path)`` writes CSV, Parquet or JSON lines.

        Raises
        ------
        NotFittedYetError
            If a threshold is given before the first version of the model.
        """
        require_range("threshold", threshold, 1.0)
        with self._lock:
            state, pool = self._state.still(), self.pool
        priced = require_costs(costs, list(state.classes))
        reading = audited(state)
        said, frame = (None, None) if reading is None else self._said_in(reading.audit)
        if said is None and threshold is not None:
            said = self._learner.verdicts()
            said = None if said is None else said.named(state.means)
            if said is None:
                msg = "no model has been fitted yet, so none of its labels has a score"
                raise NotFittedYetError(msg)
        held = np.zeros(len(pool), dtype=bool)
        held[self._learner.held] = True
        found = accept(
            state,
            pool,
            reading=reading,
            said=said,
            frame=frame,
            held=held,
            threshold=threshold,
            costs=priced,
        )
        if found.version is not None:
            self._expose_all("result", found.version)
        frame_out = result_frame(self._source, pool, found.columns())
        frame_out.summary = summary(found, state, pool, reading, self._learner.version)
        return frame_out

    def _said_in(self, audit: Audit) -> tuple[Verdicts | None, NDArray[np.bool_] | None]:
        """Return what an audited version says, and its frame; fitted again after a restart."""
        held = self._verdicts.get(audit.seq)
        if held is None or len(held[1]) != len(self.pool):
            entries = self._journal.entries()
            said = once_said(self._learner, self.pool, entries, audit, self._state.means)
            if said is None:
                return None, None
            held = said, frame_of(self._learner, self.pool, entries, audit)
            self._verdicts[audit.seq] = held
        return held[0].named(self._state.means), held[1]


def _in_use(state: StateView) -> list[Label]:
    """Return the classes that can be answered, and those that still have answers."""
    return [one for one in state.classes if state.is_live(one) or state.counts.get(one)]
