"""Knowledge: one file that outlives model and session, compared and merged without loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import STEADY, begin, work
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, NotWrittenError, UnknownLabelError
from rhml_widgets.knowledge.concept_map import ConceptMap
from rhml_widgets.knowledge.knowledge import Knowledge
from rhml_widgets.knowledge.knowledge_file import DEEPEST, MOST_BYTES, read_yaml, yaml_of
from rhml_widgets.knowledge.lexicon import Lexicon

MANY = settings(STEADY, max_examples=200)

NAMES = ["a", "B", "c d", "é", "yes", "1"]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(str.strip)


def hung(names):
    """Draw a parent for each name among those before it, so that there is no circle."""
    return st.tuples(*(st.sampled_from([None, *names[:k]]) for k in range(len(names))))


@st.composite
def known(draw, *, words=WORDS):
    """Draw any state of knowledge over a few names, so that two of them often meet."""
    keys = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    terms = [
        {
            "term": key,
            "parent": parent,
            "label": draw(st.sampled_from([None, "x", "y"])),
            "weight": draw(st.sampled_from([1.0, 2.5])),
            "synonyms": draw(st.lists(st.sampled_from("pq"), unique=True, max_size=2)),
            "note": draw(st.none() | words),
        }
        for key, parent in zip(keys, draw(hung(keys)), strict=True)
    ]
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    concepts = [
        {"name": name, "parent": parent, "note": draw(st.none() | words)}
        for name, parent in zip(names, draw(hung(names)), strict=True)
    ]
    ends = st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True)
    links = draw(st.lists(ends, max_size=2, unique_by=tuple)) if len(names) > 1 else []
    classes = draw(st.lists(st.sampled_from(["x", "y", "z"]), unique=True))
    return Knowledge(
        codebook={
            "version": 0,
            "classes": [
                {"name": name, **({"definition": d} if (d := draw(st.none() | words)) else {})}
                for name in classes
            ],
        },
        lexicon=Lexicon.read(terms),
        concept_map=ConceptMap.read(
            {
                "concepts": concepts,
                "links": [{"source": one, "says": "is", "target": other} for one, other in links],
            }
        ),
        lessons=tuple(draw(st.lists(words, unique=True, max_size=2))),
    )


FEW = known(words=st.sampled_from(["m", "n", "o"]))


# ---- laws ---------------------------------------------------------------------------------


@MANY
@given(known())
def test_a_file_holds_all_of_it_and_is_the_same_file_again(one):
    text = yaml_of(one.filed())
    again = Knowledge.read(read_yaml(text))
    assert again == one
    assert yaml_of(again.filed()) == text


@MANY
@given(FEW)
def test_merging_what_is_the_same_changes_nothing(one):
    merge = one.merge(one, one)
    assert merge.knowledge == one
    assert merge.conflicts == ()
    assert one.diff(one) == []


@MANY
@given(FEW, FEW)
def test_what_one_side_changed_is_what_is_left(base, ours):
    for merge in (ours.merge(base, base), base.merge(base, ours), ours.merge(base, ours)):
        assert merge.knowledge == ours
        assert merge.conflicts == ()


def outcome(merge):
    """Return what a merge holds, whatever its order."""
    return merge.knowledge.diff(Knowledge())


@MANY
@given(FEW, FEW, FEW)
def test_the_sides_may_change_places(base, ours, theirs):
    one, other = ours.merge(base, theirs), theirs.merge(base, ours)
    assert tuple(conflict.mirrored for conflict in other.conflicts) == one.conflicts
    if not one.conflicts:
        assert one.knowledge == other.knowledge


@MANY
@given(FEW, FEW, FEW)
def test_a_conflict_is_told_where_both_changed_a_fact_differently_and_nowhere_else(
    base, ours, theirs
):
    """Read off the files alone, field by field, by another way than the merge goes."""
    merge = ours.merge(base, theirs)
    told = {one.place for one in merge.conflicts if one.why.startswith(("both", "changed"))}
    facts = [facts_of(side) for side in (base, ours, theirs)]
    expected = set()
    for place in {place for side in facts for place in side}:
        held = [side.get(place) for side in facts]
        if None in held[1:] and held[0] is not None:
            if held[1] != held[2] and held[0] not in held[1:]:
                expected.add((*place, "whole"))
            continue
        if None in held[1:]:
            continue
        for name in {name for side in held[1:] for name in side} | set(held[0] or {}):
            values = [(side or {}).get(name) for side in held]
            if values[1] != values[2] and values[0] not in values[1:]:
                expected.add((*place, name))
    assert told == expected


def facts_of(one):
    told, facts = one.filed(), {}
    for row in told["codebook"]["classes"]:
        facts["class", "str", row["name"]] = row
    for row in told["lexicon"]:
        says = [row.get("stance", "supports"), row.get("label")]
        rest = {k: v for k, v in row.items() if k not in ("label", "stance")}
        facts["term", row["term"].casefold()] = {**rest, "key": row["term"], "says": says}
    for row in told["concept_map"]["concepts"]:
        facts["concept", row["name"].casefold()] = row
    for row in told["concept_map"]["links"]:
        ends = row["source"].casefold(), row["says"], row["target"].casefold()
        facts["link", *ends] = {"says": row["says"]}
    return facts


@MANY
@given(FEW, FEW, FEW)
def test_nothing_is_lost_without_a_word(base, ours, theirs):
    """Whatever a side added is there, or in a conflict."""
    merge = ours.merge(base, theirs)
    held = facts_of(merge.knowledge)
    conflicting = {one.place[:-1] for one in merge.conflicts}
    before = facts_of(base)
    for side in (ours, theirs):
        for place, row in facts_of(side).items():
            if place not in before:
                assert place in held
            for name, value in row.items():
                if (before.get(place) or {}).get(name) != value and place not in conflicting:
                    assert held[place][name] == value


# ---- conflicts by hand --------------------------------------------------------------------


def of_terms(*rows) -> Knowledge:
    return Knowledge(lexicon=Lexicon.read([{"term": name, **row} for name, row in rows]))


def test_the_person_decides_a_conflict():
    base = of_terms(("molly", {"label": "drugs"}))
    ours, theirs = of_terms(("molly", {"label": "names"})), of_terms(("molly", {"label": "toys"}))
    merge = ours.merge(base, theirs)
    (conflict,) = merge.conflicts
    assert "ours ['supports', 'names'], theirs ['supports', 'toys']" in str(conflict)
    assert merge.knowledge == ours
    assert ours.merge(base, theirs, take=[conflict.place]).knowledge == theirs


def test_what_one_removed_and_the_other_changed_stays_and_is_told():
    base, gone = of_terms(("molly", {"note": "old"})), of_terms()
    changed = of_terms(("molly", {"note": "new"}))
    for merge in (gone.merge(base, changed), changed.merge(base, gone)):
        assert merge.knowledge == changed
        assert [one.why for one in merge.conflicts] == ["changed here, removed there"]
    (conflict,) = changed.merge(base, gone).conflicts
    assert changed.merge(base, gone, take=[conflict.place]).knowledge == gone


def test_what_is_removed_and_needed_comes_back():
    base, gone = of_terms(("drugs", {})), of_terms()
    needed = of_terms(("drugs", {}), ("molly", {"parent": "drugs"}))
    merge = gone.merge(base, needed)
    assert merge.knowledge == needed
    assert [one.why for one in merge.conflicts] == ["removed, and needed by the other side"]


def test_a_circle_of_two_sides_is_told_and_opened():
    base = of_terms(("a", {}), ("b", {}))
    ours, theirs = (
        of_terms(("a", {"parent": "b"}), ("b", {})),
        of_terms(("a", {}), ("b", {"parent": "a"})),
    )
    merge = ours.merge(base, theirs)
    assert merge.knowledge == base
    assert {one.why for one in merge.conflicts} == {"together a circle"}


def test_names_that_differ_in_case_only_are_one():
    merge = of_terms(("Molly", {})).merge(of_terms(), of_terms(("molly", {"note": "x"})))
    assert len(merge.knowledge.lexicon) == 1
    assert {one.place[-1] for one in merge.conflicts} == {"key", "term"}


# ---- hostile files ------------------------------------------------------------------------

HEAD = "format: rhml-knowledge\nversion: 1\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "this is no knowledge file"),
        ("- a", "this is no knowledge file"),
        ("format: rhml-knowledge\nversion: 2", "this release reads version 1; upgrade"),
        (HEAD + "magic: 1", "no part 'magic'"),
        (HEAD + "lexicon: {a: 1}", "lexicon: expected a list"),
        (HEAD + "lexicon: [a]", "a term of the lexicon is 'a'"),
        (HEAD + "lexicon: [{term: 2026-01-05}]", "term=datetime"),
        (HEAD + "lexicon: [{term: a, parent: b}, {term: b, parent: a}]", "cannot hang under"),
        (HEAD + "lexicon: [{term: a, weight: .nan}]", "weight of 'a'"),
        (HEAD + "lexicon: [{term: a, weight: .inf}]", "weight of 'a'"),
        (HEAD + "lexicon: [{term: a}, {term: A}]", "there is a term 'a' already"),
        (HEAD + "lexicon: [{term: a, term: b}]", "line 3: 'term' is there twice"),
        (HEAD + "concept_map: {concepts: [1]}", "a concept is 1"),
        (HEAD + "concept_map: {links: [{source: a, says: b, target: c}]}", "no concept 'a'"),
        (HEAD + "concept_map: {concepts: 5}", "concepts: expected a list"),
        (HEAD + "codebook: {classes: [{name: x}, {name: x}]}", "is there twice"),
        (HEAD + "codebook: {classes: [{definition: x}]}", "expected name"),
        (HEAD + "codebook: {version: -1}", "expected a whole number"),
        (HEAD + "lessons: [5]", "expected words"),
        (HEAD + "a: &x [1]\nb: *x", "no anchors or aliases"),
        (HEAD + "a: !!python/object/apply:os.system ['echo']", "names no types"),
        (HEAD + "a: !!set {b}", "names no types"),
        ("a: " + "[" * 100_000, "nested more than 12 deep"),
        ("{" * 5000, "nested more than 12 deep"),
        ("a: [1", "this is no YAML"),
        ("? [1]\n: 2", "this is no YAML"),
        ("<<<<<<< ours\na: 1\n=======\na: 2\n>>>>>>> theirs\n", "git's marks of a conflict"),
        ("a: \x00", "this is no YAML"),
    ],
)
def test_what_is_no_knowledge_is_refused(tmp_path, text, told):
    path = tmp_path / "k.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match=told) as caught:
        Knowledge.load(path)
    assert "k.yaml" in str(caught.value)


def test_what_is_too_large_or_no_text_is_refused(tmp_path):
    path = tmp_path / "k.yaml"
    path.write_bytes(b"a" * (MOST_BYTES + 1))
    with pytest.raises(BadInputError, match="larger than"):
        Knowledge.load(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInputError, match=r"k\.yaml cannot be read"):
        Knowledge.load(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        Knowledge.load(tmp_path / "none.yaml")
    with pytest.raises(BadInputError, match=r"ends in \.yaml or \.json"):
        Knowledge().save(tmp_path / "k.txt")
    with pytest.raises(NotWrittenError):
        Knowledge().save(tmp_path / "no" / "k.yaml")
    assert DEEPEST == 12


def test_json_is_read_and_written_too(tmp_path):
    one = of_terms(("é", {"label": 1}), ("b", {"label": True, "parent": "é"}))
    assert Knowledge.load(one.save(tmp_path / "k.json")) == one


# ---- in a session -------------------------------------------------------------------------


@pytest.fixture
def session():
    with begin(classes={"card": "about cards", "refund": None, "crash": None}) as session:
        work(session)
        knowledge = session.knowledge
        knowledge.lexicon.add("payments", label="refund", note="what is owed: money")
        knowledge.lexicon.add("twice", parent="payments", synonyms=["double charge"])
        session.teach("late", "card")
        knowledge.concept_map.add(
            "debts", label="refund", items=[next(iter(session.state.answers))]
        )
        yield session


def test_the_file_can_be_read_and_holds_no_text_of_items_unless_asked(session, tmp_path):
    path = session.knowledge.save(tmp_path / "triage.knowledge.yaml")
    text = path.read_text(encoding="utf-8")
    assert "- term: twice\n  parent: payments\n  synonyms:\n  - double charge\n" in text
    assert "note: 'what is owed: money'" in text
    assert "definition: about cards" in text
    item_id = next(iter(session.state.answers))
    assert item_id in text
    content = session.pool.words(session.pool.number(item_id))
    assert content not in text
    with_texts = session.knowledge.save(path, excerpts=True).read_text(encoding="utf-8")
    assert content in with_texts
    assert Knowledge.load(path).excerpts == {item_id: content}


def test_a_fresh_session_with_another_model_starts_from_it(session, tmp_path):
    path = session.knowledge.save(tmp_path / "k.yaml")
    model = make_pipeline(TfidfVectorizer(), MultinomialNB())
    with begin(model=model, classes=None, knowledge=path, journal=tmp_path / "s.rhml") as fresh:
        assert fresh.classes_ == session.classes_
        assert fresh.knowledge.value == session.knowledge.value
        assert fresh.state.n_labeled == 0
        assert set(fresh.knowledge.diff(path)["field"]) == set()
        late = [text for text in fresh.pool.contents if text.split()[0] == "late"]
        assert (fresh.model.predict(late) == "card").all()
        fresh.knowledge.lexicon.remove("late")
        held = fresh.knowledge.value
    with begin(model=model, classes=None, knowledge=path, journal=tmp_path / "s.rhml") as fresh:
        assert fresh.knowledge.value == held
    replayed = rhml.replay(tmp_path / "s.rhml", model=model, pool=list(session.pool.contents))
    assert replayed.knowledge.value == held
    replayed.close()


def test_knowledge_of_other_classes_is_refused(session, tmp_path):
    path = session.knowledge.save(tmp_path / "k.yaml")
    with pytest.raises(UnknownLabelError, match="'refund' is not one of"):
        begin(classes=["card", "crash"], knowledge=path)


def test_what_another_changed_is_compared_merged_and_taken(session, tmp_path):
    base = session.knowledge.value
    theirs = Knowledge(
        base.codebook,
        base.lexicon.add("owed", parent="payments"),
        base.concept_map,
        (*base.lessons, "ask twice"),
    )
    session.knowledge.lexicon.change("payments", weight=2.0)
    frame = session.knowledge.diff(theirs)
    assert {one[1] for one in frame["place"]} == {"payments", "owed", "ask twice"}
    merge = session.knowledge.merge(base, theirs)
    assert merge.conflicts == ()
    effect = session.knowledge.take(merge.knowledge)
    assert effect.after == session.model.version_
    assert session.knowledge.lexicon.value.terms["owed"].parent == "payments"
    assert session.knowledge.lexicon.value.terms["payments"].weight == 2.0
    assert session.knowledge.history()["op"].tolist()[-2:] == ["load", "load"]
    assert repr(session.knowledge) == "<knowledge: 3 classes, 4 terms, 1 concepts, 0 lessons>"


def test_what_a_session_cannot_keep_of_a_codebook_is_said(tmp_path):
    known = Knowledge({"version": 3, "classes": [{"name": "card", "memos": [{"text": "x"}]}]})
    path = known.save(tmp_path / "k.yaml")
    with pytest.warns(UserWarning, match="memos of the codebook stay in the file"):
        begin(classes=["card", "refund"], knowledge=path).close()


def scores(pool, truth, left, *, seed: int, knowledge=None) -> np.ndarray:
    """Return the average precision of Naive Bayes after 0, 5, ... 40 labels, by seed.

    Labels are drawn from ``left``, and it is scored on the rest of these.
    """
    order = np.random.default_rng(seed).permutation(left).tolist()
    rest = order[40:]
    right = np.array(truth)[rest]
    model = make_pipeline(TfidfVectorizer(), MultinomialNB())
    classes = None if knowledge else sorted(set(truth))
    found = []
    with begin(pool, model=model, classes=classes, knowledge=knowledge, refit="manual") as session:
        for n in range(0, 41, 5):
            for number in order[max(n - 5, 0) : n]:
                session.label(session.pool.ids[number], truth[number])
            session.fit()
            shares = session.model.predict_proba([pool[k] for k in rest])
            each = [
                average_precision_score(right == label, shares[:, k])
                for k, label in enumerate(session.model.classes_)
            ]
            found.append(float(np.mean(each)))
    return np.array(found)


def test_naive_bayes_starts_warm_from_what_logistic_regression_was_taught(tmp_path):
    """Bundled messages, a simulated person: after each 40 of 120 labels all proposals are taken.

    Mean of three orders of labels, scored on messages nobody labeled: a cold start is worth as
    much after 40 labels as a warm one after 20 at most, and at first it is .1 behind.
    """
    frame = rhml.datasets.load_messages()
    pool, truth = list(frame["text"]), list(frame["topic"])
    with begin(pool, classes=sorted(set(truth)), refit="manual") as teacher:
        person = rhml.simulate.Person(truth)
        for _ in range(3):
            person.drive(teacher, 40)
            teacher.fit()
            for term in teacher.knowledge.lexicon.proposals(10)["term"]:
                teacher.knowledge.lexicon.accept(term)
        path = teacher.knowledge.save(tmp_path / "k.yaml")
        left = [k for k, one in enumerate(teacher.pool.ids) if one not in teacher.state.answers]
    cold, warm = (
        np.mean([scores(pool, truth, left, seed=seed, knowledge=one) for seed in range(3)], axis=0)
        for one in (None, path)
    )
    assert warm[0] - cold[0] >= 0.1
    assert warm[:5].max() >= cold[-1]
