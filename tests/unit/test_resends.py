"""A resend changes nothing: not the journal, not what is due."""

import numpy as np
import pandas as pd
import pytest
from sessions import begin, right
from sklearn.ensemble import HistGradientBoostingClassifier

import rhml_widgets as rhml


def test_a_resent_label_does_not_count_towards_the_next_refit():
    with begin(refit=2) as session:
        items = session.query(4)
        for _ in range(5):
            session.label(items[0].item_id, right(items[0]), event_id="one")
        session.wait()
        assert session.learner.behind == 1
        session.label(items[1].item_id, right(items[1]), event_id="two")
        session.wait()
        assert session.learner.behind == 0


def test_a_lesson_that_is_not_waited_for_has_no_size_yet():
    with begin(refit="manual") as session:
        assert session.teach("late", "card", wait=False).flips is None


def test_without_truth_the_person_is_the_reference():
    with begin() as session:
        rhml.Workbench(session)
        from rhml_widgets.views.desk import Desk

        desk = Desk.of(session)
        desk.curves()
        assert any("You are the reference" in line for line in desk.standing)


def test_an_array_that_changes_later_changes_no_result():
    X = np.arange(60.0).reshape(30, 2)
    with rhml.Session(pool=X, classes=["a", "b"], journal=None, refit="manual") as session:
        X[:] = 0
        assert session.result().iloc[:, 0].tolist()[1] == 2.0


@pytest.mark.filterwarnings("ignore:the first fit failed")
def test_drift_of_rows_with_gaps():
    stream = np.random.default_rng(0)
    frame = pd.DataFrame(stream.normal(size=(160, 3)), columns=list("abc"))
    frame.iloc[::5, 0] = np.nan
    told = {"classes": ["x", "y"], "journal": None, "refit": "manual"}
    model = HistGradientBoostingClassifier()
    with rhml.Session(model, frame.iloc[:80], **told) as session:
        session.extend(frame.iloc[80:] + 3)
        assert session.drift().words()
