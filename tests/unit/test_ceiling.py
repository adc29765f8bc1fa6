"""The ceiling: what people agree on among themselves, beside what the model agrees on with them."""

from __future__ import annotations

import pytest
from sessions import begin, right, work, wrong

from rhml_widgets.measures.curves import COLUMNS, standing
from rhml_widgets.measures.points import CEILING, curve_rows, describe
from rhml_widgets.views.learning_curves import learning_curves_props


def shared(session, n, *, miss):
    """Let a second person judge ``n`` items of the first one blind, ``miss`` otherwise."""
    session.person = "loud-wren"
    assert session.share(n) == n
    for place, item in enumerate(session.query(n)):
        session.label(item.item_id, (wrong if place < miss else right)(item))


@pytest.fixture
def session():
    with begin(n=120, person="quiet-heron", purposes={"teach": 0.2, "check": 0.8}) as one:
        work(one, 60)
        yield one


def series(frame, measure):
    return frame[(frame["basis"] == "shared") & (frame["measure"] == measure)]


def test_without_a_shared_item_there_is_none(session):
    session.person = "loud-wren"
    work(session, 5)
    assert session.curves().query("basis == 'shared'").empty
    assert CEILING not in {row["series"] for row in curve_rows(session.curves())}
    assert "ceiling" not in describe(session.curves())


def test_below_thirty_it_is_a_count_and_no_coefficient(session):
    shared(session, 12, miss=2)
    frame = session.curves()
    told = series(frame, "agreement")
    assert told["n"].tolist() == list(range(1, 13))
    assert told["value"].iloc[-1] == pytest.approx(10 / 12)
    assert (told[["actor", "reference", "interval"]] == ["human", "second_look", "anytime"]).all(
        axis=None
    )
    assert series(frame, "kappa").empty
    assert series(frame, "alpha").empty
    (end,) = [row for row in curve_rows(frame) if row["series"] == CEILING and "label" in row]
    assert end["label"] == "○ people, the ceiling\n10 of 12, too few yet"


def test_from_thirty_on_kappa_and_alpha_are_those_of_agreement_each_with_its_interval(session):
    shared(session, 40, miss=6)
    frame = session.curves()
    assert list(frame.columns) == list(COLUMNS)
    for row in session.agreement().to_dict("records"):
        (one,) = series(frame, row["measure"]).to_dict("records")
        assert [one[name] for name in ("value", "low", "high", "n")] == pytest.approx(
            [row[name] for name in ("value", "low", "high", "n")]
        )
        assert one["low"] < one["value"] < one["high"]
        assert one["interval"] == "bootstrap, one look"


def test_it_is_one_level_line_on_the_scale_of_the_model(session):
    shared(session, 40, miss=6)
    frame = session.curves()
    line = [row for row in curve_rows(frame) if row["series"] == CEILING]
    assert [row["n_labels"] for row in line] == [0, int(frame["n_labels"].max())]
    assert {row["value"] for row in line} == {0.85}
    assert [row.get("mark") for row in line] == [None, 1]
    assert line[-1]["label"].startswith("○ people, the ceiling\n34 of 40 [.")


def test_words_and_table_tell_the_share_the_coefficients_and_the_model_beside_them(session):
    shared(session, 40, miss=6)
    frame = session.curves()
    said = describe(frame)
    assert "eople agree with each other: 34 of 40 shared items, interval ." in said
    kappa = series(frame, "kappa").iloc[0]
    assert f"two people beyond chance: kappa .{round(100 * kappa['value'])}, interval" in said
    session.person = "quiet-heron"
    sentences = standing(session.state)
    told = next(one for one in sentences if one.startswith("Two people agree on 34 of 40"))
    assert f"; kappa .{round(100 * kappa['value'])} [" in told
    assert told.endswith("the model cannot be measured finer than that.")
    beside = sentences[sentences.index(told) + 1]
    assert beside.startswith("The model and you, on ")
    assert "checks: kappa " in beside
    table = learning_curves_props(session.state, frame, sentences)["table"]["rows"]
    rows = {row[1]: row for row in reversed(table)}
    assert rows["people agree with each other"][2] == "34 of 40"
    assert rows["two people beyond chance: kappa"][2] == f"{kappa['value']:.2f} of 40 items"
    assert rows["all people beyond chance: alpha"][3].count(" to ") == 1


def test_with_three_people_alpha_is_of_all_and_no_kappa_stands_for_every_pair(session):
    shared(session, 40, miss=6)
    session.person = "slow-owl"
    session.share(40)
    for item in session.query(40):
        session.label(item.item_id, right(item))
    frame = session.curves()
    assert series(frame, "kappa").empty
    assert len(series(frame, "alpha")) == 1
    assert (session.agreement()["measure"] == "kappa").sum() == 3
    assert any(one.startswith("All together: agree on ") for one in standing(session.state))
    # A frozen page carries it, so nobody is named in it.
    regime = learning_curves_props(session.state, frame, [])["regime"]
    assert " · all together: agree on " in regime
    assert "wren" not in regime


def test_looking_again_costs_no_second_bootstrap(session, monkeypatch):
    shared(session, 40, miss=6)
    first = session.curves()
    monkeypatch.setattr(
        "rhml_widgets.measures.ceiling.krippendorff_alpha", lambda *_, **__: pytest.fail("again")
    )
    assert session.curves().equals(first)
