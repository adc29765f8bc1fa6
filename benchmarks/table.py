"""What all benchmarks share: arguments, texts to measure on, sides timed in turn, and a table."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "Corpus",
    "arguments",
    "corpus",
    "deliver",
    "in_turn",
    "markdown",
    "ms",
    "p95",
    "ratio",
    "timed",
]

Name = TypeVar("Name", str, int)

N_WORDS = 20_000
"""Made-up words that tell longer pools' messages apart; the k-th comes about 1/k as often."""

_SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "tu",
    "va",
    "we",
    "xi",
    "yo",
    "za",
    "bre",
]


@dataclass(frozen=True)
class Corpus:
    """Different texts, each with the label that a person would give it.

    Attributes
    ----------
    texts : list of str
    labels : list of str
    source : str
        Where they come from, in words.
    """

    texts: list[str]
    labels: list[str]
    source: str

    @property
    def classes(self) -> list[str]:
        """The labels, each once, sorted."""
        return sorted(set(self.labels))


def arguments(description: str) -> argparse.ArgumentParser:
    """Return a parser of the arguments that all benchmarks take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, help="a CSV file of texts; default: bundled messages")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--label", default="label", help="its column of labels")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    return parser


def corpus(given: argparse.Namespace, n: int | None = None, *, seed: int = 0) -> Corpus:
    """Return ``n`` different texts, shuffled; all there are where ``n`` is None.

    Where more are asked for than there are, the first half of one message goes on with the second
    half of another and two made-up words: words come about as often as in real texts, but not in
    the company they usually keep. The label is that of the first half.

    Parameters
    ----------
    given : Namespace
        From a parser made by `arguments`.
    n : int, optional
    seed : int
    """
    frame, text, label, source = _read(given)
    frame = frame[[text, label]].dropna().drop_duplicates(text)
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(frame))
    texts = [str(one) for one in frame[text].to_numpy()[order]]
    labels = [str(one) for one in frame[label].to_numpy()[order]]
    if n is None or n <= len(texts):
        return Corpus(texts[:n], labels[:n], source)
    n_real, seen = len(texts), set(texts)
    split = [one.split() for one in texts]
    words = _words(draw)
    while len(texts) < n:
        rare = draw.zipf(1.3, size=(n, 2)) % N_WORDS
        for (i, j), row in zip(
            draw.integers(n_real, size=(n, 2)).tolist(), rare.tolist(), strict=True
        ):
            front, back = split[i], split[j]
            parts = front[: -(-len(front) // 2)] + back[len(back) // 2 :]
            spliced = " ".join([*parts, *(words[k] for k in row)])
            if spliced not in seen and len(texts) < n:
                seen.add(spliced)
                texts.append(spliced)
                labels.append(labels[i])
    return Corpus(texts, labels, f"{source}, spliced from {n_real:,} on")


def _read(given: argparse.Namespace) -> tuple[Any, str, str, str]:
    if given.data is None:
        from rhml_widgets.datasets import load_messages

        return load_messages(), "text", "topic", "bundled synthetic messages"
    import pandas as pd

    return pd.read_csv(given.data), given.text, given.label, given.data.name


def _words(draw: np.random.Generator) -> list[str]:
    picked = draw.integers(len(_SYLLABLES), size=(N_WORDS, 4)).tolist()
    return ["".join(_SYLLABLES[k] for k in row) for row in picked]


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def in_turn(
    sides: Mapping[Name, Callable[[], object]], rounds: int, *, warm: int = 3
) -> dict[Name, list[float]]:
    """Time all sides in turn, forwards and backwards, so that other load meets all alike.

    Parameters
    ----------
    sides : mapping of name to callable
        A name may be a str or a number.
    rounds : int
    warm : int
        Rounds before that do not count.

    Returns
    -------
    dict of name to list of float
        Seconds of each counted round.
    """
    times: dict[Name, list[float]] = {name: [] for name in sides}
    for i in range(warm + rounds):
        for name, action in sides.items() if i % 2 else reversed(sides.items()):
            took = timed(action)
            if i >= warm:
                times[name].append(took)
    return times


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def ms(seconds: float) -> str:
    """Write a duration in milliseconds."""
    return f"{seconds * 1e3:,.2f}"


def ratio(ours: Sequence[float], base: Sequence[float]) -> str:
    """Write how many times as long the median of ours is."""
    return f"{median(ours) / median(base):.2f}"


def markdown(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a heading and a markdown table; columns of numbers are aligned right."""
    cells = [[_cell(one) for one in row] for row in rows]
    numeric = [
        all(row[k].lstrip("<≤-")[:1].isdigit() or not row[k] for row in cells)
        for k in range(len(header))
    ]
    lines = [f"### {title}", "", _line(header)]
    lines.append(_line(["---:" if right else ":---" for right in numeric]))
    lines += [_line(row) for row in cells]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text.replace("|", "\\|")


def deliver(text: str, out: Path | None) -> None:
    """Print a table, and write it to a file where one is given."""
    print(text, end="")
    if out is not None:
        out.write_text(text, encoding="utf-8")
