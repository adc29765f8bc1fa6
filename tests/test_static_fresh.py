"""The built front end is what its sources build, and the sources write no markup."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "rhml_widgets" / "views" / "static"
SOURCES = [
    path for path in sorted((ROOT / "js" / "src").rglob("*")) if path.suffix in {".ts", ".tsx"}
]
STYLES = sorted((ROOT / "js" / "src").rglob("*.css"))
BUILD = "npm --prefix js ci && npm --prefix js run build"

# Text becomes markup, or a string code, only by one of these.
FORBIDDEN = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|setHTMLUnsafe)\b"
    r"|\bdocument\.write(?:ln)?\b"
    r"|\beval\s*\("
    r"|\bnew\s+Function\b|(?<![\w.])Function\s*\("
    r"|\bset(?:Timeout|Interval)\s*\(\s*[\"'`]"
    r"|setAttribute\(\s*[\"'`](?:style|on\w+|src|href)[\"'`]"
    r"|\bcreateContextualFragment\b|\bDOMParser\b"
    r"|\bfetch\s*\(|\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b|\bsendBeacon\b"
    r"|\bimport\s*\(\s*[\"'`]?https?:"
    r"|\blocalStorage\b|\bsessionStorage\b"
)


def test_static_is_what_the_sources_build(tmp_path):
    node = shutil.which("node")
    if node is None or not (ROOT / "js" / "node_modules" / "esbuild").is_dir():
        pytest.skip(f"the front end's tools are not installed: {BUILD}")
    built = tmp_path / "static"
    done = subprocess.run(
        [node, str(ROOT / "js" / "build.mjs"), "--outdir", str(built)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    fresh = {path.name: path.read_bytes() for path in built.iterdir()}
    kept = {path.name: path.read_bytes() for path in STATIC.iterdir()}
    stale = sorted(name for name in fresh | kept if fresh.get(name) != kept.get(name))
    assert not stale, f"{', '.join(stale)} in {STATIC.relative_to(ROOT)}: run `{BUILD}`"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_sources_write_text_never_markup(path):
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_load_nothing(path):
    assert not re.search(r"url\(|@import|@font-face", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_packages_are_pinned_by_version_and_name_no_server(name):
    text = (ROOT / "js" / name).read_text(encoding="utf-8")
    assert '"resolved"' not in text
    if name == "package.json":
        assert not re.search(r'": "[\^~><*]', text)


@pytest.mark.parametrize(
    "line",
    [
        "el.innerHTML = text",
        "root.insertAdjacentHTML('beforeend', x)",
        'el.setAttribute("style", css)',
        "new Function(code)()",
        "eval(code)",
        "document.write(x)",
        "setTimeout('go()', 1)",
        "await fetch(url)",
    ],
)
def test_the_search_finds_what_it_is_for(line):
    assert FORBIDDEN.search(line)
