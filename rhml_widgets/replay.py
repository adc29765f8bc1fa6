"""Replay: last month's session again, from its journal alone."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import JournalError
from rhml_widgets.opening import versions
from rhml_widgets.session import Session

if TYPE_CHECKING:
    import os

__all__ = ["replay"]


def replay(journal: str | os.PathLike[str], model: Any = None, pool: Any = None) -> Session:
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
    pool : list of str, Series or DataFrame
        The same items; rows may stand in another order.

    Returns
    -------
    Session
        Read-only.

    Raises
    ------
    JournalError
        If there is no such journal, or it was never begun.

    Warns
    -----
    UserWarning
        Where library versions differ from those of the session.
    """
    session = Session._replayed(model=model, pool=pool, journal=journal)  # noqa: SLF001 - a twin
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
        warnings.warn(
            "the session ran with other versions, so the model may differ by rounding: "
            + ", ".join(other),
            UserWarning,
            stacklevel=2,
        )
    return session


class _Replay(ModuleType):
    """A callable module: importing it puts it in the place of the function of its name."""

    def __call__(
        self, journal: str | os.PathLike[str], model: Any = None, pool: Any = None
    ) -> Session:
        return replay(journal, model, pool)


sys.modules[__name__].__class__ = _Replay
