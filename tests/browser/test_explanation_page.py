"""The explanation in Chromium, with a kernel made of a few lines: nothing moves, no key is lost."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from frozen import effect, explanation, reason, reasons

STATIC = files("rhml_widgets.views") / "static"

# Sets traits as a kernel would, and answers each action once `answer` is called.
KERNEL = """
const listeners = {}, traits = {props: PROPS};
window.sent = [];
const tell = (name, ...given) => (listeners[name] ?? []).forEach((listen) => listen(...given));
const model = {
  get: (name) => traits[name],
  set() {}, save_changes() {},
  on: (name, listen) => (listeners[name] ??= []).push(listen),
  off() {},
  send: (request) => sent.push(request),
};
window.put = (props) => { traits.props = props; tell('change:props'); };
window.answer = (value) => {
  const last = sent.at(-1);
  tell('msg:custom', {id: last.id, ok: true, value}, []);
};
window.leaked = [];
document.addEventListener('keydown', (event) => leaked.push(event.key));
rhmlViews['explanation-panel'].render({model, el: document.querySelector('#place'), host: {}});
"""


def built(name):
    return (STATIC / name).read_text(encoding="utf-8")


@pytest.fixture
def panel(visit):
    def open_panel(**how):
        kernel = KERNEL.replace("PROPS", json.dumps(explanation()))
        visited = visit(
            f"<!doctype html><meta charset='utf-8'><style>{built('theme.css')}</style>"
            "<button id='before'>before</button><div id='place'></div>"
            "<button id='after'>after</button>"
            f"<script>{built('explanation-panel.iife.js')}</script><script>{kernel}</script>",
            **how,
        )
        visited.page.locator(".rhml-reason").first.wait_for()
        return visited

    return open_panel


def put(page, **more):
    page.evaluate("props => put(props)", explanation(**more))


def boxes(page, selector):
    return [element.bounding_box() for element in page.locator(selector).all()]


def taught(**more):
    rows = [
        reason("escrow", 2.4, before=1.84),
        reason("logs", 0.9, before=0.88),
        reason("please", 0.0, before=-0.77, stance="irrelevant", stance_lesson=7),
    ]
    return {
        "seq": 3,
        "reasons": reasons(rows=rows, prediction=3.3, prediction_before=1.95),
        "effect": effect(**more),
    }


@pytest.mark.parametrize("width", [480, 640, 1000])
def test_nothing_moves_from_the_strike_to_its_effect(panel, width):
    visited = panel(width=width)
    page = visited.page
    before = boxes(page, ".rhml-reason")
    page.locator("[data-term=please] .rhml-reason-row").click()
    assert boxes(page, ".rhml-reason") == before
    page.locator("[data-action=teach-irrelevant]").click()
    assert boxes(page, ".rhml-reason") == before
    put(page, seq=2, effect=effect(pending=True, version=None, flips=0))
    page.evaluate("answer({lesson: 7})")
    page.get_by_text("Refitting…").wait_for()
    rows = boxes(page, ".rhml-reason")
    card, nearest = boxes(page, ".rhml-effect-card"), boxes(page, ".rhml-neighbor")
    assert rows == before
    put(page, **taught())
    page.get_by_text("Judge 5 blind").wait_for()
    assert boxes(page, ".rhml-reason") == rows
    assert boxes(page, ".rhml-effect-card") == card
    assert boxes(page, ".rhml-neighbor") == nearest
    assert visited.complaints == []


def test_bars_go_where_the_values_are_within_150_ms(panel):
    page = panel(width=700).page
    times = page.evaluate(
        """getComputedStyle(document.querySelector('.rhml-bar-now')).transitionDuration
           .split(',').map(parseFloat)"""
    )
    assert 0 < max(times) <= 0.15
    put(page, **taught())
    page.wait_for_function(
        """() => {
            const now = (term) => document.querySelector(`[data-term=${term}] .rhml-bar-now`);
            const [one, other] = [now('escrow'), now('logs')].map((bar) => bar.clientWidth);
            return Math.abs(other / one - 0.9 / 2.4) < 0.02;
        }"""
    )
    zero = page.locator("[data-term=escrow] .rhml-bar").bounding_box()
    bar = page.locator("[data-term=escrow] .rhml-bar-now").bounding_box()
    was = page.locator("[data-term=please] .rhml-bar-before").bounding_box()
    middle = zero["x"] + zero["width"] / 2
    assert abs(bar["x"] - middle) < 1
    assert abs(was["x"] + was["width"] - middle) < 1


def test_motion_is_left_out_where_that_is_asked(panel):
    page = panel().page
    page.emulate_media(reduced_motion="reduce")
    duration = "getComputedStyle(document.querySelector('.rhml-bar-now')).transitionDuration"
    assert {float(part.strip("s ")) for part in page.evaluate(duration).split(",")} == {0.001}


def test_a_lesson_by_keys_alone_and_no_key_leaks(panel):
    visited = panel()
    page = visited.page
    page.locator("#before").focus()
    page.evaluate("leaked.length = 0")
    page.keyboard.press("Tab")  # the view
    page.keyboard.press("Tab")  # the item's text
    page.keyboard.press("Tab")  # the reasons
    for key in ("ArrowDown", "ArrowDown", "Enter", "ArrowRight", "Space"):
        page.keyboard.press(key)
    assert [(one["action"], one["args"]["term"], one["args"]["stance"]) for one in sent(page)] == [
        ("teach", "please", "irrelevant")
    ]
    for key in ("1", "d", "d", "Escape", "Shift+Enter", "Control+Enter"):
        page.keyboard.press(key)
    assert set(page.evaluate("leaked")) <= {"Tab", "Shift", "Control"}
    assert page.evaluate("document.activeElement.closest('[data-term]').dataset.term") == "please"
    assert len(sent(page)) == 1


def sent(page):
    return page.evaluate("sent")


def test_tab_stays_in_an_open_menu_and_leaves_the_view_once_it_is_closed(panel):
    page = panel().page
    page.locator("[data-term=logs] .rhml-reason-row").focus()
    page.keyboard.press("Enter")
    said = [page.evaluate("document.activeElement.textContent")]
    for _ in range(3):
        page.keyboard.press("Tab")
        said.append(page.evaluate("document.activeElement.textContent"))
    assert said == ["Yes, it does", "No, irrelevant", "No, it speaks for …", "Yes, it does"]
    page.keyboard.press("Escape")
    assert page.locator(".rhml-menu").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "after"


@pytest.mark.parametrize("term", ["escrow", "please"])
def test_a_menu_stays_on_the_sheet(panel, term):
    page = panel(width=480).page
    put(page, seq=2, neighbors=[], classes=[f"class {k}" for k in range(14)])
    page.locator(f"[data-term={term}] .rhml-reason-row").click()
    page.locator("[data-action=teach-other]").click()
    page.locator(".rhml-menu input").wait_for()
    menu = page.locator(".rhml-menu").bounding_box()
    sheet = page.locator(".rhml-view").bounding_box()
    assert menu["y"] >= sheet["y"]
    assert menu["y"] + menu["height"] <= sheet["y"] + sheet["height"]
    assert menu["x"] + menu["width"] <= sheet["x"] + sheet["width"]


def test_showing_what_changed_brings_the_list_into_sight_and_the_focus_to_it(panel):
    page = panel(height=420).page
    put(page, **taught())
    page.locator("[data-action=show-flips]").click()
    flip = {"before": 1, "after": 0, "judged": None}
    shown = [{"item_id": f"f{k}", "text": f"text {k}", **flip} for k in range(26)]
    page.evaluate("answer(null)")
    put(page, **{**taught(shown=shown, blind_left=5), "seq": 4})
    listed = page.locator(".rhml-flips")
    listed.wait_for()
    assert page.evaluate("document.activeElement.className") == "rhml-flips"
    box = listed.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 421
    assert "I keep five unseen" in page.locator(".rhml-effect-card").inner_text()
    assert page.locator("[data-action=judge-flips]").inner_text() == "Judge 5 blind"


def test_the_list_of_what_changed_scrolls_by_keys(panel):
    page = panel().page
    shown = [
        {"item_id": f"f{k}", "text": f"text {k}", "before": 1, "after": 0, "judged": None}
        for k in range(31)
    ]
    put(page, **taught(shown=shown, blind_left=0))
    listed = page.locator(".rhml-flips")
    listed.focus()
    page.keyboard.press("End")
    page.wait_for_function("document.querySelector('.rhml-flips').scrollTop > 0")
