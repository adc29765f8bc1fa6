"""Finding: what the person looks for, instead of what the model asks."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.asking import Asking
from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError
from rhml_widgets.items.labels import clean_label
from rhml_widgets.items.pool import Item
from rhml_widgets.items.ranges import require_count
from rhml_widgets.journal.events import Queried
from rhml_widgets.knowledge.checked import require_choice
from rhml_widgets.machine.alike import nearest, twins
from rhml_widgets.machine.queue import reason_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from rhml_widgets.journal.events import Event, Label
    from rhml_widgets.state import Judgment

__all__ = ["Finding"]

MOST_TWINS = 200
"""Near-twins that are answered together at most."""

MOST_ALIKE = 20
"""Items of which each brings in what is like it."""

_PARTS = re.compile(r'"([^"]+)"|(\S+)')


class Finding(Asking):
    """The part of a session in which the person chooses what comes next."""

    def find(
        self, words: str | None = None, *, like: str | Item | None = None, n: int = 20
    ) -> list[Item]:
        """Return items nobody judged that hold words, or are like another item.

        Nothing of the model's view is told, and looking is not logged: a pick is (see `pick`).

        Parameters
        ----------
        words : str, optional
            All of them have to stand in the text, anywhere, in any case; ``"in quotes"`` they
            are a phrase.
        like : str or Item, optional
            Most like this item first. With ``words``, of those that hold them.
        n : int
            How many at most.

        Returns
        -------
        list of Item
            Those waiting in the queue already and those kept aside are left out.

        Raises
        ------
        BadInputError
            Without anything to look for.

        Examples
        --------
        >>> import rhml_widgets as rhml
        >>> pool = ["card lost", "lost my card today", "refund please"]
        >>> with rhml.Session(pool=pool, journal=None, classes=["a", "b"]) as session:
        ...     [item.content for item in session.find('"my card"')]
        ['lost my card today']
        """
        require_count(n)
        wanted = _wanted(words)
        if not wanted and like is None:
            msg = "find() of nothing: give words to look for, or like=item_id"
            raise BadInputError(msg)
        with self._lock:
            free = self._open()
        numbers: Iterable[int] = np.flatnonzero(free).tolist()
        if like is not None:
            found, _ = nearest(
                self._learner.features(), self._number(like), free, seed=self._learner.seed
            )
            numbers = found.tolist()
        held: list[Item] = []
        for number in numbers:
            content = self.pool.words(number).casefold() if wanted else ""
            if all(part in content for part in wanted):
                held.append(self._picked(number))
                if len(held) == n:
                    break
        return held

    def pick(self, item_id: str | Item, *, event_id: str | None = None) -> Item:
        """Put an item in front of the queue; outside of all estimates, as nobody drew it.

        Parameters
        ----------
        item_id : str or Item
        event_id : str, optional
            A resend with the same id changes nothing.

        Raises
        ------
        AlreadyJudgedError
            If it was answered.
        BadInputError
            If it is kept aside for measuring.
        """
        number = self._number(item_id)
        own_id = self.pool.ids[number]
        with self._changing():
            if self.sent(event_id, Queried, item_id=own_id) is None:
                self._require_unjudged(number, "pick another one")
                if own_id in self._state.waiting:
                    return self._item(own_id)  # drawn already: it stays what it was drawn for
                events = self._chosen([own_id], "found")
                self._record(events, [event_id, *[None] * (len(events) - 1)])
            return self._item(own_id)

    def pick_like(
        self, item_ids: Sequence[str], n: int = 5, *, event_id: str | None = None
    ) -> list[Item]:
        """Put the items most like some others in front of the queue; see `pick`.

        Parameters
        ----------
        item_ids : sequence of item_id
            Each in turn brings in what is most like it; of many, the first 20 do.
        n : int
            How many at most.
        event_id : str, optional
            A resend with the same id changes nothing and returns an empty list.

        Returns
        -------
        list of Item
            In the order they will be asked; fewer than ``n`` where fewer are left.
        """
        require_count(n)
        with self._changing():
            if self.sent(event_id, Queried) is not None:
                return []
            free, features = self._open(), self._learner.features()
            orders = []
            for item_id in item_ids[:MOST_ALIKE]:
                found, _ = nearest(features, self._number(item_id), free, seed=self._learner.seed)
                orders.append(found.tolist())
            turns = (number for turn in zip_longest(*orders) for number in turn)
            numbers = list(dict.fromkeys(one for one in turns if one is not None))[:n]
            if not numbers:
                return []
            events = self._chosen([self.pool.ids[one] for one in reversed(numbers)], "found")
            self._record(events, [event_id, *[None] * (len(events) - 1)])
            return [self._item(self.pool.ids[one]) for one in numbers]

    def _how_answered(self, answer: Judgment) -> str:
        """Say it to who answers now: another's label is not told before one's own."""
        if answer.person == self._person:
            return f"answered {answer.label!r}"
        return "answered by somebody else"

    def seek(self, label: Label | None) -> None:
        """Have likely items of a rare class come, beside the usual ones and the uniform checks.

        From now on every second item drawn to learn from is the one the model finds likeliest to
        be of this class. They are outside of all estimates; nothing on them tells that they were
        sought. It holds until ``seek(None)`` or until the session is closed.

        Parameters
        ----------
        label : label or None

        Raises
        ------
        UnknownLabelError
            If it is none of the classes.
        """
        wanted = None if label is None else clean_label(label)
        if wanted is not None:
            require_choice(wanted, self._state.codebook)
        with self._changing(writes=False):
            self._sought = wanted
        self.touch()

    @property
    def sought(self) -> Label | None:
        """The class that is looked for: see `seek`."""
        return self._looked_for()

    def twins(self, item_id: str | Item) -> list[Item]:
        """Return the near-twins of an item that nobody judged, nearest first.

        Near-twins say almost the same in the model's features: a cosine of at least 0.9. Those
        waiting in the queue and those kept aside are left out.

        Parameters
        ----------
        item_id : str or Item
        """
        number = self._number(item_id)
        with self._lock:
            return [self._picked(other) for other in self._twin_numbers(number)]

    def _twin_numbers(self, number: int) -> list[int]:
        free = ~self._learner.taken
        found = twins(self._learner.features(), number, free, seed=self._learner.seed)
        return [int(other) for other in found[:MOST_TWINS]]

    def _require_unjudged(self, number: int, instead: str) -> None:
        own_id = self.pool.ids[number]
        answer = self._state.answer(own_id)
        if answer is not None:
            msg = f"item {own_id} was {self._how_answered(answer)}: {instead}"
            if self._state.own(own_id) is not None:
                msg += ", or change its answer in the history"
            raise AlreadyJudgedError(msg)
        if self._learner.is_held(number):
            msg = f"item {own_id} is kept aside for measuring: {instead}"
            raise BadInputError(msg)

    def _open(self) -> npt.NDArray[np.bool_]:
        """Return which items may be picked: those free, and those put aside."""
        free: npt.NDArray[np.bool_] = ~self._learner.taken
        for item_id in self._state.skipped:
            if item_id in self.pool and not self._learner.is_held(self.pool.number(item_id)):
                free[self.pool.number(item_id)] = True
        return free

    def _picked(self, number: int, reason: str = "found") -> Item:
        return Item(
            self.pool.ids[number],
            int(self.pool.positions[number]),
            self.pool.contents[number],
            "teach",
            reason_words(reason),
            None,
        )

    def _chosen(self, item_ids: Iterable[str], reason: str) -> list[Event]:
        queried = [
            Queried(
                item_id=one,
                purpose="teach",
                propensity=None,
                n_candidates=0,
                version=self._learner.version,
                reason=reason,
            )
            for one in item_ids
        ]
        return self._with_predictions(queried)


def _wanted(words: Any) -> list[str]:
    if words is None:
        return []
    if not isinstance(words, str):
        msg = f"words={words!r}: expected a str"
        raise BadInputError(msg)
    return [(phrase or word).casefold() for phrase, word in _PARTS.findall(words)]
