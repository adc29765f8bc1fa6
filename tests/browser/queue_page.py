"""The labeling queue as a person at the keyboard finds it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab_notebook import Notebook

MESSAGES = Path(__file__).parents[2] / "rhml_widgets" / "messages.csv"
KEYS = {"billing": "1", "bug": "2", "how-to": "3"}
OFTEN = ", purposes={'check': .6, 'teach': .4}"
SMALL = """import rhml_widgets as rhml
texts = ['the invoice came twice', 'it crashes at the start', 'where do I set my name',
         'please refund the plan']
session = rhml.Session(pool=texts, classes={classes!r}, journal={journal!r})
session"""
ONE_WORD = """import rhml_widgets as rhml
places = ('amber birch cedar delta ember fjord grove haven inlet jetty knoll larch maple north '
          'ocean pearl quartz river slate tulip umber viola willow xenon yacht zebra').split()
texts = [f'escrow {{place}} {{end}}' for place in places for end in ('today', 'again')]
texts += [f'hello {{place}} {{end}}' for place in places for end in ('today', 'again')]
session = rhml.Session(pool=texts, classes=['trade', 'chat'], journal={journal!r})
session"""
NEXT = """([root, before]) => {
  const item = root.querySelector('[data-item-id]');
  return root.querySelector("[data-action='next']") || item?.dataset.itemId !== before;
}"""
LABELED = "([root, n]) => root.querySelector('[role=progressbar]')?.ariaValueNow >= n"
PAINTED = """() => new Promise((go) =>
  requestAnimationFrame(() => requestAnimationFrame(go)))"""
SOON = 15_000


def flat(text: str) -> str:
    """Return a text with every stretch of white space as one space."""
    return " ".join(text.split())


def topics() -> dict[str, str]:
    """Return the bundled messages' topics by text."""
    with MESSAGES.open(encoding="utf-8", newline="") as file:
        return {flat(row["text"]): row["topic"] for row in csv.DictReader(file)}


TOPICS = topics()


def demo(journal: str, more: str = "") -> str:
    """Return a cell that opens the bundled messages."""
    return f"""import rhml_widgets as rhml
session = rhml.demo(journal={journal!r}{more})
session"""


def small(journal: str, classes: Sequence[str] = tuple(KEYS)) -> str:
    """Return a cell that opens four messages."""
    return SMALL.format(journal=journal, classes=list(classes))


class Queue:
    """A queue in the page, used as a person would."""

    def __init__(self, notebook: Notebook, view: str = "workbench", within: Any = None) -> None:
        self.notebook, self.page = notebook, notebook.page
        place = notebook.panel if within is None else within
        self.root = place.locator(f".rhml-root[data-rhml-view='{view}']").first
        self.root.wait_for(timeout=30_000)
        self.item = self.root.locator("[data-item-id]").first
        self.status = self.root.locator("[role='status']").first

    def focus(self) -> None:
        """Click the item: it takes the keys."""
        self.item.click()

    def current(self) -> str | None:
        """Return the id of the item shown."""
        return self.item.get_attribute("data-item-id")

    def text(self) -> str:
        """Return the text of the item shown."""
        return flat(self.item.inner_text())

    def act(self, name: str) -> Any:
        """Return the first control of an action."""
        return self.root.locator(f"[data-action='{name}']:visible").first

    def answer(self, *, wrong: bool = False) -> bool:
        """Answer the message shown by its key; return whether the model spoke up."""
        before = self.current()
        names = list(KEYS)
        topic = TOPICS[self.text()]
        label = names[(names.index(topic) + 1) % 3] if wrong else topic
        self.press(KEYS[label])
        self.await_next(before)
        return self.stopped()

    def await_next(self, before: str | None) -> None:
        """Wait until another item, or advice, is shown."""
        self.page.wait_for_function(NEXT, arg=[self.root.element_handle(), before], timeout=SOON)

    def answer_many(self, n: int) -> None:
        """Answer ``n`` messages, all saved, keeping each the model speaks up against."""
        before = self.labeled()
        for _ in range(n):
            if self.answer():
                self.keep()
        self.await_labeled(before + n)

    def labeled(self) -> int:
        """Return how many items are said to be labeled."""
        bar = self.root.get_by_role("progressbar").first
        return int(bar.get_attribute("aria-valuenow") or 0)

    def await_labeled(self, n: int) -> None:
        """Wait until ``n`` items are said to be labeled: the next may be drawn before."""
        arg = [self.root.element_handle(), n]
        self.page.wait_for_function(LABELED, arg=arg, timeout=SOON)

    def answer_until_stop(self, most: int = 80) -> None:
        """Answer, every third one wrong, until the model speaks up."""
        for n in range(most):
            if self.answer(wrong=n > 15 and n % 3 == 0):
                return
        pytest.fail("the model never spoke up")

    def await_labeled_exactly(self, n: int) -> None:
        """Wait until ``n`` items are said to be labeled: it may be fewer than before."""
        bar = self.root.locator(f"[role='progressbar'][aria-valuenow='{n}']").first
        bar.wait_for(state="attached", timeout=SOON)

    def press(self, key: str) -> None:
        """Press a key once what is shown has been painted."""
        self.paint()
        self.page.keyboard.press(key)

    def paint(self) -> None:
        """Wait until what is shown has been painted."""
        self.page.evaluate(PAINTED)

    def stopped(self) -> bool:
        """Tell whether advice stands."""
        return self.root.locator("[data-action='next']").count() > 0

    def await_going_on(self) -> None:
        """Wait until no advice stands."""
        self.root.locator("[data-action='next']").first.wait_for(state="detached", timeout=SOON)

    def keep(self) -> None:
        """Keep the answer the model speaks up against."""
        self.press("Enter")
        self.await_going_on()

    def await_status(self, text: str) -> None:
        """Wait until the status line says ``text``, among other things."""
        self.status.get_by_text(text).wait_for(timeout=SOON)

    def await_text(self, text: str) -> None:
        """Wait until the view says ``text`` somewhere."""
        self.root.get_by_text(text).first.wait_for(timeout=SOON)


def await_judged(page: Any, lab: Any, journal: str, n: int) -> list[tuple[str, dict[str, Any]]]:
    """Wait until a journal's file holds ``n`` answers; return them."""
    for _ in range(150):
        rows = lab.judged(journal)
        if len(rows) >= n:
            return rows
        page.wait_for_timeout(100)
    pytest.fail(f"{journal} never held {n} answers")


def answer_escrow(queue: Queue) -> None:
    """Answer until enough is known and the last answer was about the one word that decides."""
    for n in range(60):
        before = queue.current()
        trade = "escrow" in queue.text()
        queue.press("1" if trade else "2")
        queue.await_next(before)
        if queue.stopped():
            queue.keep()
        if trade and n >= 12:
            queue.notebook.ask("session.wait()")
            return
    pytest.fail("no message about escrow was asked")


def strike(queue: Queue, term: str) -> None:
    """Open the reasons for the last answer and strike one of them."""
    queue.press("w")
    queue.root.locator(f"[data-term='{term}'] button").first.click()
    queue.act("teach-irrelevant").click()
    queue.root.get_by_text(f"You struck “{term}”").first.wait_for(timeout=SOON)
    queue.act("judge-flips").wait_for(timeout=SOON)
