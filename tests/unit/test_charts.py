"""The spec is fixed text, the rows are few, and no words of the user's reach either."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pandas as pd
import pytest
from dyads import Dyad, worked
from sessions import begin, work

from rhml_widgets.charts import learning_curve, learning_curve_spec
from rhml_widgets.journal.events import Extended, Retracted
from rhml_widgets.measures.curves import COLUMNS, curves
from rhml_widgets.measures.points import HEIGHT, SHOWN, SYMBOLS, curve_rows, describe, version_rows
from rhml_widgets.views.learning_curves import learning_curves_props


@pytest.fixture(scope="module")
def session():
    dyad, truth = worked(400, share=0.5, holdout=100, lessons=5)
    return dyad.state, curves(dyad.state, truth=truth)


def strings(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner) if name != "expr" else ()
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_the_spec_has_empty_named_data_and_is_described():
    spec = learning_curve_spec()
    assert spec["datasets"] == {"curve": [], "versions": []}
    assert [layer["data"] for layer in spec["layer"]] == [{"name": "versions"}, {"name": "curve"}]
    assert spec["width"] == "container"
    assert spec["description"].startswith("Shares between 0 and 1")
    assert "title" not in spec
    # The front end brings its own Vega-Lite; the schema of Altair's would only warn.
    assert "$schema" not in spec


def test_the_spec_is_a_fresh_copy_each_time():
    learning_curve_spec()["layer"].clear()
    assert learning_curve_spec()["layer"]


def test_colors_are_variables_of_the_theme_with_fallbacks():
    spec = learning_curve_spec()
    colors = [text for text in strings(spec) if "#" in text]
    assert colors
    for color in colors:
        assert re.fullmatch(
            r"var\(--rhml-(ink2|line|bg|human|model|pair), #[0-9a-f]{6}\)", color
        ), color
    assert spec["config"]["background"] == "transparent"


def test_voices_differ_by_more_than_color():
    spec = learning_curve_spec()
    text = json.dumps(spec)
    keys = [shown.key for shown in SHOWN.values()]
    layers = spec["layer"][1]["layer"]
    shapes = next(one["encoding"]["shape"] for one in layers if "shape" in one["encoding"])
    dashes = next(
        one["encoding"]["strokeDash"] for one in layers if "strokeDash" in one["encoding"]
    )
    by_key = dict(zip(shapes["scale"]["domain"], shapes["scale"]["range"], strict=True))
    dash = dict(zip(dashes["scale"]["domain"], dashes["scale"]["range"], strict=True))
    for key in keys:
        human = key.startswith("human")
        assert by_key[key] == ("circle" if human else "square")
        assert (dash[key] == [1, 0]) is not human
    assert '"legend": null' in text
    assert len({shown.symbol + shown.name for shown in SHOWN.values()}) == len(SHOWN)


def test_rows_are_plain_json_and_rounded(session):
    state, frame = session
    for rows in (curve_rows(frame), version_rows(state)):
        assert json.loads(json.dumps(rows, allow_nan=False)) == rows
        for row in rows:
            assert all(type(value) in {int, float, str} for value in row.values())
            assert all(
                round(value, 4) == value for value in row.values() if isinstance(value, float)
            )


@pytest.mark.parametrize("n_labels", [100, 1_000, 10_000])
@pytest.mark.parametrize("share", [0.15, 0.9])
def test_an_update_stays_small_whatever_the_history(n_labels, share):
    dyad, truth = worked(n_labels, share=share, holdout=50, lessons=n_labels // 10)
    frame = curves(dyad.state, truth=truth)
    update = {
        "spec": learning_curve_spec(),
        "rows": curve_rows(frame),
        "versions": version_rows(dyad.state),
    }
    assert len(json.dumps(update).encode()) < 20_000
    assert len(update["versions"]) <= 60


def test_each_series_ends_in_one_label_with_its_count(session):
    _, frame = session
    rows = curve_rows(frame)
    ends = [row for row in rows if "label" in row]
    assert [row["series"] for row in ends] == [
        "model-checks",
        "model-holdout",
        "human-checks",
    ]
    last = frame[frame["measure"] == "agreement"].iloc[-1]
    hits = round(last["value"] * last["n"])
    assert ends[0]["label"].startswith(f"■ model, with you\n{hits} of {last['n']} [.")
    assert ends[0]["n_labels"] == last["n_labels"]
    assert all(row["mark"] == 1 for row in ends)


def test_labels_never_cover_each_other_nor_leave_the_plot():
    for value in (0.0, 0.5, 0.97, 1.0):
        frame = pd.DataFrame(
            [dict(zip(COLUMNS, (1, 1, *key, value, 0.0, 1.0, "", 9), strict=True)) for key in SHOWN]
        )
        ends = [row for row in curve_rows(frame) if "label" in row]
        assert len(ends) == len(SHOWN)
        places = sorted(row["label_y"] * HEIGHT for row in ends)
        assert all(upper - lower >= 33 for lower, upper in pairwise(places))
        assert places[0] >= 14
        assert places[-1] <= HEIGHT - 14


def test_labels_keep_the_order_of_the_lines(session):
    ends = [row for row in curve_rows(session[1]) if "label" in row]
    by_value = sorted(ends, key=lambda row: row["value"])
    assert by_value == sorted(ends, key=lambda row: row["label_y"])


def test_counts_below_thirty_are_drawn_apart():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(40):
        dyad.check(f"i{k}", "spam", "spam")
    stages = {row["n"]: row["stage"] for row in curve_rows(curves(dyad.state))}
    assert {n: stages[n] for n in (1, 29, 30, 31, 40)} == {1: 0, 29: 0, 30: 1, 31: 2, 40: 2}


def test_below_thirty_a_count_stands_alone():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(29):
        dyad.check(f"i{k}", "spam", "spam")
    frame = curves(dyad.state)
    assert curve_rows(frame)[-1]["label"] == "■ model, with you\n29 of 29, too few yet"
    assert describe(frame) == "Model agrees with you: 29 of 29 checks."
    table = learning_curves_props(dyad.state, frame, [])["table"]
    assert {row[-1] for row in table["rows"]} == {"too few yet"}
    band = learning_curve_spec()["layer"][1]["layer"][0]
    assert band["mark"]["type"] == "area"
    assert "datum.stage >= 1" in band["transform"][0]["filter"]
    dyad.check("i30", "spam", "spam")
    rows = curve_rows(curves(dyad.state))
    assert re.search(r"30 of 30 \[\.\d\d, 1\.00\]$", rows[-1]["label"])


def test_symbols_do_not_touch():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(60):
        if k < 40:
            dyad.answer(f"a{k}", "spam")
        dyad.check(f"i{k}", "spam", "spam")
    rows = curve_rows(curves(dyad.state))
    places = [row["n_labels"] for row in rows if row.get("mark")]
    assert len(places) > 3
    assert places[-1] == rows[-1]["n_labels"] == 100
    assert min(later - earlier for earlier, later in pairwise(places)) >= 100 / SYMBOLS


def test_the_line_of_a_lesson_is_named_and_goes_when_it_is_taken_back():
    dyad = Dyad()
    for version in (1, 2, 3):
        dyad.answer(f"i{version}", "spam")
        lesson = dyad.teach("please") if version > 1 else None
        dyad.fit(version, lesson=lesson)
    rows = version_rows(dyad.state)
    assert [(row["lesson"], row.get("label")) for row in rows] == [
        (0, None),
        (1, None),
        (1, "◆ you taught"),
    ]
    dyad.fold(Retracted(target=lesson))
    rows = version_rows(dyad.state)
    assert [(row["lesson"], row.get("label")) for row in rows] == [
        (0, None),
        (1, "◆ you taught"),
        (0, None),
    ]


def test_the_numbers_of_the_axis_stand_under_their_ticks():
    spec = json.dumps(learning_curve_spec())
    assert '"labelFlush": false' in spec


def test_what_was_kept_at_stops_never_looks_like_a_skill():
    dyad = Dyad()
    dyad.fit(1)
    for k in range(40):
        dyad.stop(f"i{k}", "spam", "ham", "ham")
    frame = curves(dyad.state)
    assert (frame["basis"] == "stops").any()
    assert "stops" not in {row["series"].split("-")[1] for row in curve_rows(frame)}


def test_versions_keep_lessons_first_and_the_rest_thin():
    dyad = Dyad()
    for version in range(1, 301):
        dyad.answer(f"i{version}", "spam")
        lesson = dyad.teach("please") if version % 100 == 50 else None
        dyad.fit(version, lesson=lesson)
    rows = version_rows(dyad.state)
    assert len(rows) == 3 + 12
    assert [row["version"] for row in rows if row["lesson"]] == [50, 150, 250]
    assert all(row["flips"] == 31 for row in rows if row["lesson"])
    assert (rows[0]["version"], rows[-1]["version"]) == (1, 300)
    assert rows == sorted(rows, key=lambda row: row["version"])


def test_no_word_of_the_users_reaches_spec_or_rows():
    nasty = "<img src=x onerror=alert(1)>'];alert(1)//"
    dyad = Dyad()
    dyad.fit(1)
    for k in range(40):
        dyad.check(f"{nasty}{k}", nasty, nasty if k % 2 else "spam")
    frame = curves(dyad.state, truth={f"{nasty}{k}": nasty for k in range(40)})
    drawn = learning_curve(frame, version_rows(dyad.state)).to_json()
    assert "alert" not in json.dumps(curve_rows(frame)) + drawn


def test_describe_gives_numbers_doubt_and_basis(session):
    _, frame = session
    said = describe(frame)
    assert re.match(
        r"Model agrees with you: \d+ of the latest \d+ checks, interval \.\d\d to", said
    )
    assert "items held out" in said
    assert describe(frame.iloc[:0]) == "Nothing has been measured yet."


def test_measures_it_does_not_know_are_left_out_of_the_picture(session):
    _, frame = session
    extra = frame.assign(measure="calibration")
    assert curve_rows(pd.concat([frame, extra])) == curve_rows(frame)
    assert describe(extra) == "Nothing has been measured yet."


def test_people_get_a_chart_in_fixed_colors(session):
    import altair as alt

    state, frame = session
    drawn = learning_curve(frame, version_rows(state))
    assert isinstance(drawn, alt.LayerChart)
    text = drawn.to_json()
    assert "var(--" not in text
    assert "data('curve')" not in text
    empty = learning_curve(frame.iloc[:0]).to_dict()
    assert empty["description"] == "Nothing has been measured yet."


def test_the_curve_says_where_the_pool_changed():
    dyad = Dyad()
    dyad.answer("i0", "spam")
    dyad.fold(Extended(pool_digest="q", n_items=12, n_rows=12, n_new=2, n_gone=1))
    dyad.answer("i1", "ham")
    rows = version_rows(dyad.state)
    assert rows == [{"n_labels": 1, "lesson": -1, "n_new": 2, "n_gone": 1}]
    assert "datum.lesson === -1" in json.dumps(learning_curve_spec())


def test_phases_of_the_work_are_bands_on_the_timeline():
    with begin() as session:
        work(session, 4)
        assert not [row for row in version_rows(session.state) if row["lesson"] == -2]
        session.phase = "qualitative"
        work(session, 3)
        session.phase = "evaluation"
        work(session, 2)
        rows = [row for row in version_rows(session.state) if row["lesson"] == -2]
        assert [(row["phase"], row["n_labels"], row["n_end"]) for row in rows] == [
            ("classification", 0, 4),
            ("qualitative", 4, 7),
            ("evaluation", 7, 9),
        ]
        drawn = learning_curve(session.curves(), version_rows(session.state)).to_dict()
        assert "datum.lesson === -2" in json.dumps(drawn)
