"""Requests: what a page sends, taken for nothing it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session

__all__ = ["class_at", "class_named", "required", "seconds"]

MS_A_DAY = 86_400_000


def seconds(ms: Any) -> float | None:
    """Return a page's milliseconds as seconds; a page's clock may be odd, and is then ignored."""
    number = isinstance(ms, int | float) and not isinstance(ms, bool)
    return ms / 1000 if number and 0 <= ms < MS_A_DAY else None


_REQUIRED = {
    "event_id": "an id, the same in every resend",
    "seen": "the journal's seq when this was shown",
}


def required(name: str, value: Any) -> Any:
    """Refuse a request without what makes it safe to send twice, or late.

    Raises
    ------
    BadInputError
    """
    if value is None:
        msg = f"{name}=None: expected {_REQUIRED[name]}"
        raise BadInputError(msg)
    return value


def class_at(session: Session, index: Any) -> Label:
    """Return the class a page names by its place.

    Raises
    ------
    BadInputError
    """
    labels = session.classes_
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(labels):
        msg = f"class index {index!r}: expected 0 to {len(labels) - 1}"
        raise BadInputError(msg)
    return labels[index]


def class_named(session: Session, name: Any) -> Any:
    """Return a name as the session's classes are named: a page only writes words.

    Raises
    ------
    BadInputError
    """
    labels = session.classes_
    if not labels or not isinstance(name, str) or type(labels[0]) is not int:
        return name
    try:
        return int(name)
    except ValueError:
        msg = f"class {name!r}: the classes of this session are whole numbers"
        raise BadInputError(msg) from None
