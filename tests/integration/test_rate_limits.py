"""How often one may ask, through the real server: by token, by address, and with tokens that will not do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from domain.access import Member, Role, Tenant
from server.admission import admit, open_engagement
from server.app import create_app
from server.settings import Settings
from server.tokens import issue
from tests.integration import tiny
from tests.integration.test_websocket import closing, opened, receive, send, subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLES = "{ viewer { roles } }"
CREATED = 'mutation { setMember(input: {userId: "eve", roles: [VIEWER]}) { errors { code } } }'
PROXIED = ("127.0.0.1",)


@dataclass(frozen=True)
class Site:
    """The API with limits of a few a minute."""

    client: httpx.AsyncClient
    address: str
    data: Path
    tenant: Tenant

    def headers(self, who: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {issue(self.data, who, lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": self.tenant.client_account_id,
            "X-Engagement-ID": self.tenant.engagement_id,
        }

    async def ask(self, who: str, query: str = ROLES, **headers: str) -> httpx.Response:
        return await self.client.post("/graphql", json={"query": query}, headers=self.headers(who) | headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenant(module_database: str) -> Tenant:
    made = await open_engagement(module_database, "Busy")
    members = [Member(who, frozenset({Role.ADMIN})) for who in ("alice", "bob")]
    await admit(module_database, made, members)
    return made


@asynccontextmanager
async def limited(database_url: str, data: Path, tenant: Tenant, **rates: Any) -> AsyncIterator[Site]:
    settings = replace(Settings(), data=data, database_url=database_url, broadcast_url="memory://", **rates)
    async with (
        tiny.serving(create_app(settings)) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as client,
    ):
        yield Site(client, address, data, tenant)


def error_of(response: httpx.Response) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


async def test_a_token_has_so_many_operations_and_others_have_theirs(
    module_database: str, tmp_path: Path, tenant: Tenant
) -> None:
    async with limited(module_database, tmp_path, tenant, token_rate=3) as site:
        answers = [await site.ask("alice") for _ in range(3)]
        refused = await site.ask("alice", CREATED)
        members = (await site.ask("bob", "{ viewer { engagement { members { userId } } } }")).json()["data"]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert error_of(refused) == (429, "RATE_LIMITED")
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 20
    assert refused.json()["errors"][0]["extensions"]["retryAfter"] == wait
    assert {each["userId"] for each in members["viewer"]["engagement"]["members"]} == {"alice", "bob"}


async def test_another_token_of_the_same_subject_is_no_way_round(
    module_database: str, tmp_path: Path, tenant: Tenant
) -> None:
    async with limited(module_database, tmp_path, tenant, token_rate=1) as site:
        statuses = [(await site.ask("alice")).status_code for _ in range(2)]

    assert statuses == [200, 429]


async def test_a_socket_lives_on_when_an_operation_is_one_too_many(
    module_database: str, tmp_path: Path, tenant: Tenant
) -> None:
    async with limited(module_database, tmp_path, tenant, token_rate=2) as site, opened(site.address) as socket:
        await send(socket, type="connection_init", payload=site.headers("alice"))
        await receive(socket)
        await subscribe(socket, "subscription { engagementEvents { cursor } }", "events")
        await subscribe(socket, ROLES, "first")
        taken = [await receive(socket) for _ in range(2)]
        for id in ("second", "third"):
            await subscribe(socket, ROLES, id)
        refused = [await receive(socket) for _ in range(2)]
        await site.ask("bob", CREATED)
        told = await receive(socket)

    assert [message["type"] for message in taken] == ["next", "complete"]
    assert [(message["id"], message["type"]) for message in refused] == [("second", "error"), ("third", "error")]
    assert {message["payload"][0]["extensions"]["code"] for message in refused} == {"RATE_LIMITED"}
    assert refused[0]["payload"][0]["extensions"]["retryAfter"] >= 1
    assert (told["id"], told["type"]) == ("events", "next")


async def test_an_address_has_so_many_requests_and_sockets(
    module_database: str, tmp_path: Path, tenant: Tenant
) -> None:
    async with limited(module_database, tmp_path, tenant, address_rate=3) as site:
        async with opened(site.address):
            answers = [await site.ask("alice"), await site.client.get("/")]
        refused = await site.ask("bob")
        with pytest.raises(InvalidStatus) as denied:
            await connect(f"ws://{site.address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")])
        probe = await site.client.get("/healthz")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert error_of(refused) == (429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["cache-control"] == "no-store"
    assert denied.value.response.status_code == 429
    assert int(denied.value.response.headers["retry-after"]) >= 1
    assert probe.status_code == 200


async def test_only_a_named_proxy_says_where_a_request_comes_from(
    module_database: str, tmp_path: Path, tenant: Tenant
) -> None:
    forwarded = ["198.51.100.1", "198.51.100.2", "198.51.100.1"]
    found = []
    for proxies in ((), tuple(map(ip_network, PROXIED))):
        async with limited(module_database, tmp_path, tenant, address_rate=1, proxies=proxies) as site:
            asked = [await site.ask("alice", **{"X-Forwarded-For": f"6.6.6.6, {each}"}) for each in forwarded]
        found.append([answer.status_code for answer in asked])

    assert found == [[200, 429, 429], [200, 200, 429]]


async def test_bad_tokens_run_out_sooner_and_good_ones_of_the_same_address_do_not(
    module_database: str, tmp_path: Path, tenant: Tenant
) -> None:
    async with limited(module_database, tmp_path, tenant, refusal_rate=2) as site:
        bad = [await site.ask("alice", Authorization="Bearer x.y.z") for _ in range(3)]
        none = await site.client.post("/graphql", json={"query": ROLES})
        good = await site.ask("alice")
        async with opened(site.address) as socket:
            await send(socket, type="connection_init", payload={"Authorization": "Bearer x.y.z"})
            code, reason = await closing(socket)

    assert [error_of(answer) for answer in bad] == [(401, "UNAUTHENTICATED")] * 2 + [(429, "RATE_LIMITED")]
    assert int(bad[2].headers["retry-after"]) >= 1
    assert error_of(none) == (429, "RATE_LIMITED")
    assert good.status_code == 200
    assert code == 4403
    assert reason.startswith("Too many tokens from this address were refused")
