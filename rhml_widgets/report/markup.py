"""Markup: HTML out of text, where text can never become anything else."""

from __future__ import annotations

import html

__all__ = ["Html", "element", "rendered"]

_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})


class Html(str):
    """Markup that may stand in a page as it is; any other string is text and gets escaped."""

    __slots__ = ()


def rendered(*parts: str) -> Html:
    """Join parts: `Html` as it is, text escaped.

    Examples
    --------
    >>> rendered(Html("<b>"), "a < b", Html("</b>"))
    '<b>a &lt; b</b>'
    """
    return Html("".join(p if isinstance(p, Html) else html.escape(p) for p in parts))


def element(tag: str, /, *children: str, **attributes: str | bool | None) -> Html:
    """Return one element.

    Parameters
    ----------
    tag : str
        Its name.
    *children : str
        `Html` stands as it is; text is escaped.
    **attributes : str, bool or None
        Underscores become hyphens, one at the end is dropped (``class_``). True: without a value;
        None or False: left out. A ``style`` is refused: a report's policy forbids it.

    Raises
    ------
    ValueError
        For a ``style`` attribute, and for children of an element that has none.

    Examples
    --------
    >>> element("p", "R&D: ", element("b", "3 < 4"), class_="lead")
    '<p class="lead">R&amp;D: <b>3 &lt; 4</b></p>'
    """
    if "style" in attributes or tag == "style":
        msg = "style attributes and elements cannot be written here: a report allows none"
        raise ValueError(msg)
    given = ""
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        given += f" {name.rstrip('_').replace('_', '-')}"
        if value is not True:
            given += f'="{html.escape(value)}"'
    if tag in _VOID:
        if children:
            msg = f"<{tag}> has no children"
            raise ValueError(msg)
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{rendered(*children)}</{tag}>")
