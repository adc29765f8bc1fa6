"""Benchmarks: each runs end to end on something tiny and prints its table; no time is judged."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = {
    "append": "--rounds 3",
    "audit": "--seeds 1 --sessions 3 --labels 40 --checks 40",
    "twice": "--seeds 1 --labels 60 --looks 5",
    "knowledge": "--seeds 1 --taught 24 --cycles 2 --labels 10",
    "explain": "--items 320 --rounds 2",
    "flat": "--labels 20 60 --rounds 3",
    "importing": "--rounds 1",
    "labels": "--seeds 1 --budget 10 --strategies random --no-extras",
    "latency": "--pools 120 --rounds 4 --warm 3",
    "refit": "--items 1100 --rounds 2",
    "reopen": "--events 400 --pool 130 --rounds 2",
    "sweeps": "--items 80 --labels 30 --start 12 --seeds 1",
    "warm": "--seeds 1 --budget 20",
    "wire": "--labels 40 --rounds 2 --seconds 0.5",
}


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def run(name, arguments, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [f"benchmarks.{name}", *arguments.split()])
    importlib.import_module(f"benchmarks.{name}").main()
    return capsys.readouterr().out


def cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


@pytest.mark.parametrize("name", sorted(TINY))
def test_it_prints_a_table_and_writes_the_same(name, tmp_path, monkeypatch, capsys):
    out = tmp_path / "table.md"
    told = run(name, f"{TINY[name]} --out {out}", monkeypatch, capsys)
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert len(rows) > 2
    assert out.read_text(encoding="utf-8").strip() == told.strip()


def test_all_are_run_together(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    whole = importlib.import_module("benchmarks.__main__")
    files = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    runnable = {
        name
        for name in files - {"__main__", "__init__"}
        if "def main(" in (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
    }
    assert set(whole.SIZES) == runnable == set(TINY)


def test_running_them_together_collects_the_tables(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        importlib.import_module("benchmarks.__main__"), "SIZES", {"append": "--rounds 3"}
    )
    out = tmp_path / "tables.md"
    told = run("__main__", f"--only append --out {out}", monkeypatch, capsys)
    assert told.startswith("## append")
    assert "| 100,000 | median |" in out.read_text(encoding="utf-8")


def test_one_that_fails_is_told_and_the_others_are_run(tmp_path, monkeypatch, capsys):
    whole = importlib.import_module("benchmarks.__main__")
    monkeypatch.setattr(whole, "SIZES", {"wire": "--nonsense", "append": "--rounds 3"})
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "wire", "append"])
    assert whole.main() == 1
    told = capsys.readouterr().out
    assert "failed, status 2" in told
    assert "| 100,000 | median |" in told


def outcomes(marked, wrong, base=(0.1, 0.3)):
    """Three seeds of curves that grow from one score to another over 200 labels."""
    labels = importlib.import_module("benchmarks.labels")

    def curve(low, high, step):
        return [low + (high - low) * i / 20 + 0.001 * step for i in range(21)]

    return [
        labels.Outcome(
            seed,
            0.9,
            500,
            {
                "diverse": curve(*base, seed),
                "right marks": curve(*marked, seed),
                "40 % wrong marks": curve(*wrong, seed),
            },
        )
        for seed in range(3)
    ]


@pytest.mark.parametrize(
    ("marked", "wrong", "right", "other"),
    [
        ((0.2, 0.4), (0.1, 0.3), "met", "met"),
        ((0.1, 0.3), (0.1, 0.28), "missed", "missed"),
    ],
)
def test_the_goals_of_marks_are_judged(marked, wrong, right, other):
    tables = importlib.import_module("benchmarks.label_tables")
    told = tables.report("heading", ["diverse"], outcomes(marked, wrong))
    lines = [line for line in told.splitlines() if line.startswith("- ")]
    assert f"**{right}**" in lines[0]
    assert f"**{other}**" in lines[1]
    assert "| run | 0 | 20 | 50 | 80 | 100 | 150 | 200 |" in told


def test_short_runs_are_not_judged():
    tables = importlib.import_module("benchmarks.label_tables")
    short = [
        type(one)(one.seed, one.full, one.n_pool, {k: v[:5] for k, v in one.curves.items()})
        for one in outcomes((0.2, 0.4), (0.1, 0.3))
    ]
    assert "goal" not in tables.report("heading", ["diverse"], short)


def test_texts_of_ones_own(tmp_path, monkeypatch, capsys):
    data = tmp_path / "tickets.csv"
    lines = [f"a lost card number {i},card\nwhere is my money {i},refund" for i in range(40)]
    data.write_text("words,kind\n" + "\n".join(lines), encoding="utf-8")
    told = run(
        "reopen",
        f"--events 300 --pool 130 --rounds 2 --data {data} --text words --label kind",
        monkeypatch,
        capsys,
    )
    assert "Journal.entries()" in told


def given(monkeypatch, *arguments):
    table = importlib.import_module("benchmarks.table")
    return table, table.arguments("for a test").parse_args(list(arguments))


def test_longer_corpora_hold_different_texts(monkeypatch):
    table, told = given(monkeypatch)
    found = table.corpus(told, 2000)
    assert len(found.texts) == len(found.labels) == len(set(found.texts)) == 2000
    assert found.classes == ["billing", "bug", "how-to"]
    assert table.corpus(told, 50).texts == found.texts[:50]
    assert table.corpus(told, 50, seed=1).texts != found.texts[:50]


def test_sides_are_timed_in_turn(monkeypatch):
    table, _ = given(monkeypatch)
    order = []
    times = table.in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert "".join(order[:4]) in {"abba", "baab"}
    assert {name: len(took) for name, took in times.items()} == {"a": 2, "b": 2}


def test_a_table_aligns_numbers_and_keeps_its_columns(monkeypatch):
    table, _ = given(monkeypatch)
    lines = table.markdown("Title", ("what", "n"), [("a|b", 1234), ("c", 5)]).splitlines()
    assert lines[0] == "### Title"
    assert cells(lines[3]) == [":---", "---:"]
    assert lines[4] == r"| a\|b | 1,234 |"


def test_a_past_is_what_was_asked_for(tmp_path, monkeypatch):
    from rhml_widgets import Session
    from rhml_widgets.items.pool import Pool

    table, told = given(monkeypatch)
    past = importlib.import_module("benchmarks.past")
    texts = table.corpus(told, 200)
    pool = Pool(texts.texts)
    truth = dict(zip(pool.ids, texts.labels, strict=True))
    path = tmp_path / "past.rhml"
    past.begin(path, pool, texts, 150, holdout=20)
    with Session(pool=pool, journal=path, truth=truth, refit="manual") as session:
        assert session.state.n_labeled == 150
        assert not set(session.state.answers) & set(session.state.opened.holdout)
        assert {"checks", "holdout"} <= set(session.curves()["basis"])


def test_a_page_answers_what_is_asked_and_weighs_what_is_sent(monkeypatch):
    import rhml_widgets as rhml

    table, told = given(monkeypatch)
    page = importlib.import_module("benchmarks.page")
    texts = table.corpus(told, 60)
    with (
        page.listening(weigh=True) as sent,
        rhml.Session(
            pool=texts.texts, classes=texts.classes, journal=None, refit="sync"
        ) as session,
    ):
        one = page.Page(session, rhml.Workbench(session), texts)
        one.begin(5)
        assert session.state.n_labeled == 5 + len(texts.classes)
        last = [update for update in sent if "props" in update.sizes][-1]
        size = len(json.dumps(one.view.props, ensure_ascii=False).encode())
        assert last.sizes["props"] == size
