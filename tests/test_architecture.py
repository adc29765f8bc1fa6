"""The wall: imports point one way, and only widgets/ knows the widget libraries."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rhml_widgets"
LAYERS = [
    {"exceptions"},
    {"items"},
    {"journal"},
    {"knowledge"},
    {
        "records",
        "seats",
        "retold",
        "coded",
        "overseen",
        "understood",
        "folded",
        "state",
    },
    {"measures"},
    {"machine"},
    {"human"},
    {
        "settings",
        "reopening",
        "opening",
        "frames",
        "results",
        "acceptance",
        "dialog",
        "asking",
        "answering",
        "teaching",
        "advising",
        "measuring",
        "growing",
        "finding",
        "sweeping",
        "contradicting",
        "people",
        "cycling",
        "comparing",
        "live_codebook",
        "articulating",
        "overseeing",
        "knowing",
        "shared",
        "shared_lexicon",
        "shared_map",
        "session",
        "replaying",
        "datasets",
        "checkup",
    },
    {"charts"},
    {"views"},
    {"report"},
    {"simulate", "checks"},
    {"widgets"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
FRONT_END = {"anywidget", "ipywidgets", "traitlets", "IPython"}
UPWARD = {("session.py", "widgets"), ("session.py", "report")}
# Labels are named in events; items may know the name of that type, not more.
TYPES_ONLY = {("items/labels.py", "journal")}
FILES = sorted(PACKAGE.rglob("*.py"))


def imports(path):
    """Return (module, inside a function, under TYPE_CHECKING) of each import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def walk(node, inside, typing):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, inside, typing) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: relative import"
                names = [f"{child.module}.{alias.name}" for alias in child.names]
                yield from ((name, inside, typing) for name in names)
            guarded = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from walk(child, inside or function, typing or guarded)

    return list(walk(tree, inside=False, typing=False))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    name = path.relative_to(PACKAGE).as_posix()
    if name == "__init__.py":
        return
    own = name.split("/")[0].removesuffix(".py")
    assert own in RANK, f"{name} has no place in the house: add it to LAYERS"
    for module, inside, typing in imports(path):
        if not module.startswith("rhml_widgets."):
            continue
        other = module.split(".")[1]
        if other not in RANK or RANK[other] <= RANK[own]:
            continue
        if typing and (name, other) in TYPES_ONLY:
            continue
        known = inside and (name, other) in UPWARD
        assert known, f"{name} imports {module} from above"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_widgets_know_the_front_end(path):
    if path.relative_to(PACKAGE).parts[0] == "widgets":
        return
    known = {module.split(".")[0] for module, _, _ in imports(path)}
    assert not known & FRONT_END


@pytest.mark.parametrize("layer", ["machine", "human", "measures"])
def test_the_sides_never_see_a_session(layer):
    for path in (PACKAGE / layer).rglob("*.py"):
        assert not [m for m, _, _ in imports(path) if m.startswith("rhml_widgets.session")]
