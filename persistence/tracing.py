"""Statements as spans: their text without values, below whatever operation or run sends them."""

from __future__ import annotations

import re
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from sqlalchemy import Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine

# A statement with a thousand places for values says no more than its beginning.
LONGEST_TEXT = 2_000
# Where a connection keeps the span of the statement that it carries out.
SPAN = "flotilla_span"
_TARGET = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?([a-z_][a-z_.]*)", re.IGNORECASE)

_tracer = trace.get_tracer("flotilla.persistence")


def trace_statements(engine: AsyncEngine) -> None:
    """From now on; what nobody's span is around (polls, sweeps, heartbeats) is none either."""
    event.listen(engine.sync_engine, "before_cursor_execute", _begin)
    event.listen(engine.sync_engine, "after_cursor_execute", _end)
    event.listen(engine.sync_engine, "handle_error", _fail)


def _begin(connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy calls it
    if not trace.get_current_span().is_recording():
        return
    operation = statement.split(None, 1)[0].upper() if statement.strip() else "SQL"
    target = _TARGET.search(statement)
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        # The text that is prepared: values are sent beside it, and are nobody's business here.
        "db.query.text": statement[:LONGEST_TEXT],
        **({"db.collection.name": target[1]} if target else {}),
        **({"flotilla.many": True} if many else {}),
    }
    name = f"{operation} {target[1]}" if target else operation
    connection.info[SPAN] = _tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)


def _end(connection: Connection, *_: Any) -> None:
    span: Span | None = connection.info.pop(SPAN, None)
    if span is not None:
        span.end()


def _fail(failing: ExceptionContext) -> None:
    span: Span | None = failing.connection.info.pop(SPAN, None) if failing.connection is not None else None
    if span is not None:
        # The message of a violated constraint holds values; its class and its code hold none.
        fault = failing.original_exception
        span.set_attribute("error.type", getattr(fault, "sqlstate", None) or type(fault).__name__)
        span.set_status(Status(StatusCode.ERROR))
        span.end()
