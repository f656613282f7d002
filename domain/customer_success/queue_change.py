"""What changed in a queue, for somebody who watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.event import EventKind, LoggedEvent

# More than so many at once is quicker read anew.
MOST_TOLD = 100
# Things outside any flow that queues are made of, by the names that the log has for them.
_MADE_OF = frozenset({"Customer", "KeptScoringRules", "Engagement"})
# Of a workflow: whether it is there, whose it is, and whether it waits.
_MOVES = frozenset({EventKind.FLOW_STATUS, EventKind.CHILD_CHANGED, EventKind.FLOW_DELETED, EventKind.PHASE_STATUS})


@dataclass(frozen=True, slots=True)
class Look:
    """A queue as it was at one place in the engagement's log: what can be seen of each assignment, by its id.

    `until` is when the day ends on which it was looked at.
    """

    position: int
    until: datetime
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """What is new or other in an owner's queue, and what has left it; neither means that it is to be read anew.

    `position` is how far the engagement's log was read for it.
    """

    owner: str
    position: int
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def changed_since(owner: str, before: Look, now: Look) -> QueueChanged | None:
    """What somebody who knows the queue as it was must be told; None where he sees nothing new."""
    changed = tuple(id for id, seen in now.shown.items() if before.shown.get(id) != seen)
    removed = tuple(id for id in before.shown if id not in now.shown)
    if not changed and not removed:
        return None
    if len(changed) + len(removed) > MOST_TOLD:
        return QueueChanged(owner, now.position)
    return QueueChanged(owner, now.position, changed, removed)


def concerns(event: LoggedEvent, kind: str) -> bool:
    """Whether a queue may be other since that event; `kind` is the type of the flows that are in queues."""
    if event.flow_kind is not None:
        return event.flow_kind == kind and event.kind in _MOVES
    changed = event.data.get("changed", ())
    return not changed or any(type_ in _MADE_OF for type_, _id in changed)
