"""What is preserved: the append-only log of a session, and the events it holds.

The journal is the only truth; whatever else the package knows is folded from it. An answer
counts as saved when `Journal.append` has returned, and not before.
"""

from __future__ import annotations

from rhml_widgets.journal.events import (
    EVENTS,
    SCHEMA,
    Audited,
    ClassAdded,
    CodebookRevised,
    CycleStepped,
    Entry,
    Event,
    Exposed,
    Extended,
    FitFailed,
    Fitted,
    Imported,
    Judged,
    Label,
    Noted,
    Opened,
    PhaseSet,
    Predicted,
    Queried,
    Resolved,
    Retracted,
    Scored,
    Shown,
    Skipped,
    Switched,
    Taught,
    decode,
    encode,
)
from rhml_widgets.journal.store import Journal

__all__ = [
    "EVENTS",
    "SCHEMA",
    "Audited",
    "ClassAdded",
    "CodebookRevised",
    "CycleStepped",
    "Entry",
    "Event",
    "Exposed",
    "Extended",
    "FitFailed",
    "Fitted",
    "Imported",
    "Journal",
    "Judged",
    "Label",
    "Noted",
    "Opened",
    "PhaseSet",
    "Predicted",
    "Queried",
    "Resolved",
    "Retracted",
    "Scored",
    "Shown",
    "Skipped",
    "Switched",
    "Taught",
    "decode",
    "encode",
]
