"""People: several who answer one after the other, and how far they agree."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd

from rhml_widgets.contradicting import Contradicting
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.ranges import require_count
from rhml_widgets.journal.events import Queried, Switched
from rhml_widgets.measures.ceiling import COLUMNS, agreements
from rhml_widgets.measures.people import disagreements, shareable
from rhml_widgets.seats import SHARED, THIRD
from rhml_widgets.settings import require_distinct, require_person

__all__ = ["People"]

DISAGREEMENTS = ("item_id", "position", "content", "labels", "label", "person", "settled")
"""Columns of `People.disagreements`, in order."""


class People(Contradicting):
    """The part of a session that knows that more than one person may answer.

    The newest answer of an item trains. Where two people differ and a third one looks at it, the
    third one's answer does, until it is taken back. No answer is averaged, and none is lost.
    """

    @property
    def person(self) -> str:
        """Who answers: a pseudonym, kept with each answer.

        Set it to another one to let somebody else answer from now on. What one person has seen
        of the model, their history, drafts, stops and what they can undo are theirs alone; the
        items, the model and what it learned are everybody's.
        """
        return self._person

    @person.setter
    def person(self, person: str) -> None:
        self.switch(person)

    def switch(self, person: str, *, event_id: str | None = None) -> str:
        """Let somebody answer from now on; return the pseudonym as it is kept.

        Parameters
        ----------
        person : str
            A pseudonym, known or new. It is kept with each answer: choose one that names nobody.
        event_id : str, optional
            A resend with the same id changes nothing.

        Raises
        ------
        BadInputError
            If it is blank, or differs from a known one only in case or space.
        """
        require_person(person)
        if person is None:
            msg = "person=None: expected a pseudonym"
            raise BadInputError(msg)
        name = tidy(person.strip())
        with self._changing():
            if self.sent(event_id, Switched) is not None or name == self._person:
                return self._person
            require_distinct(name, self._state.people)
            before, self._person = self._person, name
            try:
                self._record([Switched(before=before)], [event_id])
            except BaseException:
                self._person = before
                raise
            return name

    def share(self, n: int, *, differing: bool = False, event_id: str | None = None) -> int:
        """Queue items that somebody else judged, to be judged blind by who answers now.

        Drawn uniformly from all items that others judged blind, that this person has not judged
        and whose model's view this person was not shown. They are asked before anything else,
        and nothing on the page tells them from other checks. The model has learned the other's
        answer, so they measure people, not the model: see `agreement`. The page never tells one
        person's answer before another's own; `judgments` in a kernel shows everybody's.

        Parameters
        ----------
        n : int
            How many, at least 1. From 30 shared items on agreement is told with its interval.
        differing : bool
            Draw only from items on which others differ: a third look, whose answer trains. These
            do not count in `agreement`, which they would understate.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first count.

        Returns
        -------
        int
            How many were queued; fewer than ``n`` where fewer are left to draw from.
        """
        require_count(n)
        with self._changing():
            reason = THIRD if differing else SHARED
            sent = self.sent(event_id, Queried, reason=reason)
            if sent is not None and isinstance(sent.event, Queried):
                return round((sent.event.propensity or 0.0) * sent.event.n_candidates)
            if differing:
                free = self._at_odds_unseen()
            else:
                free = [one for one in shareable(self._state) if self._may_ask(one)]
            size = min(int(n), len(free))
            if not size:
                return 0
            stream = np.random.default_rng([self._learner.seed, self._state.seq, 0x5A4ED])
            chosen = stream.choice(len(free), size=size, replace=False).tolist()
            drawn = [
                Queried(
                    item_id=free[place],
                    purpose="check",
                    propensity=size / len(free),
                    n_candidates=len(free),
                    version=self._learner.version,
                    reason=reason,
                )
                for place in chosen
            ]
            self._record(drawn, [event_id] + [None] * (size - 1))
            return size

    @property
    def n_third_looks(self) -> int:
        """How many items others label differently and this person may look at blind."""
        with self._lock:
            return len(self._at_odds_unseen())

    def _at_odds_unseen(self) -> list[str]:
        open_ = {one.item_id for one in disagreements(self._state) if not one.settled}
        if not open_:
            return []
        return [one for one in shareable(self._state) if one in open_ and self._may_ask(one)]

    @property
    def n_shareable(self) -> int:
        """How many items `share` could draw from now, counted up to 100."""
        with self._lock:
            free = (one for one in shareable(self._state) if self._may_ask(one))
            return sum(1 for _ in islice(free, 100))

    def agreement(self) -> pd.DataFrame:
        """Return how far people agree on the items they shared, a row for each two and for all.

        Only items drawn by `share` count, each with everybody's first answer, given without
        knowing the model's view or another's answer. They were drawn from what others had been
        asked, mostly close calls of the model: on easier items people may agree more.

        Returns
        -------
        DataFrame
            ``people`` (their pseudonyms), ``measure`` ("kappa": Cohen's, for two; "alpha":
            Krippendorff's, for all), ``value`` at most 1 (0 is chance), ``low`` and ``high`` (95 %
            percentile bootstrap over items, for one look), ``hits`` of ``n`` shared items on which
            they gave the same label, ``words``. Below 30 items there are only counts, and
            ``value``, ``low`` and ``high`` are missing; also where all gave one class.
        """
        rows = [found.row() for found in agreements(self.still())]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        kinds = {"hits": "int64", "n": "int64"} | dict.fromkeys(("value", "low", "high"), "float64")
        return frame.astype(kinds)

    def disagreements(self) -> pd.DataFrame:
        """Return the items that people label differently now; every answer is kept.

        An item somebody was asked to judge and has not judged yet is left out, so that reading
        this tells nobody another's answer before their own.

        Returns
        -------
        DataFrame
            item_id, position, content, ``labels`` (a dict of person to label), ``label`` and
            ``person`` (whose answer trains), ``settled`` (whether by a third look; otherwise it
            is the newest).
        """
        with self._lock:
            found = disagreements(self._state)
        rows = [
            (
                one.item_id,
                int(self.pool.positions[self.pool.number(one.item_id)]),
                self.pool.contents[self.pool.number(one.item_id)],
                dict(one.labels),
                one.label,
                one.person,
                one.settled,
            )
            for one in found
            if one.item_id in self.pool
        ]
        return pd.DataFrame(rows, columns=list(DISAGREEMENTS))
