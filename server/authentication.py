"""From what a client sends to who is asking: token, tenant headers, membership."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self
from uuid import UUID

from domain.access import SYSTEM, Member, Role, Tenant
from domain.errors import Forbidden, Unauthenticated
from resolvers.context import Caller
from server.addresses import current_address
from server.errors import BadRequest
from server.identity import Grant, Identity, Verifier
from server.rates import Rates

CLIENT_ACCOUNT = "x-client-account-id"
ENGAGEMENT = "x-engagement-id"
USER = "x-user-id"
AUTHORIZATION = "authorization"
NAMES = (AUTHORIZATION, CLIENT_ACCOUNT, ENGAGEMENT, USER)

# RFC 6750; the case of the scheme does not matter.
BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")

# The fields of the root that a token alone may ask for.
WITHOUT_TENANT = frozenset({"selectableEngagements", "createEngagement", "__schema", "__type", "__typename"})

NOWHERE = Tenant("", "")
"""The tenant of a caller who selected none: row-level security lets him see nothing."""

NO_ENGAGEMENT = (
    "There is no such engagement for this token. `selectableEngagements` lists the ones there are, "
    "with the headers that select them."
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client says of himself, in headers or in `connection_init`, not yet believed."""

    authorization: str | None = None
    client_account: str | None = None
    engagement: str | None = None
    user: str | None = None

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From names and values; the case of a name does not matter, a second one is refused."""
        found: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            if key in found:
                raise BadRequest(f"{name} was sent twice. Send it once.")
            if key in NAMES:
                found[key] = value
        return cls(*(found.get(name) for name in NAMES))

    @classmethod
    def of_payload(cls, payload: Mapping[str, Any]) -> Self:
        """From the payload of `connection_init`; null is as good as absent."""
        named = {name: value for name, value in payload.items() if name.lower() in NAMES and value is not None}
        for name, value in named.items():
            if not isinstance(value, str):
                raise BadRequest(f"{name} in connection_init must be a string.")
        return cls.of(named.items())

    def over(self, other: Credentials) -> Credentials:
        """These, and the other's where these say nothing."""
        return Credentials(
            self.authorization or other.authorization,
            self.client_account or other.client_account,
            self.engagement or other.engagement,
            self.user or other.user,
        )

    @property
    def token(self) -> str:
        """The bearer token."""
        if not self.authorization:
            raise Unauthenticated("Send a token: `Authorization: Bearer <token>`.")
        found = BEARER.fullmatch(self.authorization)
        if found is None:
            raise Unauthenticated("Authorization must read `Bearer <token>`.")
        return found[1]


class Memberships(Protocol):
    """Who may do what, where."""

    async def find(self, tenant: Tenant, subject: str) -> Member | None:
        """The member, or None when there is none, or no such engagement of that client account."""

    async def find_all(self, tenant: Tenant, subjects: Collection[str]) -> Collection[Member]:
        """Those of the subjects that are members."""


CallerFactory = Callable[["Acting"], Caller]


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who was let in: the token's identity, as whom it acts, and where with which roles."""

    identity: Identity
    user: str
    tenant: Tenant
    member: Member


class Gate:
    """Lets in whom a token and a membership allow, for one operation at a time."""

    def __init__(
        self, verify: Verifier, memberships: Memberships, make: CallerFactory, rates: Rates | None = None
    ) -> None:
        self._verify = verify
        self._memberships = memberships
        self._make = make
        self._rates = rates or Rates()

    async def identify(self, credentials: Credentials) -> Identity:
        """Whose token it is."""
        try:
            return await self._verify(credentials.token)
        except Unauthenticated:
            # After the look at the token, not before: who shares an address with somebody that sends bad ones
            # is let in all the same.
            self._rates.refusal(current_address())
            raise

    def count(self, identity: Identity) -> None:
        """One more operation with that token; RateLimited where it was one too many."""
        self._rates.operation(identity.subject)

    async def admit(self, identity: Identity, credentials: Credentials, root_fields: frozenset[str]) -> Caller:
        """The caller of an operation that asks for those fields of the root."""
        if root_fields <= WITHOUT_TENANT:
            user = _acting_user(identity, credentials.user)
            return self._make(Acting(identity, user, NOWHERE, Member(_subject(identity, user), frozenset())))
        return await self.enter(identity, credentials)

    async def find_roles(self, tenant: Tenant, subjects: Collection[str]) -> Mapping[str, frozenset[Role]]:
        """What each of them may do there now; who may nothing is left out."""
        return {member.subject: member.roles for member in await self._memberships.find_all(tenant, subjects)}

    async def enter(self, identity: Identity, credentials: Credentials) -> Caller:
        """The caller in the engagement that his headers select."""
        user = _acting_user(identity, credentials.user)
        tenant = _tenant(credentials)
        member = await self._memberships.find(tenant, _subject(identity, user)) if tenant else None
        if tenant is None or member is None:
            raise Forbidden(NO_ENGAGEMENT)
        return self._make(Acting(identity, user, tenant, member))


def _subject(identity: Identity, user: str) -> str:
    """Whose membership counts: a service that acts for somebody may do what that person may."""
    return identity.subject if user == SYSTEM else user


def _acting_user(identity: Identity, wanted: str | None) -> str:
    own = SYSTEM if identity.service else identity.subject
    if not wanted or wanted in (identity.subject, own):
        return wanted or own
    if "\0" in wanted:
        raise BadRequest("X-User-ID holds a character that no name has.")
    if Grant.ACT_AS not in identity.grants:
        raise Forbidden(
            "X-User-ID names somebody else than the token. Leave it out, or use a token with the grant act-as."
        )
    return wanted


def _tenant(credentials: Credentials) -> Tenant | None:
    """The tenant that the headers name; None when they name nothing that can be one."""
    if not credentials.client_account or not credentials.engagement:
        raise BadRequest(
            "Send X-Client-Account-ID and X-Engagement-ID. `selectableEngagements`, which needs neither, "
            "gives their values."
        )
    client_account, engagement = _key(credentials.client_account), _key(credentials.engagement)
    if client_account is None or engagement is None:
        return None
    return Tenant(client_account, engagement)


def _key(text: str) -> str | None:
    """A UUID as PostgreSQL writes it; only its 36 characters, none of the other forms."""
    try:
        key = str(UUID(text))
    except ValueError:
        return None
    return key if key == text.lower() else None
