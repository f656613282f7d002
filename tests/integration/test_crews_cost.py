"""What crews cost beside the model's time: milliseconds of each, and memory over many."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time

import psutil
import pytest

from crews.crew import Crews
from tests.unit.crews.scripted import ScriptedModel, ask_for_waves, nobody

RUNS, MOST_GROWN_MIB, MOST_MILLISECONDS = 500, 20, 150

pytestmark = pytest.mark.slow


def resident() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss / 2**20)


async def run(crews: Crews) -> float:
    started = time.perf_counter()
    await crews.ask(ScriptedModel(), ask_for_waves(), nobody())
    return (time.perf_counter() - started) * 1000


async def test_five_hundred_runs_neither_slow_down_nor_grow() -> None:
    crews = Crews(most=4)
    # Until each thread's allocator has what it needs.
    for _ in range(60):
        await asyncio.gather(*(run(crews) for _ in range(4)))
    before = resident()

    alone = [await run(crews) for _ in range(100)]
    together = [each for _ in range(100) for each in await asyncio.gather(*(run(crews) for _ in range(4)))]
    grown = resident() - before
    crews.close()

    print(  # noqa: T201 - the numbers are the point
        f"crew alone: median {statistics.median(alone):.0f} ms, p95 {statistics.quantiles(alone, n=20)[-1]:.0f} ms; "
        f"four at once: median {statistics.median(together):.0f} ms; {RUNS} runs grew by {grown:.1f} MiB"
    )
    assert len(alone) + len(together) == RUNS
    assert statistics.median(alone) < MOST_MILLISECONDS
    assert grown < MOST_GROWN_MIB
