"""Lists of what builds hold."""

from __future__ import annotations

from dataclasses import dataclass

from domain.builds.changes import Handoff
from domain.builds.conversation import Message
from domain.builds.table import BuildRole
from domain.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffsOfFlow(Listing[Handoff]):
    """A build's handoffs, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryOfRole(Listing[Message]):
    """A role's messages in a build, newest first: as many as so many bytes hold, where a number is given."""

    role: BuildRole
    room: int | None = None
