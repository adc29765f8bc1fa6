"""Events: what is written stays readable, letter by letter, in every later release."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rhml_widgets.exceptions import JournalError, JournalVersionError
from rhml_widgets.journal import (
    EVENTS,
    SCHEMA,
    Audited,
    ClassAdded,
    CodebookRevised,
    CycleStepped,
    Decided,
    Event,
    Exposed,
    Extended,
    FitFailed,
    Fitted,
    Gated,
    GoalSet,
    Imported,
    IntentSet,
    Judged,
    LexiconRevised,
    MapRevised,
    ModeSet,
    Noted,
    Opened,
    PhaseSet,
    Predicted,
    ProposalDecided,
    Proposed,
    Queried,
    Resolved,
    Retracted,
    Scored,
    Shown,
    Skipped,
    Switched,
    Taught,
    TermProposed,
    Vetoed,
    Watched,
    decode,
    encode,
)

# Written by the first release. Never edit a line: journals in the world hold it. A field added
# later goes into the event that is expected, and into the text of a golden of its own.
GOLDEN: list[tuple[Event, str]] = [
    (
        Opened(
            pool_digest="p1:ab",
            n_items=2,
            n_rows=3,
            item_kind="text",
            content=["text"],
            show=["date"],
            classes=[{"label": "é", "definition": None}],
            id_column="id",
            random_state=7,
            holdout=["t1:ab"],
            model="LogisticRegression()",
            strategy="diverse",
            purposes={"teach": 0.75, "check": 0.25},
            refit=5,
            versions={"scikit-learn": "1.6.0"},
        ),
        (
            '{"pool_digest":"p1:ab","n_items":2,"n_rows":3,"item_kind":"text","content":["text"],'
            '"show":["date"],"classes":[{"label":"é","definition":null}],"id_column":"id",'
            '"random_state":7,"holdout":["t1:ab"],"model":"LogisticRegression()",'
            '"strategy":"diverse","purposes":{"teach":0.75,"check":0.25},"advice":"speak_up",'
            '"refit":5,"transform":"pool","versions":{"scikit-learn":"1.6.0"}}'
        ),
    ),
    (
        Extended(pool_digest="p1:cd", n_items=3, n_rows=4, n_new=1),
        '{"pool_digest":"p1:cd","n_items":3,"n_rows":4,"n_new":1,"n_gone":0}',
    ),
    (
        ClassAdded(label=True, definition='says "yes"'),
        '{"label":true,"definition":"says \\"yes\\""}',
    ),
    (
        Queried(
            item_id="t1:ab",
            purpose="teach",
            propensity=0.125,
            n_candidates=40,
            version=3,
            reason="a close call",
            lesson=9,
            before="a",
            after="b",
        ),
        (
            '{"item_id":"t1:ab","purpose":"teach","propensity":0.125,"n_candidates":40,"version":3,'
            '"reason":"a close call","lesson":9,"before":"a","after":"b"}'
        ),
    ),
    (Shown(item_id="t1:ab"), '{"item_id":"t1:ab"}'),
    (
        Predicted(item_id="t1:ab", label=1, proba=[0.1, 0.9], version=3, firmness=0.5),
        (
            '{"item_id":"t1:ab","label":1,"proba":[0.1,0.9],"version":3,"when":"asked",'
            '"score":"probability","firmness":0.5}'
        ),
    ),
    (
        Judged(
            item_id="t1:ab",
            label="spam",
            stage="first",
            purpose="check",
            confidence=0.9,
            rationale=["win", [0, 4]],
            note="line\nbreak \U0001f600",
            duration=2.5,
            version=3,
        ),
        (
            '{"item_id":"t1:ab","label":"spam","stage":"first","purpose":"check","confidence":0.9,'
            '"rationale":["win",[0,4]],"note":"line\\nbreak \U0001f600","duration":2.5,"version":3,'
            '"sealed":true}'
        ),
    ),
    (Skipped(item_id="t1:ab", why="not mine"), '{"item_id":"t1:ab","why":"not mine"}'),
    (
        Exposed(item_id=None, what="predict_pool", version=3, arm="full", stop=True),
        '{"item_id":null,"what":"predict_pool","version":3,"arm":"full","stop":true}',
    ),
    (
        Taught(
            stances=[{"term": "win", "label": "spam", "stance": "supports", "strength": 1.0}],
            item_id="t1:ab",
        ),
        (
            '{"stances":[{"term":"win","label":"spam","stance":"supports","strength":1.0}],'
            '"origin":"person","item_id":"t1:ab"}'
        ),
    ),
    (Retracted(target=12), '{"target":12}'),
    (Imported(labels=[["t1:ab", "spam"]]), '{"labels":[["t1:ab","spam"]]}'),
    (
        Fitted(
            version=4,
            snapshot_seq=30,
            digest="l1:ef",
            n_labels=12,
            params="C=1.0",
            lesson=9,
            flips=31,
            seconds=0.25,
        ),
        (
            '{"version":4,"snapshot_seq":30,"digest":"l1:ef","n_labels":12,"params":"C=1.0",'
            '"lesson":9,"flips":31,"seconds":0.25}'
        ),
    ),
    (
        FitFailed(snapshot_seq=30, error="ValueError", message="empty vocabulary"),
        '{"snapshot_seq":30,"error":"ValueError","message":"empty vocabulary"}',
    ),
    (
        Scored(version=4, basis="holdout", hits="0110"),
        '{"version":4,"basis":"holdout","hits":"0110"}',
    ),
    (Noted(text="unclear", item_id="t1:ab"), '{"text":"unclear","item_id":"t1:ab"}'),
]

# Written since, with the fields and kinds that were added.
LATER: list[tuple[Event, str]] = [
    (
        Extended(pool_digest="p1:cd", n_items=3, n_rows=4, n_new=1, new=["t1:cd"]),
        '{"pool_digest":"p1:cd","n_items":3,"n_rows":4,"n_new":1,"n_gone":0,"new":["t1:cd"]}',
    ),
    (
        Fitted(version=4, snapshot_seq=30, digest="l1:ef", n_labels=12, kappa=0.5),
        (
            '{"version":4,"snapshot_seq":30,"digest":"l1:ef","n_labels":12,"params":"",'
            '"lesson":null,"flips":null,"seconds":null,"kappa":0.5,"codebook":0}'
        ),
    ),
    (
        Audited(
            version=4,
            n_items=9,
            n_rows=10,
            said=[["spam", 9]],
            regions=[[0.5, 9, 10]],
            drawn=[["t1:ab", "spam", 0.75]],
        ),
        (
            '{"version":4,"n_items":9,"n_rows":10,"said":[["spam",9]],"regions":[[0.5,9,10]],'
            '"drawn":[["t1:ab","spam",0.75]],"continues":null}'
        ),
    ),
    (
        Resolved(
            about="near-twins", item_ids=["t1:ab", "t1:cd"], labels=["spam", "ham"], how="apart"
        ),
        (
            '{"about":"near-twins","item_ids":["t1:ab","t1:cd"],"labels":["spam","ham"],'
            '"how":"apart","batch":null}'
        ),
    ),
    (Switched(before="quiet-heron"), '{"before":"quiet-heron"}'),
    (
        CycleStepped(cycle=1, step="update", batch=10, about={"after": 4}),
        '{"cycle":1,"step":"update","batch":10,"about":{"after":4}}',
    ),
    (IntentSet(intent="find more", label="b"), '{"intent":"find more","label":"b"}'),
    (
        CodebookRevised(op="rename", about={"label": "a", "name": "b"}),
        '{"op":"rename","about":{"label":"a","name":"b"},"batch":null}',
    ),
    (PhaseSet(phase="qualitative"), '{"phase":"qualitative"}'),
    (
        Gated(
            version=2, against=1, n_right=40, kept=0.85, lost=["t1:ab"], gained=2, why=["unlearned"]
        ),
        (
            '{"version":2,"against":1,"n_right":40,"kept":0.85,"lost":["t1:ab"],"gained":2,'
            '"why":["unlearned"]}'
        ),
    ),
    (Decided(gate=9, choice="accept"), '{"gate":9,"choice":"accept"}'),
    (Vetoed(term="é"), '{"term":"é"}'),
    (
        GoalSet(column="region", measure="error_gap", at_most=0.1),
        '{"column":"region","measure":"error_gap","at_most":0.1}',
    ),
    (ModeSet(mode="stable"), '{"mode":"stable","why":null}'),
    (Watched(p=0.25, auc=0.5, n=60), '{"p":0.25,"auc":0.5,"n":60}'),
    (
        Proposed(what="mode", to="adaptive", why="drift", measured=2500.0),
        '{"what":"mode","to":"adaptive","why":"drift","measured":2500.0}',
    ),
    (
        LexiconRevised(op="add", about={"term": "molly", "label": "spam"}, by="model", speaks=[]),
        ('{"op":"add","about":{"term":"molly","label":"spam"},"by":"model","speaks":[]}'),
    ),
    (
        MapRevised(op="move", about={"name": "é", "parent": None}),
        '{"op":"move","about":{"name":"é","parent":null},"by":"human"}',
    ),
    (
        TermProposed(
            term="bump",
            label=1,
            gain=0.125,
            low=-0.5,
            high=0.75,
            n=40,
            version=3,
            supporting=["t1:ab"],
        ),
        (
            '{"term":"bump","label":1,"gain":0.125,"low":-0.5,"high":0.75,"n":40,"version":3,'
            '"supporting":["t1:ab"]}'
        ),
    ),
    (
        ProposalDecided(term="bump", label=1, choice="reject", why="another sense"),
        '{"term":"bump","label":1,"choice":"reject","why":"another sense"}',
    ),
]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Lone surrogates are not Unicode text, and are replaced before they come here.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    cls = draw(st.sampled_from(sorted(EVENTS.values(), key=lambda cls: cls.kind)))
    return cls(**{field.name: draw(JSON) for field in fields(cls)})


@pytest.mark.parametrize(("event", "body"), GOLDEN, ids=lambda value: getattr(value, "kind", ""))
def test_events_of_the_first_release_are_written_and_read_as_ever(event, body):
    assert decode(event.kind, body, 1) == event
    assert encode(event).startswith(body.removesuffix("}"))  # fields are only added behind


@pytest.mark.parametrize(("event", "body"), LATER, ids=lambda value: getattr(value, "kind", ""))
def test_later_events_are_written_and_read_as_ever(event, body):
    assert encode(event) == body
    assert decode(event.kind, body, 1) == event


def test_every_kind_has_a_golden_line():
    assert {event.kind for event, _ in [*GOLDEN, *LATER]} == set(EVENTS)


def test_an_event_is_kept_under_the_name_of_its_class():
    assert {kind: cls.__name__ for kind, cls in EVENTS.items()} == {kind: kind for kind in EVENTS}


@given(event=events())
def test_what_is_encoded_is_decoded_to_the_same(event):
    assert decode(event.kind, encode(event)) == event


def test_a_field_left_out_takes_its_default():
    body = '{"item_id":"t1:ab","label":"spam","stage":"first"}'
    assert decode("Judged", body) == Judged(item_id="t1:ab", label="spam", stage="first")


def test_defaults_are_not_shared_between_events():
    first, second = (
        decode("Opened", '{"pool_digest":"","n_items":0,"n_rows":0,"item_kind":"row"}')
        for _ in range(2)
    )
    assert isinstance(first, Opened)
    assert isinstance(second, Opened)
    first.holdout.append("t1:ab")
    assert second.holdout == []


@pytest.mark.parametrize(
    "body",
    [
        '{"item_id":"t1:ab","why":null,"mood":"good"}',
        '{"why":null}',
        '["t1:ab"]',
        '"t1:ab"',
        "null",
        "",
        '{"item_id":"t1:ab"',
        '{"item_id":"t1:ab"} {}',
    ],
)
def test_a_body_that_is_not_what_its_kind_promises_is_an_error(body):
    with pytest.raises(JournalError, match="'Skipped' event"):
        decode("Skipped", body)


def test_a_newer_schema_is_refused():
    with pytest.raises(JournalVersionError, match="Upgrade"):
        decode("Skipped", '{"item_id":"t1:ab"}', SCHEMA + 1)


def test_an_unknown_kind_is_refused():
    with pytest.raises(JournalVersionError, match="'Dreamt'"):
        decode("Dreamt", "{}")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_have_are_refused(number):
    with pytest.raises(ValueError, match="JSON"):
        encode(Judged(item_id="t1:ab", label="a", stage="first", duration=number))


def test_an_event_cannot_be_changed():
    event = Skipped(item_id="t1:ab")
    with pytest.raises(FrozenInstanceError):
        event.item_id = "t1:cd"  # type: ignore[misc]
