"""Versions: how a fit becomes a numbered version of the journal, and which are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rhml_widgets.journal.events import Fitted, Scored
from rhml_widgets.measures.stopping import StopSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rhml_widgets.journal.events import Entry, Event
    from rhml_widgets.machine.fit import Change, Fit
    from rhml_widgets.state import State

__all__ = ["Versions"]

KEPT_VERSIONS = 3
"""Versions that can still give the reasons for what they said."""

KEPT_CHANGES = 32
"""Lessons whose flipped items are kept in memory; older ones are fitted again when asked for."""

SELDOM = 0.05
"""The holdout is looked at again after this much more, or fewer, answers."""


class Versions:
    """The versions of this process.

    Attributes
    ----------
    spoke : dict of int to Fit
        The latest few that were live.
    changes : dict of int to Change
        By lesson, of those measured in this process.
    """

    def __init__(
        self,
        state: State,
        *,
        record: Callable[[Sequence[Event]], list[Entry]],
        may_record: Callable[[], bool],
    ) -> None:
        self._state = state
        self._record = record
        self._may_record = may_record
        self.spoke: dict[int, Fit] = {}
        self.changes: dict[int, Change] = {}
        self._stop_set: StopSet | None = None

    def enter(self, made: Fit, params: str, *, first: bool) -> int:
        """Return the number under which a fit goes live, logged where that may be.

        Parameters
        ----------
        made : Fit
        params : str
            Its estimator, as it prints itself.
        first : bool
            Whether none was live before: then the model of the last opening, built again, keeps
            its number.
        """
        digest, last = made.snapshot.digest(), self._state.last_version
        serving = self._state.serving
        if first and serving is not None and serving.digest == digest:
            version = serving.version
        else:
            version = last.version + 1 if last else 1 if made.snapshot.n_labels else 0
            self._log(made, version, digest, params)
        if made.change is not None:
            self.changes[made.change.lesson] = made.change
            _forget(self.changes, KEPT_CHANGES)
        self.spoke[version] = made
        _forget(self.spoke, KEPT_VERSIONS)
        return version

    def clear(self) -> None:
        """Forget all: they were of another model or of another pool."""
        self.spoke.clear()
        self.changes.clear()
        self._stop_set = None

    def _log(self, made: Fit, version: int, digest: str, params: str) -> None:
        predicted, known = made.outlook.predicted, made.snapshot
        if self._stop_set is None:
            self._stop_set = StopSet(len(predicted), known.random_state)
        kappa = self._stop_set.compare(predicted, known.n_labels, len(known.classes))
        if not self._may_record():
            return
        events: list[Event] = [
            Fitted(
                version=version,
                snapshot_seq=made.snapshot.seq,
                digest=digest,
                n_labels=made.snapshot.n_labels,
                params=params,
                lesson=made.snapshot.lesson,
                flips=len(made.change.numbers) if made.change else None,
                seconds=round(made.seconds, 4),
                kappa=kappa,
                codebook=known.codebook,
            )
        ]
        if made.hits and self._worth_a_look(made.snapshot.n_labels):
            events.append(Scored(version=version, basis="holdout", hits=made.hits))
        self._record(events)

    def _worth_a_look(self, n_labels: int) -> bool:
        """Whether so many answers are enough since the holdout was last looked at.

        Every look spends some of the error its interval may have, so it is not spent on versions
        that hardly differ.
        """
        looked = (one.n_labels for one in reversed(self._state.versions.values()) if one.hits)
        last = next(looked, None)
        return last is None or abs(n_labels - last) >= max(1, SELDOM * last)


def _forget(kept: dict[int, Fit] | dict[int, Change], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
