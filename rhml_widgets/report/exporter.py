"""The nbconvert exporter ``rhml``: a notebook as one offline page, its panels alive.

Jupyter lists every exporter it finds, and answers none at all where one fails to load: this
module imports nothing heavy, and an export that cannot show a panel shows what stands beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateNotFound
from nbconvert.exporters.html import HTMLExporter

if TYPE_CHECKING:
    from rhml_widgets.report.pack import FrozenView, Packed

__all__ = ["RhmlExporter"]

_STATE = "application/vnd.jupyter.widget-state+json"
_VIEW = "application/vnd.jupyter.widget-view+json"

_SYSTEM = "system"
_AS_LIGHT = ' data-jp-theme-light="true"'

# What is left of loaders whose address is empty: nothing they would do can be done offline.
_LOADERS = re.compile(
    r'<script src="">\s*</script>'
    r"|<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->"
    r'|<script type="module">(?:(?!</script>).)*?\.jp-Mermaid.*?</script>',
    re.DOTALL,
)


class RhmlExporter(HTMLExporter):
    """HTML that needs no network, with this package's widgets as live, frozen panels.

    Widgets of other packages need a kernel or a network: they are shown as their text. Formulas
    and diagrams stay as they were typed, images are put into the page.

    Where nothing else in the notebook is active, the page's policy is that of
    `rhml_widgets.report.pack.pack`, but for inline styles, which nbconvert itself writes. Where
    an output brings scripts or frames of its own the page has no policy: it would break them.

    The page is light or dark as its reader's system is; ``--theme light`` and ``--theme dark``
    choose.
    """

    export_from_notebook = "RHML report"

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)  # type: ignore[no-untyped-call]
        # A page that is to open offline leaves nothing to be fetched, whatever is configured.
        self.require_js_url = self.mathjax_url = self.mermaid_js_url = ""
        self.embed_images = True
        # After all others, so after the one that executes.
        self.register_preprocessor(self._swap)  # type: ignore[no-untyped-call]

    @property
    def default_config(self) -> Any:
        """What is so unless it is configured."""
        given = super().default_config
        given.HTMLExporter.theme = _SYSTEM
        return given

    def _init_resources(self, resources: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = super()._init_resources(resources)  # type: ignore[no-untyped-call]
        if self.theme == _SYSTEM:
            made["theme"] = "light"
        return made

    def from_notebook_node(  # type: ignore[override]
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook.

        Parameters
        ----------
        nb : NotebookNode
            With the state of its widgets; it is not changed.
        resources : dict, optional
        **kw : Any
            As nbconvert gives them.

        Returns
        -------
        tuple of str and dict
            The page, and nbconvert's resources.
        """
        page, resources = super().from_notebook_node(nb, resources, **kw)
        page = _LOADERS.sub("", page)
        if self.theme == _SYSTEM:
            page = self._with_dark(page)
        packed: Packed | None = resources.pop("rhml", None)
        return (page if packed is None else _with_panels(page, packed)), resources

    def _with_dark(self, page: str) -> str:
        """Let a light page be dark where its reader's system is."""
        environment = self.environment
        try:
            dark, *_ = environment.loader.get_source(environment, "static/theme-dark.css")
        except TemplateNotFound:
            return page  # a template with one theme only
        rules = (
            f"@media (prefers-color-scheme: dark) {{\n{dark}\n:root {{ color-scheme: dark }}\n}}"
        )
        page = page.replace("</head>", f"<style>{rules}</style>\n</head>", 1)
        # Our panels follow the system where no theme is named.
        head, body, rest = page.partition("<body")
        return head + body + rest.replace(_AS_LIGHT, "", 1)

    def _swap(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Put a place for a panel wherever one of our widgets was shown."""
        from rhml_widgets.report.markup import element, rendered
        from rhml_widgets.report.pack import pack_views

        # Without this data nbconvert shows the text of what is still a widget's view.
        kept = nb.metadata.pop("widgets", {}).get(_STATE, {}).get("state", {})
        shown: list[tuple[Any, FrozenView]] = []
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                view = output.get("data", {}).get(_VIEW)
                frozen = _frozen(kept.get(view.get("model_id"))) if view else None
                if frozen is not None:
                    shown.append((output, frozen))
        try:
            packed = pack_views([frozen for _, frozen in shown])
        except Exception:
            self.log.exception("The panels cannot be packed: their text is shown.")
            return nb, resources
        for (output, _), place in zip(shown, packed.places, strict=True):
            text = element("noscript", element("pre", output.data.get("text/plain", "")))
            output.data = {"text/html": rendered(place, text)}
        if shown:
            resources["rhml"] = packed
        return nb, resources


def _frozen(entry: Any) -> FrozenView | None:
    """Return the view a widget's saved state holds, where it is one of ours."""
    from rhml_widgets.report.pack import VIEWS, FrozenView

    if not entry or entry.get("model_module") != "anywidget":
        return None
    state = entry.get("state", {})
    view = state.get("_rhml_view")
    traits = {name: state[name] for name in ("props", "curves") if state.get(name)}
    return FrozenView(view, traits) if view in VIEWS and traits else None


def _with_panels(page: str, packed: Packed) -> str:
    from rhml_widgets.report.markup import element
    from rhml_widgets.report.pack import policy

    head = f"<style>{packed.style}</style>\n"
    if not _is_active(page):
        allowed = policy(packed.scripts, None)
        meta = element("meta", http_equiv="Content-Security-Policy", content=allowed)
        page = page.replace("<head>", f"<head>\n{meta}", 1)
    page = page.replace("</head>", f"{head}</head>", 1)
    # The last one: an output may hold a whole page.
    before, end, after = page.rpartition("</body>")
    return before + packed.script_elements() + end + after


def _is_active(page: str) -> bool:
    """Whether a page brings scripts or frames a policy of ours would stop."""
    from bs4 import BeautifulSoup

    def active(tag: Any) -> bool:
        return tag.name in {"script", "iframe", "frame", "object", "embed"} or any(
            name.startswith("on") for name in tag.attrs
        )

    return BeautifulSoup(page, features="html.parser").find(active) is not None
