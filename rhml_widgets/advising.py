"""Advising: what the model shows of itself on an item, when, and how that was chosen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pandas as pd

from rhml_widgets.answering import Answering
from rhml_widgets.exceptions import SealedError
from rhml_widgets.human.advice import Advice, disagrees_firmly, evidence_of
from rhml_widgets.journal.events import Exposed

if TYPE_CHECKING:
    from rhml_widgets.items.pool import Item

__all__ = ["Advising"]

_LOG = logging.getLogger("rhml_widgets")


class Advising(Answering):
    """The part of a session in which the model shows its view of an item, or does not."""

    def advise(self, item_id: str | Item, *, asked: bool = True) -> Advice:
        """Return what the model has to say to an answer, by the session's advice policy.

        With ``speak_up`` it is all (``arm="full"``) where the item was a check or a challenge
        and the model firmly disagreed before it saw the answer, else nothing (``arm="none"``).
        Where a policy drew an arm with the item, it is that arm. What is shown is logged; the next
        answer to the item is then a revision, keeping included.

        Parameters
        ----------
        item_id : str or Item
        asked : bool
            Whether the person asks for it: without, an item of the arm ``on_demand`` shows nothing.

        Raises
        ------
        SealedError
            Before the item's first judgment, unless its arm is ``evidence_first``.
        """
        number = self._number(item_id)
        own_id = self.pool.ids[number]
        if self._state.arm(own_id) is not None:
            return self._by_arm(number, own_id, asked=asked)
        with self._changing(writes=False):
            answer = self._state.own(own_id)
            if answer is None:
                msg = f"item {own_id} is sealed: answer it before asking for the model's view"
                raise SealedError(msg)
            query = self._state.queries.get(own_id)
            asked_to_measure = query is not None and query.purpose in ("check", "challenge")
            firm = disagrees_firmly(answer.predicted, answer.label, self.classes_)
            said = answer.predicted
            firm = firm and said is not None and not self._state.agrees(said.label, answer.label)
            if (
                self.advice != "speak_up"
                or not asked_to_measure
                or not firm
                or len(self._state.answers[own_id]) > 1  # it may only repeat what another said
                or self.read_only
            ):
                return Advice("none")
            predicted = answer.predicted
            assert predicted is not None  # noqa: S101 - a firm disagreement has a prediction
            if self._state.standing != own_id:
                event = Exposed(
                    item_id=own_id,
                    what="advice",
                    version=predicted.version,
                    arm="full",
                    stop=True,
                )
                self._record([event])
            score = predicted.proba[self.classes_.index(predicted.label)]
        try:
            reasons = self._learner.explain(
                number, predicted.label, answer.label, predicted.version
            )
        except Exception:  # noqa: BLE001 - an estimator without reasons may speak up all the same
            _LOG.exception("the reasons for an advice could not be found")
            reasons = None
        return Advice("full", predicted.label, score, reasons)

    def _by_arm(self, number: int, own_id: str, *, asked: bool) -> Advice:
        """Return what the arm of an item shows, and log it."""
        arm, drawn = self._state.arm(own_id) or ("none", 1.0)
        with self._changing(writes=False):
            answer = self._state.own(own_id)
            if answer is None and arm != "evidence_first":
                msg = f"item {own_id} is sealed: answer it before asking for the model's view"
                raise SealedError(msg)
            early = arm == "evidence_first"
            nothing = Advice(arm if early else "none", probability_of_arm=drawn)
            silent = arm == "none" or (arm == "on_demand" and not asked)
            if silent or self.read_only or (early and answer is not None):
                return nothing
            said = self._state.predictions.get(own_id) if answer is None else answer.predicted
            if said is None or (answer is not None and len(self._state.answers[own_id]) > 1):
                return nothing
        try:
            other = None if answer is None or answer.label == said.label else answer.label
            reasons = self._learner.explain(number, said.label, other, said.version)
        except Exception:  # noqa: BLE001 - an estimator without reasons has no evidence to show
            _LOG.exception("the reasons for an advice could not be found")
            reasons = None
        if reasons is None and arm in ("evidence", "evidence_first"):
            return nothing
        with self._changing(writes=False):
            stop = arm in ("evidence", "full")
            if self._state.standing != own_id and not (early and own_id in self._state.hinted):
                event = Exposed(
                    item_id=own_id,
                    what="advice",
                    version=said.version,
                    arm=arm,
                    stop=stop,
                    probability=drawn,
                )
                self._record([event])
        if arm in ("evidence", "evidence_first"):
            assert reasons is not None  # noqa: S101 - returned above
            return Advice(arm, evidence=evidence_of(reasons), probability_of_arm=drawn)
        score = said.proba[self.classes_.index(said.label)]
        return Advice(arm, said.label, score, reasons, probability_of_arm=drawn)

    def arms(self) -> pd.DataFrame:
        """Return the arm of each item for which a policy drew one, and whether it was shown.

        Returns
        -------
        DataFrame
            item_id, purpose, ``arm``, ``probability`` it was drawn with, and ``shown``.
        """
        with self._lock:
            state = self._state
            rows = [
                (
                    item_id,
                    state.queries[item_id].purpose,
                    arm,
                    probability,
                    item_id in state.hinted
                    if arm == "evidence_first"
                    else state.is_exposed(item_id),
                )
                for item_id, (arm, probability) in state.arms.items()
            ]
        return pd.DataFrame(rows, columns=["item_id", "purpose", "arm", "probability", "shown"])

    def _was_shown(self, item_id: str, arm: str) -> bool:
        state = self._state
        return item_id in state.hinted if arm == "evidence_first" else state.is_exposed(item_id)
