"""Rows from old labels to a result: audits, growth and old data are not of texts alone."""

import numpy as np
import pandas as pd
import pytest

import rhml_widgets as rhml


@pytest.fixture
def frame():
    stream = np.random.default_rng(0)
    kind = stream.integers(0, 2, 240)
    return pd.DataFrame(
        {
            "amount": kind * 2.0 + stream.normal(size=240),
            "country": np.where(stream.random(240) < 0.2 + 0.6 * kind, "NL", "DE"),
            "ticket": [f"T{n}" for n in range(240)],
            "truth": np.where(kind == 1, "refund", "order"),
        }
    )


def answer(session, truth, n):
    for item in session.query(n):
        session.label(item.item_id, truth[item.position])


def test_rows_are_audited_grown_and_handed_out(frame, tmp_path):
    first, later = frame.iloc[:200], frame.iloc[200:]
    old = (frame.iloc[:30], frame["truth"].iloc[:30])
    told = {
        "content": ["amount", "country"],
        "show": ["ticket"],
        "journal": tmp_path / "rows.rhml",
        "refit": "sync",
    }
    with rhml.Session(pool=first, classes=["order", "refund"], base=old, **told) as session:
        answer(session, frame["truth"], 20)
        assert session.audit(35) == 35
        answer(session, frame["truth"], 35)
        assert session.audited().n == 35
        found = session.result()
        assert len(found) == 200
        assert found["source"].eq("human").sum() == 55
        assert session.extend(later) > 0
        assert len(session.result()) == 240
        assert session.pool.seen["ticket"].iloc[-1] == "T239"
        assert set(session.predict_pool()["label"]) == {"order", "refund"}
    with rhml.Session(pool=frame, base=old, **told) as session:
        # The audited version is fitted again from the journal, on rows as on texts.
        assert session.audited().n == 35
        again = session.result()
        assert again["source"].eq("human").sum() == 55
        assert list(again.columns)[: len(frame.columns)] == list(frame.columns)
