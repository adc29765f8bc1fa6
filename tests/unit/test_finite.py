"""Intervals for a pool of known size: they hold at every look, and are narrow enough."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.measures.finite import finite, finite_band, finite_sum, finite_within
from rhml_widgets.measures.intervals import anytime, wilson

RUNS = 2000


def draws(size, true, n, *, seed):
    """Return running counts of hits, shape (RUNS, n), drawn without return."""
    pool = np.arange(size) < true
    stream = np.random.default_rng(seed)
    return np.array([pool[stream.permutation(size)[:n]].cumsum() for _ in range(RUNS)])


@pytest.mark.parametrize(("size", "true"), [(300, 15), (300, 150), (2000, 60), (80, 0)])
def test_it_misses_at_any_look_in_at_most_one_run_of_twenty(size, true):
    n = min(200, size)
    counts, looks = draws(size, true, n, seed=true), np.arange(1, n + 1)
    low, high = (
        band.reshape(counts.shape)
        for band in finite_band(
            counts.ravel(), np.tile(looks, RUNS), np.full(counts.size, size), error=0.05
        )
    )
    missed = ((true < low) | (true > high)).any(axis=1).mean()
    assert missed <= 0.05 + 2 * sqrt(0.05 * 0.95 / RUNS)


def test_peeking_at_an_interval_for_one_look_misses_far_more_often():
    counts = draws(300, 150, 200, seed=150)[:300]
    missed = [
        any(not (w := wilson(int(run[n - 1]), n))[0] <= 0.5 <= w[1] for n in range(5, 201, 5))
        for run in counts
    ]
    assert np.mean(missed) > 0.15


@STEADY
@given(st.data())
def test_it_keeps_just_the_counts_whose_likelihood_is_large_enough(data):
    size = data.draw(st.integers(1, 60))
    n = data.draw(st.integers(0, size))
    hits = data.draw(st.integers(0, n))
    low, high = finite(hits, n, size)
    counts = np.arange(hits, size - (n - hits) + 1)
    one = np.ones(len(counts), dtype=int)[:, None]
    inside = counts[finite_within(counts[:, None], hits * one, n * one, size * one, error=1 - 0.95)]
    assert (low, high) == (inside.min(), inside.max())


def test_once_all_is_drawn_nothing_is_in_doubt():
    assert finite(7, 50, 50) == (7, 7)
    assert finite(0, 0, 50) == (0, 50)


def test_for_a_large_pool_it_is_the_interval_of_a_rate():
    low, high = finite(27, 100, 10_000_000)
    assert (low / 1e7, high / 1e7) == pytest.approx(anytime(27, 100), abs=1e-4)


@pytest.mark.parametrize(("hits", "n"), [(0, 100), (4, 100), (20, 100), (10, 400), (200, 400)])
def test_it_is_at_most_twice_as_wide_as_wilson(hits, n):
    low, high = finite(hits, n, 5000)
    below, above = wilson(hits, n)
    assert (high - low) / 5000 <= 2 * (above - below)


@STEADY
@given(st.data())
def test_the_sum_of_parts_holds_every_sum_of_counts_that_fit_together(data):
    size = [data.draw(st.integers(0, 25)) for _ in range(2)]
    n = [data.draw(st.integers(0, most)) for most in size]
    hits = [data.draw(st.integers(0, most)) for most in n]
    low, high = finite_sum([hits], [n], [size], error=0.05)
    ranges = [range(s, m - (k - s) + 1) for s, k, m in zip(hits, n, size, strict=True)]
    counts = np.array(list(product(*ranges)))
    whole = [np.tile(row, (len(counts), 1)) for row in (hits, n, size)]
    sums = counts.sum(axis=1)[finite_within(counts, *whole, error=0.05)]
    assert low[0] <= sums.min() + 1e-6
    assert high[0] >= sums.max() - 1e-6
    # Counts are whole and the bound is not: it is wider by less than one for each part.
    assert low[0] >= sums.min() - 2
    assert high[0] <= sums.max() + 2


def test_parts_tell_more_than_the_whole_where_one_is_mostly_hits():
    low, high = finite_sum([[95, 1]], [[100, 100]], [[500, 1500]], error=0.05)
    plain_low, plain_high = finite(96, 200, 2000)
    assert high[0] - low[0] < 0.6 * (plain_high - plain_low)


@pytest.mark.parametrize("counts", [(3, 2, 9), (-1, 2, 9), (1, 10, 9)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(BadInputError, match="cannot be"):
        finite(*counts)


def test_an_impossible_level_is_refused():
    with pytest.raises(BadInputError, match="level is 95"):
        finite(1, 2, 9, level=95)
