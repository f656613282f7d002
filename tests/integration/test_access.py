"""Who is let in: tokens of a local and of a foreign issuer, and what headers may say beside them."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from domain.errors import Unauthenticated
from server import openid
from server.identity import Grant, NoIssuer
from server.openid import IssuerUnavailable, OpenIdVerifier
from tests.integration import tiny

ISSUER = "https://issuer.test/realm"
HOUR = timedelta(hours=1)
UNKNOWN = {"X-Engagement-ID": "018f0000-0000-7000-8000-0000000000ff"}


class Issuer:
    """An OpenID Connect issuer on the other side of an httpx transport."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {"rsa": rsa.generate_private_key(65537, 2048)}
        self.asked = 0
        self.down = False
        self.name = ISSUER

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.down:
            return httpx.Response(503)
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx.Response(200, json={"issuer": self.name, "jwks_uri": f"{ISSUER}/keys"})
        return httpx.Response(200, json={"keys": [self.jwk(kid) for kid in self.keys]})

    def jwk(self, kid: str) -> dict[str, Any]:
        public = self.keys[kid].public_key()
        readers = {
            rsa.RSAPublicKey: RSAAlgorithm,
            ec.EllipticCurvePublicKey: ECAlgorithm,
            ed25519.Ed25519PublicKey: OKPAlgorithm,
        }
        (reader,) = [reader for type_, reader in readers.items() if isinstance(public, type_)]
        return dict(json.loads(reader.to_jwk(public)), kid=kid)  # type: ignore[attr-defined]

    def token(self, kid: str = "rsa", algorithm: str = "RS256", **claims: Any) -> str:
        now = time.time()
        given = {"iss": ISSUER, "aud": "flotilla", "sub": "alice", "iat": now, "exp": now + 600, **claims}
        present = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(present, self.keys[kid], algorithm=algorithm, headers={"kid": kid})


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def verify(issuer: Issuer) -> AsyncIterator[OpenIdVerifier]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer)) as client:
        yield OpenIdVerifier(ISSUER, "flotilla", client)


# ── tokens of an OpenID Connect issuer


async def test_a_token_tells_whose_it_is(issuer: Issuer, verify: OpenIdVerifier) -> None:
    token = issuer.token(email="alice@example.com", scope="openid platform", azp="dashboard")

    identity = await verify(token)

    assert (identity.subject, identity.email) == ("alice", "alice@example.com")
    assert (identity.grants, identity.service) == (frozenset({Grant.PLATFORM}), False)


@pytest.mark.parametrize(
    ("claims", "service", "grants"),
    [
        ({"azp": "alice"}, True, set()),
        ({"client_id": "alice"}, True, set()),
        ({"scope": "act-as"}, True, {Grant.ACT_AS}),
        ({"scp": ["act-as", "platform"]}, True, {Grant.ACT_AS, Grant.PLATFORM}),
        ({"scope": "act-assistant platforms"}, False, set()),
        ({"scope": {"platform": True}}, False, set()),
        ({"scope": None}, False, set()),
    ],
)
async def test_grants_come_from_the_scope(
    issuer: Issuer, verify: OpenIdVerifier, *, claims: dict[str, Any], service: bool, grants: set[Grant]
) -> None:
    identity = await verify(issuer.token(**claims))

    assert (identity.service, set(identity.grants)) == (service, grants)


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": time.time() - 61}, "has expired"),
        ({"exp": None}, "lacks the claim exp"),
        ({"sub": None}, "lacks the claim sub"),
        ({"iss": None}, "lacks the claim iss"),
        ({"iss": "https://other.test"}, "from another issuer"),
        ({"aud": "other"}, "for another audience"),
        ({"aud": None}, "lacks the claim aud"),
        ({"nbf": time.time() + 86_400}, "not valid yet"),
        ({"sub": ""}, "subject"),
        ({"sub": "system"}, "subject"),
        ({"sub": "a\0b"}, "subject"),
        ({"sub": "a" * 256}, "subject"),
    ],
)
async def test_a_token_that_will_not_do_says_why(
    issuer: Issuer, verify: OpenIdVerifier, claims: dict[str, Any], words: str
) -> None:
    with pytest.raises(Unauthenticated, match=words):
        await verify(issuer.token(**claims))


async def test_clocks_may_differ_by_a_minute(issuer: Issuer, verify: OpenIdVerifier) -> None:
    identity = await verify(issuer.token(exp=time.time() - 30))

    assert 0 < identity.expires_at.timestamp() - time.time() <= 30


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "PS512"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
async def test_every_asymmetric_algorithm_is_taken(
    issuer: Issuer, verify: OpenIdVerifier, key: Any, algorithm: str
) -> None:
    issuer.keys["other"] = key

    assert (await verify(issuer.token("other", algorithm))).subject == "alice"


async def test_an_unsigned_token_is_refused(verify: OpenIdVerifier) -> None:
    claims = {"iss": ISSUER, "aud": "flotilla", "sub": "alice", "exp": time.time() + 600}
    token = jwt.encode(claims, "", algorithm="none", headers={"kid": "rsa"})

    with pytest.raises(Unauthenticated, match="not signed"):
        await verify(token)


async def test_a_public_key_is_no_shared_secret(issuer: Issuer, verify: OpenIdVerifier) -> None:
    """The classic confusion: signed symmetrically with the text of the public key."""
    public = issuer.keys["rsa"].public_key()
    text = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = urlsafe_b64encode(b'{"alg": "HS256", "kid": "rsa"}')
    payload = issuer.token().split(".")[1].encode()
    signature = hmac.digest(text, header + b"." + payload, "sha256")
    token = b".".join([header, payload, urlsafe_b64encode(signature).rstrip(b"=")]).decode()

    with pytest.raises(Unauthenticated, match="not signed"):
        await verify(token)


@pytest.mark.parametrize("extra", [{"crit": ["b64"], "b64": False}, {"crit": ["unheard-of"], "unheard-of": 1}])
async def test_what_a_token_says_is_critical_is_not_passed_over(
    issuer: Issuer, verify: OpenIdVerifier, extra: dict[str, Any]
) -> None:
    claims = {"iss": ISSUER, "aud": "flotilla", "sub": "alice", "exp": time.time() + 600}
    token = jwt.encode(claims, issuer.keys["rsa"], algorithm="RS256", headers={"kid": "rsa", **extra})

    with pytest.raises(Unauthenticated):
        await verify(token)


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk"])
async def test_a_token_does_not_bring_its_own_key(issuer: Issuer, verify: OpenIdVerifier, name: str) -> None:
    stranger = Issuer()
    own: Any = stranger.jwk("rsa") if name == "jwk" else "https://stranger.test/keys"
    claims = {"iss": ISSUER, "aud": "flotilla", "sub": "alice", "exp": time.time() + 600}
    token = jwt.encode(claims, stranger.keys["rsa"], algorithm="RS256", headers={"kid": "rsa", name: own})

    with pytest.raises(Unauthenticated, match="not signed"):
        await verify(token)


async def test_keys_of_a_safe_issuer_come_safely_too(issuer: Issuer, verify: OpenIdVerifier) -> None:
    """Whoever sits on the way could replace what is fetched in the clear."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": "http://issuer.test/keys"})
        return issuer.answer(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(IssuerUnavailable):
            await OpenIdVerifier(ISSUER, "flotilla", client)(issuer.token())

    assert issuer.asked == 0


async def test_an_issuer_that_answers_without_end_is_cut_off(issuer: Issuer) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"[" * (openid.LARGEST_ANSWER + 1))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(IssuerUnavailable):
            await OpenIdVerifier(ISSUER, "flotilla", client)(issuer.token())


async def test_a_token_signed_by_somebody_else_is_refused(issuer: Issuer, verify: OpenIdVerifier) -> None:
    stranger = Issuer()

    with pytest.raises(Unauthenticated, match="not signed"):
        await verify(stranger.token())


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é", "a" * 20_000, "eyJhbGciOiJSUzI1NiJ9..", "\0"])
async def test_what_is_no_token_is_refused(verify: OpenIdVerifier, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await verify(token)


async def test_a_new_key_is_fetched_when_a_token_names_it(
    issuer: Issuer, verify: OpenIdVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verify(issuer.token())
    issuer.keys = {"new": rsa.generate_private_key(65537, 2048)}
    monkeypatch.setattr(openid, "ASK_AGAIN_AFTER", 0.0)

    assert (await verify(issuer.token("new"))).subject == "alice"


async def test_made_up_keys_do_not_hammer_the_issuer(issuer: Issuer, verify: OpenIdVerifier) -> None:
    await verify(issuer.token())
    strangers = []
    for number in range(5):
        stranger = Issuer()
        stranger.keys = {f"made-up-{number}": issuer.keys["rsa"]}
        strangers.append(stranger.token(f"made-up-{number}"))

    answers = await asyncio.gather(*map(verify, strangers), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Unauthenticated] * 5
    assert issuer.asked == 2


async def test_many_first_tokens_ask_the_issuer_once(issuer: Issuer, verify: OpenIdVerifier) -> None:
    await asyncio.gather(*(verify(issuer.token()) for _ in range(10)))

    assert issuer.asked == 2


async def test_keys_outlive_an_issuer_that_is_down(
    issuer: Issuer, verify: OpenIdVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verify(issuer.token())
    issuer.down = True
    monkeypatch.setattr(openid, "KEEP_KEYS", -1.0)

    assert (await verify(issuer.token())).subject == "alice"


@pytest.mark.parametrize("name", [ISSUER, "https://somebody.else"])
async def test_an_issuer_that_cannot_be_asked_is_our_fault_not_the_tokens(
    issuer: Issuer, verify: OpenIdVerifier, name: str
) -> None:
    issuer.down, issuer.name = name == ISSUER, name

    with pytest.raises(IssuerUnavailable):
        await verify(issuer.token())


async def test_symmetric_and_foreign_keys_of_a_key_set_are_passed_over(issuer: Issuer) -> None:
    odd = [
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "rsa"},
        {"kty": "unheard-of", "kid": "x"},
        issuer.jwk("rsa") | {"use": "enc", "kid": "enc"},
        "not a key",
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        found = issuer.answer(request)
        return httpx.Response(200, json={"keys": odd}) if request.url.path.endswith("/keys") else found

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(Unauthenticated):
            await OpenIdVerifier(ISSUER, "flotilla", client)(issuer.token())


async def test_a_server_without_an_issuer_says_so() -> None:
    with pytest.raises(Unauthenticated, match="FLOTILLA_ISSUER_URL"):
        await NoIssuer()("token")


# ── headers


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(tiny.make_app(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://flotilla") as found:
        yield found


async def ask(client: httpx.AsyncClient, headers: Any, query: str = "{ who }") -> tuple[int, Any]:
    response = await client.post("/graphql", json={"query": query}, headers=headers)
    answer = response.json()
    if "errors" in answer:
        (error,) = answer["errors"]
        return response.status_code, (error["extensions"]["code"], error["message"])
    return response.status_code, answer["data"]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "x"])
async def test_without_a_token_nothing_is_answered(
    client: httpx.AsyncClient, tmp_path: Path, authorization: str | None
) -> None:
    headers = tiny.headers(tmp_path)
    del headers["Authorization"]
    if authorization is not None:
        headers["Authorization"] = authorization

    status, (code, message) = await ask(client, headers)

    assert (status, code) == (401, "UNAUTHENTICATED")
    assert message.endswith(".")


async def test_the_challenge_names_the_scheme(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ who }"})

    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_member_is_let_in_with_his_roles(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert await ask(client, tiny.headers(tmp_path)) == (200, {"who": "alice as alice with ADMIN"})
    assert await ask(client, tiny.headers(tmp_path, "bob")) == (200, {"who": "bob as bob with VIEWER"})


@pytest.mark.parametrize("name", ["X-Client-Account-ID", "X-Engagement-ID"])
async def test_both_tenant_headers_are_needed(client: httpx.AsyncClient, tmp_path: Path, name: str) -> None:
    headers = tiny.headers(tmp_path)
    del headers[name]

    status, (code, message) = await ask(client, headers)

    assert (status, code) == (400, "BAD_REQUEST")
    assert "selectableEngagements" in message


@pytest.mark.parametrize(
    "query", ["{ selectableEngagements }", "{ __typename ...F } fragment F on Query { selectableEngagements }"]
)
async def test_choosing_an_engagement_needs_none(client: httpx.AsyncClient, tmp_path: Path, query: str) -> None:
    headers = {"Authorization": tiny.headers(tmp_path, "nobody")["Authorization"]}

    status, data = await ask(client, headers, query)

    assert (status, data["selectableEngagements"]) == (200, "none")


async def test_choosing_an_engagement_does_not_open_the_rest(client: httpx.AsyncClient, tmp_path: Path) -> None:
    headers = {"Authorization": tiny.headers(tmp_path)["Authorization"]}

    status, (code, _) = await ask(client, headers, "{ selectableEngagements ...F } fragment F on Query { who }")

    assert (status, code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "change",
    [
        {"X-Client-Account-ID": "018f0000-0000-7000-8000-0000000000ff"},
        {"X-Client-Account-ID": tiny.ENGAGEMENT, "X-Engagement-ID": tiny.ACCOUNT},
        {"X-Engagement-ID": "x"},
        {"X-Engagement-ID": "1 or 1=1"},
        {"X-Engagement-ID": "{" + tiny.ENGAGEMENT + "}"},
        {"X-Engagement-ID": tiny.ENGAGEMENT.replace("-", "")},
        {"X-Engagement-ID": f"urn:uuid:{tiny.ENGAGEMENT}"},
        {"X-Engagement-ID": "a" * 10_000},
        {"X-Engagement-ID": "ö"},
    ],
)
async def test_what_may_not_be_selected_is_as_unknown_as_what_is_not_there(
    client: httpx.AsyncClient, tmp_path: Path, change: dict[str, str]
) -> None:
    unknown = await ask(client, tiny.headers(tmp_path) | UNKNOWN)
    headers = {name: value.encode() for name, value in (tiny.headers(tmp_path) | change).items()}

    assert unknown[0] == 403
    assert await ask(client, headers) == unknown
    assert await ask(client, tiny.headers(tmp_path, "mallory")) == unknown


async def test_capital_letters_select_the_same(client: httpx.AsyncClient, tmp_path: Path) -> None:
    headers = tiny.headers(tmp_path) | {"X-Engagement-ID": tiny.ENGAGEMENT.upper()}

    assert (await ask(client, headers))[0] == 200


async def test_a_header_sent_twice_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    headers = [*tiny.headers(tmp_path).items(), *UNKNOWN.items()]

    status, (code, _) = await ask(client, headers)

    assert (status, code) == (400, "BAD_REQUEST")


async def test_one_may_name_oneself(client: httpx.AsyncClient, tmp_path: Path) -> None:
    headers = tiny.headers(tmp_path) | {"X-User-ID": "alice"}

    assert await ask(client, headers) == (200, {"who": "alice as alice with ADMIN"})


@pytest.mark.parametrize("user", ["bob", "system", "mallory"])
async def test_a_person_is_nobody_else(client: httpx.AsyncClient, tmp_path: Path, user: str) -> None:
    status, (code, _) = await ask(client, tiny.headers(tmp_path) | {"X-User-ID": user})

    assert (status, code) == (403, "FORBIDDEN")


async def test_a_service_may_act_for_a_member_with_that_members_roles(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    headers = tiny.headers(tmp_path, "service", act_as=True) | {"X-User-ID": "bob"}

    assert await ask(client, headers) == (200, {"who": "service as bob with VIEWER"})


async def test_a_service_may_not_act_for_who_is_no_member(client: httpx.AsyncClient, tmp_path: Path) -> None:
    headers = tiny.headers(tmp_path, "alice", act_as=True) | {"X-User-ID": "mallory"}

    assert await ask(client, headers) == await ask(client, tiny.headers(tmp_path) | UNKNOWN)


@pytest.mark.parametrize("extra", [{}, {"X-User-ID": "system"}])
async def test_a_service_that_acts_for_nobody_is_the_system(
    client: httpx.AsyncClient, tmp_path: Path, extra: dict[str, str]
) -> None:
    headers = tiny.headers(tmp_path, "alice", act_as=True) | extra

    assert await ask(client, headers) == (200, {"who": "alice as system with ADMIN"})


async def test_membership_is_looked_up_anew_for_each_operation(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await ask(client, tiny.headers(tmp_path)))[0] == 200
    monkeypatch.setattr(tiny, "TENANT", None)

    assert (await ask(client, tiny.headers(tmp_path)))[0] == 403
