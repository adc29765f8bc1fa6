"""A packed page in Chromium, from a file, offline: drawn, silent, deaf to what its texts say."""

from __future__ import annotations

import pytest
from frozen import (
    TEXT,
    confusion,
    curves,
    effect,
    explanation,
    queue,
    reason,
    reasons,
    workbench,
)
from nbformat import v4 as nbformat

from rhml_widgets.report.exporter import RhmlExporter
from rhml_widgets.report.pack import FrozenView, pack

ALL = [
    FrozenView("workbench", {"props": workbench(), "curves": curves()}),
    FrozenView("learning-curves", {"props": {}, "curves": curves()}),
    FrozenView("explanation-panel", {"props": explanation(effect=effect())}),
    FrozenView("flips", {"props": explanation(effect=effect())}),
    FrozenView("confusion-matrix", {"props": confusion()}),
    FrozenView("label-queue", {"props": queue()}),
]

PAYLOADS = [
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "</SCRIPT ><script>window.hit=1</script>",
    "<!--<script>window.hit=1</script>-->",
    "]]><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<iframe src='javascript:parent.hit=1'></iframe>",
    "<a href='javascript:window.hit=1' autofocus onfocus=window.hit=1>x</a>",
    "<input autofocus onfocus=window.hit=1>",
    "<details open ontoggle=window.hit=1>x</details>",
    "<style>.rhml-root{display:none!important}</style>",
    "</style><script>window.hit=1</script>",
    "<body onload=window.hit=1>",
    "<math><mtext><script>window.hit=1</script></mtext></math>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hit=1'>",
    "\"'><script>window.hit=1</script>",
    "\u2028window.hit=1\u2029//${window.hit=1}{{window.hit=1}}\\u003cscript\\u003e",
]


def roots(page):
    return page.locator(".rhml-root")


def drawn(page, n):
    page.locator(".rhml-plot svg .mark-line path").first.wait_for(state="attached")
    assert roots(page).count() == n


def test_all_views_are_drawn_without_a_request_or_a_complaint(visit):
    visited = visit(pack(ALL, title="Report", lead_html_parts=["Question and pool."]))
    page = visited.page
    drawn(page, len(ALL))
    assert [root.get_attribute("data-rhml-view") for root in roots(page).element_handles()] == [
        frozen.view for frozen in ALL
    ]
    assert page.locator(".rhml-plot svg").count() == 2
    assert page.locator(".rhml-plot svg .role-mark.mark-rule line").count() == 2 * 2
    assert page.locator(".rhml-notice-failure").count() == 0
    assert page.get_by_role("heading", level=1).inner_text() == "Report"
    assert visited.requests == []
    assert visited.complaints == []


def test_the_policy_holds_for_what_is_added_later(visit):
    visited = visit(pack(ALL[1:2], title="Report"))
    drawn(visited.page, 1)
    found = visited.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.added = 1';
            document.body.append(script);
            const link = document.createElement('p');
            link.setAttribute('style', 'color: rgb(1, 2, 3)');
            document.body.append(link);
            return [window.added, getComputedStyle(link).color === 'rgb(1, 2, 3)'];
        }"""
    )
    assert found == [None, False]
    assert len(visited.complaints) == 2


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_text_stays_text(visit, payload):
    bad = {**reason("escrow", 1.0), "term": payload, "spans": [[0, 5]]}
    why = explanation(
        classes=[payload, f"{payload} 2"],
        heading=payload,
        item={"item_id": payload, "text": payload, "judged": 1},
        reasons=reasons(rows=[bad], exactness=payload),
        neighbors=[{"item_id": "n", "excerpt": payload, "label": 0, "similarity": 0.5}],
        effect=effect(
            words=payload,
            shown=[{"item_id": payload, "text": payload, "before": 0, "after": 1, "judged": 1}],
        ),
        problem={"kind": "model", "title": payload, "text": payload, "hint": payload},
    )
    told = curves(
        3, summary=payload, regime=payload, table={"columns": [payload], "rows": [[payload]]}
    )
    told["rows"] = [{**row, "actor": payload} for row in told["rows"]]
    visited = visit(
        pack(
            [
                FrozenView("explanation-panel", {"props": why}),
                FrozenView("learning-curves", {"props": {}, "curves": told}),
            ],
            title=payload,
            lead_html_parts=[payload],
        )
    )
    page = visited.page
    page.locator(".rhml-plot svg").wait_for(state="attached")
    page.locator("[data-action=table]").click()
    assert page.evaluate("window.hit") is None
    assert visited.complaints == []
    assert visited.requests == []
    # A browser's own text of an element: as it was given.
    assert page.locator(".rhml-reason-text").text_content() == payload
    assert page.locator(".rhml-flip-text").text_content() == payload
    assert page.locator("td").text_content() == payload
    assert page.locator("h1").text_content() == payload
    inside = (
        "main :is(script, img, iframe, style, svg:not(.rhml-sign, .marks), a, input, meta, math)"
    )
    assert page.locator(inside).count() == 0


def test_a_report_offers_nothing_that_changes(visit):
    visited = visit(pack(ALL, title="Report"))
    page = visited.page
    drawn(page, len(ALL))
    offered = page.locator(".rhml-root button[data-action]:not([aria-disabled=true])")
    assert {button.get_attribute("data-action") for button in offered.element_handles()} <= {
        "table",
        "history",
    }
    assert page.get_by_text("read-only report").count() == len(ALL)
    row = page.locator("[data-rhml-view=explanation-panel] .rhml-reason-row").first
    row.focus()
    for key in ("Enter", "1", "u", "s"):
        page.keyboard.press(key)
    assert page.locator(".rhml-menu").count() == 0
    assert visited.complaints == []


def test_pointing_at_a_reason_lights_its_word(visit):
    page = visit(pack([ALL[2]], title="Report")).page
    page.locator("[data-term=logs]").hover()
    assert page.locator(".rhml-mark.is-lit").all_inner_texts() == ["logs"]
    page.locator(".rhml-mark", has_text="please").hover()
    assert page.locator(".rhml-reason.is-lit").get_attribute("data-term") == "please"
    assert page.locator(".rhml-reason-text").inner_text() == TEXT


def test_the_chart_tells_a_point_in_words_and_goes_with_its_width(visit):
    visited = visit(pack([ALL[1]], title="Report"), width=1000)
    page = visited.page
    drawn(page, 1)
    page.locator(".rhml-plot svg .mark-symbol path").nth(20).hover()
    assert "model" in page.locator(".rhml-tip").inner_text() or "human" in (
        page.locator(".rhml-tip").inner_text()
    )
    page.evaluate("document.querySelector('.rhml-plot svg').kept = true")
    page.set_viewport_size({"width": 500, "height": 800})
    page.wait_for_function("document.querySelector('.rhml-plot svg').clientWidth < 500")
    assert page.evaluate("document.querySelector('.rhml-plot svg').kept") is True
    assert visited.complaints == []


def test_colors_follow_the_theme_without_drawing_again(visit):
    visited = visit(pack([ALL[1]], title="Report"))
    page = visited.page
    drawn(page, 1)
    color = "getComputedStyle(document.querySelector('.rhml-plot svg .role-axis-label text')).fill"
    line = "getComputedStyle(document.querySelector('.rhml-plot svg .mark-line path')).stroke"
    light = page.evaluate(f"[{color}, {line}]")
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(f"[{color}, {line}]")
    assert all(one.startswith("rgb") for one in light + dark)
    assert light[0] != dark[0]
    assert light[1] != dark[1]


@pytest.mark.parametrize("width", [320, 480, 1000, 1600])
def test_nothing_sticks_out(visit, width):
    page = visit(pack(ALL, title="Report"), width=width).page
    drawn(page, len(ALL))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_without_charts_needs_no_vega(visit):
    page = pack(ALL[2:], title="Report")
    assert len(page) < 320_000
    visited = visit(page)
    assert roots(visited.page).count() == len(ALL[2:])
    assert visited.complaints == []


def test_an_exported_notebook_is_drawn_without_a_request_or_a_complaint(visit):
    view = "application/vnd.jupyter.widget-view+json"
    state = {
        name: {
            "model_name": "AnyModel",
            "model_module": "anywidget",
            "state": {"_rhml_view": frozen.view, **frozen.traits},
        }
        for name, frozen in zip("abcdef", ALL, strict=True)
    }
    outputs = [
        nbformat.new_output("display_data", {view: {"model_id": name}, "text/plain": name})
        for name in state
    ]
    notebook = nbformat.new_notebook(
        cells=[
            nbformat.new_markdown_cell("# A notebook\n\n$x^2$ and ![](https://example.org/x.png)"),
            nbformat.new_code_cell("session", outputs=outputs),
        ],
        metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": state}}},
    )
    html, _ = RhmlExporter().from_notebook_node(notebook)
    visited = visit(html.replace("https://example.org/x.png", "data:,"))
    drawn(visited.page, len(ALL))
    assert visited.requests == [url for url in visited.requests if url.startswith("data:")]
    assert visited.complaints == []
    # The notebook's own style for lists and tables stays outside.
    indents = visited.page.evaluate(
        """[...document.querySelectorAll('.rhml-root :is(ol, ul)')]
           .map((list) => getComputedStyle(list).paddingInlineStart)"""
    )
    assert set(indents) == {"0px"}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [480, 1600])
def test_audit_and_result_can_be_read_in_a_report(visit, width, dark):
    visited = visit(pack(ALL[:1], title="Report"), width=width, dark=dark)
    page = visited.page
    drawn(page, 1)
    assert page.get_by_role("tab").all_inner_texts() == ["Label", "Audit", "Result"]
    page.get_by_role("tab", name="Label").focus()
    page.keyboard.press("ArrowRight")
    panel = page.get_by_role("tabpanel")
    assert panel.get_attribute("aria-labelledby") == page.get_by_role(
        "tab", selected=True
    ).get_attribute("id")
    assert "agrees with you on 96 % [.91, .98] of 200 checks" in panel.inner_text()
    assert panel.get_by_role("button").count() == 0
    page.keyboard.press("ArrowRight")
    offer = panel.locator(".rhml-offer")
    assert offer.inner_text() == (
        "1,730 could be accepted at an estimated 5 % wrong [2, 9]. "
        "727 are left, about 50 minutes at your pace."
    )
    panel.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    assert offer.inner_text().startswith("700 could be accepted at an estimated 2 % wrong [0.4, 9]")
    assert panel.locator("code").inner_text() == "session.result(0.9)"
    assert panel.get_by_role("row").all_inner_texts()[1].split("\t") == [
        "how-to",
        "61 %",
        "[50, 70] %",
    ]
    assert page.get_by_role("button", name="Look at").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visited.complaints == []
