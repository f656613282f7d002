"""What operations may come to, over HTTP and WebSocket: their size, their cost, their time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.bounds import Bounds
from server.budgets import Budgets
from server.documents import Openness
from server.hangups import while_connected
from tests.integration import tiny
from tests.integration.test_websocket import greeted, receive, subscribe

THING = "{ thing { number text } }"


@asynccontextmanager
async def asking(data: Path, bounds: Bounds) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(tiny.make_app(data, bounds=bounds))
    headers = {**tiny.headers(data), "accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://flotilla", headers=headers) as client:
        yield client


async def post(client: httpx.AsyncClient, query: str, **variables: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, "variables": variables})


def problem(response: httpx.Response) -> tuple[str, str]:
    error = response.json()["errors"][0]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("{" + "thing { self {" * 11 + "number" + "} }" * 11 + "}", "nested deeper than 20"),
        ("{ thing {" + "number " * 201 + "} }", "at most 200"),
        ("{" + " ".join(f"a{n}: hello" for n in range(51)) + "}", "at most 50 aliases; this one has 51"),
        ("{ hello @skip(if: false) @include(if: true) @a @b @c }", "at most 4 directives; this one has 5"),
        ("{" + " ".join("hello @skip(if: false)" for _ in range(51)) + "}", "at most 50 directives"),
        ("{ thing { " + "...F " * 401 + " } } fragment F on Thing { number }", "at most 200"),
        ("{ hello " * 1 + " ".join("hello" for _ in range(5_000)) + "}", "at most 5,000 tokens"),
        ('{ hello(name: "' + "x" * 4_001 + '") }', "at most 4,000 characters"),
        ("{ hello(name: [" + '"x" ' * 1_001 + "]) }", "at most 1,000 entries"),
    ],
)
async def test_a_document_that_is_too_large_says_what_is(tmp_path: Path, query: str, word: str) -> None:
    async with asking(tmp_path, Bounds()) as client:
        response = await post(client, query)

    code, message = problem(response)
    assert (response.status_code, code) == (400, "LIMIT_EXCEEDED")
    assert word in message
    assert "data" not in response.json()


async def test_a_list_that_a_query_brings_is_short(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds()) as client:
        response = await post(client, "query ($name: String) { hello(name: $name) }", other=[0] * 1_001)

    assert problem(response)[0] == "LIMIT_EXCEEDED"


async def test_lists_in_lists_are_no_way_around_it(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds()) as client:
        response = await post(client, "query ($name: String) { hello(name: $name) }", other=[[[0] * 500] * 500] * 4)

    assert problem(response)[0] == "LIMIT_EXCEEDED"


async def test_reading_a_document_is_paid_for_once_also_when_nothing_comes_of_it(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds(budgets=Budgets(300))) as client:
        wrong = [await post(client, "{ nonsense }" + " " * 388) for _ in range(4)]
        right = [await post(client, "{ hello }" + " " * 391) for _ in range(2)]

    assert [answer.status_code for answer in wrong] == [400, 400, 400, 429]
    assert [answer.status_code for answer in right] == [429, 429]


async def test_every_answer_says_what_it_cost(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds(budgets=Budgets(1_000))) as client:
        first = (await post(client, THING)).json()
        second = (await post(client, "mutation { change }")).json()
        failed = (await post(client, "{ thing { number } forbidden }")).json()
        unfit = (await post(client, "query ($to: Float!) { slow(seconds: $to) }")).json()

    assert first["data"] == {"thing": {"number": 1, "text": "one"}}
    assert list(first["extensions"]["cost"]) == ["requested", "budget", "remaining", "fullAt"]
    costs = [answer["extensions"]["cost"] for answer in (first, second, failed, unfit)]
    assert [cost["requested"] for cost in costs] == [3, 101, 3, 1]
    assert [cost["budget"] for cost in costs] == [1_000] * 4
    assert 852 <= costs[-1]["remaining"] <= 900


async def test_who_has_spent_all_is_told_when_to_ask_again(tmp_path: Path) -> None:
    change = "mutation { change }"
    async with asking(tmp_path, Bounds(budgets=Budgets(250))) as client:
        answers = [await post(client, change) for _ in range(3)]
        client.headers.update(tiny.headers(tmp_path, "bob"))
        another = await post(client, change)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert problem(refused)[0] == "RATE_LIMITED"
    assert "This costs 101, and of the 250" in problem(refused)[1]
    assert 10 <= int(refused.headers["retry-after"]) <= 16
    assert refused.json()["extensions"]["cost"]["requested"] == 101
    assert "data" not in refused.json()
    assert another.status_code == 200


async def test_what_no_minute_pays_is_refused_for_good(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds(budgets=Budgets(100))) as client:
        response = await post(client, "mutation { change }")

    assert (response.status_code, problem(response)[0]) == (413, "LIMIT_EXCEEDED")
    assert "retry-after" not in response.headers


async def test_a_socket_says_it_too(tmp_path: Path) -> None:
    bounds = Bounds(budgets=Budgets(120))
    app = tiny.make_app(tmp_path, bounds=bounds)

    async with tiny.serving(app) as address, greeted(address, tmp_path) as socket:
        await subscribe(socket, "{ hello }")
        answer, complete = await receive(socket), await receive(socket)
        await subscribe(socket, "subscription { count(to: 2) { number } }")
        events = [await receive(socket) for _ in range(3)]
        await subscribe(socket, "mutation { change }")
        await receive(socket), await receive(socket)
        await subscribe(socket, "mutation { change }")
        refused = await receive(socket)

    assert (answer["payload"]["extensions"]["cost"]["requested"], complete["type"]) == (1, "complete")
    assert events[0]["payload"]["data"] == {"count": {"number": 1}}
    assert events[0]["payload"]["extensions"]["cost"]["requested"] == 2
    assert events[1]["payload"] == {"data": {"count": {"number": 2}}}
    assert refused["type"] == "error"
    (error,) = refused["payload"]
    assert (error["extensions"]["code"], error["extensions"]["cost"]["requested"]) == ("RATE_LIMITED", 101)


async def test_an_event_stream_says_it_too(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds(budgets=Budgets(120))) as client:
        body = {"query": "subscription { count(to: 2) { number } }"}
        response = await client.post("/graphql/stream", json=body, headers={"accept": "text/event-stream"})

    told = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: {")]
    assert [answer["data"]["count"]["number"] for answer in told] == [1, 2]
    assert told[0]["extensions"]["cost"]["requested"] == 2
    assert "extensions" not in told[1]


async def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds(seconds=0.05)) as client:
        slow = await post(client, "{ slow(seconds: 30) }")
        quick = await post(client, "{ slow(seconds: 0) }")

    assert (slow.status_code, problem(slow)[0]) == (504, "TIMEOUT")
    assert "longer than the 0.05 seconds" in problem(slow)[1]
    assert quick.json()["data"] == {"slow": "done"}
    assert tiny.SEEN.open_sources == 0


async def test_a_file_may_take_longer(tmp_path: Path) -> None:
    async with asking(tmp_path, Bounds(seconds=0.05, upload_seconds=5)) as client:
        operations = {"query": "mutation ($f: Upload!) { measure(file: $f) }", "variables": {"f": None}}
        files = {"operations": (None, json.dumps(operations)), "map": (None, '{"0": ["variables.f"]}')}
        response = await client.post(
            "/graphql",
            files={**files, "0": ("a.txt", b"x" * 10)},
            headers={"graphql-require-preflight": "1"},
        )

    assert response.json()["data"] == {"measure": "a.txt text/plain 10"}


async def test_a_query_ends_when_its_client_hangs_up(tmp_path: Path) -> None:
    async with tiny.serving(tiny.make_app(tmp_path)) as address:
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=tiny.headers(tmp_path)) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/graphql", params={"query": "{ slow(seconds: 30) }"}, timeout=0.2)
            with pytest.raises(httpx.ReadTimeout):
                await client.post("/graphql", json={"query": "{ slow(seconds: 30) }"}, timeout=0.2)
        await nothing_open()


async def nothing_open() -> None:
    async with asyncio.timeout(3):
        while tiny.SEEN.open_sources:  # noqa: ASYNC110  (nobody tells)
            await asyncio.sleep(0.01)


async def test_an_operation_over_a_socket_ends_with_it(tmp_path: Path) -> None:
    async with tiny.serving(tiny.make_app(tmp_path)) as address:
        async with greeted(address, tmp_path) as socket:
            await subscribe(socket, "{ slow(seconds: 30) }")
            async with asyncio.timeout(3):
                while not tiny.SEEN.open_sources:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        await nothing_open()


async def test_being_cancelled_from_elsewhere_is_not_a_hangup() -> None:
    async def never() -> Any:
        await asyncio.Event().wait()

    async def work() -> None:
        async with while_connected(never):
            await asyncio.sleep(30)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_may_not_ask_for_the_schema_learns_nothing_of_it(tmp_path: Path) -> None:
    bounds = Bounds(openness=Openness(introspection=False, suggestions=False))
    async with asking(tmp_path, bounds) as client:
        answers = [
            await post(client, query)
            for query in (
                "{ __schema { types { name } } }",
                '{ __type(name: "Query") { name } }',
                "{ helo }",
                "{ hello(nam: 1) }",
                "{ ...F } fragment F on Quer { hello }",
            )
        ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert not any("Did you mean" in answer.text for answer in answers)
