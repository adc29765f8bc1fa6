"""rhml-widgets: a notebook in which a person and a live model teach each other."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from rhml_widgets import charts, checks, datasets, measures, simulate
    from rhml_widgets.exceptions import RhmlError
    from rhml_widgets.knowledge.knowledge import Knowledge
    from rhml_widgets.machine import strategies
    from rhml_widgets.machine.explainers import explain
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.machine.live_model import LiveModel
    from rhml_widgets.machine.prior_logistic import PriorLogisticRegression
    from rhml_widgets.replaying import replay
    from rhml_widgets.session import Session
    from rhml_widgets.widgets.confusion_matrix import ConfusionMatrix
    from rhml_widgets.widgets.demo import demo
    from rhml_widgets.widgets.doctor import doctor
    from rhml_widgets.widgets.explanation_panel import ExplanationPanel
    from rhml_widgets.widgets.flips import Flips
    from rhml_widgets.widgets.label_queue import LabelQueue
    from rhml_widgets.widgets.learning_curves import LearningCurves
    from rhml_widgets.widgets.workbench import Workbench

_HOMES = {
    "ConfusionMatrix": "widgets.confusion_matrix",
    "Explanation": "machine.explanations",
    "ExplanationPanel": "widgets.explanation_panel",
    "Flips": "widgets.flips",
    "Knowledge": "knowledge.knowledge",
    "LabelQueue": "widgets.label_queue",
    "LearningCurves": "widgets.learning_curves",
    "LiveModel": "machine.live_model",
    "PriorLogisticRegression": "machine.prior_logistic",
    "RhmlError": "exceptions",
    "Session": "session",
    "Workbench": "widgets.workbench",
    "demo": "widgets.demo",
    "doctor": "widgets.doctor",
    "explain": "machine.explainers",
    "replay": "replaying",
}
_MODULES = {
    "charts": "charts",
    "checks": "checks",
    "datasets": "datasets",
    "measures": "measures",
    "simulate": "simulate",
    "strategies": "machine.strategies",
}

__all__ = [  # noqa: RUF022 - the order of a first session
    "Session",
    "demo",
    "Workbench",
    "LabelQueue",
    "ExplanationPanel",
    "Flips",
    "LearningCurves",
    "ConfusionMatrix",
    "explain",
    "replay",
    "doctor",
    "Explanation",
    "Knowledge",
    "LiveModel",
    "PriorLogisticRegression",
    "RhmlError",
    "charts",
    "checks",
    "datasets",
    "measures",
    "simulate",
    "strategies",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        found: Any = importlib.import_module(f"rhml_widgets.{_MODULES[name]}")
    elif name in _HOMES:
        found = getattr(importlib.import_module(f"rhml_widgets.{_HOMES[name]}"), name)
    else:
        msg = f"module 'rhml_widgets' has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
