"""The nbconvert exporter: our widgets alive, others as their text, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbconvert")

from nbformat.v4 import (  # noqa: E402
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from rhml_widgets.report.exporter import RhmlExporter  # noqa: E402

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"


def shown(model_id: str, text: str, **data: str):
    bundle = {VIEW: {"model_id": model_id, "version_major": 2}, "text/plain": text, **data}
    return new_code_cell("x", outputs=[new_output("display_data", bundle)])


def notebook(*cells, **models):
    state = {
        name: {"model_name": "AnyModel", "model_module": module, "state": state}
        for name, (module, state) in models.items()
    }
    metadata = {"widgets": {STATE: {"state": state, "version_major": 2, "version_minor": 0}}}
    return new_notebook(cells=list(cells), metadata=metadata)


def ours(**state):
    return ("anywidget", {"_rhml_view": "flips", "props": {"seq": 1}, "_esm": "x", **state})


def convert(nb) -> str:
    return RhmlExporter().from_notebook_node(nb)[0]


def addresses(page: str) -> list[str]:
    return re.findall(r"""(?:src|href)=["']?(?!#|data:)([^"'\s>]+)""", page)


def test_our_views_become_places_and_their_modules_stand_once():
    page = convert(notebook(shown("a", "Flips(s)"), shown("b", "Flips(s)"), a=ours(), b=ours()))
    assert page.count('data-rhml-view="flips"') == 2
    assert page.count("data-rhml-models>") == 1
    assert page.count("rhmlViews??={}).flips=") + page.count('rhmlViews??={})["flips"]=') == 1
    assert "widget-state+json" not in page


def test_nothing_is_loaded_from_elsewhere_and_the_policy_says_so():
    page = convert(notebook(new_markdown_cell("$x$"), shown("a", "Flips(s)"), a=ours()))
    assert addresses(page.partition("<script")[0]) == []
    assert "cdnjs" not in page
    assert "unpkg" not in page
    assert "Content-Security-Policy" in page.partition("<style")[0]


def test_widgets_of_others_are_shown_as_their_text():
    slider = ("@jupyter-widgets/controls", {"value": 3})
    page = convert(
        notebook(shown("a", "Flips(s)"), shown("s", "IntSlider(value=3)"), a=ours(), s=slider)
    )
    assert "IntSlider(value=3)" in page
    assert "html-manager" not in page


def test_scripts_of_other_outputs_keep_running_without_a_policy_of_ours():
    script = '<script>document.write("<body>a whole page</body>")</script>'
    active = new_code_cell("x", outputs=[new_output("display_data", {"text/html": script})])
    page = convert(notebook(active, shown("a", "Flips(s)"), a=ours()))
    assert "Content-Security-Policy" not in page
    assert script in page
    # Behind the page's own end, not the one in the script.
    assert page.index("data-rhml-models>") > page.index("</main>")


def test_a_widget_whose_state_was_not_kept_shows_its_text_once():
    page = convert(notebook(shown("a", "Flips(triage)"), a=ours(props={})))
    assert page.count("Flips(triage)") == 1
    assert "data-rhml-model" not in page


def test_what_cannot_be_packed_does_not_stop_the_export(caplog):
    page = convert(notebook(shown("a", "Flips(triage)"), a=ours(props={"p": float("nan")})))
    assert "Flips(triage)" in page
    assert "cannot be packed" in caplog.text


def test_text_of_a_view_stays_text():
    attack = "</script><img src=x onerror=alert(1)>"
    page = convert(notebook(shown("a", attack), a=ours(props={"seq": 1, "words": attack})))
    assert "<img" not in page
    assert "\\u003cimg src=x" in page


def test_the_notebook_itself_is_left_as_it_is():
    nb = notebook(shown("a", "Flips(s)"), a=ours())
    before = nbformat.writes(nb)
    convert(nb)
    assert nbformat.writes(nb) == before


def test_it_is_listed_and_constructed_as_jupyter_does():
    exporter = RhmlExporter(config=None)
    assert exporter.enabled
    assert exporter.file_extension == ".html"
    assert exporter.export_from_notebook


BODY = re.compile(r"<body[^>]*>")
DARK = "@media (prefers-color-scheme: dark) {\n/*---"


def test_a_page_follows_its_readers_system_unless_a_theme_is_chosen():
    nb = notebook(shown("a", "Flips(s)"), a=ours())
    page = convert(nb)
    assert DARK in page
    assert "data-jp-theme-light" not in BODY.search(page)[0]
    for theme, told in (("light", "true"), ("dark", "false")):
        chosen = RhmlExporter(theme=theme).from_notebook_node(nb)[0]
        assert DARK not in chosen
        assert f'data-jp-theme-light="{told}"' in BODY.search(chosen)[0]
