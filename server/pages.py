"""Pages for people: GraphiQL as it was built, what lives where, and where a flow's own pages will be."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable
from html import escape
from ipaddress import ip_address
from mimetypes import guess_type
from pathlib import Path

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from starlette.routing import BaseRoute, Route

from domain.definition import FlowDefinition

# What the page may act as on this machine: {"subjects": [{"name": …, "headers": {…}}]}.
Session = Callable[[Request], Awaitable[dict[str, object]]]
# Those that look at the disk are plain functions, which Starlette runs in a thread.
Endpoint = Callable[[Request], Response | Awaitable[Response]]

NOBODY: dict[str, object] = {"subjects": []}
NOT_BUILT = (
    "GraphiQL is not built on this server. Build it with `make dashboard`, or\n"
    "`python dashboard/build.py`, and reload this page. The API at /graphql works without it.\n"
)
STYLE = (
    ":root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}"
    "body{max-width:42rem;margin:4rem auto;padding:0 1rem}dt{font-family:monospace}"
)
GRAPHIQL = "/graphiql"
ADDRESSES = {
    GRAPHIQL: "GraphiQL, to read the schema and run operations in the browser",
    "/graphql": "the API, over HTTP and WebSocket (graphql-transport-ws)",
    "/healthz": "whether this process is up",
    "/readyz": "whether it can serve: database, broadcaster, workers",
    "/metrics": "figures for Prometheus",
}
# It answers a browser's own request with 406.
FOR_PROGRAMS = "/graphql"

SECURE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CLOSED = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
GRAPHIQL_POLICY = (
    # The editor positions its lines with inline styles; its fonts are in the style sheet.
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
    f"font-src 'self' data:; img-src 'self' data:; connect-src 'self'; {CLOSED}"
)
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PLAIN_POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{STYLE_HASH}'; {CLOSED}"


def pages(dist: Path | None, session: Session | None, definitions: Iterable[FlowDefinition]) -> list[BaseRoute]:
    """Give the routes of every page; without `dist` no GraphiQL, and `session` is None where no local issuer is."""
    found: list[BaseRoute] = [Route("/", _index(dist)), *_flow_pages(definitions, dist)]
    if dist is not None:
        found += [
            Route(GRAPHIQL, _graphiql(dist / "graphiql.html")),
            Route(f"{GRAPHIQL}/session.json", _session(session)),
            Route(f"{GRAPHIQL}/assets/{{name}}", _assets(dist / "assets")),
        ]
    return found


def _index(dist: Path | None) -> Endpoint:
    shown = {address: what for address, what in ADDRESSES.items() if dist is not None or address != GRAPHIQL}
    entries = "".join(f"<dt>{_link(address)}</dt><dd>{escape(what)}</dd>" for address, what in shown.items())

    def index(_request: Request) -> Response:
        return _page("Flotilla", f"<p>This server answers at:</p><dl>{entries}</dl>")

    return index


def _link(address: str) -> str:
    return address if address == FOR_PROGRAMS else f'<a href="{address}">{address}</a>'


def _graphiql(page: Path) -> Endpoint:
    def graphiql(_request: Request) -> Response:
        if not page.is_file():
            return PlainTextResponse(NOT_BUILT, 503, {"cache-control": "no-store", **SECURE})
        policy = {"content-security-policy": GRAPHIQL_POLICY, "cache-control": "no-cache"}
        return FileResponse(page, headers=policy | SECURE)

    return graphiql


def _assets(folder: Path) -> Endpoint:
    def asset(request: Request) -> Response:
        # The route takes one segment, so a name cannot climb out of the folder.
        path = folder / request.path_params["name"]
        if not path.is_file():
            return PlainTextResponse("There is no such file.\n", 404, SECURE)
        # A worker of the page has the policy it comes with, not the page's.
        policy = {"content-security-policy": GRAPHIQL_POLICY}
        headers = {"cache-control": "public, max-age=31536000, immutable", **policy, **SECURE}
        packed = path.with_name(f"{path.name}.gz")
        if packed.is_file():
            headers["vary"] = "accept-encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
                return FileResponse(packed, headers=headers, media_type=guess_type(path)[0])
        return FileResponse(path, headers=headers)

    return asset


def _session(session: Session | None) -> Endpoint:
    async def answer(request: Request) -> Response:
        found = await session(request) if session and _local(request) else NOBODY
        return JSONResponse(found, headers={"cache-control": "no-store", **SECURE})

    return answer


def _local(request: Request) -> bool:
    """Loopback at both ends, and nobody between.

    The host asked for counts too: a foreign page whose name resolves to this machine would
    otherwise be handed a token by the browser of whoever reads it.
    """
    if {"forwarded", "x-forwarded-for"}.intersection(request.headers):
        return False
    peer = request.client.host if request.client else None
    return _loopback(peer) and _loopback(request.url.hostname)


def _loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _flow_pages(definitions: Iterable[FlowDefinition], dist: Path | None) -> list[BaseRoute]:
    """One small page for each address that a flow gives as its route."""
    return [
        Route(definition.route("", key).partition("?")[0], _flow_page(definition.title, title, dist))
        for definition in definitions
        for key, title in [*((phase.key, phase.title) for phase in definition.phases), (None, None)]
    ]


def _flow_page(flow: str, phase: str | None, dist: Path | None) -> Endpoint:
    instead = f'in <a href="{GRAPHIQL}">GraphiQL</a>' if dist is not None else "through the API"

    def page(request: Request) -> Response:
        title = f"{flow}: {phase}" if phase else flow
        named = escape(request.query_params.get("flow", "")[:200])
        which = f"<p>Flow <code>{named}</code></p>" if named else ""
        return _page(
            title,
            f"{which}<p>This page is not built yet. Until it is, the flow can be read and answered {instead}.</p>",
        )

    return page


def _page(title: str, body: str) -> Response:
    """Lay out a page; `title` is text, `body` is HTML whose values are escaped already."""
    name = escape(title)
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{name}</title><style>{STYLE}</style></head>'
        f"<body><main><h1>{name}</h1>{body}</main></body></html>"
    )
    headers = {"content-security-policy": PLAIN_POLICY, "cache-control": "no-cache"}
    return HTMLResponse(html, headers=headers | SECURE)
