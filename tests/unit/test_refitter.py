"""Refits: one at a time, never waited for, and never the end of an answer."""

from __future__ import annotations

import faulthandler
import threading
from itertools import pairwise

import numpy as np
import pytest
from sessions import CLASSES, begin, refold, right, texts, work
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets.exceptions import ClosedSessionError, NotFittedYetError
from rhml_widgets.journal.events import FitFailed, Fitted, Judged
from rhml_widgets.machine.refitter import Refitter
from rhml_widgets.state import State
from rhml_widgets.views.desk import Desk

LONG = 20.0
"""Seconds after which a thread that should have ended is taken for stuck."""


def nothing(*_):
    pass


@pytest.fixture
def made():
    """Make refitters and close them in the end."""
    refitters = []

    def make(turn, died=nothing, rested=nothing, *, background=True):
        refitters.append(Refitter(turn, died, rested, background=background))
        return refitters[-1]

    yield make
    for refitter in refitters:
        refitter.close()


def together(*actions):
    """Run actions at once, each in a thread of its own, and wait for all."""
    barrier = threading.Barrier(len(actions))
    errors = []

    def run(action):
        barrier.wait(LONG)
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
        if thread.is_alive():
            faulthandler.dump_traceback()
            pytest.fail("a thread is stuck; see where above")
    if errors:
        raise errors[0]


# ---- the worker alone ---------------------------------------------------------------------


@pytest.mark.parametrize("background", [True, False])
def test_a_request_is_met(made, background):
    turns = []
    refitter = made(lambda: turns.append(threading.get_ident()), background=background)
    refitter.request()
    assert refitter.wait(LONG)
    assert len(turns) == 1
    assert (turns[0] == threading.get_ident()) is not background
    assert not refitter.busy


def test_requests_during_a_turn_are_one_more_turn(made):
    began, go_on = threading.Semaphore(0), threading.Semaphore(0)
    turns = []

    def turn():
        turns.append(None)
        began.release()
        assert go_on.acquire(timeout=LONG)

    refitter = made(turn)
    refitter.request()
    assert began.acquire(timeout=LONG)
    for _ in range(5):
        refitter.request()
    assert refitter.busy
    assert not refitter.wait(0.01)
    go_on.release(2)
    assert refitter.wait(LONG)
    assert len(turns) == 2


def test_a_turn_that_raises_is_told_of_and_the_worker_goes_on(made):
    told, turns = [], []

    def turn():
        turns.append(threading.get_ident())
        raise SystemExit(len(turns))

    refitter = made(turn, told.append)
    for n in (1, 2):
        refitter.request()
        assert refitter.wait(LONG)
        assert [error.code for error in told] == list(range(1, n + 1))
    assert len(set(turns)) == 1


@pytest.mark.parametrize("background", [True, False])
def test_it_tells_when_it_rests_and_no_longer_counts_as_busy(made, background):
    told = []
    refitter = made(nothing, rested=lambda: told.append(refitter.busy), background=background)
    refitter.request()
    assert refitter.wait(LONG)
    assert told == [False]


@pytest.mark.parametrize("background", [True, False])
def test_who_is_in_a_turn_does_not_wait_for_it(made, background):
    waited = []
    refitter = made(
        lambda: waited.append(refitter.wait(LONG)),
        rested=lambda: waited.append(refitter.wait(LONG)),
        background=background,
    )
    refitter.request()
    assert refitter.wait(LONG)
    assert waited == [False, False]


def test_a_turn_asked_for_within_a_turn_follows_it(made):
    depth, turns = [], []

    def turn():
        depth.append(None)
        turns.append(len(depth))
        if len(turns) < 3:
            refitter.request()
        depth.pop()

    refitter = made(turn, background=False)
    refitter.request()
    assert turns == [1, 1, 1]


@pytest.mark.parametrize("background", [True, False])
def test_turns_never_overlap_and_the_last_one_sees_everything(made, background):
    guard, seen = threading.Lock(), []
    asked = [0]

    def turn():
        assert guard.acquire(blocking=False)
        seen.append(asked[0])
        guard.release()

    died = []
    refitter = made(turn, died.append, background=background)

    def ask():
        for _ in range(25):
            with counting:
                asked[0] += 1
            refitter.request()

    counting = threading.Lock()
    for _ in range(10):
        together(ask, ask, ask)
        assert refitter.wait(LONG)
        assert seen[-1] == asked[0]
    assert not died
    assert asked[0] == 750


def test_in_the_callers_thread_a_request_returns_when_a_turn_that_began_after_it_is_over(made):
    began, go_on = threading.Semaphore(0), threading.Semaphore(0)
    over = []

    def turn():
        began.release()
        assert go_on.acquire(timeout=LONG)
        over.append(None)

    refitter = made(turn, background=False)
    met = []

    def ask():
        refitter.request()
        met.append(len(over))

    one, other = threading.Thread(target=ask), threading.Thread(target=ask)
    one.start()
    assert began.acquire(timeout=LONG)
    other.start()
    while refitter._asked < 2:
        pass
    go_on.release()
    assert began.acquire(timeout=LONG)
    assert 2 not in met
    go_on.release()
    for thread in (one, other):
        thread.join(LONG)
        assert not thread.is_alive()
    assert met == [2, 2]
    assert len(over) == 2


def test_who_waits_waits_until_everybody_was_told(made):
    telling, go_on = threading.Event(), threading.Event()

    def rested():
        telling.set()
        assert go_on.wait(LONG)

    refitter = made(nothing, rested=rested)
    refitter.request()
    assert telling.wait(LONG)
    assert not refitter.busy
    assert not refitter.wait(0.01)
    go_on.set()
    assert refitter.wait(LONG)


def test_a_teller_that_fails_leaves_nobody_waiting(made):
    def rested():
        msg = "no screen"
        raise RuntimeError(msg)

    refitter = made(nothing, rested=rested, background=False)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no screen"):
            refitter.request()
        assert refitter.wait(LONG)
        assert not refitter.busy


def test_after_its_end_nothing_runs(made):
    turns = []
    refitter = made(lambda: turns.append(None))
    refitter.close()
    refitter.request()
    assert refitter.wait(LONG)
    assert not turns
    refitter.close()


def test_closing_ends_a_wait(made):
    began, go_on = threading.Event(), threading.Event()

    def turn():
        began.set()
        go_on.wait(LONG)

    refitter = made(turn)
    refitter.request()
    assert began.wait(LONG)
    together(refitter.close, lambda: refitter.wait(LONG))
    go_on.set()


def test_a_host_without_threads_runs_in_the_callers(made, monkeypatch):
    def start(_self):
        msg = "can't start new thread"
        raise RuntimeError(msg)

    monkeypatch.setattr(threading.Thread, "start", start)
    turns = []
    refitter = made(lambda: turns.append(None))
    refitter.request()
    refitter.request()
    assert len(turns) == 2
    assert not refitter.background
    assert refitter.wait(0)


# ---- in a session -------------------------------------------------------------------------


def fits(session):
    return [entry.event for entry in session.events() if isinstance(entry.event, Fitted)]


def test_sync_has_learned_before_label_returns():
    with begin(refit="sync") as session:
        for item in work(session, 6):
            assert item.item_id in session.state.answers
        assert session.learner.live.snapshot.n_labels == 6
        assert not session.fitting


def test_background_has_learned_when_waited_for():
    with begin(refit="background") as session:
        work(session, 8)
        assert session.wait(LONG)
        assert session.learner.live.snapshot.n_labels == 8
        assert session.learner.behind == 0
        assert not session.fitting


def test_manual_learns_when_told():
    with begin(refit="manual") as session:
        work(session, 8)
        assert session.learner.version is None
        assert session.learner.behind == 8
        assert session.fit() is session
        assert session.learner.live.snapshot.n_labels == 8
        assert session.learner.behind == 0
        assert len(fits(session)) == 1


def test_every_n_learns_every_n():
    with begin(refit=4) as session:
        session.wait(LONG)
        before = len(fits(session))
        for n in range(1, 13):
            work(session, 1)
            session.wait(LONG)
            assert len(fits(session)) - before == n // 4
        assert [one.n_labels for one in fits(session)][before:] == [4, 8, 12]


def test_nothing_new_is_no_new_version():
    with begin() as session:
        work(session, 6)
        seq, version = session.state.seq, session.learner.version
        session.fit()
        session.refit()
        assert (session.state.seq, session.learner.version) == (seq, version)


def test_undoing_back_to_a_version_is_a_version_of_its_own():
    with begin() as session:
        work(session, 6)
        digest = fits(session)[-1].digest
        work(session, 1)
        session.undo()
        assert [one.digest == digest for one in fits(session)][-2:] == [False, True]


def test_views_are_told_that_a_fit_is_over():
    with begin(refit="background") as session:
        told = []
        session.subscribe(lambda: told.append((session.fitting, session.learner.behind)))
        work(session, 6)
        session.wait(LONG)
        assert told[-1] == (False, 0)


def test_views_are_told_that_a_fit_which_changed_nothing_is_over():
    with begin(refit="background", classes=["yes", "no"]) as session:
        told = []
        session.subscribe(lambda: told.append(session.fitting))
        session.label(session.query()[0], "yes")
        session.wait(LONG)
        assert session.learner.version is None
        assert told[-1] is False


class Gated(LogisticRegression):
    """Fits only when it is let to."""

    gate = threading.Event()
    began = threading.Event()

    def fit(self, X, y, sample_weight=None):
        self.began.set()
        assert self.gate.wait(LONG)
        return super().fit(X, y, sample_weight)


@pytest.fixture
def gated():
    Gated.gate.clear()
    Gated.began.clear()
    with begin(model=Gated(), classes=None, refit="background") as session:
        yield session
        Gated.gate.set()


def test_the_model_never_makes_the_person_wait(gated):
    done = work(gated, 9)
    assert Gated.began.wait(LONG)
    done += work(gated, 6)
    assert gated.fitting
    assert gated.learner.version is None
    assert gated.state.n_labeled == 15
    Gated.gate.set()
    assert gated.wait(LONG)
    assert gated.learner.live.snapshot.n_labels == 15
    assert len(fits(gated)) <= 2
    assert {item.item_id for item in done} == set(gated.state.answers)


def test_a_model_swapped_in_meanwhile_wins_over_the_fit_that_runs(gated):
    work(gated, 6)
    assert Gated.began.wait(LONG)
    gated.model = make_pipeline(CountVectorizer(), MultinomialNB())
    Gated.gate.set()
    assert gated.wait(LONG)
    assert type(gated.model.estimator_[-1]) is MultinomialNB
    assert ["MultinomialNB" in one.params for one in fits(gated)] == [True]
    assert gated.learner.live.snapshot.n_labels == 6


def test_rows_that_come_while_a_fit_runs_are_in_the_version_that_follows(gated):
    work(gated, 6)
    assert Gated.began.wait(LONG)
    gated.extend([f"{text} later on" for text in texts(30)])
    Gated.gate.set()
    assert gated.wait(LONG)
    assert not [one for one in gated.events() if isinstance(one.event, FitFailed)]
    assert len(gated.learner.live.outlook) == 90
    assert gated.learner.live.snapshot.n_labels == 6


def test_closing_does_not_wait_for_the_fit_and_nothing_goes_live_afterwards(gated):
    work(gated, 6)
    assert Gated.began.wait(LONG)
    before = gated.state.seq
    gated.close()
    Gated.gate.set()
    worker = gated._refitter._thread
    worker.join(LONG)
    assert not worker.is_alive()
    assert gated.state.seq == before


def test_a_snapshot_knows_nothing_of_what_comes_later():
    with begin(refit="background", strategy="random") as session:
        work(session, 30)
        session.wait(LONG)
        entries = session.events()
        assert fits(session)
        for fit in fits(session):
            then = State()
            for entry in entries[: fit.snapshot_seq]:
                then.fold(entry)
            assert fit.n_labels == then.n_labeled


@pytest.mark.parametrize("refit", ["background", "sync", 3])
def test_answers_from_several_threads_while_refits_run(refit):
    contents = texts(90)
    with begin(contents, refit=refit) as session:
        session.wait(LONG)
        ids = session.pool.ids

        def answer(part):
            for item_id in part:
                content = session.pool.contents[session.pool.number(item_id)]
                session.label(item_id, right(content), event_id=f"of {item_id}")

        def read():
            for _ in range(30):
                session.query(2)
                session.judgments()
                session.curves()
                repr(session)

        together(lambda: answer(ids[:45]), lambda: answer(ids[30:75][::-1]), read)
        session.fit()
        assert session.state.n_labeled == 75
        assert len(session.judgments()) == 75
        assert refold(session).canonical() == session.state.canonical()
        versions = [fit.version for fit in fits(session)]
        assert versions == sorted(set(versions))
        snapshots = [fit.snapshot_seq for fit in fits(session)]
        assert all(one <= other for one, other in pairwise(snapshots))
        assert session.learner.live.snapshot.n_labels == 75
        assert session.state.failure is None


def counted(**arguments):
    return begin(texts(320), model=make_pipeline(CountVectorizer(), MultinomialNB()), **arguments)


def at_once(session, answer, *, n_threads=8):
    """Answer the whole pool from several threads, or raise where one gets stuck."""
    ids = session.pool.ids
    parts = [ids[start::n_threads] for start in range(n_threads)]
    together(*(lambda part=part: [answer(one) for one in part] for part in parts))


@pytest.mark.parametrize("refit", ["sync", "background", 5])
def test_eight_threads_that_label_never_wait_for_each_other_for_ever(refit):
    with begin(
        texts(320), refit=refit, model=make_pipeline(CountVectorizer(), MultinomialNB())
    ) as session:

        def answer(item_id):
            session.label(item_id, right(session.pool.contents[session.pool.number(item_id)]))

        at_once(session, answer)
        session.fit()
        assert session.state.n_labeled == 320
        assert session.learner.live.snapshot.n_labels == 320


@pytest.mark.parametrize("refit", ["sync", "background"])
def test_closing_while_eight_threads_label_ends_all_of_them_and_keeps_what_was_answered(refit):
    session = begin(
        texts(320), refit=refit, model=make_pipeline(CountVectorizer(), MultinomialNB())
    )
    kept, refused = [], []

    def answer(item_id):
        try:
            label = right(session.pool.contents[session.pool.number(item_id)])
            kept.append(session.label(item_id, label))
        except ClosedSessionError:
            refused.append(item_id)
        if len(kept) == 60:
            session.close()

    at_once(session, answer)
    session.close()
    assert refused
    assert len(kept) + len(refused) == 320
    assert session.state.n_labeled == len(kept)


# ---- faulty estimators --------------------------------------------------------------------


class Raises(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        msg = "singular matrix"
        raise ValueError(msg)


class Exits(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        raise SystemExit(3)


class Interrupted(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        raise KeyboardInterrupt


class UnreadableError(Exception):
    def __str__(self):
        msg = "no words for it"
        raise RuntimeError(msg)


class RaisesUnreadably(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        raise UnreadableError


class SaysNaN(LogisticRegression):
    def predict_proba(self, X):
        return np.full((X.shape[0], len(self.classes_)), np.nan)


class SaysTooMuch(LogisticRegression):
    def predict_proba(self, X):
        return super().predict_proba(X) * 2


class SaysTooFew(LogisticRegression):
    def predict_proba(self, X):
        return super().predict_proba(X)[:, :1]


class SaysItBackwards(LogisticRegression):
    def predict_proba(self, X):
        return super().predict_proba(X)[:, ::-1]


class FailsToPredict(LogisticRegression):
    def predict_proba(self, X):
        msg = "out of memory"
        raise MemoryError(msg)


class ForgetsItsClasses(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        super().fit(X, y, sample_weight)
        del self.classes_
        return self


class ReturnsNothing(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        super().fit(X, y, sample_weight)


class CannotBeCloned(LogisticRegression):
    def get_params(self, deep=True):
        msg = "no parameters"
        raise TypeError(msg)

    def __repr__(self):
        return "CannotBeCloned()"


FAULTY = {
    Raises: "ValueError",
    Exits: "SystemExit",
    RaisesUnreadably: "UnreadableError",
    SaysNaN: "BadInputError",
    SaysTooMuch: "BadInputError",
    SaysTooFew: "BadInputError",
    SaysItBackwards: "BadInputError",
    FailsToPredict: "MemoryError",
    ForgetsItsClasses: "BadInputError",
    ReturnsNothing: "BadInputError",
    CannotBeCloned: "TypeError",
}


FAILS = pytest.mark.filterwarnings("ignore:the (first )?fit failed:UserWarning")
"""Said as a warning too; what else must hold then is tested."""


@FAILS
@pytest.mark.parametrize("refit", ["sync", "background"])
@pytest.mark.parametrize("model", FAULTY, ids=lambda model: model.__name__)
def test_a_faulty_estimator_costs_no_answer_and_is_shown(model, refit):
    from rhml_widgets.views.desk import Desk

    with begin(model=model(C=100), refit=refit, strategy="random") as session:
        told = []
        session.subscribe(lambda: told.append(Desk.of(session).queue()["problem"]))
        done = work(session, 9)
        session.wait(LONG)
        assert session.state.n_labeled == 9
        assert session.state.failure.error == FAULTY[model]
        assert told[-1]["text"].startswith(FAULTY[model])
        assert "answers are safe" in told[-1]["hint"]
        assert session.query()
        failures = [e.event for e in session.events() if isinstance(e.event, FitFailed)]
        assert failures
        work(session, 1)
        session.wait(LONG)
        session.model = make_pipeline(CountVectorizer(), MultinomialNB())
        session.wait(LONG)
        assert session.state.failure is None
        assert told[-1] is None
        assert session.learner.live.snapshot.n_labels == 10
        assert {item.item_id for item in done} < set(session.state.answers)


def test_an_interrupt_reaches_the_caller_and_costs_no_answer():
    with begin(model=Interrupted(C=100), refit="sync", strategy="random") as session:
        with pytest.raises(KeyboardInterrupt):
            work(session, 9)
        answered = session.state.n_labeled
        assert answered >= 2
        assert session.state.failure.error == "KeyboardInterrupt"
        assert sum(isinstance(e.event, Judged) for e in session.events()) == answered


class Prints(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        print("fitting", flush=True)  # noqa: T201 - what this one does
        return super().fit(X, y, sample_weight)


class ChangesWhatItIsGiven(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        super().fit(X.copy(), y.copy(), sample_weight)
        X.data[:] = np.nan
        y[:] = y[0]
        return self


class HoldsALock(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        self.lock_ = threading.Lock()
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize("model", [Prints, ChangesWhatItIsGiven, HoldsALock])
def test_an_odd_estimator_learns_all_the_same(model):
    with begin(model=model(C=100)) as session:
        work(session, 12)
        assert session.state.failure is None
        assert session.learner.live.snapshot.n_labels == 12
        right_ones = [right(text) for text in texts()]
        assert (session.predict_pool()["label"] == right_ones).mean() > 0.5


class SometimesRaises(LogisticRegression):
    """Fails on eight rows."""

    def fit(self, X, y, sample_weight=None):
        if X.shape[0] == 8:
            msg = "not with eight"
            raise ArithmeticError(msg)
        return super().fit(X, y, sample_weight)


def test_a_fit_that_fails_is_said_by_what_needs_a_model():
    said = "the first fit failed: ValueError: singular matrix"
    with begin(model=Raises(C=100), classes=None, refit="manual") as session:
        work(session, 9)
        with pytest.raises(NotFittedYetError, match="label items of two classes first"):
            session.predict_pool()
        with pytest.warns(UserWarning, match=said):
            assert session.fit() is session
        for call in (session.predict_pool, lambda: session.explain(session.pool.ids[0])):
            with pytest.raises(NotFittedYetError, match=said):
                call()
        with pytest.raises(NotFittedError, match=said):
            session.model.predict(["lost card"])
        assert session.learner.live is None
        assert said in session.learner.why_silent()
        session.model = make_pipeline(CountVectorizer(), MultinomialNB())
        session.fit()
        assert session.learner.why_silent() is None
        assert session.model.predict(["lost card"]).shape == (1,)


def test_a_fit_that_fails_in_step_is_warned_of_once_and_names_the_version_that_answers():
    with begin(model=SometimesRaises(C=100), classes=None) as session:
        work(session, 7)
        version = session.learner.version
        told = rf"the fit failed: ArithmeticError: not with eight.*v{version} goes on answering"
        with pytest.warns(UserWarning, match=told):
            work(session, 1)
        session.wait()
        work(session, 1)


def test_a_fit_that_fails_in_the_background_is_warned_of_by_who_waits():
    with begin(model=Raises(C=100), classes=None, refit="background") as session:
        work(session, 9)
        with pytest.warns(UserWarning, match="the first fit failed: ValueError"):
            session.wait(LONG)


@pytest.mark.parametrize("vectorizer", [CountVectorizer(), CountVectorizer(max_df="often")])
def test_a_lesson_under_a_failing_model_is_kept_and_its_effect_unknown(vectorizer):
    with begin(model=make_pipeline(vectorizer, Raises()), refit=100) as session:
        work(session, 9)
        with pytest.warns(UserWarning, match="the first fit failed"):
            effect = session.teach("late", "crash")
        assert (effect.flips, effect.before, effect.after) == (None, None, None)
        assert "not known" in str(effect)
        assert not session.state.lessons[effect.lesson].retracted
        session.model = make_pipeline(CountVectorizer(), MultinomialNB())
        session.fit()
        assert session.state.lessons[effect.lesson].version == session.learner.version
        assert len(session.flips(effect.lesson)) == session.state.lessons[effect.lesson].flips


@FAILS
def test_what_an_earlier_lesson_changed_cannot_be_told_by_a_model_that_fails():
    with begin() as session:
        work(session, 9)
        lesson = session.teach("late", "crash", strength=10).lesson
        session.model = make_pipeline(CountVectorizer(), Raises())
        with pytest.raises(NotFittedYetError, match="cannot be told: the fit failed: ValueError"):
            session.flips(lesson)
        assert len(session.blind_flips(lesson)) == 0


@FAILS
def test_undoing_to_one_class_ends_a_failure():
    with begin(model=Raises(C=100), classes=["yes", "no"]) as session:
        session.label(session.query()[0], "yes")
        session.label(session.query()[0], "no")
        assert session.learner.failure is not None
        session.undo()
        assert session.learner.failure is None
        with pytest.raises(NotFittedError, match="needs answers of two classes"):
            session.model.predict(["lost card"])


class FailsOnWords(GaussianNB):
    """Fails where rows stand for words, not for answers."""

    def fit(self, X, y, sample_weight=None):
        if sample_weight is not None and (np.asarray(sample_weight) != 1).any():
            msg = "no words please"
            raise ValueError(msg)
        return super().fit(X, y)


def test_class_names_that_a_model_fails_on_are_left_out():
    contents = [f"{label} {text}" for label, text in zip(CLASSES * 20, texts(), strict=True)]
    model = make_pipeline(TfidfVectorizer(), TruncatedSVD(10), FailsOnWords())
    with begin(contents, model=model) as session:
        assert session.learner.version is None
        for number in range(9):
            session.label(session.pool.ids[number], CLASSES[number % 3])
        assert session.learner.failure is None
        assert session.learner.live.snapshot.n_labels == 9


# ---- several lessons ----------------------------------------------------------------------


LESSONS = [("late", "crash"), ("money", "card"), ("screen", "refund")]


def teach_together(session, lessons, **how):
    """Teach lessons so that one refit is asked for all of them; return their seqs."""
    with session.holding():
        seqs = [session.teach(*one, wait=False, **how).lesson for one in lessons]
    assert session.wait(LONG)
    return seqs


def test_lessons_taught_before_one_refit_are_each_measured():
    one_by_one, at_once = begin(), begin(refit="background")
    with one_by_one, at_once:
        for session in (one_by_one, at_once):
            for item_id, content in list(zip(session.pool.ids, texts(), strict=True))[:9]:
                session.label(item_id, right(content))
        at_once.fit()
        before = at_once.learner.version
        expected = [one_by_one.teach(*one, strength=10).flips for one in LESSONS]
        seqs = teach_together(at_once, LESSONS, strength=10)
        told = [at_once.state.lessons[seq] for seq in seqs]
        assert [lesson.flips for lesson in told] == expected
        assert sum(flips > 0 for flips in expected) > 1
        assert [lesson.version - before for lesson in told] == [1, 2, 3]
        assert at_once.learner.behind == 0
        assert (
            at_once.predict_pool()["label"].tolist() == one_by_one.predict_pool()["label"].tolist()
        )


def test_a_lesson_that_comes_alone_costs_one_fit(monkeypatch):
    fitted = []

    class Counted(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            fitted.append(X.shape[0])
            return super().fit(X, y, sample_weight)

    with begin(model=Counted(C=100), classes=None) as session:
        work(session, 9)
        before = len(fitted)
        effect = session.teach("late", "crash")
        assert len(fitted) - before == 1
        alone = session.learner._versions.changes.pop(effect.lesson)
        again = session.learner.change(effect.lesson)
        assert np.array_equal(alone.numbers, again.numbers)
        assert np.array_equal(alone.before, again.before)


def test_lessons_that_only_together_make_a_model_are_learned_together():
    model = make_pipeline(CountVectorizer(), SGDClassifier())
    with begin(classes=["b", "a"], refit="background", model=model) as session:
        teach_together(session, [("late", "a"), ("again", "a")])
        assert session.learner.version is None
        teach_together(session, [("screen", "a"), ("money", "b")])
        assert session.learner.version == 0
        assert session.learner.behind == 0
        teach_together(session, [("error", "a"), ("paid", "b")])
        assert session.learner.version == 2


def test_a_model_built_again_makes_no_version_for_lessons_it_learned(tmp_path):
    model = make_pipeline(CountVectorizer(), SGDClassifier())
    arguments = {"journal": tmp_path / "s.rhml", "classes": ["b", "a"], "model": model}
    with begin(refit="background", **arguments) as session:
        teach_together(session, [("late", "a"), ("again", "a"), ("money", "b")])
        assert [one.version for one in session.state.lessons.values()] == [None, None, 0]
        seq, version = session.state.seq, session.learner.version
    with begin(**arguments) as again:
        assert again.learner.version == version
        assert not [e for e in again.events()[seq:] if isinstance(e.event, Fitted)]


@FAILS
def test_a_fit_that_fails_later_keeps_the_version_before():
    with begin(model=SometimesRaises(C=100), classes=None) as session:
        work(session, 7)
        version = session.learner.version
        work(session, 1)
        assert session.learner.version == version
        assert session.learner.failure.message == "not with eight"
        assert session.learner.behind == 1
        assert session.model.predict(["lost card"]).shape == (1,)
        work(session, 1)
        assert session.learner.version == version + 1
        assert session.learner.failure is None


@FAILS
def test_taking_back_the_answer_a_fit_failed_on_ends_the_failure():
    with begin(model=SometimesRaises(C=100), classes=None) as session:
        work(session, 8)
        assert session.learner.failure is not None
        session.undo()
        assert session.learner.failure is None
        assert session.learner.behind == 0


def test_a_strategy_that_raises_costs_no_fit_and_is_shown(tmp_path):
    def broken(_estimator, _X, *, random_state):
        message = "the oracle is asleep"
        raise RuntimeError(message)

    session = rhml.Session(
        pool=["free prize", "see you", "free money", "at home", "win a prize", "home soon"],
        classes=["spam", "ham"],
        strategy=broken,
        journal=tmp_path / "s.rhml",
        refit="sync",
    )
    for text, label in (("free prize", "spam"), ("see you", "ham")):
        session.label(session.pool.ids[session.pool.contents.index(text)], label)
    assert session.model.version_ >= 1
    assert session.query()[0].purpose in {"teach", "check", "challenge"}
    shown = Desk.of(session).queue()["problem"]
    assert "the oracle is asleep" in shown["text"]
    assert "margin" in shown["hint"]
    session.close()
