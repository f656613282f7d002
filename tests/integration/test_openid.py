"""Tokens of an OpenID Connect issuer on a socket, through the real server: rotation, slowness, absence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog
from websockets.exceptions import ConnectionClosed

from domain.access import Member, Role, Tenant
from server import openid
from server.admission import admit, open_engagement
from server.app import create_app
from server.settings import Settings
from tests.integration import tiny
from tests.integration.issuing import OpenIdServer, issuing
from tests.integration.test_websocket import closing, opened, receive, send

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTED = "{ selectableEngagements { nodes { name } } }"
ALICES = {"selectableEngagements": {"nodes": [{"name": "Open"}]}}


@dataclass(frozen=True)
class Site:
    """The API, and the address at which it is asked."""

    client: httpx.AsyncClient
    address: str

    async def ask(self, token: str, query: str = LISTED, **headers: str) -> httpx.Response:
        return await self.client.post(
            "/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}", **headers}
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenant(module_database: str) -> Tenant:
    made = await open_engagement(module_database, "Open")
    await admit(module_database, made, [Member("alice", frozenset({Role.ADMIN}))])
    return made


@asynccontextmanager
async def serving(issuer: OpenIdServer, database_url: str, data: Path) -> AsyncIterator[Site]:
    settings = replace(
        Settings(), data=data, database_url=database_url, broadcast_url="memory://", issuer_url=issuer.url
    )
    async with (
        tiny.serving(create_app(settings)) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as client,
    ):
        yield Site(client, address)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def issuer() -> AsyncIterator[OpenIdServer]:
    async with issuing() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tenant: Tenant, issuer: OpenIdServer, module_database: str, data_folder: Path) -> AsyncIterator[Site]:
    async with serving(issuer, module_database, data_folder) as found:
        yield found


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest_asyncio.fixture(loop_scope="module")
async def restless() -> AsyncIterator[OpenIdServer]:
    """An issuer of one test's own, which things happen to."""
    async with issuing() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def trusting(
    tenant: Tenant, restless: OpenIdServer, module_database: str, data_folder: Path
) -> AsyncIterator[Site]:
    """An API that has heard nothing of that issuer yet."""
    async with serving(restless, module_database, data_folder) as found:
        yield found


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


async def test_a_token_of_the_issuer_is_let_in(trusting: Site, restless: OpenIdServer) -> None:
    response = await trusting.ask(restless.token())

    assert (response.status_code, response.json()["data"]) == (200, ALICES)
    assert restless.asked == 1


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"aud": "another"}, "for another audience"),
        ({"iss": "https://another.test"}, "from another issuer"),
        ({"exp": time.time() - 120}, "has expired"),
        ({"nbf": time.time() + 3_600}, "not valid yet"),
        ({"exp": float("inf")}, "cannot be read"),
        ({"nbf": float("inf")}, "cannot be read"),
        ({"iat": float("nan")}, "cannot be read"),
        ({"exp": "soon"}, "cannot be read"),
    ],
)
async def test_one_that_will_not_do_is_told_why(
    site: Site, issuer: OpenIdServer, claims: dict[str, Any], words: str
) -> None:
    response = await site.ask(issuer.token(**claims))

    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"
    assert words in response.json()["errors"][0]["message"]


async def test_clocks_may_be_half_a_minute_apart(site: Site, issuer: OpenIdServer) -> None:
    late, early = issuer.token(exp=time.time() - 30), issuer.token(nbf=time.time() + 30, iat=time.time() + 30)

    assert [(await site.ask(token)).status_code for token in (late, early)] == [200, 200]


async def test_a_rotated_key_is_fetched_once_for_all_who_come_with_it(
    trusting: Site, restless: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = restless.token()
    await trusting.ask(old)
    restless.rotate("second")
    monkeypatch.setattr(openid, "ASK_AGAIN_AFTER", 0.0)
    restless.hold()

    waiting = [asyncio.create_task(trusting.ask(restless.token())) for _ in range(20)]
    await restless.was_asked.wait()
    restless.let.set()
    answers = await asyncio.gather(*waiting)

    assert [answer.status_code for answer in answers] == [200] * 20
    assert restless.asked == 2
    monkeypatch.undo()
    assert (await trusting.ask(old)).status_code == 401


async def test_names_of_keys_that_nobody_has_do_not_make_us_ask_again(trusting: Site, restless: OpenIdServer) -> None:
    await trusting.ask(restless.token())

    made_up = [await trusting.ask(restless.token(kid=f"made-up-{number}")) for number in range(5)]

    assert [answer.status_code for answer in made_up] == [401] * 5
    assert restless.asked == 1


async def test_a_slow_issuer_holds_up_only_who_needs_it(
    trusting: Site, restless: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = restless.token()
    await trusting.ask(known)
    restless.hold()
    monkeypatch.setattr(openid, "ASK_AGAIN_AFTER", 0.0)
    monkeypatch.setattr(openid, "ANSWERS_WITHIN", 0.5)

    held_up = asyncio.create_task(trusting.ask(restless.token(kid="unheard-of")))
    await restless.was_asked.wait()
    monkeypatch.setattr(openid, "KEEP_KEYS", 0.0)
    # Its keys would be asked for anew, and are used while the answer is not there.
    answers = [await trusting.ask(known) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert not held_up.done()
    assert (await held_up).status_code == 503


async def test_keys_outlive_the_issuer_for_a_day_and_no_longer(
    trusting: Site, restless: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = restless.token()
    await trusting.ask(token)
    restless.away = True
    monkeypatch.setattr(openid, "ASK_AGAIN_AFTER", 0.0)
    monkeypatch.setattr(openid, "KEEP_KEYS", 0.0)
    assert (await trusting.ask(token)).status_code == 200

    monkeypatch.setattr(openid, "KEEP_KEYS_AT_MOST", 0.0)
    response = await trusting.ask(token)

    assert (response.status_code, code_of(response)) == (503, "INTERNAL")
    assert response.headers["retry-after"] == "10"
    assert f"The issuer {restless.url} does not answer" in response.json()["errors"][0]["message"]
    restless.away = False
    monkeypatch.undo()
    monkeypatch.setattr(openid, "ASK_AGAIN_AFTER", 0.0)
    assert (await trusting.ask(token)).status_code == 200


async def test_a_new_key_that_cannot_be_asked_for_is_no_fault_of_the_token(
    trusting: Site, restless: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = restless.token()
    await trusting.ask(old)
    restless.rotate("second")
    restless.away = True
    monkeypatch.setattr(openid, "ASK_AGAIN_AFTER", 0.0)

    answers = [await trusting.ask(token) for token in (restless.token(), old)]
    restless.away = False
    later = await trusting.ask(restless.token())

    assert [answer.status_code for answer in (*answers, later)] == [503, 200, 200]


async def test_an_issuer_that_is_away_from_the_start_is_no_fault_of_the_token(
    trusting: Site, restless: OpenIdServer
) -> None:
    restless.away = True

    assert (await trusting.ask(restless.token())).status_code == 503
    async with opened(trusting.address) as socket:
        await send(socket, type="connection_init", payload={"Authorization": f"Bearer {restless.token()}"})
        code, reason = await closing(socket)

    assert code == 4500
    assert "does not answer" in reason


# ── how a token is sent, and where it never stands


async def test_a_token_in_the_url_is_none(site: Site, issuer: OpenIdServer) -> None:
    address = f"/graphql?access_token={issuer.token()}&query=%7B__typename%7D"

    assert [(await site.client.get(address)).status_code, (await site.client.post(address)).status_code] == [401, 401]


@pytest.mark.parametrize("twice", ["the same", "another"])
async def test_one_authorization_is_enough(site: Site, issuer: OpenIdServer, twice: str) -> None:
    first = ("Authorization", f"Bearer {issuer.token()}")
    second = first if twice == "the same" else ("Authorization", f"Bearer {issuer.token('bob')}")

    response = await site.client.post("/graphql", json={"query": LISTED}, headers=[first, second])

    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("pattern", ["Bearer {} x", "Bearer {},{}", "Bearer\t{}", "Token {}", "{}", "Bearer={}"])
async def test_authorization_is_read_strictly(site: Site, issuer: OpenIdServer, pattern: str) -> None:
    token = issuer.token()

    response = await site.client.post(
        "/graphql", json={"query": LISTED}, headers={"Authorization": pattern.format(token, token)}
    )

    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")


async def test_a_token_has_a_size(site: Site, issuer: OpenIdServer) -> None:
    response = await site.ask(issuer.token(padding="x" * 16_384))

    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")


async def test_no_token_gets_into_the_log(site: Site, issuer: OpenIdServer, caplog: pytest.LogCaptureFixture) -> None:
    tokens = [issuer.token(), issuer.token(aud="another"), issuer.token(kid="unheard-of"), issuer.token(exp="soon")]
    with structlog.testing.capture_logs() as logged:
        for token in tokens:
            await site.ask(token)
            async with opened(site.address) as socket:
                await send(socket, type="connection_init", payload={"Authorization": f"Bearer {token}"})
                with suppress(ConnectionClosed):
                    await receive(socket)

    written = f"{logged} {caplog.text}"
    assert "selectableEngagements" in written
    assert not [token for token in tokens if token in written or token.rpartition(".")[2] in written]
