"""LabelQueue: the view ``label-queue`` of a session."""

from __future__ import annotations

from typing import Any

from rhml_widgets.widgets._widget import View, static


class LabelQueue(View):
    """The item, one key a label, and nothing of the model before the answer.

    Parameters
    ----------
    session : Session
    """

    view = "label-queue"
    _esm = static("label-queue.js")
    _css = static("theme.css")

    def make_props(self) -> dict[str, Any]:
        """Return this view's props."""
        return self._desk.queue()
