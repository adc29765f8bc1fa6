"""LearningCurves: the view ``learning-curves`` of a session."""

from __future__ import annotations

from typing import Any

from rhml_widgets.widgets._widget import CurvesView, static


class LearningCurves(CurvesView):
    """What each side knows so far, each number with its doubt and its reference.

    Parameters
    ----------
    session : Session
    """

    view = "learning-curves"
    _esm = static("learning-curves.js")
    _css = static("theme.css")

    def make_props(self) -> dict[str, Any]:
        """Return nothing: all of this view travels in ``curves``."""
        return {}
