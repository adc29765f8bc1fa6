"""Curves: tidy, never undefined, and no more certain than their counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dyads import Dyad, worked

from rhml_widgets.journal.events import Opened
from rhml_widgets.measures.agreement import checks
from rhml_widgets.measures.curves import COLUMNS, curves, repr_line, standing, thin, version_labels
from rhml_widgets.measures.intervals import clopper_pearson, spending


def one(frame, actor, measure):
    return frame[(frame["actor"] == actor) & (frame["measure"] == measure)]


@pytest.fixture(scope="module")
def long_session():
    dyad, truth = worked(1_000, holdout=120, refit=20)
    return dyad.state, truth, curves(dyad.state, truth=truth)


def test_nothing_measured_is_an_empty_frame():
    frame = curves(Dyad().state)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 0
    assert frame["value"].dtype == float


def test_a_row_a_point_never_a_nan(long_session):
    _, _, frame = long_session
    assert tuple(frame.columns) == COLUMNS
    assert not frame.isna().to_numpy().any()
    assert np.all((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"]))
    assert np.all((frame["low"] >= 0) & (frame["high"] <= 1) & (frame["n"] >= 1))


def test_series_say_measure_basis_and_reference(long_session):
    state, _, frame = long_session
    series = frame[["actor", "measure", "basis", "reference"]].drop_duplicates()
    assert set(series.itertuples(index=False, name=None)) == {
        ("model", "agreement", "checks", "owner"),
        ("model", "accuracy", "holdout", "gold"),
        ("human", "accuracy", "checks", "gold"),
        ("human", "kept", "stops", "model"),
    }
    untold = curves(state)
    assert "gold" not in set(untold[untold["actor"] == "human"]["reference"])
    assert "accuracy" not in set(frame[frame["reference"] == "owner"]["measure"])


def test_agreement_gains_a_point_with_each_check_answered():
    dyad = Dyad()
    dyad.answer("by hand", "spam")
    dyad.fit(1)
    first = dyad.check("a", "spam", "spam")
    dyad.answer("by hand too", "spam")
    second = dyad.check("b", "spam", "ham")
    frame = one(curves(dyad.state), "model", "agreement")
    assert frame["seq"].tolist() == [first, second]
    assert frame["n_labels"].tolist() == [2, 4]
    assert frame["value"].tolist() == [1, 0.5]
    assert frame["n"].tolist() == [1, 2]
    assert set(frame["interval"]) == {"anytime average"}


def test_agreement_follows_the_latest_checks_not_all_past_models():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(200):
        dyad.check(f"i{k}", "spam", "ham" if k < 100 else "spam")
    last = one(curves(dyad.state), "model", "agreement").iloc[-1]
    assert (last["value"], last["n"]) == (100 / 102, 102)


def test_holdout_has_a_point_a_version_with_the_error_spent_over_looks():
    dyad = Dyad()
    for version in range(1, 4):
        dyad.answer(f"i{version}", "spam")
        dyad.fit(version, hits="1" * 90 + "0" * 10 if version != 2 else "")
    frame = one(curves(dyad.state), "model", "accuracy")
    assert frame["n_labels"].tolist() == [1, 3]
    assert frame["value"].tolist() == [0.9, 0.9]
    for look, (_, row) in enumerate(frame.iterrows(), start=1):
        wanted = clopper_pearson(90, 100, level=1 - spending(look))
        assert (row["low"], row["high"]) == pytest.approx(wanted)


def test_the_curve_holds_the_truth_at_all_looks_in_nearly_all_sessions():
    # The model's skill moves as in `worked`; the person is right on .92 of two classes.
    missed = 0
    for seed in range(60):
        dyad, _ = worked(150, seed=seed, share=0.85)
        frame = one(curves(dyad.state), "model", "agreement")
        labels = frame["n_labels"].to_numpy() - 1
        skill = 0.92 - 0.42 * (1 + labels / 15) ** -0.7
        agree = np.concatenate([[0], np.cumsum(0.92 * skill + 0.08 * (1 - skill))])
        end, n = np.arange(1, len(frame) + 1), frame["n"].to_numpy()
        mean = (agree[end] - agree[end - n]) / n
        missed += bool(np.any((mean < frame["low"]) | (mean > frame["high"])))
    assert missed / 60 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)


def test_imported_labels_do_not_stretch_the_axis():
    dyad = Dyad()
    dyad.answer("a", "spam")
    dyad.fit(1)
    assert version_labels(dyad.state) == {1: 1}
    dyad.bring({f"old{k}": "spam" for k in range(500)})
    dyad.answer("b", "spam")
    dyad.fit(2)
    assert version_labels(dyad.state) == {1: 1, 2: 2}


def test_the_repr_and_the_curve_tell_the_same(long_session):
    state, _, frame = long_session
    agreement = one(frame, "model", "agreement")
    last = agreement.iloc[-1]
    assert repr_line(state) == (
        f"agrees with you {round(last['value'] * last['n'])} of latest {last['n']} checks"
    )


def test_thinning_keeps_both_ends_of_each_series_and_is_repeatable(long_session):
    _, _, frame = long_session
    few = thin(frame, 40)
    keys = ["actor", "measure", "basis", "reference"]
    wholes = dict(list(frame.groupby(keys)))
    for key, group in few.groupby(keys):
        whole = wholes[key]
        assert len(group) == min(40, len(whole))
        assert group["seq"].iloc[0] == whole["seq"].iloc[0]
        assert group["seq"].iloc[-1] == whole["seq"].iloc[-1]
        assert group["seq"].is_monotonic_increasing
    assert thin(frame, 40).equals(few)
    assert thin(frame, 10_000).equals(frame)
    assert len(thin(frame.iloc[:0])) == 0


def test_repr_line_is_a_count():
    dyad = Dyad()
    assert repr_line(dyad.state) == "no checks yet"
    dyad.fit(1)
    dyad.check("a", "spam", "spam")
    assert repr_line(dyad.state) == "agrees with you 1 of 1 check"
    for k in range(37):
        dyad.check(f"b{k}", "spam", "spam" if k < 32 else "ham")
    assert repr_line(dyad.state) == "agrees with you 33 of 38 checks"


def test_standing_says_not_yet_and_why():
    dyad = Dyad()
    assert standing(dyad.state)[0] == (
        "not yet: how often I agree with you. I can be checked once I have learned two classes."
    )
    dyad.fit(1)
    assert standing(dyad.state)[0].endswith("No item drawn as a check has been answered so far.")
    dyad.expose(None)
    assert standing(dyad.state)[0].endswith("so no answer can be a blind check.")


def test_standing_counts_then_gives_a_share_with_its_doubt():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(29):
        dyad.check(f"i{k}", "spam", "spam" if k < 27 else "ham")
    said = standing(dyad.state)
    assert said[0] == (
        "I agree with you on 27 of 29 checks, drawn at random and answered before you saw my "
        "view; always saying “spam” would reach 27 of 29."
    )
    assert said[1] == "You are the reference: nothing here can tell whether you are right."
    dyad.check("one more", "spam", "spam")
    said = standing(dyad.state)
    assert said[0].startswith("I agree with you on 93 % [.")
    assert said[0].endswith("; always saying “spam” would reach .93.")
    assert not any("accura" in line for line in said)


def test_standing_tells_what_it_leaves_out():
    dyad = Dyad()
    dyad.fit(1)
    dyad.check("a", "spam", "spam")
    dyad.ask("b")
    dyad.skip("b")
    dyad.expose(None)
    dyad.ask("c")
    dyad.answer("c", "spam", sealed=False)
    said = standing(dyad.state)
    assert "Not counted among the checks: 1 put aside, 1 answered after you could see my view." in (
        said
    )
    assert "You have seen my view of all items: no later answer is a blind check." in said


def test_standing_speaks_of_an_audited_version_truth_and_stops():
    dyad = Dyad()
    dyad.fit(1, hits="1" * 54 + "0" * 6)
    dyad.check("a", "spam", "ham", version=1)
    dyad.fit(2)
    for k in range(12):
        dyad.check(f"b{k}", "spam", "spam", version=2)
    dyad.stop("c", "spam", "ham", "ham")
    said = standing(dyad.state, {"b0": "spam", "b1": "ham"})
    assert "My version 2 alone: 12 of 12 checks." in said
    assert any(
        line.startswith("I am right on 90 % [.") and line.endswith("never learn from.")
        for line in said
    )
    assert (
        "You are right on 1 of 2 checks, answered before you saw my view, against the truth that "
        "was given; always saying “spam” would reach 1 of 2."
    ) in said
    assert (
        "I spoke up 1 time because we differed; you kept your answer 1 time. That alone says "
        "nothing of who was right."
    ) in said
    assert "not yet: none of the checks you answered has a known truth." in standing(
        dyad.state, {"z": "spam"}
    )


def test_a_share_stands_beside_what_one_answer_for_all_would_reach_on_the_same_items():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(100):
        dyad.check(f"i{k}", "ham", "spam" if k < 45 else "ham")
    window = checks(dyad.state).n
    assert window < 100
    assert standing(dyad.state)[0].endswith("always saying “ham” would reach 1.00.")


def test_what_is_held_out_is_compared_where_its_truth_is_at_hand():
    dyad = Dyad()
    held = {f"h{k}": "spam" if k < 3 else "ham" for k in range(10)}
    dyad.fold(Opened(pool_digest="p", n_items=99, n_rows=99, item_kind="text"))
    dyad.state.opened = replace(dyad.state.opened, holdout=list(held))
    dyad.fit(1, hits="1" * 8 + "0" * 2)
    (line,) = [one for one in standing(dyad.state, held) if one.startswith("I am right on 8 of 10")]
    assert line.endswith("never learn from; always saying “ham” would reach 7 of 10.")
    (line,) = [one for one in standing(dyad.state, {"h0": "spam"}) if one.startswith("I am right")]
    assert line.endswith("never learn from.")
