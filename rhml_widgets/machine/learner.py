"""Learner: the model's life in a session, from the first guess to the newest version.

It follows the journal's entries, refits in the background, ranks what to ask next, and answers
for the version that is live. It knows neither the journal nor the session: what it has to say
goes through the two callables it was given.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import JournalError, NotFittedYetError
from rhml_widgets.items.identity import tidy
from rhml_widgets.journal.events import (
    ClassAdded,
    FitFailed,
    Fitted,
    Judged,
    Predicted,
    Queried,
    Retracted,
    Scored,
    Taught,
)
from rhml_widgets.machine.estimators import decision, outlook
from rhml_widgets.machine.explainers import explain_item, neighbors
from rhml_widgets.machine.features import Features, check_model
from rhml_widgets.machine.feedback import Stance
from rhml_widgets.machine.fit import NO_CLASS_YET, NO_TRUTH, Change, Fit, Snapshot, fit, hits
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.live_model import LiveModel
from rhml_widgets.machine.outlook import linear_form
from rhml_widgets.machine.queue import Head, draw, rank
from rhml_widgets.machine.space import Space
from rhml_widgets.machine.strategies import resolve
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Event, Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.machine.strategies import Strategy
    from rhml_widgets.state import Lesson, State

__all__ = ["Learner"]

FORESEEN = 3
"""Items waiting for an answer whose scores are made ready with a new version."""

TWO = 2
"""Classes that a model needs to tell apart."""

KEPT_VERSIONS = 3
"""Versions that can still give the reasons for what they said."""

SELDOM = 0.05
"""The holdout is looked at again after this much more, or fewer, answers."""

KEPT_CHANGES = 32
"""Lessons whose flipped items are kept in memory; older ones are fitted again when asked for."""


class Learner:
    """The model side of a session.

    Parameters
    ----------
    model : classifier or Pipeline
    pool : Pool
    state : State
        Owned by the session; read under ``lock`` only.
    lock : RLock
        Guards journal, state and the model reference.
    record : callable
        Appends events to the journal and folds them; called under ``lock``.
    may_record : callable
        False where the journal is read-only: the model then lives without being logged.
    holdout : dict of int to label or None
        Item number to its known truth, None where it is not known now.
    strategy : Strategy
    purposes : dict of str to float
    transform : {"pool", "labels"}

    Attributes
    ----------
    model : LiveModel
    live : Fit or None
        What answers now.
    version : int or None
        Its number.
    failure : FitFailed or None
    changes : dict of int to Change
        By lesson, of those measured in this process.
    """

    def __init__(
        self,
        model: Any,
        pool: Pool,
        state: State,
        *,
        lock: threading.RLock,
        record: Callable[[Sequence[Event]], list[Entry]],
        may_record: Callable[[], bool],
        holdout: dict[int, Label | None],
        strategy: Strategy,
        purposes: dict[str, float],
        transform: str = "pool",
    ) -> None:
        self.model = LiveModel(model)
        self.model._bind()  # noqa: SLF001 - only a session may close its fit
        self._params = repr(model)
        self._printed = _printed(model, transform)
        self.live: Fit | None = None
        self.version: int | None = None
        self.failure: FitFailed | None = None
        self.strategy_failure: str | None = None
        self.changes: dict[int, Change] = {}
        self.strategy = strategy
        self.purposes = purposes
        self.transform = transform
        self._pool = pool
        self._state = state
        self._lock = lock
        self._record = record
        self._may_record = may_record
        self.contest: tuple[int, int, int] | None = None
        self._features: Features | None = None
        self._preparing = Lock()
        self._head: Head | None = None
        self._foreseen: tuple[Fit | None, dict[int, tuple[list[float], str, float]]] = (None, {})
        self._near: tuple[Any, npt.NDArray[np.bool_], list[tuple[int, float]]] | None = None
        self._brought_along = False
        self._spoke: dict[int, Fit] = {}
        self._generation = 0
        self._n_changes = 0
        self._seen_changes = 0
        self._holdout = holdout
        self._label_of = np.full(len(pool), -1, dtype=np.int32)
        self.taken: npt.NDArray[np.bool_] = np.zeros(len(pool), dtype=bool)
        self.taken[list(holdout)] = True
        self._asked: dict[int, None] = {}
        self._marked: dict[str, tuple[int, list[str], Label, int | None]] = {}

    @property
    def seed(self) -> int:
        """The session's random_state."""
        assert self._state.opened is not None  # noqa: S101 - a learner has an opened session
        return self._state.opened.random_state

    @property
    def n_askable(self) -> int:
        """Items that may be asked at all: the pool less the holdout."""
        return len(self._pool) - len(self._holdout)

    def is_held(self, number: int) -> bool:
        """Whether an item is kept aside for measuring."""
        return number in self._holdout

    def words(self) -> str:
        """Return which model answers, as people say it."""
        model = self.model.estimator
        last = model.steps[-1][1] if hasattr(model, "steps") else model
        name = type(last).__name__
        return f"{name} v{self.version}" if self.version is not None else f"{name}, no version yet"

    # ---- following the journal ------------------------------------------------------------

    def catch_up(self) -> None:
        """Take in all the state holds; once, when a session opens."""
        state = self._state
        for item_id in state.queries:
            if item_id in self._pool:
                self._asked[self._pool.number(item_id)] = None
        for item_id in [*state.answers, *state.waiting, *state.skipped]:
            self._touch(item_id)
        self._n_changes = len(state.answers)

    def follow(self, entry: Entry, item_id: str | None) -> None:
        """Take in one entry that was just folded and the item it touched."""
        if item_id is not None:
            self._touch(item_id)
            if isinstance(entry.event, Queried) and item_id in self._pool:
                self._asked[self._pool.number(item_id)] = None
        if isinstance(entry.event, Judged | Retracted | Taught):
            self._n_changes += 1

    def _touch(self, item_id: str) -> None:
        state, pool = self._state, self._pool
        if item_id not in pool:
            return
        number = pool.number(item_id)
        answer = state.answer(item_id)
        held = number in self._holdout
        learns = answer is not None and not held
        self._label_of[number] = self._index(answer.label) if answer and learns else -1
        self.taken[number] = (
            held or answer is not None or item_id in state.waiting or item_id in state.skipped
        )
        if answer and answer.rationale:
            content = pool.words(number)
            terms = [m if isinstance(m, str) else content[m[0] : m[1]] for m in answer.rationale]
            of = number if pool.kind == "row" else None
            self._marked[item_id] = (answer.seq, terms, answer.label, of)
        else:
            self._marked.pop(item_id, None)
        if answer is not None:
            self._asked[number] = None

    def _index(self, label: Label) -> int:
        return list(self._state.classes).index(label)

    @property
    def behind(self) -> int:
        """Answers and lessons the live version has not seen."""
        return self._n_changes - self._seen_changes

    # ---- one turn of the worker -----------------------------------------------------------

    def turn(self) -> None:
        """Fit on what is known now and go live with it, unless nothing new is known."""
        if not len(self._pool):
            return
        with self._lock:
            generation = self._generation
        features = self.features()
        refitted = any(version.n_labels for version in self._state.versions.values())
        if self.live is None and features.fitted_head is not None and not refitted:
            self._bring_along(features, generation)
        give_way()
        with self._lock:
            known = self._snapshot()
            n_changes = self._n_changes
            live = self.live
        if live is not None and live.snapshot.digest() == known.digest():
            self._seen_changes, self.failure = n_changes, None
            return
        if len(known.classes) < TWO or (known.n_labels == 0 and not known.stances):
            return
        serves = self._brought_along
        try:
            made = fit(known, features, base=live.head if live and serves else None)
        except NotFittedYetError:
            return
        give_way()
        head = self._rank(made, features)
        self._foresee(made, head, features)
        give_way()
        with self._lock:
            if generation != self._generation:
                return
            self._seen_changes = n_changes
            if serves and not _wins(made):
                self.contest = made.contest
                return
            self._go_live(made, head, features)

    def _snapshot(self) -> Snapshot:
        state = self._state
        seen = self.live.snapshot.seq if self.live is not None else 0
        stances: list[tuple[int, Stance]] = []
        for seq, lesson in state.lessons.items():
            if not lesson.retracted:
                of = self._spoken_of(lesson)
                stances += [
                    (seq, Stance(**row, origin=lesson.origin, item=of)) for row in lesson.stances
                ]
        for seq, terms, label, of in self._marked.values():
            stances += [
                (seq, Stance(term=term, label=label, stance="supports", origin="mark", item=of))
                for term in terms
            ]
        stances.sort(key=lambda pair: pair[0])
        new = [
            seq
            for seq, lesson in state.lessons.items()
            if seq > seen and not lesson.retracted and lesson.origin != "codebook"
        ]
        return Snapshot(
            seq=state.seq,
            classes=list(state.classes),
            label_of=self._label_of.copy(),
            stances=stances,
            lesson=new[-1] if new else None,
            truth_of=self._truth_of(),
            random_state=self.seed,
            model=self._printed,
        )

    def _spoken_of(self, lesson: Lesson) -> int | None:
        """Return the row a lesson on a column was given at: there it stood high or low."""
        of = lesson.item_id
        known = of is not None and self._pool.kind == "row" and of in self._pool
        return self._pool.number(of) if known else None

    def _truth_of(self) -> npt.NDArray[np.int32]:
        truth = np.full(len(self._pool), NO_TRUTH, dtype=np.int32)
        index = {label: place for place, label in enumerate(self._state.classes)}
        for number, label in self._holdout.items():
            if label is not None:
                truth[number] = index.get(label, NO_CLASS_YET)
        return truth

    def _bring_along(self, features: Features, generation: int) -> None:
        """Let the fitted model somebody brought answer from the start."""
        with self._lock:
            known = replace(self._snapshot(), lesson=None)
        nothing = replace(known, seq=0, label_of=np.full_like(known.label_of, -1), stances=[])
        classes = self._classes_with(features.fitted_head, known.classes)
        with single_threaded():
            view = outlook(features.fitted_head, features.rows(), classes)
        made = Fit(
            snapshot=replace(nothing, classes=classes),
            head=features.fitted_head,
            outlook=view,
            hits=hits(known.truth_of, view),
        )
        head = self._rank(made, features)
        with self._lock:
            if generation == self._generation:
                self._brought_along = True
                self._go_live(made, head, features)

    def _classes_with(self, head: Any, classes: list[Label]) -> list[Label]:
        """Return the session's classes, those of a model brought along appended."""
        known = [label.item() if hasattr(label, "item") else label for label in head.classes_]
        new = [label for label in known if label not in classes]
        if new and self._may_record():
            with self._lock:
                self._record([ClassAdded(label=label) for label in new])
        return [*classes, *new]

    def _rank(self, made: Fit, features: Features) -> Head:
        with self._lock:
            taken = self.taken.copy()
            asked = np.fromiter(self._asked, dtype=np.intp, count=len(self._asked))

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

        self.strategy_failure = None
        try:
            return ranked(self.strategy)
        except Exception as error:  # noqa: BLE001 - a person's own strategy may raise anything
            # The fit is sound whatever the strategy does: it goes live, and margin asks.
            self.strategy_failure = f"{type(error).__name__}: {error}"
            return ranked(resolve("margin"))

    def _go_live(self, made: Fit, head: Head, features: Features) -> None:
        last = self._state.last_version
        digest = made.snapshot.digest()
        if last is not None and last.digest == digest and self.live is None:
            version = last.version  # the model of the last opening, built again
        else:
            version = self._log_version(made, digest)
        if self.live is not None and made.snapshot.n_labels:
            self._brought_along = False
        if made.change is not None:
            self.changes[made.change.lesson] = made.change
            while len(self.changes) > KEPT_CHANGES:
                del self.changes[next(iter(self.changes))]
        self.live, self.version, self._head, self.failure = made, version, head, None
        self._spoke[version] = made
        while len(self._spoke) > KEPT_VERSIONS:
            del self._spoke[next(iter(self._spoke))]
        self.model._install(features.assemble(made.head), version)  # noqa: SLF001 - as above

    def _log_version(self, made: Fit, digest: str) -> int:
        last = self._state.last_version
        first = 1 if made.snapshot.n_labels else 0
        version = first if last is None else last.version + 1
        if not self._may_record():
            return version
        events: list[Event] = [
            Fitted(
                version=version,
                snapshot_seq=made.snapshot.seq,
                digest=digest,
                n_labels=made.snapshot.n_labels,
                params=self._params,
                lesson=made.change.lesson if made.change else None,
                flips=len(made.change.numbers) if made.change else None,
                seconds=round(made.seconds, 4),
            )
        ]
        if made.hits and self._worth_a_look(made.snapshot.n_labels):
            events.append(Scored(version=version, basis="holdout", hits=made.hits))
        self._record(events)
        return version

    def _worth_a_look(self, n_labels: int) -> bool:
        """Whether so many answers are enough since the holdout was last looked at.

        Every look spends some of the error its interval may have, so it is not spent on versions
        that hardly differ.
        """
        looked = (one.n_labels for one in reversed(self._state.versions.values()) if one.hits)
        last = next(looked, None)
        return last is None or abs(n_labels - last) >= max(1, SELDOM * last)

    def failed(self, error: BaseException) -> None:
        """Keep the version before, and the reason why there is no newer one."""
        with self._lock:
            self.failure = FitFailed(
                snapshot_seq=self._state.seq,
                error=type(error).__name__,
                message=_message(error),
            )
            if self._may_record():
                with suppress(JournalError):
                    self._record([self.failure])

    def swap(self, model: Any) -> None:
        """Take another model; labels, lessons and holdout stay."""
        check_model(model)
        with self._lock:
            self._generation += 1
            self.model = LiveModel(model)
            self.model._bind()  # noqa: SLF001 - as above
            self._params = repr(model)
            self._printed = _printed(model, self.transform)
            self.live = self.version = self.failure = self.contest = None
            self._features = self._head = None
            self._brought_along = False
            self.changes.clear()
            self._spoke.clear()

    # ---- answering for the live version ---------------------------------------------------

    def features(self) -> Features:
        """Return the pool's features, computed on first use."""
        with self._preparing:
            if self._features is None:
                model, generation = self.model.estimator, self._generation
                free = np.setdiff1d(np.arange(len(self._pool)), list(self._holdout))
                made = Features(
                    model,
                    self._pool.inputs,
                    kind=self._pool.kind,
                    fit_on=free,
                    transform=self.transform,
                )
                # Without the lock: who holds it may be waiting for these features.
                if generation == self._generation:
                    self._features = made
                return made
            return self._features

    def predict(self, number: int, when: str) -> Predicted | None:
        """Return what the live version says of an item, or None before the first."""
        live, version, features = self.live, self.version, self._features
        if live is None or features is None or version is None:
            return None
        of, foreseen = self._foreseen
        found = foreseen.get(number) if of is live else None
        proba, score, firmness = found or _view(live, features, number)
        return Predicted(
            item_id=self._pool.ids[number],
            label=live.snapshot.classes[int(live.outlook.predicted[number])],
            proba=list(proba),
            version=version,
            when=when,
            score=score,
            firmness=firmness,
        )

    def _foresee(self, made: Fit, head: Head, features: Features) -> None:
        """Look at what is asked now and likely next, so that no answer has to wait for it."""
        with self._lock:
            waiting = [item_id for item_id in self._state.waiting if item_id in self._pool]
            numbers = [self._pool.number(item_id) for item_id in waiting[:FORESEEN]]
            for ranking in head.rankings:
                place = ranking.first(self.taken)
                if place is not None and ranking.numbers is not None:
                    numbers.append(int(ranking.numbers[place]))
        self._foreseen = made, {number: _view(made, features, number) for number in numbers}

    def predicted(self, number: int) -> Label:
        """Return the live version's label of an item.

        Raises
        ------
        NotFittedYetError
        """
        live = self._require_live()
        return live.snapshot.classes[int(live.outlook.predicted[number])]

    def runner_up(self, number: int, label: Label) -> Label | None:
        """Return the likeliest class other than ``label``, or None where there is no other."""
        live = self._require_live()
        classes = live.snapshot.classes
        scores, _ = decision(live.head, self.features().rows(np.asarray([number])), classes)
        order = [classes[i] for i in np.argsort(-scores[0], kind="stable").tolist()]
        return next((other for other in order if other != label), None)

    def _require_live(self) -> Fit:
        if self.live is None:
            msg = "no model has been fitted yet: label items of two classes first"
            raise NotFittedYetError(msg)
        return self.live

    def draw(self, n: int, n_draws: int) -> list[Queried]:
        """Draw up to ``n`` items to ask, each with its purpose and propensity."""
        taken = self.taken.copy() if n > 1 else self.taken
        drawn = []
        for place in range(n):
            one = draw(
                self._head,
                taken,
                self.purposes,
                random_state=self.seed,
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
                    propensity=one.propensity,
                    n_candidates=one.n_candidates,
                    version=self.version,
                    reason=one.reason,
                )
            )
        return drawn

    def change(self, lesson: int) -> Change | None:
        """Return what a lesson changed, fitted again where it is no longer in memory."""
        held = self.changes.get(lesson)
        if held is not None:
            return held
        features = self.features()
        with self._lock:
            known = replace(self._snapshot(), lesson=lesson)
        try:
            made = fit(known, features)
        except NotFittedYetError:
            return None
        if made.change is not None:
            self.changes[lesson] = made.change
        return made.change

    def explain(
        self,
        number: int,
        label: Label | None = None,
        against: Label | None = None,
        version: int | None = None,
    ) -> Explanation:
        """Explain the view of an item of one of the latest versions, else of the live one.

        A class that version has not learned yet cannot be set against another: then ``label``
        is explained alone.

        Raises
        ------
        NotFittedYetError
            Before the first version.
        """
        live = self._require_live()
        head = (live if version is None else self._spoke.get(version, live)).head
        if against in self._state.classes and against not in list(head.classes_):
            against = None
        return explain_item(
            self.features(),
            head,
            number,
            self._pool.words(number),
            label=label,
            against=against,
        )

    def strongest(self, n: int) -> dict[Label, list[str]]:
        """Return the terms that speak loudest for each class, where the model is a sum of terms."""
        live, features = self.live, self._features
        if live is None or features is None or features.names is None:
            return {}
        form = linear_form(live.head)
        if form is None:
            return {}
        coef = form[0] if len(form[0]) > 1 else np.vstack([-form[0][0], form[0][0]])
        known = [one.item() if hasattr(one, "item") else one for one in live.head.classes_]
        best = [[i for i in np.argsort(-row, kind="stable")[:n] if row[i] > 0] for row in coef]
        return {
            label: [str(features.names[i]) for i in columns]
            for label, columns in zip(known, best, strict=True)
        }

    def neighbors(self, number: int, n: int = 3) -> list[tuple[int, float]]:
        """Return the nearest answered items, nearest first, with their similarity."""
        X = self.features().X
        if X is None:
            return []
        labeled = self._label_of >= 0
        among = np.flatnonzero(labeled)
        if self._near is not None:
            (of, *what), before, kept = self._near
            if of is X and what == [number, n] and not (before & ~labeled).any():
                # Of those compared before, only the nearest can still be among the nearest.
                fresh = np.flatnonzero(labeled & ~before)
                if not len(fresh):
                    return kept
                among = np.union1d(fresh, [other for other, _ in kept])
        with single_threaded():
            space = Space.of(self.features(), self.seed) if self._pool.kind == "row" else None
            nearest = neighbors(X, number, among.astype(np.intp).tolist(), n, space=space)
        found = list(zip(nearest.numbers, nearest.similarities, strict=True))
        self._near = (X, number, n), labeled, found
        return found


def _wins(made: Fit) -> bool:
    """Whether a refit beats the model that was brought along, on judged items."""
    return made.contest is not None and made.contest[0] > made.contest[1]


def _printed(model: Any, transform: str) -> str:
    """Return what tells one model from another, the same in every process."""
    return f"{re.sub('0x[0-9a-fA-F]+', '', repr(model))} on {transform}"


def _message(error: BaseException) -> str:
    try:
        return tidy(str(error))[:2000]
    except Exception:  # noqa: BLE001 - errors of users' estimators may be broken themselves
        return "(its message cannot be read)"


def _view(live: Fit, features: Features, number: int) -> tuple[list[float], str, float]:
    """Return a version's scores of an item, of what kind they are, and how firm it is."""
    give_way()
    rows = features.rows(np.asarray([number]))
    scores, kind = decision(live.head, rows, live.snapshot.classes)
    return [round(p, 6) for p in scores[0].tolist()], kind, _firmness(live, number)


def _firmness(live: Fit, number: int) -> float:
    """Return the share of the pool of which the version is less sure than of an item."""
    margin = live.outlook.margin
    return round(float(np.count_nonzero(margin < margin[number])) / len(margin), 4)
