"""A second person: what is theirs, what is shared blind, and how far they agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import Page
from sessions import CLASSES, STEADY, begin, refold, right, texts, work, wrong
from sklearn.metrics import cohen_kappa_score
from test_state import AT, OPENED, judged, predicted, queried
from walking import objects_of

import rhml_widgets as rhml
from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError, SealedError
from rhml_widgets.human.advice import disagrees_firmly
from rhml_widgets.journal.events import (
    Entry,
    Exposed,
    Judged,
    Queried,
    Retracted,
    Skipped,
    Switched,
    Taught,
)
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.measures.agreement import checks
from rhml_widgets.measures.ceiling import ceiling_words
from rhml_widgets.measures.outcomes import drawn_checks
from rhml_widgets.measures.people import shared_labels
from rhml_widgets.state import State

PEOPLE = ["quiet-heron", "loud-wren", "slow-owl"]
ITEMS = [f"t1:{letter}" for letter in "abcdef"]


@pytest.fixture
def session():
    with begin(person="quiet-heron") as one:
        yield one


def entries(*events):
    return [Entry(seq, f"e{seq}", AT, who, event) for seq, (who, event) in enumerate(events, 1)]


def folded(*events):
    state = State()
    for entry in entries(*events):
        state.fold(entry)
    return state


def shared(item):
    return queried(item, "check", reason="shared")


# ---- whose turn it is ---------------------------------------------------------------------


def test_who_answers_is_switched_and_kept_with_each_answer(session):
    work(session, 3)
    session.person = "loud-wren"
    assert session.person == session.state.person == "loud-wren"
    work(session, 2)
    session.person = "quiet-heron"
    assert session.judgments()["person"].tolist() == ["quiet-heron"] * 3 + ["loud-wren"] * 2
    assert session.state.people == ["loud-wren", "quiet-heron"]
    switched = [e.event for e in session.events() if isinstance(e.event, Switched)]
    assert [one.before for one in switched] == ["quiet-heron", "loud-wren"]
    assert refold(session).canonical() == session._state.canonical()


def test_switching_to_who_answers_already_or_sending_it_twice_logs_nothing(session):
    before = len(session.events())
    session.person = "quiet-heron"
    assert len(session.events()) == before
    for _ in range(2):
        assert session.switch("loud-wren", event_id="x") == "loud-wren"
    assert len(session.events()) == before + 1


@pytest.mark.parametrize("name", ["", "  ", None, 7])
def test_a_person_is_a_pseudonym(session, name):
    with pytest.raises(BadInputError, match="expected a pseudonym"):
        session.person = name
    assert session.person == "quiet-heron"


def test_a_pseudonym_that_would_be_taken_for_another_is_refused(session):
    with pytest.raises(BadInputError, match="there is 'quiet-heron' already"):
        session.person = " Quiet-Heron"


def test_reopening_with_another_person_switches_and_says_so_where_it_is_new(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path, person="quiet-heron") as one:
        work(one, 3)
    with pytest.warns(UserWarning, match=r"'loud-wren' is new to s\.rhml.*quiet-heron"):
        again = begin(journal=path, person="loud-wren")
    with again:
        assert (again.person, again.state.person) == ("loud-wren", "loud-wren")
        work(again, 1)
    with begin(journal=path, person="quiet-heron") as back:
        assert back.judgments()["person"].tolist() == ["quiet-heron"] * 3 + ["loud-wren"]
    with begin(journal=path) as last:
        assert last.person == "quiet-heron"


def test_what_one_was_shown_the_other_was_not(session):
    done = work(session, 8)
    session.wait()
    session.explain(done[0].item_id)
    session.predict_pool()
    assert session.state.is_exposed(done[3].item_id)
    session.person = "loud-wren"
    assert not session.state.is_exposed(done[0].item_id)
    assert session.state.exposed_all is None
    work(session, 1)
    last = session.judgments().iloc[-1]
    assert (last["stage"], last["sealed"]) == ("first", True)
    session.person = "quiet-heron"
    work(session, 1)
    assert session.judgments().iloc[-1]["stage"] == "revised"


def test_undo_takes_back_ones_own_last_action_only(session):
    first = work(session, 2)
    session.person = "loud-wren"
    assert session.undo() is None
    (seq,) = session.judgments()["seq"].tolist()[-1:]
    with pytest.raises(BadInputError, match="'quiet-heron' did that, and only they can"):
        session.undo(seq)
    (item,) = work(session, 1)
    session.undo()
    assert session.query()[0].item_id == item.item_id
    assert session.undo() is None
    session.person = "quiet-heron"
    assert session.undo() == seq
    assert session.query()[0].item_id == first[-1].item_id
    assert session.state.n_labeled == 1


def test_a_lesson_is_everybodys(session):
    work(session, 6)
    lesson = session.teach("late", "card").lesson
    session.person = "loud-wren"
    assert session.undo() is None
    assert session.undo(lesson) == lesson
    session.person = "quiet-heron"
    assert session.state.doer(lesson) is None


def test_checks_are_of_who_answers(session):
    session.learner.purposes.update({"teach": 0.0, "check": 1.0, "challenge": 0.0})
    work(session, 12)
    mine = checks(session.state)
    session.person = "loud-wren"
    assert checks(session.state).n == 0
    work(session, 3)
    assert checks(session.state).n == 3
    assert drawn_checks(session.state).seen == 0
    session.person = "quiet-heron"
    assert checks(session.state) == mine


# ---- shared blind -------------------------------------------------------------------------


def shares(session, n=6, labels=20):
    work(session, labels)
    session.person = "loud-wren"
    return session.share(n)


def test_shared_items_are_asked_first_and_look_like_any_check(session):
    assert shares(session) == 6
    asked = session.query(6)
    theirs = session.judgments().set_index("item_id")["person"]
    assert all(theirs[item.item_id] == "quiet-heron" for item in asked)
    assert {item.purpose for item in asked} == {"check"}
    assert {item.reason for item in asked} == {reason_words("random-check")}
    drawn = [e.event for e in session.events() if isinstance(e.event, Queried)][-6:]
    assert {one.propensity for one in drawn} == {6 / 20}
    assert session.share(100) == 14
    assert session.share(1) == 0
    session.person = "quiet-heron"
    assert not {item.item_id for item in session.query(3)} & set(theirs.index)


def test_sharing_is_sent_once_and_each_draw_is_uniform(session):
    shares(session, 2)
    assert session.share(3, event_id="x") == session.share(3, event_id="x") == 3
    assert len(session.state.sharing) == 5
    counts = np.zeros(60)
    work_pool = texts()
    for seed in range(60):
        with begin(person="a", random_state=seed) as one:
            for text in work_pool[:10]:
                number = one.pool.contents.index(text)
                one.label(one.pool.ids[number], right(text))
            one.person = "b"
            one.share(3)
            for item in one.state.sharing:
                counts[one.pool.number(item)] += 1
    assert counts[10:].sum() == 0
    assert counts[:10].min() >= 8  # 18 expected; below 8 in 1 of 1,000 sets of ten
    assert counts[:10].max() <= 30


def test_a_shared_answer_is_the_persons_first_and_both_are_kept(session):
    shares(session)
    item = session.query()[0]
    theirs = session.state.answer(item.item_id)
    seq = session.label(item.item_id, wrong(item))
    told = session.judgments().set_index("seq").loc[[theirs.seq, seq]]
    assert told["stage"].tolist() == ["first", "first"]
    assert told["label"].tolist() == [right(item), wrong(item)]
    assert session.state.answer(item.item_id).label == wrong(item)  # the newest trains
    assert session.state.n_labeled == 20
    assert [one.labels for one in session.disagreements().itertuples()] == [
        {"quiet-heron": right(item), "loud-wren": wrong(item)}
    ]


def test_items_the_person_was_shown_are_not_shared(session):
    work(session, 10)
    session.person = "loud-wren"
    shown = session.judgments()["item_id"].tolist()[0]
    session.explain(shown)
    assert session.share(100) == 9
    assert shown not in session.state.sharing
    session.predict_pool()
    session.person = "slow-owl"
    assert session.share(100) == 10


def test_nothing_is_said_of_a_shared_item_before_its_own_answer(session):
    shares(session)
    item = session.query()[0]
    with pytest.raises(SealedError):
        session.advise(item)
    assert session.disagreements().empty


def test_the_model_never_objects_where_it_may_only_repeat_what_the_other_said(session):
    shares(session, 40, labels=40)
    firm = 0
    for item in session.query(40):
        session.label(item.item_id, wrong(item))
        own = session.state.own(item.item_id)
        firm += disagrees_firmly(own.predicted, own.label, session.classes_)
        assert session.advise(item).arm == "none"
    assert firm > 0


def test_a_shared_item_is_skipped_and_comes_back_by_undo(session):
    shares(session, 2)
    one, other = session.query(2)
    session.skip(one.item_id)
    assert list(session.state.sharing) == [other.item_id]
    assert not session.state.skipped
    session.undo()
    assert list(session.state.sharing) == [one.item_id, other.item_id]


def test_a_shared_answer_taken_back_comes_back_with_its_draft_and_counts_no_more(session):
    shares(session, 2)
    one, _ = session.query(2)
    session.label(one.item_id, right(one), note="hm")
    assert set(shared_labels(session.state)) == {one.item_id}
    session.undo()
    assert session.query()[0].item_id == one.item_id
    assert session.state.drafts[one.item_id].note == "hm"
    assert session.state.answer(one.item_id).person == "quiet-heron"
    session.label(one.item_id, right(one))
    assert shared_labels(session.state) == {}
    assert session.query()[0].reason == reason_words("random-check")


def test_an_item_of_anothers_that_was_not_shared_is_refused_where_it_was_seen_before(session):
    (item,) = session.query()
    seen = session.state.seq
    session.label(item.item_id, right(item))
    session.person = "loud-wren"
    with pytest.raises(AlreadyJudgedError):
        session.label(item.item_id, wrong(item), seen=seen)
    with pytest.raises(AlreadyJudgedError):
        session.skip(item.item_id)


def test_a_third_look_resolves_until_it_is_taken_back(session):
    shares(session, 3)
    item = session.query()[0]
    session.label(item.item_id, wrong(item))
    session.person = "slow-owl"
    session.share(100)
    seq = session.label(item.item_id, right(item))
    session.person = "loud-wren"
    session.label(item.item_id, wrong(item))  # once more: it counts no more than before
    row = session.disagreements().iloc[0]
    assert (row["label"], row["person"], row["settled"]) == (right(item), "slow-owl", True)
    assert session.state.counts == refold(session).counts
    number = session.pool.number(item.item_id)
    assert session.learner.evidence.label_of[number] == CLASSES.index(right(item))
    session.person = "slow-owl"
    session.undo(seq)
    assert session.state.answer(item.item_id).label == wrong(item)


def test_what_is_shared_waits_for_its_person_over_a_reopening(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path, person="quiet-heron", refit="background") as one:
        shares(one, 4)
        asked = [item.item_id for item in one.query(4)]
        one.label(asked[0], "card")
        one.person = "quiet-heron"
    with begin(journal=path) as again:
        assert again._state.person == "quiet-heron"
        assert refold(again).shared == {}
        assert set(asked[1:]).isdisjoint(item.item_id for item in again.query(2))
        again.person = "loud-wren"
        assert [item.item_id for item in again.query(3)] == asked[1:]
        assert again.state.own(asked[0]).label == "card"


def test_what_nobody_answers_any_more_is_asked_of_whoever_comes_first(session):
    shares(session, 20)
    session.person = "quiet-heron"
    taken_back = session.judgments().iloc[-1]["item_id"]
    session.undo()
    assert session.query()[0].item_id == taken_back
    session.person = "loud-wren"
    asked = session.query(20)
    assert [item.item_id for item in asked].count(taken_back) == 1
    session.label(taken_back, "card")
    session.person = "quiet-heron"
    assert taken_back not in {item.item_id for item in session.query(5)}
    assert session.state.n_labeled == 20
    session.person = "loud-wren"
    session.undo()
    assert session.query()[0].item_id == taken_back
    assert session.state.n_labeled == 19
    assert session.state.drafts[taken_back].label == "card"


def test_a_third_look_may_be_asked_for_and_counts_in_no_agreement(session):
    work(session, 12)
    session.person = "loud-wren"
    judge_shared(session, 12, miss=3)
    differing = set(session.disagreements()["item_id"])
    session.person = "slow-owl"
    assert session.share(10, differing=True, event_id="x") == 3
    assert session.share(10, differing=True, event_id="x") == 3
    asked = session.query(3)
    assert {item.item_id for item in asked} == differing
    assert {item.reason for item in asked} == {reason_words("random-check")}
    for item in asked:
        session.label(item.item_id, right(item))
    assert session.disagreements()["settled"].all()
    assert session.share(10, differing=True) == 0
    assert session.agreement()["people"].tolist()[0] == "loud-wren, quiet-heron"
    assert session.agreement()["n"].tolist() == [12, 12]


# ---- looked at twice ----------------------------------------------------------------------


def at_odds(session, miss=2):
    """Let a second person judge 8 items of the first one, ``miss`` of them otherwise."""
    work(session, 12)
    session.person = "loud-wren"
    judge_shared(session, 8, miss=miss)
    return session.disagreements()["item_id"].tolist()


def people_cards(session):
    return [one for one in session.contradictions_found() if one.about == "people"]


def test_where_two_differ_each_is_asked_with_their_own_label_first(session):
    ids = at_odds(session)
    for who in ("loud-wren", "quiet-heron"):
        session.person = who
        found = people_cards(session)
        assert sorted(one.item_id for one in found) == sorted(ids)
        for one in found:
            assert one.label == session.state.own(one.item_id).label
            assert one.other_label != one.label
            assert session.contradictions().loc[one.id, "kind"] == "people"


def test_giving_way_changes_ones_own_answer_and_no_other(session):
    one, other = at_odds(session)
    card = next(card for card in people_cards(session) if card.item_id == one)
    theirs = session.state.own(one, "quiet-heron")
    session.resolve(card.id, "second")
    assert session.state.own(one).label == theirs.label
    assert session.state.own(one, "quiet-heron") == theirs
    assert session.disagreements()["item_id"].tolist() == [other]
    assert refold(session).canonical() == session._state.canonical()
    session.undo()
    assert len(people_cards(session)) == 2


@pytest.mark.parametrize("how", ["first", "apart"])
def test_standing_by_it_settles_the_card_and_leaves_it_to_a_third_look(session, how):
    one, _ = at_odds(session)
    before = session.disagreements()
    session.resolve((one, one), how)
    assert one not in {card.item_id for card in people_cards(session)}
    assert session.disagreements().equals(before)
    session.person = "slow-owl"
    assert session.n_third_looks == 2
    session.share(5, differing=True)
    for item in session.query(2):
        session.label(item.item_id, right(item))
    assert session.disagreements()["settled"].all()
    for who in PEOPLE:
        session.person = who
        assert people_cards(session) == []


def test_a_third_person_is_told_no_label_and_no_item_before_a_look_of_their_own(session):
    ids = at_odds(session)
    session.person = "slow-owl"
    assert people_cards(session) == []
    assert "people" not in session.contradictions()["kind"].tolist()
    session.share(1, differing=True)
    asked = session.query()[0].item_id
    session.person = "loud-wren"  # while it waits for a look, nobody is shown the other's label
    assert [card.item_id for card in people_cards(session)] == [x for x in ids if x != asked]


def test_a_hidden_repeat_of_ones_own_closes_the_card():
    with begin(purposes={"probe": 0.9}, person="quiet-heron", random_state=3) as session:
        work(session, 20)
        session.person = "loud-wren"
        session.share(20)
        while session.state.sharing:
            item = session.query()[0]
            session.label(item.item_id, wrong(item))
        session.person = "quiet-heron"
        for _ in range(40):
            (item,) = session.query()
            if session.state.is_repeat(item.item_id):
                break
            session.label(item.item_id, right(item))
        assert session.state.is_repeat(item.item_id)
        assert item.item_id in session.disagreements()["item_id"].tolist()
        assert item.item_id not in {card.item_id for card in people_cards(session)}


@pytest.mark.usefixtures("_recorded")
def test_the_card_names_both_and_the_third_person_gets_a_way_to_look_blind(session):
    ids = at_odds(session)
    page = Page(rhml.Workbench(session))
    twice = page.props["twice"]
    assert (twice["n"], twice["third"]) == (2, 0)
    assert twice["words"].startswith("somebody else gave an item another label than you.")
    page.value("look_twice", wanted=True)
    card = page.props["twice"]["card"]
    assert [side["by"] for side in card["sides"]] == ["you", "quiet-heron"]
    own = session.state.own(card["items"][0]["item_id"]).label
    assert CLASSES[card["sides"][0]["label"]] == own
    assert "whose counts a third person's look decides" in card["why"]
    page.value("switch_person", name="slow-owl", event_id="p")
    twice = page.props["twice"]
    assert twice == {
        "n": 0,
        "third": 2,
        "words": "two people gave 2 items different labels: a third look resolves.",
        "may_resolve": True,
        "card": None,
    }
    for _ in range(2):
        assert page.value("share", n=10, differing=True, event_id="t") == {"asked": 2}
    assert page.props["twice"] is None
    assert {item.item_id for item in session.query(2)} == set(ids)


@pytest.mark.parametrize("case", ["pick", "skip", "verify", "label", "twins"])
def test_no_refusal_tells_what_somebody_else_answered(session, case):
    seen = session.state.seq
    done = work(session, 8)
    session.person = "loud-wren"
    item = done[0]
    calls = {
        "pick": lambda: session.pick(item.item_id),
        "skip": lambda: session.skip(item.item_id),
        "verify": lambda: session.verify([item.item_id], "card"),
        "label": lambda: session.label(item.item_id, "card", seen=seen),
        "twins": lambda: session.resolve((item.item_id, item.item_id), "first"),
    }
    with pytest.raises(AlreadyJudgedError) as told:
        calls[case]()
    assert right(item) not in str(told.value)
    assert "quiet-heron" not in str(told.value)
    session.person = "quiet-heron"
    if case in ("pick", "skip", "verify"):
        with pytest.raises(AlreadyJudgedError, match=f"answered '{right(item)}'"):
            calls[case]()


# ---- agreement ----------------------------------------------------------------------------


def judge_shared(session, n, miss):
    session.share(n)
    for place, item in enumerate(session.query(n)):
        session.label(item.item_id, (wrong if place < miss else right)(item))


def test_agreement_is_a_count_below_thirty(session):
    work(session, 20)
    session.person = "loud-wren"
    judge_shared(session, 10, miss=2)
    frame = session.agreement()
    assert frame["measure"].tolist() == ["kappa", "alpha"]
    assert frame["hits"].tolist() == [8, 8]
    assert frame["n"].tolist() == [10, 10]
    assert frame[["value", "low", "high"]].isna().all(axis=None)
    told = "agree on 8 of 10 shared items"
    assert frame["words"].tolist() == [f"loud-wren and quiet-heron {told}"] * 2
    assert ceiling_words(session.state) == [
        f"Two people {told}: the model cannot be measured finer than that."
    ]


def test_agreement_from_thirty_on_is_kappa_with_its_interval(session):
    work(session, 40)
    session.person = "loud-wren"
    judge_shared(session, 36, miss=4)
    kappa, alpha = session.agreement().to_dict("records")
    both = shared_labels(session.state).values()
    expected = cohen_kappa_score(
        [one["quiet-heron"] for one in both], [one["loud-wren"] for one in both]
    )
    assert kappa["value"] == pytest.approx(expected)
    assert 0.6 < kappa["low"] < kappa["value"] < kappa["high"] <= 1
    assert alpha["value"] == pytest.approx(expected, abs=0.02)
    assert alpha["n"] == 36
    assert session.agreement().equals(session.agreement())


def test_labels_given_to_the_same_items_unasked_are_no_measure(session):
    done = work(session, 5)
    session.person = "loud-wren"
    for item in done:
        session.label(item.item_id, wrong(item))
    assert session.agreement().empty
    assert len(session.disagreements()) == 5


def test_the_kappa_interval_covers_the_truth():
    """400 pairs of people with a planted agreement on 40 items: at least 91 of 100 cover it."""
    from rhml_widgets.measures.ceiling import _kappa

    rng, covered = np.random.default_rng(0), 0
    for _ in range(400):
        truth = rng.integers(3, size=40)
        other = np.where(rng.random(40) < 0.7, truth, rng.integers(3, size=40))
        _, low, high = _kappa(tuple(zip(truth.tolist(), other.tolist(), strict=True)), 0)
        covered += low <= 0.7 <= high
    assert covered / 400 >= 0.91


# ---- any interleaving ---------------------------------------------------------------------


@st.composite
def histories(draw):
    """Entries of three people in any order, as a session might write them."""
    found, doable, judged_by = [("quiet-heron", OPENED)], [], set()
    for _ in range(draw(st.integers(2, 40))):
        who, item = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(ITEMS))
        seq = len(found) + 1
        events = [
            judged(item, draw(st.sampled_from(["spam", "ham"])), sealed=draw(st.booleans())),
            queried(item) if (who, item) in judged_by else shared(item),
            predicted(item),
            Exposed(item_id=draw(st.sampled_from([item, None])), what="explanation"),
            Exposed(item_id=item, what="advice", stop=True),
            Skipped(item_id=item),
            Taught(stances=[{"term": "w", "label": "spam", "stance": "supports"}]),
            Switched(before="quiet-heron"),
        ]
        if doable:
            events += [Retracted(target=draw(st.sampled_from(doable)))] * 3
        event = draw(st.sampled_from(events))
        if isinstance(event, Judged | Skipped | Taught):
            doable.append(seq)
        if isinstance(event, Judged):
            judged_by.add((who, item))
        found.append((who, event))
    return entries(*found)


@STEADY
@given(histories())
def test_any_interleaving_of_people_folds(history):
    state = State()
    for entry in history[: len(history) // 2]:
        state.fold(entry)
    copy = state.still()
    held = copy.canonical()
    for entry in history[len(history) // 2 :]:
        state.fold(entry)
    assert copy.canonical() == held
    gone = {e.event.target for e in history if isinstance(e.event, Retracted)}
    stands = [e for e in history if isinstance(e.event, Judged) and e.seq not in gone]
    assert {*state.judgments} == {e.seq for e in stands}
    for item in ITEMS:
        newest = {e.person: e for e in stands if e.event.item_id == item}
        assert {who: one.seq for who, one in state.each(item).items()} == {
            who: e.seq for who, e in newest.items()
        }
        answer = state.answer(item)
        assert (answer is None) == (not newest)
        if answer is not None and item not in state.thirds:
            assert answer.seq == max(e.seq for e in newest.values())
    labels = [state.answer(item).label for item in state.answers]
    assert state.counts == {x: n for x in ("spam", "ham") if (n := labels.count(x))}
    for who in PEOPLE:
        state._turn_to(who)
        doings = [e for e in history if isinstance(e.event, Judged | Skipped | Taught)]
        mine = [e.seq for e in doings if e.person == who and e.seq not in gone]
        assert state.last_action() == max(mine, default=None)
        assert set(state.exposed) == {
            e.event.item_id
            for e in history
            if e.person == who and isinstance(e.event, Exposed) and e.event.item_id
        }
        assert all(state.own(item) is None for item in state.sharing)
        for seq, first in state.stops.items():
            assert {state.judgments[seq].person, state.judgments[first].person} == {who}


@STEADY
@given(histories(), st.sampled_from(PEOPLE))
def test_what_is_one_persons_does_not_depend_on_what_the_others_saw(history, who):
    """Leave out all that others were shown: nothing changes in what this person may give first."""
    quiet = [
        entry
        if entry.person == who or not isinstance(entry.event, Exposed)
        else Entry(entry.seq, entry.event_id, entry.at, entry.person, Switched(before=""))
        for entry in history
    ]
    states = []
    for events in (history, quiet):
        state = State()
        for entry in events:
            state.fold(entry)
        state._turn_to(who)
        states.append(state)
    one, other = states
    for item in ITEMS:
        assert one.is_exposed(item) == other.is_exposed(item)
        assert one.own(item) == other.own(item)
    assert one.standing == other.standing
    assert one.sharing == other.sharing


# ---- on the page --------------------------------------------------------------------------


@pytest.mark.usefixtures("_recorded")
def test_the_others_answer_is_nowhere_on_the_page_before_ones_own(session):
    work(session, 20)
    session.wait()
    page = Page(rhml.Workbench(session))
    last = page.view.props["queue"]["last"]
    page.value("explain", item_id=last, label=None, against=None)
    assert page.view.props["explanation"]["item"]["item_id"] == last
    page.value("switch_person", name="loud-wren", event_id="p")
    assert page.value("share", n=20, event_id="s") == {"asked": 20}
    own = []
    for n in range(12):
        item = page.view.props["queue"]["items"][0]
        # Reasons of what only the other answered stay closed, too.
        sealed = [one for one in session.state.sharing if one not in own]
        page.value("explain", item_id=sealed[-1], label=None, against=None)
        for one in objects_of(page.view.props):
            if one.get("item_id") in sealed:
                assert set(one) == {
                    "item_id",
                    "text",
                    "truncated",
                    "purpose",
                    "why",
                    "rows",
                    "seen",
                    "draft",
                }
        page.value("label", **page.label_args(item, CLASSES[n % 3]))
        own.append(item["item_id"])
        page.value("explain", item_id=item["item_id"], label=None, against=None)
    rows = page.view.props["queue"]["history"]
    assert {row["item_id"] for row in rows} == set(own)
    judged_here = page.view.props["explanation"]["item"]
    assert judged_here == {**judged_here, "item_id": own[-1], "judged": 11 % 3}


@pytest.mark.usefixtures("_recorded")
def test_what_lay_open_for_one_is_put_away_for_the_next(session):
    work(session)
    page = Page(rhml.Workbench(session))
    lesson = page.value(
        "teach", term="late", stance="supports", label=2, item_id=None, event_id="t"
    )["lesson"]
    page.value("show_flips", lesson=lesson)
    assert page.view.props["explanation"]["effect"]["shown"]
    assert page.view.props["lessons"][0]["words"].startswith("You told me")
    page.value("switch_person", name="loud-wren", event_id="p")
    assert page.view.props["explanation"]["effect"] is None
    assert page.view.props["queue"]["history"] == []
    assert page.view.props["queue"]["undo"] is None
    assert page.view.props["lessons"][0]["words"].startswith("quiet-heron told me")
    assert page.view.props["people"] == {
        "you": "loud-wren",
        "others": ["quiet-heron"],
        "may_switch": True,
        "shareable": 12,
        "sharing": 0,
        "agreement": "",
        "differ": 0,
    }


def test_a_stop_is_of_one_person():
    events = [
        ("quiet-heron", OPENED),
        ("quiet-heron", queried("t1:a", "check")),
        ("quiet-heron", predicted("t1:a", "ham")),
        ("quiet-heron", judged("t1:a", "spam")),
    ]
    decision = judged("t1:a", "ham", "revised", sealed=False)
    assert folded(*events, ("quiet-heron", decision)).decisions["adopted"] == 1
    assert folded(*events, ("loud-wren", decision)).decisions["adopted"] == 0


def test_advice_that_stands_waits_for_whom_it_was_given():
    stop = Exposed(item_id="t1:a", what="advice", stop=True)
    state = folded(("a", OPENED), ("a", judged("t1:a")), ("a", stop), ("b", Switched(before="a")))
    assert state.standing is None
    state.fold(Entry(5, "e5", AT, "a", Switched(before="b")))
    assert state.standing == "t1:a"


# ---- beside sweeps and second looks -------------------------------------------------------


def test_a_hidden_repeat_waits_for_the_one_who_answered():
    with begin(purposes={"probe": 0.5}, random_state=3) as session:
        work(session, 20)
        (item,) = session.query()
        while not session.state.is_repeat(item.item_id):
            session.label(item.item_id, right(item))
            (item,) = session.query()
        repeat = item.item_id
        assert session.state.is_repeat(repeat)
        first = session.person
        session.person = "loud-wren"
        assert not session.state.is_repeat(repeat)
        assert repeat not in [item.item_id for item in session.query(5)]
        with pytest.raises(AlreadyJudgedError):
            session.skip(repeat)
        session.person = first
        assert repeat in [item.item_id for item in session.query(5)]
        session.label(repeat, wrong(item))
        assert session.contradictions_found()[0].about == "repeat"
        session.person = "loud-wren"
        assert session.contradictions_found() == []


def test_an_undo_takes_back_a_page_of_ones_own_only():
    with begin() as session:
        work(session, 12)
        first = session.person
        page = session.sweep(n=4)
        seqs = session.verify(page.items, page.label)
        session.person = "loud-wren"
        assert session.undo() is None
        with pytest.raises(BadInputError, match="only they can take it back"):
            session.undo(seqs[0])
        session.person = first
        session.undo()
        assert not session.state.judgments.keys() & set(seqs)
        assert refold(session).canonical() == session.state.canonical()
