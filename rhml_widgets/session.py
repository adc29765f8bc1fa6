"""Session: a person, a model, a pool and a journal; the one object that changes anything."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from rhml_widgets import frames
from rhml_widgets.cycling import Cycling
from rhml_widgets.human.policies import policy_of
from rhml_widgets.measures.curves import curves, repr_line
from rhml_widgets.settings import PURPOSES
from rhml_widgets.shared import classes_of, read_knowledge

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from rhml_widgets.journal.events import Entry, Label
    from rhml_widgets.knowledge.knowledge import Knowledge

__all__ = ["Session"]


class Session(Cycling):
    """A person and a live model that teach each other, and the journal of it.

    Re-running the cell, restarting the kernel and reopening tomorrow all go on at the same item:
    what the session was begun with is kept in the journal and need not be given again.

    Parameters
    ----------
    model : scikit-learn classifier or Pipeline, optional
        Fitted or not. A fitted one answers from the start, as version 0. None: a sensible one.
        In front of a lone classifier comes what makes it read the items; the Workbench says what
        where its header names the model.
    pool : list of str, Series, DataFrame, ndarray or scipy sparse matrix
        What to judge: texts, rows of a table, images. The same content is asked once.
    content : list of column names, optional
        Columns of a DataFrame that make up the item; None: all that are not named otherwise.
    show : sequence of column names
        Columns that the person sees and the model does not.
    kind : {"text", "row", "image"}, optional
        None: "text" where all columns are text and the model takes none by name, else "row"; an
        array by its shape. Images are arrays of shape (n, height, width) or (n, height, width,
        channels), or a column of paths.
    root : path, optional
        The folder that image files are read from, and only from there; None: the journal's, or the
        current one where there is none.
    classes : list, or dict of label to definition, optional
        A definition is a str, or ``{"definition": str, "seeds": [terms]}``. None: learned as
        they appear. Names, definitions and seeds are the model's first lesson.
    id_column : column name, optional
        Unique ids of your own.
    truth : Series by pool index, array by row, or dict by item id, optional
        Known labels, for measuring only: never trained on. Missing values mean unknown.
    holdout : int, optional
        Items of known truth kept aside for measuring; None: half of them, at most 200.
    labels : Series by pool index, array by row, or dict by item id, optional
        Labels somebody had before: learned from, never counted as anybody's answer here. They may
        be noisy: `recheck` asks those the model doubts again, and an answer overrules them.
    knowledge : path or Knowledge, optional
        What was known elsewhere, from `session.knowledge.save`: classes where ``classes`` is None,
        lexicon, concept map. It is taken over when the session begins; later, whether the file
        changed or not, `session.knowledge.take` does that.
    base : (X, y), optional
        Old labeled rows that are not of the pool, learned from beside it and never asked. Give
        them again on reopening.
    journal : path, optional
        Where every answer is kept before it is acknowledged; None: in memory, lost at the end.
    person : str, optional
        A pseudonym; None: who answered last, or a random one. Another one than last time
        switches who answers: see `share` and `agreement`. Kept in the journal with each answer.
    strategy : str, callable or strategy object
        How the model chooses what to ask; see `rhml_widgets.strategies`.
    purposes : dict of str to float
        Shares of ``teach``, ``check`` and ``challenge``; ``probe`` is the share of hidden
        repeats, items asked again to hold you against yourself (``{"probe": 0.03}`` leaves the
        rest as usual).
    advice : str, dict of arm to share, or callable
        What the model shows of itself. "speak_up": all, after an answer to a check or a challenge
        with which it firmly disagrees. "none": nothing. An arm ("evidence_first", "evidence",
        "full", "on_demand"): that on every item it may be shown on. Shares of arms: by chance, one
        arm for all items on which the model hesitates between the same two classes. A function of
        an `Asked`: by rule. See `rhml_widgets.human.policies` and `arms`.
    refit : {"background", "sync", "manual"} or int
        When it learns: after each answer behind your back, before the call returns, when told
        to, or every n answers. Whatever is set, `teach` fits at once, since it returns what the
        lesson changes; labels not learned so far are learned with it.
    transform : {"pool", "labels"}
        "pool": leading Pipeline steps that need no labels are fitted once on the pool, less the
        holdout. "labels": everything is refitted on the labeled items, as a plain Pipeline does.
        A refit then takes longer, as every step runs over the whole pool, and there are no
        features beforehand: no item is known to be like another (``find(like=...)``, `twins`,
        near-duplicates in the queue), and a column can be struck, but not support a class.
    gate : float in (0, 1], optional
        Largest share of its right answers a refit may un-learn unasked; beyond it the version
        before goes on until you `accept` or `roll_back`. None: 0.1, or what the journal says; 1
        holds nothing back.
    keys : dict of class or action to one character, optional
        Other keys than the usual ones. Actions are ``skip``, ``undo``, ``mark``, ``note``,
        ``history``, ``why``, ``new-class``, ``find``, ``revise``, ``search``, ``twins`` and
        ``twice``. A class with a key of its own wins over the action that usually has it; Enter
        and Escape stay as they are.
    random_state : int, optional
        Seed of all that is drawn. None: 0, or what the journal was begun with.

    Attributes
    ----------
    person : str
        Set it to let somebody else answer.
    pool : Pool
    model : LiveModel
        May be set to another estimator; labels and lessons stay.
    classes_ : list of label
    state : StateView
        All that is known, read-only.

    Raises
    ------
    BadInputError
        For a pool, model or argument that cannot be used.
    JournalMismatchError
        If the journal was begun with other items, classes or arguments.

    Examples
    --------
    >>> session = Session(pool=["free prize now", "see you at home"], journal=None,
    ...                   classes=["spam", "ham"], refit="sync")
    >>> item = session.query()[0]
    >>> _ = session.label(item.item_id, "spam")
    >>> session.judgments()[["label", "stage"]].values.tolist()
    [['spam', 'first']]
    >>> session.close()
    """

    def __init__(
        self,
        model: Any = None,
        pool: Any = None,
        *,
        content: Sequence[Hashable] | None = None,
        show: Sequence[Hashable] = (),
        kind: str | None = None,
        root: str | os.PathLike[str] | None = None,
        classes: Any = None,
        id_column: Hashable | None = None,
        truth: Any = None,
        holdout: int | None = None,
        knowledge: Knowledge | str | os.PathLike[str] | None = None,
        labels: Any = None,
        base: Any = None,
        journal: str | os.PathLike[str] | None = "session.rhml",
        person: str | None = None,
        strategy: Any = "diverse",
        purposes: Mapping[str, float] = PURPOSES,
        advice: Any = "speak_up",
        refit: str | int = "background",
        transform: str = "pool",
        gate: float | None = None,
        keys: Mapping[Label, str] | None = None,
        random_state: int | None = None,
    ) -> None:
        self._policy = policy_of(advice)
        known = None if knowledge is None else read_knowledge(knowledge)
        if known is not None and classes is None:
            classes = classes_of(known) or None
        self._begin(
            model=model,
            pool=pool,
            content=content,
            show=show,
            kind=kind,
            root=root,
            classes=classes,
            id_column=id_column,
            truth=truth,
            holdout=holdout,
            labels=labels,
            base=base,
            journal=journal,
            person=person,
            strategy=strategy,
            purposes=purposes,
            advice=advice if isinstance(advice, str) else str(self._policy),
            refit=refit,
            transform=transform,
            gate=gate,
            keys=keys,
            random_state=random_state,
        )
        if known is not None:
            self._begin_with(known)

    @classmethod
    def _replayed(cls, **arguments: Any) -> Session:
        """Open a journal read-only, adding nothing to it: see `rhml_widgets.replay`."""
        usual = {
            name: parameter.default
            for name, parameter in inspect.signature(cls).parameters.items()
            if parameter.default is not parameter.empty
        }
        del usual["knowledge"]  # what was known is in the journal
        session = cls.__new__(cls)
        session._begin(**{**usual, "refit": "sync", **arguments}, read_only=True)  # noqa: SLF001
        return session

    def events(self) -> list[Entry]:
        """Return the journal, oldest first."""
        return self._journal.entries()

    def judgments(self) -> pd.DataFrame:
        """Return a row for each judgment not retracted.

        Columns: seq, item_id, position, person, stage, purpose, label, confidence, rationale,
        note, duration (seconds), propensity, version, sealed.
        """
        with self._lock:
            state = self._state.still()
        return frames.judgments(state, self.pool)

    def curves(self) -> pd.DataFrame:
        """Return both learning curves as a tidy frame; what is undefined has no row.

        Columns: seq, n_labels, actor, measure, basis, reference, value, low, high, interval, n.
        """
        with self._lock:
            state = self._state.still()
        return curves(state, truth=self.truth)

    def __repr__(self) -> str:
        """Say what matters: model, version, how far, how good."""
        with self._lock:
            parts = [
                self._learner.words(),
                self.labeled,
                repr_line(self._state),
            ]
        return f"Session({' · '.join(part for part in parts if part)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        from rhml_widgets.widgets.workbench import Workbench

        return Workbench(self)._repr_mimebundle_(**kwargs)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str | None = None,
        question: str | None = None,
        texts: str = "excerpt",
    ) -> Path:
        """Write the session as one offline HTML page, and return its path.

        The reasons for up to six answered items are on it, those first where the model differs;
        they are logged as shown, as by `explain`. Nothing else in the session changes.

        Parameters
        ----------
        path : path
            Replaced whole, or not at all.
        title : str, optional
            None: the journal's name.
        question : str, optional
            What the labels are to answer.
        texts : {"excerpt", "full", "none"}
            How much of the texts leaves; see `rhml_widgets.report.report.render`.

        Raises
        ------
        NotWrittenError
            If there is no such folder, or it cannot be written.
        """
        from rhml_widgets.report.report import write

        return write(self, path, title=title, question=question, texts=texts)
