"""What many unit tests begin with."""

from __future__ import annotations

import comm
import pytest
from sessions import RecordedComm, begin


@pytest.fixture
def _recorded(monkeypatch):
    """Let widgets talk to a comm that keeps what was sent."""
    monkeypatch.setattr(comm, "create_comm", RecordedComm)


@pytest.fixture
def session():
    """Open a small session in memory; files that need another one have their own."""
    with begin() as one:
        yield one
