"""Contradicting: where the labels given do not go together, shown and settled."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rhml_widgets.answering import require_seq
from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError
from rhml_widgets.items.ranges import require_range
from rhml_widgets.journal.events import Judged, Resolved
from rhml_widgets.machine.second_look import SecondLook
from rhml_widgets.measures.contradictions import Contradiction, standing
from rhml_widgets.sweeping import Sweeping

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Event, Label

__all__ = ["Contradicting"]

_LOG = logging.getLogger("rhml_widgets")

HOW = ("first", "second", "apart")
"""What may be said of a contradiction: which label is right for both, or that both are."""

COLUMNS = ("kind", "item_id", "other_id", "label", "other_label", "strength")
"""Columns of `Contradicting.contradictions`, in order."""


class Contradicting(Sweeping):
    """The part of a session in which a person looks twice at labels that do not go together."""

    def _begin(self, **arguments: Any) -> None:
        self._second_look = SecondLook()  # the worker may look before all is begun
        super()._begin(**arguments)

    def contradictions(self) -> pd.DataFrame:
        """Return where the labels given do not go together, looked for among all of them now.

        Returns
        -------
        DataFrame
            ``kind``, ``item_id``, ``other_id``, ``label``, ``other_label``, ``strength``; the
            index names each for `resolve`. What was settled is left out until an answer changes;
            of near-twins and of suspicious labels the surest 500 are listed.

            - ``people``: somebody else labels an item otherwise than you; ``label`` is yours. To
              settle it changes your answer, or nothing: whose counts a third look decides (see
              `share`).
            - ``repeat``: a hidden repeat (see ``purposes``) was answered otherwise than before;
              ``label`` is the earlier answer, the one that trains.
            - ``near-twins``: almost the same item, another label; ``strength`` is how alike they
              are: of texts their cosine, of rows 0.9 at a tenth of a standard deviation.
            - ``suspicious``: ``other_label`` is what the model expects that did not learn the
              label, ``strength`` by how much more. Logged as exposure of these items. It needs
              20 labels. Those brought along are among them; `recheck` asks these blind.

        Notes
        -----
        Fits the model five times: seconds where a fit takes that long.
        """
        self._look_twice(thorough=True)
        found = self.contradictions_found()
        self._expose([one.item_id for one in found if one.about == "suspicious"], "contradictions")
        rows = [
            (one.about, one.item_id, one.other_id, one.label, one.other_label, one.strength)
            for one in found
        ]
        index = pd.Index([one.id for one in found], name="contradiction", dtype=object)
        return pd.DataFrame(rows, columns=list(COLUMNS), index=index)

    def contradictions_found(self) -> list[Contradiction]:
        """Return those of the last look that still stand, surest first; looks at nothing anew."""
        with self._lock:
            return standing(self._state, self._second_look.found)

    def look_at(self, contradiction: str | tuple[str, str]) -> Contradiction:
        """Return one that stands, to be shown; logged as exposure where the model's view is in it.

        Raises
        ------
        AlreadyJudgedError
            If no such contradiction stands.
        """
        with self.holding():
            one = self._standing(contradiction)
            if one.about == "suspicious":
                self._expose([one.item_id], "contradictions")
        return one

    def resolve(
        self,
        contradiction: str | tuple[str, str],
        how: str,
        *,
        seen: int | None = None,
        duration: float | None = None,
        event_id: str | None = None,
    ) -> int:
        """Settle a contradiction; `undo` takes it back whole.

        Parameters
        ----------
        contradiction : str or (item_id, other_id)
            From the index of `contradictions`, or its two items.
        how : {"first", "second", "apart"}
            ``label`` is right for both, ``other_label`` is, or each is right where it is. A
            label that changes becomes a new answer.
        seen : int, optional
            The journal's seq when it was shown: refused if an answer to it changed since.
        duration : float, optional
            Seconds it took.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first seq.

        Returns
        -------
        int
            The resolution's seq in the journal.

        Raises
        ------
        BadInputError
            If ``how`` is none of the three.
        AlreadyJudgedError
            If no such contradiction stands: it was settled, or an answer changed.
        """
        if how not in HOW:
            msg = f"how={how!r}: expected 'first', 'second' or 'apart'"
            raise BadInputError(msg)
        require_range("duration", duration, math.inf)
        require_seq("seen", seen)
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, Resolved)
                if sent is not None:
                    return sent.seq
                one = self._standing(contradiction)
                self._require_unchanged(one, seen)
                events = self._settle(one, how, duration)
                seq = self._record(events, [*[None] * (len(events) - 1), event_id])[-1].seq
            if len(events) > 1:
                self._relearn()
        return seq

    def _standing(self, contradiction: Any) -> Contradiction:
        pair = contradiction if isinstance(contradiction, tuple) else None
        for one in self.contradictions_found():
            own = (one.item_id, one.other_id)
            if one.id == contradiction or pair in (own, own[::-1]):
                if pair is None or pair == own:
                    return one
                return Contradiction(
                    one.about, *own[::-1], one.other_label, one.label, one.strength
                )
        msg = (
            f"no contradiction {contradiction!r:.200} stands: it was settled, or an answer "
            "changed; session.contradictions() lists those that do"
        )
        raise AlreadyJudgedError(msg)

    def _require_unchanged(self, one: Contradiction, seen: int | None) -> None:
        for item_id in (one.item_id, one.other_id):
            answer = self._state.own(item_id)
            if seen is not None and answer is not None and answer.seq > seen:
                msg = f"item {item_id} was answered {answer.label!r} after this was shown"
                raise AlreadyJudgedError(msg)

    def _settle(self, one: Contradiction, how: str, duration: float | None) -> list[Event]:
        """Return the answers that change, and the resolution."""
        label: Label | None = {"first": one.label, "second": one.other_label}.get(how)
        changing = [
            item_id
            for item_id in dict.fromkeys((one.item_id, one.other_id))
            if label is not None and self._state.given(item_id) != label
        ]
        batch = f"look-twice-{self._state.seq + 1}" if changing else None
        events: list[Event] = []
        for item_id in changing:
            assert label is not None  # noqa: S101 - else nothing changes
            events += self._changed(item_id, label, batch, duration)
        after = [
            (item_id, label if label is not None and item_id in changing else own)
            for item_id, own in one.answers()
        ]
        if one.about == "repeat":
            # The answer to the repeat stays as it was given.
            after[1] = (one.other_id, one.other_label)
        events.append(
            Resolved(
                about=one.about,
                item_ids=[item_id for item_id, _ in after],
                labels=[own for _, own in after],
                how=how,
                batch=batch,
            )
        )
        return events

    def _changed(
        self, item_id: str, label: Label, batch: str | None, duration: float | None
    ) -> list[Event]:
        state, before = self._state, self._state.own(item_id)
        exposed = state.is_exposed(item_id)
        fresh = self._fresh_prediction(self.pool.number(item_id)) if before is None else None
        query = state.query(item_id)
        answer = Judged(
            item_id=item_id,
            label=label,
            stage="revised" if exposed else "corrected",
            purpose=query.purpose if query else None,
            note=None if before is None else before.note,
            duration=duration,
            version=self._learner.version,
            # A label brought along was on show.
            sealed=not exposed and before is not None,
            batch=batch,
        )
        return [answer] if fresh is None else [fresh, answer]

    # ---- looking --------------------------------------------------------------------------

    def _rested(self) -> None:
        super()._rested()
        if self._closed is not None or not self._refitter.background:
            return
        try:
            with self._floor.working():
                changed = self._look_twice(thorough=False)
        except Exception:  # noqa: BLE001 - a user's estimator may raise anything
            _LOG.exception("contradictions could not be looked for")
            return
        if changed and self._closed is None:
            self._notify()

    def _look_twice(self, *, thorough: bool) -> bool:
        """Look for contradictions; return whether others were found than the last time."""
        with self._lock:
            known, pool = self._learner.known(), self.pool
        if np.count_nonzero(known.label_of >= 0) < 2:  # noqa: PLR2004 - one contradicts none
            return self._second_look.forget()
        features = self._learner.features()
        if len(features.contents) != len(known.label_of):
            return False  # the pool has grown meanwhile: its own look follows
        return self._second_look.look(
            known,
            features,
            pool.ids,
            thorough=thorough,
            may_go_on=lambda: thorough or not (self._refitter.busy or self._closed is not None),
        )
