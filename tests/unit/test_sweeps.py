"""Sweeps, near-twins, finding and seeking: what the person answers in bulk or chooses."""

from __future__ import annotations

import pytest
from sessions import CLASSES, begin, refold, right, texts, work, wrong
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from test_contradicting import until_repeat

import rhml_widgets as rhml
from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError, NotFittedYetError
from rhml_widgets.human.second_look import EVERY, due, look_again
from rhml_widgets.journal.events import Exposed, Judged, Queried, Retracted
from rhml_widgets.machine.alike import nearest, twins
from rhml_widgets.measures.outcomes import drawn_checks
from rhml_widgets.measures.sweeps import second_looks
from rhml_widgets.report.lead import lead


def ready(n: int = 120, n_labels: int = 12, **arguments):
    session = begin(**{"n": n, **arguments})
    work(session, n_labels)
    return session


def ids(items):
    return [item.item_id for item in items]


# ---- a page -----------------------------------------------------------------------------------


def test_a_page_is_of_one_prediction_unjudged_and_logged_as_seen():
    with ready() as session:
        waiting = set(session.state.waiting)
        found = session.sweep("card", 8)
        assert found.label == "card"
        assert found.version == session.learner.version
        assert len(found.items) == 8
        for item in found.items:
            number = session.pool.number(item.item_id)
            assert session.learner.predicted(number) == "card"
            assert session.state.answer(item.item_id) is None
            assert item.item_id not in waiting
            assert session.state.is_exposed(item.item_id)
            assert item.propensity is None
        logged = [e.event for e in session.events() if isinstance(e.event, Exposed)]
        assert {one.item_id for one in logged if one.what == "sweep"} == set(ids(found.items))


def test_a_page_holds_the_surest_first_and_alike_together():
    pool = [f"refund {word} please" for word in ("charge", "invoice", "bank")]
    pool += ["card lost again"] * 1 + [f"card lost again no {k}" for k in range(9)]
    pool += [f"card {word}" for word in ("blue", "red", "green", "gold", "thin", "old")]
    with begin(pool, classes=["card", "refund"]) as session:
        session.label(session.pool.ids[0], "refund")
        session.label(session.pool.ids[-1], "card")
        found = session.sweep("card", 6)
        outlook = session.learner.live.outlook
        free = [n for n in range(len(pool)) if not session.learner.taken[n]]
        of_it = [n for n in free if session.learner.predicted(n) == "card"]
        surest = max(of_it, key=lambda n: outlook.strength[n])
        assert session.pool.number(found.items[0].item_id) == surest


def test_without_a_label_the_fullest_class_is_swept():
    with ready() as session:
        found = session.sweep()
        assert found.label in CLASSES
        assert found.items


def test_nothing_is_swept_before_the_first_version_or_of_no_class():
    with begin() as session:
        with pytest.raises(NotFittedYetError):
            session.sweep()
        assert session.sweepable() == {}
    with ready() as session, pytest.raises(rhml.exceptions.UnknownLabelError):
        session.sweep("no such")


def test_what_can_be_swept_is_counted_by_class():
    with ready() as session:
        said = session.sweepable()
        assert sum(said.values()) == int((~session.learner.taken).sum())
        found = session.sweep("card", 500)
        assert len(found.items) == said["card"]


# ---- accepting --------------------------------------------------------------------------------


def test_accepting_a_page_answers_it_as_verified_and_the_odd_ones_come_next():
    with ready() as session:
        found = session.sweep("card", 10)
        kept, odd = found.items[:8], found.items[8:]
        before = session.state.n_labeled
        seqs = session.verify(kept, "card", odd=odd, duration=16.0)
        assert len(seqs) == 8
        assert session.state.n_labeled == before + 8
        for seq in seqs:
            judgment = session.state.judgments[seq]
            assert (judgment.stage, judgment.sealed, judgment.label) == ("verified", False, "card")
            assert judgment.duration == 2.0
            assert judgment.predicted is not None
        assert len({session.state.judgments[seq].batch for seq in seqs}) == 1
        first, second = session.query(2)
        assert [first.item_id, second.item_id] == ids(odd)
        assert first.purpose == "teach"
        assert first.propensity is None
        session.label(first.item_id, "refund")
        assert session.state.answer(first.item_id).stage == "revised"


def test_one_undo_takes_a_sweep_back_whole_and_leaves_the_queue_alone():
    with ready() as session:
        queued = list(session.state.waiting)
        found = session.sweep("card", 10)
        before = session.state.canonical() if hasattr(session.state, "canonical") else None
        seqs = session.verify(found.items, "card")
        n = session.state.n_labeled
        assert session.undo() == seqs[-1]
        assert session.state.n_labeled == n - 10
        assert list(session.state.waiting) == queued
        assert not session.state.batches
        assert not session.state.swept
        assert before is None or before
        # They may be swept again.
        assert set(ids(session.sweep("card", 10).items)) == set(ids(found.items))
        assert session.undo() != seqs[0]  # the answer before


def test_undoing_any_of_a_batch_is_one_transaction_and_safe_to_resend():
    with ready() as session:
        seqs = session.verify(session.sweep("card", 6).items, "card", event_id="all-of-these")
        assert session.undo(seqs[2], event_id="back") == seqs[2]
        assert session.undo(seqs[2], event_id="back") == seqs[2]
        entries = [e for e in session.events() if isinstance(e.event, Retracted)]
        assert sorted(e.event.target for e in entries) == seqs
        assert refold(session).canonical() == session._state.canonical()


def test_accepting_again_with_the_same_id_changes_nothing():
    with ready() as session:
        page = session.sweep("card", 6).items
        seqs = session.verify(page, "card", event_id="once")
        seq = session.state.seq
        assert session.verify(page, "card", event_id="once") == seqs
        assert session.state.seq == seq


def test_what_was_answered_meanwhile_is_not_accepted_over_it():
    with ready() as session:
        page = session.sweep("card", 6).items
        session.label(page[3].item_id, "crash")
        seq = session.state.seq
        with pytest.raises(AlreadyJudgedError, match="leave it out"):
            session.verify(page, "card")
        assert session.state.seq == seq


@pytest.mark.parametrize("odd", [[], ["same"]])
def test_accepting_nothing_or_both_ways_is_refused(odd):
    with ready() as session:
        page = session.sweep("card", 2).items
        with pytest.raises(BadInputError):
            session.verify(page if odd else [], "card", odd=page if odd else [])


def test_a_page_of_odd_ones_only_is_queued():
    with ready() as session:
        page = session.sweep("card", 3).items
        assert session.verify([], "card", odd=page) == []
        assert ids(session.query(3)) == ids(page)


def test_a_sweep_trains_the_model_and_replays(tmp_path):
    path = tmp_path / "a.rhml"
    with ready(journal=path) as session:
        version = session.learner.version
        session.verify(session.sweep("card", 10).items, "card")
        assert session.learner.version > version
        assert session.learner.live.snapshot.n_labels == session.state.n_labeled
        told, pool = session._state.canonical(), session.pool
    with begin(pool, journal=path, refit="manual") as again:
        assert len(again.state.swept) == 10
        assert again._state.canonical() != told  # the opening is logged
        assert {seq for seqs in again.state.batches.values() for seq in seqs} == set(
            again.state.swept.values()
        )


# ---- hidden second looks ----------------------------------------------------------------------


def swept(n: int = 48, **arguments):
    session = ready(n=200, n_labels=15, **arguments)
    while len(session.state.swept) < n:
        found = session.sweep(n=12)
        session.verify(found.items, found.label)
    return session


def test_some_of_what_was_swept_comes_again_looking_like_any_check():
    with swept() as session:
        looks = []
        for _ in range(100):
            (item,) = session.query()
            query = session.state.queries[item.item_id]
            if query.reason == "sweep-check":
                looks.append(item)
                assert item.purpose == "check"
                assert item.reason == "drawn at random, to measure me"
            session.label(item.item_id, right(item))
            if not session.query():
                break
        assert len(looks) == len(session.state.swept) / EVERY
        found = session.second_looks()
        assert (found.n, found.held) == (
            len(looks),
            sum(
                right(i) == session.state.judgments[session.state.swept[i.item_id]].label
                for i in looks
            ),
        )
        assert found.words().startswith(f"of {found.n} looked at again")


def test_a_second_look_that_differs_counts_and_its_answer_stands():
    with swept() as session:
        while True:
            (item,) = session.query()
            if session.state.queries[item.item_id].reason == "sweep-check":
                break
            session.label(item.item_id, right(item))
        standing = session.state.answer(item.item_id).label
        other = next(label for label in CLASSES if label != standing)
        session.label(item.item_id, other)
        assert session.state.answer(item.item_id).label == other
        found = second_looks(session.state)
        assert (found.n, found.held) == (1, 0)
        # Neither side's estimate hears of it.
        assert item.item_id not in {one.item_id for one in drawn_checks(session.state).counted}


def test_result_and_report_tell_what_was_swept_and_what_held_at_a_second_look():
    with swept() as session:
        looks = second_looks(session.state)
        told = f"{looks.n_swept} items were accepted in sweeps; {looks.words()}."
        assert told in session.result().summary
        assert told in dict(lead(session))["Caveats"]
    with begin() as session:
        work(session, 5)
        assert "sweeps" not in session.result().summary


def test_result_and_report_tell_of_repeats_of_everybody():
    with begin(n=200, purposes={"probe": 0.4}) as session:
        for person, say in (("quiet-heron", right), ("loud-wren", wrong)):
            session.person = person
            for _ in range(2):
                item = until_repeat(session)
                session.label(item.item_id, say(item))
        told = "Asked again, unannounced, people gave the same answer on 2 of 4 items."
        assert told in session.result().summary
        assert told in dict(lead(session))["Caveats"]


def test_result_tells_how_many_labels_brought_along_held():
    given = [wrong(text) if k in (3, 17) else right(text) for k, text in enumerate(texts())]
    with begin(labels=given) as session:
        for item in session.query(session.recheck(5)):
            session.label(item.item_id, right(item))
        n = len(session.state.answers)
        held = sum(
            session.state.imported[one] == session.state.answer(one).label
            for one in session.state.answers
        )
        assert n > held
        told = (
            f"{n} labels brought along came to be looked at here, not drawn at random: {held} held"
        )
        assert told in session.result().summary


def at_a_second_look():
    session = swept()
    while True:
        (item,) = session.query()
        if session.state.queries[item.item_id].reason == "sweep-check":
            return session, item
        session.label(item.item_id, right(item))


def test_a_second_look_that_is_undone_comes_first_again():
    session, item = at_a_second_look()
    with session:
        n = session.state.n_labeled
        session.label(item.item_id, right(item))
        session.undo()
        assert session.query()[0].item_id == item.item_id
        assert session.state.n_labeled == n
        assert second_looks(session.state).n == 0
        session.label(item.item_id, right(item))
        assert second_looks(session.state).n == 1
        assert refold(session).canonical() == session._state.canonical()


def test_a_second_look_may_be_put_aside_and_comes_back_at_the_end():
    session, item = at_a_second_look()
    with session:
        session.skip(item.item_id)
        assert session.query()[0].item_id != item.item_id
        assert second_looks(session.state).waiting == 0
        while (asked := session.query()[0]).item_id != item.item_id:
            session.label(asked.item_id, right(asked))
        session.label(item.item_id, right(item))
        assert second_looks(session.state).n >= 1


def test_second_looks_stay_out_of_the_uniform_checks_also_after_an_undo():
    with swept() as session:
        before = drawn_checks(session.state)
        session._record(look_again([], 1, session._state, session.pool, seed=0, version=1))
        (waiting,) = [
            one
            for one in session.state.waiting
            if session.state.queries[one].reason == "sweep-check"
        ]
        session.undo(session.state.swept[waiting])
        session.label(waiting, "card")
        after = drawn_checks(session.state)
        assert (after.counted, after.seen) == (before.counted, before.seen)


def test_the_share_of_other_draws_is_counted_into_their_propensity():
    with swept(13) as session:
        drawn = [
            Queried(item_id="x", purpose="check", propensity=0.5, n_candidates=4) for _ in range(40)
        ]
        asked = look_again(drawn, 40, session._state, session.pool, seed=0, version=1)
        looks = [one for one in asked if one.reason == "sweep-check"]
        n_due = -(-len(session.state.swept) // EVERY)
        assert len(looks) == n_due
        assert {one.propensity for one in asked if one not in looks} <= {0.5, 0.4}
        assert asked[0].propensity in (0.4, 0.2 / len(session.state.swept))


def test_nothing_is_due_where_nothing_was_swept_or_enough_was_looked_at():
    with ready() as session:
        assert due(session._state, session.pool) == []
        session.verify(session.sweep("card", 8).items, "card")
        assert len(due(session._state, session.pool)) == 8
        session._record(look_again([], 1, session._state, session.pool, seed=0, version=1))
        assert due(session._state, session.pool) == []


# ---- near-twins -------------------------------------------------------------------------------

SAME = ["my card is lost again help", "my card is lost again help!", "My card is lost again, help"]


def twin_session(**arguments):
    pool = [*SAME, "refund the invoice", "charge twice", "screen frozen", "app crash on start"]
    return begin(pool, classes=CLASSES, **arguments)


def test_near_twins_are_found_unjudged_and_without_the_item_itself():
    with twin_session() as session:
        first, second, third = session.pool.ids[:3]
        assert set(ids(session.twins(first))) <= {second, third}
        assert ids(session.twins(first))
        session.label(second, "card")
        session.label(third, "card")
        assert session.twins(first) == []


@pytest.mark.parametrize("norm", ["l2", None])
def test_the_quick_way_to_near_twins_finds_all_of_them(norm):
    pool = [f"{text}{end}" for text in texts(60) for end in ("", "!", " now", " ticket")]
    model = make_pipeline(TfidfVectorizer(norm=norm), LogisticRegression())
    with ready(pool=pool, model=model) as session:
        features, free = session.learner.features(), ~session.learner.taken
        n = 0
        for number in range(len(pool)):
            order, same = nearest(features, number, free)
            quick = twins(features, number, free)
            assert set(quick.tolist()) == set(order[same].tolist())
            n += len(quick)
        assert n > 100


def test_an_answer_with_its_twins_is_one_batch_and_one_undo():
    with twin_session() as session:
        first = session.pool.ids[0]
        others = set(ids(session.twins(first)))
        seq = session.label(first, "card", twins=True, event_id="with-them")
        assert session.state.judgments[seq].item_id == first
        assert session.state.judgments[seq].stage == "first"
        for other in others:
            judgment = session.state.answer(other)
            assert (judgment.label, judgment.stage, judgment.sealed) == ("card", "verified", False)
        assert session.label(first, "card", twins=True, event_id="with-them") == seq
        session.undo()
        assert session.state.n_labeled == 0
        assert next(iter(session.state.waiting)) == first
        assert not others & set(session.state.waiting)


def test_without_twins_an_answer_is_of_no_batch():
    with twin_session() as session:
        session.label(session.pool.ids[5], "crash", twins=True)
        (event,) = [e.event for e in session.events() if isinstance(e.event, Judged)]
        assert event.batch is None


# ---- finding ----------------------------------------------------------------------------------


def test_words_and_phrases_are_found_in_any_case():
    with twin_session() as session:
        assert set(ids(session.find("LOST card"))) == set(session.pool.ids[:3])
        assert ids(session.find('"the invoice"')) == [session.pool.ids[3]]
        assert session.find('"invoice the"') == []
        assert len(session.find("card", n=2)) == 2


def test_more_like_this_is_found_nearest_first():
    with twin_session() as session:
        found = ids(session.find(like=session.pool.ids[0]))
        assert set(found[:2]) == set(session.pool.ids[1:3])
        assert session.pool.ids[0] not in found
        assert ids(session.find("card", like=session.pool.ids[0])) == found[:2]


def test_finding_leaves_out_what_is_answered_or_asked_and_logs_nothing():
    with twin_session() as session:
        (asked,) = session.query()
        seq = session.state.seq
        known = ids(session.find(like=session.pool.ids[0])) + ids(session.find("a"))
        assert asked.item_id not in known
        assert session.state.seq == seq


@pytest.mark.parametrize("words", [None, "", "   ", 7])
def test_finding_nothing_is_refused(words):
    with twin_session() as session, pytest.raises(BadInputError):
        session.find(words)


def test_a_pick_comes_first_is_logged_and_outside_every_estimate():
    with ready() as session:
        found = session.find("card", n=5) or session.find("lost", n=5)
        session.query(2)
        item = session.pick(found[-1], event_id="this one")
        session.pick(found[-1], event_id="this one")
        assert item.reason == "you picked it"
        assert item.propensity is None
        assert session.query()[0].item_id == item.item_id
        picked = [
            e.event
            for e in session.events()
            if isinstance(e.event, Queried) and e.event.reason == "found"
        ]
        assert [one.propensity for one in picked] == [None]
        session.label(item.item_id, right(item))
        assert session.state.answer(item.item_id).stage == "first"
        assert item.item_id not in {one.item_id for one in drawn_checks(session.state).counted}
        with pytest.raises(AlreadyJudgedError):
            session.pick(item.item_id)


def test_picking_what_is_drawn_already_leaves_it_what_it_is():
    with ready() as session:
        asked = session.query(3)[2]
        assert session.pick(asked.item_id).purpose == asked.purpose
        assert session.state.queries[asked.item_id].propensity is not None


# ---- seeking ----------------------------------------------------------------------------------


def test_seeking_brings_likely_items_of_a_class_and_keeps_the_checks():
    with ready(n=240, n_labels=18, purposes={"teach": 0.5, "check": 0.5}) as session:
        while session.state.waiting:
            (item,) = session.query()
            session.label(item.item_id, right(item))
        session.seek("refund")
        assert session.sought == "refund"
        sought, checks = [], 0
        for _ in range(30):
            (item,) = session.query()
            query = session.state.queries[item.item_id]
            if query.reason == "sought":
                assert query.propensity is None
                assert item.reason == "a close call for me"
                sought.append(right(item))
            checks += query.purpose == "check"
            session.label(item.item_id, right(item))
        assert len(sought) >= 4
        assert sought.count("refund") >= 0.8 * len(sought)
        assert checks >= 8
        session.seek(None)
        (item,) = session.query()
        session.label(item.item_id, wrong(item))
        assert session.state.queries[session.query()[0].item_id].reason != "sought"


def test_a_class_that_is_none_cannot_be_sought():
    with ready() as session, pytest.raises(rhml.exceptions.UnknownLabelError):
        session.seek("no such")
