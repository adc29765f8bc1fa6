"""axe over every state of the Workbench in JupyterLab, light and dark: WCAG 2.2 AA for our root."""

from __future__ import annotations

from queue_page import OFTEN, ONE_WORD, Queue, answer_escrow, demo, small, strike


def test_asking_reasons_and_flips(scan, open_queue):
    queue = open_queue("axe_flips", ONE_WORD.format(journal="axe_flips.rhml"))
    scan(queue, "asking")
    answer_escrow(queue)
    queue.press("w")
    queue.root.locator("[data-term]").first.wait_for()
    scan(queue, "reasons open")
    strike(queue, "escrow")
    queue.act("show-flips").click()
    queue.root.locator("[data-flip-id]").first.wait_for()
    scan(queue, "flips shown")


def test_advice_stands(scan, open_queue):
    queue = open_queue("axe_stop", demo("axe_stop.rhml", OFTEN))
    queue.answer_until_stop()
    scan(queue, "stopped")


def test_disconnected_done_and_read_only(scan, open_notebook):
    notebook = open_notebook("axe_end", small("axe_end.rhml"))
    queue = Queue(notebook)
    queue.focus()
    notebook.restart()
    queue.press("1")
    queue.await_status("the kernel is gone")
    scan(queue, "disconnected")
    notebook.run()
    queue = Queue(notebook)
    queue.focus()
    for n in range(4):
        queue.press("1")
        queue.await_status(f"{n + 1} of 4 labeled")
        if queue.stopped():
            queue.keep()
    queue.root.locator("[data-item-id]").first.wait_for(state="detached")
    scan(queue, "done")

    notebook = open_notebook(
        "axe_held",
        "import rhml_widgets as rhml, subprocess, sys\n"
        'code = ("import sys; from rhml_widgets.journal import Journal; "\n'
        "        \"j = Journal('axe_held.rhml'); print('held', flush=True); sys.stdin.read()\")\n"
        "rhml.demo(journal='axe_held.rhml').close()\n"
        "holder = subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE,\n"
        "                          stdout=subprocess.PIPE, text=True)\n"
        "holder.stdout.readline()",
        demo("axe_held.rhml"),
    )
    queue = Queue(notebook)
    queue.await_text("held by process")
    scan(queue, "read-only")
    notebook.ask("holder.kill(); holder.wait()")
