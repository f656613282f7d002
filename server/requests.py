"""What holds for every request, whatever answers it: an id, the trace it belongs to, and its log lines under both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import contextvars

from domain.flow import Flow
from server.composition import new_id

REQUEST_ID = "x-request-id"
# It goes into log lines, spans and jobs: anything longer or stranger is replaced by an id of ours.
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")
STARTS = ("http.response.start", "websocket.accept")

Responded = Callable[[int], None]
# The flows that the request has changed so far; one dictionary for all the tasks that carry it out.
_CHANGED: ContextVar[dict[str, None] | None] = ContextVar("changed_flows", default=None)
MOST_NAMED = 5

_propagator = TraceContextTextMapPropagator()


class Requests:
    """ASGI middleware: names each request, goes on with its trace, and counts how it was answered."""

    def __init__(self, app: ASGIApp, responded: Responded) -> None:
        self._app = app
        self._responded = responded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = accepted(headers.get(REQUEST_ID)) or new_id()

        async def named(message: Message) -> None:
            if message["type"] in STARTS:
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            if message["type"] == "http.response.start":
                self._responded(message["status"])
            await send(message)

        with contextvars.bound_contextvars(request_id=request_id), _continued(headers):
            await self._app(scope, receive, named)


@contextmanager
def noting_flows() -> Iterator[dict[str, None]]:
    """The ids of flows that are changed in the block, in whichever of its tasks."""
    changed: dict[str, None] = {}
    token = _CHANGED.set(changed)
    try:
        yield changed
    finally:
        _CHANGED.reset(token)


def note_flows(flows: Sequence[Flow]) -> None:
    """These were changed, and it is committed."""
    changed = _CHANGED.get()
    if changed is not None:
        changed.update((flow.id, None) for flow in flows[:MOST_NAMED])


def accepted(given: str | None) -> str | None:
    """The client's own id, where it may be used."""
    return given if given and ACCEPTED.fullmatch(given) else None


@contextmanager
def _continued(headers: Headers) -> Iterator[None]:
    """Below the caller's span, where it names one that is well formed."""
    if "traceparent" not in headers:
        yield
        return
    came = _propagator.extract({name: headers[name] for name in ("traceparent", "tracestate") if name in headers})
    if not trace.get_current_span(came).get_span_context().is_valid:
        yield
        return
    token = context.attach(came)
    try:
        yield
    finally:
        context.detach(token)
