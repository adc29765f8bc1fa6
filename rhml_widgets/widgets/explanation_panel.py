"""ExplanationPanel: the view ``explanation-panel`` of a session."""

from __future__ import annotations

from typing import Any

from rhml_widgets.widgets._widget import View, static


class ExplanationPanel(View):
    """The reasons for an answered item, and what correcting one changes.

    Parameters
    ----------
    session : Session
    """

    view = "explanation-panel"
    _esm = static("explanation-panel.js")
    _css = static("theme.css")

    def make_props(self) -> dict[str, Any]:
        """Return this view's props."""
        return self._desk.explanation()
