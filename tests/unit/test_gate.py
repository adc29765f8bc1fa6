"""The gate: what a refit un-learns is known before it goes live, and the person decides."""

from __future__ import annotations

import numpy as np
import pytest
from forgetting import POOL, TRUTH, begin, mislead, work
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.journal.events import Decided, Exposed, Fitted, Gated
from rhml_widgets.machine.compatibility import compare


def says(session):
    return session.model.predict_proba(POOL)


def gated(session):
    return [entry.event for entry in session.events() if isinstance(entry.event, Gated)]


def held(**arguments):
    session = begin(**arguments)
    work(session, 40)
    before = says(session).copy()
    mislead(session)
    return session, before


def test_compatibility_is_what_a_table_by_hand_says():
    # old right: items 0 1 2 3 4 (5 of 8 known); new right: 0 1 2 5; new wrong: 3 4 6 7
    right = [0, 0, 1, 1, 1, 0, 0, 1, -1, -1]
    old = [0, 0, 1, 1, 1, 1, 1, 0, 0, 1]
    new = [0, 0, 1, 0, 0, 0, 1, 0, 1, 1]
    found = compare(old, new, right)
    assert found.n_right_before == 5
    assert found.kept == pytest.approx(3 / 5)  # BTC
    assert found.new_errors == pytest.approx(1 - 2 / 4)  # 1 - BEC: 6 and 7 were wrong before
    assert found.lost.tolist() == [3, 4]
    assert found.gained.tolist() == [5]


def test_compatibility_of_nothing_right_or_nothing_wrong_is_undefined():
    assert compare([1], [0], [0]).kept is None
    assert compare([1], [0], [0]).new_errors is None
    assert compare([0], [1], [-1]).n_right_before == 0


def test_what_forgets_too_much_waits_and_the_version_before_goes_on():
    session, before = held()
    found = session.held_back
    assert found.why == ("unlearned",)
    assert found.choice is None
    assert (found.against, found.version) == (session.model.version_, session.model.version_ + 1)
    assert np.array_equal(says(session), before)
    (event,) = gated(session)
    assert (len(event.lost), event.n_right) == (found.n_lost, found.n_right)
    assert event.kept == pytest.approx(1 - found.n_lost / found.n_right, abs=1e-6)
    assert found.words().startswith(f"Version {found.version} forgets {found.n_lost} of")


def test_the_lost_items_are_those_both_versions_tell():
    session, _ = held()
    frame = session.unlearned()
    assert len(frame) == session.held_back.n_judged > 2
    assert (frame["label"] == frame["before"]).all()
    assert (frame["label"] != frame["after"]).all()
    assert (frame["content"].map(TRUTH) == frame["label"]).all()
    shown = {e.event.item_id for e in session.events() if isinstance(e.event, Exposed)}
    assert set(frame["item_id"]) <= shown


def test_labeling_goes_on_and_the_same_cause_is_told_once():
    session, before = held()
    work(session, 10)
    assert len(gated(session)) == 1
    session.roll_back()
    work(session, 9)
    assert len(gated(session)) == 1
    assert np.array_equal(says(session), before)


def test_taken_it_goes_live_under_its_number_and_undo_brings_the_bits_back():
    session, before = held()
    number, gate = session.held_back.version, session.held_back.gate
    seq = session.accept()
    assert session.model.version_ == number
    assert session.held_back is None
    assert not np.array_equal(says(session), before)
    after = says(session).copy()
    assert session.undo() == seq
    assert session.model.version_ == number - 1
    assert np.array_equal(says(session), before)
    assert session.held_back.gate == gate
    session.accept()
    assert np.array_equal(says(session), after)


def test_undoing_a_roll_back_asks_again():
    session, before = held()
    session.roll_back()
    assert session.held_back.choice == "roll_back"
    session.undo()
    assert session.held_back.choice is None
    assert np.array_equal(says(session), before)


@pytest.mark.parametrize("choice", [None, "roll_back", "accept", "undone"])
def test_closed_reopened_and_replayed_it_is_the_same_to_the_bit(tmp_path, choice):
    path = tmp_path / "s.rhml"
    session, _ = held(journal=path)
    if choice == "undone":
        session.accept()
        session.undo()
    elif choice is not None:
        getattr(session, choice)()
    work(session, 2)
    want, version = says(session).copy(), session.model.version_
    held_back, told = session.held_back, len(gated(session))
    session.close()
    for again in (begin(journal=path), rhml.replay(path, None, POOL)):
        assert again.model.version_ == version
        assert np.array_equal(says(again), want)
        assert (again.held_back is None) == (held_back is None)
        assert len(gated(again)) == told
        again.close()


def test_a_decision_that_was_kept_but_not_carried_out_is_carried_out_on_reopening(tmp_path):
    path = tmp_path / "s.rhml"
    session, before = held(journal=path)
    gate = session.held_back.gate
    session._record([Decided(gate=gate, choice="accept")])  # the process died here
    session.close()
    with begin(journal=path) as again:
        assert again.held_back is None
        assert not np.array_equal(says(again), before)


def test_answers_that_were_not_learned_yet_pass_the_gate_on_reopening(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path) as session:
        work(session, 40)
        before = says(session).copy()
    with begin(journal=path) as session:
        session.fit = lambda: None  # the process died before it learned
        mislead(session)
    with begin(journal=path) as session:
        assert session.held_back is not None
        assert np.array_equal(says(session), before)


def test_a_larger_pool_does_not_smuggle_in_what_was_not_taken():
    session, _ = held()
    session.roll_back()
    version = session.model.version_
    session.extend(["lost wallet today", "paid invoice today"])
    assert session.model.version_ == version + 1  # the same answers, features anew
    assert session.held_back.choice == "roll_back"
    assert len(gated(session)) == 1
    assert session.model.predict(POOL).tolist() == [TRUTH[text] for text in POOL]


def test_undoing_the_cause_ends_it():
    session, before = held()
    session.undo()
    assert session.held_back is None
    assert np.array_equal(says(session), before)
    with pytest.raises(BadInputError, match="no refit is held back"):
        session.accept()


def test_another_model_begins_anew():
    session, _ = held()
    session.roll_back()
    session.model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))
    assert session.held_back is None


def test_other_gates_and_forged_ones_are_refused():
    session, _ = held()
    with pytest.raises(BadInputError, match="held back now is"):
        session.accept(3)
    with pytest.raises(BadInputError, match="expected a number from 0 to 1"):
        begin(gate=1.5)
    with pytest.raises(BadInputError, match="above 0"):
        begin(gate=0)


def test_a_resend_decides_once():
    session, _ = held()
    seq = session.roll_back(event_id="x")
    assert session.roll_back(event_id="x") == seq
    assert sum(isinstance(e.event, Decided) for e in session.events()) == 1


def test_the_threshold_is_a_setting_that_the_journal_keeps(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path, gate=1.0) as session:
        work(session, 40)
        mislead(session)
        assert session.held_back is None
        assert gated(session) == []
    with begin(journal=path) as session:
        assert session.state.at_most == 1.0


def test_versions_are_numbered_without_gaps_whatever_waits():
    session, _ = held()
    work(session, 2)
    session.roll_back()
    work(session, 1)
    session.accept()
    numbers = [e.event.version for e in session.events() if isinstance(e.event, Fitted)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_kept_aside_items_count_where_they_fall_beyond_doubt():
    truth = [TRUTH[text] for text in POOL]
    session = begin(truth=truth, holdout=25)
    work(session, 30)
    mislead(session)
    found = session.held_back
    assert found.n_lost > found.n_judged
    assert len(session.unlearned()) == found.n_judged
    aside = {session.pool.ids[number] for number in session.learner.held}
    assert not aside & set(session.unlearned()["item_id"])


def test_in_the_background_it_waits_as_well():
    session = begin(refit="background")
    work(session, 40)
    session.wait()
    before = says(session).copy()
    mislead(session)
    session.wait()
    assert session.held_back is not None
    session.accept()
    session.wait()
    assert session.held_back is None
    assert not np.array_equal(says(session), before)
    session.undo()
    session.wait()
    assert np.array_equal(says(session), before)
    session.close()


@pytest.mark.parametrize(
    "model", [None, make_pipeline(TfidfVectorizer(), MultinomialNB())], ids=["default", "nb"]
)
@pytest.mark.parametrize("seed", range(3))
def test_ordinary_learning_is_hardly_ever_held_back(model, seed):
    session = begin(model=model, random_state=seed)
    work(session, 60)
    assert gated(session) == []
