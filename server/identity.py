"""Who a token was given to, and the checks every token must pass whoever issued it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from domain.access import SYSTEM
from domain.errors import Unauthenticated

LONGEST_TOKEN = 16_384
LONGEST_SUBJECT = 255
# The last second that a datetime can hold.
LATEST = 253_402_300_799
REQUIRED = ("exp", "iss", "sub")


class Grant(StrEnum):
    """What an issuer may allow beside being somebody; named in the token's scope."""

    ACT_AS = "act-as"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token was given to, what it grants, and until when it is good."""

    subject: str
    email: str | None
    grants: frozenset[Grant]
    service: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the claims of a token must say."""

    issuer: str
    audience: str
    leeway: timedelta


class Verifier(Protocol):
    """Tells whose a token is, or raises Unauthenticated saying what is wrong and what would mend it."""

    async def __call__(self, token: str, /) -> Identity: ...


class NoIssuer:
    """Stands in where the server was given no issuer and may not be one itself."""

    async def __call__(self, _token: str) -> Identity:
        raise Unauthenticated(
            "This server accepts no tokens yet: it listens beyond this machine and was given no "
            "issuer. Whoever runs it must set FLOTILLA_ISSUER_URL."
        )


def read_header(token: str) -> Mapping[str, Any]:
    """The token's unverified header."""
    if len(token) > LONGEST_TOKEN:
        raise Unauthenticated(f"The token is longer than {LONGEST_TOKEN} characters.")
    try:
        return jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise Unauthenticated(
            "The token cannot be read: it is not a JSON Web Token. Get one from the issuer and send it whole."
        ) from None


def verify(token: str, key: PublicKeyTypes, algorithms: Sequence[str], expected: Expectation) -> Identity:
    """The identity that a token signed with that key tells of."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,  # type: ignore[arg-type]  # every public key type of an allowed algorithm
            algorithms=algorithms,
            issuer=expected.issuer,
            audience=expected.audience,
            leeway=expected.leeway,
            options={"require": list(REQUIRED)},
        )
    except jwt.InvalidTokenError as error:
        raise Unauthenticated(_explain(error, expected)) from None
    return _identity(claims, expected.leeway)


def _explain(error: jwt.InvalidTokenError, expected: Expectation) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "The token has expired. Get a new one from the issuer."
        case jwt.ImmatureSignatureError():
            return "The token is not valid yet. Check the clock of whoever issued it."
        case jwt.InvalidAudienceError():
            return f'The token is for another audience. Ask for one for "{expected.audience}".'
        case jwt.InvalidIssuerError():
            return f'The token is from another issuer. Get one from "{expected.issuer}".'
        case jwt.MissingRequiredClaimError():
            return f"The token lacks the claim {error.claim}, which this server needs."
        case jwt.InvalidSignatureError() | jwt.InvalidAlgorithmError():
            return "The token is not signed with a key of this server's issuer. Get a new one."
        case _:
            return "The token cannot be read. Get a new one from the issuer and send it whole."


def _identity(claims: Mapping[str, Any], leeway: timedelta) -> Identity:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Unauthenticated(f"The token's subject must be 1 to {LONGEST_SUBJECT} characters.")
    if "\0" in subject or subject == SYSTEM:
        raise Unauthenticated("The token's subject is not one that this server can keep.")
    email = claims.get("email")
    grants = _grants(claims)
    return Identity(
        subject=subject,
        email=email if isinstance(email, str) else None,
        grants=grants,
        service=Grant.ACT_AS in grants or subject in (claims.get("client_id"), claims.get("azp")),
        expires_at=_expiry(claims["exp"], leeway),
    )


def _grants(claims: Mapping[str, Any]) -> frozenset[Grant]:
    """From `scope` (RFC 8693), or `scp` as some issuers write it."""
    scope = claims.get("scope", claims.get("scp", ""))
    words = scope.split() if isinstance(scope, str) else scope
    if not isinstance(words, list):
        return frozenset()
    return frozenset(grant for grant in Grant if grant.value in words)


def _expiry(seconds: float, leeway: timedelta) -> datetime:
    """Until when to trust it: its expiry, later only for a token accepted thanks to the clock skew."""
    expires_at = datetime.fromtimestamp(min(int(seconds), LATEST), UTC)
    return expires_at if expires_at > datetime.now(UTC) else expires_at + leeway
