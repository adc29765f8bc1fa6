"""Speaker: the version that is live, and what it says when it is asked."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.journal.events import Predicted
from rhml_widgets.machine.contest import outstanding
from rhml_widgets.machine.explainers import explain_item
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.foresight import Foresight
from rhml_widgets.machine.live_model import LiveModel
from rhml_widgets.machine.models import printed
from rhml_widgets.machine.nearest import Nearest
from rhml_widgets.machine.scores import decision, linear_form

if TYPE_CHECKING:
    import threading

    import numpy.typing as npt

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import FitFailed, Label
    from rhml_widgets.machine.contest import Contest
    from rhml_widgets.machine.evidence import Evidence
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.machine.fit import Fit
    from rhml_widgets.machine.gate import Held
    from rhml_widgets.machine.versions import Versions
    from rhml_widgets.state import State

__all__ = ["Speaker"]

_AT_ONCE = (
    "To learn from your answers at once, pass sklearn.base.clone(model) or set session.model = "
    "clone(model)"
)


class Speaker:
    """The part of the model's side that answers; `Learner` is the part that changes.

    Attributes
    ----------
    model : LiveModel
    live : Fit or None
        What answers now.
    version : int or None
        Its number.
    failure : FitFailed or None
        Of the latest fit, if it failed.
    contest : Contest or None
        The last one between a refit and the model brought along.
    held_back : Held or None
        The newest refit, where it may not go live unasked.
    """

    def __init__(
        self,
        model: Any,
        pool: Pool,
        state: State,
        *,
        lock: threading.RLock,
        evidence: Evidence,
        versions: Versions,
        transform: str,
    ) -> None:
        self.evidence = evidence
        self.transform = transform
        self._pool = pool
        self._state = state
        self._lock = lock
        self._versions = versions
        self._foresight = Foresight()
        self._nearest = Nearest()
        self._preparing = Lock()
        self._generation = 0
        self._take(model)

    def _take(self, model: Any) -> None:
        self.model = LiveModel(model)
        self.model._bind()  # noqa: SLF001 - only a session may close its fit
        self._params = repr(model)
        self._printed = printed(model, self.transform)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._generation += 1
        self.live: Fit | None = None
        self.version: int | None = None
        self.failure: FitFailed | None = None
        self.contest: Contest | None = None
        self.held_back: Held | None = None
        self._features: Features | None = None
        self._serving = False
        """Whether the live version is the fitted model somebody brought along."""
        self._replaced: int | None = None
        """The version that took its place, in this process."""

    # ---- in words -------------------------------------------------------------------------

    def words(self) -> str:
        """Return which model answers, as people say it."""
        model = self.model.estimator
        last = model.steps[-1][1] if hasattr(model, "steps") else model
        name = type(last).__name__
        if self.version is None:
            return f"{name}, no version yet"
        return f"{name} v{self.version}{', as you brought it' if self._serving else ''}"

    @property
    def added(self) -> str:
        """What was put in front of the model so that it reads the items; "" for nothing."""
        return "; ".join(self._features.notes) if self._features is not None else ""

    @property
    def brought(self) -> str:
        """What became of a fitted model that somebody brought along; "" where there is none."""
        if self._serving:
            why = self.why_kept
            return f"your fitted model answers{why and ' until a refit beats it: '}{why}"
        if self._replaced is not None and self.contest is not None:
            score = self.contest.words()
            return f"v{self._replaced} replaced the model you brought: {score}"
        if self.live is not None and self._features and self._features.fitted_head is not None:
            return "a refit on your answers speaks, not the model you brought"
        return ""

    @property
    def why_kept(self) -> str:
        """Why the model brought along goes on answering, and the remedy.

        "" where another model answers, and where nothing was answered or taught yet.
        """
        state = self._state
        taught = any(
            one.origin != "codebook" for one in state.lessons.values() if not one.retracted
        )
        if not self._serving or not (state.answers or taught):
            return ""
        return f"{outstanding(self.evidence.fair_of, self.contest)}. {_AT_ONCE}"

    def why_silent(self) -> str | None:
        """Return why no version answers, in words; None where one does."""
        if self.live is not None:
            return None
        none_yet = "no model has been fitted yet: label items of two classes first"
        return self.why_failed() or none_yet

    def why_failed(self) -> str | None:
        """Return what the latest fit failed of and what now, in words; None where it did not."""
        failure = self.failure
        if failure is None:
            return None
        safe = "What you answered and taught is kept"
        if self.live is not None:
            told = f"{safe}; v{self.version} goes on answering, and your next answer tries again"
        else:
            told = f"{safe}; your next answer tries again, or set session.model to another one"
        which = "the fit" if self.live is not None or self._state.versions else "the first fit"
        said = f": {failure.message.rstrip('.')}" if failure.message else ""
        return f"{which} failed: {failure.error}{said}. {told}"

    # ---- asked about the pool -------------------------------------------------------------

    def features(self) -> Features:
        """Return the pool's features, computed on first use."""
        with self._preparing:
            if self._features is None:
                model, generation = self.model.estimator, self._generation
                free = np.setdiff1d(np.arange(len(self._pool)), list(self.evidence.holdout))
                base = self.evidence.base
                made = Features(
                    model,
                    self._pool.inputs,
                    kind=self._pool.kind,
                    fit_on=free,
                    old=None if base is None else base.contents,
                    transform=self.transform,
                )
                # Without the lock: who holds it may be waiting for these features.
                if generation == self._generation:
                    self._features = made
                return made
            return self._features

    def require_live(self) -> Fit:
        """Return what answers now.

        Raises
        ------
        NotFittedYetError
            Saying why nothing does.
        """
        live = self.live
        if live is None:
            raise NotFittedYetError(self.why_silent())
        return live

    def predict(self, number: int, when: str) -> Predicted | None:
        """Return what the live version says of an item, or None before the first."""
        live, version, features = self.live, self.version, self._features
        if live is None or features is None or version is None:
            return None
        proba, score, firmness = self._foresight.view(live, features, number)
        return Predicted(
            item_id=self._pool.ids[number],
            label=live.snapshot.classes[int(live.outlook.predicted[number])],
            proba=list(proba),
            version=version,
            when=when,
            score=score,
            firmness=firmness,
        )

    def predicted(self, number: int) -> Label:
        """Return the live version's label of an item.

        Raises
        ------
        NotFittedYetError
        """
        live = self.require_live()
        return self._state.means(live.snapshot.classes[int(live.outlook.predicted[number])])

    def runner_up(self, number: int, label: Label) -> Label | None:
        """Return the likeliest class other than ``label``, or None where there is no other."""
        live = self.require_live()
        classes = live.snapshot.classes
        scores, _ = decision(live.head, self.features().rows(np.asarray([number])), classes)
        best = np.argsort(-scores[0], kind="stable").tolist()
        order = [self._state.means(classes[i]) for i in best]
        return next((other for other in order if other != label), None)

    def explain(
        self,
        number: int,
        label: Label | None = None,
        against: Label | None = None,
        version: int | None = None,
    ) -> Explanation:
        """Explain the view of an item of one of the latest versions, else of the live one.

        A class that version has not learned yet cannot be set against another: then ``label``
        is explained alone.

        Raises
        ------
        NotFittedYetError
            Before the first version.
        BadInputError
            If there never was such a version.
        """
        live = self.require_live()
        if version is not None and version not in self._versions.spoke:
            if isinstance(version, bool) or version not in self._state.versions:
                msg = f"version={version!r}: expected None or one of {self._version_range()}"
                raise BadInputError(msg)
            version = None
        head = (live if version is None else self._versions.spoke[version]).head
        label, against = self._then(head, label), self._then(head, against)
        if against in self._state.classes and against not in list(head.classes_):
            against = None
        found = explain_item(
            self.features(),
            head,
            number,
            self._pool.words(number),
            label=label,
            against=None if against == label else against,
        )
        today = self._state.means
        other = None if found.against is None else today(found.against)
        return replace(found, label=today(found.label), against=other)

    def _then(self, head: Any, label: Label | None) -> Label | None:
        """Return the name that a class of today had for a model fitted before it was renamed."""
        known = [one.item() if hasattr(one, "item") else one for one in head.classes_]
        if label is None or label in known:
            return label
        return next((one for one in known if self._state.means(one) == label), label)

    def _version_range(self) -> str:
        known = sorted({*self._state.versions, *self._versions.spoke})
        return f"{known[0]} to {known[-1]}" if len(known) > 1 else f"{known[0]}"

    def strongest(self, n: int) -> dict[Label, list[str]]:
        """Return the terms that speak loudest for each class, where the model is a sum of terms."""
        live, features = self.live, self._features
        if live is None or features is None or features.names is None:
            return {}
        form = linear_form(live.head)
        if form is None:
            return {}
        coef = form[0] if len(form[0]) > 1 else np.vstack([-form[0][0], form[0][0]])
        known = [one.item() if hasattr(one, "item") else one for one in live.head.classes_]
        best = [[i for i in np.argsort(-row, kind="stable")[:n] if row[i] > 0] for row in coef]
        return {
            self._state.means(label): [str(features.names[i]) for i in columns]
            for label, columns in zip(known, best, strict=True)
        }

    def neighbors(self, number: int, n: int = 3) -> list[tuple[int, float]]:
        """Return the nearest answered items, nearest first, with their similarity."""
        features = self.features()
        if features.X is None:
            return []
        labeled: npt.NDArray[np.bool_] = self.evidence.label_of >= 0
        return self._nearest.of(features, number, labeled, n, seed=self.evidence.seed)
