"""An OpenID Connect issuer of the tests' own, on a socket: it can rotate its keys, be slow, and be away."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.draining import Drain
from tests.integration import tiny


class OpenIdServer:
    """Signs with the newest of its keys, and publishes all of them."""

    def __init__(self) -> None:
        self.url = ""
        self.keys = {"first": ec.generate_private_key(ec.SECP256R1())}
        self.asked = 0
        self.away = False
        self.let = asyncio.Event()
        self.let.set()
        self.was_asked = asyncio.Event()

    def rotate(self, kid: str) -> None:
        """From now on another key, and none of the old ones."""
        self.keys = {kid: ec.generate_private_key(ec.SECP256R1())}

    def hold(self) -> None:
        """Answer nothing until `let` is set; `was_asked` is set by the next question."""
        self.let.clear()
        self.was_asked.clear()

    def token(self, subject: str = "alice", *, kid: str | None = None, seconds: float = 600, **claims: Any) -> str:
        name, key = list(self.keys.items())[-1]
        now = time.time()
        given = {"iss": self.url, "aud": "flotilla", "sub": subject, "iat": now, "exp": now + seconds, **claims}
        return jwt.encode(given, key, algorithm="ES256", headers={"kid": kid or name})

    async def discovery(self, _request: Request) -> Response:
        self.asked += 1
        self.was_asked.set()
        await self.let.wait()
        if self.away:
            return Response(status_code=503)
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    async def key_set(self, _request: Request) -> Response:
        keys = [
            {**json.loads(ECAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "ES256", "use": "sig"}
            for kid, key in self.keys.items()
        ]
        return JSONResponse({"keys": keys})


@asynccontextmanager
async def issuing() -> AsyncIterator[OpenIdServer]:
    """An issuer that answers as long as the context lasts."""
    issuer = OpenIdServer()
    app = Starlette(
        routes=[Route("/.well-known/openid-configuration", issuer.discovery), Route("/keys", issuer.key_set)]
    )
    app.state.drain = Drain()
    async with tiny.serving(app) as address:
        issuer.url = f"http://{address}"
        try:
            yield issuer
        finally:
            issuer.let.set()
