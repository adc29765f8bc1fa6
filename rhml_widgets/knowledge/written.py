"""Written: a codebook, and what was done to it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.codebook import Code, Codebook

__all__ = ["became", "edit_words", "markdown", "table"]


def edit_words(op: str, about: Mapping[str, Any]) -> str:
    """Return an edit in one line.

    Examples
    --------
    >>> edit_words("merge", {"labels": ["a", "b"], "into": "c"})
    'merged “a” and “b” into “c”'
    """
    return _WORDS[op](f"“{about.get('label')}”", about)


def _rule_words(what: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda label, about: f"a rule for what {what} {label}: {about['text']}"


def _definition_words(label: str, about: Mapping[str, Any]) -> str:
    meant = about.get("definition")
    return f"defined {label}: {meant}" if meant else f"took the definition of {label} out"


def _parent_words(label: str, about: Mapping[str, Any]) -> str:
    above = about.get("parent")
    return f"{label} is " + (f"a kind of “{above}”" if above is not None else "no kind")


_TAKEN = {"include": "a rule", "exclude": "a rule", "examples": "an example", "memos": "a memo"}
_WORDS: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "add": lambda label, _: f"added {label}",
    "define": _definition_words,
    "rename": lambda label, about: f"renamed {label} to “{about['name']}”",
    "merge": lambda _, about: f"merged {_listed(about['labels'])} into “{about['into']}”",
    "split": lambda label, about: f"split {label} into {_listed(about['into'])}",
    "retire": lambda label, _: f"retired {label}",
    "include": _rule_words("belongs to"),
    "exclude": _rule_words("does not belong to"),
    "example": lambda label, _: f"an example of {label}",
    "memo": lambda label, about: f"a memo on {label}: {about['text']}",
    "seeds": lambda label, about: f"seed words of {label}: {', '.join(about['seeds']) or 'none'}",
    "parent": _parent_words,
    "drop": lambda label, about: f"took {_TAKEN[about['what']]} of {label} out",
    "relabel": lambda _, __: "asked again for what waits to be answered anew",
}


def _listed(labels: list[Label]) -> str:
    quoted = [f"“{label}”" for label in labels]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def became(code: Code) -> str:
    """Return what became of a class that is no answer any more; "" for a live one."""
    if code.live:
        return ""
    into = _listed(list(code.into)) if code.into else ""
    return {
        "merged": f"merged into {into}",
        "split": f"split into {into}",
        "retired": "retired",
        "undone": "taken back",
    }[code.status]


def markdown(book: Codebook, counts: Mapping[Label, int]) -> str:
    """Return a codebook as Markdown, retired classes at the end."""
    lines = [f"# Codebook, version {book.version}", ""]
    for code in book.codes:
        if code.live:
            lines += _section(code, counts.get(code.name, 0))
    gone = [code for code in book.codes if code.status in ("merged", "split", "retired")]
    if gone:
        lines += ["## No longer used", ""]
        lines += [f"- {_plain(code.name)}: {_plain(became(code))}" for code in gone] + [""]
    return "\n".join(lines)


def _section(code: Code, n_items: int) -> list[str]:
    lines = [f"## {_plain(code.name)}", ""]
    lines += [_plain(code.definition), ""] if code.definition else []
    told = [f"{n_items:,} answered"]
    told += [f"a kind of {_plain(code.parent)}"] if code.parent is not None else []
    told += [f"was called {', '.join(_plain(one) for one in code.was)}"] if code.was else []
    lines += [f"*{' · '.join(told)}*", ""]
    parts = {
        "Belongs here": code.include,
        "Does not belong here": code.exclude,
        "Examples": [_shown(one.to_dict()) for one in code.examples],
        "Memos": [f"{one.text} ({one.at[:10]})" if one.at else one.text for one in code.memos],
        "Seed words": [", ".join(code.seeds)] if code.seeds else [],
    }
    for title, rows in parts.items():
        if rows:
            lines += [f"**{title}**", "", *(f"- {_plain(row)}" for row in rows), ""]
    return lines


def _shown(example: Mapping[str, str]) -> str:
    what = example.get("text") or f"item {example.get('item_id')}"
    return f"{what} — {example['why']}" if example.get("why") else what


def _plain(value: Any) -> str:
    """Return words that Markdown and HTML leave as they are."""
    text = " ".join(str(value).split())
    for mark in "\\`*_[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return text


def table(book: Codebook, counts: Mapping[Label, int]) -> list[list[Any]]:
    """Return a codebook as rows, the first one their names."""
    rows: list[list[Any]] = [
        [
            "class",
            "definition",
            "items",
            "status",
            "include",
            "exclude",
            "examples",
            "memos",
            "parent",
            "seeds",
            "was",
        ]
    ]
    for code in book.codes:
        if code.status == "undone":
            continue
        rows.append(
            [
                code.name,
                code.definition or "",
                counts.get(code.name, 0),
                became(code) or "live",
                "\n".join(code.include),
                "\n".join(code.exclude),
                "\n".join(_shown(one.to_dict()) for one in code.examples),
                "\n".join(one.text for one in code.memos),
                "" if code.parent is None else code.parent,
                "\n".join(code.seeds),
                "\n".join(map(str, code.was)),
            ]
        )
    return rows
