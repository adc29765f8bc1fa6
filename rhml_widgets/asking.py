"""Asking: which items come next, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rhml_widgets.dialog import Dialog
from rhml_widgets.exceptions import BadInputError, ReadOnlyError, warn
from rhml_widgets.human.policies import Asked, concept_of
from rhml_widgets.human.second_look import look_again
from rhml_widgets.items.pool import Item
from rhml_widgets.journal.events import Queried, Shown
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.state import REPEAT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.human.policies import Policy
    from rhml_widgets.journal.events import Event, Label, Predicted

__all__ = ["Asking"]


class Asking(Dialog):
    """The part of a session in which the model chooses what the person sees."""

    _sought: Label | None = None
    _policy: Policy | None = None

    def query(self, batch_size: int = 1) -> list[Item]:
        """Return the items to judge next; those drawn and unanswered come first.

        Parameters
        ----------
        batch_size : int
            How many, at least 1. Fewer come back where the pool is used up; then skipped items
            return.

        Returns
        -------
        list of Item
            Asking again returns the same items until they are answered.

        Raises
        ------
        ReadOnlyError
            If items would have to be drawn and the journal is held elsewhere.
        """
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            msg = f"batch_size={batch_size!r}: expected a whole number of at least 1"
            raise BadInputError(msg)
        with self._changing(writes=False):
            wanted = batch_size - len(self._waiting())
            if wanted == batch_size and self.read_only and not self._learner.taken.all():
                msg = f"{self.name} is read-only here, so nothing is drawn: {self.why_read_only}"
                raise ReadOnlyError(msg)
            if wanted > 0 and not self.read_only:
                drawn = self._learner.draw(wanted, self._state.n_draws)
                drawn = self._learner.seek(self._looked_for(), drawn)
                drawn = look_again(
                    drawn,
                    wanted,
                    self._state,
                    self.pool,
                    seed=self._learner.seed,
                    version=self._learner.version,
                )
                if not drawn and wanted == batch_size:
                    drawn = self._skipped_again(wanted)
                self._record(self._with_predictions(drawn))
            return [self._item(item_id) for item_id in self._waiting()[:batch_size]]

    def _looked_for(self) -> Label | None:
        """Return the rare class that is looked for, because of `seek` or of what is wanted."""
        if self._sought is not None or self._state.intent is None:
            return self._sought
        label = self._state.intent[1]
        return label if label is not None and self._state.is_live(label) else None

    def items_waiting(self, n: int) -> list[Item]:
        """Return up to ``n`` items drawn and unanswered, drawing none."""
        with self._lock:
            return [self._item(item_id) for item_id in self._waiting()[:n]]

    @property
    def labeled(self) -> str:
        """How far it is, in words: the same wherever it is said."""
        return f"{self.n_labeled:,} of {self.n_askable:,} labeled"

    @property
    def n_labeled(self) -> int:
        """Items answered, of those that may be asked: what left the pool is not among them."""
        return self._learner.n_answered

    @property
    def check_share(self) -> float:
        """Share of the items drawn that are checks."""
        return self._learner.purposes["check"]

    @property
    def n_askable(self) -> int:
        """Items that may be asked at all: the pool less the holdout."""
        return self._learner.n_askable

    def _waiting(self) -> list[str]:
        state = self._state
        # What was answered and waits again waits for the one who answered it.
        mine = [one for one in state.waiting if one not in state.answers or state.asked_again(one)]
        asked = dict.fromkeys([*state.sharing, *mine])
        return [item_id for item_id in asked if self._may_ask(item_id)]

    def _may_ask(self, item_id: str) -> bool:
        return item_id in self.pool and not self._learner.is_held(self.pool.number(item_id))

    def _skipped_again(self, wanted: int) -> list[Queried]:
        again = [item_id for item_id in self._state.skipped if self._may_ask(item_id)][:wanted]
        found = []
        for item_id in again:
            query = self._state.queries.get(item_id)
            found.append(
                Queried(
                    item_id=item_id,
                    purpose=query.purpose if query else "teach",
                    propensity=query.propensity if query else 1.0,
                    n_candidates=query.n_candidates if query else len(self._state.skipped),
                    version=self._learner.version,
                    reason="skipped",
                )
            )
        return found

    def _item(self, item_id: str) -> Item:
        state, number = self._state, self.pool.number(item_id)
        query = state.query(item_id, again=state.is_repeat(item_id))
        return Item(
            item_id,
            int(self.pool.positions[number]),
            self.pool.contents[number],
            query.purpose if query else "teach",
            self._why_anew(item_id) or reason_words(query.reason if query else ""),
            query.propensity if query else 1.0,
        )

    def _why_anew(self, item_id: str) -> str:
        """Say why an answered item waits since the classes were edited; "" where it does not."""
        answer = self._state.own(item_id) if item_id in self._state.relabel else None
        if answer is None:
            return ""
        became = {"split": "was split", "undone": "was taken back"}
        status = self._state.codebook[answer.label].status
        return f"you said {answer.label}, which {became.get(status, 'was retired')}"

    def shown(self, item_id: str | Item) -> None:
        """Log that an item reached a page."""
        own_id = self.pool.ids[self._number(item_id)]
        with self._changing(writes=False):
            if not self.read_only:
                self._record([Shown(item_id=own_id)])

    def _with_predictions(self, drawn: Sequence[Queried]) -> list[Event]:
        events: list[Event] = []
        for query in drawn:
            if query.reason == REPEAT:
                events.append(query)  # the model has learned its answer: its view measures nothing
                continue
            predicted = self._learner.predict(self.pool.number(query.item_id), "asked")
            if predicted is None:
                events.append(query)
            else:
                events += [self._armed(query, predicted), predicted]
        return events

    def _armed(self, query: Queried, predicted: Predicted) -> Queried:
        """Return the draw with the arm a policy chooses for it; without one as it is."""
        unasked = query.lesson is not None or query.item_id in self._state.arms
        if self._policy is None or unasked:
            return query
        concept = concept_of(predicted.proba, self.classes_)
        asked = Asked(query.item_id, query.purpose, concept, self.n_labeled)
        try:
            arm, probability = self._policy.choose(asked, self._learner.seed)
        except Exception as error:  # noqa: BLE001 - a user's rule may raise anything
            warn(f"the advice policy failed, so nothing is shown on this item: {error}")
            arm, probability = "none", 1.0
        return replace(query, arm=arm, arm_probability=probability)
