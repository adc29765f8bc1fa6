"""Teaching: reasons one way, lessons the other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets import frames
from rhml_widgets.advising import Advising
from rhml_widgets.exceptions import (
    BadInputError,
    NotFittedYetError,
    UnknownTermError,
)
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import clean_label
from rhml_widgets.items.ranges import require_count, require_range
from rhml_widgets.items.rows import Rows
from rhml_widgets.journal.events import Exposed, Queried, Taught
from rhml_widgets.knowledge.checked import require_choice
from rhml_widgets.knowledge.pattern import is_pattern, require_pattern
from rhml_widgets.machine.effect import Effect
from rhml_widgets.machine.leaning import require_sayable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from rhml_widgets.items.pool import Item
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.machine.features import Features

__all__ = ["Teaching"]

_LOG = logging.getLogger("rhml_widgets")


class Teaching(Advising):
    """The part of a session in which each corrects the other's reasons."""

    # ---- reasons --------------------------------------------------------------------------

    def explain(
        self,
        item_id: str | Item,
        label: Label | None = None,
        against: Label | None = None,
        *,
        version: int | None = None,
    ) -> Explanation:
        """Explain the live model's view of an item; logged as exposure.

        Parameters
        ----------
        item_id : str or Item
        label : label, optional
            What the contributions speak for; None: the predicted class.
        against : label, optional
            Answers "why ``label`` and not ``against``".
        version : int, optional
            Of whose view; only the latest few versions can still be asked. None: the live one.

        Raises
        ------
        NotFittedYetError
            Before the first version.
        """
        number = self._number(item_id)
        explanation = self._learner.explain(number, label, against, version)
        self._expose([self.pool.ids[number]], "explanation")
        return explanation

    def teach(
        self,
        term: str,
        label: Label | None = None,
        *,
        stance: str = "supports",
        strength: float = 1.0,
        item_id: str | Item | None = None,
        event_id: str | None = None,
        wait: bool = True,
    ) -> Effect:
        """Tell the model what a term means, and see what that changes.

        Parameters
        ----------
        term : str
            A word or phrase as it stands in the texts, or a pattern such as ``btc*``; of rows, a
            column. That a column supports a
            class means what stands in it in ``item_id``, or without one a high value.
        label : label, optional
            The class it speaks for; needed for ``supports``.
        stance : {"supports", "irrelevant"}
            "irrelevant" strikes the term: it no longer speaks for or against any class. Where
            rows are scaled to length 1, as by TF-IDF, it still counts for the length of its text,
            as before.
        strength : float
            In (0, 10]; 1 is the usual.
        item_id : str or Item, optional
            Where the person came upon it.
        wait : bool
            False returns before the refit, with ``after=None``.

        Returns
        -------
        Effect
            ``undo(effect.lesson)`` takes it back. Where the fit fails the lesson is kept, a
            warning says why, and ``flips`` is None.

        Raises
        ------
        UnknownTermError
            If none of the model's features stands for the term.
        """
        term, label = self._clean_lesson(term, label, stance, strength)
        origin = None if item_id is None else self.pool.ids[self._number(item_id)]
        if isinstance(self.pool.contents, Rows):
            self.pool.contents.require_column(term)
            number = None if origin is None else self.pool.number(origin)
            if (features := self._features()) is not None:
                require_sayable(features, term, stance, number)
        stances = [{"term": term, "label": label, "stance": stance, "strength": float(strength)}]
        with self.holding():
            with self._changing():
                before = self._learner.version
                sent = self.sent(event_id, Taught, stances=stances)
                event = Taught(stances=stances, origin="person", item_id=origin)
                lesson = (sent or self._record([event], [event_id])[-1]).seq
            self._relearn(always=True)
        if not wait:
            return Effect(lesson, None, before, None, self._learner.why_kept)
        self.wait()
        told = self._state.lessons[lesson]
        unknown = told.version is not None or self._learner.failure is not None
        flips = told.flips if unknown else 0
        return Effect(lesson, flips, before, told.version, self._learner.why_kept)

    def _clean_lesson(
        self, term: str, label: Label | None, stance: str, strength: float
    ) -> tuple[str, Label | None]:
        if not isinstance(term, str) or not term.strip():
            msg = f"term={term!r}: expected a word or a phrase"
            raise BadInputError(msg)
        if stance not in ("supports", "irrelevant"):
            msg = f"stance={stance!r}: expected 'supports' or 'irrelevant'"
            raise BadInputError(msg)
        if not strength:
            msg = f"strength={strength!r}: expected a number above 0, up to 10"
            raise BadInputError(msg)
        require_range("strength", strength, 10.0)
        if stance == "supports":
            if label is None:
                msg = f"term {term!r} supports which class? Give label=..., one of {self.choices}"
                raise BadInputError(msg)
            label = clean_label(label)
            require_choice(label, self._state.codebook)
        elif label is not None:
            msg = (
                f"term {term!r} is irrelevant to all classes: leave label={label!r} out, or say "
                "stance='supports'"
            )
            raise BadInputError(msg)
        if self.pool.kind == "image":
            msg = f"term {term!r}: an image has neither words nor columns to speak of"
            raise BadInputError(msg)
        term = tidy(term.strip())
        self._require_known(term)
        return term, label

    def _require_known(self, term: str) -> None:
        """Refuse a term that no feature stands for, where the model hears features only."""
        features = self._features()
        if self.pool.kind == "text" and is_pattern(term):
            require_pattern(term)
            if features is not None and not features.fitting(term):
                msg = f"term {term!r} fits no word of the pool"
                raise UnknownTermError(msg)
        elif features is not None and features.in_terms and not features.columns(term):
            msg = (
                f"term {term!r} is none of the model's {features.X.shape[1]:,} features: use a "
                "word as it stands in the texts, or a vectorizer whose n-grams hold the phrase"
            )
            raise UnknownTermError(msg)

    def _features(self) -> Features | None:
        """Return the pool's features; None where making them fails, as the next fit will say."""
        try:
            return self._learner.features()
        except Exception:  # noqa: BLE001 - a user's first steps may raise anything
            return None

    def flips(
        self, lesson: int | None = None, n: int | None = None, *, but: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Return the items whose prediction a lesson changed; logged as exposure.

        Parameters
        ----------
        lesson : int, optional
            The lesson's seq; None: the latest that was measured.
        n : int, optional
            At most so many rows, at least 1; only these are exposed.
        but : sequence of item_id
            Left out, and so not exposed.

        Returns
        -------
        DataFrame
            item_id, position, content, before, after.
        """
        if n is not None:
            require_count(n)
        change = self._learner.change(self._lesson(lesson))
        frame = frames.flips(self.pool, change, self.classes_)
        frame = frame[~frame["item_id"].isin(but)] if len(but) else frame
        frame = frame if n is None else frame.head(n)
        self._expose(frame["item_id"].tolist(), "flips")
        return frame

    def look(self, lesson: int | None = None, n: int = 5, *, event_id: str | None = None) -> int:
        """Queue flipped items to be judged blind, without saying what was before or after.

        Parameters
        ----------
        lesson : int, optional
            The lesson's seq; None: the latest that was measured.
        n : int
            How many at most.
        event_id : str, optional
            A resend with the same id queues nothing and returns the first number.

        Returns
        -------
        int
            How many were queued: those already answered or exposed cannot be judged blind.
        """
        seq = self._lesson(lesson)
        require_count(n)
        change = self._learner.change(seq)
        with self._changing():
            sent = self.sent(event_id, Queried, lesson=seq)
            if sent is not None:
                assert isinstance(sent.event, Queried)  # noqa: S101 - `sent` looked
                return round((sent.event.propensity or 0.0) * sent.event.n_candidates)
            free = self.blind_flips(seq)
            if change is None or not len(free):
                return 0
            stream = np.random.default_rng([self._learner.seed, seq, self._state.n_draws])
            chosen = stream.choice(free, size=min(n, len(free)), replace=False)
            where = {number: i for i, number in enumerate(change.numbers.tolist())}
            classes = self.classes_
            drawn = [
                Queried(
                    item_id=self.pool.ids[number],
                    purpose="teach",
                    propensity=len(chosen) / len(free),
                    n_candidates=len(free),
                    version=self._learner.version,
                    reason="flip",
                    lesson=seq,
                    before=classes[int(change.before[where[number]])],
                    after=classes[int(change.after[where[number]])],
                )
                for number in chosen.tolist()
            ]
            events = self._with_predictions(drawn)
            self._record(events, [event_id] + [None] * (len(events) - 1))
            return len(drawn)

    def blind_flips(self, lesson: int) -> np.ndarray:
        """Return the numbers of a lesson's flipped items that may still be judged blind.

        Raises
        ------
        BadInputError
            If there is no such lesson.
        """
        seq = self._lesson(lesson)
        try:
            change = self._learner.change(seq)
        except NotFittedYetError:
            change = None
        if change is None or self._state.exposed_all is not None:
            return np.zeros(0, dtype=np.intp)
        ids, taken = self.pool.ids, self._learner.taken
        return np.asarray(
            [
                n
                for n in change.numbers.tolist()
                if not taken[n] and ids[n] not in self._state.exposed
            ],
            dtype=np.intp,
        )

    def _lesson(self, lesson: int | None) -> int:
        taught = self._state.lessons
        if lesson is None:
            measured = [seq for seq, one in taught.items() if one.flips is not None]
            if not measured:
                msg = "no lesson has been measured yet: teach a term first"
                raise BadInputError(msg)
            return measured[-1]
        if not isinstance(lesson, int | np.integer) or lesson not in taught:
            msg = f"lesson={lesson!r}: expected the seq of a lesson, one of {list(taught)[-5:]}"
            raise BadInputError(msg)
        return lesson

    def predict_pool(self) -> pd.DataFrame:
        """Return the live model's view of every row; logged as exposure of all items.

        Returns
        -------
        DataFrame
            item_id, position, label, probability; a row for each row of the pool. Answers given
            from now on are no longer ``first``.
        """
        live = self._learner.require_live()
        self._expose_all("predictions", self._learner.version)
        return frames.predictions(self.pool, live, self._state.means)

    def _expose_all(self, what: str, version: int | None) -> None:
        """Log, where it is not logged already, that the model's view of all items was shown."""
        with self._changing(writes=False):
            state = self._state
            newest = max(state.arrived.values(), default=0)
            if state.all_shown <= newest and not self.read_only:
                self._record([Exposed(item_id=None, what=what, version=version)])

    def _expose(self, item_ids: Sequence[str], what: str) -> None:
        with self._changing(writes=False):
            new = [one for one in item_ids if one not in self._state.exposed]
            if new and not self.read_only:
                self._record([self._explained(one, what) for one in new])

    def _explained(self, item_id: str, what: str) -> Exposed:
        arm, probability = self._state.arms.get(item_id, (None, None))
        drawn = arm == "on_demand"
        return Exposed(
            item_id=item_id,
            what=what,
            version=self._learner.version,
            arm=arm if drawn else None,
            probability=probability if drawn else None,
        )
