"""Which web pages may use the API: the origins of a setting, over HTTP (CORS) and over WebSockets alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

ANY: Final = "*"
# What a client may send; a preflight that asks for others is refused.
HEADERS = (
    "authorization",
    "apollo-require-preflight",
    "graphql-require-preflight",
    "last-event-id",
    "traceparent",
    "tracestate",
    "x-client-account-id",
    "x-engagement-id",
    "x-request-id",
    "x-requested-with",
    "x-user-id",
)
# What a page may read of an answer, beside what any page may.
EXPOSED = ("content-disposition", "retry-after", "x-request-id")
REMEMBERED_FOR = 7200
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origins:
    """Those that were named; none unless told."""

    named: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Self:
        """From the setting, which has been checked."""
        return cls(frozenset(text.replace(",", " ").split()))

    def allow(self, origin: str | None, host: str | None) -> bool:
        """Whether a page of that origin may open a socket at this host. What is no browser names no origin."""
        return origin is None or ANY in self.named or origin in self.named or _same(origin, host)


class CrossOrigin:
    """Tells browsers which pages may read the API's answers. Of this server's own pages they may read nothing."""

    def __init__(self, app: ASGIApp, origins: Origins, paths: tuple[str, ...]) -> None:
        self._app = app
        self._paths = paths
        self._shared = CORSMiddleware(
            app,
            allow_origins=sorted(origins.named),
            allow_methods=("GET", "POST"),
            allow_headers=HEADERS,
            # Cookies mean nothing here, but a proxy in front may ask for its own: never from just any page.
            allow_credentials=ANY not in origins.named,
            expose_headers=EXPOSED,
            max_age=REMEMBERED_FOR,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = scope["type"] == "http" and scope["path"].startswith(self._paths)
        await (self._shared if shared else self._app)(scope, receive, send)


def _same(origin: str, host: str | None) -> bool:
    """Whether it is this server's own page. Its scheme is unknown where a proxy ends TLS; a port may be left out."""
    scheme, _, address = origin.partition("://")
    if not host or scheme not in DEFAULT_PORTS:
        return False
    default = f":{DEFAULT_PORTS[scheme]}"
    return address.lower().removesuffix(default) == host.lower().removesuffix(default)
