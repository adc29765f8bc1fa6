"""ConfusionMatrix: the view ``confusion-matrix`` of a session."""

from __future__ import annotations

from typing import Any

from rhml_widgets.widgets._widget import View, static


class ConfusionMatrix(View):
    """Which label each side gave where the other gave which; a cell, opened, lists its items.

    You against the model, truth against the model, you then against you now, you against another
    person. From an open cell an item's reasons open in the explanation panel, and more items like
    its own can be asked next.

    Parameters
    ----------
    session : Session
    """

    view = "confusion-matrix"
    _esm = static("confusion-matrix.js")
    _css = static("theme.css")

    def make_props(self) -> dict[str, Any]:
        """Return this view's props."""
        return self._desk.confusion.props()
