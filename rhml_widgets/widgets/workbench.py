"""Workbench: the view ``workbench`` of a session."""

from __future__ import annotations

from typing import Any

from rhml_widgets.widgets._widget import CurvesView, View, static


class Workbench(CurvesView):
    """The whole session in one widget: queue, reasons, lessons, curves.

    Parameters
    ----------
    session : Session
    """

    view = "workbench"
    _esm = static("workbench.js")
    _css = static("theme.css")

    def make_props(self) -> dict[str, Any]:
        """Return this view's props, all but the curves."""
        return self._desk.workbench()

    def _refresh_curves(self) -> None:
        before = self._desk.standing
        super()._refresh_curves()
        if self.props and self._desk.standing != before:
            # The sentences come with the curve's numbers, which are paced. All is made anew: by
            # the time a paced curve is due, the rest of the props may be of the past.
            View.refresh(self)
