"""Replay: last month's session again, from its journal alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError, JournalError, warn
from rhml_widgets.journal.events import Fitted, Opened
from rhml_widgets.session import Session
from rhml_widgets.settings import versions

if TYPE_CHECKING:
    import os

__all__ = ["replay"]


def replay(
    journal: str | os.PathLike[str],
    model: Any = None,
    pool: Any = None,
    *,
    truth: Any = None,
    base: Any = None,
    root: str | os.PathLike[str] | None = None,
) -> Session:
    """Open a journal as it stands, read-only, its model built again from its answers.

    The state is the same to the byte: what was drawn, shown and scored is in the journal and is
    not computed again. The model is fitted again on the answers; with the same versions on the
    same machine its coefficients have the same bits, else they agree to 1e-9.

    Parameters
    ----------
    journal : path
        Left untouched.
    model : classifier or Pipeline, optional
        What the session was begun with.
    pool : list of str, Series, DataFrame, ndarray or scipy sparse matrix
        The same items; rows may stand in another order.
    truth : Series, array or dict, optional
        Known labels, as given to the session; they are in no journal. Without them nothing can be
        measured against them anew.
    base : (X, y), optional
        Old labeled rows, as given to the session; they are in no journal, and needed where it
        had any.
    root : path, optional
        The folder that image files are read from; None: the journal's.

    Returns
    -------
    Session
        Read-only.

    Raises
    ------
    JournalError
        If there is no such journal, or it was never begun.
    JournalMismatchError
        If the session learned from other old rows, or the pool is another one.

    Warns
    -----
    UserWarning
        Where the model or library versions differ from those of the session.
    """
    if journal is None:
        msg = "journal=None: expected the path of a journal; one in memory ends with its session"
        raise BadInputError(msg)
    session = Session._replayed(  # noqa: SLF001 - a twin
        model=model, pool=pool, journal=journal, truth=truth, base=base, root=root
    )
    opened = session.state.reopened
    if opened is None:
        session.close()
        msg = f"{session.name} holds no session: there is nothing to replay"
        raise JournalError(msg)
    now = versions()
    other = [
        f"{name} {held} then, {now.get(name)} now"
        for name, held in opened.versions.items()
        if now.get(name) != held
    ]
    if other:
        warn(
            "the session ran with other versions, so the model may differ by rounding: "
            + ", ".join(other)
        )
    then, given = _printed(_fitted_last(session)), _printed(repr(session.model.estimator))
    if then != given:
        warn(
            f"the session's last model was {then}, and this is {given}: its answers are not those "
            "of the session. Give replay(journal, model, pool) the same model"
        )
    return session


def _fitted_last(session: Session) -> str:
    """Return the model of the newest version as it was logged; before the first, the one given."""
    said = repr(session.model.estimator)
    for entry in session.events():
        if isinstance(entry.event, Fitted) and entry.event.params:
            said = entry.event.params
        elif isinstance(entry.event, Opened) and entry.event.model not in ("", "None"):
            said = entry.event.model
    return said


def _printed(model: str) -> str:
    # Addresses and line breaks in a repr tell no model from another.
    return " ".join(re.sub("0x[0-9a-fA-F]+", "", model).split())
