"""Past: an audited version is fitted again as it was, whatever was learned with it or since."""

from __future__ import annotations

import numpy as np
import pytest
from sessions import begin, texts, work

from rhml_widgets.machine.past import once_said
from rhml_widgets.machine.verdicts import verdicts
from rhml_widgets.records import Audit


def audit_of(session, version, said):
    """Return an audit of a version on every item of the pool."""
    ids = session.pool.ids
    drawn = {one: (said.label(k), float(said.score[k])) for k, one in enumerate(ids)}
    return Audit(session.state.seq, version, len(ids), len(ids), 0, (), (), (), drawn)


@pytest.mark.parametrize("more", [[], [f"{text} later on" for text in texts(30)]])
def test_each_of_the_versions_of_lessons_that_came_together_can_be_had_again(more):
    with begin(refit="background") as session:
        work(session, 9)
        session.fit()
        before = session.learner.version
        with session.holding():
            for term, label in [("late", "crash"), ("money", "card"), ("screen", "refund")]:
                session.teach(term, label, wait=False, strength=10)
        assert session.wait(60)
        told = [session.state.versions[before + k] for k in (1, 2, 3)]
        assert min(one.snapshot_seq for one in told) >= max(session.state.lessons)
        saids = {n: verdicts(made, n) for n, made in session.learner._versions.spoke.items()}
        assert set(saids) == {one.version for one in told}
        audits = {n: audit_of(session, n, said) for n, said in saids.items()}
        if more:
            session.extend(more)
            session.wait(60)
        for version, said in saids.items():
            pool, entries = session.pool, session.events()
            again = once_said(session.learner, pool, entries, audits[version])
            assert again is not None
            assert np.array_equal(again.predicted[: len(said.predicted)], said.predicted)
