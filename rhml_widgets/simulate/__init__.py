"""Simulated people, for trials, tests and comparisons: what they show is simulated too."""

from __future__ import annotations

from rhml_widgets.simulate.clock import Clock
from rhml_widgets.simulate.person import Person

__all__ = ["Clock", "Person"]
