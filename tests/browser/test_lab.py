"""JupyterLab in real Chromium: keys, stops, views, reloads, restarts, failures."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest
from lab import Lab, Notebook

MESSAGES = Path(__file__).parents[2] / "rhml_widgets" / "messages.csv"
KEYS = {"billing": "1", "bug": "2", "how-to": "3"}
OPEN = """import rhml_widgets as rhml
session = rhml.demo(journal='{journal}'{more})
session"""
ITEM = ".rhml-root[data-rhml-view='{view}'] [data-item-id]"
NEXT = """([view, before]) => {
  const root = document.querySelector(`.rhml-root[data-rhml-view='${view}']`);
  const item = root?.querySelector('[data-item-id]');
  return root?.querySelector("[data-action='next']") || (item && item.dataset.itemId !== before);
}"""
NO_STOP = """(view) => !document.querySelector(
  `.rhml-root[data-rhml-view='${view}'] [data-action='next']`)"""


def topics():
    with MESSAGES.open(encoding="utf-8", newline="") as file:
        return {" ".join(row["text"].split()): row["topic"] for row in csv.DictReader(file)}


TOPICS = topics()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1300, "height": 950})
    yield context.new_page()
    context.close()


@pytest.fixture
def open_notebook(lab, page):
    made = []

    def opened(name, *cells):
        notebook = Notebook(lab, page, f"{name}.ipynb", list(cells))
        notebook.run()
        made.append(notebook)
        return notebook

    yield opened
    for notebook in made:
        notebook.shutdown()


class Queue:
    """A queue in the page, used as a person would."""

    def __init__(self, notebook, view="workbench"):
        self.notebook, self.page, self.view = notebook, notebook.page, view
        self.root = self.page.locator(f".rhml-root[data-rhml-view='{view}']").first
        self.root.wait_for(timeout=30_000)
        self.item = self.root.locator("[data-item-id]").first

    def focus(self):
        self.item.click()

    def current(self):
        return self.item.get_attribute("data-item-id")

    def answer(self, wrong=False):
        """Answer the item shown by its key; return whether the model spoke up."""
        before = self.current()
        topic = TOPICS[" ".join(self.item.inner_text().split())]
        names = list(KEYS)
        label = names[(names.index(topic) + 1) % 3] if wrong else topic
        self.ready()
        self.page.keyboard.press(KEYS[label])
        self.page.wait_for_function(NEXT, arg=[self.view, before], timeout=15_000)
        return self.stopped()

    def ready(self):
        """Wait until the item has been painted and nothing is being saved."""
        self.page.evaluate(
            "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
        )

    def stopped(self):
        return self.root.locator("[data-action='next']").count() > 0

    def keep(self):
        self.ready()
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(NO_STOP, arg=self.view, timeout=15_000)

    def answer_until_stop(self, most=80):
        for n in range(most):
            if self.answer(wrong=n > 15 and n % 3 == 0):
                return
        pytest.fail("the model never spoke up")

    def await_status(self, text):
        self.root.locator("[role='status']").first.get_by_text(text).wait_for(timeout=15_000)


def judged(lab, journal):
    """Read the answers straight from the file."""
    with sqlite3.connect(f"file:{lab.folder / journal}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT event_id, body FROM events WHERE kind = 'Judged' ORDER BY seq")
        return [(event_id, json.loads(body)) for event_id, body in rows.fetchall()]


def await_judged(page, lab, journal, n):
    """Wait until the file holds ``n`` answers; return them."""
    for _ in range(150):
        rows = judged(lab, journal)
        if len(rows) >= n:
            return rows
        page.wait_for_timeout(100)
    pytest.fail(f"{journal} never held {n} answers")


def test_a_key_is_a_label_on_disk_a_refit_and_a_curve(lab, open_notebook):
    more = ", purposes={'check': .5, 'teach': .5}"
    notebook = open_notebook("keys", OPEN.format(journal="keys.rhml", more=more))
    queue = Queue(notebook)
    queue.focus()
    for _ in range(14):
        if queue.answer():
            queue.keep()
    queue.await_status("14 of 312 labeled")
    answers = judged(lab, "keys.rhml")
    assert len({body["item_id"] for _, body in answers}) == 14
    assert all(body["duration"] > 0 for _, body in answers)
    notebook.ask("session.wait()")
    assert int(notebook.ask("print(session.model.version_)")) >= 1
    queue.root.locator("svg.marks").first.wait_for()


def test_nothing_tells_the_models_view_before_the_answer(lab, page, open_notebook):
    frames = []

    def heard(frame):
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", heard))
    notebook = open_notebook("sealed", OPEN.format(journal="sealed.rhml", more=""))
    queue = Queue(notebook)
    queue.focus()
    for _ in range(12):
        if queue.answer():
            queue.keep()
    notebook.ask("session.wait()")
    told = notebook.ask(
        "import json; from rhml_widgets.journal.events import Predicted\n"
        "waiting = session.query(2)\n"
        "print(json.dumps([[e.event.item_id, e.event.label, e.event.proba]"
        " for e in session.events() if isinstance(e.event, Predicted)"
        " and e.event.item_id in {i.item_id for i in waiting}]))"
    )
    predictions = json.loads(told)
    assert predictions, "the model has a view of the waiting items"
    asked_from_test = frames[-1]
    wire = "".join(
        frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        for frame in frames
        if frame is not asked_from_test
    )
    for item_id, _label, proba in predictions:
        before_ask = wire.split("json.dumps")[0]
        assert item_id in before_ask, "the item itself went over the wire"
        for p in proba:
            assert f"{p:.6f}".rstrip("0") not in before_ask, "a score of an unanswered item"


def test_digits_after_a_stop_make_no_revision(lab, open_notebook):
    more = ", purposes={'check': .6, 'teach': .4}"
    notebook = open_notebook("digits", OPEN.format(journal="digits.rhml", more=more))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_until_stop()
    before = judged(lab, "digits.rhml")
    for n in range(200):
        notebook.page.keyboard.press("123"[n % 3])
        notebook.page.wait_for_timeout(100)
    assert queue.stopped()
    assert judged(lab, "digits.rhml") == before
    queue.keep()
    kept = await_judged(notebook.page, lab, "digits.rhml", len(before) + 1)
    assert len(kept) == len(before) + 1
    assert kept[-1][1]["stage"] == "revised"
    assert kept[-1][1]["label"] == before[-1][1]["label"]


def test_revising_takes_r_and_a_key(lab, open_notebook):
    more = ", purposes={'check': .6, 'teach': .4}"
    notebook = open_notebook("revise", OPEN.format(journal="revise.rhml", more=more))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_until_stop()
    answers = judged(lab, "revise.rhml")
    first = answers[-1][1]
    other = next(key for name, key in KEYS.items() if name != first["label"])
    queue.ready()
    notebook.page.keyboard.press("r")
    queue.ready()
    notebook.page.keyboard.press(other)
    notebook.page.wait_for_function(NO_STOP, arg="workbench", timeout=15_000)
    last = await_judged(notebook.page, lab, "revise.rhml", len(answers) + 1)[-1][1]
    assert (last["item_id"], last["stage"]) == (first["item_id"], "revised")
    assert last["label"] != first["label"]


LEAKING = [
    "j",
    "k",
    "y",
    "a",
    "b",
    "d",
    "d",
    "x",
    "0",
    "0",
    "Escape",
    "ArrowDown",
    "Shift+Enter",
    "Control+Enter",
    "Space",
    "z",
]


def test_sixteen_keys_do_not_leak_into_the_notebook(open_notebook):
    notebook = open_notebook("leak", OPEN.format(journal="leak.rhml", more=""), "kept = 1")
    queue = Queue(notebook)
    cells = """() => JSON.stringify([...jupyterapp.shell.currentWidget.context.model.cells]
      .map((cell) => [cell.type, cell.sharedModel.getSource(), cell.executionCount ?? null]))"""
    before = notebook.page.evaluate(cells)
    targets = [queue.item, queue.root.locator("[data-action='history']").first]
    for target in targets:
        for key in LEAKING:
            target.focus() if target is not queue.item else target.click()
            notebook.page.keyboard.press(key)
    assert notebook.page.evaluate(cells) == before


def test_two_views_agree(open_notebook):
    notebook = open_notebook(
        "views", OPEN.format(journal="views.rhml", more=""), "rhml.LabelQueue(session)"
    )
    one, two = Queue(notebook), Queue(notebook, "label-queue")
    one.focus()
    for _ in range(5):
        if one.answer():
            one.keep()
    two.root.scroll_into_view_if_needed()
    notebook.page.wait_for_function(
        """() => {
          const of = (view, what) => document.querySelector(
            `.rhml-root[data-rhml-view='${view}'] ${what}`);
          const item = (view) => of(view, '[data-item-id]')?.dataset.itemId;
          const status = (view) => of(view, "[role='status']")?.textContent;
          return item('workbench') === item('label-queue')
            && status('workbench') === status('label-queue');
        }""",
        timeout=15_000,
    )
    two.focus()
    if two.answer():
        two.keep()
    two.await_status("6 of 312 labeled")
    one.await_status("6 of 312 labeled")


def test_reload_restart_and_reopening_go_on(lab, open_notebook):
    notebook = open_notebook("go_on", OPEN.format(journal="go_on.rhml", more=""))
    queue = Queue(notebook)
    queue.focus()
    for _ in range(6):
        if queue.answer():
            queue.keep()
    queue.await_status("6 of 312 labeled")
    here, answers = queue.current(), judged(lab, "go_on.rhml")

    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.open()
    notebook.run()
    again = Queue(notebook)
    assert again.current() == here

    notebook.restart()
    notebook.run()
    anew = Queue(notebook)
    assert anew.current() == here
    assert judged(lab, "go_on.rhml") == answers
    anew.focus()
    if anew.answer():
        anew.keep()
    anew.await_status("7 of 312 labeled")
    assert len({body["item_id"] for _, body in judged(lab, "go_on.rhml")}) == 7


def test_a_newer_cell_takes_over_and_the_old_view_says_so(open_notebook):
    notebook = open_notebook("moved", OPEN.format(journal="moved.rhml", more=""))
    first = Queue(notebook)
    notebook.ask("newer = rhml.demo(journal='moved.rhml')")
    first.root.get_by_text("moved to the newer cell").first.wait_for(timeout=15_000)


def test_a_failing_fit_is_shown_and_labeling_goes_on(lab, open_notebook):
    failing = """
from sklearn.linear_model import LogisticRegression
class Broken(LogisticRegression):
    def fit(self, X, y, **kw):
        raise RuntimeError('the training cluster is on fire')
import rhml_widgets as rhml
session = rhml.demo(model=Broken(), journal='broken.rhml')
session"""
    notebook = open_notebook("broken", failing)
    queue = Queue(notebook)
    queue.focus()
    for _ in range(4):
        if queue.answer():
            queue.keep()
    queue.root.get_by_text("the training cluster is on fire").first.wait_for(timeout=15_000)
    queue.answer()
    queue.await_status("5 of 312 labeled")
    assert len(judged(lab, "broken.rhml")) == 5


def test_one_class_only_is_no_error(lab, open_notebook):
    code = """import rhml_widgets as rhml
session = rhml.Session(pool=[f'text number {n}' for n in range(9)], classes=['a'],
                       journal='one.rhml')
session"""
    notebook = open_notebook("one", code)
    queue = Queue(notebook)
    queue.focus()
    queue.ready()
    notebook.page.keyboard.press("a")
    queue.root.get_by_text("1 of 9 labeled").first.wait_for(timeout=15_000)
    assert [body["label"] for _, body in judged(lab, "one.rhml")] == ["a"]


def test_a_journal_held_elsewhere_is_read_only_and_names_the_holder(open_notebook):
    held = """import subprocess, sys
code = ("import sys; from rhml_widgets.journal import Journal; j = Journal('held.rhml'); "
        "print('held', flush=True); sys.stdin.read()")
holder = subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True)
holder.stdout.readline()"""
    begin = "import rhml_widgets as rhml\nrhml.demo(journal='held.rhml').close()"
    notebook = open_notebook("held", begin, held, OPEN.format(journal="held.rhml", more=""))
    queue = notebook.page.locator(".rhml-root[data-rhml-view='workbench']")
    queue.get_by_text("held by process").first.wait_for(timeout=30_000)
    notebook.ask("holder.kill(); holder.wait()")


def test_a_struck_word_shows_its_flips_and_can_be_undone(lab, open_notebook):
    notebook = open_notebook("strike", OPEN.format(journal="strike.rhml", more=""))
    queue = Queue(notebook)
    queue.focus()
    for _ in range(16):
        if queue.answer():
            queue.keep()
    notebook.ask("session.wait()")
    notebook.page.keyboard.press("w")
    panel = queue.root.locator(".rhml-explanation")
    panel.locator(".rhml-reason").first.wait_for()
    panel.locator(".rhml-reason [data-action], .rhml-reason button").first.click()
    queue.root.locator("[data-action='teach-irrelevant']").first.click()
    queue.root.get_by_text("You struck").first.wait_for(timeout=15_000)
    undo = queue.root.locator("[data-action='undo-lesson']:visible")
    undo.first.wait_for(timeout=15_000)
    assert (
        notebook.ask(
            "print(sum(l.origin == 'person' and not l.retracted"
            " for l in session.state.lessons.values()))"
        )
        == "1"
    )
    undo.first.click()
    queue.root.get_by_text("taken back").first.wait_for(timeout=15_000)
    assert (
        notebook.ask(
            "print(sum(l.origin == 'person' and not l.retracted"
            " for l in session.state.lessons.values()))"
        )
        == "0"
    )
