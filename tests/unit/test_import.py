"""Importing the package is cheap, starts nothing, and every public name is there."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import rhml_widgets

HEAVY = ("sklearn", "pandas", "altair", "shap", "scipy", "numpy", "anywidget", "ipywidgets")


def probe(code):
    """Run code in a fresh interpreter; return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_nothing_heavy_is_loaded_and_no_thread_started():
    told = probe(
        "import json, sys, threading\n"
        "import rhml_widgets\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(json.dumps([heavy, threading.active_count()]))"
    )
    assert told == [[], 1]


def test_the_namespaces_are_as_lazy():
    told = probe(
        "import json, sys\n"
        "import rhml_widgets as rhml\n"
        "rhml.datasets, rhml.measures, rhml.RhmlError, dir(rhml)\n"
        "print(json.dumps([name for name in ('sklearn', 'altair', 'shap') if name in sys.modules]))"
    )
    assert told == []


@pytest.mark.parametrize("name", rhml_widgets.__all__)
def test_every_public_name_resolves_and_is_documented(name):
    found = getattr(rhml_widgets, name)
    assert name in dir(rhml_widgets)
    assert (found.__doc__ or "").strip()


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        _ = rhml_widgets.Sesion
    assert not hasattr(rhml_widgets, "np")
