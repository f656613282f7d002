"""Tokens of an OpenID Connect issuer: its discovery document, its keys, and their rotation."""

from __future__ import annotations

import asyncio
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
from server.identity import Expectation, Identity, read_header, verify

LOG = structlog.get_logger(__name__)

CLOCK_SKEW = timedelta(seconds=60)
KEEP_KEYS = 3600.0
ASK_AGAIN_AFTER = 10.0
SMALLEST_RSA_KEY = 2048

_CURVES = {"secp256r1": ("ES256",), "secp384r1": ("ES384",), "secp521r1": ("ES512",)}
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


class IssuerUnavailable(Exception):
    """The issuer does not answer and none of its keys is known: nobody's token can be checked."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the algorithms it may be used with; never a symmetric one."""

    public: PublicKeyTypes
    algorithms: tuple[str, ...]


class IssuerKeys:
    """The issuer's keys, kept for an hour and asked for anew when a token names one not among them.

    An unknown name makes us ask at most every ten seconds, so that made-up names cannot be used
    to have us hammer the issuer.
    """

    def __init__(self, issuer: str, client: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._client = client
        self._keys: dict[str | None, Key] = {}
        self._fetched_at = -KEEP_KEYS
        self._asked_at = -ASK_AGAIN_AFTER
        self._asking = asyncio.Lock()

    async def get(self, kid: str | None) -> Key | None:
        """The key of that name; without a name, the only key there is."""
        if self._stale() or self._find(kid) is None:
            async with self._asking:
                if self._stale() or self._find(kid) is None:
                    await self._refresh()
        return self._find(kid)

    def _find(self, kid: str | None) -> Key | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _stale(self) -> bool:
        return time.monotonic() - self._fetched_at > KEEP_KEYS

    async def _refresh(self) -> None:
        if time.monotonic() - self._asked_at < ASK_AGAIN_AFTER:
            return self._require_keys(None)
        self._asked_at = time.monotonic()
        try:
            self._keys = await self._fetch()
            self._fetched_at = time.monotonic()
        except (httpx.HTTPError, ValueError) as error:
            LOG.warning("issuer_keys_not_fetched", issuer=self._issuer, reason=str(error))
            self._require_keys(error)
        return None

    def _require_keys(self, cause: Exception | None) -> None:
        """Old keys are better than none: the issuer's being away must not lock everybody out."""
        if not self._keys:
            raise IssuerUnavailable(f"The issuer {self._issuer} does not answer.") from cause

    async def _fetch(self) -> dict[str | None, Key]:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        discovered = await self._json(address)
        if discovered.get("issuer") != self._issuer:
            raise ValueError(f"{address} names another issuer: {discovered.get('issuer')!r}.")
        found = await self._json(str(discovered.get("jwks_uri")))
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise ValueError("The issuer's key set has no list of keys.")  # noqa: TRY004
        return {name: key for name, key in map(_read_key, keys) if key is not None}

    async def _json(self, address: str) -> Mapping[str, Any]:
        response = await self._client.get(address)
        response.raise_for_status()
        value = response.json()
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
    except jwt.PyJWTError:
        return None, None
    allowed = _algorithms(public)
    named = jwk.get("alg")
    algorithms = allowed if named is None else tuple(a for a in allowed if a == named)
    return jwk.get("kid"), Key(public, algorithms) if algorithms else None


def _guess(jwk: Mapping[str, Any]) -> str | None:
    """PyJWT needs an algorithm to read Ed448 and Ed25519 alike; the others it guesses."""
    return "EdDSA" if jwk.get("kty") == "OKP" else None


def _algorithms(public: Any) -> tuple[str, ...]:
    if isinstance(public, RSAPublicKey):
        return _RSA if public.key_size >= SMALLEST_RSA_KEY else ()
    if isinstance(public, EllipticCurvePublicKey):
        return _CURVES.get(public.curve.name, ())
    return ("EdDSA",)
