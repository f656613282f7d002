"""The composition root of the API process: every part is made here, and none knows of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from domain.access import SYSTEM
from domain.flows import DEFINITIONS
from engine.queue import PhaseQueue
from persistence.engagements import Memberships
from persistence.event_log import EventReader
from persistence.reads.reads import PostgresReads
from persistence.sweeps import DatabaseSweeps
from persistence.work import Works
from readers import Limits as ReaderLimits
from readers.contracts import ContractFiles
from readers.customers import CustomerFiles
from resolvers.context import Caller, Context, Limits
from schema.root import schema
from server.addresses import Addresses, Proxies
from server.authentication import NOWHERE, Acting, Gate
from server.bounds import STATEMENT_GRACE, Bounds
from server.composition import Definitions, database, new_id, now, settle, works
from server.downloads import Downloads
from server.draining import Drain
from server.event_streams import GraphQLOverEventStreams, Negotiated
from server.headers import way_out
from server.health import Readiness, healthz, look_at_broadcaster, look_at_database, look_at_workers
from server.http import GraphQLOverHTTP
from server.identity import Grant, NoIssuer, Verifier
from server.links import PATH as EXPORTS
from server.links import Links
from server.metrics import Metrics
from server.openid import OpenIdVerifier
from server.operations import Operations
from server.origins import Origins
from server.pages import pages
from server.rates import Rates
from server.requests import Requests, note_flows
from server.scraping import Scraping
from server.sessions import local_session
from server.settings import PRODUCTION, Settings
from server.settlement import Settlement
from server.tokens import LocalVerifier
from server.websocket import GraphQLOverWebSocket, Terms
from shapes.codec import Codec
from streams.backend import open_broadcast
from streams.hub import Hub
from streams.lag import BOUNDS
from streams.publisher import Publisher

API = "/graphql"
DASHBOARD = Path(__file__).parents[1] / "dashboard" / "dist"
ISSUER_ANSWERS_WITHIN = 5.0


def create_app(settings: Settings, definitions: Definitions = DEFINITIONS) -> Starlette:
    """The ASGI application for these settings; `definitions` lets a test add flow types of its own."""
    parts, drain, origins = Parts(settings, definitions), Drain(), Origins.read(settings.origins)
    operations = Operations(schema._schema, parts.gate, parts.open_context, parts.metrics, parts.bounds)
    # JSON escapes text: what is just within the limit of a text must fit into a body.
    http = GraphQLOverHTTP(operations, 4 * settings.text_limit)
    streams = GraphQLOverEventStreams(operations, drain, 4 * settings.text_limit)
    terms = Terms(origins, drain, settings.socket_patience, settings.socket_operations)
    session = local_session(settings, parts.memberships) if settings.local_issuer else None
    app = Starlette(
        routes=[
            Route(API, Negotiated(streams, http)),
            Route(f"{API}/stream", streams),
            WebSocketRoute(API, GraphQLOverWebSocket(operations, terms)),
            Route("/healthz", healthz),
            Route("/readyz", parts.readiness.__call__),
            Route("/metrics", parts.scraping.__call__),
            Route(f"{EXPORTS}/{{export_id}}", parts.downloads.fetch),
            *pages(None if settings.profile == PRODUCTION else DASHBOARD, session, definitions.values()),
        ],
        middleware=[
            Middleware(Requests, responded=parts.metrics.responded),
            *way_out(origins, (API, EXPORTS)),
            Middleware(Addresses, Proxies(settings.proxies), parts.rates),
        ],
        lifespan=parts.lifespan,
    )
    # For whoever serves it: told before the process stops.
    app.state.drain = drain
    return app


class Parts:
    """What the application is made of, each part made when it is first asked for, once."""

    def __init__(self, settings: Settings, definitions: Definitions) -> None:
        self._settings = settings
        self._definitions = definitions
        self.bounds = Bounds.of(settings)
        self.bounds.trusted.warn_of(schema._schema)
        self._engine: AsyncEngine = database(settings, settings.operation_seconds + STATEMENT_GRACE)
        self._queue = PhaseQueue(settings.database_url)
        self._client = httpx.AsyncClient(timeout=ISSUER_ANSWERS_WITHIN, follow_redirects=False)
        self._broadcast = open_broadcast(settings.broadcast_url)
        self._hub = Hub(EventReader(self._engine), self._broadcast)
        self._publisher = Publisher(self._broadcast, self._hub.hint)
        self._works: Works = works(self._engine, self._queue, self._publisher.announce, definitions, note_flows)
        self._sweeps = DatabaseSweeps(self._engine)
        self._limits = Limits(settings.inventory_limit, settings.text_limit, settings.source_days)
        self._links = Links.of(settings)
        self._contracts = ContractFiles()
        self._customers = CustomerFiles(ReaderLimits(settings.inventory_limit, settings.columns_limit))
        self.memberships = Memberships(self._engine)
        self.rates = Rates.of(settings)
        self.gate = Gate(self._verifier(), self.memberships, self._caller, self.rates)
        self.downloads = Downloads(self.gate, self._links)
        self.metrics = Metrics()
        self.scraping = Scraping(self.metrics, self._engine)
        self.metrics.watch_pool(self._engine)
        self.metrics.watch_classes(
            "flotilla_event_lag_seconds",
            "From when an event happened to when it was on its way to a subscriber.",
            BOUNDS,
            self._hub.lag.figures,
        )
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
            yield Context(
                caller,
                reads,
                self._hub,
                limits=self._limits,
                link=self._links.make,
                contract_reader=self._contracts,
                customer_reader=self._customers,
            )

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
            await stack.enter_async_context(Settlement(self.bounds.budgets, self._settings.broadcast_url))
            settle()
            yield
