"""Pages for tests: what a browser would send and see, without one."""

from __future__ import annotations

import itertools
import json

from sessions import CLASSES, begin, right, until, work, wrong

import rhml_widgets as rhml


class Page:
    """A page that shows one view: it sends requests and sees all that comes."""

    ids = itertools.count(1)

    def __init__(self, view):
        self.view = view
        self.comm = view.comm
        self.session = view._session

    @property
    def props(self):
        return self.view.props

    def send(self, request):
        """Send anything; return what came back: the updates of traits, then the replies."""
        before = len(self.comm.sent)
        self.comm.receive(request)
        return self.comm.sent[before:]

    def call(self, action, **args):
        """Send a request as the page does; return its one reply."""
        request = {"id": f"r{next(self.ids)}", "action": action, "args": args}
        came = self.send(request)
        replies = [one["content"] for one in came if one.get("method") == "custom"]
        (reply,) = [one for one in replies if one["id"] == request["id"]]
        assert came[-1].get("content") == reply, "the reply is the last to come"
        json.dumps(came, allow_nan=False)
        return reply

    def value(self, action, **args):
        reply = self.call(action, **args)
        assert reply["ok"], reply
        return reply["value"]

    def error(self, action, **args):
        reply = self.call(action, **args)
        assert not reply["ok"], reply
        return reply["error"]

    def label_args(self, item, label, **more):
        return {
            "item_id": item["item_id"],
            "label": CLASSES.index(label),
            "seen": item["seen"],
            "event_id": f"e{next(self.ids)}",
            "ms": 1500,
            "rationale": [],
            "note": None,
            **more,
        }

    def answer(self, wrongly=False, **more):
        """Answer the item on the page."""
        item = self.props["items"][0]
        label = (wrong if wrongly else right)(item["text"])
        return self.value("label", **self.label_args(item, label, **more))


def at_a_stop(*, rationale=(), note=None, **arguments):
    """Return a page on which advice stands, and the item."""
    session = begin(purposes={"teach": 0.4, "check": 0.6}, **arguments)
    work(session, 15)
    page = Page(rhml.LabelQueue(session))
    while True:
        item = until(session, "check")
        assert page.props["items"][0]["item_id"] == item.item_id
        if page.answer(wrongly=True, rationale=list(rationale), note=note)["stopped"]:
            return page, item
        session.undo()
        session.label(item.item_id, right(item))
        page.view._desk.prepare()
