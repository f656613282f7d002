"""A schema of a few fields behind the real transports: what a protocol must do whatever the schema is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import strawberry
import structlog
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from domain.access import Member, Role, Tenant
from domain.errors import CursorExpired, Forbidden, NotFound
from resolvers.context import Caller, Context
from schema.scalars import SCALARS, Upload
from server.authentication import Acting, Gate
from server.bounds import Bounds
from server.draining import Drain
from server.event_streams import GraphQLOverEventStreams, Negotiated, Times
from server.headers import way_out
from server.http import GraphQLOverHTTP
from server.listening import listen
from server.metrics import Metrics
from server.operations import Operations
from server.origins import Origins
from server.serving import Server, uvicorn_config
from server.tokens import LocalVerifier, issue
from server.websocket import GraphQLOverWebSocket, Terms

# The pretty tracebacks of an unconfigured structlog take seconds each.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
)

ACCOUNT = "018f0000-0000-7000-8000-00000000000a"
ENGAGEMENT = "018f0000-0000-7000-8000-00000000000e"
TENANT = Tenant(ACCOUNT, ENGAGEMENT)
LARGEST_JSON = 100_000


@dataclass
class Seen:
    """What the tests look at from outside: contexts opened, sources still open."""

    contexts: int = 0
    open_sources: int = 0
    pushed: asyncio.Queue[int] = field(default_factory=asyncio.Queue)


SEEN = Seen()


@strawberry.type
class Thing:
    number: int
    text: str

    @strawberry.field
    def self(self) -> Thing:
        return self


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    def who(self, info: strawberry.Info) -> str:
        caller = info.context.caller
        return f"{caller.subject} as {caller.user} with {'+'.join(sorted(caller.roles))}"

    @strawberry.field
    def thing(self) -> Thing:
        return Thing(number=1, text="one")

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        SEEN.open_sources += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            SEEN.open_sources -= 1
        return "done"

    @strawberry.field
    def fails(self) -> str | None:
        raise RuntimeError("the password is secret")

    @strawberry.field
    def forbidden(self) -> str | None:
        raise Forbidden("This needs the role ADMIN.")

    @strawberry.field
    def missing(self) -> str | None:
        raise NotFound("thing")

    @strawberry.field
    def contexts(self) -> int:
        return SEEN.contexts

    @strawberry.field
    def sources(self) -> int:
        return SEEN.open_sources

    @strawberry.field
    def selectable_engagements(self) -> str:
        return "none"


@strawberry.type
class Mutation:
    @strawberry.field
    async def measure(self, file: Upload, stop_after: int | None = None) -> str:
        given = cast("Any", file)
        size = 0
        async for chunk in given.chunks():
            size += len(chunk)
            if stop_after is not None and size > stop_after:
                return "too large"
        return f"{given.filename} {given.content_type} {size}"

    @strawberry.field
    async def change(self, seconds: float = 0) -> str:
        await asyncio.sleep(seconds)
        return "changed"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int, text_size: int = 0) -> AsyncIterator[Thing]:
        SEEN.open_sources += 1
        try:
            for number in range(1, to + 1):
                yield Thing(number=number, text="x" * text_size)
        finally:
            SEEN.open_sources -= 1

    @strawberry.subscription
    async def forever(self) -> AsyncIterator[Thing]:
        SEEN.open_sources += 1
        try:
            yield Thing(number=1, text="")
            await asyncio.Event().wait()
        finally:
            SEEN.open_sources -= 1

    @strawberry.subscription
    async def follow(self, after: int, pause: float = 0.01) -> AsyncIterator[Thing]:
        """What comes after a cursor, of a log that every process knows alike."""
        while True:
            after += 1
            yield Thing(number=after, text="")
            await asyncio.sleep(pause)

    @strawberry.subscription
    async def fails(self) -> AsyncIterator[Thing]:
        yield Thing(number=1, text="")
        raise RuntimeError("the password is secret")

    @strawberry.subscription
    async def expired(self) -> AsyncIterator[Thing]:
        yield Thing(number=1, text="")
        raise CursorExpired("The cursor is older than what is kept.")


SCHEMA = strawberry.Schema(
    Query, Mutation, Subscription, config=strawberry.schema.config.StrawberryConfig(scalar_map=SCALARS)
)


class Memberships:
    """One engagement with two members."""

    async def find(self, tenant: Tenant, subject: str) -> Member | None:
        roles = {"alice": Role.ADMIN, "bob": Role.VIEWER}
        if tenant != TENANT or subject not in roles:
            return None
        return Member(subject, frozenset({roles[subject]}))

    async def find_all(self, tenant: Tenant, subjects: Collection[str]) -> list[Member]:
        found = [await self.find(tenant, subject) for subject in subjects]
        return [member for member in found if member]


def make_caller(acting: Acting) -> Caller:
    nothing = cast("Any", None)
    return Caller(
        acting.identity.subject, acting.user, acting.member.roles, acting.tenant, nothing, nothing, nothing, nothing
    )


@asynccontextmanager
async def open_context(caller: Caller) -> AsyncIterator[Context]:
    SEEN.contexts += 1
    yield Context(caller, cast("Any", None), cast("Any", None))


def make_operations(data: Path, bounds: Bounds | None = None) -> Operations:
    gate = Gate(LocalVerifier(data), Memberships(), make_caller)
    return Operations(SCHEMA._schema, gate, open_context, Metrics(), bounds)


def make_app(
    data: Path,
    patience: float = 10.0,
    origins: str = "",
    most_operations: int = 100,
    times: Times | None = None,
    bounds: Bounds | None = None,
) -> Starlette:
    operations = make_operations(data, bounds)
    terms = Terms(Origins.read(origins), Drain(), patience, most_operations)
    streams = GraphQLOverEventStreams(operations, terms.drain, LARGEST_JSON, times)
    app = Starlette(
        routes=[
            Route("/graphql", Negotiated(streams, GraphQLOverHTTP(operations, LARGEST_JSON))),
            Route("/graphql/stream", streams),
            WebSocketRoute("/graphql", GraphQLOverWebSocket(operations, terms)),
        ],
        middleware=way_out(terms.origins, ("/graphql",)),
    )
    app.state.drain = terms.drain
    return app


def token(data: Path, subject: str = "alice", seconds: float = 3600, **grants: Any) -> str:
    return issue(data, subject, lifetime=timedelta(seconds=seconds), **grants)


def headers(data: Path, subject: str = "alice", **grants: Any) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token(data, subject, **grants)}",
        "X-Client-Account-ID": ACCOUNT,
        "X-Engagement-ID": ENGAGEMENT,
    }


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """The application behind a real uvicorn on a free port; gives its host and port."""
    listening = listen("127.0.0.1", 0)
    server = Server(uvicorn_config(app, "127.0.0.1", 0), app.state.drain)
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def main() -> None:
    """Serve in a process of its own, for tests that measure or stop one."""
    listening = listen("127.0.0.1", int(os.environ.get("TINY_PORT", "0")))
    patience, most = float(os.environ.get("TINY_PATIENCE", "10")), int(os.environ.get("TINY_OPERATIONS", "100"))
    app = make_app(Path(os.environ["TINY_DATA"]), patience, os.environ.get("TINY_ORIGINS", ""), most)
    print(listening.getsockname()[1], flush=True)  # noqa: T201
    Server(uvicorn_config(app, "127.0.0.1", 0), app.state.drain).run([listening])


if __name__ == "__main__":
    main()
