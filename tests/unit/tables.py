"""A small table with columns of every type, and what decides in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

N = 200


def tickets(n: int = N) -> pd.DataFrame:
    """Return customers: numbers with gaps, categories, dates, bools, notes; ids nobody learns."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n).astype(float),
            "country": pd.Categorical(rng.choice(["DE", "FR"], n), categories=["DE", "FR", "XX"]),
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, n), "D"),
            "vip": rng.random(n) < 0.3,
            "plan": rng.choice(["free", "pro"], n),
            "note": [f"please call number {i} back" for i in range(n)],
            "case": range(n),
        },
        index=np.repeat(np.arange(n // 2), 2),
    )
    frame.iloc[::9, 0] = np.nan
    frame.iloc[3, 2] = pd.NaT
    return frame


def answers(frame: pd.DataFrame) -> list[str]:
    """Return what is right: the old and the Germans, but not both."""
    old = frame["age"].fillna(50) > 60
    return ["yes" if one else "no" for one in (old ^ (frame["country"] == "DE"))]


def pipeline(classifier=None, **encoder):
    """Return a plain pipeline that takes four of the columns by name."""
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), ["age"]),
            (OneHotEncoder(handle_unknown="ignore", **encoder), ["country", "plan", "vip"]),
        ),
        LogisticRegression() if classifier is None else classifier,
    )
