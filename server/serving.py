"""How uvicorn serves the application: limits, timeouts, and what it must not do."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from server.connections import Connection
from server.draining import Drain
from server.frames import Frames

LARGEST_MESSAGE = 4 * 1024 * 1024
PING_EVERY = 20.0
# A client that reads slowly is behind, not gone: it gets its pong out once it has read what came before.
PONG_WITHIN = 60.0
DRAIN_WITHIN = 10


def uvicorn_config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """Plain HTTP/1.1 and WebSockets on one address."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="on",
        # Its lines go where ours go; what we log of a request says more than the access log.
        log_config=None,
        access_log=False,
        server_header=False,
        # Who is asking is in the token; nobody's word is taken for another address.
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=DRAIN_WITHIN,
        http=Connection,
        ws=Frames,
        ws_max_size=LARGEST_MESSAGE,
        # Costs more CPU per delivery than it saves in bytes, and half the memory of a socket.
        ws_per_message_deflate=False,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PONG_WITHIN,
    )


class Server(uvicorn.Server):
    """uvicorn's, which first tells what answers for longer than a moment that the process stops."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody any more, let everything in flight come to its end, and stop."""
        for server in self.servers:
            server.close()
        self._drain.begin()
        await super().shutdown(sockets)
