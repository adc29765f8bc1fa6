"""Sweeping: a page of like predictions at a time, accepted but for the odd ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.growing import Growing
from rhml_widgets.items.labels import clean_label
from rhml_widgets.items.ranges import require_count, require_range
from rhml_widgets.journal.events import Exposed, Judged
from rhml_widgets.knowledge.checked import require_choice
from rhml_widgets.machine.alike import fullest, page
from rhml_widgets.measures.sweeps import SecondLooks, second_looks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from rhml_widgets.items.pool import Item
    from rhml_widgets.journal.events import Event, Label

__all__ = ["Sweep", "Sweeping"]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A page of items of which the model says the same.

    Attributes
    ----------
    label : label or None
        What it says; None where nothing is left to sweep.
    items : list of Item
        The surest and those most like it; each next to the one it is most like.
    version : int
        Of the model.
    """

    label: Label | None
    items: list[Item]
    version: int


class Sweeping(Growing):
    """The part of a session in which many items are answered at a time."""

    def sweep(self, label: Label | None = None, n: int = 12) -> Sweep:
        """Return a page of items nobody judged of which the model says the same.

        That they are of one page tells what the model says of them, so it is logged: an answer
        to one of them is no longer ``first``.

        Parameters
        ----------
        label : label, optional
            What the model says; None: the class it could fill most pages with.
        n : int
            How many at most.

        Returns
        -------
        Sweep
            Items waiting in the queue, put aside, or kept for measuring are left out.

        Raises
        ------
        NotFittedYetError
            Before the first version of the model.
        UnknownLabelError
            If it is none of the classes.

        Examples
        --------
        >>> import rhml_widgets as rhml
        >>> pool = ["free prize", "free prize now", "win a prize", "home at six", "at home"]
        >>> classes = ["spam", "ham"]
        >>> session = rhml.Session(pool=pool, classes=classes, journal=None, refit="sync")
        >>> ids = session.pool.ids
        >>> _ = session.label(ids[0], "spam"), session.label(ids[4], "ham")
        >>> found = session.sweep("spam")
        >>> seqs = session.verify([item.item_id for item in found.items], "spam")
        >>> session.state.counts["spam"] == 1 + len(seqs)
        True
        >>> session.close()
        """
        require_count(n)
        wanted = None if label is None else clean_label(label)
        if wanted is not None:
            require_choice(wanted, self._state.codebook)
        with self._changing(writes=False):
            live, version = self._learner.require_live(), self._learner.version
            assert version is not None  # noqa: S101 - what is live has a version
            classes = [self._state.means(label) for label in live.snapshot.classes]
            free = self._sweepable(len(live.outlook))
            if wanted is None:
                most = fullest(live.outlook, free, len(classes))
                wanted = None if most is None else classes[most]
            if wanted is None or wanted not in classes or not self._state.is_live(wanted):
                return Sweep(wanted, [], version)
            # Merged classes keep their places: the one that has the name now comes first.
            now = live.snapshot.classes if wanted in live.snapshot.classes else classes
            seed, index = self._learner.seed, now.index(wanted)
            numbers = page(live.outlook, self._learner.features(), index, n, free, seed=seed)
            items = [self._picked(number, "sweep") for number in numbers.tolist()]
            # Each time anew: which version was seen, and when, is what an answer rests on.
            if not self.read_only:
                self._record(
                    [Exposed(item_id=one.item_id, what="sweep", version=version) for one in items]
                )
        return Sweep(wanted, items, version)

    def _sweepable(self, n_known: int) -> npt.NDArray[np.bool_]:
        free: npt.NDArray[np.bool_] = ~self._learner.taken[:n_known]
        return free

    def sweepable(self) -> dict[Label, int]:
        """Return how many unjudged items the model says each class of; {} before its first."""
        with self._lock:
            live = self._learner.live
            if live is None:
                return {}
            free = self._sweepable(len(live.outlook))
            said = np.bincount(live.outlook.predicted[free], minlength=len(live.snapshot.classes))
            found: dict[Label, int] = {}
            for label, n in zip(live.snapshot.classes, said.tolist(), strict=True):
                today = self._state.means(label)
                found[today] = found.get(today, 0) + n
            return found

    def verify(
        self,
        item_ids: Sequence[str | Item],
        label: Label,
        *,
        odd: Sequence[str | Item] = (),
        duration: float | None = None,
        event_id: str | None = None,
    ) -> list[int]:
        """Accept items as all of one class; some of them are asked again, unannounced.

        Parameters
        ----------
        item_ids : sequence of str or Item
            What is accepted: stage ``verified``. ``undo`` takes all of it back at once.
        label : label
        odd : sequence of str or Item
            What did not fit: asked next, one at a time.
        duration : float, optional
            Seconds for all of them together.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first seqs.

        Returns
        -------
        list of int
            The judgments' seqs.

        Raises
        ------
        UnknownItemError, UnknownLabelError, BadInputError, ReadOnlyError
        AlreadyJudgedError
            If one was answered meanwhile; nothing is accepted then.
        NotSavedError
            If it could not be kept; nothing was changed then.
        """
        numbers = list(dict.fromkeys(self._number(one) for one in item_ids))
        others = list(dict.fromkeys(self._number(one) for one in odd))
        answer = clean_label(label)
        require_range("duration", duration, math.inf)
        if not numbers and not others:
            msg = "verify() of nothing: give the items that are accepted, or odd ones"
            raise BadInputError(msg)
        if twice := set(numbers) & set(others):
            own_id = self.pool.ids[min(twice)]
            msg = f"item {own_id} is both accepted and odd: leave it in one of them"
            raise BadInputError(msg)
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, Judged, label=answer) if numbers else None
                if sent is not None:
                    return self._seqs_of(sent.event)
                self._require_class(answer)
                for number in numbers:
                    self._require_unjudged(number, "leave it out")
                batch = self._batch(event_id)
                events: list[Event] = []
                each = None if duration is None or not numbers else duration / len(numbers)
                for number in numbers:
                    events += self._accepted(number, answer, batch, each)
                first = next((i for i, one in enumerate(events) if isinstance(one, Judged)), None)
                free = [n for n in others if not self._learner.taken[n]]
                # Each is put before those queued so far.
                events += self._chosen([self.pool.ids[n] for n in reversed(free)], "odd")
                entries = self._record(
                    events, [event_id if i == first else None for i in range(len(events))]
                )
                seqs = [one.seq for one in entries if isinstance(one.event, Judged)]
            if seqs:
                self._relearn()
        return seqs

    def _seqs_of(self, event: Any) -> list[int]:
        return [
            entry.seq
            for entry in self._journal.entries()
            if isinstance(entry.event, Judged) and entry.event.batch == event.batch
        ]

    def second_looks(self) -> SecondLooks:
        """Return how what was accepted in sweeps fared when looked at again; ``.words()``."""
        return second_looks(self.still())
