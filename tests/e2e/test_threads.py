"""Threads and sleeping flows over real workers: a reply whose worker is killed, and a flow that nobody woke."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.builds.conversation import MessageRole
from domain.commands import StartFlow
from domain.source import Source
from domain.thread import ChatMessage
from domain.transition import FlowStatus
from resolvers import actions, flows, threads
from tests.conftest import StartProcess
from tests.e2e.test_recovery import SOON, Site, site
from tests.faulty_model import End, FaultyModel, Say, Until, does, faulty_model, says
from tests.integration.talking import acme
from tests.nodes import node, subscribed
from tests.servers import Process
from tests.toy import now

__all__ = ["site"]

pytestmark = pytest.mark.slow


@pytest.fixture
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as made:
        yield made


def start_worker(start_process: StartProcess, site: Site, broadcast: str, model: FaultyModel | None = None) -> Process:
    environment = {"FLOTILLA_DATABASE_URL": site.url, "FLOTILLA_BROADCAST_URL": broadcast}
    if model is not None:
        environment |= {"FLOTILLA_MODEL": "small", "FLOTILLA_MODEL_URL": model.url}
    worker = start_process("-m", "server", "worker", environment=environment)
    worker.wait_for_line("^worker .* is ready$")
    return worker


async def waiting_flow(site: Site) -> str:
    """A workflow at its first step."""
    customer, person = acme()
    async with site.work(site.tenant) as uow:
        await uow.customers.save([customer])
        await uow.customers.save_stakeholders([person])
    branch = {"customerId": customer.id, "kind": "RISK"}
    flow = await flows.start_flow(site.alice(), StartFlow("customer_success", branch))
    await site.reach(flow.id, FlowStatus.AWAITING_INPUT)
    return flow.id


async def replied(site: Site, thread_id: str) -> list[ChatMessage]:
    """What was said, once there is a reply."""
    async with asyncio.timeout(SOON):
        while True:
            async with site.work(site.tenant) as uow:
                said = list(await uow.threads.history(thread_id))
            if said[-1].role is MessageRole.ASSISTANT:
                return said
            await asyncio.sleep(0.1)


async def test_a_reply_whose_worker_is_killed_is_made_again_and_posted_once(
    site: Site, start_process: StartProcess, broadcast_url: str, model: FaultyModel
) -> None:
    model.reply(says("OK"), when=lambda request: "customer success manager" not in request.text, stays=True)
    model.reply(does(Say("Half of a"), Until()), does(Say("A whole "), Say("reply."), End()))
    first = start_worker(start_process, site, broadcast_url, model)
    flow_id = await waiting_flow(site)
    thread = await threads.open_thread(site.alice(), threads.OpenThread(flow_id, "read_the_signs", "diagnose"))

    async with node(site.engine, broadcast_url) as live, subscribed(live.hub, site.tenant, flow_id) as subscriber:
        await subscriber.until_got(1)
        await threads.send_message(site.alice(), threads.SendMessage(thread.id, "What now?"))
        await subscriber.until(lambda self: any("Half" in text.text for text in self.texts), SOON)
        os.kill(first.pid, signal.SIGKILL)
        start_worker(start_process, site, broadcast_url, model)
        said = await replied(site, thread.id)
        await subscriber.until(lambda self: bool(self.texts) and self.texts[-1].done, SOON)

    assert [(message.role, message.source) for message in said] == [
        (MessageRole.SYSTEM, Source.RULES),
        (MessageRole.USER, Source.USER),
        (MessageRole.ASSISTANT, Source.MODEL),
    ]
    assert said[-1].content == "A whole reply."
    assert {text.writer for text in subscriber.texts} == {thread.writer}
    assert "".join(text.text for text in subscriber.texts).endswith("A whole reply.")


async def test_a_flow_whose_time_came_while_nothing_ran_wakes_at_the_next_start(
    site: Site, start_process: StartProcess, broadcast_url: str
) -> None:
    worker = start_worker(start_process, site, broadcast_url)
    flow_id = await waiting_flow(site)
    worker.stop()
    soon = now() + timedelta(seconds=1)
    asleep = await actions.execute_action(
        site.alice(), actions.ExecuteAction(flow_id, "snooze", {"until": soon.isoformat()})
    )
    await asyncio.sleep(1.1)
    assert (asleep.status, (await site.flow(flow_id)).status) == (FlowStatus.SNOOZED, FlowStatus.SNOOZED)

    start_worker(start_process, site, broadcast_url)

    awake = await site.reach(flow_id, FlowStatus.AWAITING_INPUT)
    assert awake.snoozed_until is None
