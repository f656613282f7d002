"""Artifacts of workers that are killed: each is written elsewhere, and saved once."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from domain.artifact import Artifact, ArtifactKind
from domain.artifacts.requesting import ArtifactWanted
from domain.commands import StartFlow
from domain.event import EventKind
from domain.source import Source
from domain.transition import FlowStatus
from resolvers import artifacts, flows
from tests.conftest import StartProcess
from tests.e2e.test_recovery import SOON, Site, site, start_worker

__all__ = ["site"]

pytestmark = pytest.mark.slow


async def written(site: Site, artifact_id: str) -> Artifact:
    """The artifact, once it is there."""
    async with asyncio.timeout(SOON):
        while True:
            async with site.work(site.tenant) as uow:
                found = await uow.artifacts.find([artifact_id])
            if found:
                return found[0]
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("before write", marks=pytest.mark.long),
        "before keep",
        pytest.param("after write", marks=pytest.mark.long),
    ],
)
async def test_an_artifact_is_written_elsewhere_when_its_worker_is_killed(
    site: Site, start_process: StartProcess, step: str
) -> None:
    doomed = start_worker(start_process, site, f"artifact {step}")
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {"size": 2}))
    await site.reach(flow.id, FlowStatus.AWAITING_INPUT)
    asked = await artifacts.generate_artifact(site.alice(), ArtifactWanted(flow.id, ArtifactKind.REPORT))
    await asyncio.to_thread(doomed.wait_for_line, f"reached artifact {step}")
    os.kill(doomed.pid, signal.SIGKILL)

    second = start_worker(start_process, site)
    await asyncio.to_thread(second.wait_for_line, "reached artifact after write")

    found = await written(site, asked.id)
    assert (found.version, found.source, found.created_by) == (1, Source.RULES, "alice")
    told = [e for e in await site.events(flow.id) if e.kind is EventKind.ARTIFACT]
    assert [e.data["artifactId"] for e in told] == [asked.id]
