"""Props of each view, written by hand, as a session would send them."""

from __future__ import annotations

from typing import Any

TEXT = "anyone selling fresh logs? need bank drops, escrow only, no newbies please"
CLASSES = ["trade", "how-to", "chatter"]


def span(word: str, text: str = TEXT) -> list[int]:
    start = text.index(word)
    return [start, start + len(word)]


def reason(term: str, value: float, **more: Any) -> dict[str, Any]:
    plain = {"before": None, "stance": None, "stance_label": None, "spans": [span(term)]}
    return {"term": term, "value": value, **plain, **more}


def reasons(**more: Any) -> dict[str, Any]:
    rows = [reason("escrow", 1.84), reason("logs", 0.88), reason("please", -0.77)]
    return {
        "label": 0,
        "against": 1,
        "predicted": 0,
        "unit": "log-odds",
        "prediction": 1.95,
        "baseline": 0,
        "rest": 0,
        "gap": 0,
        "method": "exact",
        "exactness": "exact · contributions add up to the score",
        "rows": rows,
        "prediction_before": None,
        **more,
    }


def effect(**more: Any) -> dict[str, Any]:
    return {
        "lesson": 7,
        "words": "You struck “please”.",
        "pending": False,
        "version": 15,
        "flips": 31,
        "total": 2497,
        "shown": None,
        "looks": {"asked": 0, "judged": 0, "better": 0, "worse": 0, "neither": 0, "words": ""},
        "blind_left": 31,
        "undone": False,
        "since": "",
        **more,
    }


def explanation(**more: Any) -> dict[str, Any]:
    return {
        "seq": 1,
        "classes": CLASSES,
        "empty": "",
        "item": {"item_id": "i1", "text": TEXT, "judged": 0},
        "heading": "Why “trade” and not “how-to”",
        "reasons": reasons(),
        "neighbors": [
            {"item_id": "n1", "excerpt": "selling, escrow welcome", "label": 0, "similarity": 0.71}
        ],
        "effect": None,
        "may_teach": True,
        "problem": None,
        **more,
    }


def queue(**more: Any) -> dict[str, Any]:
    return {
        "seq": 1,
        "state": "asking",
        "state_text": "",
        "status": "40 of 2,497 labeled",
        "progress": {"labeled": 40, "total": 2497, "seconds_each": 4.0, "left": ""},
        "classes": [
            {"name": name, "definition": None, "key": str(place + 1), "count": 14}
            for place, name in enumerate(CLASSES)
        ],
        "may_add": True,
        "items": [
            {
                "item_id": "i2",
                "text": TEXT,
                "truncated": False,
                "purpose": "teach",
                "why": "a close call",
                "rows": 1,
                "seen": 7,
                "draft": None,
            }
        ],
        "stop": None,
        "undo": None,
        "skip_reasons": [],
        "history": [],
        "last": None,
        "model": {"name": "LogisticRegression v14", "version": 14, "fitting": False, "behind": 0},
        "problem": None,
        **more,
    }


def audit(**more: Any) -> dict[str, Any]:
    return {
        "version": 14,
        "n_free": 2257,
        "why_not": "",
        "choices": [{"n": 100, "margin": 0.083}],
        "guess": 0.1,
        "had": 0,
        "running": None,
        "found": {
            "version": 14,
            "n_items": 2457,
            "n": 200,
            "wrong": 9,
            "low": 0.017,
            "high": 0.094,
            "words": "Version 14 was audited: it agrees with you on 96 % [.91, .98] of 200 checks.",
        },
        "newer": "",
        **more,
    }


def offer(threshold: float, n_items: int, **more: Any) -> dict[str, Any]:
    return {
        "threshold": threshold,
        "n_items": n_items,
        "n_rows": n_items,
        "checked": 140,
        "wrong": 7,
        "value": 0.05,
        "low": 0.02,
        "high": 0.094,
        "expected": 0.056 * n_items,
        "left": 2457 - n_items,
        "time": "about 50 minutes at your pace",
        "call": f"session.result({threshold})",
        "best": False,
        **more,
    }


def result(**more: Any) -> dict[str, Any]:
    best = offer(0.731, 1730, best=True, call="session.result()")
    return {
        "version": 14,
        "n_items": 2457,
        "offers": [offer(0.9, 700, value=0.02, low=0.004), best, offer(0.2, 2457, value=0.15)],
        "best": 1,
        "not_yet": "",
        "shares": [
            {"label": 1, "value": 0.61, "low": 0.5, "high": 0.7},
            {"label": 0, "value": 0.3, "low": 0.2, "high": 0.4},
        ],
        "n_classes": 3,
        "advice": "My answers have settled (kappa 0.995 with those some labels ago).",
        "newer": "",
        "drift": "",
        "old": {"doubtful": 12, "of": 500},
        **more,
    }


def workbench(**more: Any) -> dict[str, Any]:
    return {
        "seq": 1,
        "header": {
            "journal": "triage.rhml",
            "person": "quiet-heron",
            "model": queue()["model"],
            "labeled": "40 of 2,497 labeled",
        },
        "queue": queue(),
        "explanation": explanation(),
        "lessons": [
            {
                "lesson": 7,
                "words": "You struck “please”.",
                "flips": 31,
                "looks": "",
                "may_undo": True,
            }
        ],
        "standing": ["The model agrees with you on 33 of 41 checks, interval .63 to .91."],
        "audit": audit(),
        "result": result(),
        **more,
    }


def spec() -> dict[str, Any]:
    """Return a layered chart: band, lines by actor, points, rules for versions."""
    colors = {"domain": ["human", "model"], "range": ["var(--rhml-human)", "var(--rhml-model)"]}
    x = {"field": "n_labels", "type": "quantitative", "title": "checks"}
    y = {"field": "value", "type": "quantitative", "scale": {"domain": [0, 1]}}
    by_actor = {"color": {"field": "actor", "type": "nominal", "scale": colors, "legend": None}}
    dash = {
        "field": "actor",
        "type": "nominal",
        "scale": {"domain": ["human", "model"], "range": [[6, 4], [1, 0]]},
        "legend": None,
    }
    told = [{"field": "actor", "type": "nominal"}, {"field": "value", "type": "quantitative"}]
    return {
        "width": "container",
        "height": 200,
        "layer": [
            {
                "data": {"name": "versions"},
                "mark": {"type": "rule", "color": "var(--rhml-pair)"},
                "encoding": {"x": x},
            },
            {
                "data": {"name": "curve"},
                "layer": [
                    {
                        "mark": {"type": "area", "opacity": 0.13},
                        "encoding": {
                            "x": x,
                            "y": {"field": "low", "type": "quantitative"},
                            "y2": {"field": "high"},
                            **by_actor,
                        },
                    },
                    {
                        "mark": "line",
                        "encoding": {"x": x, "y": y, "strokeDash": dash, **by_actor},
                    },
                    {
                        "transform": [{"calculate": "datum.value * 100", "as": "percent"}],
                        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                        "encoding": {"x": x, "y": y, "tooltip": told, **by_actor},
                    },
                ],
            },
        ],
    }


def curves(n: int = 40, **more: Any) -> dict[str, Any]:
    rows = [
        {
            "actor": actor,
            "n_labels": place,
            "value": round(high - 0.3 / (place + 1), 4),
            "low": round(high - 0.3 / (place + 1) - 0.1, 4),
            "high": round(high - 0.3 / (place + 1) + 0.1, 4),
        }
        for actor, high in (("human", 0.9), ("model", 0.75))
        for place in range(n)
    ]
    return {
        "seq": 1,
        "empty": "",
        "spec": spec(),
        "rows": rows,
        "versions": [{"n_labels": 10}, {"n_labels": 25}],
        "summary": "The model agrees with you on 33 of 41 checks, interval .63 to .91.",
        "regime": "blind checks, drawn at random · you are the reference: “agrees with you”",
        "table": {
            "columns": ["checks", "who", "share"],
            "rows": [[str(row["n_labels"]), row["actor"], str(row["value"])] for row in rows],
        },
        **more,
    }


def confusion():
    """Return the props of a confusion matrix with an open cell."""
    return {
        "seq": 12,
        "classes": ["trade", "how-to", "chatter"],
        "of": "answers",
        "choices": [{"of": "answers", "name": "you and I, on all you answered"}],
        "rows": "you",
        "columns": "I",
        "about": "all you answered before I was seen",
        "words": "31 of 40 the same label",
        "labels": [0, 1, 2],
        "counts": [[12, 0, 3], [1, 9, 0], [5, 0, 10]],
        "outside": 0,
        "cell": {
            "row": 2,
            "column": 0,
            "n": 1,
            "items": [{"item_id": "x", "text": TEXT}],
            "closed": 0,
            "reasons": True,
        },
        "may_act": True,
        "status": "40 of 100 labeled",
    }
