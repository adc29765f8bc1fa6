"""Cycles: five steps in their order, each logged, and a summary that adds up."""

from __future__ import annotations

import pandas as pd
import pytest
from sessions import CLASSES, begin, refold, right, texts, work, wrong

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.journal.events import CycleStepped, Exposed
from rhml_widgets.simulate import Person

STEPS = ("articulate", "update", "explain", "revise", "reflect")


def stepped(session):
    return [one.event for one in session.events() if isinstance(one.event, CycleStepped)]


def test_it_is_off_by_default():
    with begin() as session:
        work(session, 12)
        assert stepped(session) == []
        assert session.cycles().empty


def test_a_cycle_goes_its_five_steps_and_each_is_logged():
    with begin() as session:
        cycle = session.cycle(batch=6)
        assert (cycle.step, cycle.left, cycle.ended) == ("articulate", 6, False)
        work(session, 6)
        assert cycle.left == 0
        cycle.update()
        shown = cycle.explain(4)
        cycle.revise()
        summary = cycle.reflect("done")
        assert [event.step for event in stepped(session)] == list(STEPS)
        assert len(shown) == summary.shown == 4
        assert (summary.labeled, summary.note) == (6, "done")
        assert session.cycle().number == 2


@pytest.mark.parametrize(
    ("taken", "wanted", "told"),
    [
        ((), "update", "answer 4 more of the 4 items of this cycle first"),
        ((), "explain", "is at 'articulate', so 'explain' is out of order: 'update' comes next"),
        (("label",), "reflect", "out of order: 'update' comes next"),
        (("label", "update"), "update", "'explain' comes next"),
        (("label", "update", "explain"), "reflect", "'revise' comes next"),
        (("label", "update", "explain", "revise", "reflect"), "revise", "is over"),
    ],
)
def test_an_illegal_order_is_refused_with_its_reason(taken, wanted, told):
    with begin() as session:
        work(session, 6)
        cycle = session.cycle(batch=4)
        for step in taken:
            work(session, 4) if step == "label" else getattr(cycle, step)()
        before = session.state.seq
        with pytest.raises(BadInputError, match=told):
            getattr(cycle, wanted)()
        assert session.state.seq == before


def test_what_cannot_be_learned_yet_is_said():
    with begin(["one text", "another text", "a third"], classes=None) as session:
        cycle = session.cycle(batch=2)
        for item in session.query(2):
            session.label(item.item_id, "same")
        with pytest.raises(NotFittedYetError):
            cycle.update()
        assert cycle.step == "articulate"


def test_the_batch_is_of_the_cycle_that_goes_on():
    with begin() as session:
        assert session.cycle(5).number == session.cycle().number == session.cycle(5).number
        with pytest.raises(BadInputError, match="goes on with batch=5"):
            session.cycle(7)
        for bad in (0, -1, 2.5, True, "3"):
            with pytest.raises(BadInputError):
                session.cycle(bad)


def test_differences_come_first_and_are_counted_both_ways():
    with begin(purposes={"check": 1.0}) as session:
        work(session, 24)
        cycle = session.cycle(batch=6)
        for place in range(6):
            (item,) = session.query()
            session.label(item.item_id, wrong(item) if place < 2 else right(item))
        cycle.update()
        shown = cycle.explain(3)
        differ = (shown["asked"] != shown["yours"]) | (shown["now"] != shown["yours"])
        assert differ.tolist()[:2] == [True, True]
        assert all(session.state.is_exposed(one) for one in shown["item_id"])
        apart = shown[differ]
        for row in apart.to_dict("records"):
            mine = row["asked"] if row["asked"] not in (None, row["yours"]) else row["now"]
            session.label(row["item_id"], mine)
        session.teach("today", stance="irrelevant")
        cycle.revise()
        found = cycle.reflect()
        assert (found.differed, found.revised, found.adopted) == (len(apart),) * 3
        assert len(apart) >= 2
        assert found.taught == 1
        assert found.labeled == 6
        row = session.cycles().iloc[0]
        assert (row["labeled"], row["taught"], row["step"]) == (6, 1, "reflect")


def test_the_change_of_the_model_is_that_of_its_predictions():
    with begin() as session:
        work(session, 6)
        cycle = session.cycle(batch=6)
        before = session.learner.verdicts()
        work(session, 6)  # it learns as they are given
        said = [before.label(number) for number in range(len(session.pool))]
        cycle.update()
        after = session.learner.verdicts()
        wanted = sum(after.label(number) != said[number] for number in range(len(said)))
        assert cycle.summary().changed == wanted > 0


def test_it_goes_on_after_a_restart(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path) as session:
        session.cycle(batch=4)
        work(session, 3)
    with begin(journal=path) as again:
        cycle = again.cycle()
        assert (cycle.number, cycle.left) == (1, 1)
        work(again, 1)
        cycle.update()
        assert cycle.step == "update"
        assert cycle.summary().changed is None


def test_what_was_lost_by_a_restart_is_said(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path) as session:
        work(session, 6)
        session.cycle(batch=2)
    with begin(journal=path) as again:
        work(again, 2)
        again.cycle().update()
        assert "was lost when the session was reopened" in again.cycle().summary().words()[0]


def test_eight_cycles_run_headless_and_replay_to_the_same_state(tmp_path):
    """A simulated person takes eight turns on the bundled messages."""
    messages = rhml.datasets.load_messages()
    path = tmp_path / "eight.rhml"
    person = Person(messages["topic"], noise=0.05, random_state=4)
    classes = sorted(messages["topic"].unique())
    with rhml.Session(
        pool=messages["text"],
        classes=classes,
        truth=messages["topic"],
        journal=path,
        refit="sync",
        random_state=1,
    ) as session:
        for _ in range(8):
            cycle = session.cycle(batch=5)
            person.drive(session, 5)
            cycle.update()
            for row in cycle.explain(3).to_dict("records"):
                known = messages["topic"].iloc[row["position"]]
                if row["yours"] != known:
                    session.label(row["item_id"], known)
            cycle.revise()
            cycle.reflect()
        table = session.cycles()
        held = session.state.canonical()
    assert table["number"].tolist() == list(range(1, 9))
    assert table["labeled"].tolist() == [5] * 8
    assert set(table["step"]) == {"reflect"}
    with rhml.replay(path, pool=messages["text"], truth=messages["topic"]) as twin:
        assert twin.state.canonical() == held
        pd.testing.assert_frame_equal(twin.cycles(), table)


def test_the_journal_folds_to_what_stands():
    with begin() as session:
        cycle = session.cycle(batch=3)
        work(session, 3)
        cycle.update()
        assert refold(session).canonical() == session.state.canonical()
        assert refold(session).cycle_open.step == "update"


def test_only_what_is_shown_is_exposed():
    with begin() as session:
        cycle = session.cycle(batch=6)
        work(session, 6)
        cycle.update()
        before = session.state.seq
        shown = set(cycle.explain(2)["item_id"])
        logged = {
            one.event.item_id
            for one in session.events()
            if one.seq > before and isinstance(one.event, Exposed)
        }
        assert logged <= shown
        assert all(session.state.is_exposed(one) for one in shown)


def test_it_names_itself():
    with begin(texts(12), classes=CLASSES) as session:
        cycle = session.cycle(batch=3)
        assert repr(cycle) == "Cycle(1, articulate, 3 to answer)"
        work(session, 3)
        cycle.update()
        assert repr(cycle) == "Cycle(1, update)"


def test_a_batch_larger_than_what_is_left_ends_with_what_is_left():
    with begin(texts(9)) as session:
        cycle = session.cycle(batch=10**9)
        assert cycle.left == 9
        work(session, 9)
        assert cycle.left == 0
        cycle.update()
        cycle.explain()
        cycle.revise()
        assert cycle.reflect().labeled == 9
