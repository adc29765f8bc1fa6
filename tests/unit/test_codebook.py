"""Codebook: classes are worked on while they are used, and no answer is ever lost by it."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from sessions import CLASSES, begin, right, texts

from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError, UnknownLabelError
from rhml_widgets.journal.events import (
    Audited,
    CodebookRevised,
    Entry,
    Imported,
    Judged,
    Opened,
    Predicted,
    Queried,
    Retracted,
    Skipped,
    Taught,
)
from rhml_widgets.knowledge.codebook import Code, Codebook
from rhml_widgets.replaying import replay
from rhml_widgets.state import State

AT = "2026-01-05T09:00:00.000+00:00"


def answer(session, n, label=right):
    for _ in range(n):
        item = session.query()[0]
        session.label(item.item_id, label(item))


def labels(session):
    frame = session.judgments()
    return dict(zip(frame["item_id"], frame["label"], strict=True))


# ---- the fold -----------------------------------------------------------------------------


def fold(*events, state=None):
    state = State() if state is None else state
    for event in events:
        seq = state.seq + 1
        state.fold(Entry(seq, f"e{seq}", AT, "quiet-heron", event))
    return state


OPENED = Opened(
    pool_digest="p",
    n_items=6,
    n_rows=6,
    item_kind="text",
    classes=[{"name": name, "definition": None, "seeds": []} for name in ("a", "b", "c")],
)
STORY = (
    OPENED,
    Queried(item_id="t1:1", purpose="teach", propensity=0.5, n_candidates=2),
    Predicted(item_id="t1:1", label="a", proba=[0.5, 0.3, 0.2], version=1, firmness=0.9),
    Judged(item_id="t1:1", label="b", stage="first"),
    Imported(labels=[["t1:2", "a"], ["t1:3", "c"]]),
    Taught(stances=[{"term": "w", "label": "a", "stance": "supports", "strength": 1.0}]),
    Queried(
        item_id="t1:4",
        purpose="teach",
        propensity=1.0,
        n_candidates=1,
        lesson=6,
        before="a",
        after="b",
    ),
    Audited(
        version=1,
        n_items=3,
        n_rows=3,
        said=[["a", 2], ["b", 1]],
        regions=[[0.5, 3, 3]],
        drawn=[["t1:5", "a", 0.9], ["t1:6", "b", 0.8]],
    ),
)


def told(state):
    """Return all that a state holds but how far it is folded and what was edited."""
    kept = dict(json.loads(state.canonical()))
    without = ("seq", "revisions", "retracted", "_codebook", "_undoable", "versions")
    return {name: value for name, value in kept.items() if name not in without}


def test_a_merge_is_told_everywhere_and_taken_back_everywhere():
    merge = CodebookRevised(op="merge", about={"labels": ["a"], "into": "b"})
    state = fold(*STORY, merge)
    assert list(state.classes) == ["a", "b", "c"]
    assert state.predictions["t1:1"].label == "b"
    assert state.predictions["t1:1"].proba == pytest.approx((0.0, 0.8, 0.2))
    assert state.judgments[4].predicted.label == "b"
    assert state.imported == {"t1:2": "b", "t1:3": "c"}
    assert state.lessons[6].stances[0]["label"] == "b"
    assert state.lessons[6].looks == {"t1:4": ("b", "b")}
    assert state.audits[8].said == (("b", 3),)
    assert state.audits[8].drawn == {"t1:5": ("b", 0.9), "t1:6": ("b", 0.8)}
    assert dict(state.audits[8].judged) == {"b": 2, "c": 1}
    fold(Retracted(target=9), state=state)
    assert told(state) == told(fold(*STORY))


def test_what_an_older_model_says_after_a_merge_is_told_and_taken_back_too():
    merge = CodebookRevised(op="merge", about={"labels": ["a"], "into": "b"})
    after = STORY[1:3]
    state = fold(OPENED, merge, *after)
    assert state.predictions["t1:1"].label == "b"
    fold(Retracted(target=2), state=state)
    assert state.predictions["t1:1"].label == "a"
    assert state.predictions["t1:1"].proba == (0.5, 0.3, 0.2)


def test_merged_scores_that_are_no_probabilities_are_not_added_up():
    merge = CodebookRevised(op="merge", about={"labels": ["a"], "into": "b"})
    margin = Predicted(item_id="t1:1", label="a", proba=[2.0, -1.0, 0.5], version=1, score="margin")
    assert fold(OPENED, margin, merge).predictions["t1:1"].proba == (-1.0, 2.0, 0.5)


def test_edits_that_fit_nothing_are_folded_and_change_nothing():
    strange = [
        CodebookRevised(op="no such", about={}),
        CodebookRevised(op="rename", about={"label": "zz", "name": "y"}),
        CodebookRevised(op="rename", about={"label": "a", "name": "b"}),
        CodebookRevised(op="merge", about={"labels": ["zz"], "into": "b"}),
        CodebookRevised(op="split", about={"label": "zz", "into": ["x"]}),
        CodebookRevised(op="define", about={}),
        CodebookRevised(op="memo", about={"label": "zz", "text": "t"}),
        CodebookRevised(op="drop", about={"label": "a", "what": "memos", "told": "none"}),
    ]
    state = fold(*STORY, *strange)
    assert state.codebook.names == ["a", "b", "c"]
    assert state.counts == {"b": 1}


def test_a_name_stays_with_its_class_also_when_the_rename_is_taken_back():
    rename = CodebookRevised(op="rename", about={"label": "a", "name": "d"})
    state = fold(OPENED, rename, Judged(item_id="t1:1", label="d", stage="first"))
    fold(Retracted(target=2), state=state)
    assert state.answer("t1:1").label == "a"
    fold(CodebookRevised(op="rename", about={"label": "b", "name": "d"}), state=state)
    assert list(state.classes) == ["a", "b", "c"]


def test_a_codebook_of_the_past_is_read_as_it_stood():
    state = fold(
        OPENED,
        CodebookRevised(op="define", about={"label": "a", "definition": "one"}),
        CodebookRevised(op="rename", about={"label": "a", "name": "d"}),
        Retracted(target=2),
    )
    assert [state.codebook_at(seq).codes[0].name for seq in (1, 2, 3, 4)] == ["a", "a", "d", "d"]
    meant = [state.codebook_at(seq).codes[0].definition for seq in (1, 2, 3, 4)]
    assert meant == [None, "one", "one", None]
    assert [state.codebook_at(seq).version for seq in (1, 2, 3, 4)] == [0, 2, 3, 4]


# ---- the value ----------------------------------------------------------------------------


def test_a_codebook_survives_the_way_through_json():
    book = Codebook((Code("a"), Code("b")))
    for op, about in [
        ("define", {"label": "a", "definition": "what it is"}),
        ("include", {"label": "a", "text": "this"}),
        ("exclude", {"label": "a", "text": "that"}),
        ("example", {"label": "a", "text": "like so", "why": "clear"}),
        ("memo", {"label": "a", "text": "hm"}),
        ("seeds", {"label": "a", "seeds": ["w"]}),
        ("parent", {"label": "a", "parent": "b"}),
        ("rename", {"label": "b", "name": "c"}),
        ("split", {"label": "c", "into": ["d", "e"]}),
    ]:
        book = book.apply(op, about, at=AT, by="quiet-heron", version=7)
    assert Codebook.from_dict(json.loads(json.dumps(book.to_dict()))) == book
    assert book["a"].parent == "c"
    assert book.parts("c") == {"d", "e"}


# ---- in a session -------------------------------------------------------------------------


@pytest.fixture
def session():
    with begin() as one:
        yield one


def test_each_model_version_cites_the_codebook_it_learned_from(session):
    answer(session, 6)
    assert session.state.cites == {}
    first = session.state.last_version.version
    seq = session.codebook.rename("card", "bank card")
    last = session.state.last_version.version
    assert last > first
    assert session.state.cites[last] == seq == session.codebook.version
    assert session.codebook.cited_by(last).names == ["bank card", "refund", "crash"]
    assert session.codebook.cited_by(first).names == CLASSES
    session.codebook.memo("refund", "often about fees")
    assert session.state.cites[session.state.last_version.version] == seq  # it taught nothing new


def test_a_rename_goes_through_all_that_is_handed_out(session):
    answer(session, 9)
    before = session.learner.known().label_of.copy()
    session.codebook.rename("card", "bank card")
    assert (session.learner.known().label_of == before).all()
    assert "card" not in set(session.judgments()["label"])
    assert "bank card" in set(session.predict_pool()["label"])
    assert "bank card" in session.model.classes_.tolist()
    assert "card" not in set(session.result()["label"])
    item = session.query()[0]
    with pytest.raises(UnknownLabelError, match="class 'card' is called 'bank card' now"):
        session.label(item.item_id, "card")
    session.label(item.item_id, "bank card")


def test_between_an_edit_and_the_refit_the_old_version_speaks_in_todays_names():
    with begin(refit="manual") as session:
        answer(session, 9)
        session.fit()
        was = session.predict_pool()["label"].tolist()
        session.codebook.rename("card", "bank card")
        session.codebook.merge(["refund"], into="crash")
        version = session.state.last_version.version
        now = session.predict_pool()["label"].tolist()
        today = {"card": "bank card", "refund": "crash", "crash": "crash"}
        assert now == [today[label] for label in was]
        assert session.state.last_version.version == version
        item = session.query()[0]
        session.label(item.item_id, "bank card")
        assert session.explain(item.item_id, "bank card").label == "bank card"
        assert set(session.sweepable()) <= set(session.classes_)
        assert session.sweep("bank card").items


def test_taking_a_merge_back_brings_the_same_model_back(session):
    answer(session, 12)
    proba = session.model.predict_proba(session.pool.inputs)
    seq = session.codebook.merge(["card", "refund"], into="money")
    assert session.model.classes_.tolist() == ["crash", "money"]
    assert session.choices == ["crash", "money"]
    session.undo(seq)
    assert session.model.classes_.tolist() == sorted(CLASSES)
    np.testing.assert_array_equal(session.model.predict_proba(session.pool.inputs), proba)


def test_a_split_asks_for_its_items_again_and_teaches_the_old_class_until_then(session):
    answer(session, 9)
    old = [item for item, label in labels(session).items() if label == "card"]
    seq = session.codebook.split("card", into=["card lost", "card late"])
    assert session.codebook.classes.set_index("label").loc["card", "status"] == "split"
    asked = session.query(len(old))
    assert sorted(one.item_id for one in asked) == sorted(old)
    assert asked[0].reason == "you said card, which was split"
    assert session.state.own(asked[0].item_id).label == "card"
    with pytest.raises(UnknownLabelError, match="was split into 'card lost', 'card late'"):
        session.label(asked[0].item_id, "card")
    assert "card" in session.model.classes_.tolist()
    for one in asked:
        session.label(one.item_id, "card late" if "late" in one.content else "card lost")
    assert "card" not in session.model.classes_.tolist()
    assert not session.state.relabel
    session.undo(seq)
    assert {labels(session)[one] for one in old} == {"card"}
    assert {session.state.answer(one).label for one in old} == {"card"}


def test_what_is_retired_teaches_nothing_until_it_is_answered_anew(session):
    answer(session, 9)
    old = [item for item, label in labels(session).items() if label == "crash"]
    seq = session.codebook.retire("crash")
    assert "crash" not in session.model.classes_.tolist()
    assert {session.state.answer(item).label for item in old} == {"crash"}
    assert sorted(one.item_id for one in session.query(len(old))) == sorted(old)
    session.undo(seq)
    assert "crash" in session.model.classes_.tolist()
    assert not set(old) & set(session.state.waiting)


def test_an_item_to_answer_anew_can_be_put_aside_and_asked_for_again(session):
    answer(session, 9)
    session.codebook.retire("crash")
    waiting = [one for one in session.state.waiting if one in session.state.relabel]
    session.skip(waiting[0], "not sure")
    assert waiting[0] not in session.state.waiting
    assert waiting[0] not in session.state.skipped
    assert session.codebook.relabel() == len(waiting)
    assert waiting[0] in session.state.waiting


def test_the_first_lesson_follows_the_edits():
    pool = ["plain words here", "a strange thing", "frozen again", "lost for good"]
    with begin(pool, classes=["one", "two"], holdout=0) as session:
        stances = lambda: {  # noqa: E731
            (one.term, one.label) for _, one in session.learner.known().stances
        }
        session.codebook.define("one", "frozen")
        assert ("frozen", "one") in stances()
        seq = session.codebook.seeds("two", ["lost"])
        assert ("lost", "two") in stances()
        assert session.model.predict(["frozen", "lost"]).tolist() == ["one", "two"]
        session.undo(seq)
        assert ("lost", "two") not in stances()
        session.codebook.rename("one", "ice")
        assert ("ice", "ice") in stances()
        assert ("one", "one") not in stances()


def test_known_truth_and_labels_brought_along_follow_a_rename(tmp_path):
    pool, path = texts(), tmp_path / "book.rhml"
    truth = [right(text) for text in pool]
    with begin(pool, journal=path, truth=truth, labels=[*truth[:6], *[None] * 54]) as session:
        answer(session, 6)
        session.codebook.rename("card", "bank card")
        assert set(session.truth.values()) == {"bank card", "refund", "crash"}
        assert "bank card" in session.state.imported.values()
        known = session.learner.known()
        assert set(known.truth_of[known.truth_of >= 0].tolist()) == {0, 1, 2}
        state = session.still().canonical()
    with begin(pool, journal=path, truth=truth, labels=[*truth[:6], *[None] * 54]) as again:
        assert again.choices == ["bank card", "refund", "crash"]
        fresh = [e for e in again.events() if isinstance(e.event, Imported)]
        assert len(fresh) == 1
        assert (
            dict(json.loads(state))["_codebook"]
            == (dict(json.loads(again.still().canonical()))["_codebook"])
        )
    replayed = replay(path, None, pool)
    assert replayed.codebook.names == ["bank card", "refund", "crash"]
    replayed.close()


def test_a_definition_edited_on_the_page_survives_the_cell_that_began_the_session(tmp_path):
    path, meant = tmp_path / "book.rhml", {"card": "plastic", "refund": None}
    with begin(journal=path, classes=meant) as session:
        session.codebook.define("card", "the card itself")
        session.codebook.rename("refund", "money back")
    with begin(journal=path, classes=meant) as session:
        assert session.codebook["card"].definition == "the card itself"
    with begin(journal=path, classes={"card": "as I say now", "money back": None}) as session:
        assert session.codebook["card"].definition == "as I say now"


def test_an_audit_says_the_same_of_a_renamed_class_and_more_of_merged_ones():
    with begin(n=90, random_state=3) as session:
        answer(session, 12)
        session.audit(12)
        for one in session.query(12):
            session.label(one.item_id, right(one) if "late" not in one.content else "refund")
        before = session.audited()
        assert before.wrong
        session.codebook.rename("card", "bank card")
        assert (session.audited().n, session.audited().wrong) == (before.n, before.wrong)
        assert "bank card" in set(session.shares()["label"])
        seq = session.codebook.merge(["bank card"], into="refund")
        merged = session.audited()
        assert merged.n == before.n
        assert merged.wrong == sum(
            {one.label, one.said} not in ({"refund", "card"}, {"refund"})
            for one in before.answers
            if one.wrong
        )
        session.undo(seq)
        assert session.audited().wrong == before.wrong


def test_a_part_of_a_split_class_is_no_error_of_a_model_that_knew_only_the_whole():
    with begin(purposes={"teach": 0.0, "check": 1.0, "challenge": 0.0}, advice="none") as session:
        answer(session, 20)
        hits = session.curves().query("measure == 'agreement'")["value"].iloc[-1]
        session.codebook.split("card", into=["card lost", "card late"])
        while session.state.relabel:
            session.label(session.query()[0].item_id, "card lost")
        assert session.curves().query("measure == 'agreement'")["value"].iloc[-1] == hits


def test_chosen_keys_follow_a_rename(tmp_path):
    path, keys = tmp_path / "book.rhml", {"card": "k", "skip": "j"}
    with begin(journal=path, keys=keys) as session:
        session.codebook.rename("card", "bank card")
        assert session.keys == {"bank card": "k", "skip": "j"}
    with begin(journal=path, keys=keys) as session:
        assert session.keys == {"bank card": "k", "skip": "j"}


def test_an_edit_sent_again_changes_nothing(session):
    about = {"label": "card", "name": "bank card"}
    first = session.revise("rename", about, event_id="page-1")
    assert session.revise("rename", about, event_id="page-1") == first
    assert len(session.state.revisions) == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda book: book.rename("crad", "x"), "did you mean 'card'"),
        (lambda book: book.rename("card", "refund"), r"merge\(\['card'\], into='refund'\)"),
        (lambda book: book.rename("card", "card"), "is called that already"),
        (lambda book: book.rename("card", " "), "is blank"),
        (lambda book: book.rename("card", 3), "label types are mixed"),
        (lambda book: book.merge("card", into="refund"), "expected a list of classes"),
        (lambda book: book.merge(["card"], into="card"), "at least one other class"),
        (lambda book: book.merge(["card"], into="new"), "rename it"),
        (lambda book: book.split("card", into=["x"]), "at least two classes"),
        (lambda book: book.split("card", into=["card", "x"]), "cannot be one of the parts"),
        (lambda book: book.define("card", 3), "definition=3: expected a str"),
        (lambda book: book.include("card", "  "), "text is blank"),
        (lambda book: book.example("card"), "give one of item_id and text"),
        (lambda book: book.example("card", "t1:none"), "t1:none"),
        (lambda book: book.seeds("card", []) and book.drop("card", "include", "x"), "no such inc"),
        (lambda book: book.add("card"), "already one of the classes"),
        (lambda book: book.parent("card", "zzz"), "is not one of"),
        (lambda book: book["zzz"], "no class is or was called 'zzz'"),
        (lambda book: book.at(-1), "a place in the journal"),
        (lambda book: book.cited_by(99), "version=99"),
    ],
)
def test_what_cannot_be_is_refused_with_its_remedy(session, edit, words):
    n_entries = len(session.events())
    with pytest.raises((BadInputError, UnknownLabelError, LookupError), match=words):
        edit(session.codebook)
    assert len(session.events()) <= n_entries + 2


def test_a_name_keeps_its_meaning(session):
    session.codebook.rename("card", "bank card")
    with pytest.raises(BadInputError, match="called 'bank card' now"):
        session.codebook.add("card")
    with pytest.raises(BadInputError, match="called 'bank card' now"):
        session.add_class("card")
    session.codebook.rename("bank card", "card")
    session.codebook.retire("crash")
    with pytest.raises(BadInputError, match="brings it back"):
        session.add_class("crash")
    session.codebook.add("crash")
    assert session.choices == CLASSES


def test_parents_do_not_go_round(session):
    session.codebook.parent("card", "refund")
    session.codebook.parent("refund", "crash")
    with pytest.raises(BadInputError, match="would be above itself"):
        session.codebook.parent("crash", "card")


def test_history_and_diff_tell_what_was_done(session):
    first = session.codebook.define("card", "plastic")
    second = session.codebook.rename("card", "bank card")
    session.undo(first)
    history = session.codebook.history()
    assert history["seq"].tolist() == [first, second]
    assert history["undone"].tolist() == [True, False]
    assert history["words"].tolist() == [
        "defined “card”: plastic",
        "renamed “card” to “bank card”",
    ]
    diff = session.codebook.diff(0)
    assert diff.values.tolist() == [["bank card", "name", "card", "bank card"]]
    assert session.codebook.diff(first, second)["field"].tolist() == ["name"]


def test_it_leaves_as_a_page_and_as_a_table(session):
    session.codebook.define("card", "the *card* <itself>")
    session.codebook.include("card", "limits")
    session.codebook.include("card", "a card | that is blocked")
    session.codebook.example("card", session.pool.ids[0], why="plain")
    session.codebook.merge(["refund"], into="crash")
    page = session.codebook.to_markdown()
    assert "the \\*card\\* \\<itself\\>" in page
    assert "- refund: merged into “crash”" in page
    rows = list(csv.DictReader(io.StringIO(session.codebook.to_csv())))
    assert [row["class"] for row in rows] == CLASSES
    assert rows[0]["include"] == "limits\na card | that is blocked"
    assert rows[1]["status"] == "merged into “crash”"


# ---- none of these ------------------------------------------------------------------------


def pile_up(session, word):
    chosen = [
        one for one in session.pool.ids if word in session.pool.words(session.pool.number(one))
    ]
    for item_id in chosen:
        session.skip(item_id, "none of these")
    return chosen


def test_a_planted_class_is_found_on_the_pile_and_becomes_one():
    odd = [f"volcano lava eruption report {k}" for k in range(8)]
    other = [f"choir concert singing evening {k}" for k in range(5)]
    with begin([*texts(40), *odd, *other], holdout=0) as session:
        put = [*pile_up(session, "volcano"), *pile_up(session, "choir")]
        pile = session.pile()
        assert sorted(pile["item_id"]) == sorted(put)
        assert (
            pile.groupby("group")["content"]
            .agg(lambda c: len({t.split()[0] for t in c}))
            .eq(1)
            .all()
        )
        first = pile[pile["group"] == 0]
        assert "volcano" in first["terms"].iloc[0] or "lava" in first["terms"].iloc[0]
        seq = session.promote(first["item_id"].tolist(), "volcano", "things that erupt")
        assert session.choices == [*CLASSES, "volcano"]
        assert session.state.counts["volcano"] == len(first)
        assert len(session.pile()) == len(put) - len(first)
        assert not set(first["item_id"]) & set(session.state.skipped)
        session.undo(seq)
        assert session.choices == CLASSES
        assert sorted(session.pile()["item_id"]) == sorted(put)
        assert set(put) <= set(session.state.skipped)
        assert not session.state.relabel


def test_what_was_answered_meanwhile_leaves_the_pile_and_is_not_promoted():
    with begin(holdout=0) as session:
        put = pile_up(session, "lost")
        session.label(put[0], "card")
        assert put[0] not in session.pile()["item_id"].tolist()
        with pytest.raises(AlreadyJudgedError, match="meanwhile: leave it out"):
            session.promote(put, "lost things")
        with pytest.raises(BadInputError, match="not on the pile"):
            session.promote([session.query()[0].item_id], "x")
        with pytest.raises(BadInputError, match="expected a list of items"):
            session.promote([], "x")
        session.promote(put[1:], "card")
        assert session.state.counts["card"] == len(put)
        assert not len(session.pile())


def test_a_skip_taken_back_leaves_the_pile():
    with begin(holdout=0) as session:
        item = session.query()[0]
        seq = session.skip(item.item_id, "none of these")
        assert len(session.pile()) == 1
        session.undo(seq)
        assert not len(session.pile())
        session.skip(item.item_id, "not sure")
        assert not len(session.pile())


# ---- phases -------------------------------------------------------------------------------


def test_in_the_qualitative_phase_one_codes_and_writes_and_nothing_is_fitted():
    with begin(texts(), refit="manual") as session:
        session.phase = "qualitative"
    with begin(texts(), classes=None, journal=None, refit="manual") as session:
        session.phase = "qualitative"
        session.add_class("card")
        session.codebook.memo("card", "comes up in every second message")
        session.add_class("rest")
        for item in session.query(8):
            session.label(item.item_id, "card" if right(item) == "card" else "rest")
        assert not session.state.versions
        assert session.codebook["card"].memos[0].text == "comes up in every second message"


def test_leaving_the_qualitative_phase_teaches_the_model_all_that_was_coded():
    with begin() as session:
        session.phase = "qualitative"
        had = len(session.state.versions)
        answer(session, 6)
        session.codebook.rename("card", "bank card")
        assert len(session.state.versions) == had
        session.phase = "classification"
        assert len(session.state.versions) > had
        assert session.state.last_version.n_labels == session.n_labeled


def test_numbers_of_one_phase_are_not_mixed_with_another():
    with begin(n=90, purposes={"teach": 0.0, "check": 1.0, "challenge": 0.0}) as session:
        session.phase = "classification"
        answer(session, 10, lambda item: "card" if right(item) != "card" else "crash")
        session.phase = "evaluation"
        answer(session, 32)
        frame = session.phases().set_index("phase")
        assert frame.index.tolist() == ["classification", "evaluation"]
        assert frame["n_answers"].tolist() == [10, 32]
        assert frame["n_checks"].tolist() == [6, 32]  # the first four had no model to agree with
        assert frame["low"].isna().tolist() == [True, False]
        assert frame.loc["classification", "end"] + 1 == frame.loc["evaluation", "start"]
        with pytest.raises(BadInputError, match="expected one of 'qualitative'"):
            session.phase = "quantitative"
        seq = session.state.seq
        session.phase = "evaluation"
        assert session.state.seq == seq
        session.undo(list(session.state.phases)[-1])
        assert session.phase == "classification"


def test_a_reason_of_skipping_that_is_another_one_is_no_pile():
    state = fold(OPENED, Skipped(item_id="t1:1", why="none of these"))
    fold(Skipped(item_id="t1:1", why="not readable"), state=state)
    assert state.pile == {}
