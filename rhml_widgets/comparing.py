"""Comparing: where the two sides gave different labels, and the items of each such place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.labels import clean_label, require_class
from rhml_widgets.knowing import Knowing
from rhml_widgets.measures.confusion import ANSWERS, TRUTH, Confusion, compared, comparisons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label

__all__ = ["Comparing"]


class Comparing(Knowing):
    """The part of a session that lays two sides' labels of the same items side by side."""

    def comparisons(self) -> list[str]:
        """Return the names that `confusion` takes here."""
        with self._lock:
            return comparisons(self._state, held=bool(self._held_truth()))

    def compared(self, of: str = ANSWERS) -> Confusion:
        """Return a comparison item by item, for views; see `confusion`."""
        with self._lock:
            known = comparisons(self._state, held=bool(self._held_truth()))
            if of not in known:
                msg = f"of={of!r}: expected one of {', '.join(map(repr, known))}"
                raise BadInputError(msg)
            truth = self._held_truth() if of == TRUTH else {}
            live = self._learner.live is not None
            said = {
                own_id: self._learner.predicted(self.pool.number(own_id))
                for own_id in truth
                if live
            }
            return compared(self._state, of, truth=truth, said=said)

    def confusion(self, of: str = ANSWERS) -> pd.DataFrame:
        """Return how many items were given which label by one side and which by the other.

        Parameters
        ----------
        of : str
            "checks": your blind answers against what the model said before, on items drawn at
            random. "answers": the same on all you answered blind; most of these were asked because
            the model was unsure, so they show where you two differ, not how often. "truth": given
            truth against what the model says now, on the holdout. "changed": your first answer
            against your newest. "person:<name>": you against another, on items shared blind.

        Returns
        -------
        DataFrame
            Counts; a row for each label of the first, a column for each of the second, all
            classes in their order.

        Examples
        --------
        >>> import rhml_widgets as rhml
        >>> pool = ["card lost", "lost my card today", "refund please", "my refund"]
        >>> with rhml.Session(pool=pool, journal=None, classes=["card", "refund"]) as session:
        ...     for item in session.query(2):
        ...         _ = session.label(item, "card" if "card" in item.content else "refund")
        ...     int(session.confusion().to_numpy().sum())
        2
        """
        found = self.compared(of)
        labels = self.classes_
        counts = found.counts()
        return pd.DataFrame(
            [[counts[row, column] for column in labels] for row in labels],
            index=pd.Index(labels, name=found.rows),
            columns=pd.Index(labels, name=found.columns),
            dtype="int64",
        )

    def confused(
        self, row: Label, column: Label, of: str = ANSWERS, *, but: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Return the items of one cell of `confusion`.

        Where it tells the model's view, these items are logged as exposed.

        Parameters
        ----------
        row, column : label
        of : str
            See `confusion`.
        but : sequence of item_id
            Left out, and so not exposed.

        Returns
        -------
        DataFrame
            item_id, position, content, ``row`` and ``column`` (their labels).

        Raises
        ------
        UnknownLabelError
            If one of the labels is no class.
        """
        first, second = clean_label(row), clean_label(column)
        for label in (first, second):
            require_class(label, self.classes_)
        found = self.compared(of)
        ids = [one for one in found.cell(first, second) if one in self.pool and one not in but]
        if found.tells_model:
            self._expose(ids, "confusion")
        rows: list[dict[str, Any]] = [
            {
                "item_id": own_id,
                "position": int(self.pool.positions[self.pool.number(own_id)]),
                "content": self.pool.contents[self.pool.number(own_id)],
                "row": first,
                "column": second,
            }
            for own_id in ids
        ]
        return pd.DataFrame(rows, columns=["item_id", "position", "content", "row", "column"])

    def _held_truth(self) -> dict[str, Label]:
        held = (self.pool.ids[number] for number in self._learner.held)
        return {one: self._truth[one] for one in held if one in self._truth}
