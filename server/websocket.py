"""GraphQL over a WebSocket: the protocol graphql-transport-ws, and nothing outside it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from graphql import OperationType
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from domain.errors import LimitExceeded
from server.authentication import Credentials
from server.direct import Framed
from server.draining import ANSWERS_WITHIN, Drain
from server.errors import BadRequest, FailedOperation, InvalidOperation, describe_invalid, failed
from server.operations import Client, Operations, edge
from server.origins import Origins
from server.parameters import Parameters

LOG = structlog.get_logger(__name__)

SUBPROTOCOL: Final = "graphql-transport-ws"
LONGEST_REASON = 123


class CloseCode(IntEnum):
    """Why a socket is closed, as the protocol and RFC 6455's registry number it."""

    RESTART = 1012
    INTERNAL = 4500
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL = 4406
    TOO_LATE = 4408
    DUPLICATE = 4409
    TOO_MANY_INITIALISATIONS = 4429


class Closed(Exception):
    """The socket must be closed, with a code and a reason of the protocol."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode("utf-8", "ignore")


RESTARTING = Closed(CloseCode.RESTART, "Service restart: connect again, with the last cursor received")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every socket of this process."""

    origins: Origins = field(default_factory=Origins)
    drain: Drain = field(default_factory=Drain)
    # Seconds until a client must have greeted, and how much it may then ask at once.
    patience: float = 10
    most_operations: int = 100


class GraphQLOverWebSocket:
    """The ASGI application behind /graphql for WebSockets."""

    def __init__(self, operations: Operations, terms: Terms) -> None:
        self._operations = operations
        self._terms = terms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        with suppress(WebSocketDisconnect):
            if (refusal := self._refusal(websocket)) is not None:
                await websocket.send_denial_response(refusal)
            elif SUBPROTOCOL not in scope["subprotocols"]:
                await websocket.accept()
                await websocket.close(CloseCode.SUBPROTOCOL, f"Subprotocol not acceptable: offer {SUBPROTOCOL}")
            else:
                await websocket.accept(SUBPROTOCOL)
                with self._operations.metrics.sockets.track_inprogress():
                    await Conversation(websocket, self._operations, self._terms).hold()

    def _refusal(self, websocket: WebSocket) -> Response | None:
        if self._terms.drain.begun:
            return PlainTextResponse("This process stops. Connect again.\n", HTTPStatus.SERVICE_UNAVAILABLE)
        origin, host = websocket.headers.get("origin"), websocket.headers.get("host")
        if not self._terms.origins.allow(origin, host):
            return PlainTextResponse("Pages of this origin may not connect: see FLOTILLA_ORIGINS.\n", 403)
        return None


class Conversation:
    """One socket from its first message to its last.

    What the socket must be closed for may come up in any of its tasks. It is put into `_ending`,
    which ends the reading; only `hold` closes.
    """

    def __init__(self, websocket: WebSocket, operations: Operations, terms: Terms) -> None:
        self._websocket = websocket
        self._operations = operations
        self._terms = terms
        self._client: Client | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._greeted = False
        # By the id that is taken as long; an operation's task ends a little after its id is free again.
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscriptions: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._ending: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()

    async def hold(self) -> None:
        """Read and answer until either side ends it; nothing of it runs on afterwards."""
        self._end_after(self._terms.patience, Closed(CloseCode.TOO_LATE, "Connection initialisation timeout"))
        reading = asyncio.create_task(self._read())
        try:
            with self._terms.drain.watched(self._leave):
                await asyncio.wait((reading, self._ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop_timers()
            await _stop([reading, *self._tasks])
        if self._ending.done():
            await self._close(self._ending.result())

    def _leave(self) -> None:
        """The process stops: a subscription ends where it stands, what has one answer still gives it."""
        for task in self._subscriptions:
            task.cancel()
        self._end_after(ANSWERS_WITHIN, RESTARTING)
        self._leave_if_idle()

    def _leave_if_idle(self) -> None:
        if self._terms.drain.begun and not self._tasks:
            self._end(RESTARTING)

    def _end(self, closed: Closed) -> None:
        if not self._ending.done():
            self._ending.set_result(closed)

    def _end_after(self, seconds: float, closed: Closed) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, self._end, closed))

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    async def _close(self, closed: Closed) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            if self._websocket.client_state is WebSocketState.CONNECTED:
                await self._websocket.close(closed.code, closed.reason)

    async def _read(self) -> None:
        try:
            with edge():
                await self._converse()
        except FailedOperation as error:
            self._end(Closed(CloseCode.INTERNAL, str(error)))

    async def _converse(self) -> None:
        try:
            while True:
                received = await self._websocket.receive()
                if received["type"] == "websocket.disconnect":
                    return
                await self._hear(_decode(received.get("text")))
        except Closed as closed:
            self._end(closed)
        except WebSocketDisconnect:
            return

    async def _hear(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._greet(message)
            case "ping":
                await self._send(_with_payload("pong", _payload(message)))
            case "pong":
                _payload(message)
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                await self._complete(_id(message))
            case _:
                raise Closed(CloseCode.BAD_MESSAGE, "Invalid message: unknown type")

    async def _greet(self, message: Mapping[str, Any]) -> None:
        if self._greeted:
            raise Closed(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        self._greeted = True
        self._stop_timers()
        payload = _payload(message) or {}
        try:
            self._client = await self._identify(payload)
        except BadRequest as error:
            raise Closed(CloseCode.BAD_MESSAGE, str(error)) from None
        except FailedOperation as error:
            ours = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            raise Closed(CloseCode.INTERNAL if ours else CloseCode.FORBIDDEN, str(error)) from None
        lifetime = self._client.identity.expires_at - datetime.now(UTC)
        self._end_after(lifetime.total_seconds(), Closed(CloseCode.FORBIDDEN, "token expired"))
        await self._send({"type": "connection_ack"})

    async def _identify(self, payload: Mapping[str, Any]) -> Client:
        headers = Credentials.of((name, value) for name, value in self._websocket.headers.items())
        client = await self._operations.identify(Credentials.of_payload(payload).over(headers))
        if client.credentials.engagement is not None:
            await self._operations.check(client)
        return client

    async def _subscribe(self, message: Mapping[str, Any]) -> None:
        if self._client is None:
            raise Closed(CloseCode.UNAUTHORIZED, "Unauthorized")
        id, payload = _id(message), _payload(message)
        if payload is None:
            raise Closed(CloseCode.BAD_MESSAGE, "Invalid message: payload must be an object")
        try:
            parameters = Parameters.read(payload)
        except BadRequest as error:
            raise Closed(CloseCode.BAD_MESSAGE, f"Invalid message: {error}") from None
        if id in self._running:
            raise Closed(CloseCode.DUPLICATE, f"Subscriber for {id} already exists")
        if len(self._tasks) >= self._terms.most_operations:
            # Said before anything else is heard, so that a client that does not read cannot pile them up.
            problem = LimitExceeded(f"One socket runs at most {self._terms.most_operations} operations at a time.")
            await self._send({"id": id, "type": "error", "payload": failed(problem).errors})
        elif not self._terms.drain.begun:
            self._start(id, self._carry_out(id, parameters, self._client))

    def _start(self, id: str, operation: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(operation)
        self._running[id] = task
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._subscriptions.discard(task)
        self._leave_if_idle()

    async def _complete(self, id: str) -> None:
        """The client wants no more of it; one that is not running has just ended."""
        task = self._running.pop(id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _carry_out(self, id: str, parameters: Parameters, client: Client) -> None:
        """One operation: `next` for each answer, then `complete`; or `error`, and then nothing."""
        with suppress(WebSocketDisconnect):
            try:
                await self._answer(id, parameters, client)
            except InvalidOperation as error:
                await self._finish(id, {"id": id, "type": "error", "payload": describe_invalid(error)})
            except FailedOperation as error:
                await self._finish(id, {"id": id, "type": "error", "payload": error.errors})

    async def _answer(self, id: str, parameters: Parameters, client: Client) -> None:
        operation = self._operations.find(parameters, client)
        task = asyncio.current_task()
        if operation.kind is OperationType.SUBSCRIPTION and task is not None:
            if self._terms.drain.begun:
                return
            self._subscriptions.add(task)
        framed = Framed.of(id, self._websocket.scope)
        async with aclosing(self._operations.payloads(operation, parameters, client, sink=framed.sink)) as payloads:
            async for payload in payloads:
                await self._send_text(framed.text(payload))
        await self._finish(id, {"id": id, "type": "complete"})

    async def _finish(self, id: str, message: Mapping[str, Any]) -> None:
        """Free the id before saying that it ended: the client may use it again at once."""
        if self._running.get(id) is asyncio.current_task():
            del self._running[id]
        await self._send(message)

    async def _send(self, message: Mapping[str, Any]) -> None:
        # Nothing is queued: an operation waits here until its client has room, and a subscription
        # that waits is a cursor which stands still.
        with edge():
            text = orjson.dumps(message).decode()
        await self._send_text(text)

    async def _send_text(self, text: str) -> None:
        async with self._sending:
            await self._websocket.send({"type": "websocket.send", "text": text})


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _decode(text: str | None) -> Mapping[str, Any]:
    """A message of the protocol is a JSON object in a text frame."""
    try:
        message = orjson.loads(text or b"")
    except orjson.JSONDecodeError:
        raise Closed(CloseCode.BAD_MESSAGE, "Invalid message: not JSON text") from None
    if not isinstance(message, dict):
        raise Closed(CloseCode.BAD_MESSAGE, "Invalid message: not an object")
    return message


def _payload(message: Mapping[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Closed(CloseCode.BAD_MESSAGE, "Invalid message: payload must be an object")
    return payload


def _with_payload(type: str, payload: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {"type": type} if payload is None else {"type": type, "payload": payload}


def _id(message: Mapping[str, Any]) -> str:
    id = message.get("id")
    if not isinstance(id, str) or not id:
        raise Closed(CloseCode.BAD_MESSAGE, "Invalid message: id must be a non-empty string")
    return id
