"""Reports: what leaves, what does not, and the same bytes twice."""

from __future__ import annotations

import re

import pytest
from sessions import CLASSES, begin, right, texts, vague

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.report.lead import CLOSE, lead
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
    # The digits of a score are nobody's.
    data = re.sub(r"\d\.\d{6,}", "", data)
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


def worked(n, *, every_check=False):
    """Return a session with ``n`` answers; of a pool large enough to leave some."""
    purposes = {"check": 1} if every_check else {"teach": 1}
    opened = begin([*texts(60), *vague(30)], purposes=purposes)
    for item_id, content in list(zip(opened.pool.ids, opened.pool.contents, strict=True))[:6]:
        opened.label(item_id, right(content))
    for k in range(n):
        (item,) = opened.query()
        # Of what says little, this person cannot make up their mind.
        opened.label(item, CLASSES[k % 2] if item.content.startswith("either") else right(item))
    return opened


def line(session, name):
    return dict(lead(session))[name]


def test_close_calls_are_counted_from_the_live_scores_of_what_is_left():
    with worked(36, every_check=True) as session:
        said = line(session, "Not usable")
        margins = session.learner.live.outlook.margin
        left = [n for n in range(len(session.pool)) if not session.learner.taken[n]]
        close = sum(margins[n] < CLOSE for n in left)
        assert 0 < close < len(left)
        assert f"{close} of the {len(left)} texts nobody answered are close calls" in said
        assert "not an error that was checked" in said
        assert f"{close} close calls" in line(session, "Next step")
        # Whatever is answered or held out is no call to be made.
        session.learner.taken[next(n for n in left if margins[n] < CLOSE)] = True
        assert f"{close - 1} of the {len(left) - 1} texts" in line(session, "Not usable")


def test_before_thirty_checks_no_share_and_no_close_calls_are_told():
    with worked(4) as session:
        assert line(session, "Not usable") == (
            "not yet: 80 texts have only a label of the model, whose error is not known."
        )
        assert "close call" not in line(session, "Next step")


def test_what_people_changed_is_told_with_its_size_and_its_looks():
    with worked(4) as session:
        lesson = session.teach("either", "crash", strength=10).lesson
        assert "predictions changed." in line(session, "What people changed in it")
        session.look(lesson, 1)
        assert "judged blind: 0 of 1 judged." in line(session, "What people changed in it")
        session.teach("again", stance="irrelevant")
        page = render(session)
        taught = page[page.index("taught beyond labels") : page.index(">Answers<")]
        assert "0 of 1 judged" in taught
