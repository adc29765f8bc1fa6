"""Learner: the model's life in a session, from the first guess to the newest version.

It refits in the background, ranks what to ask next, and goes live with what it learned. It knows
neither the journal nor the session: what it has to say goes through the two callables it was
given.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse

from rhml_widgets.exceptions import JournalError, NotFittedYetError
from rhml_widgets.items.identity import tidy
from rhml_widgets.journal.events import ClassAdded, FitFailed
from rhml_widgets.machine.alike import likeliest, prepare
from rhml_widgets.machine.asker import Asker
from rhml_widgets.machine.contest import due, weigh
from rhml_widgets.machine.evidence import Evidence
from rhml_widgets.machine.fit import Change, Fit, fit, hits, naming_gaps
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.gate import Held, judge
from rhml_widgets.machine.models import check_model, require_shared_classes
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.past import served
from rhml_widgets.machine.speaker import Speaker
from rhml_widgets.machine.threads import single_threaded
from rhml_widgets.machine.verdicts import Verdicts, verdicts
from rhml_widgets.machine.versions import Versions
from rhml_widgets.overseen import STABLE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Event, Label, Queried
    from rhml_widgets.machine.base import Base
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.gate import Weighed
    from rhml_widgets.machine.ranking import Head
    from rhml_widgets.machine.snapshot import Snapshot
    from rhml_widgets.machine.strategies import Strategy
    from rhml_widgets.state import State

__all__ = ["Learner"]

TWO = 2
"""Classes that a model needs to tell apart."""


class Learner(Speaker):
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
    base : Base, optional
        Old labeled rows to learn from, too.
    entries : callable
        Returns the journal, for versions of the past.

    Attributes
    ----------
    evidence : Evidence
        What the journal has told so far.
    broken : callable or None
        Names the goals that a refit breaks and the version that answers does not.
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
        base: Base | None = None,
        entries: Callable[[], Sequence[Entry]] = tuple,
    ) -> None:
        super().__init__(
            model,
            pool,
            state,
            lock=lock,
            evidence=Evidence(pool, state, holdout, base),
            versions=Versions(state, record=record, may_record=may_record),
            transform=transform,
        )
        self._asker = Asker(strategy, purposes, pool, self.evidence, lock, state=state)
        self._record = record
        self._may_record = may_record
        self._entries = entries
        self._seen_changes = 0
        self._gone_back = False
        self.broken: Callable[[Fit, Fit, Features], Sequence[str]] | None = None

    @property
    def seed(self) -> int:
        """The session's random_state."""
        return self.evidence.seed

    @property
    def taken(self) -> npt.NDArray[np.bool_]:
        """Items that are not free to ask, shape (n_items,)."""
        return self.evidence.taken

    @property
    def n_askable(self) -> int:
        """Items that may be asked at all: the pool less the holdout."""
        return len(self._pool) - len(self.evidence.holdout)

    @property
    def n_answered(self) -> int:
        """How many of these are answered."""
        return self.evidence.n_answered

    @property
    def held(self) -> list[int]:
        """The numbers of the items kept aside for measuring."""
        return list(self.evidence.holdout)

    def is_held(self, number: int) -> bool:
        """Whether an item is kept aside for measuring."""
        return number in self.evidence.holdout

    def catch_up(self) -> None:
        """Take in all the state holds; once, when a session opens."""
        self.evidence.catch_up()

    def follow(self, entry: Entry, item_id: str | None) -> None:
        """Take in one entry that was just folded and the item it touched."""
        self.evidence.follow(entry, item_id)

    @property
    def behind(self) -> int:
        """Answers and lessons the live version has not seen."""
        return self.evidence.n_changes - self._seen_changes

    # ---- one turn of the worker -----------------------------------------------------------

    def turn(self) -> None:
        """Fit on what is known now and go live with it, unless nothing new is known.

        Lessons that came together are learned one after the other, each by a version of its own,
        so that each is seen to change what it changes.
        """
        if not len(self._pool) or self._state.opened is None:
            return
        with self._lock:
            generation = self._generation
        try:
            self._turn(generation)
        except Exception:
            # What became of another model, or of a smaller pool, is of no interest any more.
            with self._lock:
                if generation == self._generation:
                    raise

    def _turn(self, generation: int) -> None:
        features = self.features()
        refitted = any(version.n_labels for version in self._state.versions.values())
        if (self.live is None or self._gone_back) and self._restored(features, generation):
            return
        if self.live is None and features.fitted_head is not None and not refitted:
            self._bring_along(features, generation)
        while self._learn(features, generation):
            pass

    def _learn(self, features: Features, generation: int) -> bool:
        """Take one step; return whether another is needed."""
        give_way()
        with self._lock:
            if generation != self._generation:
                return False  # another model or a larger pool: its own turn follows
            known = self.evidence.snapshot(self._printed)
            n_changes = self.evidence.n_changes
            live, serving = self.live, self._serving
            lessons = [] if serving else self._new_lessons(known)
        nothing_new = live is not None and live.snapshot.digest() == known.digest()
        if nothing_new or (serving and live and not self._won(known, features, live)):
            self._seen_changes, self.failure = n_changes, None
            self.held_back = None
            return False
        if live is not None and not serving and self._bound(live, known, features, generation):
            return True
        made = self._fitted(known, lessons, features, None if serving else live)
        if made is None:
            self.failure = None
            self.model._tell(None)  # noqa: SLF001 - ours
            return False
        if live is not None and not serving:
            made = self._passed(made, known, live, features, generation)
        if made is None or not self._install(made, made.features or features, generation):
            return False
        with self._lock:
            self._replaced = self.version if serving else self._replaced
            done = made.snapshot.digest() == known.digest()
            self._seen_changes = n_changes if done else self._seen_changes
        return not done

    def _bound(self, live: Fit, known: Snapshot, features: Features, generation: int) -> bool:
        """Let what is vetoed now bind the version that answers, ungated: an order, not a lesson."""
        bound = live.snapshot.bound_as(known)
        if bound.digest() == live.snapshot.digest():
            return False
        if bound.digest() == known.digest():
            bound = known
        try:
            made = fit(bound, features)
        except NotFittedYetError:
            return False
        return self._install(made, made.features or features, generation)

    def _install(
        self, made: Fit, features: Features, generation: int, *, again: bool = False
    ) -> bool:
        """Go live with a fit; False where another model or a larger pool came meanwhile."""
        give_way()
        head = self._asker.rank(made, features)
        self._foresee(made, head, features)
        prepare(features)
        give_way()
        with self._lock:
            if generation != self._generation:
                return False
            self._go_live(made, head, features, again=again)
        return True

    # ---- the gate -------------------------------------------------------------------------

    def _passed(
        self, made: Fit, known: Snapshot, live: Fit, features: Features, generation: int
    ) -> Fit | None:
        """Return the fit that may go live; None where it is held back."""
        found = self._weighed(live, made, features)
        if found is not None and made.snapshot.digest() != known.digest():
            # Lessons are learned one by one; held back, they wait together.
            made = fit(replace(known, lesson=self._new_lessons(known)[-1]), features)
            found = self._weighed(live, made, features)
        if found is None:
            return made
        self._hold_back(made, found, generation)
        return None

    def _weighed(self, live: Fit, made: Fit, features: Features) -> Weighed | None:
        """Return what speaks against going live unasked; None where nothing does."""
        broken = () if self.broken is None else self.broken(live, made, features)
        with self._lock:
            gates, at_most = self._state.standing_gates, self._state.at_most
            found = judge(live, made, at_most=at_most, broken=broken)
            accepted = bool(gates) and gates[-1].choice == "accept"
            news = found.is_news(gates, at_most, self._pool.ids)
        return found if found.why and (news or not accepted) else None

    def _hold_back(self, made: Fit, found: Weighed, generation: int) -> None:
        """Let a refit wait; of a cause that was told already nothing is said again."""
        with self._lock:
            if generation != self._generation or self.version is None:
                return
            state = self._state
            self.failure, self.held_back = None, Held(made, self.version, found)
            if (
                found.is_news(state.standing_gates, state.at_most, self._pool.ids)
                and self._may_record()
            ):
                last = state.last_version
                version = 1 + (self.version if last is None else last.version)
                self._record([found.event(version, self.version, self._pool.ids)])

    def go_back(self) -> None:
        """Let the next turn begin with the version that the journal says answers."""
        with self._lock:
            self._gone_back, self.held_back = True, None

    def _restored(self, features: Features, generation: int) -> bool:
        """Go live with the version that answered last, where more was answered since.

        Returns
        -------
        bool
            Whether nothing is to be learned beyond it, because the mode is stable.
        """
        with self._lock:
            again, self._gone_back = self._gone_back, False
            state, serving = self._state, self._state.serving
            known = self.evidence.snapshot(self._printed)
            wanted = None if serving is None else serving.version
            made = self._versions.spoke.get(-1 if wanted is None else wanted) if again else None
            if wanted is None or serving is None or (again and self.version == wanted):
                return False
            stable = state.mode == STABLE
        if made is None:
            if not again and known.digest() == serving.digest:
                return False
            then = served(self, self._pool, self._entries(), wanted, self.model.estimator)
            if then is None or then.digest() == known.digest():
                return False
            try:
                made = fit(then, features)
            except NotFittedYetError:
                return False
        self._install(made, features, generation, again=True)
        return stable

    def _fitted(
        self, known: Snapshot, lessons: list[int], features: Features, live: Fit | None
    ) -> Fit | None:
        """Return a fit that learned the first new lesson; all, where one alone is not enough."""
        if len(known.classes) < TWO or not (known.n_labels or known.stances or known.base):
            return None
        if lessons and self._state.standing_gates:  # they were weighed together
            return fit(replace(known, lesson=lessons[-1]), features)
        for later in dict.fromkeys([len(lessons[1:]), 0]):
            left_out = lessons[len(lessons) - later :]
            learned = lessons[: len(lessons) - later]
            part = known
            if lessons:
                part = replace(known.without(left_out), lesson=learned[-1])
            with suppress(NotFittedYetError):
                return fit(part, features, live=live)
        return None

    def _new_lessons(self, known: Snapshot) -> list[int]:
        """Return the lessons, oldest first, that no version has learned."""
        last = self._state.serving
        if self.live is None and last is not None and last.digest == known.digest():
            return []  # the model of the last opening, to be built again, learned them all
        learned = set() if self.live is None else {*self.live.snapshot.lessons}
        return [seq for seq in self.evidence.unmeasured() if seq not in learned]

    def _won(self, known: Snapshot, features: Features, brought: Fit) -> bool:
        """Whether a refit may replace the model that was brought along."""
        if not due(known, self.contest):
            return False
        found = weigh(known, features, brought.head)
        with self._lock:
            if self.live is brought:  # else another model was swapped in meanwhile
                self.contest = found
        return found.won

    def _bring_along(self, features: Features, generation: int) -> None:
        """Let the fitted model somebody brought answer from the start."""
        with self._lock:
            known = self.evidence.snapshot(self._printed)
        classes = self._classes_with(features.fitted_head, known.classes)
        # Classes only this model knew are classes of the session from here on.
        truth_of = self.evidence.truth_of(classes)
        nothing = np.full_like(known.label_of, -1)
        with single_threaded(), naming_gaps(features):
            view = outlook(features.fitted_head, features.rows(), classes)
        made = Fit(
            snapshot=replace(
                known,
                seq=0,
                label_of=nothing,
                stances=[],
                revisions=(),
                classes=classes,
                truth_of=truth_of,
                base=None,
            ),
            head=features.fitted_head,
            outlook=view,
            hits=hits(truth_of, view),
        )
        head = self._asker.rank_fairly(made, features)
        with self._lock:
            if generation == self._generation:
                self._go_live(made, head, features, serving=True)

    def _classes_with(self, head: Any, classes: list[Label]) -> list[Label]:
        """Return the session's classes, those of a model brought along appended."""
        known = [label.item() if hasattr(label, "item") else label for label in head.classes_]
        new = [label for label in known if label not in classes]
        if new and self._may_record():
            with self._lock:
                self._record([ClassAdded(label=label) for label in new])
        return [*classes, *new]

    def _foresee(self, made: Fit, head: Head, features: Features) -> None:
        """Look at what is asked now and likely next, so that no answer has to wait for it."""
        with self._lock:
            waiting = [item_id for item_id in self._state.waiting if item_id in self._pool]
            numbers = self._asker.likely(head, waiting)
        self._foresight.prepare(made, features, numbers)

    def _go_live(
        self,
        made: Fit,
        head: Head,
        features: Features,
        *,
        serving: bool = False,
        again: bool = False,
    ) -> None:
        if features is not self._features and self._features is not None:
            self._versions.spoke.clear()  # their columns are not these
            self._features = features
        first = again or self.live is None
        version = self._versions.enter(made, self._params, first=first)
        self.live, self.version, self.failure, self.held_back = made, version, None, None
        self._asker.head, self._serving = head, serving
        self.model._install(features.assemble(made.head), version)  # noqa: SLF001 - ours

    def failed(self, error: BaseException) -> None:
        """Keep the version before, and the reason why there is no newer one."""
        with self._lock:
            self.failure = FitFailed(
                snapshot_seq=self._state.seq,
                error=type(error).__name__,
                message=_message(error),
            )
            if self.live is None:
                self.model._tell(self.why_silent())  # noqa: SLF001 - ours
            if self._may_record():
                with suppress(JournalError):
                    self._record([self.failure])

    def swap(self, model: Any) -> None:
        """Take another model; labels, lessons and holdout stay."""
        check_model(model)
        require_shared_classes(model, self._state.classes, self._pool.kind)
        with self._lock:
            self._take(model)
            self._asker.head = None
            self._versions.clear()

    def grow(self, pool: Pool) -> None:
        """Go on with a pool that begins with the items of the one before.

        The next fit reads all of it, as it would on reopening; until then the old items are
        answered for.
        """
        with self._lock:
            self._pool = pool
            self.evidence.grow(pool)
            self._asker.grow(pool)
            self._begin_anew()
            self._versions.clear()

    # ---- asked by the session -------------------------------------------------------------

    @property
    def purposes(self) -> dict[str, float]:
        """Shares of why an item is asked."""
        return self._asker.purposes

    @property
    def is_sparse(self) -> bool:
        """Whether a version is live whose rows are sparse: near-twins are then found at once."""
        features = self._features
        return self.live is not None and features is not None and issparse(features.X)

    @property
    def strategy_failure(self) -> str | None:
        """Why the strategy could not rank for the live version, so that margin asks."""
        return self._asker.failure

    def draw(self, n: int, n_draws: int) -> list[Queried]:
        """Draw up to ``n`` items to ask, each with its purpose and propensity."""
        return self._asker.draw(n, n_draws, self.version)

    def seek(self, label: Label | None, drawn: list[Queried]) -> list[Queried]:
        """Put likely items of a class in the place of every second one drawn to learn from."""
        with self._lock:
            live = self.live
            if label is None or live is None or label not in live.snapshot.classes:
                return drawn
            index = live.snapshot.classes.index(label)
            free = ~self.taken[: len(live.outlook)]
            free[[k for one in drawn if (k := self._pool.number(one.item_id)) < len(free)]] = False
            n_draws = self._state.n_draws
        found = []
        for place, one in enumerate(drawn):
            even = (n_draws + place) % 2 == 0
            number = likeliest(live.outlook, index, free) if even else None
            if one.purpose != "teach" or number is None:
                found.append(one)
                continue
            free[number] = False
            sought = replace(one, item_id=self._pool.ids[number], propensity=None, reason="sought")
            found.append(sought)
        return found

    def known(self, state: State | None = None) -> Snapshot:
        """Return what a fit made now would learn from, or one made in a state of the past."""
        if state is None:
            return self.evidence.snapshot(self._printed)
        then = Evidence(self._pool, state, self.evidence.holdout, self.evidence.base)
        then.catch_up()
        return then.snapshot(self._printed)

    def verdicts(self) -> Verdicts | None:
        """Return what the live version says of every item; None before the first."""
        with self._lock:
            live, version = self.live, self.version
        return None if live is None or version is None else verdicts(live, version)

    def judged(self, state: State) -> npt.NDArray[np.bool_]:
        """Return which items somebody labeled, shape (n_items,), those kept aside included."""
        found = np.zeros(len(self._pool), dtype=bool)
        known = [one for one in [*state.answers, *state.imported] if one in self._pool]
        found[[self._pool.number(item_id) for item_id in known]] = True
        found[self.held] = True
        return found

    def change(self, lesson: int) -> Change | None:
        """Return what a lesson changed, fitted again where it is no longer in memory.

        Returns
        -------
        Change or None
            None where nothing can be fitted without it.

        Raises
        ------
        NotFittedYetError
            If the fit that would tell fails.
        """
        held = self._versions.changes.get(lesson)
        if held is not None:
            return held
        features = self.features()
        with self._lock:
            known = replace(self.evidence.snapshot(self._printed), lesson=lesson)
        try:
            made = fit(known, features)
        except NotFittedYetError:
            return None
        except Exception as error:
            msg = (
                f"what lesson {lesson} changed cannot be told: the fit failed: "
                f"{type(error).__name__}: {_message(error)}"
            )
            raise NotFittedYetError(msg) from error
        if made.change is not None:
            self._versions.changes[lesson] = made.change
        return made.change


def _message(error: BaseException) -> str:
    try:
        return tidy(str(error))[:2000]
    except Exception:  # noqa: BLE001 - errors of users' estimators may be broken themselves
        return "(its message cannot be read)"
