"""Views: props as pure functions of what is known, and the words in them."""

from __future__ import annotations

import gc
import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import CLASSES, STEADY, begin, right, texts, until, work, wrong
from sklearn.linear_model import LogisticRegression

from rhml_widgets.exceptions import RhmlError
from rhml_widgets.items.pool import Pool
from rhml_widgets.journal.events import (
    ClassAdded,
    Entry,
    FitFailed,
    Judged,
    Opened,
    Retracted,
    Skipped,
    Taught,
)
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.measures.durations import duration_words
from rhml_widgets.state import State
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.views.label_queue import (
    MAX_TEXT,
    label_queue_props,
    problem_of,
    status_line,
    stop_props,
)
from rhml_widgets.views.words import excerpt, lesson_words, quoted, undo_words

MODEL = {"name": "no model yet", "version": None, "fitting": False, "behind": 0}
POOL = Pool(["a card", "a loan", "a long text " * 1000, ""])
ONE, TWO, LONG, EMPTY = POOL.ids


def fold(*events, classes=("spam", "ham")):
    state = State()
    rows = [{"name": name, "definition": f"what {name} is"} for name in classes]
    opened = Opened(
        pool_digest=POOL.digest, n_items=4, n_rows=4, item_kind="text", classes=rows or None
    )
    for seq, event in enumerate([opened, *events], 1):
        state.fold(Entry(seq, f"e{seq}", "2026-01-05T09:00:00+00:00", "quiet-heron", event))
    return state


def judged(item=ONE, label="spam", stage="first", **more):
    return Judged(item_id=item, label=label, stage=stage, sealed=stage != "revised", **more)


def props(state, **more):
    made = label_queue_props(state, POOL, **{"items": [], "n_askable": 4, "model": MODEL, **more})
    assert json.loads(json.dumps(json_safe(made), allow_nan=False)) == json_safe(made)
    return made


# ---- words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under a minute"),
        (59.9, "under a minute"),
        (60, "about 1 minute"),
        (100, "about 2 minutes"),
        (5399, "about 90 minutes"),
        (5400, "about 1.5 hours"),
        (7200, "about 2 hours"),
        (36_000, "about 10 hours"),
    ],
)
def test_durations_as_people_say_them(seconds, words):
    assert duration_words(seconds) == words


@STEADY
@given(st.text(), st.integers(2, 120))
def test_an_excerpt_is_one_short_line_that_begins_like_the_text(text, length):
    line = excerpt(text, length)
    assert 0 < len(line) <= max(length, len("(empty)"))
    assert len(line.splitlines()) <= 1
    if line != "(empty)":
        assert " ".join(text.split()).startswith(line.removesuffix("…"))


def test_what_an_undo_takes_back_is_said():
    assert undo_words(fold(), POOL) is None
    assert undo_words(fold(judged()), POOL) == "“spam” for “a card”"
    assert undo_words(fold(Skipped(item_id=TWO)), POOL) == "the skip of “a loan”"
    assert undo_words(fold(judged("t1:gone")), POOL) == "“spam” for “t1:gone”"
    struck = {"term": "please", "label": None, "stance": "irrelevant", "strength": 1.0}
    backed = {"term": "win", "label": "spam", "stance": "supports", "strength": 1.0}
    taught = fold(Taught(stances=[struck, backed]))
    words = "You struck “please”. You told me that “win” speaks for “spam”."
    assert undo_words(taught, POOL) == words
    assert lesson_words(taught.lessons[2]) == words
    assert undo_words(fold(judged(), Retracted(target=2)), POOL) is None


def test_the_words_of_the_codebook_are_counted():
    stances = [{"term": "win", "label": "spam", "stance": "supports", "strength": 1.0}]
    state = fold(Taught(stances=stances, origin="codebook"))
    assert lesson_words(state.lessons[2]).endswith(": 1 word.")


def test_reasons_for_asking_name_no_class_and_no_number():
    for key in ("close-call", "close-call-new", "strategy", "random", "first", "random-check"):
        words = reason_words(key)
        assert words != key
        assert not any(character.isdigit() for character in words)


def test_quotes_are_typographic():
    assert quoted("a") == "“a”"


# ---- the queue ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unusable", "state", "text"),
    [
        ("held by process 7 on host since 14:03", "read-only", "held by process 7"),
        ("moved to the newer cell", "moved", "moved to the newer cell"),
        ("closed", "closed", "closed"),
    ],
)
def test_where_nothing_can_be_answered_it_is_said_why(unusable, state, text):
    made = props(fold(judged()), unusable=unusable)
    assert made["state"] == state
    assert made["state_text"].startswith(text)
    assert made["status"] == f"{unusable} · 1 of 4 labeled"
    assert not made["may_add"]


def test_states_of_a_queue():
    item = SimpleNamespace(item_id=ONE, content="a card", purpose="teach", reason="why")
    assert props(fold(), items=[item])["state"] == "asking"
    assert props(fold())["state"] == "done"
    assert props(fold(), items=[item], stop={"item_id": ONE})["state"] == "stopped"
    assert props(fold(classes=()), items=[item])["state"] == "no-classes"
    empty = label_queue_props(fold(), Pool([]), items=[], n_askable=0, model=MODEL)
    assert empty["state"] == "empty"


def test_an_item_is_shown_as_it_is_and_cut_where_it_is_long():
    item = SimpleNamespace(item_id=LONG, content=POOL.contents[2], purpose="check", reason="why")
    (shown,) = props(fold(judged()), items=[item])["items"]
    assert shown == {
        "item_id": LONG,
        "text": POOL.contents[2][:MAX_TEXT],
        "truncated": True,
        "purpose": "check",
        "why": "why",
        "rows": 1,
        "seen": 2,
        "draft": None,
    }


def test_a_draft_keeps_the_note_and_the_marks():
    state = fold(judged(note="hm", rationale=["w", [0, 1]]), Retracted(target=2))
    item = SimpleNamespace(item_id=ONE, content="a card", purpose="teach", reason="why")
    (shown,) = props(state, items=[item])["items"]
    assert shown["draft"] == {"note": "hm", "rationale": [[0, 1]]}


def test_classes_are_told_with_key_definition_and_count():
    made = props(fold(judged(), judged(TWO, "ham"), judged(LONG, "ham")))
    assert made["classes"] == [
        {"name": "spam", "definition": "what spam is", "key": "1", "count": 1},
        {"name": "ham", "definition": "what ham is", "key": "2", "count": 2},
    ]


def test_history_has_each_item_once_newest_first_with_its_stage():
    state = fold(
        judged(),
        judged(TWO, "ham"),
        judged(ONE, "ham", "corrected"),
        judged(TWO, "ham", "revised"),
        judged("t1:gone"),
        judged(EMPTY),
    )
    rows = [(row["excerpt"], row["label"], row["stage"]) for row in props(state)["history"]]
    assert rows == [
        ("(empty)", 0, ""),
        ("(no longer in the pool)", 0, ""),
        ("a loan", 1, "kept"),
        ("a card", 1, "changed"),
    ]
    assert props(state)["last"] == EMPTY


def test_the_time_left_is_told_from_five_answers_on():
    quick = [judged(item, duration=4.0) for item in (ONE, TWO)]
    assert props(fold(*quick))["progress"]["seconds_each"] is None
    state = fold(*quick * 3)
    assert props(state, n_askable=902)["progress"] == {
        "labeled": 2,
        "total": 902,
        "seconds_each": 4.0,
        "left": "about 60 minutes for the rest",
        "skipped": 0,
    }
    assert props(state, n_askable=2)["progress"]["left"] == ""
    assert props(fold(*[judged()] * 6))["progress"]["left"] == ""


def test_the_status_line_says_saved_only_of_answers():
    assert status_line(fold(), 4, None) == "0 of 4 labeled"
    assert status_line(fold(judged()), 4000, None) == "saved · 1 of 4,000 labeled"
    assert status_line(fold(judged(), Retracted(target=2)), 4, None) == "0 of 4 labeled"
    assert status_line(fold(ClassAdded(label="new")), 4, None) == "0 of 4 labeled"


def test_the_status_line_says_skipped_when_that_was_the_last_answer():
    skipped = Skipped(item_id=TWO)
    assert status_line(fold(judged(), skipped), 4, None) == "skipped · 1 of 4 labeled"
    assert status_line(fold(skipped, judged()), 4, None) == "saved · 1 of 4 labeled"
    assert status_line(fold(skipped), 4, "closed") == "closed · 0 of 4 labeled"


def test_what_is_wrong_is_said_with_what_to_do():
    assert problem_of(None) is None
    failed = problem_of(FitFailed(snapshot_seq=1, error="ValueError", message="no"))
    assert (failed["kind"], failed["text"]) == ("model", "ValueError: no")
    assert "session.model" in failed["hint"]
    unsaved = problem_of(None, "NOT SAVED: disk full")
    assert (unsaved["kind"], unsaved["text"]) == ("journal", "NOT SAVED: disk full")


def test_no_stop_without_advice():
    assert stop_props(fold(judged()), POOL, [], "") is None


# ---- the desk -----------------------------------------------------------------------------


def test_all_views_of_a_session_share_one_desk():
    with begin() as one, begin() as other:
        assert Desk.of(one) is Desk.of(one) is not Desk.of(other)


def test_a_desk_does_not_keep_its_session():
    session = begin(n=6)
    desk = Desk.of(session)
    session.close()
    del session
    gc.collect()
    with pytest.raises(RhmlError, match="re-run the cell"):
        desk.queue()


def test_the_queue_shows_the_item_and_the_one_after():
    with begin() as session:
        desk = Desk.of(session)
        desk.prepare()
        first, second = session.query(2)
        made = desk.queue()
        assert [item["item_id"] for item in made["items"]] == [first.item_id, second.item_id]
        assert made["model"] == {
            "name": "LogisticRegression, no version yet",
            "version": None,
            "fitting": False,
            "behind": 0,
            "failed": False,
            "brought": "",
            "added": "",
        }
        assert made["status"] == "0 of 60 labeled"


def test_what_was_put_in_front_of_a_classifier_is_said():
    with begin(model=LogisticRegression()) as session:
        work(session, 6)
        assert Desk.of(session).queue()["model"]["added"] == (
            "LogisticRegression reads numbers: TfidfVectorizer(sublinear_tf=True) was put in front "
            "of it"
        )


def test_a_stop_shows_both_labels_the_record_and_the_words_that_spoke():
    with begin(purposes={"teach": 0.4, "check": 0.6}) as session:
        work(session, 15)
        desk = Desk.of(session)
        while True:
            item = until(session, "check")
            session.label(item, wrong(item))
            if session.advise(item).arm == "full":
                break
            session.undo()
            session.label(item, right(item))
        stop = desk.queue()["stop"]
        assert (stop["yours"], stop["model"]) == (
            CLASSES.index(wrong(item)),
            CLASSES.index(right(item)),
        )
        assert stop["words"] == f"I read “{right(item)}”, firmly."
        words = {item.content[start:end] for start, end in stop["spans"]}
        assert item.content.split()[0] in words
        session.label(item, wrong(item))
        assert desk.queue()["stop"] is None
        assert desk.queue()["history"][0]["stage"] == "kept"


def opened(session, item):
    desk = Desk.of(session)
    desk.open(item.item_id)
    return desk.explanation()


def test_reasons_add_up_and_are_of_the_item():
    with begin() as session:
        done = work(session, 15)
        made = opened(session, done[0])
        reasons = made["reasons"]
        total = reasons["baseline"] + sum(row["value"] for row in reasons["rows"])
        assert total + reasons["rest"] + reasons["gap"] == pytest.approx(reasons["prediction"])
        assert reasons["label"] == reasons["predicted"]
        assert reasons["against"] is not None
        assert made["heading"].startswith(f"Why “{CLASSES[reasons['label']]}” and not “")
        for row in reasons["rows"]:
            for start, end in row["spans"]:
                assert done[0].content[start:end].casefold() == row["term"]
        sizes = [abs(row["value"]) for row in reasons["rows"]]
        assert sizes == sorted(sizes, reverse=True)
        assert session.state.is_exposed(done[0].item_id)


def test_neighbors_are_answered_items_and_never_the_item_itself():
    with begin() as session:
        done = work(session, 15)
        made = opened(session, done[0])
        near = [row["item_id"] for row in made["neighbors"]]
        assert near
        assert done[0].item_id not in near
        assert set(near) <= set(session.state.answers)


def test_reasons_follow_the_model_and_close_when_the_answer_is_taken_back():
    with begin() as session:
        done = work(session, 15)
        before = opened(session, done[0])["reasons"]["prediction"]
        work(session, 3)
        assert Desk.of(session).explanation()["reasons"]["prediction"] != before
        session.undo(session.state.answers[done[0].item_id][0])
        made = Desk.of(session).explanation()
        assert made["item"] is made["reasons"] is None
        assert made["empty"]


def test_a_lesson_is_shown_beside_what_was_before():
    with begin() as session:
        done = work(session, 15)
        before = opened(session, done[0])["reasons"]
        word = done[0].content.split()[0]
        desk = Desk.of(session)
        lesson = desk.teach(word, "refund", "supports")
        reasons = desk.explanation()["reasons"]
        assert reasons["prediction_before"] == pytest.approx(before["prediction"])
        (row,) = [row for row in reasons["rows"] if row["term"] == word]
        assert (row["stance"], row["stance_label"], row["stance_lesson"]) == ("supports", 1, lesson)
        assert row["before"] != row["value"]
        assert desk.effect()["version"] == session.learner.version
        assert desk.lessons()[0]["lesson"] == lesson
        desk.undo_lesson(lesson)
        assert desk.effect()["undone"]
        assert lesson not in [one["lesson"] for one in desk.lessons()]


def test_before_there_is_a_model_the_panel_says_what_it_waits_for():
    with begin(classes=["yes", "no"], pool=texts(6)) as session:
        desk = Desk.of(session)
        assert "answer items of two classes first" in desk.explanation()["empty"]
        (item,) = session.query()
        session.label(item, "yes")
        assert "all answers are of one class" in opened(session, item)["empty"]


def test_reasons_that_fail_are_said_in_place(monkeypatch):
    with begin() as session:
        done = work(session, 15)
        Desk.of(session).open(done[0].item_id)
        work(session, 1)

        def explain(*_args, **_kwargs):
            msg = "no reasons today"
            raise RuntimeError(msg)

        monkeypatch.setattr(session.learner, "explain", explain)
        made = Desk.of(session).explanation()
        assert made["problem"]["text"] == "RuntimeError: no reasons today"
        assert made["reasons"] is None


def test_curves_say_what_is_missing_and_then_draw():
    with begin(purposes={"check": 1}) as session:
        desk = Desk.of(session)
        empty = desk.curves()
        assert empty["empty"]
        assert empty["spec"] is None
        assert empty["rows"] == []
        work(session, 10)
        made = desk.curves()
        assert made["empty"] == ""
        assert made["spec"]
        assert made["rows"]
        assert made["summary"].startswith("I agree with you on ")
        assert made["table"]["rows"]
        assert len(made["table"]["columns"]) == len(made["table"]["rows"][0])
        json.dumps(json_safe(made), allow_nan=False)


def test_of_a_session_that_is_closed_everything_can_still_be_drawn():
    session = begin()
    done = work(session, 12)
    desk = Desk.of(session)
    desk.open(done[0].item_id)
    session.close()
    desk.prepare()
    made = desk.workbench()
    assert made["queue"]["state"] == "closed"
    assert made["explanation"]["reasons"]
    assert not made["explanation"]["may_teach"]
    assert not any(row["may_undo"] for row in made["lessons"])
    desk.curves()
