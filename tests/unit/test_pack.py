"""The report's page: its policy fits its scripts, and text in it stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.report.markup import Html, element, rendered
from rhml_widgets.report.pack import FrozenView, pack, pack_views

CHART = {"props": {}, "curves": {"seq": 1, "spec": {"mark": "line"}, "rows": []}}
ATTACK = "</script><script>alert(1)</script><!-- <style>*{display:none}</style> \u2028 & é 漢"


class Page(HTMLParser):
    """What a browser's parser would find: scripts, styles, metas, attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.metas: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= given.keys()
        self._inside = tag
        if tag == "script":
            self.scripts.append((given, ""))
        elif tag == "style":
            self.styles.append("")
        elif tag == "meta":
            self.metas.append(given)

    def handle_endtag(self, _tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif self._inside == "style":
            self.styles[-1] += data
        else:
            self.text += data

    @property
    def policy(self) -> dict[str, list[str]]:
        (content,) = [
            meta["content"]
            for meta in self.metas
            if meta.get("http-equiv") == "Content-Security-Policy"
        ]
        rules = [rule.split() for rule in content.split("; ")]
        return {name: values for name, *values in rules}

    @property
    def running(self) -> list[str]:
        return [text for given, text in self.scripts if given.get("type") != "application/json"]

    @property
    def data(self) -> dict:
        (text,) = [text for given, text in self.scripts if given.get("type") == "application/json"]
        return json.loads(text)


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def why(text: str = "a text") -> FrozenView:
    return FrozenView("explanation-panel", {"props": {"seq": 1, "item": {"text": text}}})


def test_the_policy_allows_exactly_the_scripts_and_the_style_of_the_page():
    page = Page(pack([why(), FrozenView("learning-curves", CHART)], title="Report"))
    assert page.policy == {
        "default-src": ["'none'"],
        "script-src": [sha256(text) for text in page.running],
        "style-src": [sha256(text) for text in page.styles],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    assert len(page.running) == 4  # two views, vega, the host
    assert len(page.styles) == 1


def test_each_module_stands_once_and_vega_only_where_there_is_a_chart():
    scripts = pack_views([why("one"), why("two")]).scripts
    assert len(scripts) == 2
    assert sum(map(len, scripts)) < 100_000
    empty = FrozenView("learning-curves", {"props": {}, "curves": {"seq": 1, "spec": None}})
    assert len(pack_views([empty]).scripts) == 2
    both = pack_views([FrozenView("learning-curves", CHART), FrozenView("workbench", CHART)])
    assert len(both.scripts) == 4
    assert sum(len(text) > 500_000 for text in both.scripts) == 1


def test_a_page_without_panels_runs_nothing():
    page = Page(pack([], title="Words only"))
    assert page.scripts == []
    assert "script-src" not in page.policy


def test_traits_come_out_as_they_went_in_frozen_and_with_their_chart_module():
    page = Page(pack([why(ATTACK), FrozenView("learning-curves", CHART)], title="Report"))
    models = page.data["models"]
    assert models["0"]["props"]["item"]["text"] == ATTACK
    assert models["1"]["curves"] == CHART["curves"]
    assert [models[key]["frozen"] for key in "01"] == [True, True]
    assert [models[key]["vega"] for key in "01"] == [None, "vega"]


def test_text_in_data_title_and_parts_makes_no_element():
    harmless = Page(pack([why()], title="Report", lead_html_parts=["a"], tail_html_parts=["b"]))
    text = pack([why(ATTACK)], title=ATTACK, lead_html_parts=[ATTACK], tail_html_parts=[ATTACK])
    attacked = Page(text)
    assert attacked.tags == harmless.tags
    assert attacked.attributes == harmless.attributes
    assert attacked.text.count("<script>alert(1)") == 4  # title, heading, two parts
    assert "<!--" not in text
    assert "\u2028" not in attacked.scripts[0][1]


def test_lone_surrogates_do_not_stop_a_report():
    page = Page(pack([why("\ud83d broken")], title="Report"))
    page_bytes = pack([why("\ud83d broken")], title="Report").encode()
    assert page_bytes
    assert page.data["models"]["0"]["props"]["item"]["text"] == "\ud83d broken"


def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_keys():
    one = FrozenView("flips", {"props": {"seq": 1, "a": [1, 2], "b": "x"}, "curves": {}})
    other = FrozenView("flips", {"curves": {}, "props": {"b": "x", "a": [1, 2], "seq": 1}})
    assert pack([one], title="Report") == pack([other], title="Report")


def test_no_markup_carries_a_style_or_reaches_out():
    page = Page(pack([why(), FrozenView("workbench", CHART)], title="Report"))
    assert not page.attributes & {"style", "src", "href", "onclick", "onload", "integrity"}
    assert not {"link", "iframe", "img", "base"} & set(page.tags)


def test_parts_between_the_panels_keep_their_place():
    text = pack(
        [why(), element("h2", "Between & after"), FrozenView("flips", {"props": {}})],
        title="Report",
        lead_html_parts=[Html("<p class='lead'>first</p>"), "second <b>"],
    )
    order = [
        text.index(mark)
        for mark in (
            "<p class='lead'>first</p>",
            "<p>second &lt;b&gt;</p>",
            'data-rhml-model="0" data-rhml-view="explanation-panel"',
            "<h2>Between &amp; after</h2>",
            'data-rhml-model="1" data-rhml-view="flips"',
            "</main>",
            "<script",
        )
    ]
    assert order == sorted(order)


def test_a_bare_page_is_its_panels_alone():
    page = pack([why()], title="Report", bare=True)
    assert "<h1>" not in page
    assert '<body class="bare">' in page
    assert Page(page).policy["style-src"] == Page(pack([why()], title="Report")).policy["style-src"]


def test_an_unknown_view_and_values_that_are_no_json_are_refused():
    with pytest.raises(BadInputError, match="'sweep'"):
        pack([FrozenView("sweep", {"props": {}})], title="Report")
    with pytest.raises(BadInputError, match="json_safe"):
        pack([FrozenView("flips", {"props": {"p": float("nan")}})], title="Report")
    with pytest.raises(BadInputError, match="json_safe"):
        pack([FrozenView("flips", {"props": {"p": object()}})], title="Report")


def test_elements_escape_text_and_attributes_and_refuse_styles():
    made = element("td", 'a"<b>', element("br"), title='"x"', class_="n", hidden=True, id=None)
    assert made == '<td title="&quot;x&quot;" class="n" hidden>a&quot;&lt;b&gt;<br></td>'
    assert isinstance(rendered("x"), Html)
    with pytest.raises(ValueError, match="style"):
        element("p", style="color: red")
    with pytest.raises(ValueError, match="no children"):
        element("br", "x")


def test_modules_hold_nothing_a_parser_would_take_for_markup():
    scripts = pack_views([FrozenView("workbench", CHART)]).scripts
    assert not [text for text in scripts if re.search(r"</script|<!--|[\r\0]", text, re.IGNORECASE)]
