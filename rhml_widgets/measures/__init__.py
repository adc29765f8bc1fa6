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
    from rhml_widgets.measures.audit import audited, class_shares, read_audit
    from rhml_widgets.measures.curves import repr_line, standing, thin
    from rhml_widgets.measures.finite import finite, finite_sum
    from rhml_widgets.measures.intervals import (
        anytime,
        clopper_pearson,
        drifting,
        spending,
        wilson,
    )
    from rhml_widgets.measures.outcomes import Outcome, check_outcomes, stop_outcomes
    from rhml_widgets.measures.stopping import advice
    from rhml_widgets.measures.usable import acceptable, best

_HOMES = {
    "Checks": "agreement",
    "Kept": "agreement",
    "Outcome": "outcomes",
    "acceptable": "usable",
    "advice": "stopping",
    "anytime": "intervals",
    "audited": "audit",
    "best": "usable",
    "check_outcomes": "outcomes",
    "checks": "agreement",
    "class_shares": "audit",
    "clopper_pearson": "intervals",
    "cohen_kappa": "agreement",
    "drifting": "intervals",
    "finite": "finite",
    "finite_sum": "finite",
    "human_accuracy": "agreement",
    "kept": "agreement",
    "read_audit": "audit",
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
    "acceptable",
    "advice",
    "anytime",
    "audited",
    "best",
    "check_outcomes",
    "checks",
    "class_shares",
    "clopper_pearson",
    "cohen_kappa",
    "drifting",
    "finite",
    "finite_sum",
    "human_accuracy",
    "kept",
    "read_audit",
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
