"""The product's worker with the toy flow, held at a step until it is killed: `toy_worker.py [STEP]`."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass

from engine.phases import PhaseRunner, Run
from persistence.work import Works
from server.settings import Settings
from server.worker import make_runner, run
from tests.toy import ALL

HELD_AT = sys.argv[1] if len(sys.argv) > 1 else ""


@dataclass(frozen=True, slots=True)
class HeldRunner(PhaseRunner):
    """Says which step it has reached, and at the one named goes no further."""

    async def _reach(self, step: str) -> None:
        sys.stdout.write(f"reached {step}\n")
        sys.stdout.flush()
        if step == HELD_AT:
            await asyncio.Event().wait()

    async def begin(self, run: Run) -> bool:
        await self._reach("before begin")
        wanted = await PhaseRunner.begin(self, run)
        await self._reach("after begin")
        return wanted

    async def rules(self, run: Run) -> int:
        await self._reach("before rules")
        batches = await PhaseRunner.rules(self, run)
        await self._reach("after rules")
        return batches

    async def save(self, run: Run, batches: int) -> bool:
        await self._reach("before save")
        saved = await PhaseRunner.save(self, run, batches)
        await self._reach("after save")
        return saved


def make(work: Works, settings: Settings) -> PhaseRunner:
    plain = make_runner(work, settings)
    return HeldRunner(plain.work, plain.shapes, plain.reader, plain.clock, plain.ids)


if __name__ == "__main__":
    run(Settings.read(os.environ), make, ALL)
