"""The local issuer: tokens for development, signed with a key that never leaves this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.errors import Unauthenticated
from server.identity import Expectation, Grant, Identity, read_header, verify
from server.keys import made_once

ISSUER = "flotilla-local"
ALGORITHM = "EdDSA"
KEY_FILE = "issuer-key.pem"


def issue(
    data: Path,
    subject: str,
    *,
    lifetime: timedelta,
    email: str | None = None,
    act_as: bool = False,
    platform: bool = False,
) -> str:
    """A token of the local issuer for that subject."""
    now = datetime.now(UTC)
    scope = [Grant.ACT_AS] * act_as + [Grant.PLATFORM] * platform
    claims = {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": subject,
        "iat": now,
        "exp": now + lifetime,
        "scope": " ".join(scope),
    }
    if email is not None:
        claims["email"] = email
    return jwt.encode(claims, _key(data), algorithm=ALGORITHM)


class LocalVerifier:
    """Accepts what `issue` makes with the key under the same folder; one clock, so no skew."""

    def __init__(self, data: Path) -> None:
        self._public = _key(data).public_key()
        self._expected = Expectation(ISSUER, ISSUER, timedelta(0))

    async def __call__(self, token: str) -> Identity:
        if read_header(token).get("alg") != ALGORITHM:
            raise Unauthenticated(
                "The token is not signed with this server's key. Make one with `python -m server token`."
            )
        return verify(token, self._public, [ALGORITHM], self._expected)


def _key(data: Path) -> Ed25519PrivateKey:
    """The machine's key, made once; of two processes that make it at once the first one wins."""
    path = data / KEY_FILE
    key = serialization.load_pem_private_key(made_once(path, _create), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key. Remove it, and a new one is made.")
    return key


def _create() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
