"""Dispatch between a page and a session: props down, actions up, a reply to each."""

from __future__ import annotations

import itertools
import logging
import threading
import weakref
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython import get_ipython

from rhml_widgets.exceptions import BadInputError, RhmlError
from rhml_widgets.report.pack import FrozenView
from rhml_widgets.session import Session
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.widgets.actions import Actions
from rhml_widgets.widgets.pace import Pace

_STATIC = Path(__file__).parent.parent / "views" / "static"
_LOG = logging.getLogger("rhml_widgets")

CURVES_EVERY = 0.5
"""Seconds between two updates of a curve; the last one is always sent."""

CURVES_SOON = 0.1
"""Seconds from a change to its update, so that the reply to an answer is not kept waiting."""

LONGEST = 2000
"""Characters of an error's message: it may repeat what a page sent."""


def static(name: str) -> str:
    """Return the text of a built file."""
    return (_STATIC / name).read_text(encoding="utf-8")


def _required(session: Any, view: View) -> Session:
    if not isinstance(session, Session):
        name, given = type(view).__name__, type(session).__name__
        msg = f"{name} of a {given}: expected a session; begin one by rhml.Session(pool=...)"
        raise BadInputError(msg)
    return session


def _leave_routes_alone(comm: Any) -> None:
    """Have the kernel take a page's messages where the page sends them.

    ipykernel 7.4 takes them to the subshell whose request the last message down was sent in. Of
    what a thread sends that is any request, also one of a subshell that JupyterLab ended when it
    connected anew: then no action would ever reach us again.
    """
    if comm is not None:
        comm._reply_subshell_for = None  # noqa: SLF001 - looked up by that name


class View(anywidget.AnyWidget):
    """A widget of a session: one JSON trait down, a table of actions up.

    Parameters
    ----------
    session : Session
        Several widgets of one session, in any cells, always agree.
    """

    props = traitlets.Dict().tag(sync=True)
    _rhml_view = traitlets.Unicode().tag(sync=True)

    view: ClassVar[str] = ""

    def __init__(self, session: Session) -> None:
        self._session = _required(session, self)
        self._desk = Desk.of(session)
        self._sending = threading.RLock()
        self._tickets = itertools.count(1)
        self._sent = 0
        self._actions = Actions(session, self._desk).table()
        super().__init__(_rhml_view=self.view)
        _leave_routes_alone(self.comm)
        self._desk.prepare()
        ref = weakref.ref(self)

        def changed() -> None:
            alive = ref()
            if alive is None or alive.comm is None:
                end()
            else:
                alive.refresh()

        # First, so that what changes while the first look is taken is not missed.
        end = session.subscribe(changed)
        self.refresh()
        self.on_msg(self._on_message)

    def make_props(self) -> dict[str, Any]:
        """Return this view's props."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Send what changed, in one message."""
        ticket = next(self._tickets)
        try:
            made = json_safe(self.make_props())
        except RhmlError:
            _LOG.exception("a view could not be drawn")
            return
        with self._sending:
            # Of two threads, the one that began to look first may be done last.
            if ticket > self._sent:
                self._sent = ticket
                self.props = made

    def frozen(self) -> FrozenView:
        """Return this view as it stands, for a page without a kernel.

        Texts are in it whole, as on the page; ``session.report`` masks them.

        Returns
        -------
        FrozenView
            To be packed: ``pack([widget.frozen()], title="Mail")`` of `rhml_widgets.report.pack`
            returns the page.
        """
        return FrozenView(self.view, self._to_freeze())

    def _to_freeze(self) -> dict[str, Any]:
        return {"props": json_safe(self.make_props())}

    def __repr__(self) -> str:
        """Say which view of which session, and nothing that changes from run to run."""
        return f"{type(self).__name__}({self._session.name})"

    def _on_message(self, _widget: Any, request: Any, _buffers: Any) -> None:
        self.send(self.answer(request))

    def answer(self, request: Any) -> dict[str, Any]:
        """Return the reply to one request; never raises."""
        known = request if isinstance(request, dict) else {}
        reply: dict[str, Any] = {"id": str(known.get("id", ""))}
        try:
            action = self._actions.get(str(known.get("action")))
            args = known.get("args")
            if action is None or not isinstance(args, dict):
                msg = f"action {known.get('action')!r} is not known to this view"
                raise BadInputError(msg)  # noqa: TRY301 - answered like any other refusal
            with self._session.holding():
                value = action(**{str(name): given for name, given in args.items()})
            return {**reply, "ok": True, "value": json_safe(value)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the page must hear of it
            if not isinstance(error, RhmlError):
                _LOG.exception("an action failed")
            told = {"type": type(error).__name__, "message": json_safe(str(error))[:LONGEST]}
            return {**reply, "ok": False, "error": told}


def _finish_with_each_cell(view: CurvesView) -> None:
    """Send what waits as each cell ends: a notebook run without a page keeps what was sent."""
    shell = get_ipython()
    if shell is None:
        return
    ref = weakref.ref(view)

    def ended(*_: Any) -> None:
        alive = ref()
        if alive is None or alive.comm is None:
            shell.events.unregister("post_run_cell", ended)
        else:
            alive.finish()

    shell.events.register("post_run_cell", ended)


class CurvesView(View):
    """A view that also shows the curves, which travel in a trait of their own."""

    curves = traitlets.Dict().tag(sync=True)
    vega = anywidget.WidgetTrait().tag(sync=True)

    def __init__(self, session: Session) -> None:
        soon = 0.0 if _required(session, self).in_step else CURVES_SOON
        self._pace = Pace(self._refresh_curves, CURVES_EVERY, soon)
        super().__init__(session)
        _finish_with_each_cell(self)

    def refresh(self) -> None:
        """Send what changed; the curves at most twice a second."""
        if self.vega is None:
            self.vega = shared_vega()
        self._pace.ask()
        super().refresh()

    def _to_freeze(self) -> dict[str, Any]:
        return {**super()._to_freeze(), "curves": json_safe(self._desk.curves())}

    def finish(self) -> None:
        """Send the curves now where they wait for their time."""
        self._pace.finish()

    def _refresh_curves(self) -> None:
        try:
            self.curves = json_safe(self._desk.curves())
        except RhmlError:
            _LOG.exception("the curves could not be drawn")


class Vega(anywidget.AnyWidget):
    """The chart library, once a kernel, for every chart of every session."""

    _esm = _STATIC / "vega.js"


_SHARED: list[Vega] = []


def shared_vega() -> Vega:
    """Return the kernel's one chart library, made again if it was closed."""
    if not _SHARED or _SHARED[0].comm is None:
        _SHARED[:] = [Vega()]
    return _SHARED[0]
