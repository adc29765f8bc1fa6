"""The codebook in Chromium: by the keyboard alone, in light and dark, and read-only in a report."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from frozen import curves, workbench

from rhml_widgets.report.pack import FrozenView, pack

STATIC = files("rhml_widgets.views") / "static"
KERNEL = """
const traits = {props: PROPS, curves: {}, vega: null, frozen: false}, listeners = {};
window.sent = [];
const model = {
  get: (name) => traits[name],
  set() {}, save_changes() {},
  on: (name, listen) => (listeners[name] ??= []).push(listen),
  off() {},
  send: (request) => {
    sent.push(request);
    const reply = {id: request.id, ok: true, value: {seq: 1}};
    setTimeout(() => (listeners['msg:custom'] ?? []).forEach((listen) => listen(reply, [])), 0);
  },
};
rhmlViews['workbench'].render({model, el: document.querySelector('#place'), host: {}});
"""


def code(label, name, **more):
    plain = {key: [] for key in ("include", "exclude", "examples", "memos", "seeds", "was")}
    told = {"definition": None, "parent": None, "n": 12, "gone": ""}
    return {"label": label, "name": name, **plain, **told, **more}


def codebook(**more):
    note = "2026-01-05 · quiet-heron"
    trade = {
        "definition": "Somebody offers goods or services, or asks for them.",
        "include": [{"words": "barter without money", "told": "barter without money"}],
        "exclude": [{"words": "talk about prices", "told": "talk about prices"}],
        "memos": [{"words": "escrow is a sure sign", "told": {"text": "x"}, "note": note}],
        "seeds": ["selling", "wtb"],
    }
    items = [{"item_id": f"p{k}", "excerpt": f"a poem about rivers, part {k}"} for k in range(3)]
    return {
        "version": 57,
        "codes": [
            code(0, "trade", **trade),
            code(1, "how-to", n=9, definition="Asks or tells how something is done."),
            code(2, "chatter", n=4, gone="split into “greetings” and “boasts”"),
        ],
        "phase": "classification",
        "phase_words": "You teach me, and I learn from each answer.",
        "cited": "Version 14 of the model learned from this version.",
        "anew": {"n": 4, "aside": 1},
        "pile": {"n": 3, "groups": [{"terms": "poem · rivers", "items": items}]},
        "edits": [
            {
                "seq": 57,
                "words": "split “chatter” into “greetings” and “boasts”",
                "undone": False,
                "may_undo": True,
            },
            {"seq": 41, "words": "added “misc”", "undone": True, "may_undo": False},
        ],
        "may_edit": True,
        **more,
    }


@pytest.fixture
def bench(visit):
    def opened(**more):
        props = json.dumps(workbench(codebook=codebook(**more))).replace("</", "<\\/")
        script = (STATIC / "workbench.iife.js").read_text(encoding="utf-8")
        style = (STATIC / "theme.css").read_text(encoding="utf-8")
        kernel = KERNEL.replace("PROPS", props)
        visited = visit(
            f"<!doctype html><html lang=en><meta charset=utf-8><style>{style}</style><body>"
            f"<div id=place></div><script>{script}</script><script>{kernel}</script>"
        )
        visited.page.locator("[data-tab=label]").focus()
        visited.page.keyboard.press("End")
        return visited

    return opened


def requests(page, action):
    found = [one["args"] for one in page.evaluate("sent") if one["action"] == action]
    return [{key: value for key, value in one.items() if key != "event_id"} for one in found]


def to(page, selector, most=60):
    """Go by Tab until something has the focus."""
    for _ in range(most):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    msg = f"{selector} cannot be reached by Tab"
    raise AssertionError(msg)


def test_a_class_is_opened_defined_and_split_by_keys_alone(bench):
    visited = bench()
    page, keys = visited.page, visited.page.keyboard
    to(page, "[data-code=trade]")
    keys.press("Enter")
    to(page, "input[data-action=add-include]")
    keys.type("swaps")
    keys.press("Enter")
    page.wait_for_function("document.querySelector('input[data-action=add-include]').value === ''")
    to(page, "button[data-action=split]")
    keys.press("Enter")
    keys.type("offers")
    keys.press("Tab")
    keys.type("wants")
    keys.press("Enter")
    page.wait_for_selector(".rhml-reshape", state="detached")
    assert requests(page, "revise_codebook") == [
        {"op": "include", "about": {"label": 0, "text": "swaps"}},
        {"op": "split", "about": {"label": 0, "into": ["offers", "wants"]}},
    ]
    assert requests(page, "label") == []
    assert visited.complaints == []


def test_a_group_of_the_pile_becomes_a_class_by_keys_alone(bench):
    page = bench().page
    to(page, ".rhml-pile-group input[type=checkbox]")
    page.keyboard.press("Space")
    to(page, ".rhml-pile-group input[type=text]")
    page.keyboard.type("poems")
    page.keyboard.press("Enter")
    page.wait_for_function("sent.some(({action}) => action === 'promote')")
    assert requests(page, "promote") == [
        {"item_ids": ["p1", "p2"], "label": "poems", "definition": None}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 420])
def test_nothing_runs_over_and_words_can_be_read(bench, scheme, width):
    page = bench().page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("[data-code=trade]").click()
    found = page.evaluate(
        """() => {
            const book = document.querySelector('.rhml-codebook');
            const box = book.getBoundingClientRect();
            const over = [...book.querySelectorAll('*')].filter((one) => {
                const {right, width} = one.getBoundingClientRect();
                return width && right > box.right + 1;
            });
            const ink = getComputedStyle(book.querySelector('.rhml-class-entry-name')).color;
            const paper = getComputedStyle(book.querySelector('.rhml-class-entry')).backgroundColor;
            return {over: over.map((one) => one.className), ink, paper};
        }"""
    )
    assert found["over"] == []
    assert found["ink"] != found["paper"]


def test_in_a_report_it_opens_and_offers_nothing(visit):
    frozen = {"props": workbench(codebook=codebook()), "curves": curves()}
    visited = visit(pack([FrozenView("workbench", frozen)], title="Report"))
    page = visited.page
    page.locator("[data-tab=knowledge]").click()
    page.locator("[data-code=trade]").click()
    assert "barter without money" in page.locator(".rhml-codebook").inner_text()
    assert page.locator(".rhml-codebook :is(input:enabled, textarea, select)").count() == 0
    assert visited.requests == []
    assert visited.complaints == []
