"""Shared: ``session.knowledge``, what person and model share, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rhml_widgets.shared_lexicon import SharedLexicon
from rhml_widgets.shared_map import SharedMap

if TYPE_CHECKING:
    from rhml_widgets.knowing import Knowing

__all__ = ["Shared"]


class Shared:
    """What a session knows beyond labels: read, edited and kept through the session.

    Attributes
    ----------
    lexicon : SharedLexicon
    concept_map : SharedMap
    """

    def __init__(self, session: Knowing) -> None:
        self._session = session
        self.lexicon = SharedLexicon(session)
        self.concept_map = SharedMap(session)
