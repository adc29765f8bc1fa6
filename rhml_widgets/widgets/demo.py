"""The first session on bundled messages, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rhml_widgets.session import Session

CLASSES = {
    "billing": "invoices, payments, refunds, plans and prices",
    "bug": "something is broken: errors, crashes, wrong results",
    "how-to": "how something is done, where a setting is",
}


def demo(**arguments: Any) -> Session:
    """Open a session on the bundled messages, in memory.

    Parameters
    ----------
    **arguments
        Passed on to `Session`, for instance ``journal="demo.rhml"`` to keep it.

    Returns
    -------
    Session
        Displays the Workbench.

    Examples
    --------
    >>> session = demo()
    >>> session.classes_
    ['billing', 'bug', 'how-to']
    >>> session.close()
    """
    from rhml_widgets.datasets import load_messages
    from rhml_widgets.session import Session

    given = {"classes": CLASSES, "journal": None, **arguments}
    return Session(pool=load_messages()["text"], **given)
