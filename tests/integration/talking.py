"""A workflow to talk about, and replies written by the product's own runner, with a scripted model or none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from crews.gateway import Budget, Endpoint, Gateway, Limits
from crews.progress import Unread
from crews.talking import ModelVoice, Patience
from domain.access import Role
from domain.conversation.ports import Writer
from domain.customer import Customer, Influence, Sentiment, Stakeholder
from domain.event import Job, RunPhase, WriteReply
from engine.replies import ReplyJob, ReplyRunner
from engine.run import Run
from shapes.codec import Codec
from tests.faulty_model import FaultyModel
from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.toy import new_id, now

QUICK = Limits(call_seconds=20, silence_seconds=10, backoff_seconds=0.01, attempts=1)
ERRORS = "errors { code message path }"
MESSAGE = "id sequence role content source model tokens"
THREAD = f"""id step status returnToStep startedBy outcome endedAt totalTokens flow {{ id version }}
  messages {{ totalCount nodes {{ {MESSAGE} }} }}"""
START = f"mutation ($input: StartFlowInput!) {{ startFlow(input: $input) {{ flow {{ id }} {ERRORS} }} }}"
OPEN = f"""mutation ($input: OpenThreadInput!) {{ openThread(input: $input) {{
  thread {{ {THREAD} }} nextStep {ERRORS} }} }}"""
SEND = f"""mutation ($input: SendMessageInput!) {{ sendMessage(input: $input) {{
  message {{ {MESSAGE} }} reply {{ {MESSAGE} }} {ERRORS} }} }}"""
COMPLETE = f"""mutation ($input: CompleteThreadInput!) {{ completeThread(input: $input) {{
  thread {{ {THREAD} }} nextStep flow {{ status currentPhase {{ key }} }} {ERRORS} }} }}"""
EXECUTE = f"""mutation ($input: ExecuteActionInput!) {{ executeAction(input: $input) {{
  flow {{ id status version }} {ERRORS} }} }}"""
READ = f"query ($id: ID!) {{ thread(id: $id) {{ {THREAD} }} }}"
FLOW = """query ($id: ID!) { flow(id: $id) { status version currentPhase { key } phases { key status }
  events(first: 100) { nodes { kind cursor } }
  child { ... on CustomerSuccessFlow { snoozedUntil assignedTo
    actions { key kind builtIn parameters parameterSchema }
    threads { totalCount nodes { id status } }
    actionHistory { totalCount nodes { id parameters executedBy resultingStatus action { key kind } } } } } } }"""

Texts = Callable[[str, str, str], AbstractAsyncContextManager[Writer]]


def unread(_engagement: str, _flow: str, _writer: str) -> AbstractAsyncContextManager[Writer]:
    return cast("AbstractAsyncContextManager[Writer]", nullcontext(Unread()))


@dataclass
class Desk:
    """A customer success manager with one customer, and the worker that replies to him."""

    graph: Graph
    bench: Bench
    customer: Customer
    voice: ModelVoice
    jobs: list[Job] = field(default_factory=list)

    async def start(self, kind: str = "RISK", **more: Any) -> str:
        """A workflow for the customer, waiting at its first step; its id."""
        branch = {"customerId": f"Customer:{self.customer.id}", "kind": kind, **more}
        given = {"configuration": {"customerSuccess": branch}}
        payload = (await self.graph.data(START, input=given))["startFlow"]
        assert payload["errors"] == []
        await self.work()
        return str(payload["flow"]["id"])

    async def work(self) -> None:
        """Run phases and write replies until nothing is left to do."""
        while jobs := [*self.jobs, *self.bench.take_jobs()]:
            self.jobs.clear()
            for job in jobs:
                if isinstance(job, RunPhase):
                    await self.bench.run(Run(self.bench.tenant, job.flow_id, job.run_id))
                elif isinstance(job, WriteReply):
                    await self.reply(job)

    async def reply(self, job: WriteReply) -> bool:
        return await self.runner.write(ReplyJob(self.bench.tenant, job.flow_id, job.thread_id, job.message_id))

    @property
    def runner(self) -> ReplyRunner:
        return ReplyRunner(self.bench.work, Codec(), self.voice, now, new_id)

    async def do(self, text: str, *roles: Role, **input: Any) -> dict[str, Any]:
        """What a mutation came to."""
        (payload,) = (await self.graph.data(text, *roles, input=input)).values()
        return cast("dict[str, Any]", payload)

    async def open(self, flow_id: str, step: str, branch: str | None = None) -> dict[str, Any]:
        payload = await self.do(OPEN, flowId=flow_id, step=step, branchKey=branch)
        assert payload["errors"] == []
        return cast("dict[str, Any]", payload["thread"])

    async def say(self, thread: dict[str, Any], content: str, **more: Any) -> dict[str, Any]:
        payload = await self.do(SEND, threadId=thread["id"], content=content, **more)
        assert payload["errors"] == []
        return payload

    async def read(self, thread: dict[str, Any]) -> dict[str, Any]:
        return cast("dict[str, Any]", (await self.graph.data(READ, id=thread["id"]))["thread"])

    async def said(self, thread: dict[str, Any]) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", (await self.read(thread))["messages"]["nodes"])

    async def flow(self, flow_id: str) -> dict[str, Any]:
        return cast("dict[str, Any]", (await self.graph.data(FLOW, id=flow_id))["flow"])


def acme() -> tuple[Customer, Stakeholder]:
    """At risk, with a renewal in 55 days."""
    customer = Customer(
        new_id(),
        "Acme Ltd",
        Decimal(120_000),
        "alice",
        "acme.example",
        datetime.now(UTC).date() + timedelta(days=55),
        risk_score=Decimal(72),
        health_score=Decimal(41),
    )
    person = Stakeholder(new_id(), customer.id, "Dana Rice", "CFO", Influence.HIGH, Sentiment.NEGATIVE)
    return customer, person


@asynccontextmanager
async def desk_of(
    graph: Graph,
    bench: Bench,
    model: FaultyModel | None = None,
    *,
    texts: Texts = unread,
    patience: Patience | None = None,
    budget: Budget | None = None,
    window: int = 0,
) -> AsyncIterator[Desk]:
    """With that model, or with none."""
    customer, person = acme()
    async with bench.work(bench.tenant) as uow:
        await uow.customers.save([customer])
        await uow.customers.save_stakeholders([person])
    gateway = Gateway(Endpoint("small", model.url) if model else None, limits=QUICK, budget=budget)
    try:
        yield Desk(graph, bench, customer, ModelVoice(gateway, texts, patience, window))
    finally:
        await gateway.close()
