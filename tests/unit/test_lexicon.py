"""Lexicon: terms in a tree, edited through the session, heard by the model, kept in files."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import STEADY, begin, refold, work
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, UnknownLabelError, UnknownTermError
from rhml_widgets.knowledge.lexicon import Lexicon, Revision
from rhml_widgets.knowledge.lexicon_file import csv_of, json_of, lexicon_of_csv, lexicon_of_json
from rhml_widgets.knowledge.pattern import matching
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.proposals import propose
from rhml_widgets.machine.snapshot import Snapshot

MANY = settings(STEADY, max_examples=200)


def revise(lexicon: Lexicon, op: str, seq: int = 9, **about) -> Lexicon:
    return lexicon.revised(Revision(seq, op, about))


# ---- the value ----------------------------------------------------------------------------


def tree() -> Lexicon:
    lexicon = Lexicon().add("substances", label="drugs")
    lexicon = lexicon.add("molly", parent="substances", synonyms=["mandy"])
    return lexicon.add("pure", parent="molly", label="quality")


def test_a_child_speaks_for_its_parents_class_unless_it_has_its_own():
    assert {key: tree().label_of(key) for key in tree().terms} == {
        "substances": "drugs",
        "molly": "drugs",
        "pure": "quality",
    }
    assert [(row["term"], row["label"]) for row in tree().stances()] == [
        ("substances", "drugs"),
        ("molly", "drugs"),
        ("mandy", "drugs"),
        ("pure", "quality"),
    ]


def test_a_heading_without_a_class_says_nothing():
    assert Lexicon().add("to sort out").stances() == []


def test_a_cycle_is_refused_and_so_is_a_name_that_is_taken():
    with pytest.raises(BadInputError, match="'substances' cannot hang under 'pure'"):
        revise(tree(), "move", key="substances", parent="pure")
    with pytest.raises(BadInputError, match="there is a term 'molly' already"):
        tree().add("MOLLY")
    with pytest.raises(BadInputError, match="there is no 'x'; add it first"):
        tree().add("y", parent="x")


def test_what_hangs_under_a_removed_term_moves_up_and_says_what_it_said():
    left = revise(tree(), "remove", key="substances")
    assert left.label_of("molly") == "drugs"
    assert left.terms["molly"].parent is None
    assert left.terms["pure"].parent == "molly"


def test_a_renamed_term_keeps_what_hangs_under_it():
    renamed = revise(tree(), "change", key="molly", term="mdma")
    assert renamed.terms["pure"].parent == "mdma"
    assert list(renamed.terms) == ["substances", "mdma", "pure"]


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"term": " "}, "expected a word or a phrase"),
        ({"term": "x" * 201}, "at most 200"),
        ({"term": "x", "weight": 0}, "above 0, up to 10"),
        ({"term": "x", "weight": float("nan")}, "weight of 'x'"),
        ({"term": "x", "weight": 11}, "weight of 'x'"),
        ({"term": "x", "weight": True}, "above 0"),
        ({"term": "x", "stance": "loves"}, "expected 'supports' or 'irrelevant'"),
        ({"term": "x", "stance": "irrelevant", "label": "a"}, "irrelevant to all classes"),
        ({"term": "x", "synonyms": "y"}, "expected a list of words"),
        ({"term": "x", "color": "red"}, "a term has no 'color'"),
        ({"term": "a*"}, "at least 2 characters beside"),
        ({"term": "free pri*"}, "a pattern is of one word"),
        ({"term": "x", "synonyms": ["*"]}, "at least 2 characters"),
    ],
)
def test_what_is_no_term_is_refused(about, told):
    with pytest.raises(BadInputError, match=told):
        Lexicon().add(**about)


EDITS = st.one_of(
    st.fixed_dictionaries(
        {"op": st.just("add"), "term": st.sampled_from("abcd"), "parent": st.sampled_from("abc")}
        | {"label": st.sampled_from([None, "x", "y"])}
    ),
    st.fixed_dictionaries(
        {"op": st.just("move"), "key": st.sampled_from("abcd"), "parent": st.sampled_from("abcd")}
    ),
    st.fixed_dictionaries({"op": st.just("remove"), "key": st.sampled_from("abcd")}),
    st.fixed_dictionaries({"op": st.just("add"), "term": st.sampled_from("abcd")}),
    st.fixed_dictionaries(
        {"op": st.just("change"), "key": st.sampled_from("abcd"), "term": st.sampled_from("abcd")}
    ),
)


@MANY
@given(st.lists(EDITS, max_size=12), st.integers(0, 11))
def test_any_edits_leave_a_tree_and_one_taken_back_is_as_if_it_had_not_been(edits, gone):
    revisions = [
        Revision(seq, edit["op"], {k: v for k, v in edit.items() if k != "op"})
        for seq, edit in enumerate(edits, 1)
    ]
    lexicon = Lexicon.folded(revisions)
    assert sorted(one.key for one, _ in lexicon.outline()) == sorted(lexicon.terms)
    assert Lexicon.read(lexicon.filed()) == Lexicon(lexicon.terms)
    kept = [one for one in revisions if one.seq != gone + 1]
    assert Lexicon.folded(revisions, but=[gone + 1]) == Lexicon.folded(kept)


# ---- patterns -----------------------------------------------------------------------------


def test_a_pattern_fits_whole_words_in_any_case():
    words = ["btc", "BTCs", "nobtc", "bt", "b-tc"]
    assert matching("btc*", words) == ["btc", "BTCs"]
    assert matching("*btc", words) == ["btc", "nobtc"]
    assert matching("bt?*", words) == ["btc", "BTCs"]
    assert matching("b[t-]c*", ["btc", "b-c"]) == ["btc", "b-c"]
    assert matching("(a+)+*", ["aaaa", "(a+)+x"]) == ["(a+)+x"]


def test_no_pattern_takes_long():
    began = time.perf_counter()
    assert matching("*a*a*a*a*a*a*a*a*a*a*a*a*b", ["a" * 5000]) == []
    assert time.perf_counter() - began < 2


# ---- files --------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00*"), max_size=8)
TERM = TEXT.filter(lambda text: text.strip())
LABELS = st.one_of(
    st.none(), TERM, st.integers(-3, 12), st.booleans(), st.sampled_from(["1", "true", '"'])
)


@MANY
@given(
    st.lists(
        st.fixed_dictionaries(
            {"term": TERM, "label": LABELS, "note": st.none() | TEXT, "person": st.none() | TEXT}
            | {"synonyms": st.lists(TERM, max_size=2), "weight": st.floats(0.01, 10)}
        ),
        max_size=4,
        unique_by=lambda row: row["term"].strip().casefold(),
    )
)
def test_csv_and_json_lose_nothing(rows):
    lexicon = Lexicon.read(rows)
    for again in (lexicon_of_csv(csv_of(lexicon)), lexicon_of_json(json_of(lexicon))):
        assert again == Lexicon(dict(sorted(lexicon.terms.items())))
        assert [type(one.label) for one in again.terms.values()] == [
            type(lexicon.terms[key].label) for key in again.terms
        ]
    for line in csv_of(lexicon).split("\r\n"):
        assert not line.startswith(("=", "+", "-", "@", "\t"))


def test_a_formula_is_disarmed_and_comes_back_whole():
    lexicon = Lexicon().add("=HYPERLINK(1)", note="'=x", synonyms=["+1", "'"])
    text = csv_of(lexicon)
    assert "'=HYPERLINK(1)" in text
    assert lexicon_of_csv(text) == lexicon


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("word\r\nx\r\n", "expected term, and any of"),
        ("term,class\r\nx\r\n", "line 2 of the CSV cannot be read"),
        ("term,weight\r\nx,heavy\r\n", "line 2"),
        ('term,synonyms\r\nx,"[1"\r\n', "line 2"),
        ("term,parent\r\nx,y\r\n", "there is no 'y'"),
        ("term,parent\r\nx,y\r\ny,x\r\n", "cannot hang under"),
        ("", "expected term"),
    ],
)
def test_what_is_no_lexicon_is_refused(text, told):
    with pytest.raises(BadInputError, match=told):
        lexicon_of_csv(text)


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '{"format": "rhml-lexicon"}'])
def test_what_is_no_json_lexicon_is_refused(text):
    with pytest.raises(BadInputError):
        lexicon_of_json(text)


# ---- in a session -------------------------------------------------------------------------


@pytest.fixture
def session():
    with begin() as session:
        work(session)
        yield session


def proba(session):
    return session.model.predict_proba(session.pool.contents)


def test_every_edit_tells_its_effect_and_undo_gives_the_bits_back(session):
    lexicon = session.knowledge.lexicon
    before = proba(session)
    steps = [before]
    edits = [
        lambda: lexicon.add("money", label="card", weight=2.0),
        lambda: lexicon.add("charge", parent="money"),
        lambda: lexicon.change("money", label="crash"),
        lambda: lexicon.change("charge", synonyms=["twice"], weight=3),
        lambda: lexicon.move("charge", None),
        lambda: lexicon.remove("money"),
    ]
    for edit in edits:
        said = session.model.predict(session.pool.contents)
        effect = edit()
        assert effect.flips == np.count_nonzero(
            session.model.predict(session.pool.contents) != said
        )
        version = session.state.lessons[effect.lesson]
        assert (effect.flips, effect.after) == (version.flips, version.version)
        assert len(session.flips(effect.lesson)) == effect.flips
        steps.append(proba(session))
    assert max(np.abs(steps[1] - before).max(), 0) > 0.1
    for held in reversed(steps[:-1]):
        session.undo()
        assert np.array_equal(proba(session), held)
    assert lexicon.value == Lexicon()
    assert session.state.canonical() == refold(session).canonical()


def test_an_edit_in_the_middle_can_be_taken_back_to_the_bit(session):
    lexicon = session.knowledge.lexicon
    first = lexicon.add("money", label="card")
    lexicon.add("late", label="crash")
    with begin() as other:
        work(other)
        other.knowledge.lexicon.add("late", label="crash")
        session.undo(first.lesson)
        assert np.array_equal(proba(session), proba(other))


def test_what_was_taught_is_in_the_lexicon_and_an_edit_of_it_is_what_counts(session):
    effect = session.teach("money", "card")
    lexicon = session.knowledge.lexicon
    assert lexicon.frame()[["term", "class", "by"]].to_numpy().tolist() == [
        ["money", "card", "human"]
    ]
    taught = proba(session)
    lexicon.remove("money")
    with begin() as other:
        work(other)
        assert np.array_equal(proba(session), proba(other))
    session.undo()
    assert np.array_equal(proba(session), taught)
    session.teach("money", stance="irrelevant")
    assert len(lexicon) == 1
    session.undo(effect.lesson)
    assert lexicon.value.terms["money"].stance == "irrelevant"


def test_a_note_or_a_heading_refits_nothing(session):
    lexicon = session.knowledge.lexicon
    version = session.model.version_
    effect = lexicon.add("to think about", note="what about couriers?")
    assert (effect.flips, effect.after, session.model.version_) == (0, None, version)
    lexicon.change("to think about", note="done")
    session.undo()
    assert lexicon.value.terms["to think about"].note == "what about couriers?"


def test_a_synonym_and_a_child_move_the_model_as_the_term_would(session):
    found = []
    for edit in (
        lambda lexicon: lexicon.add("money", label="card"),
        lambda lexicon: lexicon.add("heading", label="card", synonyms=["money"]),
        lambda lexicon: lexicon.add("money", parent=None, label="card"),
    ):
        edit(session.knowledge.lexicon)
        found.append(proba(session))
        session.undo()
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_classes_are_the_sessions(session):
    with pytest.raises(UnknownLabelError):
        session.knowledge.lexicon.add("money", label="cards")
    with pytest.raises(BadInputError, match="the lexicon has no 'x'"):
        session.knowledge.lexicon.move("x", None)
    assert len(session.knowledge.lexicon) == 0


def test_a_resend_is_one_edit(session):
    lexicon = session.knowledge.lexicon
    effects = [lexicon.add("money", label="card", event_id="one") for _ in range(2)]
    assert effects[0].lesson == effects[1].lesson
    assert len(session.state.lexicon_edits) == 1


def test_it_is_all_there_after_reopening(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path) as session:
        work(session)
        session.teach("late", "card")
        session.knowledge.lexicon.add("money", label="card", synonyms=["charge twice"])
        held, value = proba(session), session.knowledge.lexicon.value
        version = session.model.version_
    with begin(journal=path) as session:
        assert session.knowledge.lexicon.value == value
        assert np.array_equal(proba(session), held)
        assert session.model.version_ == version


def test_a_lexicon_goes_out_and_comes_back_as_one_edit(session, tmp_path):
    lexicon = session.knowledge.lexicon
    lexicon.add("payments", label="refund")
    lexicon.add("money", parent="payments", synonyms=["charge"])
    value, held = lexicon.value, proba(session)
    for name in ("l.csv", "l.json"):
        path = lexicon.save(tmp_path / name)
        lexicon.remove("payments")
        effect = lexicon.load(path)
        assert lexicon.value == value
        assert np.allclose(proba(session), held, atol=1e-9)
        session.undo(effect.lesson)
        assert "payments" not in lexicon.value.terms
        session.undo()
    with pytest.raises(BadInputError, match=r"ends in \.csv or \.json"):
        lexicon.save(tmp_path / "l.xlsx")


# ---- how it is heard ----------------------------------------------------------------------


def phrase_pool():
    """Return messages in which two words mean something together only."""
    same = ["batch of bread fresh again", "fresh air and a batch file"]
    return [f"{'fresh batch today' if k % 10 == 9 else same[k % 2]} number{k}" for k in range(60)]


def without_the_phrase(session):
    return [i for i in session.query(12) if not i.content.startswith("fresh batch")][:6]


@pytest.mark.parametrize("model", [LogisticRegression(C=10), MultinomialNB()])
def test_a_phrase_is_heard_whole_by_a_model_without_n_grams(model):
    pool = phrase_pool()
    with begin(pool, model=make_pipeline(TfidfVectorizer(), model), classes=["sale", "other"]) as s:
        for item in without_the_phrase(s):
            s.label(item.item_id, "other")
        effect = s.knowledge.lexicon.add("fresh batch", label="sale", weight=5)
        sale = s.model.predict_proba(pool)[:, list(s.model.classes_).index("sale")]
        with_it = np.array([text.startswith("fresh batch") for text in pool])
        assert sale[with_it].min() > 1.3 * sale[~with_it].max()
        assert effect.heard == ""
        row = s.knowledge.lexicon.frame().iloc[0]
        assert (row["heard"], row["n_items"]) == ("as it stands", 6)
        names = s.explain(s.pool.ids[9]).features
        assert "fresh batch" in names


def test_what_is_published_needs_nothing_of_ours(tmp_path):
    pool = phrase_pool()
    with begin(pool, classes=["sale", "other"]) as session:
        for item in without_the_phrase(session):
            session.label(item.item_id, "other")
        session.knowledge.lexicon.add("fresh batch", label="sale", weight=5)
        path = tmp_path / "model.pkl"
        path.write_bytes(pickle.dumps(session.model.estimator_))
    code = (
        f"import pickle, sys; m = pickle.load(open({str(path)!r}, 'rb'));"
        "print(m.predict(['a fresh batch', 'a batch'])); assert not "
        "[n for n in sys.modules if n.startswith('rhml')]"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['sale' 'other']"


def test_a_phrase_learned_in_the_background_is_measured_undone_and_there_after_reopening(tmp_path):
    pool, path = phrase_pool(), tmp_path / "s.rhml"
    given = {"classes": ["sale", "other"], "journal": path}
    with begin(pool, refit="background", **given) as session:
        for item in without_the_phrase(session):
            session.label(item.item_id, "other")
        session.label(session.pool.ids[0], "sale")
        session.wait()
        before = proba(session)
        effect = session.knowledge.lexicon.add("fresh batch", label="sale", weight=5)
        held = proba(session)
        assert effect.flips == len(session.flips(effect.lesson))
        assert not np.array_equal(before, held)
        session.explain(session.pool.ids[0], version=effect.before)
        session.label(session.query()[0].item_id, "other")
        session.undo()
        session.wait()
        assert np.array_equal(proba(session), held)
        session.undo(effect.lesson)
        session.wait()
        assert np.array_equal(proba(session), before)
        session.knowledge.lexicon.add("fresh batch", label="sale", weight=5)
    with begin(pool, **given) as session:
        assert np.array_equal(proba(session), held)
        assert session.learner.live.features is session.learner.features()


def test_a_pattern_is_heard_as_the_words_it_fits():
    pool = [f"pay in btc{k % 7} now {k}" for k in range(30)] + [
        f"see you at {k}" for k in range(30)
    ]
    with begin(pool, classes=["deal", "talk"]) as session:
        effect = session.knowledge.lexicon.add("btc*", label="deal", weight=3)
        assert "as the 7 words it fits" in effect.heard
        session.label(session.query()[0].item_id, "talk")
        assert (session.model.predict(pool[:30]) == "deal").all()
        with pytest.raises(UnknownTermError, match="fits no word"):
            session.teach("eth*", "deal")


@pytest.mark.parametrize(
    ("model", "term", "told"),
    [
        (None, "zebra", "not heard: it stands in no text"),
        (None, "late wallet", "by its parts, wherever they stand"),
        (
            make_pipeline(TfidfVectorizer(), TruncatedSVD(5), LogisticRegression()),
            "late",
            "as a small text of its own",
        ),
        (
            make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()),
            "again today",
            "as it stands",
        ),
        (None, "zeb*", "fits no word of the pool"),
    ],
)
def test_it_is_said_how_a_term_is_heard(model, term, told):
    with begin(model=model) as session:
        work(session, 6)
        session.knowledge.lexicon.add(term, label="card")
        assert told in session.knowledge.lexicon.frame()["heard"][0]


# ---- proposals ----------------------------------------------------------------------------


def with_slang(seed: int, share: float = 0.3) -> tuple[list[str], list[str]]:
    """Return the bundled messages, a made-up word in ``share`` of the bug reports only."""
    frame, rng = rhml.datasets.load_messages(), np.random.default_rng(seed)
    pool = []
    for text, topic in zip(frame["text"], frame["topic"], strict=True):
        words = text.split()
        if topic == "bug" and rng.random() < share:
            words.insert(int(rng.integers(len(words) + 1)), "zorped")
        pool.append(" ".join(words))
    return pool, list(frame["topic"])


@pytest.mark.parametrize("seed", range(3))
def test_planted_slang_is_proposed_within_three_cycles(seed):
    """A word in 30 % of one class's messages (of three) and in no other; cycles of 20 answers."""
    pool, topics = with_slang(seed)
    with begin(pool, classes=sorted(set(topics)), refit=20, random_state=seed) as session:
        person = rhml.simulate.Person(topics, random_state=seed)
        lexicon = session.knowledge.lexicon
        for _ in range(3):
            person.drive(session, 20)
            session.fit()
            found = lexicon.proposals().set_index("term")
            if "zorped" in found.index:
                break
        row = found.loc["zorped"]
        assert row["class"] == "bug"
        assert row["gain"] > 0
        assert row["low"] < row["gain"] < row["high"]
        assert all(
            "zorped" in session.pool.words(session.pool.number(i)) for i in row["supporting"]
        )
        assert all(session.state.answer(i) is not None for i in row["supporting"])
        effect = lexicon.accept("zorped")
        assert lexicon.value.terms["zorped"].by == "model"
        assert "zorped" not in set(lexicon.proposals()["term"])
        session.undo(effect.lesson)
        seq = lexicon.reject("zorped", "a name")
        person.drive(session, 20)
        session.fit()
        assert "zorped" not in set(lexicon.proposals(10)["term"])
        session.undo(seq)
        assert "zorped" in set(lexicon.proposals(10)["term"])


def test_nothing_is_proposed_that_stands_in_what_is_asked_now():
    pool, topics = with_slang(1)
    with begin(pool, classes=sorted(set(topics)), refit=20, random_state=1) as session:
        rhml.simulate.Person(topics, random_state=1).drive(session, 40)
        session.fit()
        assert "zorped" in set(session.knowledge.lexicon.proposals(10)["term"])
        with_it = next(
            i
            for i, t in zip(session.pool.ids, session.pool.contents, strict=True)
            if "zorped" in t and session.state.answer(i) is None
        )
        session.pick(with_it)
        assert "zorped" not in set(session.knowledge.lexicon.proposals(10)["term"])


def test_of_words_without_a_bearing_few_are_proposed_and_hardly_any_said_to_help():
    """Eight words of 64 a text, labels drawn at random: up to ten terms tested in each of six."""
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        words = [f"w{one}{other}" for one in "abcdefgh" for other in "abcdefgh"]
        features = Features(
            LogisticRegression(C=10), [" ".join(rng.choice(words, 8)) for _ in range(80)]
        )
        none = np.full(80, -1, np.int32)
        label_of = none.copy()
        label_of[:60] = rng.integers(0, 2, 60)
        known = Snapshot(1, ["a", "b"], label_of, none, [], None, none, seed)
        found += propose(known, features, spoken=lambda _term, _index: False, n=50)
    assert len(found) <= 15
    assert sum(one.helps for one in found) <= 1


def test_only_what_was_proposed_can_be_accepted(session):
    with pytest.raises(BadInputError, match="'x' was not proposed"):
        session.knowledge.lexicon.accept("x")
    with pytest.raises(BadInputError, match="'x' was not proposed"):
        session.knowledge.lexicon.reject("x")
    assert session.knowledge.lexicon.proposals().empty


# ---- the effect of corrections ------------------------------------------------------------

GREEK = ["alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta", "iota", "kappa"]
DECOYS = [f"via{name}" for name in GREEK]


def with_decoys(seed: int) -> tuple[list[str], list[str], list[str]]:
    """Return messages with ten decoys in them, their topics, and the same with others' decoys.

    Base rate: 90 % of the messages carry 3 of the 3 or 4 decoys of a topic; strength: the topic
    is the message's own in 95 % of these, else any. In the third list it is any for all messages:
    there the decoys say nothing.
    """
    frame, rng = rhml.datasets.load_messages(), np.random.default_rng(seed)
    topics = list(frame["topic"])
    classes = sorted(set(topics))
    own = {topic: DECOYS[k::3] for k, topic in enumerate(classes)}

    def signed(text, topic):
        return " ".join([text, *rng.choice(own[topic], size=3, replace=False)])

    def anyones():
        return classes[int(rng.integers(3))]

    pool, off = [], []
    for text, topic in zip(frame["text"], topics, strict=True):
        whose = topic if rng.random() < 0.95 else anyones()
        pool.append(signed(text, whose) if rng.random() < 0.9 else text)
        off.append(signed(text, anyones()))
    return pool, topics, off


def test_ten_corrections_of_decoys_raise_accuracy_off_them_by_ten_points():
    """Mean of three seeds, 60 labels each, on the items nobody judged, decoys drawn anew."""
    gains = []
    for seed in range(3):
        pool, topics, off = with_decoys(seed)
        with begin(pool, classes=sorted(set(topics)), refit=30, random_state=seed) as session:
            rhml.simulate.Person(topics, random_state=seed).drive(session, 60)
            session.fit()
            judged = {session.pool.number(one) for one in session.state.answers}
            rest = [
                k for k in range(len(off)) if session.pool.number(k_id(session, k)) not in judged
            ]
            truth = np.array(topics)[rest]
            before = np.mean(session.model.predict(np.array(off, dtype=object)[rest]) == truth)
            for decoy in DECOYS:
                session.knowledge.lexicon.add(decoy, stance="irrelevant")
            after = np.mean(session.model.predict(np.array(off, dtype=object)[rest]) == truth)
            gains.append(after - before)
    assert np.mean(gains) >= 0.10


def k_id(session, k: int) -> str:
    """Return the id of a row of the pool."""
    return session.pool.ids[list(session.pool.positions).index(k)]
