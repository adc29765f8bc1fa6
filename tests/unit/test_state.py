"""State: any sequence of events folds, in place, to what a plain reading of them says."""

from __future__ import annotations

import json
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY

from rhml_widgets.journal.events import (
    EVENTS,
    Audited,
    ClassAdded,
    CodebookRevised,
    CycleStepped,
    Decided,
    Entry,
    Exposed,
    Extended,
    FitFailed,
    Fitted,
    Gated,
    GoalSet,
    Imported,
    IntentSet,
    Judged,
    LexiconRevised,
    MapRevised,
    ModeSet,
    Noted,
    Opened,
    PhaseSet,
    Predicted,
    ProposalDecided,
    Proposed,
    Queried,
    Resolved,
    Retracted,
    Scored,
    Shown,
    Skipped,
    Switched,
    Taught,
    TermProposed,
    Vetoed,
    Watched,
    decode,
    encode,
)
from rhml_widgets.state import State

AT = "2026-01-05T09:00:00.000+00:00"
ITEMS = [f"t1:{letter}" for letter in "abcdef"]
LABELS = ["spam", "ham", "x"]
OPENED = Opened(
    pool_digest="p",
    n_items=6,
    n_rows=6,
    item_kind="text",
    classes=[
        {"name": "spam", "definition": "unwanted", "seeds": ["prize"]},
        {"name": "ham", "definition": None, "seeds": []},
    ],
)


def fold(*events, state=None, seqs=None):
    state = State() if state is None else state
    seqs = count(state.seq + 1) if seqs is None else seqs
    for seq, event in zip(seqs, events, strict=False):
        state.fold(Entry(seq, f"e{seq}", AT, "quiet-heron", event))
    return state


def queried(item, purpose="teach", **more):
    return Queried(item_id=item, purpose=purpose, propensity=0.1, n_candidates=6, **more)


def predicted(item, label="ham", version=1):
    return Predicted(item_id=item, label=label, proba=[0.2, 0.8], version=version, firmness=0.9)


def judged(item, label="spam", stage="first", *, sealed=True, **more):
    return Judged(item_id=item, label=label, stage=stage, sealed=sealed, **more)


def fitted(version, **more):
    return Fitted(version=version, snapshot_seq=1, digest=f"d{version}", n_labels=2, **more)


# ---- a plain reading of the same events ---------------------------------------------------


def plain(entries):
    """Read labels, skips and waiting items off the whole list, the slow and obvious way."""
    gone = {entry.event.target for entry in entries if isinstance(entry.event, Retracted)}
    answers, skipped = {}, {}
    for entry in entries:
        if entry.seq in gone:
            continue
        if isinstance(entry.event, Judged):
            item = entry.event.item_id
            answers[item] = (*answers.get(item, ()), entry.seq)
    touched = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Queried | Judged):
            touched[event.item_id] = entry
        if isinstance(event, Skipped):
            touched[event.item_id] = entry
    for item, entry in touched.items():
        if isinstance(entry.event, Skipped) and entry.seq not in gone:
            skipped[item] = entry.seq
    labels = {
        item: next(e.event.label for e in entries if e.seq == seqs[-1])
        for item, seqs in answers.items()
    }
    return labels, answers, skipped


class Writer:
    """Draws events as a session might write them, and knows what may come next."""

    def __init__(self, draw):
        self.draw = draw
        self.answered: dict[str, int] = {}
        self.undoable: list[tuple[int, str | None]] = []
        self.lessons: list[int] = []
        self.versions = 0

    def event(self, seq):
        item = self.draw(st.sampled_from(ITEMS))
        kinds = [self.label, self.expose, self.teach, self.fit, self.predict, self.show]
        kinds += [self.bring, self.grow, self.audit]
        kinds += [self.query, self.skip] if item not in self.answered else []
        kinds += [self.undo] * 2 if self.undoable else []
        return self.draw(st.sampled_from(kinds))(seq, item)

    def query(self, _seq, item):
        return queried(item)

    def label(self, seq, item):
        self.answered[item] = self.answered.get(item, 0) + 1
        self.undoable.append((seq, item))
        return judged(item, self.draw(st.sampled_from(LABELS)))

    def skip(self, seq, item):
        self.undoable.append((seq, None))
        return Skipped(item_id=item)

    def undo(self, _seq, _item):
        place = self.draw(st.integers(0, len(self.undoable) - 1))
        target, item = self.undoable.pop(place)
        if item is not None:
            self.answered[item] -= 1
            if not self.answered[item]:
                del self.answered[item]
        return Retracted(target=target)

    def expose(self, _seq, item):
        return Exposed(item_id=self.draw(st.sampled_from([item, None])), what="explanation")

    def teach(self, seq, _item):
        self.undoable.append((seq, None))
        self.lessons.append(seq)
        return Taught(stances=[{"term": "w", "label": "spam", "stance": "supports"}])

    def fit(self, _seq, _item):
        self.versions += 1
        return fitted(self.versions, lesson=self.lessons[-1] if self.lessons else None, flips=3)

    def predict(self, _seq, item):
        return predicted(item)

    def show(self, _seq, item):
        return Shown(item_id=item)

    def bring(self, _seq, item):
        return Imported(labels=[[item, self.draw(st.sampled_from(LABELS))]])

    def grow(self, _seq, item):
        return Extended(pool_digest="q", n_items=7, n_rows=7, n_new=1, new=[item])

    def audit(self, seq, item):
        drawn = [] if item in self.answered else [[item, "ham", 0.5]]
        return Audited(
            version=1, n_items=6, n_rows=6, said=[["ham", 6]], regions=[[0.5, 6, 6]], drawn=drawn
        )


@st.composite
def histories(draw):
    """Entries as a session might write them: an item is asked, skipped or answered, and undone."""
    writer = Writer(draw)
    events = [OPENED, *(writer.event(seq) for seq in range(2, draw(st.integers(2, 40))))]
    return [Entry(seq, f"e{seq}", AT, "quiet-heron", event) for seq, event in enumerate(events, 1)]


@STEADY
@given(histories())
def test_any_history_folds_to_what_a_plain_reading_says(entries):
    state = State()
    for entry in entries:
        state.fold(entry)
    labels, answers, skipped = plain(entries)
    assert {item: state.answer(item).label for item in state.answers} == labels
    assert state.answers == answers
    assert state.skipped == skipped
    assert state.counts == {x: n for x in LABELS if (n := list(labels.values()).count(x))}
    assert state.n_labeled == len(labels)
    assert not set(state.answers) & set(state.waiting)
    assert not set(state.skipped) & set(state.waiting)
    assert not set(state.drafts) & set(state.answers)
    brought = {e.event.labels[0][0]: e for e in entries if isinstance(e.event, Imported)}
    assert state.imported == {item: e.event.labels[0][1] for item, e in brought.items()}
    assert state.imports == {item: e.seq for item, e in brought.items()}
    came = {e.event.new[0]: e.seq for e in entries if isinstance(e.event, Extended)}
    shown = [e.seq for e in entries if isinstance(e.event, Exposed) and e.event.item_id is None]
    assert state.arrived == came
    assert state.exposed_all == min(shown, default=None)
    for item in ITEMS:
        alone = item in state.exposed
        assert state.is_exposed(item) == (alone or max(shown, default=0) > came.get(item, 0))
    for audit in state.audits.values():
        before = plain([e for e in entries if e.seq < audit.seq])
        imported = [e.event for e in entries if isinstance(e.event, Imported) and e.seq < audit.seq]
        assert audit.n_judged == len({*before[0], *(one.labels[0][0] for one in imported)})


@STEADY
@given(histories())
def test_the_same_entries_give_the_same_bytes_also_after_a_round_through_json(entries):
    live, again = State(), State()
    for entry in entries:
        live.fold(entry)
        read = decode(entry.event.kind, encode(entry.event))
        again.fold(Entry(entry.seq, entry.event_id, entry.at, entry.person, read))
    assert live.canonical() == again.canonical()
    json.loads(live.canonical())


@STEADY
@given(histories())
def test_taking_everything_back_gives_the_counts_back_but_no_exposure(entries):
    state = State()
    for entry in entries:
        state.fold(entry)
    exposed, all_of_it = dict(state.exposed), state.exposed_all
    while (target := state.last_action()) is not None:
        fold(Retracted(target=target), state=state)
    assert (state.counts, state.answers, state.skipped, state.judgments) == ({}, {}, {}, {})
    assert all(lesson.retracted for lesson in state.lessons.values())
    assert (state.exposed, state.exposed_all) == (exposed, all_of_it)


def test_every_kind_of_event_folds():
    lesson = Taught(stances=[{"term": "w", "label": None, "stance": "irrelevant"}])
    state = fold(
        OPENED,
        Extended(pool_digest="q", n_items=7, n_rows=7),
        ClassAdded(label="x", definition="else"),
        queried("t1:a"),
        Shown(item_id="t1:a"),
        predicted("t1:a"),
        judged("t1:a"),
        Skipped(item_id="t1:b"),
        Exposed(item_id="t1:a", what="advice", stop=True),
        lesson,
        Retracted(target=8),
        Imported(labels=[["t1:c", "ham"]]),
        fitted(1),
        FitFailed(snapshot_seq=1, error="ValueError", message="no"),
        Scored(version=1, basis="holdout", hits="101"),
        Noted(text="a word", item_id="t1:a"),
        Audited(
            version=1,
            n_items=4,
            n_rows=5,
            said=[["ham", 3], ["spam", 1]],
            regions=[[0.9, 1, 1], [0.5, 4, 5]],
            drawn=[["t1:d", "ham", 0.9]],
        ),
        Resolved(about="suspicious", item_ids=["t1:a"], labels=["spam"], how="first"),
        Switched(before="loud-wren"),
        CycleStepped(cycle=1, step="articulate", batch=10),
        IntentSet(intent="teach me"),
        CodebookRevised(op="memo", about={"label": "ham", "text": "what is left"}),
        PhaseSet(phase="qualitative"),
        Gated(
            version=2, against=1, n_right=9, kept=0.5, lost=["t1:a"], gained=0, why=["unlearned"]
        ),
        Decided(gate=24, choice="roll_back"),
        Vetoed(term="w"),
        GoalSet(column=None, measure="unlearned", at_most=0.2),
        ModeSet(mode="stable"),
        Watched(p=0.5, auc=0.5, n=40),
        Proposed(what="mode", to="adaptive", why="drift", measured=2500.0),
        LexiconRevised(op="add", about={"term": "molly", "label": "spam"}, speaks=[]),
        MapRevised(op="add", about={"name": "dealers"}),
        TermProposed(term="bump", label="spam", gain=0.1, low=0.0, high=0.2, n=40),
        ProposalDecided(term="bump", label="spam", choice="reject"),
    )
    assert state.seq == len(EVENTS) == 34
    assert (state.phase, state.codebook["ham"].memos[0].text) == ("qualitative", "what is left")
    assert (state.gate.choice, state.at_most, state.mode) == ("roll_back", 0.2, "stable")
    assert list(state.lexicon.terms) == ["w", "molly"]
    assert list(state.concept_map.concepts) == ["dealers"]
    assert [one.term for one in state.rejected.values()] == ["bump"]
    assert [one.how for one in state.resolutions.values()] == ["first"]
    assert state.pool_digest == "q"
    assert state.standing == "t1:a"
    assert state.failure.error == "ValueError"
    assert state.versions[1].hits == {"holdout": "101"}
    assert state.notes == {16: ("t1:a", "a word")}
    assert (state.imported, state.imports) == ({"t1:c": "ham"}, {"t1:c": 12})
    audit = state.audits[17]
    assert (audit.n_judged, dict(audit.judged)) == (2, {"spam": 1, "ham": 1})
    assert audit.drawn == {"t1:d": ("ham", 0.9)}
    assert list(state.classes) == ["spam", "ham", "x"]


def test_an_audit_that_goes_on_is_the_same_audit():
    drawn = {"version": 1, "n_items": 4, "n_rows": 4, "said": [], "regions": []}
    state = fold(
        OPENED,
        fitted(1),
        Audited(**drawn, drawn=[["t1:a", "ham", 0.9]]),
        queried("t1:b"),
        queried("t1:a", "check", reason="audit"),
        Audited(**drawn, drawn=[["t1:b", "spam", 0.6]], continues=3),
    )
    assert list(state.audits) == [3]
    assert list(state.audits[3].drawn) == ["t1:a", "t1:b"]
    assert list(state.waiting) == ["t1:a", "t1:b"]


def test_showing_everything_exposes_what_was_there_and_not_what_came_later():
    state = fold(
        OPENED,
        Exposed(item_id=None, what="predictions"),
        Extended(pool_digest="q", n_items=7, n_rows=7, n_new=1, new=["t1:z"]),
    )
    assert state.is_exposed("t1:a")
    assert not state.is_exposed("t1:z")
    fold(Exposed(item_id=None, what="predictions"), state=state)
    assert state.is_exposed("t1:z")
    assert state.exposed_all == 2


def test_labels_brought_along_count_for_nobody_and_come_back_when_an_answer_is_undone():
    state = fold(OPENED, Imported(labels=[["t1:a", "ham"]]), judged("t1:a", "spam"))
    assert state.counts == {"spam": 1}
    fold(Retracted(target=3), state=state)
    assert (state.counts, state.imported) == ({}, {"t1:a": "ham"})


# ---- one by one ---------------------------------------------------------------------------


def test_the_first_opening_fixes_what_the_session_is():
    other = Opened(pool_digest="q", n_items=1, n_rows=1, item_kind="text", refit="sync")
    state = fold(OPENED, other)
    assert (state.opened, state.reopened, state.n_openings) == (OPENED, other, 2)
    assert list(state.classes) == ["spam", "ham"]
    assert state.seeds == {"spam": ["prize"]}


def test_an_answer_carries_what_surrounded_it():
    state = fold(OPENED, queried("t1:a", "check"), predicted("t1:a"), judged("t1:a", version=1))
    one = state.answer("t1:a")
    assert (one.propensity, one.predicted.label, one.predicted.proba) == (0.1, "ham", (0.2, 0.8))
    assert (one.sealed, one.version, one.person) == (True, 1, "quiet-heron")


def test_the_newest_answer_counts_and_the_newest_blind_one_is_found_behind_it():
    state = fold(
        OPENED,
        judged("t1:a"),
        judged("t1:a", "ham", "corrected"),
        judged("t1:a", "x", "revised", sealed=False),
    )
    assert state.answer("t1:a").label == "x"
    assert state.blind("t1:a").label == "ham"
    assert state.counts == {"x": 1}
    assert state.n_labeled == 1
    assert list(state.classes) == ["spam", "ham", "x"]


def test_an_undone_item_waits_first_with_its_draft():
    state = fold(
        OPENED, queried("t1:a"), queried("t1:b"), judged("t1:a", note="hm", rationale=["w", [0, 2]])
    )
    assert list(state.waiting) == ["t1:b"]
    fold(Retracted(target=4), state=state)
    assert list(state.waiting) == ["t1:a", "t1:b"]
    draft = state.drafts["t1:a"]
    assert (draft.label, draft.note, draft.rationale) == ("spam", "hm", ("w", (0, 2)))
    fold(judged("t1:a"), state=state)
    assert state.drafts == {}


def test_undoing_a_change_leaves_the_answer_before_it():
    state = fold(OPENED, judged("t1:a"), judged("t1:a", "ham", "corrected"), Retracted(target=3))
    assert state.answer("t1:a").label == "spam"
    assert state.counts == {"spam": 1}
    assert "t1:a" not in state.waiting


def test_undoing_the_older_of_two_answers_leaves_the_newer():
    state = fold(OPENED, judged("t1:a"), judged("t1:a", "ham", "corrected"), Retracted(target=2))
    assert state.answer("t1:a").label == "ham"
    assert state.counts == {"ham": 1}


def test_taking_back_twice_is_taking_back_once():
    state = fold(OPENED, judged("t1:a"), Retracted(target=2))
    before = dict(vars(state))
    fold(Retracted(target=2), state=state)
    assert {**vars(state), "seq": 0} == {**before, "seq": 0}


def test_a_skip_taken_back_waits_first_and_one_asked_again_does_not_move():
    state = fold(OPENED, queried("t1:a"), queried("t1:b"), Skipped(item_id="t1:b"))
    fold(Retracted(target=4), state=state)
    assert list(state.waiting) == ["t1:b", "t1:a"]
    again = fold(OPENED, queried("t1:a"), Skipped(item_id="t1:a"), queried("t1:a"), queried("t1:b"))
    fold(Retracted(target=3), state=again)
    assert list(again.waiting) == ["t1:a", "t1:b"]


def test_exposure_stands_whatever_is_taken_back():
    state = fold(
        OPENED, judged("t1:a"), Exposed(item_id="t1:a", what="advice"), Retracted(target=2)
    )
    assert state.is_exposed("t1:a")
    assert not state.is_exposed("t1:b")
    fold(Exposed(item_id=None, what="predictions"), state=state)
    assert state.is_exposed("t1:b")
    assert state.exposed_all == 5


def test_advice_stands_until_the_next_answer_or_its_undo():
    stop = Exposed(item_id="t1:a", what="advice", stop=True)
    state = fold(OPENED, judged("t1:a"), stop)
    assert state.standing == "t1:a"
    fold(judged("t1:b"), state=state)
    assert state.standing == "t1:a"
    fold(judged("t1:a", stage="revised", sealed=False), state=state)
    assert state.standing is None
    undone = fold(OPENED, judged("t1:a"), stop, Retracted(target=2))
    assert undone.standing is None


def test_a_lesson_remembers_its_version_its_flips_and_the_blind_looks():
    state = fold(
        OPENED,
        Taught(stances=[{"term": "w", "label": None, "stance": "irrelevant", "strength": 1.0}]),
        fitted(1, lesson=2, flips=5),
        queried("t1:a", lesson=2, before="spam", after="ham"),
    )
    lesson = state.lessons[2]
    assert (lesson.version, lesson.flips, lesson.looks) == (1, 5, {"t1:a": ("spam", "ham")})
    assert list(state.waiting) == ["t1:a"]
    fold(Retracted(target=2), state=state)
    assert state.lessons[2].retracted


def test_words_of_the_codebook_are_not_what_undo_takes_back_next():
    lesson = Taught(stances=[{"term": "w", "label": "spam"}], origin="codebook")
    state = fold(OPENED, judged("t1:a"), lesson)
    assert state.last_action() == 2
    assert state.action_kind(3) is None
    assert state.action_kind(2) == "Judged"


def test_a_still_copy_keeps_its_scores():
    state = fold(OPENED, fitted(1))
    still = state.still()
    fold(Scored(version=1, basis="holdout", hits="101"), state=state)
    assert state.versions[1].hits == {"holdout": "101"}
    assert still.versions[1].hits == {}


def stopped(then="ham"):
    asked = [OPENED, queried("t1:a", "challenge"), predicted("t1:a", "ham"), judged("t1:a")]
    shown = Exposed(item_id="t1:a", what="advice", version=1, arm="full", stop=True)
    return fold(*asked, shown, judged("t1:a", then, "revised", sealed=False))


@pytest.mark.parametrize(("then", "how"), [("spam", "kept"), ("ham", "adopted"), ("x", "other")])
def test_decisions_at_stops_are_counted_as_they_are_made_and_taken_back(then, how):
    state = stopped(then)
    assert state.stops == {6: 4}
    assert state.decisions == {"kept": 0, "adopted": 0, "other": 0, how: 1}
    for target in (6, 4):
        undone = fold(Retracted(target=target), state=stopped(then))
        assert undone.stops == {}
        assert sum(undone.decisions.values()) == 0
    later = fold(judged("t1:b"), judged("t1:a", stage="corrected"), state=state)
    fold(Retracted(target=8), Retracted(target=7), state=later)
    assert later.stops == {6: 4}


def test_an_answer_in_between_is_no_decision():
    state = fold(
        OPENED,
        queried("t1:a", "check"),
        predicted("t1:a", "ham"),
        judged("t1:a"),
        judged("t1:b"),
        judged("t1:a", "ham", "revised", sealed=False),
    )
    assert state.stops == {}


def test_tallies_are_no_part_of_the_canonical_bytes():
    assert b'"stops"' not in stopped().canonical()


def test_a_fit_that_went_live_ends_a_failure():
    failed = FitFailed(snapshot_seq=1, error="ValueError", message="no")
    assert fold(OPENED, failed).failure == failed
    assert fold(OPENED, failed, fitted(1)).failure is None
    assert fold(OPENED, fitted(1), fitted(2)).last_version.version == 2
    assert fold(OPENED).last_version is None


def test_a_late_definition_is_kept_and_none_takes_one_away():
    state = fold(OPENED, ClassAdded(label="ham", definition="wanted"), ClassAdded(label="spam"))
    assert state.classes == {"spam": "unwanted", "ham": "wanted"}


# ---- reading it ---------------------------------------------------------------------------


def test_the_view_follows_the_state_and_changes_nothing():
    state = fold(OPENED)
    view = state.view()
    fold(judged("t1:a"), state=state)
    assert view.n_labeled == 1
    assert view.answer("t1:a").label == "spam"
    with pytest.raises(AttributeError, match=r"read-only.*session's methods"):
        view.seq = 0
    with pytest.raises(TypeError):
        view.answers["t1:b"] = ()
    with pytest.raises(AttributeError):
        view.answers["t1:a"].append(3)
    for hidden in ("fold", "_undoable"):
        with pytest.raises(AttributeError):
            getattr(view, hidden)
    assert repr(view) == "State(seq=2, n_labeled=1)"


def test_labels_of_different_types_give_different_bytes():
    states = [fold(OPENED, judged("t1:a", label)) for label in (1, "1", True)]
    assert len({state.canonical() for state in states}) == 3


def test_order_is_state():
    one = fold(OPENED, queried("t1:a"), queried("t1:b"))
    other = fold(OPENED, queried("t1:b"), queried("t1:a"))
    assert one.canonical() != other.canonical()
