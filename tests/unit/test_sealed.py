"""Sealed: before an item's first judgment nothing on the wire tells the model's view of it.

All that a page receives (values of traits, updates, replies) over a worked-through session is
held against an allow-list of keys, and against what the model thought at that moment.
"""

from __future__ import annotations

import json

import comm
import pytest
from sessions import CLASSES, RecordedComm, begin, right, texts, wrong
from walking import numbers_of, objects_of

import rhml_widgets as rhml
from rhml_widgets.human.keys import ACTION_KEYS
from rhml_widgets.journal.events import Exposed, Predicted, Queried
from rhml_widgets.widgets.pace import Pace

MODEL = {"name", "version", "fitting", "behind", "failed", "brought", "added"}
PROBLEM = {"kind", "title", "text", "hint"}
ITEM = {"item_id", "text", "truncated", "purpose", "why", "rows", "seen", "draft"}
FOUND = {"item_id", "text"}
"""What a search tells of an item: its words."""
QUEUE = {
    "": {
        "seq",
        "person",
        "state",
        "state_text",
        "status",
        "progress",
        "classes",
        "may_add",
        "items",
        "stop",
        "undo",
        "keys",
        "skip_reasons",
        "history",
        "last",
        "model",
        "problem",
        "twins",
    },
    "twins": {"item_id", "seq", "excerpt", "label", "n"},
    "progress": {"labeled", "total", "seconds_each", "left", "skipped"},
    "keys": {*ACTION_KEYS},
    "classes": {"name", "definition", "key", "count"},
    "items": ITEM,
    "items.draft": {"note", "rationale"},
    "stop": {"item_id", "text", "purpose", "why", "yours", "model", "words", "record", "spans"},
    "history": {"seq", "item_id", "excerpt", "label", "stage", "note", "others"},
    "history.others": {"person", "label"},
    "model": MODEL,
    "problem": PROBLEM,
}
EXPLANATION = {
    "": {
        "seq",
        "classes",
        "gone",
        "empty",
        "item",
        "heading",
        "reasons",
        "neighbors",
        "effect",
        "may_teach",
        "status",
        "problem",
    },
    "item": {"item_id", "text", "judged"},
    "reasons": {
        "label",
        "against",
        "predicted",
        "unit",
        "prediction",
        "baseline",
        "rest",
        "gap",
        "method",
        "exactness",
        "rows",
        "prediction_before",
    },
    "reasons.rows": {
        "term",
        "value",
        "before",
        "stance",
        "stance_label",
        "stance_lesson",
        "spans",
    },
    "neighbors": {"item_id", "excerpt", "label", "similarity"},
    "effect": {
        "lesson",
        "words",
        "pending",
        "version",
        "flips",
        "total",
        "shown",
        "looks",
        "blind_left",
        "most",
        "undone",
        "since",
    },
    "effect.shown": {"item_id", "text", "before", "after", "judged"},
    "effect.looks": {"asked", "judged", "better", "worse", "neither", "words"},
    "problem": PROBLEM,
}
AUDIT = {
    "": {"version", "n_free", "why_not", "choices", "guess", "had", "running", "found", "newer"},
    "choices": {"n", "margin"},
    "running": {"version", "answered", "drawn"},
    "found": {"version", "n_items", "n", "wrong", "low", "high", "words"},
}
RESULT = {
    "": {
        "version",
        "n_items",
        "offers",
        "best",
        "not_yet",
        "shares",
        "n_classes",
        "advice",
        "newer",
        "drift",
        "old",
    },
    "offers": {
        "threshold",
        "n_items",
        "n_rows",
        "checked",
        "wrong",
        "value",
        "low",
        "high",
        "expected",
        "left",
        "time",
        "call",
        "best",
    },
    "shares": {"label", "value", "low", "high"},
}
WORKBENCH = {
    "": {
        "seq",
        "header",
        "queue",
        "explanation",
        "lessons",
        "people",
        "standing",
        "audit",
        "result",
        "sweep",
        "wants",
        "twice",
        "codebook",
        "oversight",
    },
    "oversight": {"mode", "mode_words", "proposals", "flags", "gate", "may"},
    "codebook": {
        "version",
        "codes",
        "phase",
        "phase_words",
        "cited",
        "anew",
        "pile",
        "edits",
        "may_edit",
    },
    "codebook.codes": {
        "label",
        "name",
        "definition",
        "include",
        "exclude",
        "examples",
        "memos",
        "seeds",
        "parent",
        "n",
        "gone",
        "was",
    },
    "codebook.anew": {"n", "aside"},
    "codebook.pile": {"n", "groups"},
    "wants": {"intent", "label", "choices", "may"},
    "people": {
        "you",
        "others",
        "may_switch",
        "shareable",
        "sharing",
        "agreement",
        "differ",
    },
    "sweep": {"off", "label", "cards", "classes", "swept", "looks", "sought"},
    "sweep.cards": {"item_id", "text", "truncated", "rows"},
    "sweep.classes": {"label", "n"},
    "header": {"journal", "person", "model", "labeled"},
    "header.model": MODEL,
    "lessons": {"lesson", "words", "flips", "looks", "may_undo"},
    "twice": {"n", "third", "words", "may_resolve", "card"},
    "twice.card": {"id", "kind", "heading", "why", "seen", "items", "sides", "apart"},
    "twice.card.items": {"item_id", "text"},
    "twice.card.sides": {"label", "by"},
    **{f"queue.{path}".rstrip("."): keys for path, keys in QUEUE.items()},
    **{f"explanation.{path}".rstrip("."): keys for path, keys in EXPLANATION.items()},
    **{f"audit.{path}".rstrip("."): keys for path, keys in AUDIT.items()},
    **{f"result.{path}".rstrip("."): keys for path, keys in RESULT.items()},
}
CONFUSION = {
    "": {
        "seq",
        "classes",
        "of",
        "choices",
        "rows",
        "columns",
        "about",
        "words",
        "labels",
        "counts",
        "outside",
        "cell",
        "may_act",
        "status",
    },
    "choices": {"of", "name"},
    "cell": {"row", "column", "n", "items", "closed", "reasons"},
    "cell.items": {"item_id", "text"},
}
ALLOWED = {
    "LabelQueue": QUEUE,
    "Workbench": WORKBENCH,
    "ExplanationPanel": EXPLANATION,
    "ConfusionMatrix": CONFUSION,
}
REPLIES = {
    "open",
    "person",
    "seq",
    "stopped",
    "words",
    "index",
    "lesson",
    "asked",
    "text",
    "n",
    "rows",
    "item_id",
}


def keys_of(value, path=""):
    """Yield (path, keys) of every object in JSON; lists do not lengthen a path."""
    if isinstance(value, dict):
        yield path, set(value)
        for key, inner in value.items():
            yield from keys_of(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, path)


class Wire:
    """All that was sent to the pages of a session, each with what was sealed at that moment."""

    def __init__(self, session):
        self.session = session
        self.seen = []
        for view in (rhml.LabelQueue, rhml.Workbench, rhml.ExplanationPanel, rhml.ConfusionMatrix):
            self.watch(view(session))

    def watch(self, view):
        name, publish = type(view).__name__, view.comm.publish_msg

        def also_here(kind, data=None, **more):
            self.seen.append((name, data, self.sealed()))
            return publish(kind, data, **more)

        self.seen.append((name, {"state": {"props": view.props}}, self.sealed()))
        view.comm.publish_msg = also_here
        setattr(self, name, view)

    def sealed(self):
        """Return the items this person has not judged or been shown, with the model's view."""
        session = self.session
        live = session.learner.live
        if live is None:
            return {}
        scores = live.head.predict_proba(session.learner.features().X)
        labels = live.head.classes_.tolist()
        return {
            item_id: (labels[int(row.argmax())], row)
            for item_id, row in zip(session.pool.ids, scores, strict=True)
            if session.state.own(item_id) is None and not session.state.is_exposed(item_id)
        }

    def call(self, view, action, **args):
        reply = view.answer({"id": "1", "action": action, "args": args})
        assert reply["ok"], reply
        self.seen.append((type(view).__name__, {"content": reply}, self.sealed()))
        return reply["value"]

    def label(self, label, item=None):
        item = self.LabelQueue.props["items"][0] if item is None else item
        return self.call(
            self.LabelQueue,
            "label",
            item_id=item["item_id"],
            label=CLASSES.index(label),
            seen=item["seen"],
            event_id=f"{item['item_id']} {item['seen']} {self.session.person}",
            ms=1000,
            rationale=[],
            note=None,
        )


def work(wire):
    """Work with everything a page offers: answers, stops, skips, reasons, lessons, flips."""
    queue, panel, lessons = wire.LabelQueue, wire.ExplanationPanel, []
    for n in range(36):
        item = queue.props["items"][0]
        wire.call(queue, "shown", item_id=item["item_id"])
        wire.call(queue, "full_text", item_id=item["item_id"])
        if n % 9 == 8:
            wire.call(queue, "skip", item_id=item["item_id"], why="not sure", event_id=f"s{n}")
            continue
        # Reasons of what is not answered are asked for, too, and must stay closed.
        wire.call(panel, "explain", item_id=item["item_id"], label=n % 3, against=None)
        wrongly = n > 12 and item["purpose"] != "teach" and n % 2
        if wire.label((wrong if wrongly else right)(item["text"]), item)["stopped"]:
            if n % 4 == 1:
                wire.call(queue, "keep", item_id=item["item_id"], event_id=f"k{n}", ms=500)
            else:
                model = queue.props["stop"]["model"]
                wire.call(
                    queue,
                    "revise",
                    item_id=item["item_id"],
                    label=model,
                    event_id=f"r{n}",
                    ms=500,
                )
        if n % 5 == 4:
            wire.call(queue, "undo", event_id=f"u{n}")
        if n % 6 == 5:
            last = queue.props["last"]
            wire.call(panel, "explain", item_id=last, label=None, against=None)
        if n in (15, 25):
            lesson = wire.call(
                panel,
                "teach",
                term="late" if n == 15 else "lost",
                stance="supports",
                label=2,
                item_id=None,
                event_id=f"t{n}",
            )["lesson"]
            wire.call(panel, "judge_flips", lesson=lesson, n=2, event_id=f"j{n}")
            lessons.append(lesson)
    for lesson in lessons:
        wire.call(panel, "show_flips", lesson=lesson)
    audit(wire)
    cells(wire)
    # With what was answered wrongly on purpose there is something to look at twice.
    assert not wire.session.contradictions().empty
    assert wire.call(wire.Workbench, "look_twice", wanted=True)["open"]
    card = wire.Workbench.props["twice"]["card"]
    about = {"contradiction": card["id"], "seen": card["seen"], "event_id": "r", "ms": 900}
    wire.call(wire.Workbench, "resolve", how="apart", **about)
    wire.call(queue, "add_class", name="praise", definition=None, event_id="c")
    in_bulk(wire)
    second_person(wire)


def in_bulk(wire):
    """Sweep a page, answer near-twins, find and pick, look for a class."""
    bench, queue = wire.Workbench, wire.LabelQueue
    rows = wire.call(queue, "find", words="today", like=None)["rows"]
    wire.call(queue, "find", words=None, like=rows[0]["item_id"])
    wire.call(queue, "pick", item_id=rows[0]["item_id"], event_id="p")
    wire.call(bench, "seek", label=1)
    wire.label(right(queue.props["items"][0]["text"]))
    wire.call(bench, "sweep", label=None)
    sweep = bench.props["sweep"]
    cards = [card["item_id"] for card in sweep["cards"]]
    wire.call(
        bench,
        "verify",
        item_ids=cards[1:],
        odd=cards[:1],
        label=sweep["label"],
        event_id="v",
        ms=9000,
    )
    wire.call(queue, "undo", event_id="back")
    for n in range(20):
        item = queue.props["items"][0]
        wire.label(right(item["text"]), item)
        if twins := queue.props["twins"]:
            wire.call(
                queue, "twins", item_id=twins["item_id"], seen=twins["seq"], event_id=f"t{n} all"
            )
            break


def cells(wire):
    """Look at every comparison, open every cell that holds anything, ask for more like it."""
    matrix = wire.ConfusionMatrix
    for choice in matrix.props["choices"]:
        wire.call(matrix, "compare", of=choice["of"])
        props = matrix.props
        for row, counts in zip(props["labels"], props["counts"], strict=True):
            for column, n in zip(props["labels"], counts, strict=True):
                if n:
                    wire.call(matrix, "open_cell", row=row, column=column)
        wire.call(matrix, "more_like_cell", event_id=f"more {choice['of']}")


def audit(wire):
    """Begin an audit, answer it, and look at each tab meanwhile."""
    queue = wire.LabelQueue
    wire.call(wire.Workbench, "audit", n=5, event_id="a")
    for _ in range(5):
        item = queue.props["items"][0]
        if wire.label(right(item["text"]), item)["stopped"]:
            wire.call(queue, "keep", item_id=item["item_id"], event_id=item["item_id"], ms=500)
        wire.Workbench._refresh_curves()  # it is paced


def second_person(wire):
    """Let another one sit down, judge what the first one judged, and look at the reasons."""
    queue, panel = wire.LabelQueue, wire.ExplanationPanel
    wire.call(queue, "switch_person", name="loud-wren", event_id="w")
    wire.call(queue, "share", n=8, event_id="x")
    for n in range(10):
        item = queue.props["items"][0]
        wire.call(panel, "explain", item_id=item["item_id"], label=n % 3, against=None)
        wire.label((wrong if n % 4 == 0 else right)(item["text"]), item)
        wire.call(panel, "explain", item_id=item["item_id"], label=None, against=None)
    wire.call(queue, "undo", event_id="y")


@pytest.fixture(scope="module")
def wire():
    original, comm.create_comm = comm.create_comm, RecordedComm
    # What is sealed is read when a message is sent: nothing may be sent by a timer beside it.
    later, Pace._later = Pace._later, lambda _self, _seconds: False
    try:
        # Of so many numbers of four digits two may be equal by chance: not with this seed.
        pool = [*texts(), *(f"{text}!" for text in texts(3 * 12)[12:])]
        with begin(
            pool, purposes={"teach": 0.4, "check": 0.3, "challenge": 0.3}, random_state=2
        ) as session:
            wire = Wire(session)
            work(wire)
            yield wire
    finally:
        comm.create_comm = original
        Pace._later = later


def test_the_session_was_worth_looking_at(wire):
    state = wire.session.state
    purposes = {query.purpose for query in state.queries.values()}
    stages = {judgment.stage for judgment in state.judgments.values()}
    assert purposes == {"teach", "check", "challenge"}
    assert {"first", "revised"} <= stages
    assert any(lesson.looks for lesson in state.lessons.values())
    assert any(len(sealed) > 30 for _, _, sealed in wire.seen)
    assert len(wire.seen) > 150


def test_every_key_on_the_wire_is_one_we_know(wire):
    seen = {name: set() for name in ALLOWED}
    for name, data, _ in wire.seen:
        props = data.get("state", {}).get("props")
        for path, keys in keys_of(props) if props else ():
            assert keys <= ALLOWED[name].get(path, set()), (name, path)
            seen[name].add(path)
        if "content" in data:
            assert set(data["content"]) <= {"id", "ok", "value", "error"}
            value = data["content"].get("value") or {}
            assert set(value) <= REPLIES
    for name, paths in seen.items():
        missed = set(ALLOWED[name]) - paths
        assert missed <= {p for p in ALLOWED[name] if p.endswith(("problem", "draft"))}, missed


def test_an_unjudged_item_stands_on_the_wire_only_as_an_item_to_answer(wire):
    n = 0
    for _, data, sealed in wire.seen:
        for one in objects_of(data):
            if one.get("item_id") in sealed:
                n += 1
                if set(one) == FOUND:
                    continue
                assert set(one) == ITEM
                assert one["purpose"] in {"teach", "check", "challenge"}
                assert not any(label in one["why"] for label in CLASSES)
                assert list(numbers_of(one)) == [one["rows"], one["seen"]]
    assert n > 100


def without_coarse(data):
    """Leave out shares of a few counts and thresholds of two digits: they may equal any score."""
    props = data.get("state", {}).get("props") or {}
    if not isinstance(props.get("result"), dict):
        return data
    offers = [{**offer, "threshold": None} for offer in props["result"]["offers"]]
    result = {**props["result"], "shares": [], "offers": offers}
    return {**data, "state": {**data["state"], "props": {**props, "result": result}}}


def test_no_score_of_an_unjudged_item_is_on_the_wire(wire):
    waiting = 0
    for _, data, sealed in wire.seen:
        ids = {one["item_id"] for one in objects_of(data) if one.get("item_id") in sealed}
        on_the_page = {
            round(n, 4) for n in numbers_of(without_coarse(data)) if isinstance(n, float)
        }
        for item_id in ids:
            waiting += 1
            scores = {round(float(p), 4) for p in sealed[item_id][1]}
            assert not scores & (on_the_page - {0.0, 0.5, 1.0})
    assert waiting > 100


def test_what_is_said_of_an_item_does_not_depend_on_what_the_model_thinks_of_it():
    """The same item, two models that disagree: the page must not tell them apart."""

    def page(swapped):
        with begin(purposes={"check": 1}, refit="manual", random_state=5) as session:
            for item in session.query(12):
                label = right(item)
                if swapped:
                    label = {"card": "crash", "crash": "card"}.get(label, label)
                session.label(item, label)
            session.fit()
            view = rhml.LabelQueue(session)
            items = view.props["items"]
            said = [session.learner.predicted(session.pool.number(i["item_id"])) for i in items]
            return items, said, view.props["model"]

    (items, said, model), (again, otherwise, other) = page(swapped=False), page(swapped=True)
    assert said != otherwise
    assert items == again
    assert model == other


def test_predictions_are_in_the_journal_but_what_is_shown_of_them_is_logged(wire):
    events = [entry.event for entry in wire.session.events()]
    drawn = [event.item_id for event in events if isinstance(event, Queried)]
    predicted = {event.item_id for event in events if isinstance(event, Predicted)}
    assert len(predicted) > len(drawn) / 2
    exposed = {event.item_id for event in events if isinstance(event, Exposed)}
    told = {
        one["item_id"]
        for name, data, _ in wire.seen
        if name == "ExplanationPanel"
        for one in objects_of(data)
        if "before" in one and "item_id" in one
    }
    assert told
    assert told <= exposed


def test_flips_are_counts_until_they_are_asked_for(wire):
    for name, data, _ in wire.seen:
        props = data.get("state", {}).get("props")
        if name != "ExplanationPanel" or not props or not props["effect"]:
            continue
        shown = props["effect"]["shown"]
        assert (
            shown is None or {row["item_id"] for row in shown} <= wire.session.state.ever_exposed()
        )


def test_curves_name_no_item(wire):
    text = json.dumps(wire.Workbench.curves)
    assert not [item_id for item_id in wire.session.pool.ids if item_id in text]


def test_texts_of_errors_name_no_view_of_an_item(wire):
    session = wire.session
    (item,) = session.query()
    reply = wire.LabelQueue.answer({"id": "1", "action": "keep", "args": {"item_id": item.item_id}})
    assert not reply["ok"]
    with pytest.raises(Exception, match="sealed") as caught:
        session.advise(item)
    assert not [label for label in CLASSES if label in str(caught.value)]


# ---- arms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arm", ["none", "evidence_first", "evidence", "full", "on_demand"])
def test_each_arm_keeps_its_seal(arm, monkeypatch):
    """Before the answer no label and no score; after it what the arm shows, and no more."""
    monkeypatch.setattr(comm, "create_comm", RecordedComm)
    shares = {"teach": 0.3, "check": 0.3, "challenge": 0.4}
    with begin(texts(), purposes=shares, random_state=2, advice={arm: 1.0}) as session:
        wire = Wire(session)
        queue, panel, stops = wire.LabelQueue, wire.ExplanationPanel, 0
        for n in range(24):
            item = queue.props["items"][0]
            own_id = item["item_id"]
            early = panel.answer(
                {"id": "e", "action": "explain", "args": asked_for(own_id, label=n % 3)}
            )
            wire.seen.append(("ExplanationPanel", {"content": early}, wire.sealed()))
            assert panel.props["reasons"] is None or panel.props["item"]["item_id"] != own_id
            stopped = wire.label((wrong if n % 3 else right)(item["text"]), item)["stopped"]
            drawn = session.state.arms.get(own_id, (None,))[0]
            assert stopped == (drawn in ("evidence", "full"))
            if stopped:
                stops += 1
                assert (queue.props["stop"]["model"] is None) == (drawn == "evidence")
            late = panel.answer({"id": "l", "action": "explain", "args": asked_for(own_id)})
            closed = drawn in ("none", "evidence_first", "evidence")
            assert late["ok"] != closed
            if stopped:
                wire.call(queue, "keep", item_id=own_id, event_id=f"k{n}", ms=1)
        assert bool(stops) == (arm in ("evidence", "full"))
        arms = session.arms()
        assert arm in set(arms["arm"])
        logged = {
            one.event.item_id
            for one in session.events()
            if isinstance(one.event, Exposed) and one.event.arm == arm
        }
        # What waits on the page was looked at, too, where evidence comes first.
        assert logged == set(arms.loc[(arms["arm"] == arm) & arms["shown"], "item_id"])
    looked = 0
    for _, data, sealed in wire.seen:
        for one in objects_of(data):
            if one.get("item_id") not in sealed:
                continue
            assert set(one) in (ITEM, ITEM | {"look"})
            looked += "look" in one
            spans = [place for span in one.get("look", {}).get("spans", []) for place in span]
            assert list(numbers_of(one)) == [one["rows"], one["seen"], *spans]
    assert bool(looked) == (arm == "evidence_first")


def asked_for(item_id, label=None):
    return {"item_id": item_id, "label": label, "against": None}
