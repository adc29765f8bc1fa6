"""Reports: what leaves, what does not, and the same bytes twice."""

from __future__ import annotations

import re

import pytest

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError
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
