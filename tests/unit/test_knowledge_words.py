"""How edits of the lexicon are told among the lessons, and what an undo of them would take back."""

from __future__ import annotations

import pytest
from sessions import begin, work

from rhml_widgets.views.explanation_panel import standing_stances
from rhml_widgets.views.words import lesson_words, undo_words


@pytest.fixture
def session():
    with begin() as session:
        work(session)
        yield session


def told(session):
    return [lesson_words(one) for one in session.state.lessons.values()][1:]


def test_edits_are_told_among_the_lessons(session, tmp_path):
    lexicon = session.knowledge.lexicon
    lexicon.add("money", label="card", synonyms=["charge"])
    lexicon.add("x", note="nothing is said of it")
    lexicon.remove("money")
    for word in ("late", "lost", "limit", "wallet"):
        lexicon.add(word, label="card")
    path = lexicon.save(tmp_path / "l.csv")
    while len(lexicon):
        session.undo()
    lexicon.load(path)
    words = told(session)
    assert words[0] == (
        "You told me that “money” speaks for “card”. You told me that “charge” speaks for “card”."
    )
    assert words[1] == "You took back what terms said."
    assert words[-1] == "You changed what 4 terms of the lexicon say."
    assert "What 4 terms of the lexicon say was changed." in session.report(
        tmp_path / "r.html"
    ).read_text(encoding="utf-8")


def test_what_an_undo_takes_back_is_named(session):
    session.knowledge.lexicon.add("x", note="no class")
    assert undo_words(session.state, session.pool) == "the last edit of the lexicon"
    session.knowledge.concept_map.add("x")
    assert undo_words(session.state, session.pool) == "the last edit of the concept map"


def test_the_panel_shows_of_a_word_what_the_lexicon_says_now(session):
    lexicon = session.knowledge.lexicon
    session.teach("money", "card")
    seq = lexicon.change("money", label="crash").lesson
    lexicon.add("late", stance="irrelevant")
    held = standing_stances(session.state)
    assert held["money"] == ("supports", "crash", seq)
    assert held["late"][:2] == ("irrelevant", None)
    lexicon.remove("money")
    assert "money" not in standing_stances(session.state)
