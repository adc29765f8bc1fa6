"""How well each side does, and how far that can be trusted.

The frame of all curves is made by ``rhml_widgets.measures.curves.curves``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rhml_widgets.measures.agreement import (
        Checks,
        Kept,
        checks,
        cohen_kappa,
        human_accuracy,
        kept,
    )
    from rhml_widgets.measures.curves import repr_line, standing, thin
    from rhml_widgets.measures.intervals import (
        anytime,
        clopper_pearson,
        drifting,
        spending,
        wilson,
    )
    from rhml_widgets.measures.outcomes import Outcome, check_outcomes, stop_outcomes

_HOMES = {
    "Checks": "agreement",
    "Kept": "agreement",
    "Outcome": "outcomes",
    "anytime": "intervals",
    "check_outcomes": "outcomes",
    "checks": "agreement",
    "clopper_pearson": "intervals",
    "cohen_kappa": "agreement",
    "drifting": "intervals",
    "human_accuracy": "agreement",
    "kept": "agreement",
    "repr_line": "curves",
    "spending": "intervals",
    "standing": "curves",
    "stop_outcomes": "outcomes",
    "thin": "curves",
    "wilson": "intervals",
}

__all__ = [
    "Checks",
    "Kept",
    "Outcome",
    "anytime",
    "check_outcomes",
    "checks",
    "clopper_pearson",
    "cohen_kappa",
    "drifting",
    "human_accuracy",
    "kept",
    "repr_line",
    "spending",
    "standing",
    "stop_outcomes",
    "thin",
    "wilson",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'rhml_widgets.measures' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"rhml_widgets.measures.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
