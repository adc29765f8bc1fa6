"""Doctor: a checkup that also asks the page."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from rhml_widgets.checkup import Finding, examine
from rhml_widgets.items.identity import tidy
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.widgets._widget import static

if TYPE_CHECKING:
    import os

__all__ = ["Doctor", "doctor"]

LONGEST = 80
SLOW = 1000.0
"""Milliseconds there and back after which every key is felt to be slow."""

ABSURD = 1e7
"""Milliseconds that no page measures."""

NO_PAGE = "no page has answered yet"


class Doctor(anywidget.AnyWidget):
    """What was found, as text anywhere and as a view that answers for the page.

    Attributes
    ----------
    findings : list of Finding
        The last two, of page and kernel, are "unknown" until a page has answered.
    """

    props = traitlets.Dict().tag(sync=True)
    _esm = static("doctor.js")
    _css = static("theme.css")

    def __init__(self, findings: list[Finding]) -> None:
        self._found = findings
        self._page = [
            Finding("page", "unknown", NO_PAGE),
            Finding("round trip", "unknown", NO_PAGE),
        ]
        super().__init__(props=self._props())
        self.on_msg(self._on_message)

    @property
    def findings(self) -> list[Finding]:
        """All that was looked at, in order."""
        return [*self._found, *self._page]

    def _props(self) -> dict[str, Any]:
        rows = [asdict(finding) for finding in [*self._found, *self._page]]
        return {"findings": json_safe(rows), "words": self._words()}

    def _words(self) -> str:
        wrong = [f.what for f in [*self._found, *self._page] if f.state == "wrong"]
        unknown = [f.what for f in [*self._found, *self._page] if f.state == "unknown"]
        words = f"To mend: {', '.join(wrong)}." if wrong else "Nothing wrong was found."
        return f"{words} Not checked: {', '.join(unknown)}." if unknown else words

    def _on_message(self, _widget: Any, request: Any, _buffers: Any) -> None:
        if not isinstance(request, dict):
            return
        if request.get("action") == "ping":
            self.send({"id": str(request.get("id"))[:LONGEST], "ok": True, "value": None})
        elif request.get("action") == "measured":
            self._hear(request)

    def _hear(self, told: dict[str, Any]) -> None:
        browser = _said(told.get("browser")) or "a browser that does not tell its name"
        host = _said(told.get("host"))
        page = f"{browser}, {host}" if host else browser
        took = told.get("ms")
        self._page[0] = Finding("page", "ok", page)
        if isinstance(took, bool) or not isinstance(took, int | float) or not 0 <= took < ABSURD:
            self._page[1] = Finding("round trip", "unknown", "the page could not time it")
        elif took > SLOW:
            remedy = "the network between page and kernel is slow, or the kernel is busy"
            self._page[1] = Finding("round trip", "wrong", f"{took:,.0f} ms", remedy)
        else:
            self._page[1] = Finding("round trip", "ok", f"{took:,.0f} ms to the kernel and back")
        self.props = self._props()

    def __str__(self) -> str:
        """Return all findings, a line each, and what follows from them."""
        return "\n".join([*map(str, self.findings), self._words()])

    def __repr__(self) -> str:
        """Say what follows from the findings."""
        return f"Doctor({self._words()!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        made = super()._repr_mimebundle_(**kwargs)
        bundle = made[0] if isinstance(made, tuple) else made
        if bundle is None:
            return {"text/plain": str(self)}
        bundle["text/plain"] = str(self)
        return made


def doctor(folder: str | os.PathLike[str] = ".") -> Doctor:
    """Check in one cell whether a session can work here, and say what to do where not.

    Looks at versions, writes, syncs and locks a journal in the folder and removes it, tells a
    network file system, and, where a page shows the result, its browser and the time of a message
    to the kernel and back. Without a page it is plain text, printed outside IPython.

    Parameters
    ----------
    folder : path-like
        Where the journal shall be; default: the working directory.

    Returns
    -------
    Doctor

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = doctor(folder)  # doctest: +ELLIPSIS
    ok ...
    >>> [finding.what for finding in found.findings if finding.state == "unknown"]
    ['page', 'round trip']
    """
    made = Doctor(examine(folder))
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(made)  # noqa: T201 - the one who asks reads it here
    return made


def _said(words: Any) -> str:
    return tidy(words).strip()[:LONGEST] if isinstance(words, str) else ""
