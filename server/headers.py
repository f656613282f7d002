"""What every answer over HTTP goes through on its way out: headers, compression, and who may read it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from server.origins import CrossOrigin, Origins

# Below this, what compressing saves on the wire it costs elsewhere.
SMALL_BODY = 1024
# An answer that says nothing of caching may hold what belongs to one person.
PRIVATE = "no-store"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SECURE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": POLICY,
    "cache-control": PRIVATE,
}


def way_out(origins: Origins, shared: tuple[str, ...]) -> list[Middleware]:
    """The last it goes through stands first; answers at the shared paths may be read by pages of those origins."""
    add_compress_type("application/graphql-response+json")
    # A compressor for each open stream would cost more memory than the stream.
    remove_compress_type("text/event-stream")
    sharing = [Middleware(CrossOrigin, origins, shared)] if origins.named else []
    return [Middleware(SafeHeaders), Middleware(CompressMiddleware, minimum_size=SMALL_BODY), *sharing]


class SafeHeaders:
    """Adds what an answer does not say itself. A page has a policy of its own; what never changes may be kept.

    Entity tags go: nothing here is worth asking for a second time to be told that it is the same.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def carrying(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURE.items():
                    headers.setdefault(name, value)
                del headers["etag"]
            await send(message)

        await self._app(scope, receive, carrying if scope["type"] == "http" else send)
