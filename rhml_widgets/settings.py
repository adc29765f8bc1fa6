"""Settings: what a session may be told, and what it takes where nothing is said."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.models import check_model

if TYPE_CHECKING:
    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Label

__all__ = [
    "PURPOSES",
    "draw_holdout",
    "pseudonym",
    "require_model",
    "require_person",
    "require_pool",
    "require_purposes",
    "require_refit",
    "versions",
]

PURPOSES = {"teach": 0.75, "check": 0.15, "challenge": 0.10}
"""Default shares of why an item is shown."""


MAX_HOLDOUT = 200

_MOODS = "quiet amber brisk calm early fair gentle keen late lucid mild open plain steady warm wry"
_BIRDS = "heron wren finch plover tern avocet dunlin linnet swift siskin martin curlew rail kite"


def pseudonym() -> str:
    """Return a random pseudonym; it is nobody's name and comes from no account."""
    return f"{secrets.choice(_MOODS.split())}-{secrets.choice(_BIRDS.split())}"


def require_person(person: Any) -> None:
    """Refuse what is no pseudonym; None passes.

    Raises
    ------
    BadInputError
    """
    if person is not None and (not isinstance(person, str) or not person.strip()):
        msg = f"person={person!r}: expected a pseudonym, or None for a random one"
        raise BadInputError(msg)


def require_distinct(name: str, known: list[str]) -> None:
    """Refuse a new pseudonym that would be taken for a known one.

    Raises
    ------
    BadInputError
    """
    twin = next((one for one in known if one.casefold() == name.casefold()), name)
    if twin != name:
        msg = f"person={name!r}: there is {twin!r} already; say {twin!r}, or choose another one"
        raise BadInputError(msg)


def require_model(model: Any) -> None:
    """Refuse what is no model, above all a pool in its place; None passes.

    Raises
    ------
    BadInputError
    """
    if model is None:
        return
    items = isinstance(model, str | bytes | Sequence | Mapping) or hasattr(model, "__array__")
    if items and not hasattr(model, "predict"):
        msg = (
            f"the first argument, model, is a {type(model).__name__}; did you mean "
            "Session(pool=...)?"
        )
        raise BadInputError(msg)
    check_model(model)


def require_pool(pool: Any) -> None:
    """Refuse a pool whose items have no order.

    Raises
    ------
    BadInputError
    """
    if isinstance(pool, Mapping | set | frozenset):
        listed = "list(pool.values())" if isinstance(pool, Mapping) else "sorted(pool)"
        msg = (
            f"pool is a {type(pool).__name__}: expected items in an order, a list of str, a "
            f"Series, a DataFrame or an array; for instance {listed}"
        )
        raise BadInputError(msg)


def draw_holdout(
    truth: Mapping[str, Label], pool: Pool, holdout: int | None, random_state: int
) -> list[str]:
    """Draw the items kept aside for measuring, uniformly among those with known truth.

    Parameters
    ----------
    holdout : int or None
        How many; None: half of the known truth, at most 200.

    Raises
    ------
    BadInputError
        If there are not that many known truths, or nothing would be left to judge.
    """
    n = min(len(truth) // 2, MAX_HOLDOUT) if holdout is None else holdout
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        msg = f"holdout={holdout!r}: expected a number of items or None"
        raise BadInputError(msg)
    if n > len(truth):
        msg = f"holdout={n}, but truth is known for {len(truth)} items only"
        raise BadInputError(msg)
    if n and n >= len(pool):
        msg = f"holdout={n} would leave nothing of {len(pool)} items to judge"
        raise BadInputError(msg)
    known = sorted(truth)
    chosen = np.random.default_rng(random_state).choice(len(known), size=n, replace=False)
    return [known[i] for i in sorted(chosen.tolist())]


def versions() -> dict[str, str]:
    """Return the versions that numbers may depend on."""
    found = {"python": platform.python_version()}
    for name in ("rhml-widgets", "numpy", "scipy", "pandas", "scikit-learn", "anywidget"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def require_purposes(purposes: Mapping[str, float]) -> dict[str, float]:
    """Return purposes as shares that sum to one.

    Raises
    ------
    BadInputError

    Examples
    --------
    >>> require_purposes({"teach": 3, "check": 1})
    {'teach': 0.75, 'check': 0.25, 'challenge': 0.0}

    Hidden repeats are named alone where the rest is to be as usual:

    >>> require_purposes({"probe": 0.5})
    {'teach': 0.375, 'check': 0.075, 'challenge': 0.05, 'probe': 0.5}
    """
    if not isinstance(purposes, Mapping) or not all(
        isinstance(share, int | float | np.number) for share in purposes.values()
    ):
        msg = f"purposes={purposes!r}: expected shares, for instance {PURPOSES!r}"
        raise BadInputError(msg)
    unknown = set(purposes) - {*PURPOSES, "probe"}
    if unknown:
        msg = (
            f"purpose {min(unknown)!r} is not known; expected shares of 'teach', 'check', "
            "'challenge' and 'probe'"
        )
        raise BadInputError(msg)
    probe = float(purposes.get("probe", 0.0))
    if set(purposes) == {"probe"} and probe < 1:
        purposes = {**{name: share * (1 - probe) for name, share in PURPOSES.items()}, **purposes}
    shares = {name: float(purposes.get(name, 0.0)) for name in PURPOSES}
    usual = sum(shares.values())
    total = usual + probe
    if not (min(*shares.values(), probe) >= 0 and usual > 0 and total < float("inf")):
        msg = (
            f"purposes={dict(purposes)!r}: shares must be at least 0, and those other than 'probe' "
            "not all 0"
        )
        raise BadInputError(msg)
    if probe:
        shares["probe"] = probe
    return {name: share / total for name, share in shares.items()}


def require_refit(refit: str | int) -> str | int:
    """Return ``refit`` if it is "background", "sync", "manual" or a number of labels.

    Raises
    ------
    BadInputError
    """
    if refit in ("background", "sync", "manual") or (
        isinstance(refit, int) and not isinstance(refit, bool) and refit >= 1
    ):
        return refit
    msg = (
        f"refit={refit!r}: expected 'background', 'sync', 'manual' or a whole number n of labels "
        "between refits"
    )
    raise BadInputError(msg)
