"""What a subscription leaves behind, event for event."""

from __future__ import annotations

from typing import Any

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server import execution
from server.documents import Documents
from server.execution import Execution
from tests.integration import tiny

EVENTS = 10_000
QUERY = "subscription { count(to: 1) { number self { ...F text } } } fragment F on Thing { number self { text } }"


async def entries_after(events: int) -> int:
    """How many entries the memo of one subscription has after that many events."""
    operation = Documents(tiny.SCHEMA._schema).operation(QUERY, None)
    running = Execution(tiny.SCHEMA._schema, operation, None)
    for number in range(events):
        answer = await running.deliver(tiny.Thing(number=number, text="t"), None)
        thing = {"number": number, "self": {"number": number, "self": {"text": "t"}, "text": "t"}}
        assert answer == {"data": {"count": thing}}
    return len(running._executor._relevant_sub_fields)


async def test_the_memo_of_a_subscription_does_not_grow_with_its_events() -> None:
    assert await entries_after(EVENTS) == await entries_after(1) == 3


async def test_the_memo_would_grow_without_our_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: once the library no longer leaks, this fails and our executor can go."""
    monkeypatch.setattr(execution, "Executor", StrawberryGraphQLCoreExecutionContext)

    assert await entries_after(100) > 100


async def test_events_do_not_see_each_others_errors() -> None:
    operation = Documents(tiny.SCHEMA._schema).operation("subscription { count(to: 1) { number } }", None)
    running = Execution(tiny.SCHEMA._schema, operation, None)

    bad: Any = tiny.Thing(number="not a number", text="")  # type: ignore[arg-type]
    first = await running.deliver(bad, None)
    second = await running.deliver(tiny.Thing(number=2, text=""), None)

    assert len(first["errors"]) == 1
    assert second == {"data": {"count": {"number": 2}}}
