"""Concept map: an outline with links, its versions, and the model's own map beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import STEADY, begin, refold, right, work

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, NotFittedYetError, UnknownItemError
from rhml_widgets.knowledge.concept_map import ConceptMap, Link
from rhml_widgets.knowledge.lexicon import Revision

MANY = settings(STEADY, max_examples=200)


@pytest.fixture
def session():
    with begin() as session:
        yield session


@pytest.fixture
def concepts(session):
    found = session.knowledge.concept_map
    for name in ("payments", "late", "double"):
        found.add(name)
    return found


def outline(concepts):
    return [(one.name, depth) for one, depth in concepts.value.outline()]


def test_it_is_edited_as_an_outline(concepts):
    concepts.indent("late")
    concepts.indent("double")
    assert outline(concepts) == [("payments", 0), ("late", 1), ("double", 1)]
    concepts.indent("double")
    assert outline(concepts) == [("payments", 0), ("late", 1), ("double", 2)]
    concepts.outdent("double")
    concepts.outdent("late")
    assert outline(concepts) == [("payments", 0), ("double", 1), ("late", 0)]
    concepts.rename("payments", "money")
    assert outline(concepts) == [("money", 0), ("double", 1), ("late", 0)]
    concepts.remove("money")
    assert outline(concepts) == [("late", 0), ("double", 0)]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda c: c.add("Late"), "there is a concept 'late' already"),
        (lambda c: c.add(" "), "expected words"),
        (lambda c: c.indent("payments"), "first of its level"),
        (lambda c: c.outdent("late"), "hangs under nothing"),
        (lambda c: c.move("late", "late"), "which hangs under 'late' itself"),
        (lambda c: c.rename("late", "double"), "there is a concept 'double'"),
        (lambda c: c.link("late", "is", "late"), "to itself says nothing"),
        (lambda c: c.link("late", "", "double"), "expected words"),
        (lambda c: c.unlink("late", "is", "double"), "there is no link"),
        (lambda c: c.remove("x"), "the map has no concept 'x'"),
        (lambda c: c.tie("late", color="red"), "a concept has no 'color'"),
        (lambda c: c.tie("late", label="cards"), "'cards' is not one of"),
        (lambda c: c.tie("late", terms="x"), "expected a list of str"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(concepts, edit, told):
    before = concepts.value
    with pytest.raises(BadInputError, match=told):
        edit(concepts)
    assert concepts.value == before


def test_a_concept_is_tied_to_a_class_terms_and_items(session, concepts):
    (item,) = session.query()
    concepts.tie("late", label="card", terms=["arrived", "late"], items=[item], note="slow post")
    concepts.move("double", "late")
    row = concepts.frame().set_index("name").loc
    assert row["late", "items"] == (item.item_id,)
    assert (row["double", "class"], row["double", "own_class"]) == ("card", None)
    concepts.tie("late", terms=[])
    assert concepts.frame().set_index("name").loc["late", "terms"] == ()
    with pytest.raises(UnknownItemError):
        concepts.tie("late", items=["t1:none"])


def test_links_go_with_their_concepts_and_come_back(session, concepts):
    concepts.link("late", "comes before", "double")
    concepts.rename("late", "tardy")
    assert concepts.value.links == (Link("tardy", "comes before", "double"),)
    concepts.remove("tardy")
    assert concepts.links().empty
    session.undo()
    assert concepts.links().to_numpy().tolist() == [["tardy", "comes before", "double"]]


def test_an_edit_in_the_middle_can_be_taken_back(session, concepts):
    seq = concepts.indent("late")
    concepts.add("more")
    session.undo(seq)
    assert outline(concepts) == [("payments", 0), ("late", 0), ("double", 0), ("more", 0)]
    assert session.state.canonical() == refold(session).canonical()


def test_growth_and_diff_count_what_was_done(session, concepts):
    start = session.state.seq
    concepts.indent("late")
    concepts.link("late", "like", "double")
    concepts.rename("double", "twice")
    concepts.add("new")
    frame = concepts.growth()
    assert frame["n_concepts"].tolist() == [1, 2, 3, 3, 3, 3, 4]
    assert frame["n_links"].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert frame["distance"].tolist() == [1, 1, 1, 1, 1, 4, 1]
    change = concepts.diff(start)
    assert change.added == ("new", "twice")
    assert change.removed == ("double",)
    assert change.changed == ("late",)
    assert change.linked == (Link("late", "like", "twice"),)
    assert change.distance == 5
    assert concepts.diff(session.state.seq).distance == 0
    assert concepts.diff(start, start).distance == 0


def test_it_is_there_after_reopening(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path) as session:
        session.knowledge.concept_map.add("late", label="card")
        value = session.knowledge.concept_map.value
    with begin(journal=path) as session:
        assert session.knowledge.concept_map.value == value


NAMES = st.sampled_from("abcd")
EDITS = st.one_of(
    st.tuples(st.just("add"), st.fixed_dictionaries({"name": NAMES}, optional={"parent": NAMES})),
    st.tuples(st.just("move"), st.fixed_dictionaries({"name": NAMES, "parent": NAMES})),
    st.tuples(st.just("rename"), st.fixed_dictionaries({"name": NAMES, "to": NAMES})),
    st.tuples(st.just("remove"), st.fixed_dictionaries({"name": NAMES})),
    st.tuples(
        st.sampled_from(["link", "unlink"]),
        st.fixed_dictionaries({"source": NAMES, "says": st.just("is"), "target": NAMES}),
    ),
)


@MANY
@given(st.lists(EDITS, max_size=12))
def test_any_edits_leave_a_tree_whose_links_have_ends_and_a_file_holds_it(edits):
    held = ConceptMap.folded(Revision(seq, *edit) for seq, edit in enumerate(edits, 1))
    assert sorted(one.name for one, _ in held.outline()) == sorted(held.concepts)
    assert all({one.source, one.target} <= set(held.concepts) for one in held.links)
    again = ConceptMap.read(held.filed())
    assert again.concepts == held.concepts
    assert set(again.links) == set(held.links)
    assert again.diff(held).distance == 0


# ---- the model's own ----------------------------------------------------------------------


def test_a_planted_disagreement_surfaces_first():
    """The labels say that "refund" is billing; the map says that it is a bug."""
    frame = rhml.datasets.load_messages()
    topics = list(frame["topic"])
    with begin(list(frame["text"]), classes=sorted(set(topics)), refit=40) as session:
        rhml.simulate.Person(topics).drive(session, 80)
        session.fit()
        concepts = session.knowledge.concept_map
        concepts.add("money", label="billing", terms=["invoice", "subscription"])
        concepts.add("breakage", label="bug", terms=["refund", "error"])
        first = concepts.disagreements().iloc[0]
        told = (first["kind"], first["term"], first["mine"], first["theirs"])
        assert told == ("other class", "refund", "bug", "billing")
        concepts.add("help", label="how-to", terms=["plan", "seat", "upgrade"])
        found = concepts.disagreements(50)
        others = found[found["kind"] == "other class"]["strength"]
        assert len(others) > 1
        assert (others > 0).all()
        assert others.is_monotonic_decreasing
        assert found["kind"].iloc[: len(others)].eq("other class").all()


def test_the_models_map_has_its_heaviest_terms_and_what_stands_together(session):
    work(session, 30)
    found = session.knowledge.concept_map.of_model(5)
    assert {one.label for one in found.terms} <= set(session.classes_)
    for one in found.terms:
        texts = [text for text in session.pool.contents if one.term in text.split()]
        assert abs(one.n_items - len(texts)) <= len(texts)
        if one.weight > 1:
            assert right(texts[0]) == one.label
    for link in found.links:
        assert 0 < link.strength <= 1 + 1e-9
        assert link.n_items >= 3


def test_terms_in_what_is_asked_now_are_withheld_and_the_look_is_logged(session):
    work(session, 30)
    (item,) = session.query()
    found = session.knowledge.concept_map.of_model(20)
    assert not [one.term for one in found.terms if one.term in item.content.casefold()]
    told = session.knowledge.concept_map.disagreements(50)
    assert not [term for term in told["term"] if term in item.content.casefold()]
    assert list(session.state.terms_shown) == [session.model.version_]
    assert not session.state.is_exposed(item.item_id)
    session.label(item.item_id, right(item))
    assert session.judgments()["stage"].iloc[-1] == "first"


def test_without_a_model_there_is_no_map_of_it():
    with begin(classes=None) as session, pytest.raises(NotFittedYetError):
        session.knowledge.concept_map.of_model()


def test_a_model_that_is_no_sum_of_terms_has_an_empty_map():
    from sklearn.neighbors import KNeighborsClassifier

    with begin(model=KNeighborsClassifier(3)) as session:
        work(session, 8)
        found = session.knowledge.concept_map.of_model()
        assert found.terms == []
        assert np.size(found.links) == 0
