"""Somebody who works through customer-success workflows from outside, and what he watches meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from tests.e2e.test_main_job import Desk

SOON = 40.0

PHASE = """query ($id: ID!) { flow(id: $id) { status progress version currentPhase { key proposedInput result }
  warnings { code message } child { ... on CustomerSuccessFlow { outcome assignedTo snoozedUntil
  workflow { key version core } priority { total explanation escalationBonus }
  actionHistory(first: 20) { nodes { action { key } resultingStatus } }
  threads(first: 20) { nodes { id step status } } } } } }"""
QUEUE = """query ($owner: String) { workflowQueue(owner: $owner) { owner
  stats { total uniqueCustomers minPriority maxPriority byKind { kind count } }
  assignments(first: 100) { totalCount nodes { id kind stage customer { id name } flow { id } template { key }
    priority { total explanation } } } } }"""
CUSTOMER = """mutation ($input: SaveCustomerInput!) { saveCustomer(input: $input) {
  customer { id } errors { code message path } } }"""
IMPORT = """mutation ($input: ImportCustomersInput!) { importCustomers(input: $input) {
  imported rejectedCount rejected { line reason } errors { code message path } } }"""
CUSTOMERS = """{ customers(first: 100) { totalCount nodes { id name arr { amount } renewalDate owner
  context { stage daysUntilRenewal } stakeholders { name role reportsTo { name } } } } }"""
STARTING = (
    "mutation ($input: StartFlowInput!) { startFlow(input: $input) { flow { id } errors { code message path } } }"
)
OPEN = """mutation ($input: OpenThreadInput!) { openThread(input: $input) {
  thread { id step returnToStep messages(first: 5) { nodes { role content source } } }
  errors { code message path } } }"""
SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id sequence } reply { content source } errors { code message path } } }"""
COMPLETE_THREAD = """mutation ($input: CompleteThreadInput!) { completeThread(input: $input) {
  nextStep thread { status outcome } flow { status } errors { code message path } } }"""
EXECUTE = """mutation ($input: ExecuteActionInput!) { executeAction(input: $input) {
  flow { id status } errors { code message path } } }"""
CHOOSE = """mutation ($input: ChooseBranchInput!) { chooseBranch(input: $input) {
  flow { status } errors { code message path } } }"""
RESUME = "mutation ($input: FlowActionInput!) { resumeFlow(input: $input) { flow { status } errors { code message } } }"
COMPLETE = """mutation ($input: CompleteWorkflowInput!) { completeWorkflow(input: $input) {
  flow { status progress } errors { code message path } } }"""
ARTIFACT = """mutation ($input: SaveArtifactInput!) { saveArtifact(input: $input) {
  artifact { id version content } errors { code message path } } }"""
GENERATE = """mutation ($input: GenerateArtifactInput!) { generateArtifact(input: $input) {
  flow { id } errors { code message path } } }"""
UPLOAD = """mutation ($input: UploadContractInput!) { uploadContract(input: $input) {
  contract { id extraction { noticeDays priceCapPercent evidence { field sentence page } } }
  errors { code message path } } }"""
LEARNED = "{ learnings(first: 20) { nodes { kind summary data } } }"

FLOW_EVENTS = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { kind cursor
  ... on PhaseStatusChanged { phase phaseStatus } ... on FlowStatusChanged { flowStatus }
  ... on TextDelta { writer text offset done } } }"""
THREAD_EVENTS = """subscription ($id: ID!, $after: String) { threadEvents(threadId: $id, after: $after) { kind cursor
  ... on MessagePosted { chatMessage { role content source sequence } }
  ... on TextDelta { writer text offset done } } }"""
QUEUE_CHANGES = """subscription ($owner: String) { workflowQueueChanges(owner: $owner, after: "0") {
  cursor removedIds changed { id kind flow { id } priority { total } } queue { stats { total } } } }"""


def in_days(days: int) -> str:
    """Counted from today as engagements without a timezone of their own count."""
    return str(today() + timedelta(days=days))


def today() -> date:
    return datetime.now(UTC).date()


@dataclass
class Seen:
    """What a subscription has told so far."""

    told: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, session: Any, query: str, variables: dict[str, Any]) -> None:
        asked = gql(query)
        asked.variable_values = variables
        async for answer in session.subscribe(asked):
            async with self.changed:
                self.told.append(next(iter(answer.values())))
                self.changed.notify_all()

    async def until(self, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The first that holds, also of those that came before."""
        try:
            async with asyncio.timeout(SOON), self.changed:
                await self.changed.wait_for(lambda: any(holds(each) for each in self.told))
        except TimeoutError:
            raise AssertionError(f"Not among {self.told}") from None
        return next(each for each in self.told if holds(each))

    async def more_than(self, count: int) -> None:
        async with asyncio.timeout(SOON), self.changed:
            await self.changed.wait_for(lambda: len(self.told) > count)

    @property
    def cursors(self) -> list[int]:
        return [int(each["cursor"]) for each in self.told if each["cursor"] is not None]

    @property
    def text(self) -> str:
        """What a reader has before him: each piece at its place, in UTF-16 code units."""
        whole = b""
        for each in self.told:
            if each["kind"] == "TEXT_DELTA":
                whole = whole[: 2 * each["offset"]] + each["text"].encode("utf-16-le")
        return whole.decode("utf-16-le")


@asynccontextmanager
async def watching(desk: Desk, query: str, **variables: Any) -> AsyncIterator[Seen]:
    """Over a WebSocket of its own."""
    transport = WebsocketsTransport(url=desk.connection["wsUrl"], init_payload=desk.connection["headers"])
    async with Client(transport=transport, fetch_schema_from_transport=False) as session:
        seen = Seen()
        task = asyncio.create_task(seen.run(session, query, variables))
        yield seen
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def do(desk: Desk, query: str, **given: Any) -> dict[str, Any]:
    """A mutation that is not refused."""
    answer = await refused(desk, query, **given)
    assert answer["errors"] == [], answer["errors"]
    return answer


async def refused(desk: Desk, query: str, **given: Any) -> dict[str, Any]:
    """A mutation's payload, whatever it says."""
    found: dict[str, Any] = next(iter((await desk.ask(query, input=given)).values()))
    return found


async def customer(desk: Desk, name: str, **more: Any) -> str:
    saved = await do(desk, CUSTOMER, **{"name": name, "arr": "120000", "owner": "carol", **more})
    return str(saved["customer"]["id"])


async def state(desk: Desk, flow_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(PHASE, id=flow_id))["flow"]
    return found


async def begin(desk: Desk, customer_id: str, kind: str, **more: Any) -> str:
    """A workflow that waits at its first step."""
    flow_id = await desk.start(customerSuccess={"customerId": customer_id, "kind": kind, **more})
    await resting(desk, flow_id)
    return flow_id


async def resting(desk: Desk, flow_id: str) -> dict[str, Any]:
    """The flow once no worker is at it."""
    async with watching(desk, FLOW_EVENTS, id=flow_id, after="0") as seen:
        while True:
            # Counted before it is read: what happens in between is a reason to read again.
            count = len(seen.told)
            found = await state(desk, flow_id)
            if found["status"] not in ("READY", "RUNNING"):
                return found
            await seen.more_than(count)


async def queue(desk: Desk, owner: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(QUEUE, owner=owner))["workflowQueue"]
    return found


def answer_to(phase: dict[str, Any]) -> dict[str, Any]:
    """The proposal, and something for everything that is needed and not proposed."""
    given = dict(phase["proposedInput"])
    for asked in phase["result"]["fields"]:
        if asked["required"] and given.get(asked["key"]) in (None, "", []):
            given[asked["key"]] = _something(asked)
    return given


def _something(asked: dict[str, Any]) -> Any:
    match asked["kind"]:
        case "CHOICE":
            return asked["choices"][0]
        case "CHOICES":
            return asked["choices"][:1]
        case "NUMBER":
            return "50"
        case "DATE":
            return in_days(30)
        case "YES_NO":
            return True
    return "Said by a person."


async def work_through(desk: Desk, flow_id: str) -> list[str]:
    """Answer step by step to the end; the steps that were worked."""
    worked = []
    async with watching(desk, FLOW_EVENTS, id=flow_id, after="0") as seen:
        while (found := await resting(desk, flow_id))["status"] == "AWAITING_INPUT":
            phase = found["currentPhase"]
            worked.append(phase["key"])
            assert await desk.submit(flow_id, phase["key"], answer_to(phase)) == []
        await seen.until(lambda each: each.get("flowStatus") == "COMPLETED")
        assert seen.cursors == list(range(1, len(seen.cursors) + 1))
    return worked


async def upload(desk: Desk, customer_id: str, name: str, content: bytes, media: str = "application/pdf") -> Any:
    """A contract by a multipart request."""
    operations = {"query": UPLOAD, "variables": {"input": {"customerId": customer_id, "file": None}}}
    data = {"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.file"]})}
    answer = await desk.client.post(desk.connection["url"], data=data, files={"0": (name, content, media)})
    return answer.json()["data"]["uploadContract"]
