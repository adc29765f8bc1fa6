"""Reports: what leaves, what does not, and the same bytes twice."""

from __future__ import annotations

import re

import pytest
from sessions import CLASSES, begin, right, work, wrong

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.report.lead import lead
from rhml_widgets.report.redaction import Redaction
from rhml_widgets.report.report import render

TEXTS = [
    "transaction 5590-1127 was charged twice, mail jo.doe@example.org",
    "the app crashes, call 0151 2345678",
    "refund of 5590-1127 please",
    "crash at start, see /home/jo/log.txt",
    "money back for the transaction",
    "the window is blank and the app crashes",
]
SECRETS = ["5590", "1127", "2345678", "jo.doe", "example.org", "/home/jo", "4711"]


@pytest.fixture
def session():
    opened = rhml.Session(
        pool=TEXTS, classes=["money", "fault"], journal=None, refit="sync", person="quiet-heron"
    )
    for n, item_id in enumerate(opened.pool.ids):
        opened.label(item_id, ["money", "fault"][n % 2], note="asked 0171 9876543", duration=3.25)
    opened.teach("5590", "money")
    opened.teach("the", stance="irrelevant")
    yield opened
    opened.close()


@pytest.mark.parametrize("texts", ["excerpt", "none"])
def test_what_is_masked_in_the_texts_is_nowhere_else(session, texts):
    page = render(session, texts=texts)
    data = page[page.index("data-rhml-models") : page.index("</script>", page.index("data-rhml"))]
    # A long fraction may hold any four digits.
    data = re.sub(r"\d\.\d{5,}", "", data)
    body = page[page.index("<body>") : page.index("data-rhml-models")]
    for secret in [*SECRETS, "9876543", "quiet-heron", "3.25"]:
        assert secret not in data, secret
        assert secret not in body, secret


def test_nothing_of_the_texts_leaves_where_none_shall(session):
    page = render(session, texts="none")
    for text in TEXTS:
        assert text not in page
    assert "transaction" not in page[page.index("<body>") : page.index("data-rhml-models")]


def test_full_texts_are_full(session):
    page = render(session, texts="full")
    assert "jo.doe@example.org" in page


def test_the_ten_lines_come_first_and_the_bytes_are_the_same_twice(session):
    page = render(session, question="Money or fault?")
    lead = page[page.index("<dl") : page.index("</dl>")]
    assert lead.count("<dt>") == 10
    assert "Money or fault?" in lead
    assert page == render(session, question="Money or fault?")


def test_an_unknown_level_is_refused():
    with pytest.raises(BadInputError, match="expected one of 'full', 'excerpt', 'none'"):
        Redaction("half")


# ---- an audit in the ten lines ------------------------------------------------------------


def lines(session):
    return dict(lead(session))


def audit(session, n, *, off=()):
    assert session.audit(n) == n
    for k in range(n):
        (item,) = session.query()
        session.label(item, wrong(item) if k in off else right(item), duration=4.0)


def test_an_audit_is_what_the_lines_stand_on():
    with begin(n=400, refit="manual") as session:
        work(session, 20)
        session.fit()
        before = lines(session)
        assert "%" not in before["Shares of the classes"]
        audit(session, 60)
        told = lines(session)
        row = session.usable().query("best").iloc[0]
        assert f"those {row['n_items']:,} labels" in told["Usable now"]
        numbers = re.search(r"estimated (\S+) % \[(\S+), (\S+)\]", told["Usable now"])
        assert numbers is not None
        for number, name in zip(numbers.groups(), ("value", "low", "high"), strict=True):
            assert float(number) == pytest.approx(100 * row[name], abs=0.5)
        assert "of 60 checks" in told["Usable now"]
        share = session.shares().iloc[0]
        low, high = 100 * share["low"], 100 * share["high"]
        expected = f"“{share['label']}” {100 * share['value']:.0f} % [{low:.0f}, {high:.0f}]"
        assert expected in told["Shares of the classes"]
        assert not any(" you " in sentence for sentence in told.values())


def test_what_is_left_below_the_score_is_not_usable_and_in_time():
    with begin(n=400, refit="manual") as session:
        work(session, 20)
        session.fit()
        session.audit(200)
        drawn = session.audited().audit.drawn
        middle = sorted(score for _, score in drawn.values())[100]
        for k in range(200):
            (item,) = session.query()
            said, score = drawn[item.item_id]
            other = score < middle and k % 3 == 0
            label = next(one for one in CLASSES if one != said) if other else said
            session.label(item, label, duration=4.0)
        row = session.usable().query("best")
        assert row.iloc[0]["left"] > 0
        told = lines(session)["Not usable"]
        assert told.startswith(f"{row.iloc[0]['left']:,} texts have a score below that: ")
        assert told.endswith("at the pace so far.")


def test_where_nothing_can_be_accepted_the_audit_says_why_and_what_is_next():
    with begin(n=400, refit="manual") as session:
        work(session, 20)
        session.fit()
        audit(session, 60, off=range(0, 60, 2))
        assert (
            "none yet: Version 1 was audited: the person agrees on" in lines(session)["Usable now"]
        )
        session.audit(40)
        assert lines(session)["Next step"].startswith("Answer the 40 checks of the audit that wait")
