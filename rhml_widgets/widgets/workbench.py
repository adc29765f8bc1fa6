"""Workbench: the view ``workbench`` of a session."""

from __future__ import annotations

import logging
from typing import Any

from rhml_widgets.exceptions import RhmlError
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.widgets._widget import CurvesView, View, static

_LOG = logging.getLogger("rhml_widgets")


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
        super()._refresh_curves()
        try:
            self._desk.measure()
        except RhmlError:
            _LOG.exception("the audit could not be read")
        # Sentences and tabs come with the curve's numbers, which are paced. All is made anew: by
        # the time a paced curve is due, the rest of the props may be of the past. Another view may
        # have had them computed, so what counts is what is on this page.
        told = json_safe(self._desk.told())
        if self.props and any(self.props.get(name) != value for name, value in told.items()):
            View.refresh(self)
