"""Where a request comes from, behind proxies too, and how many may come from there."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.errors import FailedOperation, RateLimited, failed
from server.rates import Rates

# Those who look after the server ask for these as often as they must.
UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})
FORWARDED = "x-forwarded-for"
DENIAL = "websocket.http.response"

_ADDRESS: ContextVar[str] = ContextVar("address", default="")


def current_address() -> str:
    """The address of whoever is being served; empty outside a request."""
    return _ADDRESS.get()


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose word is taken for where a request comes from."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def client(self, peer: str, forwarded: str) -> str:
        """The last address on the way here that is not one of these proxies'.

        Only what a proxy of ours added can be believed, so it is read from the end.
        """
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        address = peer
        while self._trust(address) and hops:
            said = _read(hops.pop())
            if said is None:
                return address
            address = str(said)
        return address

    def _trust(self, address: str) -> bool:
        found = _read(address)
        return found is not None and any(found in network for network in self.networks)


class Addresses:
    """Between the server and the application: says where each request comes from, and counts."""

    def __init__(self, app: ASGIApp, proxies: Proxies, rates: Rates) -> None:
        self._app = app
        self._proxies = proxies
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        peer = connection.client.host if connection.client else ""
        address = self._proxies.client(peer, ",".join(connection.headers.getlist(FORWARDED)))
        scope["client"] = (address, connection.client.port if connection.client else 0)
        _ADDRESS.set(address)
        try:
            if scope["path"] not in UNCOUNTED:
                self._rates.request(address)
        except RateLimited as error:
            await _refuse(scope, receive, send, failed(error))
            return
        await self._app(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, error: FailedOperation) -> None:
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store", **error.headers}
    response = Response(orjson.dumps({"errors": error.errors}), HTTPStatus.TOO_MANY_REQUESTS, headers)
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    await receive()
    if DENIAL in scope.get("extensions", {}):
        await response(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1013, "reason": "Try again later"})


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, with a port, in brackets, or IPv4 within IPv6."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
