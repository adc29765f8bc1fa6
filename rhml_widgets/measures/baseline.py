"""Baseline: what saying the same every time would reach, to hold a share of hits against."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rhml_widgets.measures.agreement import AT_LEAST, decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label

__all__ = ["baseline_words"]


def baseline_words(labels: Sequence[Label]) -> str:
    """Say what always naming the most common of some labels would reach; "" for none.

    The labels are those a share was counted against, so both stand on the same items. The class
    is chosen with hindsight: no guess without knowledge of the items could do better on them.

    Examples
    --------
    >>> baseline_words(["bug", "bug", "billing"])
    'always saying “bug” would reach 2 of 3'
    >>> baseline_words(["bug"] * 41 + ["billing"] * 59)
    'always saying “billing” would reach .59'
    """
    if not labels:
        return ""
    ((label, hits),) = Counter(labels).most_common(1)
    n = len(labels)
    reached = f"{hits} of {n}" if n < AT_LEAST else decimal(hits / n)
    return f"always saying “{label}” would reach {reached}"
