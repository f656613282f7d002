"""Tokens of an OpenID Connect issuer: its discovery document, its keys, and their rotation."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from domain.errors import Unauthenticated
from server.errors import Unavailable
from server.identity import Expectation, Identity, read_header, verify

LOG = structlog.get_logger(__name__)

CLOCK_SKEW = timedelta(seconds=60)
KEEP_KEYS = 3600.0
KEEP_KEYS_AT_MOST = 24 * 3600.0
ASK_AGAIN_AFTER = 10.0
ANSWERS_WITHIN = 5.0
LARGEST_ANSWER = 1 << 20
SMALLEST_RSA_KEY = 2048

_CURVES = {"secp256r1": ("ES256",), "secp384r1": ("ES384",), "secp521r1": ("ES512",)}
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


class IssuerUnavailable(Unavailable):
    """The issuer does not answer, and the key that is needed is not known or too old."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the algorithms it may be used with; never a symmetric one."""

    public: PublicKeyTypes
    algorithms: tuple[str, ...]


class IssuerKeys:
    """The issuer's keys, asked for anew every hour, and when a token names one that is not among them.

    A key that is known is used without waiting for anything. An unknown name makes us ask at most every ten seconds,
    one question for all who wait, so that made-up names cannot be used to have us hammer the issuer. While the issuer
    is away its keys go on counting for a day: by then it may have withdrawn them for a reason.
    """

    def __init__(self, issuer: str, client: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._client = client
        self._keys: dict[str | None, Key] = {}
        self._fetched_at = -math.inf
        self._asked_at = -math.inf
        self._asking: asyncio.Task[None] | None = None
        self._answers = False

    async def get(self, kid: str | None) -> Key | None:
        """The key of that name; without a name, the only key there is."""
        if self._age() > KEEP_KEYS_AT_MOST:
            self._keys = {}
        key = self._find(kid)
        if key is None:
            await asyncio.shield(self._ask())
        elif self._age() > KEEP_KEYS:
            self._ask()
        return key or self._known(kid)

    def _find(self, kid: str | None) -> Key | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _known(self, kid: str | None) -> Key | None:
        key = self._find(kid)
        if self._age() > KEEP_KEYS_AT_MOST or (key is None and not self._answers):
            # It may have a key of that name by now: the token is not to blame.
            raise IssuerUnavailable(f"The issuer {self._issuer} does not answer, so the token cannot be checked.")
        return key

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def _ask(self) -> asyncio.Task[None]:
        """The question that is under way, or a new one; one that was answered a moment ago is not asked again."""
        if self._asking is None or (self._asking.done() and time.monotonic() - self._asked_at > ASK_AGAIN_AFTER):
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._refresh())
        return self._asking

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                self._keys = await self._fetch()
            self._fetched_at = time.monotonic()
            self._answers = True
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
            self._answers = False
            LOG.warning("issuer_keys_not_fetched", issuer=self._issuer, reason=str(error) or type(error).__name__)

    async def _fetch(self) -> dict[str | None, Key]:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        discovered = await self._json(address)
        if discovered.get("issuer") != self._issuer:
            raise ValueError(f"{address} names another issuer: {discovered.get('issuer')!r}.")
        keys_address = str(discovered.get("jwks_uri"))
        if self._issuer.startswith("https:") and not keys_address.startswith("https:"):
            raise ValueError(f"{address} names keys that anybody on the way could replace: {keys_address!r}.")
        keys = (await self._json(keys_address)).get("keys")
        if not isinstance(keys, list):
            raise ValueError("The issuer's key set has no list of keys.")  # noqa: TRY004
        return {name: key for name, key in map(_read_key, keys) if key is not None}

    async def _json(self, address: str) -> Mapping[str, Any]:
        body = bytearray()
        async with self._client.stream("GET", address) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise ValueError(f"{address} answers with more than {LARGEST_ANSWER} bytes.")
        value = json.loads(body)
        if not isinstance(value, dict):
            raise ValueError(f"{address} does not answer with a JSON object.")  # noqa: TRY004
        return value


class OpenIdVerifier:
    """Accepts tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, client: httpx.AsyncClient) -> None:
        self._keys = IssuerKeys(issuer, client)
        self._expected = Expectation(issuer, audience, CLOCK_SKEW)

    async def __call__(self, token: str) -> Identity:
        kid = read_header(token).get("kid")
        key = await self._keys.get(kid)
        if key is None:
            raise Unauthenticated(
                "The token is not signed with a key of this server's issuer. Get a new one from "
                f'"{self._expected.issuer}".'
            )
        return verify(token, key.public, key.algorithms, self._expected)


def _read_key(jwk: Any) -> tuple[str | None, Key | None]:
    """The key, or None for one that is not for checking signatures or that we do not know."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig" or jwk.get("kty") == "oct":
        return None, None
    try:
        public = jwt.PyJWK(jwk, algorithm=jwk.get("alg") or _guess(jwk)).key
    except Exception as error:  # noqa: BLE001  (whatever is wrong with one key, the others are as good as before)
        LOG.warning("issuer_key_not_read", reason=type(error).__name__)
        return None, None
    allowed = _algorithms(public)
    named = jwk.get("alg")
    algorithms = allowed if named is None else tuple(a for a in allowed if a == named)
    kid = jwk.get("kid")
    return (kid, Key(public, algorithms)) if algorithms and isinstance(kid, str | None) else (None, None)


def _guess(jwk: Mapping[str, Any]) -> str | None:
    """PyJWT needs an algorithm to read Ed448 and Ed25519 alike; the others it guesses."""
    return "EdDSA" if jwk.get("kty") == "OKP" else None


def _algorithms(public: Any) -> tuple[str, ...]:
    if isinstance(public, RSAPublicKey):
        return _RSA if public.key_size >= SMALLEST_RSA_KEY else ()
    if isinstance(public, EllipticCurvePublicKey):
        return _CURVES.get(public.curve.name, ())
    return ("EdDSA",)
