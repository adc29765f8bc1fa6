"""Golden: what old journals and ids say today is what they said when they were written.

`journal.jsonl` holds one event of a journal a line, every kind at least once. A change that turns
one of these tests red makes old sessions mean something else: it needs an upcast on reading, or,
for ids, a new version prefix. A field added to the state renews `STATE` alone, with its reason.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rhml_widgets.exceptions import JournalError
from rhml_widgets.items.identity import pool_digest, text_id
from rhml_widgets.journal.events import EVENTS, SCHEMA, Entry, decode, encode
from rhml_widgets.state import State

LINES = (Path(__file__).parent / "journal.jsonl").read_text(encoding="utf-8").splitlines()
ROWS = [json.loads(line) for line in LINES]
STATE = "deb3e02f9bb5ae8810e92b6514f282bee1a243ce06d2ffb4c4e7edb76939a711"
"""SHA-256 of the canonical bytes of the state the journal folds to."""

BEFORE_CYCLES = "8e80534a178c577d2e0e4cc1a985f7cb1ce4b5fd21ecf462c642e67a942b0cc4"
"""Of its first 83 events, when there were no cycles."""

OF_ONE = "5afa5223814b516a86902b29abe1fc31f24cf2d4101eabb9bf71fb8bf81bf17f"
"""Of its first 80 events, when a journal was one person's. Both renewed when `Opened` began to tell
the old rows learned from (``base``), which is empty here."""

BEFORE_CODEBOOKS = "8e80534a178c577d2e0e4cc1a985f7cb1ce4b5fd21ecf462c642e67a942b0cc4"
"""Of its first 83 events, when classes could not be edited."""

IDS = {
    "": "t1:60547fa09316b6c953ff56ba",
    "My card has not arrived": "t1:1b4096a92359f48c229b612c",
    "my card has not arrived": "t1:7db31a348033683c85aef13c",
    "My card has not arrived ": "t1:9614b521341e91f78a3b6ad0",
    "caf\u00e9": "t1:b99561ff8f86771b36361318",
    "cafe\u0301": "t1:07b9a4dd3c0fb106206d6b79",
    "nul \x00, tab \t and line\nbreak": "t1:1be92e9390b53ca37b2c6f39",
    "\u05e9\u05dc\u05d5\u05dd \u4f60\u597d \U0001f469\u200d\U0001f4bb": (
        "t1:79133d864acdaf113a033ab1"
    ),
}


def text_of(row) -> str:
    return json.dumps(row["body"], ensure_ascii=False, separators=(",", ":"))


def entry(row) -> Entry:
    event = decode(row["kind"], text_of(row), row["schema"])
    return Entry(row["seq"], row["event_id"], row["at"], row["person"], event)


@pytest.fixture(scope="module")
def state():
    state = State()
    for row in ROWS:
        state.fold(entry(row))
    return state


@pytest.mark.parametrize("text", IDS)
def test_an_id_is_what_it_was(text):
    assert text_id(text) == IDS[text]


def test_a_pools_digest_is_what_it_was():
    assert pool_digest(IDS.values()) == "743233d14375642242188984fa04d4cd"


def test_the_journal_holds_every_kind_of_event_and_no_gap():
    assert {row["kind"] for row in ROWS} == set(EVENTS)
    assert [row["seq"] for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert {row["schema"] for row in ROWS} == {1}
    assert SCHEMA >= 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['seq']}-{row['kind']}")
def test_an_event_is_read_whole_and_written_again_as_it_was(row):
    again = json.loads(encode(entry(row).event))
    assert {name: again[name] for name in row["body"]} == row["body"]


def test_the_journal_folds_to_the_same_bytes(state):
    assert hashlib.sha256(state.canonical()).hexdigest() == STATE


def test_a_journal_of_one_person_folds_to_the_bytes_from_before_there_were_two():
    state = State()
    for row in ROWS[:80]:
        state.fold(entry(row))
    assert hashlib.sha256(state.canonical()).hexdigest() == OF_ONE


def test_a_journal_without_cycles_folds_to_the_bytes_from_before_there_were_any():
    state = State()
    for row in ROWS[:83]:
        state.fold(entry(row))
    assert hashlib.sha256(state.canonical()).hexdigest() == BEFORE_CYCLES


def test_a_journal_without_edits_of_its_classes_folds_to_the_bytes_from_before_there_were_any():
    state = State()
    for row in ROWS[:83]:
        state.fold(entry(row))
    assert hashlib.sha256(state.canonical()).hexdigest() == BEFORE_CODEBOOKS


def test_and_says_the_same_in_words(state):
    """What the hash stands for, so that a difference can be understood."""
    assert (state.seq, state.person, state.n_openings) == (99, "quiet-heron", 1)
    assert list(state.classes) == ["card trouble", "refund", "crash", "praise"]
    assert state.codebook.names == ["card trouble", "refund", "crash"]
    assert (state.means("card"), state.means("praise")) == ("card trouble", "refund")
    assert state.seeds == {"crash": ["freeze"]}
    assert state.counts == {"refund": 2, "card trouble": 3, "crash": 3}
    assert len(state.skipped) == 1
    assert len(state.waiting) == 1
    assert {one.stage for one in state.judgments.values()} == {"first", "revised"}
    assert len(state.judgments) == state.n_labeled + 1
    assert len(state.retracted) == 1
    assert state.exposed_all is not None
    assert [lesson.origin for lesson in state.lessons.values()] == ["codebook", "person", "lexicon"]
    assert [len(lesson.looks) for lesson in state.lessons.values()] == [0, 1, 0]
    assert "parcel" in state.lexicon.terms
    assert list(state.concept_map.concepts) == ["delivery"]
    assert state.last_version.hits == {"holdout": "101101"}
    assert state.failure.error == "ValueError"
    assert len(state.imported) == 2
    assert state.people == ["loud-wren", "quiet-heron"]
    assert [audit.n_items for audit in state.audits.values()] == [8]
    assert [one.how for one in state.resolutions.values()] == ["apart"]
    assert (state.gate.choice, state.gate.kept, state.mode) == ("roll_back", 0.85, "stable")
    assert list(state.vetoes.values()) == ["caf\u00e9"]
    assert [one.name for one in state.gap_goals] == ["error_gap of region"]
    assert [one.why for one in state.open_proposals] == ["drift"]
    assert [text for _, text in state.notes.values()] == ["a word on it"]
    (noted,) = [one for one in state.judgments.values() if one.note]
    assert noted.note == "caf\u00e9 \U0001f4b3"
    (marked,) = [one for one in state.judgments.values() if one.rationale]
    assert marked.rationale[1] == (0, 3)


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_an_event_written_before_a_field_was_added_gets_its_default(kind):
    row = next(row for row in ROWS if row["kind"] == kind)
    whole = entry(row).event
    for name in row["body"]:
        body = {other: value for other, value in row["body"].items() if other != name}
        try:
            read = decode(kind, json.dumps(body))
        except JournalError:
            assert name in NEEDED[kind]
        else:
            assert name not in NEEDED[kind]
            assert type(read) is type(whole)


NEEDED = {
    "Resolved": {"about", "item_ids", "labels", "how"},
    "Opened": {"pool_digest", "n_items", "n_rows", "item_kind"},
    "Extended": {"pool_digest", "n_items", "n_rows"},
    "ClassAdded": {"label"},
    "Queried": {"item_id", "purpose", "propensity", "n_candidates"},
    "Shown": {"item_id"},
    "Predicted": {"item_id", "label", "proba", "version"},
    "Judged": {"item_id", "label", "stage"},
    "Skipped": {"item_id"},
    "Exposed": {"item_id", "what"},
    "Taught": {"stances"},
    "Retracted": {"target"},
    "Imported": {"labels"},
    "Fitted": {"version", "snapshot_seq", "digest", "n_labels"},
    "FitFailed": {"snapshot_seq", "error", "message"},
    "Scored": {"version", "basis", "hits"},
    "Noted": {"text"},
    "Switched": {"before"},
    "CycleStepped": {"cycle", "step", "batch"},
    "IntentSet": {"intent"},
    "CodebookRevised": {"op", "about"},
    "PhaseSet": {"phase"},
    "Gated": {"version", "against", "n_right", "kept", "lost", "gained", "why"},
    "Decided": {"gate", "choice"},
    "Vetoed": {"term"},
    "GoalSet": {"column", "measure", "at_most"},
    "ModeSet": {"mode"},
    "Watched": {"p", "auc", "n"},
    "Proposed": {"what", "to", "why", "measured"},
    "LexiconRevised": {"op", "about"},
    "MapRevised": {"op", "about"},
    "TermProposed": {"term", "label", "gain", "low", "high", "n"},
    "ProposalDecided": {"term", "label", "choice"},
    "Audited": {"version", "n_items", "n_rows", "said", "regions", "drawn"},
}
"""Fields an event cannot do without: none may be added to them without a new schema."""
