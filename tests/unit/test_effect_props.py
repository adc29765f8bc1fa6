"""The card of a lesson: what it did, what blind looks at it found, what else moved since."""

from __future__ import annotations

import json

import pytest
from dyads import Dyad
from sessions import CLASSES, begin, right, texts, vague, work

from rhml_widgets.state import Lesson
from rhml_widgets.views.desk import UNSEEN, Desk
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.views.explanation_panel import _verdict, effect_props, looks_of


@pytest.fixture
def session():
    with begin([*texts(30), *vague(30)], purposes={"teach": 1}) as opened:
        for item_id, content in list(zip(opened.pool.ids, opened.pool.contents, strict=True))[:9]:
            opened.label(item_id, right(content))
        yield opened


def strike(desk, session, at_least=2 * UNSEEN):
    """Say that a word speaks for another class than it did; return the lesson."""
    number = next(n for n in range(30, 60) if not session.learner.taken[n])
    said = session.learner.predicted(number)
    other = next(label for label in CLASSES if label != said)
    lesson = desk.teach("either", other, "supports", strength=10)
    assert session.state.lessons[lesson].flips >= at_least
    return lesson


def counts(**more):
    none = dict.fromkeys(("asked", "judged", "better", "worse", "neither"), 0)
    return none | more


@pytest.mark.parametrize(
    ("looks", "flips", "words"),
    [
        (counts(), 31, ""),
        (counts(asked=5), 31, "0 of 5 judged"),
        (counts(asked=5, judged=3, better=3), 31, "3 of 5 judged"),
        (counts(asked=5, judged=5, better=4, worse=1), 31, "4 of 5 better, 1 worse: too few"),
        (counts(asked=5, judged=5, better=5), 31, "5 of 5 better: too few to be sure"),
        (counts(asked=10, judged=10, better=10), 31, "10 of 10 better: more than chance"),
        (counts(asked=10, judged=10, worse=10), 31, "0 of 10 better, 10 worse: more than chance"),
        (counts(asked=5, judged=5, neither=5), 31, "0 of 5 better, 5 neither: too few to be sure"),
        (
            counts(asked=4, judged=4, better=3, neither=1),
            4,
            "3 of 4 better, 1 neither: that is all",
        ),
    ],
)
def test_a_verdict_carries_its_doubt_and_waits_for_the_last_look(looks, flips, words):
    said = _verdict(looks, flips)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_looks_put_aside_or_spoiled_are_not_waited_for(session):
    desk = Desk.of(session)
    lesson = strike(desk, session)
    assert session.look(lesson, 4) == 4
    assert desk.effect()["looks"]["words"] == "0 of 4 judged"
    first, second = session.query(2)
    session.skip(first.item_id)
    session.explain(second.item_id)
    assert desk.effect()["looks"]["words"] == "0 of 2 judged"
    work(session, 3)
    looks = desk.effect()["looks"]
    assert looks["asked"] == looks["judged"] == 2
    assert looks["judged"] == looks["better"] + looks["worse"] + looks["neither"]


def test_what_is_shown_leaves_a_few_unseen_to_be_judged_blind(session):
    desk = Desk.of(session)
    lesson = strike(desk, session)
    flips = session.state.lessons[lesson].flips
    desk.show_flips(lesson)
    effect = desk.effect()
    listed = {row["item_id"] for row in effect["shown"]}
    assert len(listed) == flips - UNSEEN
    assert effect["blind_left"] == UNSEEN
    assert session.look(lesson, UNSEEN) == UNSEEN
    desk.show_flips(lesson)
    work(session, UNSEEN)
    effect = desk.effect()
    assert effect["looks"]["judged"] == UNSEEN
    assert listed.isdisjoint(session.state.lessons[lesson].looks)
    desk.show_flips(lesson)
    assert len(desk.effect()["shown"]) == flips


def test_a_card_says_which_version_did_it_and_what_came_since(session):
    desk = Desk.of(session)
    lesson = strike(desk, session)
    taught = session.learner.version
    effect = desk.effect()
    assert (effect["version"], effect["since"]) == (taught, "")
    work(session, 1)
    assert desk.effect()["since"] == "Meanwhile 1 more answer moved my reasons, too."
    other = desk.teach("today", "crash", "supports")
    assert desk.effect()["lesson"] == other
    desk._lesson = lesson
    effect = desk.effect()
    assert effect["version"] == taught
    assert effect["since"] == ("Meanwhile 1 more answer and 1 more lesson moved my reasons, too.")
    desk.undo_lesson(lesson)
    effect = desk.effect()
    assert effect["undone"]
    assert effect["version"] == session.learner.version > taught
    work(session, 2)
    assert desk.effect()["version"] == effect["version"]
    json.dumps(json_safe(desk.effect()), allow_nan=False)


def effect(dyad, seq):
    return effect_props(
        dyad.state, dyad.state.lessons[seq], fitting=False, total=9, shown=None, blind_left=0
    )


def test_what_came_in_the_same_fit_is_told_and_a_refit_alone_is_too():
    dyad = Dyad()
    dyad.answer("i1", "spam")
    dyad.fit(1)
    lesson = dyad.teach("please")
    dyad.answer("i2", "ham")
    dyad.answer("i3", "ham")
    dyad.fit(2, lesson=lesson)
    assert effect(dyad, lesson)["since"] == "Meanwhile 2 more answers moved my reasons, too."
    other = dyad.teach("thanks")
    dyad.fit(3, lesson=other)
    assert effect(dyad, other)["since"] == ""
    dyad.fit(4)
    assert effect(dyad, other)["since"] == (
        "I am at v4 by now: not all that moved is this lesson's doing."
    )


def test_taking_back_waits_for_its_refit():
    with begin(refit="manual") as session:
        work(session, 6)
        desk = Desk.of(session)
        session.fit()
        lesson = desk.teach("today", "crash", "supports")
        session.fit()
        assert not desk.effect()["pending"]
        desk.undo_lesson(lesson)
        effect = desk.effect()
        assert (effect["undone"], effect["version"]) == (True, None)


def test_a_struck_word_stays_listed_where_it_can_be_taken_back():
    with begin() as session:
        done = work(session, 15)
        desk = Desk.of(session)
        desk.open(done[0].item_id)
        word = done[0].content.split()[0]
        lesson = desk.teach(word, None, "irrelevant")
        desk.open(done[0].item_id)
        (row,) = [one for one in desk.explanation()["reasons"]["rows"] if one["term"] == word]
        assert (row["stance"], row["stance_lesson"], row["value"]) == ("irrelevant", lesson, 0)


def test_a_card_stays_while_its_looks_are_out(session):
    desk = Desk.of(session)
    lesson = strike(desk, session)
    session.look(lesson, 2)
    (item,) = session.query()
    work(session, 1)
    desk.open(item.item_id)
    assert desk.effect()["looks"]["words"] == "1 of 2 judged"
    work(session, 1)
    desk.open(item.item_id)
    assert desk.effect() is None
    assert desk.lessons()[0]["looks"].endswith(("sure", "of them"))


def test_a_lesson_not_measured_counts_nothing():
    lesson = Lesson(3, "person", None, ())
    with begin() as session:
        assert looks_of(session.state, lesson)["words"] == ""
