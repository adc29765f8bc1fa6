"""Charts: frames of the measures as Altair specs and rows.

The text of every expression is written here; of data only numbers, counts and our own fixed
words reach a spec or a row, never an item, a class or a name.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rhml_widgets.measures.agreement import AT_LEAST
from rhml_widgets.measures.points import HEIGHT, SHOWN, curve_rows, describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt
    import pandas as pd

__all__ = [
    "learning_curve",
    "learning_curve_spec",
]

PHASE = -2
"""What ``lesson`` says of a phase among the rows of ``versions``."""

BAND = 18
"""Height of the bands that name the phases, in px."""

MARGIN = 152
"""Room kept to the right of the lines for their labels, in px."""

LEAST_LABELS = 10
"""The axis shows at least so many labels."""

_NAMES = ("curve", "versions")
# Above the plot stands what the newest lesson's line is called.
_PADDING = {"left": 4, "right": 4, "top": 20, "bottom": 4}


@dataclass(frozen=True, slots=True)
class _Palette:
    ink2: str
    line: str
    paper: str
    font: str
    human: str
    model: str
    pair: str


_PRINTED = _Palette(
    ink2="#5b6470",
    line="#dfe3e8",
    paper="#ffffff",
    font="sans-serif",
    human="#a33f00",
    model="#00619c",
    pair="#00785a",
)
# The page resolves these in SVG attributes, so that a chart follows light and dark by itself.
_THEMED = _Palette(
    ink2=f"var(--rhml-ink2, {_PRINTED.ink2})",
    line=f"var(--rhml-line, {_PRINTED.line})",
    paper=f"var(--rhml-bg, {_PRINTED.paper})",
    font="inherit",
    human=f"var(--rhml-human, {_PRINTED.human})",
    model=f"var(--rhml-model, {_PRINTED.model})",
    pair=f"var(--rhml-pair, {_PRINTED.pair})",
)

_DESCRIPTION = (
    "Shares between 0 and 1 over the number of labels, each with its interval: how often the "
    "model agreed with you on blind checks, and what else was measured of either side"
)


def learning_curve_spec(*, phases: bool = False) -> dict[str, Any]:
    """Return the Vega-Lite spec of the learning curves, with empty data ``curve``, ``versions``.

    With ``phases`` the phases of the work are bands at the top. Rows for the two come from
    `curve_rows` and `version_rows`. Colors are CSS variables with fallbacks: draw it as SVG.
    """
    spec: dict[str, Any] = json.loads(_spec(phases=phases))
    return spec


@functools.cache
def _spec(*, phases: bool) -> str:
    import altair as alt

    furthest = [f"extent(pluck(data('{name}'), 'n_labels'))[1] || 0" for name in _NAMES]
    drawn = _layers(
        _THEMED,
        *(alt.NamedData(name=name) for name in _NAMES),
        end=alt.ExprRef(f"max({LEAST_LABELS}, {', '.join(furthest)})"),
        phases=phases,
    )
    spec = drawn.properties(width="container").to_dict()
    # Altair 5 and 6 name different Vega-Lite versions; this spec is the same in both.
    spec.pop("$schema", None)
    spec["datasets"] = {name: [] for name in _NAMES}
    return json.dumps(spec)


def learning_curve(
    frame: pd.DataFrame, versions: Sequence[Mapping[str, Any]] = (), *, width: int = 640
) -> alt.LayerChart:
    """Draw a frame of curves: ``rhml.charts.learning_curve(session.curves())``.

    Parameters
    ----------
    frame : DataFrame
        From ``session.curves()``.
    versions : sequence of mapping
        From `version_rows`.
    width : int
        In px.

    Returns
    -------
    altair.LayerChart
        On white, in fixed colors, for any renderer.
    """
    import altair as alt

    rows, changes = curve_rows(frame), [dict(row) for row in versions]
    drawn = _layers(
        _PRINTED,
        alt.InlineData(values=rows),
        alt.InlineData(values=changes),
        end=max([LEAST_LABELS, *(row["n_labels"] for row in [*rows, *changes])]),
        phases=any(row["lesson"] == PHASE for row in changes),
    )
    return drawn.properties(width=width, background="#ffffff", description=describe(frame, changes))


def _layers(
    palette: _Palette, curve: Any, versions: Any, *, end: Any, phases: bool
) -> alt.LayerChart:
    import altair as alt

    bands = [_phase_layers(palette, versions)] if phases else []

    x = alt.X(
        "n_labels:Q",
        title="labels you gave",
        axis=alt.Axis(grid=False, tickMinStep=1, tickCount=5, titleAnchor="end", labelFlush=False),
        scale=alt.Scale(
            domain=[0, end],
            range=[0, alt.ExprRef(f"width - {MARGIN}")],
            nice=False,
        ),
    )
    drawn: alt.LayerChart = (
        alt.layer(_version_layers(palette, versions), _series_layers(palette, curve), *bands)
        .encode(x=x)
        .properties(height=HEIGHT, description=_DESCRIPTION)
        .configure(background="transparent", font=palette.font, padding=_PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.ink2,
            titleColor=palette.ink2,
            gridColor=palette.line,
            domainColor=palette.line,
            tickColor=palette.line,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        # A summary and a table are read aloud beside it; of the marks only the labels speak.
        .configure_mark(aria=False)
        .configure_text(fontSize=12, aria=True)
    )
    return drawn


def _version_layers(palette: _Palette, versions: Any) -> Any:
    import altair as alt

    changes = alt.Chart()
    moved = [
        alt.Tooltip("n_new:Q", title="the pool changed; new items"),
        alt.Tooltip("n_gone:Q", title="judged items gone"),
        alt.Tooltip("apart:N", title="told from the old ones"),
    ]
    named = changes.transform_filter("isValid(datum.apart)")
    at_line = {"y": alt.value(HEIGHT - 8), "text": "label:N", "description": "label:N"}
    taught = changes.transform_filter("datum.lesson === 1")
    tooltip = [
        alt.Tooltip("version:Q", title="you taught; version"),
        alt.Tooltip("flips:Q", title="predictions changed"),
    ]
    return alt.layer(
        changes.transform_filter("datum.lesson === 0")
        .mark_rule(color=palette.ink2, strokeWidth=1, opacity=0.5)
        .encode(y=alt.value(HEIGHT), y2=alt.value(HEIGHT - 6), tooltip="version:Q"),
        changes.transform_filter("datum.lesson === -1")
        .mark_rule(color=palette.ink2, strokeWidth=1, strokeDash=[6, 3])
        .encode(y=alt.value(0), y2=alt.value(HEIGHT), tooltip=moved),
        named.mark_rule(color=palette.ink2, strokeWidth=2).encode(
            y=alt.value(0), y2=alt.value(HEIGHT), tooltip=moved
        ),
        named.transform_filter("datum.at === 0")
        .mark_text(color=palette.ink2, baseline="bottom", align="right", dx=-5)
        .encode(**at_line),
        named.transform_filter("datum.at === 1")
        .mark_text(color=palette.ink2, baseline="bottom", align="left", dx=5)
        .encode(**at_line),
        taught.mark_rule(color=palette.pair, strokeWidth=1, strokeDash=[1, 3]).encode(
            y=alt.value(0), y2=alt.value(HEIGHT)
        ),
        taught.mark_point(
            color=palette.pair, fill=palette.pair, shape="diamond", size=40, opacity=1
        ).encode(y=alt.value(HEIGHT), tooltip=tooltip),
        taught.transform_filter("isValid(datum.label)")
        .mark_text(color=palette.pair, baseline="bottom")
        .encode(y=alt.value(-4), text="label:N", description="label:N"),
        data=versions,
    )


def _phase_layers(palette: _Palette, versions: Any) -> Any:
    """Bands that name the phases of the work, at the top of the timeline."""
    import altair as alt

    held = f"datum.lesson === {PHASE} && datum.n_end > datum.n_labels"
    phases = alt.Chart().transform_filter(held)
    return alt.layer(
        phases.mark_rule(color=palette.ink2, strokeWidth=1, opacity=0.5).encode(
            y=alt.value(0), y2=alt.value(HEIGHT)
        ),
        phases.mark_bar(color=palette.ink2, opacity=0.12).encode(
            x2="n_end:Q", y=alt.value(0), y2=alt.value(BAND), tooltip="phase:N"
        ),
        phases.mark_text(align="left", baseline="top", dx=4, dy=3, color=palette.ink2).encode(
            y=alt.value(0), text="phase:N"
        ),
        data=versions,
    )


def _series_layers(palette: _Palette, curve: Any) -> Any:
    import altair as alt

    series = list(SHOWN.values())
    keys = [one.key for one in series]
    ink = [palette.human if one.human else palette.model for one in series]
    inside = [
        palette.paper if one.hollow else color for one, color in zip(series, ink, strict=True)
    ]

    def by_series(channel: Any, values: list[Any]) -> Any:
        return channel("series:N", legend=None, scale=alt.Scale(domain=keys, range=values))

    y = alt.Y(
        "low:Q",
        title=None,
        # Fixed extent: an inherited font cannot be measured before it is drawn.
        axis=alt.Axis(
            values=[0, 0.2, 0.4, 0.6, 0.8, 1],
            tickCount=6,
            format=".1f",
            domain=False,
            ticks=False,
            labelOverlap=False,
            minExtent=26,
            maxExtent=26,
        ),
        scale=alt.Scale(domain=[0, 1]),
    )
    dash = by_series(alt.StrokeDash, [[6, 4] if one.human else [1, 0] for one in series])
    rows = alt.Chart()
    ends = rows.transform_filter("isValid(datum.label)")
    right, beside = alt.ExprRef(f"width - {MARGIN - 8}"), alt.ExprRef(f"width - {MARGIN - 14}")
    return (
        alt.layer(
            # Bands of two colors on top of each other cannot be told apart: the person's
            # interval stands beside the line and in the table.
            rows.transform_filter("indexof(datum.series, 'model') === 0 && datum.stage >= 1")
            .mark_area(opacity=0.13)
            .encode(y=y, y2="high:Q"),
            rows.transform_filter("datum.stage <= 1")
            .mark_line(strokeWidth=1, opacity=0.8)
            .encode(y="value:Q", strokeDash=dash),
            rows.transform_filter("datum.stage >= 1")
            .mark_line(strokeWidth=2.25)
            .encode(y="value:Q", strokeDash=dash),
            rows.transform_filter("datum.mark === 1")
            .mark_point(size=36, strokeWidth=1.5, opacity=1)
            .encode(
                y="value:Q",
                fill=by_series(alt.Fill, inside),
                shape=by_series(alt.Shape, ["circle" if one.human else "square" for one in series]),
            ),
            ends.mark_rule(strokeWidth=1, opacity=0.5).encode(
                y="value:Q", x2=alt.value(right), y2="label_y:Q"
            ),
            ends.mark_text(align="left", baseline="middle", lineBreak="\n", lineHeight=15).encode(
                x=alt.value(beside), y="label_y:Q", text="label:N", description="label:N"
            ),
            rows.mark_point(size=150, opacity=0, filled=True).encode(
                y="value:Q", tooltip=_tooltip()
            ),
            data=curve,
        )
        .transform_calculate(**_told())
        .encode(color=by_series(alt.Color, ink))
    )


def _told() -> dict[str, str]:
    tips = {one.key: one.tip for one in SHOWN.values()}
    average = "at all looks, for the average of these"
    doubt = {
        "model-holdout": "at all looks: each spends a part of the error",
        "human-shared": "at all looks",
    }
    against = {
        "model-holdout": "given truth",
        "human-checks": "given truth",
        "human-repeats": "your earlier blind answers",
        "human-shared": "the blind answers of each other",
    }
    return {
        "what": f"{json.dumps(tips)}[datum.series]",
        "count": "round(datum.value * datum.n) + ' of ' + datum.n",
        "range": (
            f"datum.n < {AT_LEAST} ? 'from {AT_LEAST} on'"
            " : format(datum.low, '.2f') + ' to ' + format(datum.high, '.2f')"
        ),
        "doubt": f"{json.dumps(doubt)}[datum.series] || '{average} ' + datum.n",
        "against": f"{json.dumps(against)}[datum.series] || 'your own blind answers'",
    }


def _tooltip() -> list[Any]:
    import altair as alt

    return [
        alt.Tooltip("what:N", title="measured"),
        alt.Tooltip("count:N", title="count"),
        alt.Tooltip("range:N", title="95 % interval"),
        alt.Tooltip("doubt:N", title="valid"),
        alt.Tooltip("against:N", title="reference"),
        alt.Tooltip("n_labels:Q", title="labels"),
    ]
