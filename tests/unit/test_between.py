"""Agreement between people, against worked examples and its own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.measures.between import krippendorff_alpha

# Krippendorff (2011), section C: four people, twelve units, missing values; nominal alpha .743.
WORKED = {
    "1": [1, 1, 1],
    "2": [2, 2, 3, 2],
    "3": [3, 3, 3, 3],
    "4": [3, 3, 3, 3],
    "5": [2, 2, 2, 2],
    "6": [1, 2, 3, 4],
    "7": [4, 4, 4, 4],
    "8": [1, 1, 2, 1],
    "9": [2, 2, 2, 2],
    "10": [5, 5, 5],
    "11": [1, 1],
    "12": [3],
}


def test_the_published_example():
    found = krippendorff_alpha(WORKED)
    assert found.value == pytest.approx(0.743, abs=5e-4)
    assert (found.n_items, found.n_labels) == (11, 40)
    assert found.low < found.value < found.high <= 1


def test_perfect_agreement_is_one():
    assert krippendorff_alpha({"a": ["x", "x"], "b": ["y", "y"]}).value == 1


@pytest.mark.parametrize("units", [{}, {"a": ["x"]}, {"a": ["x", "x"], "b": ["x", "x"]}])
def test_undefined_is_none(units):
    assert krippendorff_alpha(units).value is None


def test_a_bad_seed_is_refused():
    with pytest.raises(BadInputError, match="random_state"):
        krippendorff_alpha({}, random_state=-1)


def test_people_who_answer_at_random_agree_as_chance():
    stream = np.random.default_rng(0)
    units = {str(i): stream.choice(["a", "b", "c"], size=3).tolist() for i in range(2_000)}
    found = krippendorff_alpha(units)
    assert found.low < 0 < found.high


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.text(max_size=3), st.lists(st.sampled_from("abc"), max_size=4), max_size=12),
    st.permutations("abc"),
)
def test_names_and_order_of_labels_do_not_matter(units, names):
    renamed = {
        unit: [names["abc".index(label)] for label in reversed(labels)]
        for unit, labels in units.items()
    }
    one, other = krippendorff_alpha(units), krippendorff_alpha(renamed)
    assert one.value == pytest.approx(other.value) if one.value is not None else other.value is None
    assert one.value is None or one.value <= 1
