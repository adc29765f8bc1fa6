"""Results: the user's own frame comes back, with labels that say whose they are and how good."""

from __future__ import annotations

import csv
import json
import pickle
import re
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from sessions import CLASSES, begin, right, texts, work, wrong

from rhml_widgets import results
from rhml_widgets.exceptions import (
    BadInputError,
    MissingExtraError,
    NotFittedYetError,
    NotWrittenError,
)
from rhml_widgets.journal.events import Exposed
from rhml_widgets.results import Result


def answer(session, n):
    for _ in range(n):
        (item,) = session.query()
        session.label(item, right(item), duration=4.0)


def audited(pool=None, *, n=300, checks=60, **given):
    """Return a session with an audit of a version that is nearly always right."""
    session = begin(pool, n=n, refit="manual", **given)
    work(session, 40)
    session.fit()
    session.audit(checks)
    answer(session, checks)
    return session


def test_without_an_audit_only_peoples_labels_are_in_it():
    with begin() as session:
        work(session, 10)
        found = session.result()
        assert found["source"].value_counts().to_dict() == {"human": 10}
        assert found["label"].notna().sum() == 10
        nobody = found["label"].isna()
        assert {*found.loc[nobody, "label"], *found.loc[nobody, "source"]} == {None}
        assert found["score"].isna().all()
        assert "not yet" in found.summary
        assert "50 by nobody yet" in found.summary
        assert session.state.exposed_all is None


def test_after_an_audit_the_models_labels_come_with_their_error():
    with audited() as session:
        found = session.result()
        model = found[found["source"] == "model"]
        assert len(model) == 200
        assert (model["label"] == [right(text) for text in model["content"]]).mean() > 0.9
        assert model["score"].between(0, 1).all()
        assert found.loc[found["source"] == "human", "score"].isna().all()
        assert "checks drawn at random were" in found.summary
        assert "% [" in found.summary
        (shown,) = [e.event for e in session.events() if isinstance(e.event, Exposed)]
        assert (shown.item_id, shown.what, shown.version) == (None, "result", 1)


def test_a_threshold_of_ones_own_cuts_where_it_says():
    with audited() as session:
        least = float(session.usable()["threshold"].iloc[4])
        found = session.result(least)
        model = found[found["source"] == "model"]
        assert model["score"].min() >= least
        human = (found["source"] == "human").sum()
        assert len(model) + human < 300
        assert "Left: " in found.summary
        assert session.result(0.0)["label"].notna().all()


def test_with_a_threshold_and_no_audit_the_error_is_said_to_be_unknown():
    with begin() as session:
        with pytest.raises(NotFittedYetError):
            session.result(0.5)
        work(session, 12)
        found = session.result(0.0)
        assert (found["source"] == "model").sum() == 48
        assert "is not known: session.audit(100) tells" in found.summary


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), "0.5", True])
def test_a_threshold_that_is_none_is_refused(threshold):
    with begin() as session, pytest.raises(BadInputError, match="threshold"):
        session.result(threshold)


def test_the_labels_are_those_of_the_audited_version_and_a_newer_one_is_named():
    with audited() as session:
        before = session.result()
        session.fit()
        assert session.learner.version == 2
        after = session.result()
        assert after["label"].tolist() == before["label"].tolist()
        assert "Version 2 is newer and was not audited" in after.summary


def test_what_is_found_wrong_later_is_taken_from_what_is_left():
    with audited() as session:
        before = session.result(0.0).summary
        left = session.result(0.0)
        item_id = session.pool.ids[int(np.flatnonzero(left["source"] == "model")[0])]
        session.label(item_id, right(session.pool.contents[session.pool.number(item_id)]))
        after = session.result(0.0)
        assert (after["source"] == "model").sum() == (left["source"] == "model").sum() - 1
        assert "Of 199 different items" in after.summary
        assert "Of 200 different items" in before


def test_wrong_labels_found_since_are_none_of_those_left():
    with audited() as session:
        before = session.result(0.0)
        for number in np.flatnonzero(before["source"] == "model")[:8].tolist():
            session.label(session.pool.ids[number], wrong(session.pool.contents[number]))
        after = session.result(0.0)
        high = [int(re.search(r"% \[\d+, (\d+)\]", one.summary)[1]) for one in (before, after)]
        # The bound on all of them is spent on those eight; what is left has so many fewer.
        assert high[1] <= high[0] - 2


def test_an_undone_answer_is_not_in_it():
    with begin() as session:
        (item,) = work(session, 1)
        assert session.result()["label"].notna().sum() == 1
        session.undo()
        assert session.result()["label"].isna().all()
        assert item.item_id in session.state.drafts


def test_a_frame_comes_back_as_it_was_whatever_its_index_and_columns():
    pool = texts(40)
    frame = pd.DataFrame(
        {
            "ticket": [*pool, *pool[:5]],
            "label": "mine",
            "score": np.arange(45) / 7,
            "kind": pd.Categorical(["a", "b", None] * 15, categories=["a", "b", "unused"]),
            "when": pd.to_datetime("2026-01-01") + pd.to_timedelta(np.arange(45), unit="D"),
        },
        index=pd.Index([3, 3, 1] * 15, name="no"),
    )
    before = frame.copy()
    with begin(frame, content=["ticket"]) as session:
        work(session, 12)
        found = session.result(0.0)
        pd.testing.assert_frame_equal(pd.DataFrame(found[frame.columns]), before)
        assert found.columns[-3:].tolist() == ["label_rhml", "source", "score_rhml"]
        assert found["label_rhml"].iloc[:5].tolist() == found["label_rhml"].iloc[40:].tolist()
        frame["ticket"] = "changed since"
        frame["new"] = 1
        assert session.result(0.0)["ticket"].tolist() == before["ticket"].tolist()


@pytest.mark.parametrize(
    ("pool", "name"),
    [
        (texts(), "content"),
        (pd.Series(texts(), name="words", index=range(7, 67)), "words"),
        (pd.Series(texts()), "content"),
        (np.array(texts(), dtype=object), "content"),
    ],
)
def test_any_pool_comes_back_as_a_frame(pool, name):
    with begin(pool) as session:
        work(session, 4)
        found = session.result()
        assert found.columns.tolist() == [name, "label", "source", "score"]
        assert found[name].tolist() == list(pool)
        if isinstance(pool, pd.Series):
            assert found.index.equals(pool.index)


@pytest.mark.parametrize("classes", [[0, 1, 2], [True, False]])
def test_labels_keep_their_type(classes):
    with begin(classes=classes) as session:
        for item_id, label in zip(session.pool.ids, classes * 2, strict=False):
            session.label(item_id, label)
        found = session.result()
        assert {type(one) for one in found["label"].dropna()} == {type(classes[0])}


def test_the_summary_goes_along_and_is_no_column():
    frame = pd.DataFrame({"summary": texts()})
    with begin(frame) as session:
        work(session, 4)
        found = session.result()
        assert isinstance(found, Result)
        assert found.summary.startswith("60 rows (60 different items): 4 labeled by people")
        assert found["summary"].tolist() == texts()
        for derived in (found.head(3), found[found["source"].notna()], found.copy()):
            assert derived.summary == found.summary
        assert pickle.loads(pickle.dumps(found)).summary == found.summary


def test_an_audited_version_that_cannot_be_had_again_is_said_to_be_lost(tmp_path):
    from sklearn.naive_bayes import MultinomialNB

    path = tmp_path / "a.rhml"
    audited(journal=path).close()
    with begin(n=300, journal=path, model=MultinomialNB()) as session:
        found = session.result()
        assert (found["source"] == "model").sum() == 0
        assert "version 1, which was audited, cannot be fitted again" in found.summary


def test_a_model_brought_along_is_audited_and_served_after_a_restart(tmp_path):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    old = texts(90)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))
    model.fit(old, [right(text) for text in old])
    path = tmp_path / "a.rhml"
    with begin(n=300, journal=path, model=model, refit="manual") as session:
        session.fit()
        assert session.learner.version == 0
        session.audit(60)
        answer(session, 60)
        before = session.result()
        assert (before["source"] == "model").sum() == 240
    with begin(n=300, journal=path, model=model, refit="manual") as session:
        assert session.result()["label"].tolist() == before["label"].tolist()


def test_what_is_kept_aside_has_a_label_and_the_audit_says_it_was_not_drawn_from_it():
    truth = [right(text) for text in texts(300)]
    with audited(truth=truth, holdout=50) as session:
        found = session.result()
        assert found["label"].notna().all()
        assert "50 different items more were kept aside or came later" in found.summary


def test_told_costs_decide_what_is_taken():
    with audited() as session:
        dear = {(a, b): 1e6 for a in CLASSES for b in CLASSES if a != b}
        assert (session.result()["source"] == "model").sum() == 200
        assert (session.result(costs=dear)["source"] == "model").sum() == 0
        free = dict.fromkeys(dear, 0.0)
        assert session.usable(free)["best"].tolist()[-1]
        assert (session.result(costs=free)["source"] == "model").sum() == 200


# ---- files --------------------------------------------------------------------------------

LEADS = ["=1+1", "+1", "-1", "@cmd", "\tx", "\rx", "\nx", "\0x", "  =1", "＝1", "=HYPERLINK(1)"]  # noqa: RUF001


@pytest.fixture
def risky():
    found = Result({"=text": LEADS, "label": ["-a"] * len(LEADS), "n": range(-1, len(LEADS) - 1)})
    found.summary = "some"
    return found


def test_a_safe_csv_holds_no_formula_and_says_what_was_changed(risky, tmp_path):
    told = risky.write(tmp_path / "r.csv")
    assert (told.n_rows, told.n_escaped) == (len(LEADS), 2 * len(LEADS))
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    assert head == ["'=text", "label", "n", "escaped"]
    assert not [cell for row in rows for cell in row[:2] if not cell.startswith("'")]
    assert rows[0][2] == "-1"  # a number is a number
    undone = [row[0].removeprefix("'") for row in rows]
    assert undone == LEADS
    assert json.loads(rows[0][3]) == ["=text", "label"]


def test_an_index_is_made_safe_too_and_kept(tmp_path):
    frame = Result({"label": ["a", "b"]}, index=pd.Index(["=x", "y"], name="no"))
    frame.write(tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()[1].startswith("'=x,")
    levels = pd.MultiIndex.from_tuples([("=x", 1), ("y", 2)], names=["@no", "k"])
    for index, head in ((pd.Index(["x", "y"], name="=no"), "'=no,"), (levels, "'@no,k,")):
        Result({"label": ["a", "b"]}, index=index).write(tmp_path / "r.csv")
        assert (tmp_path / "r.csv").read_text(encoding="utf-8").startswith(head)


def test_an_unsafe_csv_is_exact(risky, tmp_path):
    assert risky.write(tmp_path / "r.csv", safe=False).n_escaped == 0
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == LEADS


def test_json_lines_hold_the_exact_values(tmp_path):
    frame = Result(
        {
            "text": ["=1", "é\n"],
            "label": np.array([True, None], dtype=object),
            "score": [0.25, np.nan],
            "when": pd.to_datetime(["2026-01-01", None]),
            "kind": pd.Categorical(["a", None]),
        },
        index=[5, 5],
    )
    frame.write(tmp_path / "r.jsonl")
    lines = (tmp_path / "r.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    first, second = (json.loads(line) for line in lines)
    assert first == {
        "index": 5,
        "text": "=1",
        "label": True,
        "score": 0.25,
        "when": "2026-01-01T00:00:00",
        "kind": "a",
    }
    assert set(second.values()) == {5, "é\n", None}


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_parquet_is_read_again_as_it_was(risky, tmp_path):
    risky.write(tmp_path / "r.parquet")
    assert pd.read_parquet(tmp_path / "r.parquet")["=text"].tolist() == LEADS


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_parquet_that_cannot_hold_a_column_says_which_and_leaves_no_file(tmp_path):
    with pytest.raises(NotWrittenError, match=r"column x.*\.jsonl"):
        Result({"x": [1, "a"]}).write(tmp_path / "r.parquet")
    assert list(tmp_path.iterdir()) == []
    Result({0: [1, 2], "label": ["a", None]}).write(tmp_path / "r.parquet")
    assert pd.read_parquet(tmp_path / "r.parquet").columns.tolist() == ["0", "label"]


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl"])
def test_a_file_is_replaced_whole_or_not_at_all(risky, tmp_path, name):
    target = tmp_path / name
    target.write_text("as it was")
    with pytest.raises(NotWrittenError, match="Make the folder"):
        risky.write(tmp_path / "nowhere" / name)

    class Odd:
        def __str__(self):
            msg = "cannot be said"
            raise RuntimeError(msg)

    with pytest.raises(RuntimeError):
        Result({"a": ["ok", Odd()]}).write(target)
    assert target.read_text() == "as it was"
    risky.write(target)
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert target.read_text(encoding="utf-8") != "as it was"


def test_parquet_without_pyarrow_names_the_remedy(risky, tmp_path, monkeypatch):
    monkeypatch.setattr(results, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match="pip install pyarrow"):
        risky.write(tmp_path / "r.parquet")


def test_another_ending_is_refused(risky, tmp_path):
    with pytest.raises(BadInputError, match=r"\.csv, \.parquet, \.jsonl"):
        risky.write(tmp_path / "r.xls")


WITHOUT_US = """
import pickle, sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "rhml_widgets":
            raise ImportError("rhml_widgets is not here")

sys.meta_path.insert(0, Nothing())
model = pickle.load(sys.stdin.buffer)
print(",".join(model.predict(["arrived late again today", "money charge again today"])))
"""


@pytest.mark.parametrize("taught", [False, True])
def test_the_fitted_model_loads_where_this_package_is_not(taught):
    with begin() as session:
        work(session, 15)
        if taught:
            session.teach("money", "refund")
        held = pickle.dumps(session.model.estimator_)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_US],
        input=held,
        capture_output=True,
        check=False,
        cwd="/",
        env={},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().strip() == "card,refund"


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_what_no_file_can_hold_is_written_as_its_escape(tmp_path, suffix):
    pool = [f"{text} \udc80" for text in texts(12)]
    path = tmp_path / f"out.{suffix}"
    with pytest.warns(UserWarning, match="surrogate"):
        session = begin(pool)
    with session:
        work(session, 6)
        session.result().write(path)
    written = path.read_text(encoding="utf-8")
    assert written.count(r"\udc80") == 12
    if suffix == "jsonl":
        assert json.loads(written.splitlines()[0])["content"].endswith("\udc80")


def test_two_columns_that_would_become_one_are_refused(tmp_path):
    frame = pd.DataFrame({"text": texts(12), 1: range(12), "1": range(12)})
    with begin(frame, content=["text"]) as session:
        work(session, 6)
        with pytest.raises(NotWrittenError, match="two columns would be called '1'"):
            session.result().write(tmp_path / "out.jsonl")
    assert not list(tmp_path.iterdir())
