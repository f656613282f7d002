"""What somebody who watches a queue is told, and what makes it worth a look."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.customer_success.queue_change import MOST_TOLD, Look, QueueChanged, changed_since, concerns
from domain.event import EventKind, LoggedEvent

AT = datetime(2026, 11, 21, tzinfo=UTC)
BEFORE = Look(7, AT, {"acme:risk": "a", "acme:renewal": "b", "bolt:risk": "c"})


def now(**shown: str) -> Look:
    return Look(9, AT, {name.replace("_", ":"): seen for name, seen in shown.items()})


def test_only_what_is_new_other_or_gone_is_told() -> None:
    after = now(acme_risk="a", acme_renewal="B", cora_risk="d")

    told = changed_since("ann", BEFORE, after)

    assert told == QueueChanged("ann", 9, ("acme:renewal", "cora:risk"), ("bolt:risk",))


def test_nothing_is_told_where_nothing_can_be_seen() -> None:
    assert changed_since("ann", BEFORE, Look(8, AT, dict(BEFORE.shown))) is None


@pytest.mark.parametrize("more", [0, 1])
def test_too_much_at_once_is_to_be_read_anew(more: int) -> None:
    after = Look(9, AT, {**BEFORE.shown, **{f"c{number}:risk": "x" for number in range(MOST_TOLD + more)}})

    told = changed_since("ann", BEFORE, after)

    assert told is not None
    assert len(told.changed) == (0 if more else MOST_TOLD)
    assert told.removed == ()


def event(kind: EventKind, flow_kind: str | None = None, changed: Any = None) -> LoggedEvent:
    flow_id = None if flow_kind is None else "flow"
    data = {} if changed is None else {"changed": changed}
    return LoggedEvent("e", 1, flow_id, flow_kind, None, kind, AT, None, data)


CHANGED, STATUS = EventKind.CHILD_CHANGED, EventKind.FLOW_STATUS


@pytest.mark.parametrize(
    ("happened", "looked"),
    [
        (event(CHANGED, changed=[["Customer", "c"]]), True),
        (event(CHANGED, changed=[["Stakeholder", "s"], ["Customer", "c"]]), True),
        (event(CHANGED, changed=[["KeptScoringRules", "a"]]), True),
        (event(CHANGED, changed=[["Engagement", "e"]]), True),
        # More than are named: everything is to be read anew.
        (event(CHANGED, changed=[]), True),
        (event(CHANGED, changed=[["Application", "a"]]), False),
        (event(STATUS, "customer_success"), True),
        (event(EventKind.FLOW_DELETED, "customer_success"), True),
        (event(CHANGED, "customer_success", [["ActionExecution", "x"]]), True),
        (event(EventKind.MESSAGE, "customer_success"), False),
        (event(EventKind.AGENT_STEP, "customer_success"), False),
        (event(STATUS, "assessment"), False),
        (event(CHANGED, "assessment", [["Customer", "c"]]), False),
    ],
)
def test_a_queue_is_looked_at_for_what_it_is_made_of(happened: LoggedEvent, looked: bool) -> None:
    assert concerns(happened, "customer_success") is looked
