"""Flips: the view ``flips`` of a session."""

from __future__ import annotations

from typing import Any

from rhml_widgets.widgets._widget import View, static


class Flips(View):
    """What the latest lesson changed: counts, then the items once they are asked for.

    Parameters
    ----------
    session : Session
    """

    view = "flips"
    _esm = static("flips.js")
    _css = static("theme.css")

    def make_props(self) -> dict[str, Any]:
        """Return this view's props."""
        return self._desk.explanation()
