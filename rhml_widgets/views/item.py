"""Props of an item: a text, a row as a table of fields, an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.items.cells import MISSING, cell_words, is_number
from rhml_widgets.items.images import Files, Images
from rhml_widgets.items.rows import Rows
from rhml_widgets.views.picture import glance, picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.machine.explanations import Explanation

__all__ = ["boxes_of", "columns_at", "content_props", "glance_props", "places_of"]

MAX_FIELDS = 100
MAX_VALUE = 2000


def content_props(pool: Pool, number: int) -> dict[str, Any]:
    """Return what a page needs to draw an item; of a text that stands alone, just the text."""
    props: dict[str, Any] = {"text": pool.words(number)}
    if pool.kind != "text" or pool.seen is not None:
        props |= {"kind": pool.kind, "fields": _fields(pool, number)}
    if isinstance(pool.contents, Images | Files):
        props["image"], props["text"] = picture(pool, number)
    return props


def glance_props(pool: Pool, number: int) -> dict[str, Any]:
    """Return what shows an item beside others better than its words; {} where nothing does."""
    image = glance(pool, number)
    return {"image": image} if image else {}


def _fields(pool: Pool, number: int) -> list[dict[str, Any]]:
    fields = []
    if isinstance(pool.contents, Rows):
        cells = pool.contents.cells(number)
        fields = [_field(name, value, unseen=False) for name, value in cells[:MAX_FIELDS]]
    if pool.seen is not None:
        fields += [
            _field(str(name), pool.seen.iloc[number, place], unseen=True)
            for place, name in enumerate(pool.seen.columns[:MAX_FIELDS])
        ]
    return fields


def _field(name: str, value: Any, *, unseen: bool) -> dict[str, Any]:
    words = cell_words(value)
    return {
        "name": name,
        "value": words if len(words) <= MAX_VALUE else words[: MAX_VALUE - 1] + "…",
        "number": is_number(value) and words != MISSING,
        "unseen": unseen,
        "markable": not unseen,
    }


def places_of(pool: Pool, number: int, names: Iterable[str]) -> list[list[int]]:
    """Return columns of a row as the page marks them: (place, place + 1) among its fields."""
    if not isinstance(pool.contents, Rows):
        return []
    cells = pool.contents.cells(number)[:MAX_FIELDS]
    where = {name: place for place, (name, _) in enumerate(cells)}
    return [[where[name], where[name] + 1] for name in names if name in where]


def columns_at(pool: Pool, number: int, spans: Any) -> Any:
    """Return the columns that a page's marks stand for; anything but marks as it is."""
    if not isinstance(pool.contents, Rows) or not isinstance(spans, list):
        return spans
    names = [name for name, _ in pool.contents.cells(number)[:MAX_FIELDS]]
    found: list[Any] = []
    for span in spans:
        pair = isinstance(span, list | tuple) and len(span) == 2  # noqa: PLR2004 - start and end
        if pair and all(type(end) is int and 0 <= end <= len(names) for end in span):
            found += names[span[0] : span[1]]
        else:
            found.append(span)
    return found


def boxes_of(pool: Pool, explanation: Explanation, feature: int) -> list[list[float]]:
    """Return the patches of a feature as shares of the image: top, left, bottom, right."""
    if not explanation.boxes or not isinstance(pool.contents, Images):
        return []
    height, width = pool.contents.inputs.shape[1:3]
    size = np.array([height, width, height, width], dtype=np.float64)
    return [
        (np.asarray(box[:4]) / size).round(5).tolist()
        for box in explanation.boxes
        if box[4] == feature
    ]


def shown_at(
    pool: Pool, number: int, evidence: Iterable[Any]
) -> tuple[list[list[int]], list[list[float]]]:
    """Return where evidence stands on the page: spans or columns by place, and boxes."""
    places = list(evidence)
    if isinstance(pool.contents, Images):
        height, width = pool.contents.inputs.shape[1:3]
        size = np.array([height, width, height, width], dtype=np.float64)
        return [], [(np.asarray(box) / size).round(5).tolist() for box in places]
    if isinstance(pool.contents, Rows):
        return places_of(pool, number, places), []
    return [[int(start), int(end)] for start, end in places], []
