"""Only blind, random checks are counted, and a count says what it was held against."""

from __future__ import annotations

import pytest
from dyads import Dyad

from rhml_widgets.measures.agreement import (
    Checks,
    Kept,
    checks,
    cohen_kappa,
    human_accuracy,
    kept,
)
from rhml_widgets.measures.outcomes import (
    Outcome,
    check_outcomes,
    drawn_checks,
    repeat_outcomes,
    stop_outcomes,
)


@pytest.fixture
def dyad():
    started = Dyad()
    started.fit(1)
    return started


def hits(dyad):
    return [(one.item_id, one.hit) for one in check_outcomes(dyad.state)]


def test_a_check_is_a_hit_where_the_unseen_prediction_was_the_answer(dyad):
    dyad.check("a", "spam", "spam")
    dyad.check("b", "spam", "ham")
    assert hits(dyad) == [("a", True), ("b", False)]
    found = checks(dyad.state)
    assert (found.hits, found.n, found.total, found.versions) == (1, 2, 2, (1, 1))
    assert found.value == 0.5


def test_only_checks_are_counted(dyad):
    for purpose in ("teach", "challenge", "probe"):
        dyad.ask(purpose, purpose)
        dyad.predict(purpose, "spam")
        dyad.answer(purpose, "spam")
    dyad.answer("picked by hand", "spam")
    assert hits(dyad) == []


def test_items_drawn_to_judge_a_lesson_are_no_random_draw(dyad):
    lesson = dyad.teach("please")
    dyad.ask("a", lesson=lesson)
    dyad.predict("a", "spam")
    dyad.answer("a", "spam")
    assert hits(dyad) == []


def test_an_answer_after_the_view_was_seen_is_left_out(dyad):
    dyad.ask("a")
    dyad.predict("a", "spam")
    dyad.expose("a")
    dyad.answer("a", "spam", sealed=False)
    assert hits(dyad) == []
    assert drawn_checks(dyad.state).seen == 1


def test_a_check_before_the_first_model_measures_nothing_of_it():
    dyad = Dyad()
    dyad.ask("a")
    dyad.answer("a", "spam")
    assert hits(dyad) == []
    assert checks(dyad.state).value is None


def test_giving_way_later_does_not_raise_the_agreement(dyad):
    dyad.check("a", "spam", "ham")
    dyad.expose("a", stop=True)
    dyad.answer("a", "spam", stage="revised", sealed=False)
    assert hits(dyad) == [("a", False)]


def test_a_slip_corrected_unseen_counts_but_what_was_learned_from_it_does_not(dyad):
    dyad.check("a", "ham", "spam")
    dyad.fit(2)
    # The model has learned the slip and now repeats it; its first view is the one that counts.
    dyad.predict("a", "spam", 2)
    dyad.answer("a", "ham", stage="corrected")
    assert hits(dyad) == [("a", True)]


def test_a_model_that_learned_an_undone_answer_is_not_checked_on_it(dyad):
    slip = dyad.check("a", "spam", "ham")
    dyad.fit(2)
    dyad.retract(slip)
    dyad.predict("a", "ham", 2)
    dyad.answer("a", "ham")
    assert hits(dyad) == []
    # Fitted again without it, the model may be checked.
    other = dyad.check("b", "spam", "ham")
    dyad.retract(other)
    dyad.fit(3)
    dyad.predict("b", "spam", 3)
    dyad.answer("b", "spam")
    assert hits(dyad) == [("b", True)]


def test_undoing_a_check_takes_it_out_and_answering_again_puts_it_back(dyad):
    dyad.check("a", "spam", "spam")
    last = dyad.check("b", "spam", "ham")
    dyad.retract(last)
    assert hits(dyad) == [("a", True)]
    dyad.answer("b", "spam")
    assert hits(dyad) == [("a", True), ("b", True)]


def test_items_whose_label_was_brought_along_are_no_checks(dyad):
    dyad.bring({"a": "spam"})
    dyad.check("a", "spam", "spam")
    assert hits(dyad) == []
    assert checks(dyad.state).learned == 1


def test_checks_put_aside_are_told(dyad):
    dyad.ask("a")
    dyad.skip("a")
    dyad.ask("b", "teach")
    dyad.skip("b")
    assert checks(dyad.state).skipped == 1


def test_an_audit_counts_one_version(dyad):
    dyad.check("a", "spam", "ham", version=1)
    dyad.fit(2)
    for k in range(12):
        dyad.check(f"b{k}", "spam", "spam", version=2)
    found = checks(dyad.state, version=2)
    assert (found.hits, found.n, found.versions) == (12, 12, (2, 2))
    assert checks(dyad.state).versions == (1, 2)


def test_the_latest_checks_speak_once_there_are_many(dyad):
    for k in range(100):
        dyad.check(f"i{k}", "spam", "ham" if k < 50 else "spam")
    found = checks(dyad.state)
    assert (found.hits, found.n, found.total) == (50, 50, 100)
    assert found.words().endswith("of the latest 50 checks")
    assert found.low < 0.95 < found.high == 1


def test_counts_below_thirty_shares_from_thirty_on():
    assert Checks(27, 29, 29, low=0.7, high=0.99).words() == "27 of 29 checks"
    assert Checks(27, 30, 30, low=0.7, high=0.99).words() == (
        "agrees with you on 90 % [.70, .99] of 30 checks"
    )
    assert "accura" not in Checks(27, 30, 30).words()
    assert Checks(1, 300, 300, high=0.1).share() == "1 % [.00, .10] of 300 checks"
    assert Checks(299, 300, 300, low=0.9).share() == "99 % [.90, 1.00] of 300 checks"


def test_the_view_of_a_state_is_read_like_the_state(dyad):
    dyad.check("a", "spam", "spam")
    dyad.stop("b", "spam", "ham", "ham")
    view = dyad.state.view()
    assert checks(view) == checks(dyad.state)
    assert kept(view) == kept(dyad.state)


def test_human_accuracy_needs_given_truth_and_takes_checks_only(dyad):
    dyad.check("a", "spam", "spam")
    dyad.check("b", "spam", "ham")
    dyad.check("c", "spam", "ham")
    dyad.ask("d", "teach")
    dyad.answer("d", "ham")
    truth = {"a": "spam", "b": "spam", "c": None, "d": "ham", "e": "ham"}
    found = human_accuracy(dyad.state, truth)
    assert (found.hits, found.n) == (1, 2)
    assert human_accuracy(dyad.state, {"a": float("nan")}).n == 0
    assert human_accuracy(dyad.state, {}).value is None


def test_stops_are_kept_adopted_or_answered_a_third_way(dyad):
    dyad.stop("a", "spam", "ham", "ham")
    dyad.stop("b", "spam", "ham", "spam")
    dyad.stop("c", "spam", "ham", "news")
    assert kept(dyad.state) == Kept(kept=1, adopted=1, other=1, n=3)
    assert [one.hit for one in stop_outcomes(dyad.state)] == [True, False, False]
    assert kept(dyad.state).words() == (
        "When I was this sure and we differed, you kept your answer 1 time of 3."
    )


def test_only_decisions_at_a_stop_are_counted(dyad):
    # Agreed; nothing to keep.
    dyad.stop("a", "ham", "ham", "spam")
    # Not decided yet.
    dyad.ask("b", "challenge")
    dyad.predict("b", "spam")
    dyad.answer("b", "ham")
    dyad.expose("b", stop=True)
    # Asked because the model was unsure: tells nothing of reliance.
    dyad.ask("c", "teach")
    dyad.predict("c", "spam")
    dyad.answer("c", "ham")
    dyad.expose("c")
    dyad.answer("c", "spam", stage="revised", sealed=False)
    # Changed from the history, with other answers in between.
    dyad.check("d", "spam", "ham")
    dyad.check("e", "spam", "ham")
    dyad.expose("d")
    dyad.answer("d", "spam", stage="revised", sealed=False)
    assert kept(dyad.state).n == 0
    assert kept(dyad.state).words() == ""


def test_repeats_are_only_what_was_asked_again_blind(dyad):
    dyad.answer("a", "spam")
    dyad.answer("a", "spam", stage="probe")
    dyad.answer("b", "spam")
    dyad.answer("b", "ham", stage="corrected")
    dyad.answer("c", "spam")
    dyad.answer("c", "ham", stage="probe")
    assert [one.hit for one in repeat_outcomes(dyad.state)] == [True, False]


def test_kappa_is_agreement_beyond_chance_or_nothing():
    def pairs(text):
        return [Outcome(k, str(k), a == b, a, b) for k, (a, b) in enumerate(text.split())]

    assert cohen_kappa(pairs("aa bb ab ba")) == 0
    assert cohen_kappa(pairs("aa bb ab")) == pytest.approx(0.4)
    assert cohen_kappa(pairs("aa aa")) is None
    assert cohen_kappa([]) is None
