"""Policies: which items the model shows its view of, and how much of it, as an experiment would.

An arm is fixed when an item is drawn, before anybody answers it, and logged with its probability:
what an arm did to the person can be told afterwards, because nothing they did chose it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.folded.draws import AFTER, BEFORE
from rhml_widgets.human.advice import ARMS, POLICIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label

__all__ = ["Always", "Asked", "AtRandom", "ByRule", "Policy", "allowed", "concept_of", "policy_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a policy may know of an item when its arm is chosen: nothing the person answered to it.

    Attributes
    ----------
    item_id : str
    purpose : str
    concept : str
        The two classes the model hesitates between, in order of their names: items that are
        learned together get one arm together.
    n_answered : int
        Items answered so far.
    """

    item_id: str
    purpose: str
    concept: str
    n_answered: int


class Policy(Protocol):
    """What `policy_of` makes of ``advice=``."""

    def choose(self, asked: Asked, seed: int) -> tuple[str, float]:
        """Return the arm of an item and the probability it was chosen with, in (0, 1]."""
        ...


def allowed(purpose: str) -> tuple[str, ...]:
    """Return the arms an item of a purpose may have; see `rhml_widgets.folded.draws.BEFORE`.

    Examples
    --------
    >>> allowed("check")
    ('none', 'evidence', 'full', 'on_demand')
    >>> allowed("teach")
    ('none', 'evidence_first')
    """
    return tuple(
        arm
        for arm in ARMS
        if arm == "none" or purpose in (BEFORE if arm == "evidence_first" else AFTER)
    )


def concept_of(proba: Sequence[float], classes: Sequence[Label]) -> str:
    """Name the pair of classes a prediction hesitates between.

    Examples
    --------
    >>> concept_of([0.1, 0.5, 0.4], ["bug", "refund", "card"])
    'card / refund'
    """
    order = sorted(range(len(proba)), key=lambda place: -proba[place])[:2]
    return " / ".join(sorted(str(classes[place]) for place in order))


@dataclass(frozen=True, slots=True)
class Always:
    """One arm, wherever it is allowed.

    Examples
    --------
    >>> Always("full").choose(Asked("t1:a", "teach", "card / refund", 10), 0)
    ('none', 1.0)
    """

    arm: str

    def __str__(self) -> str:
        """Name it as ``advice=`` did."""
        return self.arm

    def choose(self, asked: Asked, seed: int) -> tuple[str, float]:  # noqa: ARG002
        """Return the arm, or "none" where it is not allowed."""
        return (self.arm if self.arm in allowed(asked.purpose) else "none"), 1.0


@dataclass(frozen=True, slots=True)
class AtRandom:
    """Arms by chance, the same one for all items of a concept.

    What is learned from one item of a confusable pair is used on the next, so arms drawn item by
    item would answer only for that item.

    Parameters
    ----------
    shares : mapping of arm to weight
        Arms an item may not have are left out for it, and the rest keep their proportions.
    by : {"concept", "item"}

    Examples
    --------
    >>> policy = AtRandom({"none": 1, "evidence": 1})
    >>> first = policy.choose(Asked("t1:a", "check", "card / refund", 10), 0)
    >>> policy.choose(Asked("t1:b", "challenge", "card / refund", 11), 0) == first
    True
    >>> first[1]
    0.5
    """

    shares: Mapping[str, float]
    by: str = "concept"

    def __post_init__(self) -> None:
        """Refuse what are no shares of arms."""
        unknown = [arm for arm in self.shares if arm not in ARMS]
        if unknown:
            msg = f"arm {unknown[0]!r} is not known; expected {', '.join(map(repr, ARMS))}"
            raise BadInputError(msg)
        weights = list(self.shares.values())
        fine = all(isinstance(one, int | float) and math.isfinite(one) for one in weights)
        if not fine or not weights or min(weights) < 0 or sum(weights) <= 0:
            msg = f"advice={dict(self.shares)!r}: expected weights of at least 0, not all 0"
            raise BadInputError(msg)
        if self.by not in ("concept", "item"):
            msg = f"by={self.by!r}: expected 'concept' or 'item'"
            raise BadInputError(msg)

    def __str__(self) -> str:
        """Name it as the journal does."""
        told = ", ".join(f"{arm}={weight:g}" for arm, weight in self.shares.items())
        return f"at_random({told}, by={self.by})"

    def choose(self, asked: Asked, seed: int) -> tuple[str, float]:
        """Return the concept's arm (or the item's) and its probability."""
        may = allowed(asked.purpose)
        weights = {arm: float(w) for arm, w in self.shares.items() if w > 0 and arm in may}
        total = sum(weights.values())
        if not total:
            return "none", 1.0
        key = asked.concept if self.by == "concept" else asked.item_id
        told = blake2b(f"{seed} {key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
        left = int.from_bytes(told, "big") / 2**64 * total
        for arm in ARMS:
            left -= weights.get(arm, 0.0)
            if left < 0:
                return arm, weights[arm] / total
        arm = next(arm for arm in reversed(ARMS) if arm in weights)
        return arm, weights[arm] / total


@dataclass(frozen=True, slots=True)
class ByRule:
    """Arms by a function of what was asked.

    Parameters
    ----------
    rule : callable
        Takes an `Asked`, returns an arm; one that is not allowed there counts as "none".
    """

    rule: Callable[[Asked], str]

    def __str__(self) -> str:
        """Name it as the journal does."""
        return f"rule({getattr(self.rule, '__name__', type(self.rule).__name__)})"

    def choose(self, asked: Asked, seed: int) -> tuple[str, float]:  # noqa: ARG002
        """Return what the rule says.

        Raises
        ------
        BadInputError
            If that is no arm.
        """
        arm = self.rule(asked)
        if arm not in ARMS:
            known = ", ".join(map(repr, ARMS))
            msg = f"the advice rule returned {arm!r} for {asked}; expected one of {known}"
            raise BadInputError(msg)
        return (arm if arm in allowed(asked.purpose) else "none"), 1.0


def policy_of(advice: Any) -> Policy | None:
    """Return the policy that ``advice`` names, or None for those without arms drawn ahead.

    Parameters
    ----------
    advice : str, mapping of arm to weight, callable or policy
        "speak_up" and "none" choose nothing ahead.

    Raises
    ------
    BadInputError

    Examples
    --------
    >>> policy_of("speak_up") is None
    True
    >>> str(policy_of({"none": 0.5, "evidence": 0.5}))
    'at_random(none=0.5, evidence=0.5, by=concept)'
    """
    if isinstance(advice, str):
        if advice in POLICIES:
            return None
        if advice in ARMS:
            return Always(advice)
    elif isinstance(advice, Mapping):
        return AtRandom(dict(advice))
    elif callable(getattr(advice, "choose", None)):
        return advice  # type: ignore[no-any-return]
    elif callable(advice):
        return ByRule(advice)
    known = ", ".join(map(repr, dict.fromkeys([*POLICIES, *ARMS])))
    msg = (
        f"advice={advice!r:.80} is not a policy; expected one of {known}, shares of arms such as "
        "{'none': 0.5, 'evidence': 0.5}, or a function of what is asked that returns an arm"
    )
    raise BadInputError(msg)
