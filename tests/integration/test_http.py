"""GraphQL over HTTP, whatever the schema: negotiation, strictness, files."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.integration import tiny

RESPONSE = "application/graphql-response+json"
HELLO = {"data": {"hello": "Hello world"}}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(tiny.make_app(tmp_path))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://flotilla", headers=tiny.headers(tmp_path)
    ) as found:
        yield found


async def post(client: httpx.AsyncClient, body: Any, accept: str = RESPONSE) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"accept": accept})


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (RESPONSE, RESPONSE),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*;q=0.1", "application/json"),
        (f"application/json;q=0.5, {RESPONSE}", RESPONSE),
        (f"application/json, {RESPONSE};q=0.5", "application/json"),
        (f"text/html, {RESPONSE}; charset=utf-8", RESPONSE),
    ],
)
async def test_the_answer_has_the_media_type_asked_for(client: httpx.AsyncClient, accept: str, media_type: str) -> None:
    response = await post(client, {"query": "{ hello }"}, accept)

    assert (response.status_code, response.json()) == (200, HELLO)
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_without_accept_the_answer_is_json(client: httpx.AsyncClient) -> None:
    del client.headers["accept"]

    response = await client.post("/graphql", json={"query": "{ hello }"})

    assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_a_client_that_takes_neither_is_told_which_there_are(client: httpx.AsyncClient) -> None:
    response = await post(client, {"query": "{ hello }"}, "text/html, application/json;q=0")

    assert (response.status_code, code(response)) == (406, "BAD_REQUEST")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        [{"query": "{ hello }"}],
        "{ hello }",
        {"query": 1},
        {"query": None},
        {"query": ""},
        {"query": {"hello": 1}},
        {"query": "{ hello }", "variables": "{}"},
        {"query": "{ hello }", "variables": []},
        {"query": "{ hello }", "variables": 7},
        {"query": "{ hello }", "operationName": {}},
        {"query": "{ hello }", "operationName": 1},
        {"query": "{ hello }", "extensions": []},
        {"query": "{ hello }", "extensions": "x"},
    ],
)
@pytest.mark.parametrize("accept", [RESPONSE, "application/json"])
async def test_a_request_that_is_not_one_is_refused(client: httpx.AsyncClient, body: Any, accept: str) -> None:
    response = await post(client, body, accept)

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert "data" not in response.json()


@pytest.mark.parametrize("content", [b"", b"{", b'{"query": "{ hello }"', b"\xff\xfe", b'{"query": "\xff"}', b"NaN"])
async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    response = await client.post("/graphql", content=content, headers={"content-type": "application/json"})

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "given",
    [
        {"variables": None},
        {"operationName": None},
        {"extensions": None},
        {"extensions": {"a": 1}},
        {"variables": {}, "operationName": "A", "unknown": True},
    ],
)
async def test_what_may_be_left_out_may_be_null(client: httpx.AsyncClient, given: dict[str, Any]) -> None:
    response = await post(client, {"query": "query A { hello }", **given})

    assert (response.status_code, response.json()) == (200, HELLO)


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ unknown }"},
        {"query": "query A { hello } query B { hello }"},
        {"query": "query A { hello }", "operationName": "B"},
        {"query": "query A($n: String!) { hello(name: $n) }"},
        {"query": "query A($n: String!) { hello(name: $n) }", "variables": {"n": 1}},
        {"query": "fragment F on Query { hello }"},
    ],
)
@pytest.mark.parametrize(("accept", "status"), [(RESPONSE, 400), ("application/json", 200)])
async def test_an_operation_that_cannot_be_executed_has_no_data(
    client: httpx.AsyncClient, body: Any, accept: str, status: int
) -> None:
    response = await post(client, body, accept)

    assert (response.status_code, code(response)) == (status, "BAD_REQUEST")
    assert "data" not in response.json()


async def test_a_query_may_come_by_get(client: httpx.AsyncClient) -> None:
    parameters = {
        "query": "query A($n: String!) { hello(name: $n) } query B { hello }",
        "operationName": "A",
        "variables": '{"n": "Ödön"}',
        "extensions": "{}",
    }

    response = await client.get("/graphql", params=parameters)

    assert response.json() == {"data": {"hello": "Hello Ödön"}}


@pytest.mark.parametrize(
    "query", ["", "?query=", "?query={hello}&query={hello}", "?query={hello}&variables=1", "?query={hello}&variables={"]
)
async def test_a_url_is_read_as_strictly(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/graphql{query}")

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_mutation_does_not_come_by_get(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation { change }"})

    assert (response.status_code, code(response)) == (405, "BAD_REQUEST")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")

    assert response.status_code == 405


async def test_a_subscription_is_told_where_it_is_served(client: httpx.AsyncClient) -> None:
    response = await post(client, {"query": "subscription { count(to: 1) { number } }"})

    assert response.status_code == 406
    assert "graphql-transport-ws" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
async def test_a_simple_form_of_another_site_is_refused(client: httpx.AsyncClient, content_type: str) -> None:
    response = await client.post("/graphql", content=b'{"query":"{hello}"}', headers={"content-type": content_type})

    assert response.status_code == 415


async def test_an_encoded_body_is_refused(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    response = await client.post("/graphql", content=b'{"query":"{hello}"}', headers=headers)

    assert response.status_code == 415


async def test_a_body_has_a_limit(client: httpx.AsyncClient) -> None:
    response = await post(client, {"query": "{ hello }" + " " * tiny.LARGEST_JSON})

    assert (response.status_code, code(response)) == (413, "LIMIT_EXCEEDED")


async def test_an_unforeseen_error_is_masked_and_logged_under_its_id(
    client: httpx.AsyncClient,
) -> None:
    with capture_logs() as lines:
        response = await post(client, {"query": "{ hello fails }"})

    (error,) = response.json()["errors"]
    assert (response.status_code, response.json()["data"]) == (200, {"hello": "Hello world", "fails": None})
    assert (error["path"], error["extensions"]["code"]) == (["fails"], "INTERNAL")
    assert "secret" not in response.text
    assert error["extensions"]["id"] in error["message"]
    assert [line["id"] for line in lines if line["event"] == "internal_error"] == [error["extensions"]["id"]]


@pytest.mark.parametrize(("field", "expected"), [("forbidden", "FORBIDDEN"), ("missing", "NOT_FOUND")])
async def test_what_a_caller_caused_is_said_with_its_code(client: httpx.AsyncClient, field: str, expected: str) -> None:
    response = await post(client, {"query": f"{{ {field} }}"})

    assert (response.status_code, code(response)) == (200, expected)


@pytest.mark.parametrize(
    "query",
    [
        "{ thing { " + "self { " * 30 + "number" + " }" * 32,
        "{ " + " ".join(f"a{n}: hello" for n in range(3_000)) + " }",
        "{ " + "hello " * 1_000 + " }",
        "{ hello " + "@skip(if: false) " * 3_000 + " }",
        "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }",
    ],
)
async def test_a_hostile_document_is_refused_quickly(client: httpx.AsyncClient, query: str) -> None:
    started = time.process_time()

    response = await post(client, {"query": query})

    assert response.status_code == 400
    assert time.process_time() - started < 1


async def test_fragments_that_double_at_every_level_are_refused_quickly(client: httpx.AsyncClient) -> None:
    started = time.process_time()

    response = await post(client, {"query": f"{{ ...F0 }} {doubling('Query', 'hello')}"})

    assert code(response) == "LIMIT_EXCEEDED"
    assert time.process_time() - started < 1


async def test_a_text_that_is_looked_for_is_short(client: httpx.AsyncClient) -> None:
    by_variable = "query ($text: String!) { __type(name: $text) { name } }"
    in_itself = f'{{ __type(name: "{"x" * 4_001}") {{ name }} }}'

    longest = await post(client, {"query": by_variable, "variables": {"text": "x" * 4_000}})
    longer = await post(client, {"query": by_variable, "variables": {"text": "x" * 4_001}})
    literal = await post(client, {"query": in_itself})

    assert longest.json() == {"data": {"__type": None}}
    assert (code(longer), code(literal)) == ("LIMIT_EXCEEDED", "LIMIT_EXCEEDED")


def doubling(type_: str, field: str, levels: int = 40) -> str:
    """Fragments of which each spreads the next twice: read naively, a million million selections."""
    spread = " ".join(f"fragment F{n} on {type_} {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{spread} fragment F{levels} on {type_} {{ {field} }}"


async def test_the_standard_introspection_is_allowed(client: httpx.AsyncClient) -> None:
    from graphql import get_introspection_query

    response = await post(
        client, {"query": get_introspection_query(specified_by_url=True, input_value_deprecation=True)}
    )

    assert response.json()["data"]["__schema"]["queryType"]["name"] == "Query"


# ── files

MEASURE = "mutation ($file: Upload!) { measure(file: $file) }"
OPERATIONS = json.dumps({"query": MEASURE, "variables": {"file": None}})


async def upload(client: httpx.AsyncClient, parts: list[tuple[str, tuple[str | None, bytes, str]]]) -> httpx.Response:
    return await client.post("/graphql", files=parts)


def field(name: str, text: str) -> tuple[str, tuple[str | None, bytes, str]]:
    return name, (None, text.encode(), "application/json")


def file(name: str, content: bytes) -> tuple[str, tuple[str | None, bytes, str]]:
    return name, ("büro list.csv", content, "text/csv")


MAP = field("map", '{"0": ["variables.file"]}')


async def test_a_file_reaches_the_command_as_it_arrives(client: httpx.AsyncClient) -> None:
    response = await upload(client, [field("operations", OPERATIONS), MAP, file("0", b"x" * 3_000_000)])

    assert response.json() == {"data": {"measure": "büro list.csv text/csv 3000000"}}


async def test_an_empty_file_is_a_file(client: httpx.AsyncClient) -> None:
    response = await upload(client, [field("operations", OPERATIONS), MAP, file("0", b"")])

    assert response.json() == {"data": {"measure": "büro list.csv text/csv 0"}}


async def test_a_command_may_stop_reading(client: httpx.AsyncClient) -> None:
    query = "mutation ($file: Upload!) { measure(file: $file, stopAfter: 1000) }"
    operations = field("operations", json.dumps({"query": query, "variables": {"file": None}}))

    response = await upload(client, [operations, MAP, file("0", b"x" * 5_000_000)])

    assert response.json() == {"data": {"measure": "too large"}}


@pytest.mark.parametrize(
    "parts",
    [
        [MAP, field("operations", OPERATIONS), file("0", b"x")],
        [field("operations", OPERATIONS), file("0", b"x"), MAP],
        [field("operations", OPERATIONS)],
        [field("operations", OPERATIONS), MAP],
        [field("operations", OPERATIONS), MAP, file("1", b"x")],
        [field("operations", OPERATIONS), MAP, field("0", "not a file")],
        [field("operations", "["), MAP, file("0", b"x")],
        [field("operations", OPERATIONS), field("map", "[]"), file("0", b"x")],
        [field("operations", OPERATIONS), field("map", '{"0": "variables.file"}'), file("0", b"x")],
        [field("operations", OPERATIONS), field("map", '{"0": ["variables.other"]}'), file("0", b"x")],
        [field("operations", OPERATIONS), field("map", '{"0": ["query"]}'), file("0", b"x")],
        [field("operations", OPERATIONS), field("map", '{"0": ["variables.file.0"]}'), file("0", b"x")],
        [field("operations", OPERATIONS), field("map", '{"0": ["variables.file", "query"]}'), file("0", b"x")],
        [field("operations", OPERATIONS), field("map", '{"0": [], "1": []}'), file("0", b"x")],
        [field("operations", f"[{OPERATIONS}]"), field("map", '{"0": ["0.variables.file"]}'), file("0", b"x")],
        [field("operations", " " * 200_000), MAP, file("0", b"x")],
    ],
)
async def test_a_multipart_request_is_read_strictly(client: httpx.AsyncClient, parts: Any) -> None:
    response = await upload(client, parts)

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_multipart_body_that_breaks_off_is_refused(client: httpx.AsyncClient) -> None:
    request = client.build_request(
        "POST", "/graphql", files=[field("operations", OPERATIONS), MAP, file("0", b"x" * 100_000)]
    )
    request.read()
    headers = {"content-type": request.headers["content-type"]}

    response = await client.post("/graphql", content=request.content[:50_000], headers=headers)

    assert code(response) == "BAD_REQUEST"


async def test_a_file_given_as_text_is_not_one(client: httpx.AsyncClient) -> None:
    response = await post(client, {"query": MEASURE, "variables": {"file": "x"}})

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_form_of_another_site_cannot_send_a_file(tmp_path: Path) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(tiny.make_app(tmp_path)), base_url="http://flotilla"
    ) as client:
        response = await upload(client, [field("operations", OPERATIONS), MAP, file("0", b"x")])

    assert response.status_code in (400, 401)


async def test_a_large_file_is_answered_while_it_is_still_being_sent(tmp_path: Path) -> None:
    """Over a real connection: the answer must not be lost because the body was not read to its end."""
    query = "mutation ($file: Upload!) { measure(file: $file, stopAfter: 1000) }"
    operations = field("operations", json.dumps({"query": query, "variables": {"file": None}}))
    async with (
        tiny.serving(tiny.make_app(tmp_path)) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=tiny.headers(tmp_path), timeout=30) as client,
    ):
        response = await upload(client, [operations, MAP, file("0", b"x" * 30_000_000)])

    assert response.json() == {"data": {"measure": "too large"}}
