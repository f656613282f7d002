"""A model's server that does what a script says: answers well, badly, slowly, without end, or not at all.

It speaks OpenAI's chat completions and Anthropic's messages on a real socket, because a patched client shows neither
a hang nor a disconnect. `async with faulty_model() as model:` serves until the block ends; `model.url` and
`model.anthropic_url` are what settings take.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.listening import listen

STREAMED = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}
WITHIN = 10.0


@dataclass(frozen=True)
class Say:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True)
class Think:
    """A piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True)
class End:
    """The end of a good answer, in the words of OpenAI; without `usage` the tokens are not told."""

    reason: str = "stop"
    usage: tuple[int, int] | None = (7, 3)


@dataclass(frozen=True)
class Raw:
    """These bytes."""

    body: bytes


@dataclass(frozen=True)
class Until:
    """Nothing, until the event is set; for ever without one."""

    event: asyncio.Event | None = None


@dataclass(frozen=True)
class Slowly:
    """Nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Endless:
    """The same piece again and again."""

    text: str


@dataclass(frozen=True)
class Reset:
    """The connection breaks with RST."""


@dataclass(frozen=True)
class Drop:
    """The connection is closed in the middle of the response."""


Step = Say | Think | End | Raw | Until | Slowly | Endless | Reset | Drop


@dataclass(frozen=True)
class Received:
    """A request: `path`, headers in lower case, and its JSON."""

    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def text(self) -> str:
        """All that was said to the model."""
        said = [str(self.body.get("system", ""))]
        said += [str(message["content"]) for message in self.body.get("messages", ())]
        return "\n".join(said)


@dataclass(frozen=True)
class Reply:
    """What is sent, in order. `steps` without an End, Drop or Reset is an answer cut off, its HTTP in good order."""

    steps: tuple[Step, ...]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: STREAMED)


def says(*pieces: str, reason: str = "stop", usage: tuple[int, int] | None = (7, 3)) -> Reply:
    """A good answer in these pieces."""
    return Reply((*(Say(piece) for piece in pieces), End(reason, usage)))


def does(*steps: Step) -> Reply:
    """A stream of these steps."""
    return Reply(steps)


def fails(status: int, message: str = "It failed.", *, retry_after: str | None = None) -> Reply:
    """An error as both protocols tell it."""
    headers = JSON if retry_after is None else {**JSON, "retry-after": retry_after}
    body = {"type": "error", "error": {"type": "scripted", "message": message}}
    return Reply((Raw(json.dumps(body).encode()),), status, headers)


def sends(body: bytes, content_type: str = "application/json", status: int = 200) -> Reply:
    """A response of these bytes."""
    return Reply((Raw(body),), status, {"content-type": content_type})


When = Callable[[Received], bool]


@dataclass
class Rule:
    """Replies in order to the requests it is for; the last one again and again where it stays."""

    when: When
    replies: list[Reply]
    stays: bool

    def take(self) -> Reply:
        return self.replies[0] if self.stays and len(self.replies) == 1 else self.replies.pop(0)


class FaultyModel:
    """The script and what has happened. Without a rule for a request it says OK."""

    def __init__(self) -> None:
        self.key = ""
        self.models: list[str] | None = ["small"]
        self.received: list[Received] = []
        self.disconnects = 0
        self.open = 0
        self.most_open = 0
        self.probes = 0
        self._rules: list[Rule] = []
        self._changed = asyncio.Condition()
        self.port = 0

    @property
    def url(self) -> str:
        """For OpenAI's protocol."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def anthropic_url(self) -> str:
        """For Anthropic's protocol."""
        return f"http://127.0.0.1:{self.port}"

    def reply(self, *replies: Reply, when: When = lambda _request: True, stays: bool = False) -> None:
        """Script what comes next; with `stays`, the last reply is for ever. The first rule that applies is used."""
        self._rules.append(Rule(when, list(replies), stays))

    def forget(self) -> None:
        """No script, as at the beginning."""
        self._rules.clear()

    async def until(self, holds: Callable[[FaultyModel], bool]) -> None:
        """Wait for something that happens here."""
        async with asyncio.timeout(WITHIN), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def until_received(self, count: int) -> None:
        await self.until(lambda model: len(model.received) >= count)

    async def until_disconnected(self, count: int = 1) -> None:
        await self.until(lambda model: model.disconnects >= count)

    def authorized(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        return not self.key or given == self.key

    async def take(self, request: Received) -> Reply:
        """The reply to a request, which is recorded."""
        async with self._changed:
            self.received.append(request)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            self._changed.notify_all()
        for rule in self._rules:
            if rule.replies and rule.when(request):
                return rule.take()
        return says("OK")

    async def ended(self, *, disconnected: bool) -> None:
        async with self._changed:
            self.open -= 1
            self.disconnects += disconnected
            self._changed.notify_all()


class Connections(dict[Any, asyncio.Transport]):
    """Open ones by the client's address, for those that the script breaks."""

    def protocol(self) -> type[H11Protocol]:
        connections = self

        class Known(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections[tuple(transport.get_extra_info("peername"))] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(tuple(self.transport.get_extra_info("peername")), None)
                super().connection_lost(exc)

        return Known

    def end(self, client: Any, *, reset: bool) -> None:
        transport = self[tuple(client)]
        if not reset:
            transport.close()
            return
        opened = transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


class Chat:
    """The ASGI application of one protocol's address."""

    def __init__(
        self, model: FaultyModel, connections: Connections, frame: Callable[[Step], bytes], opening: bool
    ) -> None:
        self._model = model
        self._connections = connections
        self._frame = frame
        self._opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = Received(scope["path"], headers, json.loads(await _body(receive)))
        reply = await self._model.take(request)
        if not self._model.authorized(headers):
            reply = fails(401, "Wrong key.")
        speaking = asyncio.create_task(self._speak(reply, scope, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait((speaking, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            left = not speaking.done()
            for task in (speaking, leaving):
                task.cancel()
            await asyncio.gather(speaking, leaving, return_exceptions=True)
            await self._model.ended(disconnected=left)

    async def _speak(self, reply: Reply, scope: Scope, send: Send) -> None:
        named = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        start: Message | None = {"type": "http.response.start", "status": reply.status, "headers": named}
        for step in reply.steps:
            match step:
                case Until():
                    await (step.event or asyncio.Event()).wait()
                case Slowly():
                    await asyncio.sleep(step.seconds)
                case Reset() | Drop():
                    self._connections.end(scope["client"], reset=isinstance(step, Reset))
                    # Whoever listens is told by the connection; this is no disconnect of the client's.
                    return
                case _:
                    if start:
                        await send(start)
                        await send({"type": "http.response.body", "body": self._opened(reply), "more_body": True})
                        start = None
                    await self._send(step, send)
        await send({"type": "http.response.body", "body": b""})

    def _opened(self, reply: Reply) -> bytes:
        """Only messages begin with an event of their own, and only where events are what is sent."""
        framed = any(not isinstance(step, Raw) for step in reply.steps)
        return frame_opening(reply) if self._opening and framed else b""

    async def _send(self, step: Step, send: Send) -> None:
        body = step.body if isinstance(step, Raw) else self._frame(step)
        await send({"type": "http.response.body", "body": body, "more_body": True})
        while isinstance(step, Endless):
            await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": body, "more_body": True})


def frame_completion(step: Step) -> bytes:
    """As chat completions stream it."""
    match step:
        case Say(text) | Endless(text):
            return _event(_chunk([{"index": 0, "delta": {"content": text}, "finish_reason": None}]))
        case Think(text):
            return _event(_chunk([{"index": 0, "delta": {"reasoning_content": text}, "finish_reason": None}]))
        case End(reason, usage):
            ending = _event(_chunk([{"index": 0, "delta": {}, "finish_reason": reason}]))
            told = {"prompt_tokens": usage[0], "completion_tokens": usage[1]} if usage else None
            return ending + (_event({**_chunk([]), "usage": told}) if told else b"") + b"data: [DONE]\n\n"
    return b""


def _chunk(choices: list[Any]) -> dict[str, Any]:
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "small", "choices": choices}


STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def frame_message(step: Step) -> bytes:
    """As messages stream it."""
    match step:
        case Say(text) | Endless(text):
            delta = {"type": "text_delta", "text": text}
            return _event({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")
        case Think(text):
            delta = {"type": "thinking_delta", "thinking": text}
            return _event({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")
        case End(reason, usage):
            stopped: dict[str, Any] = {"stop_reason": STOP_REASONS.get(reason, reason), "stop_sequence": None}
            end = {"type": "message_delta", "delta": stopped, "usage": {"output_tokens": usage[1] if usage else None}}
            return _event(end, "message_delta") + _event({"type": "message_stop"}, "message_stop")
    return b""


def frame_opening(reply: Reply) -> bytes:
    """What messages begin with, which tells the prompt's tokens."""
    told = [step.usage[0] for step in reply.steps if isinstance(step, End) and step.usage]
    started = {"id": "m1", "type": "message", "role": "assistant", "usage": {"input_tokens": told[0] if told else None}}
    return _event({"type": "message_start", "message": started}, "message_start")


def _event(data: Any, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def application(model: FaultyModel, connections: Connections) -> Starlette:
    """Both protocols, and the lists of models."""

    async def known(request: Any) -> JSONResponse:
        model.probes += 1
        if not model.authorized(request.headers):
            return JSONResponse({"error": {"message": "Wrong key."}}, 401)
        if model.models is None:
            return JSONResponse({"error": {"message": "No such page."}}, 404)
        listed = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in model.models]
        name = request.path_params.get("name")
        if name is None:
            return JSONResponse({"object": "list", "data": listed})
        found = [each for each in listed if each["id"] == name]
        return JSONResponse({**found[0], "type": "model"} if found else {"error": {}}, 200 if found else 404)

    routes: Iterable[Any] = (
        Route("/models", known),
        Route("/models/{name}", known),
        Route("/chat/completions", Chat(model, connections, frame_completion, opening=False), methods=["POST"]),
        Route("/messages", Chat(model, connections, frame_message, opening=True), methods=["POST"]),
    )
    return Starlette(routes=[Mount("/v1", routes=list(routes))])


@asynccontextmanager
async def faulty_model(port: int = 0) -> AsyncIterator[FaultyModel]:
    """Serve on a free port of 127.0.0.1, or on the one of a server that was stopped."""
    model, connections = FaultyModel(), Connections()
    listening = listen("127.0.0.1", port)
    model.port = listening.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            application(model, connections),
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    try:
        yield model
    finally:
        server.should_exit = True
        for transport in list(connections.values()):
            transport.abort()
        with suppress(asyncio.CancelledError):
            await task
