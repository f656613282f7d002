"""`docs/add-a-flow-type.md`, followed to the letter in a copy of the sources, and the new type used from outside."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from tests.integration.test_command_line import UP, WELCOME, connect, of
from tests.servers import ROOT, Process

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "add-a-flow-type.md").read_text(encoding="utf-8")
FILE = re.compile(r"^\*\*`(?P<path>[^`]+)`\*\*\n\n```python\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(
    r"^In `(?P<path>[^`]+)`, below the other types:\n\n```text\n(?P<line>.*?)^```$", re.MULTILINE | re.DOTALL
)
OPERATION = re.compile(r"^```graphql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOON = 30.0


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The sources as they are, with what the page adds."""
    copy = tmp_path / "checkout"
    skipped = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for folder in sorted(ROOT.iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in ("tests", "docs", "benchmarks"):
            shutil.copytree(folder, copy / folder.name, ignore=skipped)
    for found in FILE.finditer(PAGE):
        path = copy / found["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
    (line,) = LINE.finditer(PAGE)
    listing = copy / line["path"]
    listing.write_text(listing.read_text().replace("\n)\n\nDEFINITIONS", f"\n{line['line']})\n\nDEFINITIONS"))
    return copy


@pytest.fixture
def up(checkout: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What a client needs, once the copy runs with its sample engagement."""
    data = tmp_path / "data"
    process = Process(UP, of(data), folder=checkout)
    try:
        process.wait_for_line(WELCOME, 120)
        yield connect(data, "--subject", "carol", "--roles", "ADMIN")
    finally:
        process.stop()


async def watch(connection: dict[str, Any], text: str, flow_id: str, events: asyncio.Queue[dict[str, Any]]) -> None:
    transport = WebsocketsTransport(url=connection["wsUrl"], init_payload=connection["headers"])
    async with Client(transport=transport, fetch_schema_from_transport=False) as session:
        asked = gql(text)
        asked.variable_values = {"flowId": flow_id}
        async for answer in session.subscribe(asked):
            await events.put(answer["flowEvents"])


async def until(events: asyncio.Queue[dict[str, Any]], kind: str) -> list[str]:
    """The kinds of events up to the first of that kind."""
    seen: list[str] = []
    async with asyncio.timeout(SOON):
        while kind not in seen:
            seen.append((await events.get())["kind"])
    return seen


async def ask(client: httpx.AsyncClient, url: str, text: str, field: str, **variables: Any) -> dict[str, Any]:
    """The flow that a mutation of the page gives back."""
    told = (await client.post(url, json={"query": text, "variables": variables})).json()
    assert "errors" not in told, told
    assert told["data"][field]["errors"] == []
    flow: dict[str, Any] = told["data"][field]["flow"]
    return flow


async def completed(client: httpx.AsyncClient, url: str, flow_id: str, events: asyncio.Queue[dict[str, Any]]) -> None:
    """Looked at after each of its events, never in between."""
    asked = {"query": f'{{ flow(id: "{flow_id}") {{ status }} }}'}
    while True:
        await until(events, "FLOW_STATUS")
        if (await client.post(url, json=asked)).json()["data"]["flow"]["status"] == "COMPLETED":
            return


async def test_the_page_makes_a_flow_type_that_works(up: dict[str, Any]) -> None:
    start, subscribe, answer, override = OPERATION.findall(PAGE)
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async with httpx.AsyncClient(headers=up["headers"], timeout=30) as client:
        flow = await ask(client, up["url"], start, "startFlow")
        assert flow["type"] == "STEWARDSHIP"
        assert flow["child"] == {"__typename": "StewardshipFlow", "phases": [{"key": "stewards"}, {"key": "summary"}]}
        watching = asyncio.create_task(watch(up, subscribe, flow["id"], events))
        assert "PHASE_STATUS" in await until(events, "INPUT_REQUESTED")
        answered = await ask(client, up["url"], answer, "submitPhaseInput", flowId=flow["id"])
        assert answered["progress"] == 70
        await completed(client, up["url"], flow["id"], events)
        changed = await ask(client, up["url"], override, "overridePhase", flowId=flow["id"])
        await until(events, "OVERRIDE")
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    assert changed["status"] == "COMPLETED"
    assert changed["phase"] == {"result": {"summary": "Dana has it all."}}
    assert changed["overrides"]["nodes"] == [
        {
            "phase": "summary",
            "before": {"summary": "Stewards: Dana for 1."},
            "after": {"summary": "Dana has it all."},
            "rationale": "Shorter.",
        }
    ]
