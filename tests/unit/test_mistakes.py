"""Mistakes people make in a cell: each is refused with what was expected and what to do."""

from __future__ import annotations

import errno
import os
import warnings

import pandas as pd
import pytest
from sessions import CLASSES, begin, texts, work
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets.exceptions import (
    BadInputError,
    JournalMismatchError,
    NotWrittenError,
    ReadOnlyError,
    UnknownItemError,
    warn,
)
from rhml_widgets.items.labels import warn_of_lookalike


@pytest.fixture(scope="module")
def session():
    with begin() as one:
        yield one


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"model": texts(), "pool": None}, r"model, is a list; did you mean Session\(pool="),
        ({"model": pd.DataFrame({"text": texts()})}, r"model, is a DataFrame; did you mean"),
        ({"model": pd.Series(texts())}, "model, is a Series; did you mean"),
        ({"model": "tickets.csv"}, "model, is a str; did you mean"),
        ({"pool": dict(enumerate(texts()))}, r"pool is a dict.*list\(pool.values\(\)\)"),
        ({"pool": set(texts())}, r"pool is a set: expected items in an order.*sorted\(pool\)"),
        ({"classes": set(CLASSES)}, r"classes is a set, whose order changes.*sorted\(classes\)"),
        ({"classes": frozenset(CLASSES)}, "classes is a frozenset"),
        ({"journal": 5}, "journal=5: expected the path of a file, or None for memory"),
        ({"journal": b"s.rhml"}, "journal=b's.rhml': expected the path"),
    ],
)
def test_an_opening_that_cannot_be(arguments, told):
    with pytest.raises(BadInputError, match=told):
        rhml.Session(**{"pool": texts(), "journal": None, "classes": CLASSES, **arguments})


def test_a_class_more_than_a_journal_knows_is_added_and_not_declared(tmp_path):
    path = tmp_path / "s.rhml"
    begin(journal=path).close()
    with pytest.raises(JournalMismatchError, match=r"session\.add_class\('praise'\)"):
        begin(journal=path, classes=[*CLASSES, "praise"])
    with pytest.raises(JournalMismatchError, match="or name another journal to begin anew"):
        begin(journal=path, classes=CLASSES[:2])


def test_a_mistyped_pseudonym_is_no_second_person(tmp_path):
    path = tmp_path / "s.rhml"
    begin(journal=path, person="quiet-wren").close()
    held = path.read_bytes()
    with pytest.raises(BadInputError, match="there is 'quiet-wren' already; say 'quiet-wren'"):
        begin(journal=path, person="Quiet-Wren")
    assert path.read_bytes() == held


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda s: s.label(s.query(2), "card"), "expected one item, got a list: go through them"),
        (lambda s: s.label(pd.Series(["a"]), "card"), "expected one item, got a Series"),
        (lambda s: s.skip(tuple(s.query())), "expected one item, got a tuple"),
        (lambda s: s.explain(s.query()), "expected one item, got a list"),
        (lambda s: s.advise({}), "expected one item, got a dict"),
        (lambda s: s.undo(999), r"undo\(999\).*session\.judgments\(\) lists those of answers"),
        (lambda s: s.wait("a"), "timeout='a': expected a number from 0"),
        (lambda s: s.wait(-1), "timeout=-1"),
        (lambda s: s.subscribe(3), r"subscribe\(3\): expected a function"),
        (lambda s: s.report(5), "path=5: expected the path of a file"),
        (lambda s: s.report(None), "path=None: expected the path of a file"),
        (lambda s: s.report("x.html", texts="all"), "texts='all': expected one of"),
        (lambda _: rhml.Workbench("x"), "Workbench of a str: expected a session; begin one"),
        (lambda _: rhml.LabelQueue(pd.DataFrame()), "LabelQueue of a DataFrame"),
        (lambda _: rhml.replay(None, pool=texts()), "journal=None: expected the path of a journal"),
        (lambda _: rhml.replay(5, pool=texts()), "journal=5: expected the path"),
    ],
)
def test_a_call_that_cannot_be(session, call, told):
    before = session.state.n_labeled
    with pytest.raises(BadInputError, match=told):
        call(session)
    assert session.state.n_labeled == before


@pytest.mark.parametrize("rationale", ["zebra", ["again", "zebra"]])
def test_words_that_do_not_stand_in_the_item_are_no_reason_for_its_label(session, rationale):
    (item,) = session.query()
    with pytest.raises(BadInputError, match=r"'zebra' does not stand in this item.*session.teach"):
        session.label(item, "card", rationale=rationale)
    assert session.query() == [item]


@pytest.mark.parametrize("rationale", ["Today", ["again TODAY"]])
def test_a_word_is_found_however_it_is_written_and_may_stand_alone(rationale):
    with begin() as session:
        session.label(session.query()[0], "card", rationale=rationale)
        (kept,) = session.judgments()["rationale"]
        assert kept == tuple([rationale] if isinstance(rationale, str) else rationale)


def test_what_the_model_reads_in_an_item_stands_in_it_too():
    """Analyzers drop short words, accents and endings: their terms are in no text as written."""
    vectorizer = TfidfVectorizer(strip_accents="unicode", ngram_range=(1, 2))
    with begin(
        ["the café a bar", "the train is late"],
        model=make_pipeline(vectorizer, LogisticRegression()),
    ) as session:
        cafe, train = session.pool.ids
        session.label(cafe, "card", rationale=["cafe", "cafe bar"])
        with pytest.raises(BadInputError, match="'cafe' does not stand"):
            session.label(train, "crash", rationale=["cafe"])


def test_a_report_has_a_place_or_says_what_is_missing(session, tmp_path):
    with pytest.raises(NotWrittenError, match=r"there is no folder .*no/such; make it"):
        session.report(tmp_path / "no/such/x.html")
    with pytest.raises(NotWrittenError, match="is a folder: give the path of a file in it"):
        session.report(tmp_path)
    with pytest.raises(TypeError, match=r"report\(\) got an unexpected keyword argument 'foo'"):
        session.report(tmp_path / "x.html", foo=1)
    assert not list(tmp_path.iterdir())


def test_a_report_that_cannot_be_written_leaves_the_one_before(session, tmp_path, monkeypatch):
    path = session.report(tmp_path / "x.html")
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWrittenError, match=r"No space left on device. Free space or give"):
        session.report(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_drawn_it_is_said_and_who_holds_the_journal(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path) as session:
        work(session, 3)
    with rhml.replay(path, pool=texts()) as twin:
        with pytest.raises(ReadOnlyError, match="nothing is drawn: opened only to be read"):
            twin.query()
        assert len(rhml.LabelQueue(twin).props["items"]) == 0
    with begin(journal=path) as session:
        session.query(2)
    with rhml.replay(path, pool=texts()) as twin:
        assert len(twin.query(5)) == 2


def test_a_pool_that_is_all_answered_is_no_mistake(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(texts(4), journal=path) as session:
        work(session, 4)
    with rhml.replay(path, pool=texts(4)) as twin:
        assert twin.query() == []


def test_warnings_point_at_the_line_of_whoever_called(session):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn("first")
        warn_of_lookalike("Card", ["card"])
        with begin() as other:
            other.add_class("CARD")
    assert [one.filename for one in caught] == [__file__] * 3
    lines = [one.lineno for one in caught]
    assert lines == [lines[0], lines[0] + 1, lines[0] + 3]


def test_words_of_a_report_and_the_folder_of_a_checkup_are_checked(session, tmp_path):
    with pytest.raises(BadInputError, match="title=3"):
        session.report(tmp_path / "a.html", title=3)
    with pytest.raises(BadInputError, match="folder=3"):
        rhml.doctor(3)


def test_a_position_is_no_id(session):
    with pytest.raises(UnknownItemError, match="a position is none"):
        session.label(3, session.classes_[0])
