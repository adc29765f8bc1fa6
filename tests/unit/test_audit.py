"""Audits: drawn uniformly, asked first and blind, read against the version they were drawn of."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sessions import CLASSES, begin, refold, right, texts, work, wrong

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.journal.events import Audited, Fitted
from rhml_widgets.measures.audit import Answered, Reading, class_shares
from rhml_widgets.measures.curves import standing
from rhml_widgets.measures.stopping import StopSet, advice, kappa_of
from rhml_widgets.measures.usable import (
    above,
    acceptable,
    best,
    cheapest,
    chosen,
    cut,
    require_costs,
)
from rhml_widgets.state import Audit


def answer(session, n, *, say=right, duration=None):
    for _ in range(n):
        (item,) = session.query()
        session.label(item, say(item), duration=duration)


def made(said, truth, score, *, n, judged=(), seed=0):
    """Return a Reading of ``n`` checks drawn from a frame of which everything is known."""
    order = np.random.default_rng(seed).permutation(len(said))[:n]
    score = np.asarray(score, dtype=float)
    audit = Audit(
        seq=1,
        version=1,
        n_items=len(said),
        n_rows=len(said),
        n_judged=sum(count for _, count in judged),
        judged=tuple(judged),
        said=tuple(Counter(said).items()),
        regions=tuple(tuple(one) for one in cut(score, np.ones(len(score), dtype=int))),
        drawn={},
    )
    return Reading(
        audit,
        tuple(Answered(str(k), truth[k], said[k], float(score[k])) for k in order.tolist()),
    )


@pytest.fixture
def session():
    with begin(n=300, refit="manual") as session:
        work(session, 12)
        session.fit()
        yield session


# ---- drawing ------------------------------------------------------------------------------


def test_the_checks_of_an_audit_are_asked_before_anything_else(session):
    waiting = session.query()[0]
    assert session.audit(5) == 5
    (drawn,) = [e.event for e in session.events() if isinstance(e.event, Audited)]
    asked = [item.item_id for item in session.query(5)]
    assert asked == [item_id for item_id, _, _ in drawn.drawn]
    for item in session.query(5):
        assert (item.purpose, item.reason) == ("check", "drawn at random, to audit me")
        assert item.propensity == pytest.approx(5 / 288)
    answer(session, 5)
    if waiting.item_id not in asked:
        assert session.query()[0].item_id == waiting.item_id


def test_what_is_drawn_is_neither_judged_nor_kept_aside():
    truth = [right(text) for text in texts()]
    with begin(truth=truth, holdout=20) as session:
        done = {item.item_id for item in work(session, 15)}
        assert session.audit(1000) == 60 - 20 - 15
        drawn = set(session.audited().audit.drawn)
        held = {session.pool.ids[number] for number in session.learner.held}
        assert not drawn & done
        assert not drawn & held
        assert len(drawn) == 25


def test_what_is_only_asked_or_put_aside_is_drawn_from_too(session):
    asked, aside = session.query(2)
    session.skip(aside)
    assert session.audit(1000) == 288
    assert {asked.item_id, aside.item_id} <= set(session.audited().audit.drawn)
    assert aside.item_id not in session.state.skipped


def test_draws_are_uniform():
    drawn = Counter()
    for seed in range(60):
        with begin(n=30, refit="manual", random_state=seed) as session:
            for item_id in session.pool.ids[:6]:
                session.label(item_id, right(session.pool.contents[session.pool.number(item_id)]))
            session.fit().audit(8)
            drawn.update(session.pool.number(one) for one in session.audited().audit.drawn)
    # 60 draws of 8 among 24: 20 each, standard deviation 3.7.
    assert set(drawn) == set(range(6, 30))
    assert all(6 <= count <= 34 for count in drawn.values())


def test_a_resend_draws_nothing_and_returns_the_first_count(session):
    assert session.audit(5, event_id="one") == 5
    before = session.state.seq
    assert session.audit(9, event_id="one") == 5
    assert session.state.seq == before


def test_a_second_audit_of_the_same_version_goes_on_with_the_first(session):
    session.audit(10)
    answer(session, 10)
    session.audit(15)
    answer(session, 15)
    reading = session.audited()
    assert (reading.n, reading.audit.n_items, len(session.state.audits)) == (25, 288, 1)
    assert len(set(reading.audit.drawn)) == 25


def test_one_of_another_version_or_frame_is_an_audit_of_its_own(session):
    session.audit(10)
    answer(session, 10)
    session.fit()
    session.audit(5)
    assert [one.version for one in session.state.audits.values()] == [1, 2]
    answer(session, 5)
    (item,) = session.query()  # judged because the model asked for it: no uniform draw
    session.label(item, right(item))
    session.audit(5)
    assert len(session.state.audits) == 3


def test_before_the_first_version_there_is_nothing_to_audit():
    with begin(refit="manual") as session, pytest.raises(NotFittedYetError, match="two classes"):
        session.audit(5)


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "5", None])
def test_a_count_that_is_none_is_refused(session, n):
    with pytest.raises(BadInputError, match="whole number"):
        session.audit(n)


# ---- reading ------------------------------------------------------------------------------


def test_it_is_read_against_the_version_it_was_drawn_of_though_the_model_learns_on():
    with begin(n=200) as session:
        work(session, 6)
        session.audit(40)
        version = session.learner.version
        said = {one: label for one, (label, _) in session.audited().audit.drawn.items()}
        answer(session, 40)
        reading = session.audited()
        assert session.learner.version > version
        assert reading.audit.version == version
        assert {one.item_id: one.said for one in reading.answers} == said
        differ = [
            right(session.pool.contents[session.pool.number(k)]) != v for k, v in said.items()
        ]
        assert reading.wrong == sum(differ)


def test_counts_below_thirty_then_a_share_with_its_interval(session):
    session.audit(31)
    assert session.audited().words() == "Version 1 is being audited: no check is answered yet."
    answer(session, 29, say=wrong)
    words = session.audited().words()
    assert " of 29 checks. 2 wait for you." in words
    assert "%" not in words
    answer(session, 1)
    assert "% [" in session.audited().words()


def test_what_is_put_aside_or_was_seen_before_is_said(session):
    session.audit(4)
    first, second, *_ = session.query(4)
    session.skip(first)
    session.explain(second)
    answer(session, 3)
    reading = session.audited()
    assert (reading.n, reading.skipped, reading.exposed, reading.waiting) == (3, 1, 1, 0)
    assert "1 put aside are not counted" in reading.words()
    assert "1 were answered after my view was shown" in reading.words()


def test_an_undone_answer_does_not_count(session):
    session.audit(3)
    answer(session, 3)
    session.undo()
    assert (session.audited().n, session.audited().waiting) == (2, 1)


def test_the_latest_audit_that_is_answered_is_read(session):
    session.audit(3)
    answer(session, 3)
    session.fit()
    session.audit(3)
    assert session.audited().audit.version == 1
    answer(session, 3)
    assert session.audited().audit.version == 2


def test_an_audit_survives_a_restart_to_the_byte(tmp_path):
    with begin(journal=tmp_path / "a.rhml", n=200) as session:
        work(session, 12)
        session.audit(35)
        answer(session, 35)
        words, canonical = session.audited().words(), session.state.canonical()
        assert refold(session).canonical() == canonical
    with begin(journal=tmp_path / "a.rhml", n=200, refit="manual") as again:
        assert again.audited().words() == words


# ---- shares -------------------------------------------------------------------------------


def test_class_shares_count_the_judged_and_correct_the_models_counts():
    said = ["a"] * 800 + ["b"] * 200
    truth = ["a"] * 700 + ["b"] * 300
    reading = made(said, truth, np.ones(1000), n=1000, judged=[("a", 100), ("b", 0)])
    a, b = class_shares(reading, ["a", "b"])
    assert a.value == pytest.approx(800 / 1100, abs=1e-6)
    assert (b.low, b.high) == pytest.approx((300 / 1100, 300 / 1100), abs=1e-6)


def test_class_shares_hold_at_any_look_and_gain_by_a_good_model():
    stream = np.random.default_rng(3)
    truth = stream.choice(["a", "b", "c"], size=900, p=[0.7, 0.25, 0.05])
    said = np.where(stream.random(900) < 0.08, stream.choice(["a", "b", "c"], size=900), truth)
    share = {label: np.mean(truth == label) for label in "abc"}
    missed = np.zeros(3)
    for seed in range(60):
        whole = made(said.tolist(), truth.tolist(), np.ones(900), n=150, seed=seed)
        out = np.zeros(3, dtype=bool)
        for n in (20, 60, 150):
            found = class_shares(Reading(whole.audit, whole.answers[:n]), list("abc"))
            out |= [not one.low <= share[one.label] <= one.high for one in found]
        missed += out
    assert (missed / 60 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)).all()
    assert found[0].high - found[0].low < 0.15  # of 150 draws alone it would be .24


def test_shares_of_a_session(session):
    assert session.shares().empty
    session.audit(40)
    answer(session, 40)
    frame = session.shares()
    assert frame["label"].tolist() == CLASSES
    assert ((frame["low"] <= 1 / 3) & (frame["high"] >= 1 / 3)).all()
    assert frame["value"].sum() == pytest.approx(1, abs=0.02)


# ---- accepting ----------------------------------------------------------------------------


def test_regions_are_nested_and_end_with_the_whole_frame():
    score = np.random.default_rng(0).choice([0.4, 0.6, 0.9, 0.95], size=77)
    regions = cut(score, np.full(77, 2))
    sizes = [items for _, items, _ in regions]
    assert sizes == sorted(set(sizes))
    assert regions[-1] == [score.min(), 77, 154]


def unsure(n=1000, seed=0):
    """Return said, truth and score of a model that is right as often as its score says."""
    stream = np.random.default_rng(seed)
    score = stream.uniform(0.5, 1.0, n)
    hit = stream.random(n) < score**0.3
    return ["a"] * n, ["a" if one else "b" for one in hit], score


def test_any_threshold_may_be_chosen_and_its_interval_holds():
    said, truth, score = unsure()
    wrong = np.array(truth) != "a"
    missed = 0
    for seed in range(100):
        reading = made(said, truth, score, n=150, seed=seed)
        regions = acceptable(reading)
        out = [not r.low <= wrong[score >= r.threshold].mean() <= r.high for r in regions]
        for t in (0.55, 0.72, 0.9):
            inside = score >= t
            one = above(reading, t, int(inside.sum()), int(inside.sum()))
            out.append(not one.low <= wrong[inside].mean() <= one.high)
        missed += any(out)
    assert missed / 100 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 100)


def test_accepted_is_the_largest_region_worth_it_by_at_least_thirty_checks():
    said, truth, score = unsure(3000)
    taken = best(acceptable(made(said, truth, score, n=900)))
    assert taken.checked >= 30
    assert taken.value <= 0.05
    assert best(acceptable(made(said, truth, score, n=20))) is None


def test_dearer_errors_leave_less_to_accept():
    said, truth, score = unsure(3000)
    reading = made(said, truth, score, n=900)
    sizes = []
    for cost in (5, 20, 80):
        taken = best(acceptable(reading, require_costs({("b", "a"): cost}, ["a", "b"])))
        sizes.append(taken.n_items if taken else 0)
    assert sizes[0] > sizes[1] > sizes[2]


def test_told_costs_choose_what_costs_least_in_all():
    said, truth, score = unsure(3000)
    reading = made(said, truth, score, n=900)
    sizes = []
    for cost in (0.5, 5, 20, 80):
        costs = require_costs({("b", "a"): cost, ("a", "b"): cost}, ["a", "b"])
        regions = acceptable(reading, costs)
        taken = chosen(regions, costs)
        totals = [cost * one.expected + 3000 - one.n_items for one in regions]
        allowed = [t for t, one in zip(totals, regions, strict=True) if one.checked >= 30]
        assert min(allowed) == pytest.approx(totals[regions.index(taken)] if taken else 3000)
        sizes.append(taken.n_items if taken else 0)
    assert sizes[0] == 3000
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    assert chosen(acceptable(reading), require_costs(None, ["a", "b"])) == best(acceptable(reading))


def test_where_every_label_costs_more_than_a_look_none_is_accepted():
    reading = made(["a"] * 200, ["b"] * 200, np.ones(200), n=60)
    costs = require_costs({("b", "a"): 2}, ["a", "b"])
    assert cheapest(acceptable(reading, costs)) is None
    assert cheapest([]) is None


def test_a_cost_is_bounded_from_above():
    said, truth, score = unsure(3000)
    costs = require_costs({("b", "a"): 7}, ["a", "b"])
    wrong = np.array(truth) != "a"
    for one in acceptable(made(said, truth, score, n=600), costs):
        assert 7 * wrong[score >= one.threshold].mean() <= one.cost_high


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        ([1], "expected a dict"),
        ({"ab": 1}, "no pair"),
        ({("a", "z"): 1}, "no pair"),
        ({("a", "b"): -1}, "at least 0"),
        ({("a", "b"): float("nan")}, "at least 0"),
        ({("a", "a"): 1}, "0 where the label is right"),
    ],
)
def test_costs_that_mean_nothing_are_refused(costs, said):
    with pytest.raises(BadInputError, match=said):
        require_costs(costs, ["a", "b"])


def test_usable_is_a_row_a_threshold_with_what_is_left(session):
    assert session.usable().empty
    session.audit(60)
    answer(session, 60, duration=30.0)
    frame = session.usable()
    assert frame["n_items"].is_monotonic_increasing
    assert frame["left"].iloc[-1] == 0
    assert frame["best"].sum() <= 1
    first = frame.iloc[0]
    assert first["hours"] == pytest.approx(first["left"] * 30 / 3600)
    assert isinstance(session.usable({("card", "crash"): 3}), pd.DataFrame)


# ---- stopping -----------------------------------------------------------------------------


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    a, b = np.random.default_rng(0).integers(3, size=(2, 200))
    b = np.where(np.arange(200) % 3 == 0, b, a)
    assert kappa_of(a, b, 3) == pytest.approx(cohen_kappa_score(a, b))
    assert kappa_of([1, 1], [1, 1], 2) == 1.0


def test_versions_are_compared_some_labels_apart():
    stop_set = StopSet(50, 0)
    predicted = np.arange(50) % 2
    looks = [stop_set.compare(predicted, n, 2) for n in range(10, 60)]
    compared = [n for n, kappa in zip(range(10, 60), looks, strict=True) if kappa is not None]
    assert compared == [20, 30, 40, 50]


def test_stopping_is_advised_in_words_and_never_done(session):
    assert session.stopping().startswith("not yet: whether my answers settle")
    with begin(n=300) as other:
        work(other, 70)
        assert [e.event.kappa for e in other.events() if isinstance(e.event, Fitted)].count(None)
        assert "kappa" in other.stopping()
        assert "session.audit(100)" in other.stopping()
        other.audit(150)
        answer(other, 150)
        assert "you may stop" in other.stopping()
        assert other.query()


def test_a_model_that_settled_on_errors_is_not_advised_to_stop():
    said, truth = ["a"] * 500, ["a"] * 350 + ["b"] * 150
    with begin(n=300) as session:
        work(session, 70)
        told = advice(session.state, made(said, truth, np.ones(500), n=200))
    assert "% wrong: label on" in told
    assert "may stop" not in told


def test_the_headline_is_the_audit(session):
    session.audit(31)
    answer(session, 31)
    first, *_ = standing(session.state)
    assert first == session.audited().words()
