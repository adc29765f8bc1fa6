"""Where the widgets may stand in JupyterLab: cells, side views, narrow, wide, dark, again."""

from __future__ import annotations

from queue_page import OFTEN, Queue, await_judged, demo

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
    notebook = open_notebook("leak", demo("leak.rhml"), "kept = 1")
    queue = Queue(notebook)
    before = notebook.cells()
    for target in (queue.item, queue.act("history")):
        for key in LEAKING:
            target.focus() if target is not queue.item else target.click()
            notebook.page.keyboard.press(key)
    assert notebook.cells() == before


def test_a_reload_without_running_cells_shows_the_same_item_and_the_same_stop(lab, visit_notebook):
    notebook = visit_notebook("reload", demo("reload.rhml", OFTEN))
    queue = Queue(notebook)
    queue.focus()
    queue.answer_many(4)
    queue.await_status("4 of 312 labeled")
    here = queue.current()
    cells = notebook.cells()
    notebook.reload()
    again = Queue(notebook)
    assert again.current() == here
    again.await_status("4 of 312 labeled")
    again.focus()
    again.answer_until_stop()
    answers = lab.judged("reload.rhml")

    notebook.reload()
    anew = Queue(notebook)
    assert anew.stopped()
    assert anew.current() == answers[-1][1]["item_id"]
    anew.focus()
    anew.keep()
    kept = await_judged(notebook.page, lab, "reload.rhml", len(answers) + 1)
    assert kept[:-1] == answers
    assert kept[-1][1]["stage"] == "revised"
    assert notebook.cells() == cells


def test_closing_the_notebook_and_opening_it_again_goes_on(lab, open_queue):
    queue = open_queue("tab", demo("tab.rhml"))
    notebook = queue.notebook
    queue.answer_many(3)
    notebook.reopen()
    again = Queue(notebook)
    again.await_status("3 of 312 labeled")
    again.focus()
    again.answer_many(3)
    again.await_status("6 of 312 labeled")
    assert len({body["item_id"] for _, body in lab.judged("tab.rhml")}) == 6


def test_restart_and_reopening_go_on(lab, open_queue):
    queue = open_queue("go_on", demo("go_on.rhml"))
    notebook = queue.notebook
    queue.answer_many(6)
    queue.await_status("6 of 312 labeled")
    here, answers = queue.current(), lab.judged("go_on.rhml")

    notebook.run()
    again = Queue(notebook)
    assert again.current() == here

    notebook.restart()
    notebook.run()
    anew = Queue(notebook)
    assert anew.current() == here
    assert lab.judged("go_on.rhml") == answers
    anew.focus()
    anew.answer_many(1)
    anew.await_status("7 of 312 labeled")
    assert len({body["item_id"] for _, body in lab.judged("go_on.rhml")}) == 7


def test_a_newer_cell_takes_over_and_the_old_view_says_so(open_notebook):
    notebook = open_notebook("moved", demo("moved.rhml"))
    first = Queue(notebook)
    notebook.ask("newer = rhml.demo(journal='moved.rhml')")
    first.await_text("newer cell")


def test_of_two_notebooks_on_one_journal_the_second_only_reads(lab, open_notebook):
    one = open_notebook("two_first", demo("two.rhml"))
    queue = Queue(one)
    queue.focus()
    queue.answer_many(2)
    two = open_notebook("two_second", demo("two.rhml"))
    other = Queue(two)
    other.await_text("held by process")
    other.root.click(position={"x": 20, "y": 20})
    for key in "123":
        other.press(key)
    assert len(lab.judged("two.rhml")) == 2
    one.close()
    two.run()
    other = Queue(two)
    other.await_status("2 of 312 labeled")
    other.focus()
    other.answer_many(1)
    other.await_status("3 of 312 labeled")


def test_a_view_beside_the_notebook_answers_too(lab, open_notebook):
    notebook = open_notebook("beside", demo("beside.rhml"))
    inside = Queue(notebook)
    side = notebook.output_view()
    beside = Queue(notebook, within=side)
    beside.focus()
    beside.answer_many(3)
    beside.await_status("3 of 312 labeled")
    inside.await_status("3 of 312 labeled")
    assert beside.current() == inside.current()
    inside.focus()
    inside.answer_many(1)
    beside.await_status("4 of 312 labeled")
    assert len(lab.judged("beside.rhml")) == 4


LUMINANCE = """(root) => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const sheet = getComputedStyle(root.querySelector('.rhml-view'));
  return [light(sheet.backgroundColor), light(getComputedStyle(
    root.querySelector('[data-item-id]')).color)];
}"""


def test_the_theme_is_followed_at_once_and_back(open_notebook):
    notebook = open_notebook("theme", demo("theme.rhml"))
    queue = Queue(notebook)
    root = queue.root.element_handle()
    paper, ink = root.evaluate(LUMINANCE)
    assert paper > 0.8
    assert ink < 0.2
    notebook.theme("JupyterLab Dark")
    try:
        paper, ink = root.evaluate(LUMINANCE)
        assert paper < 0.1
        assert ink > 0.5
        queue.focus()
        queue.answer_many(1)
    finally:
        notebook.theme("JupyterLab Light")
    paper, ink = root.evaluate(LUMINANCE)
    assert paper > 0.8
    assert ink < 0.2


STICKING_OUT = """(root) => {
  const edge = root.getBoundingClientRect();
  const clipped = (one) => {
    for (let up = one.parentElement; up && up !== root; up = up.parentElement)
      if (/hidden|clip|auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  return [...root.querySelectorAll('*')].filter((one) => {
    const box = one.getBoundingClientRect();
    const hidden = one.classList.contains('rhml-visually-hidden');
    return box.width > 0 && !hidden && (box.right > edge.right + 1 || box.left < edge.left - 1)
      && !clipped(one);
  }).map((one) => one.className.toString() || one.tagName);
}"""


def test_nothing_sticks_out_of_a_narrow_or_a_wide_view(visit_notebook):
    notebook = visit_notebook("width", demo("width.rhml", OFTEN))
    notebook.fold_sides()
    queue = Queue(notebook)

    def look(state):
        for width in (480, 1600):
            notebook.page.set_viewport_size({"width": width, "height": 950})
            queue.paint()
            assert queue.root.evaluate("(root) => root.clientWidth") > width / 2
            assert queue.root.evaluate("(root) => root.scrollWidth <= root.clientWidth"), state
            assert queue.root.evaluate(STICKING_OUT) == [], (state, width)

    queue.focus()
    look("asking")
    queue.answer_until_stop()
    look("stopped")
    queue.keep()
    queue.act("history").click()
    look("history")
    queue.press("Escape")
    queue.act("skip").click()
    look("skip")
