"""Contradicting: labels that do not go together are found, settled in one step, and left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import CLASSES, STEADY, begin, refold, right, texts, work, wrong
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError
from rhml_widgets.journal.events import Exposed, Judged, Resolved
from rhml_widgets.machine.ranking import TWIN
from rhml_widgets.machine.space import Space
from rhml_widgets.measures.curves import curves, standing
from rhml_widgets.measures.outcomes import check_outcomes

TWINS = [
    "the parcel with my new card was lost in the post again",
    "the parcel with my new card was lost in the post again!",
    "my invoice shows the same charge twice this month",
    "my invoice shows the same charge twice this month ...",
    "the screen stays blank after the latest update of the app",
    "the screen stays blank after the latest update of the app?",
]


def of_twins(**arguments):
    return begin(TWINS, **{"refit": "manual", **arguments})


def at_odds(session):
    ids = session.pool.ids
    for number, label in enumerate(["card", "refund", "refund", "refund", "crash", "card"]):
        session.label(ids[number], label)
    return ids


def doubtful(n=45, swapped=(4, 20, 33), **arguments):
    session = begin(n=60, **arguments)
    for number in range(n):
        text = session.pool.contents[number]
        session.label(session.pool.ids[number], (wrong if number in swapped else right)(text))
    return session


# ---- near-twins ---------------------------------------------------------------------------


def test_near_twins_with_different_labels_are_raised_and_others_are_not():
    with of_twins() as session:
        ids = at_odds(session)
        frame = session.contradictions()
        assert frame["kind"].tolist() == ["near-twins"] * 2
        assert {frozenset(pair) for pair in frame[["item_id", "other_id"]].values.tolist()} == {
            frozenset(ids[0:2]),
            frozenset(ids[4:6]),
        }
        assert frame["strength"].between(0.9, 1).all()


@pytest.mark.parametrize(
    ("how", "labels"),
    [("first", ["card"] * 2), ("second", ["refund"] * 2), ("apart", ["card", "refund"])],
)
def test_one_word_settles_it_and_it_is_not_raised_again(how, labels):
    with of_twins() as session:
        ids = at_odds(session)
        assert len(session.contradictions()) == 2
        session.resolve((ids[0], ids[1]), how)
        assert [session.state.answer(one).label for one in ids[:2]] == labels
        assert len(session.contradictions()) == 1
        assert refold(session).canonical() == session.state.canonical()


def test_a_pair_may_be_named_from_either_side():
    with of_twins() as session:
        ids = at_odds(session)
        session.contradictions()
        session.resolve((ids[1], ids[0]), "first")
        assert [session.state.answer(one).label for one in ids[:2]] == ["refund", "refund"]


def test_a_changed_answer_raises_it_again():
    with of_twins() as session:
        ids = at_odds(session)
        session.contradictions()
        session.resolve((ids[0], ids[1]), "apart")
        session.label(ids[1], "crash")
        assert (ids[0], ids[1]) in session.contradictions()[["item_id", "other_id"]].apply(
            tuple, axis=1
        ).tolist()


def test_answers_that_were_brought_together_by_hand_contradict_no_more():
    with of_twins() as session:
        ids = at_odds(session)
        assert len(session.contradictions()) == 2
        session.label(ids[1], "card")
        assert len(session.contradictions()) == 1


def test_undo_takes_a_resolution_back_whole_and_it_stands_again():
    with of_twins() as session:
        ids = at_odds(session)
        name = session.contradictions().index[0]
        session.resolve(name, "second")
        session.undo()
        assert session.state.resolutions == {}
        assert [session.state.answer(one).label for one in ids[:2]] == ["card", "refund"]
        assert session.state.batches == {}
        assert name in session.contradictions().index
        session.resolve(name, "first")
        changed = session.judgments()["seq"].iloc[-1]
        session.undo(int(changed))
        assert name in session.contradictions().index
        assert refold(session).canonical() == session.state.canonical()


def test_a_resolution_is_one_transaction_sent_once():
    with of_twins() as session:
        at_odds(session)
        name = session.contradictions().index[0]
        seq = session.resolve(name, "first", event_id="r1")
        assert session.resolve(name, "first", event_id="r1") == seq
        events = [entry.event for entry in session.events()]
        judged, resolved = events[-2:]
        assert (type(judged), type(resolved)) == (Judged, Resolved)
        assert judged.batch == resolved.batch is not None
        assert judged.stage == "corrected"
        assert resolved.labels == ["card", "card"]


def test_what_does_not_stand_any_more_is_refused():
    with of_twins() as session:
        ids = at_odds(session)
        name = session.contradictions().index[0]
        seen = session.state.seq
        session.label(ids[0], "refund")
        with pytest.raises(AlreadyJudgedError, match="stands"):
            session.resolve(name, "first")
        session.label(ids[0], "card")
        with pytest.raises(AlreadyJudgedError, match="after this was shown"):
            session.resolve(name, "first", seen=seen)
        with pytest.raises(BadInputError, match="'first', 'second' or 'apart'"):
            session.resolve(name, "both")


def test_labels_brought_along_take_part_and_are_overruled_by_an_answer():
    brought = ["card", "refund", None, None, None, None]
    with of_twins(labels=brought) as session:
        ids = session.pool.ids
        assert session.contradictions()["kind"].tolist() == ["near-twins"]
        session.resolve((ids[0], ids[1]), "second")
        answer = session.state.answer(ids[0])
        assert (answer.label, answer.stage, answer.sealed) == ("refund", "corrected", False)
        assert ids[1] not in session.state.answers
        assert session.contradictions().empty


def test_rows_are_near_twins_by_distance_not_by_direction():
    rows = np.random.default_rng(0).normal(size=(40, 4))
    twin, far = rows[:1] + 0.02, rows[:1] * 3
    space = Space(np.vstack([rows, twin, far]), by_distance=True)
    near, away = space.alike(rows[:1], np.vstack([twin, far]))[0]
    assert near > TWIN > away


# ---- suspicious labels --------------------------------------------------------------------


def test_labels_the_model_would_not_give_are_raised_and_logged_as_seen():
    with doubtful() as session:
        frame = session.contradictions()
        doubts = frame[frame["kind"] == "suspicious"]
        assert {session.pool.number(one) for one in doubts["item_id"]} >= {4, 20}
        assert len(doubts) <= 6
        assert (doubts["item_id"] == doubts["other_id"]).all()
        shown = [e.event for e in session.events() if isinstance(e.event, Exposed)]
        assert {one.item_id for one in shown} == set(doubts["item_id"])
        assert {one.what for one in shown} == {"contradictions"}


def test_a_suspicious_label_is_kept_or_changed_for_good():
    with doubtful() as session:
        ids = session.pool.ids
        frame = session.contradictions().set_index("item_id", drop=False)
        session.resolve((ids[4], ids[4]), "second")
        assert session.state.answer(ids[4]).label == frame.loc[ids[4], "other_label"]
        assert session.state.answer(ids[4]).stage == "revised"
        session.resolve((ids[20], ids[20]), "first")
        again = session.contradictions()["item_id"].tolist()
        assert ids[4] not in again
        assert ids[20] not in again


def test_a_mark_does_not_vouch_for_the_label_it_was_given_with():
    pool = [f"{text} zebra quagga" if k == 4 else text for k, text in enumerate(texts(60))]
    with begin(pool) as session:
        for number, text in enumerate(pool[:45]):
            label = wrong(text) if number == 4 else right(text)
            marks = ["zebra", "quagga"] if number == 4 else None
            session.label(session.pool.ids[number], label, rationale=marks)
        assert session.pool.ids[4] in session.contradictions()["item_id"].tolist()


def test_the_worker_looks_at_a_pause_and_says_so():
    with doubtful(refit="background") as session:
        session.wait()
        assert {one.about for one in session.contradictions_found()} == {"suspicious"}
        assert not [e for e in session.events() if isinstance(e.event, Exposed)]


def test_few_labels_are_not_doubted():
    with doubtful(n=15, swapped=(4,)) as session:
        assert session.contradictions().empty


# ---- hidden repeats -----------------------------------------------------------------------


def until_repeat(session, *, of=120):
    for _ in range(of):
        (item,) = session.query()
        if item.purpose == "probe":
            return item
        session.label(item.item_id, right(item))
    pytest.fail("no repeat was drawn")


def test_repeats_come_at_the_rate_chosen_blind_and_once_each():
    with begin(n=400, purposes={"probe": 0.2}, refit="manual") as session:
        asked = work(session, 280)
        repeats = [item for item in asked if item.purpose == "probe"]
        assert 0.12 < len(repeats) / len(asked[20:]) < 0.28
        assert len({item.item_id for item in repeats}) == len(repeats)
        assert {item.reason for item in repeats} == {"drawn at random, to measure me"}
        stages = session.judgments().set_index("seq")
        probes = stages[stages["stage"] == "probe"]
        assert len(probes) == len(repeats)
        assert (probes["sealed"] & (probes["purpose"] == "probe")).all()
        assert probes["propensity"].between(0, 0.2).all()
        assert len(session.state.answers) == 280 - len(repeats)


def test_without_a_share_nothing_is_drawn_otherwise_than_before():
    def drawn(**arguments):
        with begin(n=60, **arguments) as session:
            return [(i.item_id, i.propensity) for i in work(session, 30)]

    assert drawn() == drawn(purposes={"teach": 0.75, "check": 0.15, "challenge": 0.1, "probe": 0})


def test_a_repeat_answered_otherwise_trains_nothing_and_is_raised():
    with begin(n=120, purposes={"probe": 0.3}) as session:
        item = until_repeat(session)
        before = session.state.answer(item.item_id)
        n_labeled = session.state.n_labeled
        checks = check_outcomes(session.state)
        session.label(item.item_id, wrong(item))
        assert session.state.answer(item.item_id) == before
        assert session.state.blind(item.item_id) == before
        assert session.state.n_labeled == n_labeled
        assert check_outcomes(session.state) == checks
        frame = session.contradictions()
        row = frame[frame["kind"] == "repeat"].iloc[0]
        assert (row["item_id"], row["label"], row["other_label"]) == (
            item.item_id,
            right(item),
            wrong(item),
        )
        session.resolve((item.item_id, item.item_id), "second")
        assert session.state.answer(item.item_id).label == wrong(item)
        assert "repeat" not in session.contradictions()["kind"].tolist()


def test_a_repeat_kept_as_it_was_is_not_raised_again_and_undo_raises_it():
    with begin(n=120, purposes={"probe": 0.3}) as session:
        item = until_repeat(session)
        session.label(item.item_id, wrong(item))
        name = session.contradictions().index[0]
        session.resolve(name, "first")
        assert name not in session.contradictions().index
        session.undo()
        assert name in session.contradictions().index


def test_the_line_of_the_person_with_themselves_lives_from_repeats():
    with begin(n=200, purposes={"probe": 0.4}) as session:
        for k in range(3):
            item = until_repeat(session)
            session.label(item.item_id, (wrong if k == 1 else right)(item))
        frame = curves(session.state)
        line = frame[(frame["actor"] == "human") & (frame["basis"] == "repeats")]
        assert line["n"].tolist() == [1, 2, 3]
        assert line["value"].round(2).tolist() == [1.0, 0.5, 0.67]
        assert any(
            "Asked again" in words and "2 of 3" in words for words in standing(session.state)
        )


def test_undo_brings_a_repeat_back_and_skip_lets_it_go():
    with begin(n=120, purposes={"probe": 0.3}) as session:
        item = until_repeat(session)
        first = session.state.answer(item.item_id).seq
        session.label(item.item_id, wrong(item))
        session.undo()
        (again,) = session.query()
        assert (again.item_id, again.purpose) == (item.item_id, "probe")
        session.skip(item.item_id)
        assert item.item_id not in session.state.skipped
        assert session.query()[0].item_id != item.item_id
        session.undo()
        assert session.query()[0].item_id == item.item_id
        session.label(item.item_id, wrong(item))
        session.undo(first)
        assert session.state.answer(item.item_id).label == wrong(item)
        assert refold(session).canonical() == session.state.canonical()


def test_the_first_answer_may_be_changed_while_the_repeat_waits():
    with begin(n=120, purposes={"probe": 0.3}) as session:
        item = until_repeat(session)
        first = session.state.answer(item.item_id).seq
        session.label(item.item_id, wrong(item), replaces=first)
        assert session.state.answer(item.item_id).label == wrong(item)
        assert session.query()[0].item_id != item.item_id


# ---- whatever happens ---------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("label"), st.integers(0, 5), st.sampled_from(CLASSES)),
        st.tuples(
            st.just("resolve"), st.integers(0, 9), st.sampled_from(["first", "second", "apart"])
        ),
        st.tuples(st.just("undo"), st.integers(0, 3), st.none()),
    ),
    min_size=6,
    max_size=30,
)


@settings(STEADY, max_examples=60)
@given(STEPS)
def test_no_label_is_lost_and_nothing_settled_is_raised_again(steps):
    """Held against a plain log: what was said last of each item, and what was settled."""
    with of_twins() as session:
        ids = session.pool.ids
        log = []  # (seqs taken back together, {item: label}, settled (pair, labels after) or None)

        def labels():
            known = {}
            for _, said, _ in log:
                known.update(said)
            return known

        for kind, place, what in steps:
            if kind == "label":
                seq = session.label(ids[place], what)
                log.append((seq, {ids[place]: what}, None))
            elif kind == "undo" and log:
                one = log.pop(max(len(log) - 1 - place, 0))
                session.undo(one[0])
            elif kind == "resolve":
                frame = session.contradictions()
                if frame.empty:
                    continue
                row = frame.iloc[place % len(frame)]
                seq = session.resolve(frame.index[place % len(frame)], what)
                chosen = {"first": row["label"], "second": row["other_label"]}.get(what)
                pair = (row["item_id"], row["other_id"])
                before = labels()
                said = {} if chosen is None else {i: chosen for i in pair if before[i] != chosen}
                log.append((seq, said, frozenset({**before, **said}[i] + i for i in pair)))
            known = labels()
            assert {i: session.state.answer(i).label for i in session.state.answers} == known
            settled = {one for _, _, one in log if one is not None}
            expected = {
                frozenset(ids[k : k + 2])
                for k in (0, 2, 4)
                if {ids[k], ids[k + 1]} <= set(known)
                and known[ids[k]] != known[ids[k + 1]]
                and frozenset(known[i] + i for i in ids[k : k + 2]) not in settled
            }
            frame = session.contradictions()
            raised = {frozenset(pair) for pair in frame[["item_id", "other_id"]].values.tolist()}
            assert raised == expected
        assert refold(session).canonical() == session.state.canonical()


def test_a_label_is_asked_about_once():
    pool = [*texts(60), "arrived declined again today, ticket 0!"]
    with begin(pool) as session:
        ids = session.pool.ids
        for number in range(45):
            session.label(ids[number], right(pool[number]))
        session.label(ids[60], "crash")
        frame = session.contradictions()
        pairs = frame[frame["kind"] == "near-twins"]
        assert pairs[["item_id", "other_id"]].values.tolist() == [[ids[0], ids[60]]]
        assert ids[60] not in frame.loc[frame["kind"] == "suspicious", "item_id"].tolist()
        session.resolve((ids[0], ids[60]), "apart")
        assert ids[60] not in session.contradictions()["item_id"].tolist()


def test_planted_errors_are_found_far_more_often_than_by_chance():
    messages = rhml.datasets.load_messages()
    known = dict(zip(messages["text"], messages["topic"], strict=True))
    precision, before, after = [], [], []
    for seed in range(3):
        with begin(list(known), classes=["billing", "bug", "how-to"], refit="manual") as session:
            stream = np.random.default_rng(seed)
            truth = dict(zip(session.pool.ids, known.values(), strict=True))
            for item_id in stream.choice(session.pool.ids, size=200, replace=False).tolist():
                others = [one for one in session.classes_ if one != truth[item_id]]
                wrongly = stream.random() < 0.1
                session.label(item_id, str(stream.choice(others)) if wrongly else truth[item_id])

            def right_now(session=session, truth=truth):
                answers = session.state.answers
                return np.mean([session.state.answer(i).label == truth[i] for i in answers])

            before.append(right_now())
            frame = session.contradictions().head(20)
            precision += [
                session.state.answer(i).label != truth[i]
                or session.state.answer(j).label != truth[j]
                for i, j in frame[["item_id", "other_id"]].values.tolist()
            ]
            for name, row in frame.iterrows():
                if row["kind"] == "suspicious":
                    how = "second" if row["other_label"] == truth[row["item_id"]] else "first"
                    session.resolve(name, how)
            after.append(right_now())
    # One label in ten is wrong: 20 looks at random would put one in a hundred right.
    assert np.mean(precision) >= 0.3
    assert np.mean(after) - np.mean(before) >= 0.03


def test_an_estimator_that_fails_without_some_labels_doubts_none_and_breaks_nothing():
    class Fussy(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            if len(y) < self.C:
                msg = "too few"
                raise ValueError(msg)
            return super().fit(X, y, sample_weight)

    model = make_pipeline(TfidfVectorizer(), Fussy(C=45))
    with doubtful(model=model, refit="manual") as session:
        session.fit()
        assert session.contradictions().empty
