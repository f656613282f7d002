"""The product's worker, held at one place until it is killed: `held_worker PHASE STEP`, or never without them.

Several phases of several flows have commas between them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import BinaryIO

from domain.access import Tenant
from domain.artifacts.authoring import Author
from domain.artifacts.background import Background
from engine.artifacts import ArtifactJob, ArtifactRunner, Written
from engine.exports import ExportJob, ExportRunner
from engine.phases import PhaseRunner
from engine.reviews import Reviewer
from engine.run import Run, Staged
from persistence.work import Works
from server.runners import make_runner
from server.settings import Settings
from server.worker import Making, make_artifacts, make_exporter, make_reviewer, run
from tests.toy import ALL

HELD_AT = " ".join(sys.argv[1:])


@dataclass(frozen=True, slots=True)
class HeldRunner(PhaseRunner):
    """Says which step it has reached, and at the one named goes no further."""

    async def _reach(self, run: Run, step: str) -> None:
        async with self.work(run.tenant) as uow:
            running = (await uow.flows.get(run.flow_id)).running
        place = f"{running.key if running else 'none'} {step}"
        sys.stdout.write(f"reached {place}\n")
        sys.stdout.flush()
        phases, _, held = HELD_AT.partition(" ")
        if running and running.key in phases.split(",") and step == held:
            await asyncio.Event().wait()

    async def begin(self, run: Run) -> bool:
        await self._reach(run, "before begin")
        wanted = await PhaseRunner.begin(self, run)
        await self._reach(run, "after begin")
        return wanted

    async def rules(self, run: Run) -> Staged:
        await self._reach(run, "before rules")
        staged = await PhaseRunner.rules(self, run)
        await self._reach(run, "after rules")
        return staged

    async def save(self, run: Run, staged: Staged) -> bool:
        await self._reach(run, "before save")
        saved = await PhaseRunner.save(self, run, staged)
        await self._reach(run, "after save")
        return saved


def make(work: Works, settings: Settings) -> PhaseRunner:
    plain = make_runner(work, settings)
    return HeldRunner(plain.work, plain.shapes, plain.reader, plain.solvers, plain.clock, plain.ids)


@dataclass(frozen=True, slots=True)
class HeldExporter(ExportRunner):
    """The same for an export: before its document is read, before its file is kept, and after it."""

    async def _reach(self, step: str) -> None:
        sys.stdout.write(f"reached export {step}\n")
        sys.stdout.flush()
        if f"export {step}" == HELD_AT:
            await asyncio.Event().wait()

    async def write(self, job: ExportJob) -> None:
        await self._reach("before write")
        await ExportRunner.write(self, job)
        await self._reach("after write")

    async def _keep(self, job: ExportJob, file: BinaryIO) -> None:
        await self._reach("before keep")
        await ExportRunner._keep(self, job, file)


def make_exports(work: Works, settings: Settings) -> ExportRunner:
    plain = make_exporter(work, settings)
    return HeldExporter(plain.work, plain.shapes, plain.writer, plain.clock)


@dataclass(frozen=True, slots=True)
class HeldReviewer(Reviewer):
    """The same for a review."""

    async def review(self, tenant: Tenant, flow_id: str) -> None:
        sys.stdout.write("reached review\n")
        sys.stdout.flush()
        if HELD_AT == "review":
            await asyncio.Event().wait()
        await Reviewer.review(self, tenant, flow_id)


def make_reviews(work: Works, settings: Settings) -> Reviewer:
    plain = make_reviewer(work, settings)
    return HeldReviewer(plain.work, plain.shapes, plain.clock, plain.ids)


@dataclass(frozen=True, slots=True)
class HeldArtifacts(ArtifactRunner):
    """The same for an artifact: before anything of it is read, before it is kept, and after it."""

    async def _reach(self, step: str) -> None:
        sys.stdout.write(f"reached artifact {step}\n")
        sys.stdout.flush()
        if f"artifact {step}" == HELD_AT:
            await asyncio.Event().wait()

    async def write(self, job: ArtifactJob, starts: int = 1) -> None:
        await self._reach("before write")
        await ArtifactRunner.write(self, job, starts)
        await self._reach("after write")

    async def _keep(self, job: ArtifactJob, known: Background, written: Written) -> None:
        await self._reach("before keep")
        await ArtifactRunner._keep(self, job, known, written)


def make_held_artifacts(work: Works, author: Author) -> ArtifactRunner:
    plain = make_artifacts(work, author)
    return HeldArtifacts(plain.work, plain.shapes, plain.author, plain.clock, plain.ids)


if __name__ == "__main__":
    run(Settings.read(os.environ), Making(make, make_exports, make_reviews, make_held_artifacts), ALL)
