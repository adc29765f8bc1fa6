"""The checkup in JupyterLab: the page answers, and both sides know."""

from __future__ import annotations

from lab import Lab
from lab_notebook import Notebook


def test_the_page_and_its_round_trip_are_told(tmp_path, browser):
    server = Lab(tmp_path)
    page = browser.new_page()
    try:
        notebook = Notebook(
            server,
            page,
            "doctor.ipynb",
            ["import rhml_widgets as rhml\nfound = rhml.doctor()\nfound"],
        )
        notebook.run()
        root = page.locator(".rhml-root[data-rhml-view='doctor']")
        root.get_by_text("to the kernel and back").wait_for(timeout=30_000)
        assert "Nothing wrong" in root.get_by_role("status").inner_text()
        told = notebook.ask("print(found)")
        assert "JupyterLab 4" in told
        assert "ms to the kernel and back" in told
        assert "not checked" not in told
        notebook.shutdown()
    finally:
        page.close()
        server.close()
