"""Trusted documents: called by their hash on every transport, and nothing else where only they are executed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from schema.root import schema
from server.bounds import Bounds
from server.commands import trust
from server.settings import InvalidSettings, Settings
from server.trusted import TrustedDocuments, hash_of, read_manifest, write_manifest
from tests.integration import tiny
from tests.integration.test_command_line import command
from tests.integration.test_websocket import greeted, receive, send

HELLO = "query Hello($name: String!) { hello(name: $name) }"
CHANGE = "mutation { change }"
COUNT = "subscription { count(to: 1) { number } }"
DOCUMENTS = {hash_of(text): text for text in (HELLO, CHANGE, COUNT)}
UNKNOWN = hash_of("{ hello }")
ANN = {"data": {"hello": "Hello Ann"}}


@asynccontextmanager
async def asking(data: Path, trusted: TrustedDocuments) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(tiny.make_app(data, bounds=Bounds(trusted=trusted)))
    headers = {**tiny.headers(data), "accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://flotilla", headers=headers) as client:
        yield client


def persisted(hash: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash}}


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


CALLS = [
    {"extensions": persisted(hash_of(HELLO))},
    {"documentId": f"sha256:{hash_of(HELLO)}"},
    {"documentId": hash_of(HELLO)},
    {"extensions": persisted(hash_of(HELLO)), "query": HELLO},
    {"extensions": persisted(hash_of(HELLO)), "query": ""},
]


@pytest.mark.parametrize("only", [True, False])
@pytest.mark.parametrize("call", CALLS)
async def test_a_document_is_called_by_its_hash(tmp_path: Path, call: dict[str, Any], only: bool) -> None:
    async with asking(tmp_path, TrustedDocuments(DOCUMENTS, only)) as client:
        response = await client.post("/graphql", json={**call, "variables": {"name": "Ann"}})

    assert (response.status_code, response.json()) == (200, ANN)


@pytest.mark.parametrize("call", CALLS)
async def test_so_it_is_by_get(tmp_path: Path, call: dict[str, Any]) -> None:
    written = {name: value if isinstance(value, str) else json.dumps(value) for name, value in call.items()}
    async with asking(tmp_path, TrustedDocuments(DOCUMENTS, only=True)) as client:
        response = await client.get("/graphql", params={**written, "variables": '{"name": "Ann"}'})
        mutation = await client.get("/graphql", params={"documentId": hash_of(CHANGE)})

    assert response.json() == ANN
    assert mutation.status_code == 405


@pytest.mark.parametrize("call", CALLS[:3])
async def test_so_it_is_over_a_socket(tmp_path: Path, call: dict[str, Any]) -> None:
    app = tiny.make_app(tmp_path, bounds=Bounds(trusted=TrustedDocuments(DOCUMENTS, only=True)))
    async with tiny.serving(app) as address, greeted(address, tmp_path) as socket:
        await send(socket, type="subscribe", id="1", payload={**call, "variables": {"name": "Ann"}})
        answer, _ = await receive(socket), await receive(socket)
        await send(socket, type="subscribe", id="2", payload={"extensions": persisted(hash_of(COUNT))})
        event, _ = await receive(socket), await receive(socket)
        await send(socket, type="subscribe", id="3", payload={"query": "{ hello }"})
        refused = await receive(socket)
        await send(socket, type="subscribe", id="4", payload={"documentId": UNKNOWN})
        unknown = await receive(socket)

    assert (answer["payload"], event["payload"]) == (ANN, {"data": {"count": {"number": 1}}})
    codes = [(message["id"], message["payload"][0]["extensions"]["code"]) for message in (refused, unknown)]
    assert codes == [("3", "DOCUMENT_NOT_TRUSTED"), ("4", "PERSISTED_QUERY_NOT_FOUND")]


async def test_an_unknown_hash_has_a_code_of_its_own(tmp_path: Path) -> None:
    async with asking(tmp_path, TrustedDocuments(DOCUMENTS)) as client:
        by_hash = await client.post("/graphql", json={"extensions": persisted(UNKNOWN)})
        with_its_text = await client.post("/graphql", json={"extensions": persisted(UNKNOWN), "query": "{ hello }"})
        again = await client.post("/graphql", json={"extensions": persisted(UNKNOWN)})

    assert (by_hash.status_code, code(by_hash)) == (404, "PERSISTED_QUERY_NOT_FOUND")
    assert with_its_text.json() == {"data": {"hello": "Hello world"}}
    # Nobody adds to the trusted ones by sending something.
    assert code(again) == "PERSISTED_QUERY_NOT_FOUND"


async def test_without_a_manifest_a_client_is_told_to_stop_trying(tmp_path: Path) -> None:
    async with asking(tmp_path, TrustedDocuments()) as client:
        response = await client.post("/graphql", json={"extensions": persisted(UNKNOWN)})

    assert (response.status_code, code(response)) == (404, "PERSISTED_QUERY_NOT_SUPPORTED")


async def test_nothing_else_is_executed_where_only_they_are(tmp_path: Path) -> None:
    contexts = tiny.SEEN.contexts
    async with asking(tmp_path, TrustedDocuments(DOCUMENTS, only=True)) as client:
        refused = [
            await client.post("/graphql", json={"query": "{ __typename }"}),
            await client.post("/graphql", json={"query": "{ nonsense"}),
            await client.get("/graphql", params={"query": "{ hello }"}),
            await client.post("/graphql", json={"query": "{ hello }", "extensions": persisted(UNKNOWN)}),
        ]
        in_full = await client.post("/graphql", json={"query": HELLO, "variables": {"name": "Ann"}})

    assert [(each.status_code, code(each)) for each in refused] == [(403, "DOCUMENT_NOT_TRUSTED")] * 4
    assert in_full.json() == ANN
    assert tiny.SEEN.contexts == contexts + 1


@pytest.mark.parametrize(
    "call",
    [
        {"extensions": persisted(hash_of(HELLO)), "query": "{ hello }"},
        {"extensions": persisted("abc")},
        {"extensions": persisted(hash_of(HELLO).upper())},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": hash_of(HELLO)}}},
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"documentId": "md5:abc"},
        {"documentId": 1},
        {"documentId": hash_of(HELLO), "extensions": persisted(hash_of(CHANGE))},
        {"extensions": {"persistedQuery": None}},
    ],
)
async def test_a_call_must_be_one(tmp_path: Path, call: dict[str, Any]) -> None:
    async with asking(tmp_path, TrustedDocuments(DOCUMENTS)) as client:
        response = await client.post("/graphql", json=call)

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


def test_a_manifest_is_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "trusted.json"

    first = write_manifest(path, {}, [HELLO, CHANGE])
    second = write_manifest(path, first, [COUNT])

    assert read_manifest(path) == second == DOCUMENTS
    assert [found.name for found in path.parent.iterdir()] == ["trusted.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"abc": "{ hello }"}'])
def test_a_manifest_that_is_none_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trusted.json"
    path.write_text(text)

    with pytest.raises(InvalidSettings, match="server trust"):
        TrustedDocuments.read(path, only=False)


def test_the_log_names_documents_that_this_release_does_not_execute() -> None:
    gone = "{ whatWas { id } }"
    trusted = TrustedDocuments({hash_of(text): text for text in ("{ flows { totalCount } }", gone)})

    with capture_logs() as logs:
        trusted.warn_of(schema._schema)

    (line,) = logs
    assert (line["event"], line["document"]) == ("document_not_executable", hash_of(gone))
    assert "whatWas" in line["reason"]


def test_production_needs_a_manifest() -> None:
    with pytest.raises(InvalidSettings, match="FLOTILLA_TRUSTED_DOCUMENTS"):
        TrustedDocuments.read(None, only=True)


def test_the_command_writes_the_manifest_of_the_dashboards_own_operations(tmp_path: Path) -> None:
    output = tmp_path / "trusted.json"

    done = command("trust", "dashboard/operations", "--output", str(output))

    files = [path.read_text("utf-8") for path in Path("dashboard/operations").glob("*.graphql")]
    assert (done.returncode, done.stderr) == (0, "")
    assert read_manifest(output) == {hash_of(text): text for text in files}


def trust_files(*words: str) -> int:
    """The command within this process."""
    parser = ArgumentParser()
    trust.add_arguments(parser)
    return trust.run(parser.parse_args(words), Settings())


def test_the_command_names_every_mistake_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, wrong, asking = tmp_path / "trusted.json", tmp_path / "a.graphql", tmp_path / "b.graphql"
    wrong.write_text("query A {\n  flowz { id }\n}\nquery B { flows { nodes { nope } } }")
    asking.write_text("{ __schema { types { name } } }")

    code = trust_files(str(wrong), str(asking), "--output", str(output))

    assert code == 1
    assert [line.partition(": ")[0] for line in capsys.readouterr().err.splitlines()[:3]] == [
        f"{wrong}:2:3",
        f"{wrong}:4:27",
        f"{asking}:1:3",
    ]
    assert not output.exists()


def test_a_hash_is_that_of_the_files_bytes(tmp_path: Path) -> None:
    output, file = tmp_path / "trusted.json", tmp_path / "a.graphql"
    file.write_bytes("# Größe\r\n{ flows { totalCount } }\r\n".encode())

    trust_files(str(file), "--output", str(output))

    assert list(read_manifest(output)) == [sha256(file.read_bytes()).hexdigest()]


def test_what_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "a.graphql"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidSettings, match="cannot be read as UTF-8"):
        trust_files(str(file), "--output", str(tmp_path / "trusted.json"))


def test_the_command_keeps_what_clients_that_run_may_need(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, one, other = tmp_path / "trusted.json", tmp_path / "a.graphql", tmp_path / "b.graphql"
    one.write_text("{ flows { totalCount } }")
    other.write_text("{ applications { totalCount } }")

    trust_files(str(one), "--output", str(output))
    trust_files(str(other), "--output", str(output), "--add")

    assert capsys.readouterr().out.splitlines()[1] == f"{output}: 2 documents, 1 of them new."
    assert set(read_manifest(output).values()) == {one.read_text(), other.read_text()}
