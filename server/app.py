"""The composition root of the API process: every part is made here, and none knows of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from domain.access import SYSTEM
from domain.flows import DEFINITIONS
from engine.queue import PhaseQueue
from persistence.engagements import Memberships
from persistence.event_log import EventReader
from persistence.model_checks import ModelChecks
from persistence.reads.reads import PostgresReads
from persistence.sweeps import DatabaseSweeps
from persistence.work import Works
from resolvers.context import Caller, Context, Limits
from schema.root import schema
from server.authentication import NOWHERE, Acting, Gate
from server.backlog import count_jobs, find_model
from server.composition import Definitions, database, new_id, now, settle, works
from server.downloads import Downloads
from server.health import Readiness, healthz, look_at_broadcaster, look_at_database, look_at_workers
from server.http import GraphQLOverHTTP
from server.identity import Grant, NoIssuer, Verifier
from server.links import PATH as EXPORTS
from server.links import Links
from server.metrics import Metrics
from server.openid import OpenIdVerifier
from server.operations import Operations
from server.pages import pages
from server.sessions import local_session
from server.settings import Settings
from server.tokens import LocalVerifier
from server.websocket import GraphQLOverWebSocket
from shapes.codec import Codec
from streams.backend import open_broadcast
from streams.hub import Hub
from streams.publisher import Publisher

DASHBOARD = Path(__file__).parents[1] / "dashboard" / "dist"
ISSUER_ANSWERS_WITHIN = 5.0


def create_app(settings: Settings, definitions: Definitions = DEFINITIONS) -> Starlette:
    """The ASGI application for these settings; `definitions` lets a test add flow types of its own."""
    parts = Parts(settings, definitions)
    operations = Operations(schema._schema, parts.gate, parts.open_context, parts.metrics)
    # JSON escapes text: what is just within the limit of a text must fit into a body.
    http = GraphQLOverHTTP(operations, 4 * settings.text_limit)
    session = local_session(settings, parts.memberships) if settings.local_issuer else None
    return Starlette(
        routes=[
            Route("/graphql", http),
            WebSocketRoute("/graphql", GraphQLOverWebSocket(operations)),
            Route("/healthz", healthz),
            Route("/readyz", parts.readiness.__call__),
            Route("/metrics", parts.show_metrics),
            Route(f"{EXPORTS}/{{export_id}}", parts.downloads.fetch),
            *pages(DASHBOARD, session, definitions.values()),
        ],
        lifespan=parts.lifespan,
    )


class Parts:
    """What the application is made of, each part made when it is first asked for, once."""

    def __init__(self, settings: Settings, definitions: Definitions) -> None:
        self._settings = settings
        self._definitions = definitions
        self._engine: AsyncEngine = database(settings)
        self._queue = PhaseQueue(settings.database_url)
        self._client = httpx.AsyncClient(timeout=ISSUER_ANSWERS_WITHIN, follow_redirects=False)
        self._broadcast = open_broadcast(settings.broadcast_url)
        self._hub = Hub(EventReader(self._engine), self._broadcast)
        self._publisher = Publisher(self._broadcast, self._hub.hint)
        self._works: Works = works(self._engine, self._queue, self._publisher.announce, definitions)
        self._sweeps = DatabaseSweeps(self._engine)
        self._checks = ModelChecks(self._engine, now)
        self._limits = Limits(settings.inventory_limit, settings.text_limit, settings.source_days)
        self._links = Links.of(settings)
        self.memberships = Memberships(self._engine)
        self.gate = Gate(self._verifier(), self.memberships, self._caller)
        self.downloads = Downloads(self.gate, self._links)
        self.metrics = Metrics()
        self.metrics.watch("flotilla_hub", "Following event logs.", self._hub.figures)
        self.metrics.watch("flotilla_publisher", "Saying that logs have grown.", self._publisher.figures)
        self.readiness = Readiness(
            {
                "database": look_at_database(settings.database_url),
                "broadcaster": look_at_broadcaster(settings.broadcast_url, self._follows),
                "workers": look_at_workers(self._sweeps),
            }
        )

    def _follows(self) -> bool:
        """Whether events are told and heard at once here."""
        return self._hub.connected and self._hub.healthy and self._publisher.healthy

    def _verifier(self) -> Verifier:
        if self._settings.issuer_url:
            return OpenIdVerifier(self._settings.issuer_url, self._settings.audience, self._client)
        return LocalVerifier(self._settings.data) if self._settings.local_issuer else NoIssuer()

    def _caller(self, acting: Acting) -> Caller:
        return Caller(
            subject=acting.identity.subject,
            user=acting.user,
            roles=acting.member.roles,
            tenant=acting.tenant,
            clock=now,
            ids=new_id,
            shapes=Codec(),
            open_work=self._works,
            email=acting.identity.email,
            platform=Grant.PLATFORM in acting.identity.grants,
            definitions=self._definitions,
        )

    @asynccontextmanager
    async def open_context(self, caller: Caller) -> AsyncIterator[Context]:
        """What one operation may use; its reads open their transaction when something is read."""
        tenant = None if caller.tenant == NOWHERE else caller.tenant
        subject = caller.subject if caller.user == SYSTEM else caller.user
        async with PostgresReads(self._engine, tenant, subject, self._definitions) as reads:
            yield Context(caller, reads, self._hub, limits=self._limits, link=self._links.make)

    async def show_metrics(self, _request: Request) -> Response:
        """For Prometheus."""
        self.metrics.set_jobs(await count_jobs(self._engine))
        self.metrics.set_model(await find_model(self._checks))
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Listen and follow while the application serves; give everything back afterwards, in the other order."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._engine.dispose)
            stack.push_async_callback(self._queue.close)
            await stack.enter_async_context(self._client)
            await stack.enter_async_context(self._broadcast)
            await stack.enter_async_context(self._hub)
            await stack.enter_async_context(self._publisher)
            settle()
            yield
