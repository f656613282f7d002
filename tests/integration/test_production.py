"""What scanners of GraphQL servers look for: the classes of graphql-cop, over HTTP, in both profiles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.settings import InvalidSettings, Settings
from server.tokens import issue
from server.trusted import hash_of, write_manifest
from tests.integration import tiny

ENGAGEMENTS = "query Engagements { selectableEngagements(first: 5) { nodes { __typename } } }"
TYPENAMES = "query Many($many: Boolean!) { __typename @include(if: $many) }"
IDES = ("/graphiql", "/playground", "/console", "/graphql", "/graphiql/session.json", "/")

Finds = Callable[[httpx.AsyncClient], Awaitable[bool]]


async def post(client: httpx.AsyncClient, query: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.post("/graphql", json={"query": query})).json()
    return found


async def alias_overloading(client: httpx.AsyncClient) -> bool:
    return "data" in await post(client, "{" + " ".join(f"a{n}: __typename" for n in range(101)) + "}")


async def batch_queries(client: httpx.AsyncClient) -> bool:
    answer = (await client.post("/graphql", json=[{"query": "{ __typename }"}] * 10)).json()
    return isinstance(answer, list)


async def circular_introspection(client: httpx.AsyncClient) -> bool:
    inner = "{ fields { type " * 4 + "{ name }" + " } }" * 4
    return "data" in await post(client, f"{{ __schema {{ types {inner} }} }}")


async def circular_fragments(client: httpx.AsyncClient) -> bool:
    answer = await post(client, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")
    return "data" in answer or answer["errors"][0]["extensions"]["code"] == "INTERNAL"


async def directive_overloading(client: httpx.AsyncClient) -> bool:
    answer = await post(client, "{ __typename " + "@aa" * 10 + " }")
    return "data" in answer or len(answer["errors"]) > 1


async def field_duplication(client: httpx.AsyncClient) -> bool:
    return "data" in await post(client, "{" + " __typename" * 500 + "}")


async def field_suggestions(client: httpx.AsyncClient) -> bool:
    answers = [await post(client, query) for query in ("{ __schema { directive } }", "{ flowz { id } }")]
    return any("Did you mean" in error["message"] for answer in answers for error in answer["errors"])


async def queries_by_get(client: httpx.AsyncClient) -> bool:
    return "data" in (await client.get("/graphql", params={"query": "{ __typename }"})).json()


async def mutations_by_get(client: httpx.AsyncClient) -> bool:
    return "data" in (await client.get("/graphql", params={"query": "mutation { __typename }"})).json()


async def queries_by_forms(client: httpx.AsyncClient) -> bool:
    return "data" in (await client.post("/graphql", data={"query": "{ __typename }"})).json()


async def graphiql(client: httpx.AsyncClient) -> bool:
    pages = [await client.get(address, headers={"accept": "text/html"}) for address in IDES]
    return any("graphi" in page.text.lower() or "playground" in page.text.lower() for page in pages)


async def introspection(client: httpx.AsyncClient) -> bool:
    asked = ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }')
    answers = [await post(client, query) for query in asked]
    return any("data" in answer for answer in answers)


async def trace_mode(client: httpx.AsyncClient) -> bool:
    answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"x-apollo-tracing": "1"})
    return any(word in answer.text.lower() for word in ("tracing", "stacktrace", "exception"))


async def unhandled_errors(client: httpx.AsyncClient) -> bool:
    answer = await post(client, "qwerty cop { abc }")
    return "exception" in answer["errors"][0]["extensions"] or "Traceback" in str(answer)


CLASSES: tuple[Finds, ...] = (
    alias_overloading,
    batch_queries,
    circular_introspection,
    circular_fragments,
    directive_overloading,
    field_duplication,
    field_suggestions,
    queries_by_get,
    mutations_by_get,
    queries_by_forms,
    graphiql,
    introspection,
    trace_mode,
    unhandled_errors,
)
# Whoever develops wants them.
FOR_DEVELOPERS = {field_suggestions, queries_by_get, graphiql, introspection}


@asynccontextmanager
async def asking(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    token = issue(settings.data, "alice", lifetime=timedelta(hours=1))
    async with tiny.serving(create_app(settings)) as address:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as client:
            yield client


def production(data: Path, database_url: str) -> Settings:
    manifest = data / "trusted.json"
    write_manifest(manifest, {}, [ENGAGEMENTS, TYPENAMES])
    return Settings(
        data=data,
        database_url=database_url,
        broadcast_url="memory://",
        profile="production",
        trusted_documents=str(manifest),
    )


@pytest.fixture
async def client(module_database: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(production(tmp_path, module_database)) as found:
        yield found


async def test_scanners_find_nothing_in_production(client: httpx.AsyncClient) -> None:
    found = [finds.__name__ for finds in CLASSES if await finds(client)]

    assert found == []


async def test_elsewhere_they_find_what_developers_need(module_database: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=module_database, broadcast_url="memory://")
    async with asking(settings) as client:
        found = {finds for finds in CLASSES if await finds(client)}

    assert found == FOR_DEVELOPERS


async def test_what_is_trusted_works_in_production(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"documentId": hash_of(ENGAGEMENTS)})

    answer = response.json()
    assert answer["data"] == {"selectableEngagements": {"nodes": []}}
    assert answer["extensions"]["cost"]["requested"] == 1 + 5 * 2


async def test_a_wrong_variable_is_told_without_help(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"documentId": hash_of(TYPENAMES), "variables": {"many": "no"}})

    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "Did you mean" not in error["message"]


async def test_pages_say_nothing_of_what_is_not_there(client: httpx.AsyncClient) -> None:
    index = await client.get("/")
    editor = await client.get("/graphiql")
    session = await client.get("/graphiql/session.json")

    assert (index.status_code, editor.status_code, session.status_code) == (200, 404, 404)


def test_production_without_a_manifest_does_not_start(module_database: str, tmp_path: Path) -> None:
    settings = replace(production(tmp_path, module_database), trusted_documents="")

    with pytest.raises(InvalidSettings, match="FLOTILLA_TRUSTED_DOCUMENTS"):
        create_app(settings)
