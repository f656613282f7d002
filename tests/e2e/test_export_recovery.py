"""Exports of workers that are killed, and of documents that hold a mistake: each ends, once, and the flow goes on."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from domain.commands import StartFlow
from domain.export import Export, ExportFormat, ExportStatus
from domain.transition import FlowStatus
from resolvers import exports, flows
from resolvers.exports import ExportFlow
from tests.conftest import StartProcess
from tests.e2e.test_recovery import SOON, Site, site, start_worker

__all__ = ["site"]


async def ended(site: Site, export_id: str) -> Export:
    """The export once it waits for no worker any more."""
    async with asyncio.timeout(SOON):
        while True:
            async with site.work(site.tenant) as uow:
                found = await uow.exports.get(export_id)
            if found.status is not ExportStatus.PENDING:
                return found
            await asyncio.sleep(0.1)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "step", ["before keep", pytest.param("before write", marks=SLOW), pytest.param("after write", marks=SLOW)]
)
async def test_an_export_goes_on_elsewhere_when_its_worker_is_killed(
    site: Site, start_process: StartProcess, step: str
) -> None:
    doomed = start_worker(start_process, site, f"export {step}")
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {"size": 2}))
    await site.reach(flow.id, FlowStatus.AWAITING_INPUT)
    export = await exports.export_flow(site.alice(), ExportFlow(flow.id, ExportFormat.CSV))
    await asyncio.to_thread(doomed.wait_for_line, f"reached export {step}")
    os.kill(doomed.pid, signal.SIGKILL)

    start_worker(start_process, site)

    found = await ended(site, export.id)
    assert found.status is ExportStatus.READY
    changes = [e.data["changed"] for e in await site.events(flow.id) if "changed" in e.data]
    assert changes.count([["Export", export.id]]) == 2


async def test_a_mistake_in_a_document_fails_the_export_alone(site: Site, start_process: StartProcess) -> None:
    start_worker(start_process, site)
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {"size": 2}, name="fault"))
    await site.reach(flow.id, FlowStatus.AWAITING_INPUT)

    export = await exports.export_flow(site.alice(), ExportFlow(flow.id, ExportFormat.CSV))

    found = await ended(site, export.id)
    assert found.status is ExportStatus.FAILED
    assert found.failure == "The product made a mistake here; the log has the details. Retry, or report it."
    assert (await site.flow(flow.id)).status is FlowStatus.AWAITING_INPUT
