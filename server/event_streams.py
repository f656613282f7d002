"""GraphQL over server-sent events: the protocol graphql-sse, in its distinct connections mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from graphql import OperationType
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Unauthenticated
from schema.cursors import number
from server.answers import Payload, Place
from server.connections import CUT
from server.documents import Operation
from server.draining import Drain
from server.errors import BadRequest, Error, FailedOperation, InvalidOperation, describe, describe_invalid
from server.http import JSON, choose_media_type, credentials_of, patiently, read_parameters
from server.operations import Client, Operations, edge
from server.parameters import Parameters

MEDIA_TYPE = "text/event-stream"
LAST_EVENT_ID = "last-event-id"
COMMENT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
HEADERS = {
    "content-type": f"{MEDIA_TYPE}; charset=utf-8",
    # Nothing on the way may keep it, change it, or hold it back until there is more.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    "vary": "accept",
}


class Negotiated:
    """Event streams for who accepts nothing else; for everybody else what answers at the same address."""

    def __init__(self, streams: ASGIApp, others: ASGIApp) -> None:
        self._streams = streams
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = wants_events(Headers(scope=scope).get("accept"))
        await (self._streams if wanted else self._others)(scope, receive, send)


def wants_events(accept: str | None) -> bool:
    """Whether event streams are taken, and none of the media types of single answers."""
    names = {parse_options_header(text.strip())[0] for text in (accept or "").split(",")}
    return MEDIA_TYPE.encode() in names and choose_media_type(accept) is None


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds."""

    # Proxies take a connection that says nothing for a while for a dead one.
    keep_alive: float = 12.0
    # A client that takes nothing for so long is one; and so long the last words wait for it.
    patience: float = 60.0
    ending: float = 5.0


class GraphQLOverEventStreams:
    """The ASGI application behind /graphql/stream."""

    def __init__(self, operations: Operations, drain: Drain, largest_json: int, times: Times | None = None) -> None:
        self._operations = operations
        self._drain = drain
        self._largest_json = largest_json
        self._times = times or Times()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            with edge():
                client, parameters = await self._read(request)
        except FailedOperation as error:
            await _refusal(error)(scope, receive, send)
            return
        stream = Stream(request, send, self._times)
        with ExitStack() as stack:
            # What has one answer comes to its end even while the process stops.
            lasts = lambda: stack.enter_context(self._drain.watched(stream.end))  # noqa: E731
            await stream.carry(self._answer(request, parameters, client, lasts), client)

    async def _read(self, request: Request) -> tuple[Client, Parameters]:
        """Who asks for what; what keeps us from knowing is told as a plain answer, for nothing is executed."""
        if request.method not in ("GET", "POST"):
            raise BadRequest("Use POST or GET.", HTTPStatus.METHOD_NOT_ALLOWED)
        if self._drain.begun:
            raise BadRequest("This process stops. Connect again.", HTTPStatus.SERVICE_UNAVAILABLE)
        client = await self._operations.identify(credentials_of(request))
        return client, await read_parameters(request, patiently(request.stream()), self._largest_json)

    async def _answer(
        self, request: Request, parameters: Parameters, client: Client, lasts: Callable[[], None]
    ) -> AsyncGenerator[bytes, None]:
        """`next` for each answer, one that holds errors among them, then `complete`; nothing where it goes on later."""
        at = Place()
        try:
            with edge():
                operation = self._operations.find(parameters, client)
                _check_kind(request, operation)
                if operation.kind is OperationType.SUBSCRIPTION:
                    lasts()
                    at.cursor = _resumed(request)
            async with aclosing(self._operations.payloads(operation, parameters, client, at)) as payloads:
                async for payload in payloads:
                    yield tell(payload)
        except InvalidOperation as error:
            yield _told(describe_invalid(error))
        except FailedOperation as error:
            yield _told(error.errors)
        if not at.ended:
            yield COMPLETE


class Stream:
    """One answer that goes on. Nothing is queued: it is made when the client has room for it."""

    def __init__(self, request: Request, send: Send, times: Times) -> None:
        self._request = request
        self._send = send
        self._times = times
        self._said_at = 0.0
        self._sending = asyncio.Lock()
        self._ending: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def end(self, last: bytes = b"") -> None:
        """End it with these words, and without `complete`: the client may go on with a new one."""
        if not self._ending.done():
            self._ending.set_result(last)

    async def carry(self, answering: AsyncGenerator[bytes, None], client: Client) -> None:
        """Send what is answered until it is over, or either side ends it; nothing of it runs on afterwards."""
        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        await self._send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
        await self._say(COMMENT)
        lifetime = (client.identity.expires_at - datetime.now(UTC)).total_seconds()
        expiry = asyncio.get_running_loop().call_later(lifetime, self.end, _expired())
        tasks = [asyncio.create_task(task) for task in (self._tell(answering), self._keep(), self._listen())]
        try:
            await asyncio.wait((tasks[0], tasks[2], self._ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            expiry.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if tasks[2].cancelled():
            await self._finish()

    async def _finish(self) -> None:
        last = self._ending.result() if self._ending.done() else b""
        with suppress(ClientDisconnect):
            await self._put({"type": "http.response.body", "body": last, "more_body": False}, self._times.ending)

    async def _tell(self, answering: AsyncGenerator[bytes, None]) -> None:
        async with aclosing(answering) as chunks:
            async for chunk in chunks:
                await self._say(chunk)

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(self._times.keep_alive)
            if clock() - self._said_at >= self._times.keep_alive:
                await self._say(COMMENT)

    async def _listen(self) -> None:
        """Until the client has gone."""
        with suppress(ClientDisconnect):
            while (await self._request.receive())["type"] != "http.disconnect":
                pass

    async def _say(self, chunk: bytes) -> None:
        async with self._sending:
            body = {"type": "http.response.body", "body": chunk, "more_body": True}
            await self._put(body, self._times.patience)
            self._said_at = asyncio.get_running_loop().time()

    async def _put(self, message: Message, within: float) -> None:
        """Give up a client that takes nothing: it may come again, and go on where it stood."""
        try:
            async with asyncio.timeout(within):
                await self._send(message)
        except TimeoutError:
            self._request.scope.get("extensions", {}).get(CUT, {"cut": lambda: None})["cut"]()
            raise ClientDisconnect from None


def tell(payload: Payload) -> bytes:
    """The event `next`; its id is where its log can be followed from, and is kept by what has none."""
    id = "" if payload.cursor is None else f"id: {payload.cursor}\n"
    return f"event: next\n{id}data: {payload.text}\n\n".encode()


def _told(errors: Sequence[Error]) -> bytes:
    return tell(Payload(orjson.dumps({"errors": errors}).decode()))


def _expired() -> bytes:
    return _told([describe(Unauthenticated("token expired"))])


def _check_kind(request: Request, operation: Operation) -> None:
    if request.method == "GET" and operation.kind is OperationType.MUTATION:
        raise BadRequest("A mutation must be sent by POST.", HTTPStatus.METHOD_NOT_ALLOWED)


def _resumed(request: Request) -> int | None:
    """Where a client that was cut off has come to; it goes before the `after` it began with."""
    last = request.headers.get(LAST_EVENT_ID)
    return number(last) if last else None


def _refusal(error: FailedOperation) -> Response:
    headers = {"content-type": f"{JSON}; charset=utf-8", "cache-control": "no-store", "vary": "accept", **error.headers}
    if error.status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    if error.status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = "GET, POST"
    return Response(orjson.dumps({"errors": error.errors}), error.status, headers)
