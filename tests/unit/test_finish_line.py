"""From old labels and a difficult frame to a result, and on from there when the pool has grown."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sessions import begin, right, texts


def frame_of(first, last):
    """Return rows of tickets with a duplicate index, gaps, categories and a datetime column."""
    pool = texts(last)[first:]
    n = len(pool)
    return pd.DataFrame(
        {
            "ticket": pool,
            "amount": np.where(np.arange(n) % 4 == 0, np.nan, np.arange(n) * 1.5),
            "channel": pd.Categorical(
                np.where(np.arange(n) % 3 == 0, "web", "phone"), categories=["web", "phone", "fax"]
            ),
            "opened": pd.to_datetime("2026-03-01") + pd.to_timedelta(np.arange(n), unit="h"),
        },
        index=pd.Index(np.arange(n) // 2, name="customer"),
    )


def answer(session, n):
    for _ in range(n):
        (item,) = session.query()
        session.label(item, right(item), duration=3.0)


def test_import_label_result_reopen_grown_result(tmp_path):
    path, frame = tmp_path / "tickets.rhml", frame_of(0, 700)
    before = frame.copy()
    old = np.array([right(text) if k % 20 == 0 else None for k, text in enumerate(texts(700))])
    with begin(frame, content=["ticket"], labels=old, journal=path) as session:
        assert session.learner.live.snapshot.n_labels == 35
        answer(session, 30)
        assert "not yet" in session.result().summary
        assert session.audit(80) == 80
        answer(session, 80)
        first = session.result()
    pd.testing.assert_frame_equal(pd.DataFrame(first[frame.columns]), before)
    assert first.index.equals(frame.index)
    assert first["source"].value_counts()["human"] == 35 + 30 + 80
    assert (first["source"] == "model").sum() > 300
    is_right = first["label"] == [right(text) for text in frame["ticket"]]
    assert is_right[first["source"] == "model"].mean() > 0.9
    assert "80 checks drawn at random were" in first.summary

    grown = pd.concat([frame_of(700, 1200), frame]).sample(frac=1, random_state=0)
    with begin(grown, content=["ticket"], journal=path) as session:
        assert session.state.n_labeled == 110
        (extended,) = session.state.extensions.values()
        assert (extended.n_new, extended.n_gone) == (500, 0)
        second = session.result()
        # The version that was audited is fitted again: the old rows keep their labels.
        kept = second.set_index("ticket")["label"].reindex(first["ticket"])
        assert kept.tolist() == first["label"].tolist()
        new = ~second["ticket"].isin(frame["ticket"])
        assert second.loc[new.to_numpy(), "source"].isna().all()
        assert session.drift().n_new == 500
        answer(session, 10)
        assert session.audit(60) == 60
        answer(session, 60)
        last = session.result()
        assert (last["source"][new.to_numpy()] == "model").sum() > 200
        pd.testing.assert_frame_equal(pd.DataFrame(last[grown.columns]), grown)
        assert last.write(tmp_path / "out.csv").n_rows == 1200


def test_the_same_where_the_model_reads_every_column(tmp_path):
    """Gaps, categories and dates are read, old labels learned from, 500 new rows gone on with."""
    path, frame = tmp_path / "rows.rhml", frame_of(0, 200)
    old = np.array([right(text) if k % 8 == 0 else None for k, text in enumerate(frame["ticket"])])
    told = {"journal": path, "kind": "row", "refit": "manual"}

    def answers(session, n):
        for item in session.query(n):
            session.label(item, right(item.content["ticket"]), duration=3.0)

    with begin(frame, labels=old, **told) as session:
        session.fit()
        assert session.learner.failure is None
        answers(session, 30)
        session.fit().audit(60)
        answers(session, 60)
        first = session.result(0.0)
    pd.testing.assert_frame_equal(pd.DataFrame(first[frame.columns]), frame)
    assert first["source"].value_counts().to_dict() == {"human": 25 + 30 + 60, "model": 85}
    assert "checks drawn at random were" in first.summary

    grown = pd.concat([frame_of(200, 700), frame]).sample(frac=1, random_state=0)
    with begin(grown, **told) as session:
        (extended,) = session.state.extensions.values()
        assert (extended.n_new, extended.n_gone) == (500, 0)
        # The audited version is fitted again, and says of the old rows what it said.
        kept = session.result(0.0).set_index("ticket")["label"].reindex(first["ticket"])
        assert kept.tolist() == first["label"].tolist()
        assert session.drift().n_new == 500
        session.fit().audit(60)
        answers(session, 60)
        last = session.result(0.0)
        pd.testing.assert_frame_equal(pd.DataFrame(last[grown.columns]), grown)
        assert last["label"].notna().all()
        low, high = session.audited().error()
        truth = np.array([right(text) for text in last["ticket"]])
        model = last["source"] == "model"
        assert low <= (last["label"] != truth)[model].mean() <= high
        assert last.write(tmp_path / "out.jsonl").n_rows == 700
