"""The checkup in JupyterLab: the page answers, and both sides know."""

from __future__ import annotations


def test_the_page_and_its_round_trip_are_told(open_notebook):
    notebook = open_notebook("doctor", "import rhml_widgets as rhml\nfound = rhml.doctor()\nfound")
    root = notebook.panel.locator(".rhml-root[data-rhml-view='doctor']")
    root.get_by_text("to the kernel and back").wait_for(timeout=30_000)
    assert "Nothing wrong" in root.get_by_role("status").inner_text()
    told = notebook.ask("print(found)")
    assert "JupyterLab 4" in told
    assert "ms to the kernel and back" in told
    assert "not checked" not in told
