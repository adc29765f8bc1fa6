"""Person: a simulated one, who knows the answers and errs as often as told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self, TypeAlias
from zlib import crc32

import numpy as np

from rhml_widgets.exceptions import BadInputError, UnknownTermError
from rhml_widgets.items.labels import read_labels
from rhml_widgets.simulate.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rhml_widgets.items.pool import Item
    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session

__all__ = ["Marks", "Person"]

Marks: TypeAlias = "Callable[[str, Label], Sequence[str]] | Mapping[Label, Sequence[str]]"
"""Terms that speak for a label: those of one text, or all there are by label."""

_WORD = re.compile(r"\w{2,}")


class Person:
    """A simulated person. Whatever such a person shows is simulated, and has to be said so.

    Uses the public face of a session only. Of an item asked for the n-th time the answer is the
    same in every session with the same ``random_state``, whatever was asked in between: so two
    strategies or models can be compared in pairs.

    Parameters
    ----------
    truth : Series by pool index, array by row, or dict by item id
        What the person would say without noise. Items without it are skipped.
    noise : float in [0, 1]
        Share of wrong answers, each drawn evenly from the other labels in ``truth``.
    marks : callable or dict, optional
        Terms given as rationale: ``marks(text, label)`` returns them, or ``{label: terms}``, of
        which those that occur in the text as whole words are given.
    wrong_marks : float in [0, 1]
        Share of marks replaced by a random word of the text.
    seconds : float
        Median duration of an answer, in simulated seconds; nothing is waited for.
    keeps : float in [0, 1]
        How often the person keeps its answer where the model stops it; else it takes the
        model's.
    clock : Clock, optional
        What a sweep takes it, and what it overlooks in one.
    random_state : int
    name : str
        For its repr.

    Attributes
    ----------
    n_answers, n_wrong, n_marks, n_skipped : int
        First answers given so far, how many of them were wrong, marks, items skipped.
    n_stops, n_kept : int
        How often the model spoke up, and how often the answer was kept.
    spent : float
        Simulated seconds so far.
    n_swept, n_put_out, n_swept_wrong : int
        Cards accepted in sweeps, cards put out of them, and accepted ones whose label is wrong.

    Examples
    --------
    >>> import rhml_widgets as rhml
    >>> pool = ["free prize now", "win a prize", "see you at home", "home at six"]
    >>> person = Person(["spam", "spam", "ham", "ham"])
    >>> with rhml.Session(pool=pool, journal=None, refit="sync") as session:
    ...     person.drive(session, 3)
    Person('simulated', 3 answers, noise 0)
    """

    def __init__(
        self,
        truth: Any,
        *,
        noise: float = 0.0,
        marks: Marks | None = None,
        wrong_marks: float = 0.0,
        seconds: float = 3.0,
        keeps: float = 0.8,
        clock: Clock | None = None,
        random_state: int = 0,
        name: str = "simulated",
    ) -> None:
        for argument, value in (("noise", noise), ("wrong_marks", wrong_marks), ("keeps", keeps)):
            if not 0.0 <= value <= 1.0:
                msg = f"{argument}={value!r}: expected a share between 0 and 1"
                raise BadInputError(msg)
        if not 0.0 <= seconds < float("inf"):
            msg = f"seconds={seconds!r}: expected a number of seconds, at least 0"
            raise BadInputError(msg)
        self.truth = truth
        self.noise = noise
        self.marks = marks
        self.wrong_marks = wrong_marks
        self.seconds = seconds
        self.keeps = keeps
        self.clock = Clock() if clock is None else clock
        self.random_state = random_state
        self.name = name
        self.n_answers = self.n_wrong = self.n_marks = self.n_skipped = 0
        self.n_stops = self.n_kept = 0
        self.n_swept = self.n_put_out = self.n_swept_wrong = 0
        self.spent = 0.0
        self._seen: dict[str, int] = {}

    def drive(self, session: Session, n_labels: int) -> Self:
        """Answer what the session asks until ``n_labels`` items are answered or none is left.

        Parameters
        ----------
        session : Session
        n_labels : int
            Answers to give, at least 0; a kept or revised answer does not count again.
        """
        known = read_labels(self.truth, session.pool, "truth")
        wanted = self.n_answers + n_labels
        put_aside: set[str] = set()
        while self.n_answers < wanted:
            items = session.query()
            if not items or items[0].item_id in put_aside:
                break
            item = items[0]
            right = known.get(item.item_id)
            if right is None:
                session.skip(item.item_id, why="no truth is known")
                put_aside.add(item.item_id)
                self.n_skipped += 1
                continue
            self._answer(session, item, right, sorted({*known.values()}, key=str))
        return self

    def sweep(self, session: Session, n_labels: int, *, n_cards: int = 12) -> Self:
        """Sweep pages until so many items are accepted, or it does not pay any more.

        Of each page it puts out the cards that do not fit, but for those it overlooks; what was
        put out waits in the queue and is for `drive`. Cards of unknown truth are put out. After
        a page of which it put out more than its clock's ``patience`` it leaves off.

        Parameters
        ----------
        session : Session
            With a model that speaks already.
        n_labels : int
            Items to accept, at least 0; the last page is accepted whole.
        n_cards : int
            On a page.
        """
        known = read_labels(self.truth, session.pool, "truth")
        wanted = self.n_swept + n_labels
        while self.n_swept < wanted:
            page = session.sweep(n=n_cards)
            if not page.items or page.label is None:
                break
            odd = [
                item
                for item in page.items
                if known.get(item.item_id) != page.label and not self._overlooks(item)
            ]
            out = {item.item_id for item in odd}
            kept = [item for item in page.items if item.item_id not in out]
            took = self.clock.sweep(len(page.items), len(odd))
            session.verify(kept, page.label, odd=odd, duration=took)
            self.spent += took
            self.n_swept += len(kept)
            self.n_put_out += len(odd)
            self.n_swept_wrong += sum(known.get(item.item_id) != page.label for item in kept)
            if len(odd) > self.clock.patience * len(page.items):
                break
        return self

    def _overlooks(self, item: Item) -> bool:
        seed = crc32(item.item_id.encode("utf-8", "surrogatepass"))
        rng = np.random.default_rng([self.random_state, seed, 0x51E9])
        return bool(rng.random() < self.clock.misses)

    def tell(self, session: Session, lessons: Mapping[Label, Sequence[str]]) -> Self:
        """Teach the session terms that speak for labels; those it has no feature for are left.

        Parameters
        ----------
        session : Session
        lessons : dict of label to list of str
        """
        for label, terms in lessons.items():
            for term in terms:
                try:
                    session.teach(term, label)
                except UnknownTermError:
                    continue
        return self

    def _answer(self, session: Session, item: Item, right: Label, labels: list[Label]) -> None:
        # Seeded by item, so that an answer does not depend on what was asked before it.
        n_before = self._seen.get(item.item_id, 0)
        self._seen[item.item_id] = n_before + 1
        seed = crc32(item.item_id.encode("utf-8", "surrogatepass"))
        rng = np.random.default_rng([self.random_state, seed, n_before])
        others = [label for label in labels if label != right]
        label = right
        if rng.random() < self.noise and others:
            label = others[int(rng.integers(len(others)))]
        duration = round(self.seconds * float(np.exp(rng.normal(0.0, 0.5))), 3)
        # It marks words; of rows and images it says nothing beyond the label.
        text = item.content if isinstance(item.content, str) else ""
        rationale = self._marks_on(text, label, rng)
        session.label(item.item_id, label, rationale=rationale or None, duration=duration)
        self.spent += duration
        self.n_answers += 1
        self.n_wrong += label != right
        self.n_marks += len(rationale)
        self._take_advice(session, item, label, duration, rng)

    def _take_advice(
        self,
        session: Session,
        item: Item,
        label: Label,
        duration: float,
        rng: np.random.Generator,
    ) -> None:
        advice = session.advise(item.item_id)
        if advice.arm != "full" or advice.label is None:
            return
        kept = bool(rng.random() < self.keeps)
        self.n_stops += 1
        self.n_kept += kept
        session.label(item.item_id, label if kept else advice.label, duration=duration)
        self.spent += duration

    def _marks_on(self, text: str, label: Label, rng: np.random.Generator) -> list[str]:
        if self.marks is None:
            return []
        if callable(self.marks):
            terms = [str(term) for term in self.marks(text, label)]
        else:
            held = f" {' '.join(_WORD.findall(text.casefold()))} "
            terms = [str(t) for t in self.marks.get(label, ()) if f" {str(t).casefold()} " in held]
        words = _WORD.findall(text)
        wrong = rng.random(len(terms)) < self.wrong_marks
        return [
            words[int(rng.integers(len(words)))] if swap and words else term
            for term, swap in zip(terms, wrong, strict=True)
        ]

    def __repr__(self) -> str:
        """Say that it is simulated, and what it did."""
        parts = [f"{self.name!r}" if "simulated" in self.name else f"simulated {self.name!r}"]
        parts += [f"{self.n_answers:,} answers", f"noise {self.noise:g}"]
        if self.marks is not None:
            parts.append(f"{self.n_marks:,} marks")
        if self.n_stops:
            parts.append(f"kept {self.n_kept} of {self.n_stops} at stops")
        return f"Person({', '.join(parts)})"
