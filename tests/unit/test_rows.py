"""Rows in a session: asked, answered, explained, taught and reported, the model reading a frame."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from tables import answers, pipeline, tickets

from rhml_widgets import explain
from rhml_widgets.exceptions import BadInputError, JournalMismatchError, UnknownTermError
from rhml_widgets.session import Session
from rhml_widgets.simulate import Person
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.widgets.actions import Actions

FRAME = tickets()
RIGHT = answers(FRAME)
CONTENT = ["age", "country", "joined", "vip", "plan", "note"]


def begin(model=None, pool=None, n=0, **arguments) -> Session:
    """Open a session on the table, or another pool, and answer some of it."""
    told = {"journal": None, "refit": "sync", "classes": ["no", "yes"], **arguments}
    if pool is None:
        told = {"show": ["case"], **told}
    session = Session(model, FRAME if pool is None else pool, **told)
    for item in session.query(n) if n else ():
        session.label(item, RIGHT[item.position])
    session.wait()
    return session


def share(explanation, column: str) -> float:
    """Return what a column adds; 0 where it is not named."""
    told = dict(zip(explanation.features, explanation.contributions.tolist(), strict=True))
    return float(told.get(column, 0.0))


def test_a_table_is_asked_answered_explained_and_reported(tmp_path):
    with begin(n=12, truth=RIGHT) as session:
        assert session.pool.kind == "row"
        item = session.query()[0]
        assert isinstance(item.content, pd.Series)
        assert "case" not in item.content
        session.label(item, RIGHT[item.position], rationale=["age"])
        explanation = session.explain(item)
        assert explanation.method == "exact"
        assert set(explanation.features) <= set(CONTENT)
        assert explanation.spans == ()
        assert session.judgments()["rationale"].iloc[-1] == ("age",)
        page = session.report(tmp_path / "r.html").read_text()
        assert "joined" in page
        assert "Which of “no”, “yes” is each row?" in page


def test_the_model_is_handed_the_frame_it_expects():
    seen = []

    class Watching(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            seen.append(X)
            return super().fit(X, y, sample_weight)

    model = pipeline()
    with begin(model, n=20) as session:
        fitted = session.model.estimator_
        assert list(fitted.feature_names_in_) == CONTENT
        assert fitted.predict(FRAME[CONTENT]).shape == (len(FRAME),)
        assert session.predict_pool()["label"].tolist() == fitted.predict(FRAME[CONTENT]).tolist()
    with begin(make_pipeline(Watching()), np.eye(40), n=0) as session:
        for i, item in enumerate(session.query(10)):
            session.label(item, "yes" if i % 2 else "no")
        assert seen[-1].shape[1] == 40


@pytest.mark.parametrize("model", [None, pipeline()], ids=["default", "own"])
def test_a_linear_model_is_explained_exactly_by_the_users_columns(model):
    with begin(model, n=30) as session:
        number = 5
        item_id = session.pool.ids[number]
        found = session.explain(item_id)
        fitted = session.model.estimator_
        position = int(session.pool.positions[number])
        raw = fitted.decision_function(FRAME[CONTENT].iloc[[position]])[0]
        sign = 1 if found.label == "yes" else -1
        assert found.prediction == pytest.approx(sign * raw)
        assert found.gap == 0
        assert found.baseline + found.contributions.sum() == pytest.approx(found.prediction)
        plain = explain(fitted, FRAME[CONTENT], position)
        assert plain.features == found.features
        assert plain.contributions == pytest.approx(found.contributions)


def test_what_was_made_of_a_column_is_added_up_for_it():
    with begin(pipeline(), n=30) as session:
        found = session.explain(session.pool.ids[0], "yes")
        columns, classifier = (step for _, step in session.model.estimator_.steps)
        scaled, encoder = (
            columns.named_transformers_[name] for name in ("pipeline", "onehotencoder")
        )
        row = FRAME[CONTENT].iloc[[0]]
        coef = classifier.coef_[0]
        by_hand = {"age": float(scaled.transform(row[["age"]])[0, 0] * coef[0])}
        place = 1
        for name, known in zip(("country", "plan", "vip"), encoder.categories_, strict=True):
            by_hand[name] = float(coef[place + list(known).index(row[name].iloc[0])])
            place += len(known)
        told = dict(zip(found.features, found.contributions, strict=True))
        assert told == pytest.approx(by_hand)


def test_columns_keep_their_exact_share_behind_a_projection():
    model = make_pipeline(*[step for _, step in pipeline(sparse_output=False).steps[:-1]])
    chain = make_pipeline(model, PCA(3), LogisticRegression())
    with begin(chain, n=30) as session:
        found = session.explain(session.pool.ids[0])
        assert found.method == "exact"
        assert set(found.features) <= {"age", "country", "plan", "vip"}
        raw = session.model.estimator_.decision_function(FRAME[CONTENT].iloc[[0]])[0]
        assert abs(found.prediction) == pytest.approx(abs(raw))


def test_other_models_are_explained_by_what_stands_elsewhere_in_a_column():
    with begin(pipeline(KNeighborsClassifier(3)), n=30) as session:
        found = session.explain(session.pool.ids[0])
        again = session.explain(session.pool.ids[0])
        assert found.method == "occlusion"
        assert found == again
        assert set(found.features) == set(CONTENT)
        assert share(found, "note") == 0
        total = found.baseline + found.contributions.sum() + found.gap
        assert total == pytest.approx(found.prediction)


@pytest.mark.parametrize(
    "model",
    [
        pipeline(RandomForestClassifier(8, random_state=0)),
        pipeline(HistGradientBoostingClassifier(max_iter=10), sparse_output=False),
    ],
    ids=["forest", "boosting"],
)
def test_trees_are_explained_exactly_where_shap_is_installed(model):
    pytest.importorskip("shap")
    with begin(model, n=40) as session:
        item_id = session.pool.ids[0]
        found = session.explain(item_id)
        assert found.method == "exact"
        assert set(found.features) == {"age", "country", "plan", "vip"}
        plain = explain(session.model.estimator_, FRAME[CONTENT], 0)
        assert plain.prediction == pytest.approx(found.prediction)


@pytest.mark.parametrize("transform", ["pool", "labels"])
@pytest.mark.parametrize(
    "model",
    [None, pipeline(), pipeline(RandomForestClassifier(8, random_state=0)), GaussianNB()],
    ids=["default", "logistic", "forest", "lone"],
)
def test_a_struck_column_no_longer_speaks(model, transform):
    with begin(model, n=12, transform=transform) as session:
        assert session.learner.failure is None
        session.teach("country", stance="irrelevant")
        item_id = session.pool.ids[1]
        assert share(session.explain(item_id), "country") == pytest.approx(0, abs=1e-3)
        assert session.learner.failure is None


def test_undo_gives_a_struck_column_back_its_voice():
    with begin(n=40) as session:
        before = session.explain(session.pool.ids[1])
        effect = session.teach("country", stance="irrelevant")
        session.undo(effect.lesson)
        session.wait()
        after = session.explain(session.pool.ids[1])
        assert share(after, "country") == pytest.approx(share(before, "country"), abs=1e-6)


def coefficient(session: Session, column: str) -> float:
    features = session.learner.features()
    (place,) = features.columns(column)
    return float(session.learner.live.head.coef_[0, place])


def test_a_column_that_supports_a_class_is_drawn_to_that_side():
    with begin(pipeline(), n=10) as session:
        plain = coefficient(session, "age")
        session.teach("age", "yes")
        assert coefficient(session, "age") > plain


def test_what_a_column_says_is_what_stood_there():
    """The young speak for “no”: then the old speak against it."""
    with begin(pipeline()) as session:
        ages = session.pool.inputs["age"].to_numpy()
        young, old = (int(np.nanargmin(ages)), int(np.nanargmax(ages)))
        for number, label in ((young, "no"), (old, "yes")):
            session.label(session.pool.ids[number], label)
        session.wait()
        plain = coefficient(session, "age")
        effect = session.teach("age", "no", item_id=session.pool.ids[young])
        assert coefficient(session, "age") > plain
        session.undo(effect.lesson)
        session.teach("age", "yes", item_id=session.pool.ids[young])
        session.wait()
        assert coefficient(session, "age") < plain


def test_a_marked_category_speaks_for_its_own_value_only():
    with begin(pipeline(), n=12) as session:
        features = session.learner.features()
        columns = features.columns("plan")
        before = session.learner.live.head.coef_[0, columns].copy()
        item = session.query()[0]
        session.label(item, "yes", rationale=["plan"])
        session.label(session.query()[0], "yes", rationale=["plan"])
        session.wait()
        after = session.learner.live.head.coef_[0, columns]
        own = [n for n in columns if features.X[session.pool.number(item), n]]
        assert after[columns.index(own[0])] > before[columns.index(own[0])]


def test_other_models_take_a_support_as_a_typical_row():
    with begin(pipeline(RandomForestClassifier(8, random_state=0)), n=10) as session:
        assert session.teach("age", "yes").after is not None
        assert session.learner.failure is None


@pytest.mark.parametrize(
    ("model", "arguments", "column", "told"),
    [
        (pipeline(), {}, "plan", "holds categories"),
        (pipeline(), {}, "joined", "leave it out"),
        (pipeline(), {"transform": "labels"}, "age", "no feature of it alone"),
        (pipeline(), {}, "aeg", "did you mean 'age'"),
    ],
)
def test_what_no_fit_could_hear_is_refused_with_the_reason(model, arguments, column, told):
    with begin(model, **arguments) as session:
        with pytest.raises((BadInputError, UnknownTermError), match=told):
            session.teach(column, "yes")
        if column in ("joined", "aeg"):
            with pytest.raises((BadInputError, UnknownTermError), match=told):
                session.teach(column, stance="irrelevant")
        assert not [one for one in session.state.lessons.values() if one.origin == "person"]


def test_a_rationale_names_columns(tmp_path):
    with begin() as session:
        item = session.query()[0]
        for wrong in (["case"], [[0, 1]], ["Age"]):
            with pytest.raises(UnknownTermError):
                session.label(item, "yes", rationale=wrong)


COLUMNS = {
    "Int64": pd.array([None, 1, 2, 3] * 5, dtype="Int64"),
    "Float64": pd.array([None, 1.5, 2, 3] * 5, dtype="Float64"),
    "boolean": pd.array([None, True, False, True] * 5, dtype="boolean"),
    "string": pd.array([None, "a", "b", "a"] * 5, dtype="string"),
    "objects": pd.Series([pd.NA, "a", None, 3] * 5, dtype=object),
    "nothing": pd.Series([np.nan] * 20),
    "zoned": pd.date_range("2024-01-01", periods=20, tz="Asia/Tokyo"),
    "while": pd.to_timedelta(np.arange(20), "h"),
    "months": pd.period_range("2024-01", periods=20, freq="M"),
    "category": pd.Categorical([None, "a", "b", "a"] * 5),
    "bytes": np.arange(20, dtype=np.uint8),
    "prose": pd.Series([None, *(f"a few words, {i}" for i in range(19))], dtype=object),
    5: np.arange(20.0),
}


# A lone classifier is handed numbers as they are, and refuses a column of gaps alone.
@pytest.mark.parametrize(
    ("model", "name"),
    [(None, name) for name in COLUMNS]
    + [(GaussianNB(), name) for name in COLUMNS if name != "nothing"],
)
def test_columns_of_every_type_are_read_without_a_word_from_the_user(model, name):
    frame = pd.DataFrame({"x": np.arange(20.0) % 7, name: COLUMNS[name]})
    with begin(model, frame, kind="row") as session:
        for item in session.query(6):
            session.label(item, "yes" if item.position % 2 else "no")
        session.wait()
        assert session.learner.failure is None
        assert set(session.explain(session.pool.ids[1]).features) <= {"x", str(name)}
        session.teach(str(name), stance="irrelevant")
        assert session.learner.failure is None


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:the first fit failed:UserWarning")
@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        LogisticRegression().fit([[0.0, 0.0], [1.0, 1.0]], ["no", "yes"]),
        make_pipeline(PCA(1), LogisticRegression()),
    ],
    ids=["head", "brought", "step"],
)
def test_a_model_that_refuses_gaps_says_which_column_and_how_many(model):
    pool = np.column_stack([np.arange(30.0), np.arange(30.0) ** 2])
    pool[:12, 1] = np.nan
    with begin(model, pool) as session:
        for i, item in enumerate(session.query(4)):
            session.label(item, "yes" if i % 2 else "no")
        session.wait()
        assert "column '#1' has 12 missing; impute" in session.learner.failure.message


@pytest.mark.filterwarnings("ignore:the first fit failed:UserWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    "as_pool", [lambda X: pd.DataFrame(X, columns=["a", "b"]).assign(c="x"), sparse.csr_matrix]
)
def test_infinite_values_are_named_by_column(as_pool):
    X = np.column_stack([np.arange(1.0, 31.0), np.arange(30.0) ** 2])
    X[:2, 1] = [np.inf, -np.inf]
    with Session(pool=as_pool(X), classes=["no", "yes"], refit="sync", journal=None) as session:
        for i, item in enumerate(session.query(4)):
            session.label(item, "yes" if i % 2 else "no")
        told = session.learner.failure.message
        assert re.search(r"refuses infinite values: column '(b|#1)' has 2 infinite; put", told)


def test_a_model_of_texts_on_rows_and_of_columns_on_texts_is_refused_with_the_remedy():
    of_texts = make_pipeline(TfidfVectorizer(), LogisticRegression())
    with pytest.raises(BadInputError, match=r"TfidfVectorizer reads texts.*content="):
        Session(of_texts, FRAME, journal=None)
    by_name = ColumnTransformer([("words", TfidfVectorizer(), "ticket")])
    of_columns = make_pipeline(by_name, LogisticRegression())
    with pytest.raises(BadInputError, match="takes columns by name and the pool is texts"):
        Session(of_columns, ["one", "two"], journal=None)
    # One text column by its name is a row, as that model needs it.
    frame = pd.DataFrame({"ticket": ["a card", "a loan"]})
    with Session(of_columns, frame, journal=None) as session:
        assert session.pool.kind == "row"


@pytest.mark.filterwarnings("ignore:the first fit failed:UserWarning")
def test_images_with_missing_pixels_say_so():
    images = np.random.default_rng(0).random((12, 8, 8))
    images[3, 1, 1] = np.nan
    with Session(pool=images, classes=["no", "yes"], refit="sync", journal=None) as session:
        for i, item in enumerate(session.query(4)):
            session.label(item, "yes" if i % 2 else "no")
        assert "some pixels are missing (NaN)" in session.learner.failure.message


def test_unused_categories_of_labels_are_classes_in_their_order(tmp_path):
    told = {"journal": tmp_path / "a.rhml", "refit": "manual"}
    labels = pd.Series(pd.Categorical(["b", None, "a"], categories=["a", "b", "never"]))
    with Session(pool=np.eye(3), labels=labels, **told) as session:
        assert session.classes_ == ["a", "b", "never"]
        seq = session.state.seq
    with Session(pool=np.eye(3), labels=labels, **told) as session:
        assert session.classes_ == ["a", "b", "never"]
        assert session.state.seq == seq + 1  # nothing but the opening itself


@pytest.mark.filterwarnings("ignore:the (first )?fit failed:UserWarning")
def test_a_lesson_is_kept_where_the_first_steps_cannot_read_the_rows():
    pool = FRAME[["age"]]
    with begin(make_pipeline(PCA(1), LogisticRegression()), pool) as session:
        effect = session.teach("age", stance="irrelevant")
        assert effect.flips is None
        assert "column 'age' has" in session.learner.failure.message
        with pytest.raises(UnknownTermError, match="aeg"):
            session.teach("aeg", stance="irrelevant")


def test_a_model_that_accepts_gaps_is_let_alone():
    pool = pd.DataFrame({"a": np.arange(60.0), "b": np.arange(60.0)})
    pool.loc[::2, "b"] = np.nan
    with begin(HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=2), pool) as session:
        for item in session.query(20):
            session.label(item, "yes" if item.position > 30 else "no")
        session.wait()
        assert session.learner.failure is None
        assert session.explain(session.pool.ids[0]).method in ("exact", "occlusion")


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        ([0.5, 1.5, 2.5], "regression target"),
        (["a", 1, None], "mixed"),
        ([["a"], ["b"], None], "list"),
        (["a", "b"], "2 values, the pool has 3 rows"),
    ],
)
def test_truth_that_is_no_label_is_refused(truth, told):
    with pytest.raises(BadInputError, match=told):
        Session(pool=np.eye(3), truth=truth, journal=None)


def test_unused_categories_of_the_truth_are_no_harm():
    truth = pd.Series(pd.Categorical(["a", None, "b"], categories=["a", "b", "never"]))
    with Session(pool=np.eye(3), truth=truth, holdout=1, journal=None) as session:
        assert session.classes_ == []


def test_a_journal_of_rows_goes_on_after_the_table_was_sorted_and_grew(tmp_path):
    path = tmp_path / "rows.rhml"
    with begin(journal=path, n=5) as session:
        done = set(session.judgments()["item_id"])
    grown = pd.concat([tickets(N_MORE)[::-1]], ignore_index=True)
    with Session(pool=grown, journal=path, refit="sync") as again:
        assert (again.pool.kind, again.pool.content) == ("row", CONTENT)
        assert list(again.pool.seen.columns) == ["case"]
        assert all(item_id in again.pool for item_id in done)
        assert again.state.n_labeled == 5


N_MORE = 200


def test_a_journal_of_rows_is_not_opened_on_other_rows_or_another_kind(tmp_path):
    path = tmp_path / "rows.rhml"
    with begin(journal=path, n=5):
        pass
    changed = FRAME.assign(age=1.0, note="x")
    with pytest.raises(JournalMismatchError, match="none of them is in this pool"):
        Session(pool=changed, journal=path)
    with pytest.raises(JournalMismatchError, match="kind='row'"):
        Session(pool=np.zeros((3, 4, 4)), journal=path)
    with pytest.raises(JournalMismatchError, match="kind='row'"):
        Session(pool=FRAME[["note", "plan"]], kind="text", content=["note"], journal=path)


# ---- matrices -------------------------------------------------------------------------------


@pytest.mark.parametrize("as_pool", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
@pytest.mark.parametrize("model", [None, LogisticRegression()], ids=["default", "lone"])
def test_matrices_are_asked_and_explained_by_place(as_pool, model):
    rng = np.random.default_rng(0)
    matrix = rng.poisson(0.5, (80, 6)).astype(float)
    with begin(model, as_pool(matrix)) as session:
        for item in session.query(20):
            session.label(item, "yes" if matrix[item.position, 2] else "no")
        session.wait()
        found = session.explain(session.pool.ids[0])
        assert found.method == "exact"
        assert set(found.features) <= {f"#{i}" for i in range(6)}
        assert session.model.predict(as_pool(matrix)).shape == (80,)


def test_a_fitted_model_answers_from_the_start():
    fitted = RandomForestClassifier(10, random_state=0).fit(FRAME[["age", "case"]].fillna(0), RIGHT)
    pool = FRAME[["age", "case"]].fillna(0)
    with begin(fitted, pool) as session:
        session.wait()
        assert session.learner.version == 0
        expected = fitted.predict(pool)
        assert session.predict_pool()["label"].tolist() == expected.tolist()


def test_a_fitted_model_that_knows_none_of_the_classes_is_refused():
    pool = FRAME[["age", "case"]].fillna(0)
    fitted = LogisticRegression(max_iter=1000).fit(pool, np.array(RIGHT) == "yes")
    with pytest.raises(BadInputError, match="none of classes=\\['no', 'yes'\\]"):
        begin(fitted, pool)
    with begin(pool=pool) as session, pytest.raises(BadInputError, match="none of classes="):
        session.model = fitted


def test_near_duplicates_are_rows_that_differ_by_little():
    from rhml_widgets.machine.space import Space

    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2)) * [1, 1000]
    space = Space(X, by_distance=True)
    near = X[:1] + np.array([[0.02, 20]])
    assert space.alike(X[:1], near)[0, 0] > 0.95
    # Two columns that point the same way are alike by their cosine only.
    assert (space.alike(X, X) > 0.9).mean() < 0.02
    assert (Space(X).alike(X, X) > 0.9).mean() > 0.1
    assert space.away(X[:150], X[150:]).mean() == pytest.approx(2, rel=0.2)
    gaps = X.copy()
    gaps[::3, 1] = np.nan
    assert np.isfinite(Space(gaps, by_distance=True).alike(gaps, gaps)).all()


# ---- on a page ------------------------------------------------------------------------------


def test_the_page_shows_marks_and_teaches_columns():
    with begin(n=20) as session:
        desk = Desk.of(session)
        desk.prepare()
        actions = Actions(session, desk)
        item = desk.queue()["items"][0]
        assert [field["name"] for field in item["fields"]] == [*CONTENT, "case"]
        actions.label(
            item_id=item["item_id"],
            label=1,
            seen=item["seen"],
            event_id="e1",
            ms=900,
            rationale=[[0, 1], [4, 5]],
            note=None,
        )
        assert session.state.answer(item["item_id"]).rationale == ("age", "plan")
        session.undo()
        again = desk.queue()["items"][0]
        assert again["draft"]["rationale"] == [[0, 1], [4, 5]]
        answered = session.judgments()["item_id"].iloc[0]
        desk.open(answered)
        panel = json_safe(desk.explanation())
        assert panel["item"]["kind"] == "row"
        term = panel["reasons"]["rows"][0]["term"]
        desk.teach(term, None, "irrelevant", item_id=answered, event_id="t1")
        session.wait()
        assert desk.explanation()["effect"]["words"] == f"You struck “{term}”."


@pytest.mark.parametrize("texts", ["excerpt", "none", "full"])
def test_a_report_masks_what_identifies_people_and_leaves_measures(texts, tmp_path):
    frame = pd.DataFrame(
        {
            "phone": ["0151 2345678", "0152 7654321", "0153 1112223", "0154 9998887"],
            "level": [0.0002773, 1.5, 2.25, 3.125],
        }
    )
    with Session(pool=frame, classes=["a", "b"], journal=None, refit="sync") as session:
        for i, item in enumerate(session.query(4)):
            session.label(item, "ab"[i % 2])
        page = session.report(tmp_path / "r.html", texts=texts).read_text()
    assert ("2345678" in page) == (texts == "full")
    assert ("0.0002773" in page) == (texts != "none")


def test_the_fitted_default_model_loads_without_this_package(tmp_path):
    frame = FRAME[CONTENT]
    with begin(n=20) as session:
        (tmp_path / "model.pkl").write_bytes(pickle.dumps(session.model.estimator_))
        expected = session.model.estimator_.predict(frame).tolist()
    frame.to_pickle(tmp_path / "frame.pkl")
    code = (
        "import pickle, sys, pandas as pd; model = pickle.load(open('model.pkl', 'rb'));"
        "print(model.predict(pd.read_pickle('frame.pkl')).tolist());"
        "assert not [name for name in sys.modules if name.startswith('rhml')]"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == str(expected)


def test_a_simulated_person_answers_rows():
    truth = pd.Series(RIGHT, index=range(len(RIGHT)))
    frame = FRAME.reset_index(drop=True)
    with Session(
        pool=frame, show=["case"], classes=["no", "yes"], journal=None, refit="sync"
    ) as session:
        Person(truth, random_state=0).drive(session, 12)
        assert session.state.n_labeled == 12
