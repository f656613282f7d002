"""What a build's decisions tell the world: one event for each move, with the handoff that came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.builds.build_state import BuildStanding
from domain.builds.changes import Handoff, Moved
from domain.builds.table import BuildAction
from domain.event import Event, EventKind

# As the API names a build; its handoffs it calls what the domain does.
BUILD = "BuildFlow"
_HANDING = frozenset({BuildAction.HAND_OVER, BuildAction.RETRY, BuildAction.RECOVER})


def events_of(build: BuildStanding) -> Iterator[Event]:
    """One for each move since the build was loaded; one for what was only said."""
    handoffs = iter(build.handoffs)
    for move in build.moves:
        handoff = next(handoffs, None) if move.action in _HANDING else None
        yield _changed(build, move.at, handoff, _moved(move))
    if build.turns and not build.moves:
        last = build.turns[-1]
        yield _changed(build, last.message.created_at, None, {"role": str(last.role)})


def _moved(move: Moved) -> dict[str, Any]:
    told = {"action": str(move.action), "from": str(move.source), "to": str(move.target)}
    return {**told, "reason": move.reason} if move.reason else told


def _changed(build: BuildStanding, at: datetime, handoff: Handoff | None, told: dict[str, Any]) -> Event:
    named = [[BUILD, build.id], *([["Handoff", handoff.id]] if handoff else [])]
    return Event(EventKind.CHILD_CHANGED, at, None, {"changed": named, "build": told})
