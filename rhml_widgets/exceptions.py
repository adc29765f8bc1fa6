"""The errors of this package.

Each is also the nearest builtin, so ``except ValueError`` keeps working::

    RhmlError
    ├── BadInputError (ValueError)            pool, labels or arguments that cannot be used
    │   └── UnknownLabelError                 a label that is not one of the classes
    ├── UnknownItemError (LookupError)        an item that is not in the pool
    ├── UnknownTermError (LookupError)        a term the model's features do not hold
    ├── AlreadyJudgedError (RuntimeError)     somebody answered this item after it was shown
    ├── SealedError (RuntimeError)            the model's view was asked for before an answer
    ├── NotFittedYetError (RuntimeError)      no model has been fitted in this session so far
    ├── ClosedSessionError (RuntimeError)     the session was closed or moved to a newer cell
    ├── JournalError (OSError)                the journal cannot be opened, read or written
    │   ├── ReadOnlyError                     the journal is held elsewhere or cannot be written
    │   ├── NotSavedError                     an answer could not be committed; nothing was changed
    │   ├── JournalVersionError               written by a newer version of this package
    │   └── JournalMismatchError              opened with a pool or argument it was not begun with
    ├── NotWrittenError (OSError)             a report could not be written; nothing was changed
    ├── DatasetUnavailableError (OSError)     a data set could be neither read nor fetched
    └── MissingExtraError (ImportError)       an optional dependency is not installed
"""

from __future__ import annotations

import inspect
import os
import warnings
from pathlib import Path

__all__ = [
    "AlreadyJudgedError",
    "BadInputError",
    "ClosedSessionError",
    "DatasetUnavailableError",
    "JournalError",
    "JournalMismatchError",
    "JournalVersionError",
    "MissingExtraError",
    "NotFittedYetError",
    "NotSavedError",
    "NotWrittenError",
    "ReadOnlyError",
    "RhmlError",
    "SealedError",
    "UnknownItemError",
    "UnknownLabelError",
    "UnknownTermError",
    "warn",
]

_PACKAGE = f"{Path(__file__).parent}{os.sep}"


class RhmlError(Exception):
    """Anything this package raises on purpose."""


class BadInputError(RhmlError, ValueError):
    """A pool, a label or an argument that cannot be used."""


class UnknownLabelError(BadInputError):
    """A label that is not one of the session's classes."""


class _LookupError(RhmlError, LookupError):
    """A lookup that failed; the message is shown as it is, not as its repr."""


class UnknownItemError(_LookupError):
    """An item that is not in the pool."""


class UnknownTermError(_LookupError):
    """A term that none of the model's features stands for."""


class AlreadyJudgedError(RhmlError, RuntimeError):
    """The item was judged after the moment it was shown."""


class SealedError(RhmlError, RuntimeError):
    """The model's view of an item was asked for before its first judgment."""


class NotFittedYetError(RhmlError, RuntimeError):
    """No model has been fitted in this session so far."""


class ClosedSessionError(RhmlError, RuntimeError):
    """The session was closed, or moved to a newer cell."""


class JournalError(RhmlError, OSError):
    """The journal cannot be opened, read or written."""


class ReadOnlyError(JournalError):
    """The journal is held by another process or may not be written."""


class NotSavedError(JournalError):
    """An answer could not be committed; nothing was changed."""


class JournalVersionError(JournalError):
    """The journal was written by a newer version of this package."""


class JournalMismatchError(JournalError):
    """The journal was begun with another pool or another argument."""


class NotWrittenError(RhmlError, OSError):
    """A report could not be written; what stood there before still does."""


class DatasetUnavailableError(RhmlError, OSError):
    """A data set could be neither read nor fetched."""


class MissingExtraError(RhmlError, ImportError):
    """An optional dependency is not installed."""


def warn(message: str) -> None:
    """Warn at the line outside this package from which it was called."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level)
