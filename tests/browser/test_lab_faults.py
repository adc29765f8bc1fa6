"""What may go wrong in JupyterLab, in real Chromium: it is said in place, and nothing is lost."""

from __future__ import annotations

import pytest
from queue_page import SOON, Queue, await_judged, demo
from relay import Relay

FAILING = """
from sklearn.linear_model import LogisticRegression
class Broken(LogisticRegression):
    def fit(self, X, y, **kw):
        raise RuntimeError('the training cluster is on fire')
import rhml_widgets as rhml
session = rhml.demo(model=Broken(), journal={journal!r})
session"""


@pytest.fixture
def relay(lab):
    with Relay(lab.port) as cable:
        yield cable


def test_a_failing_fit_is_shown_and_labeling_goes_on(lab, open_queue):
    queue = open_queue("broken", FAILING.format(journal="broken.rhml"))
    notebook = queue.notebook
    queue.answer_many(4)
    notebook.ask("session.wait()")
    queue.await_text("the training cluster is on fire")
    assert queue.root.get_by_text("Traceback").count() == 0
    queue.answer_many(1)
    queue.await_status("5 of 312 labeled")
    assert len(lab.judged("broken.rhml")) == 5
    queue.act("undo").click()
    queue.await_status("4 of 312 labeled")


def test_a_failing_model_may_be_replaced_and_learns_from_all(lab, open_queue):
    queue = open_queue("mended", FAILING.format(journal="mended.rhml"))
    notebook = queue.notebook
    queue.answer_many(3)
    notebook.ask("session.model = LogisticRegression(); session.wait()")
    fire = queue.root.get_by_text("the training cluster is on fire")
    fire.first.wait_for(state="detached", timeout=SOON)
    assert int(notebook.ask("print(session.model.version_)")) >= 1


def test_a_journal_held_elsewhere_is_read_only_and_names_the_holder(lab, open_notebook):
    held = """import subprocess, sys
code = ("import sys; from rhml_widgets.journal import Journal; j = Journal('held.rhml'); "
        "print('held', flush=True); sys.stdin.read()")
holder = subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True)
holder.stdout.readline()"""
    begin = "import rhml_widgets as rhml\nrhml.demo(journal='held.rhml').close()"
    notebook = open_notebook("held", begin, held, demo("held.rhml"))
    queue = Queue(notebook)
    queue.root.get_by_text("held by process").first.wait_for(timeout=30_000)
    notebook.ask("holder.kill(); holder.wait()")


def test_a_file_that_may_not_be_written_is_read_only_and_says_so(lab, open_notebook):
    # Root may write whatever its bits say, so that the session is opened as nobody.
    lock = """import os, tempfile
import rhml_widgets as rhml
folder = tempfile.mkdtemp()
path = os.path.join(folder, 'locked.rhml')
before = rhml.demo(journal=path, refit='sync')
item = before.query()[0]
before.label(item.item_id, 'bug')
before.close()
for file in os.listdir(folder):
    os.chmod(os.path.join(folder, file), 0o444)
os.chmod(folder, 0o555)
size = os.path.getsize(path)
user = os.geteuid()
if user == 0:
    os.seteuid(65534)
session = rhml.demo(journal=path)
os.seteuid(user)"""
    notebook = open_notebook("locked", lock, "session")
    queue = Queue(notebook)
    queue.await_text("may not be written")
    queue.await_text("1 of 312 labeled")
    assert queue.status.inner_text().count("1 of 312 labeled") == 1
    queue.root.click(position={"x": 20, "y": 20})
    for key in "123su":
        queue.press(key)
    queue.await_text("may not be written")
    assert queue.root.get_by_text("NOT SAVED").count() == 0
    assert (
        notebook.ask("print(len(session.judgments()), os.path.getsize(path) == size)") == "1 True"
    )


def test_a_full_disk_keeps_the_answer_until_retry_saves_it(lab, open_queue):
    queue = open_queue("full", demo("full.rhml"))
    notebook = queue.notebook
    queue.answer_many(2)
    # No file may grow, as on a full disk: the limit is soft and taken back below.
    notebook.ask(
        "import resource; _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "session.wait()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))"
    )
    item = queue.current()
    queue.press("1")
    queue.await_status("NOT SAVED")
    queue.await_text("disk full")
    assert len(lab.judged("full.rhml")) == 2
    queue.act("retry").click()
    queue.await_status("NOT SAVED")
    notebook.ask("resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))")
    queue.act("retry").click()
    queue.await_status("3 of 312 labeled")
    assert queue.root.get_by_text("NOT SAVED").count() == 0
    body = lab.judged("full.rhml")[-1][1]
    assert (body["item_id"], body["label"]) == (item, "billing")
    assert len(lab.judged("full.rhml")) == 3
    assert notebook.ask("print(session.state.n_labeled)") == "3"


def test_an_answer_given_while_the_wire_is_broken_is_saved_once(lab, relay, visit_notebook):
    notebook = visit_notebook("wire", demo("wire.rhml"), port=relay.port)
    # JupyterLab may say by itself that the server is away.
    away = notebook.page.locator("dialog.jp-Dialog")
    notebook.page.add_locator_handler(away, lambda: notebook.page.keyboard.press("Escape"))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_many(2)
    item = queue.current()
    relay.pull()
    notebook.await_connected(connected=False)
    queue.press("1")
    queue.await_status("saving")
    assert len(lab.judged("wire.rhml")) == 2
    relay.mend()
    notebook.reconnect()
    rows = await_judged(notebook.page, lab, "wire.rhml", 3)
    assert (rows[-1][1]["item_id"], rows[-1][1]["label"]) == (item, "billing")
    queue.await_status("3 of 312 labeled")
    queue.focus()
    if queue.stopped():
        queue.keep()
    queue.answer_many(1)
    queue.await_status("4 of 312 labeled")
    firsts = [body["item_id"] for _, body in lab.judged("wire.rhml") if body["stage"] == "first"]
    assert len(firsts) == len(set(firsts)) == 4


def test_without_a_kernel_the_page_says_so_and_keeps_the_answer(lab, open_queue):
    queue = open_queue("gone", demo("gone.rhml"))
    notebook = queue.notebook
    queue.answer_many(2)
    notebook.restart()
    queue.press("1")
    queue.await_status("the kernel is gone")
    queue.await_text("Re-run the cell")
    assert len(lab.judged("gone.rhml")) == 2
    notebook.run()
    again = Queue(notebook)
    again.await_status("2 of 312 labeled")
    again.focus()
    again.answer_many(1)
    assert len(lab.judged("gone.rhml")) == 3


def test_a_restart_in_the_middle_of_a_fit_loses_nothing(lab, open_queue):
    slow = """
import pathlib, time
from sklearn.linear_model import LogisticRegression
class Slow(LogisticRegression):
    def fit(self, X, y, **kw):
        pathlib.Path('fitting').touch()
        while pathlib.Path('slow').exists():
            time.sleep(.02)
        return super().fit(X, y, **kw)
import rhml_widgets as rhml
session = rhml.demo(model=Slow(), journal='midfit.rhml')
session"""
    queue = open_queue("midfit", slow)
    notebook = queue.notebook
    queue.answer_many(3)
    notebook.ask("session.wait()")
    (lab.folder / "slow").touch()
    (lab.folder / "fitting").unlink()
    queue.answer_many(2)
    for _ in range(150):
        if (lab.folder / "fitting").exists():
            break
        notebook.page.wait_for_timeout(100)
    queue.await_text("I am learning")
    answers = lab.judged("midfit.rhml")
    here = queue.current()
    notebook.restart()
    (lab.folder / "slow").unlink()
    notebook.run()
    again = Queue(notebook)
    again.await_status("5 of 312 labeled")
    assert again.current() == here
    assert lab.judged("midfit.rhml") == answers
    notebook.ask("session.wait()")
    assert notebook.ask("print(session.learner.behind)") == "0"
