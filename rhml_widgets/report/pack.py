"""pack: frozen views as one offline page.

The page holds each view's props once, each module once as an inline script, and one style. Its
policy, ``default-src 'none'`` with the hashes of exactly these scripts and this style, lets
nothing else run, load or be sent, whatever the texts in it say.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.report.markup import Html, element, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FrozenView", "Packed", "pack", "pack_views", "policy"]

VIEWS = frozenset(
    {
        "confusion-matrix",
        "explanation-panel",
        "flips",
        "label-queue",
        "learning-curves",
        "workbench",
    }
)
"""The views there are modules of."""

_VEGA = "vega"

# In a data block only these could be taken for markup, end a line or be no text at all.
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_UNFIT = re.compile(r"</(?:script|style)|<!--|[\r\0]", re.IGNORECASE)


@dataclass(frozen=True)
class FrozenView:
    """One view as it stood: what its widget would send to the page.

    Attributes
    ----------
    view : str
        ``"explanation-panel"``, ``"learning-curves"``, …
    traits : dict
        JSON values by trait: ``{"props": {...}}`` or ``{"props": ..., "curves": ...}``.
    """

    view: str
    traits: dict[str, Any]


@dataclass(frozen=True)
class Packed:
    """Parts of a page that shows frozen views.

    Attributes
    ----------
    places : tuple of Html
        One element a view, in order, to stand where the view shall.
    data : Html
        The data block; after the places, before the scripts.
    scripts : tuple of str
        Text of each script, in the order they run.
    style : str
        Text of the views' style.
    """

    places: tuple[Html, ...]
    data: Html
    scripts: tuple[str, ...]
    style: str

    def script_elements(self) -> Html:
        """Return the data block and the scripts, to stand at the end of the body."""
        return rendered(self.data, *(Html(f"<script>{text}</script>\n") for text in self.scripts))


def pack(
    views: Sequence[FrozenView | str],
    *,
    title: str,
    lead_html_parts: Sequence[str] = (),
    tail_html_parts: Sequence[str] = (),
    bare: bool = False,
    language: str = "en",
) -> str:
    """Return one HTML page, offline, with live panels.

    Parameters
    ----------
    views : sequence of FrozenView or str
        The panels, in order, with whatever stands between them.
    title : str
        The page's title and first heading.
    lead_html_parts, tail_html_parts : sequence of str
        What comes before and after the panels.
    bare : bool
        No heading and no margins: for a page that stands in a frame.
    language : str
        Of the page.

    Returns
    -------
    str
        The same text for the same input. Write it as UTF-8.

    Raises
    ------
    BadInputError
        A view without a module, or traits that are no JSON.

    Notes
    -----
    Wherever strings are taken, `rhml_widgets.report.markup.Html` stands as it is, and any other
    string becomes a paragraph of escaped text.

    Examples
    --------
    >>> page = pack([], title="Tickets", lead_html_parts=["31,400 of 40,000 <usable>"])
    >>> "<p>31,400 of 40,000 &lt;usable&gt;</p>" in page
    True
    """
    frozen = [part for part in views if isinstance(part, FrozenView)]
    packed = pack_views(frozen)
    places = iter(packed.places)
    middle = [next(places) if isinstance(part, FrozenView) else _block(part) for part in views]
    # Without a panel there is nothing to draw: then the page holds no script at all.
    scripts = packed.scripts if frozen else ()
    style = _static("report.css") + packed.style
    head = (
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy(scripts, [style])),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        Html(f"<style>{style}</style>"),
    )
    main = [
        *(() if bare else (element("h1", title),)),
        *map(_block, lead_html_parts),
        *middle,
        *map(_block, tail_html_parts),
    ]
    return "".join(
        (
            f'<!doctype html>\n<html lang="{rendered(language)}">\n<head>\n',
            *(f"{part}\n" for part in head),
            "</head>\n",
            '<body class="bare">\n' if bare else "<body>\n",
            "<main>\n",
            *(f"{part}\n" for part in main),
            "</main>\n",
            packed.script_elements() if frozen else "",
            "</body>\n</html>\n",
        )
    )


def pack_views(views: Sequence[FrozenView]) -> Packed:
    """Return the parts a page needs to show ``views``: each module once, unused ones left out.

    Raises
    ------
    BadInputError
        As `pack`.
    """
    for frozen in views:
        if frozen.view not in VIEWS:
            msg = f"view {frozen.view!r} cannot be packed: expected one of {sorted(VIEWS)}"
            raise BadInputError(msg)
    charted = any(_has_chart(frozen) for frozen in views)
    models = {
        str(number): {
            **frozen.traits,
            "frozen": True,
            "vega": _VEGA if _has_chart(frozen) else None,
        }
        for number, frozen in enumerate(views)
    }
    modules = [*sorted({frozen.view for frozen in views}), *([_VEGA] if charted else [])]
    return Packed(
        places=tuple(_place(str(number), frozen.view) for number, frozen in enumerate(views)),
        data=Html(
            '<script type="application/json" data-rhml-models>'
            f"{_json({'models': models})}</script>\n"
        ),
        scripts=tuple(_static(f"{name}.iife.js") for name in [*modules, "host"]),
        style=_static("theme.css"),
    )


def policy(scripts: Iterable[str], styles: Iterable[str] | None) -> str:
    """Return a Content-Security-Policy that allows these inline texts and nothing else.

    Parameters
    ----------
    scripts : iterable of str
        The exact text between the tags of each script.
    styles : iterable of str or None
        The same of each style; None: any inline style, for a page that is not ours alone.

    Returns
    -------
    str

    Examples
    --------
    >>> policy([], ["p{}"]).split("; ")[:2]
    ["default-src 'none'", "style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='"]
    """
    rules = ["default-src 'none'"]
    allowed = " ".join(_hash(text) for text in scripts)
    if allowed:
        rules.append(f"script-src {allowed}")
    inline = "'unsafe-inline'" if styles is None else " ".join(_hash(text) for text in styles)
    rules.append(f"style-src {inline}")
    return "; ".join((*rules, "img-src data:", "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _has_chart(frozen: FrozenView) -> bool:
    curves = frozen.traits.get("curves")
    return isinstance(curves, dict) and bool(curves.get("spec"))


def _place(model: str, view: str) -> Html:
    words = "This panel is drawn by a script, which this viewer does not run."
    return element("div", element("noscript", words), data_rhml_model=model, data_rhml_view=view)


def _block(part: str) -> Html:
    return part if isinstance(part, Html) else element("p", part)


def _json(value: Any) -> str:
    try:
        text = json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
        )
    except (TypeError, ValueError) as error:
        msg = f"a view's traits must be JSON values, and {error}: encode them with json_safe first"
        raise BadInputError(msg) from error
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@functools.cache
def _static(name: str) -> str:
    folder = files("rhml_widgets.views") / "static"
    text = (folder / name).read_bytes().decode("utf-8")
    # The hash is of what the browser's parser hands on: nothing in it may be read as markup.
    if _UNFIT.search(text):
        msg = f"{name} cannot stand inline in a page"
        raise RuntimeError(msg)
    return text
