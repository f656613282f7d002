"""500 builds in progress: mutations, looks and prompts that arrive whether or not earlier ones were answered."""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from benchmarks.building import Working, make
from benchmarks.reporting import Operation, percentile
from benchmarks.site import Site, serve
from tests.integration.conftest import postgres_bench
from tests.toy import caller

BUILDS, PROMISED, LIMIT_MS = 500, 50, 50.0
WARM_UP, SECONDS, CLIMBING = 4.0, 20.0, 8.0
STEP, MOST = 1.25, 400.0


async def measure(url: str, broadcast_url: str) -> None:
    """Against the smallest question there is, arriving at the same pace at the same process."""
    async with postgres_bench(url) as bench:
        made = await make(caller(bench.work, bench.tenant), BUILDS)
        with tempfile.TemporaryDirectory() as folder:
            async with serve(url, broadcast_url, Path(folder), bench.tenant) as site:
                working = Working(site, made)
                # It says its address before it is ready to answer.
                await _nothing(site)
                await arriving(working.one, PROMISED, WARM_UP)
                reference = await arriving(lambda: _nothing(site), PROMISED, CLIMBING)
                ours = await arriving(working.one, PROMISED, SECONDS)
                _tell(ours, reference)
                await _climb(working)


async def _nothing(site: Site) -> object:
    return await site.ask("{ __typename }")


async def arriving(operation: Operation, rate: float, seconds: float) -> list[float]:
    """Seconds from when each was due to when it was answered, at so many a second; without an answer, infinity."""
    taken: list[float] = []
    begun = time.perf_counter()

    async def one(due: float) -> None:
        try:
            await operation()
        except httpx.TransportError:
            # Too many wait already: this one was turned away, or has waited for longer than anybody would.
            taken.append(math.inf)
        else:
            taken.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    return taken


def _tell(ours: Sequence[float], reference: Sequence[float]) -> None:
    p50, p95, p99 = (percentile(ours, share) * 1000 for share in (0.5, 0.95, 0.99))
    other = percentile(reference, 0.5) * 1000
    verdict = "kept" if p95 < LIMIT_MS else "NOT KEPT"
    print(
        f"  {BUILDS} builds at {PROMISED}/s: p50 {p50:.1f} ms  p95 {p95:.1f} ms  p99 {p99:.1f} ms  "
        f"(promise p95 < {LIMIT_MS:g} ms: {verdict})  {p50 / other:.2f} x an empty question ({other:.1f} ms)",
        flush=True,
    )


async def _climb(working: Working) -> None:
    """Faster and faster, until the promise does not hold any more."""
    rate = float(PROMISED)
    while rate < MOST:
        rate *= STEP
        p95 = percentile(await arriving(working.one, rate, CLIMBING), 0.95) * 1000
        if p95 > LIMIT_MS:
            print(f"  p95 passes {LIMIT_MS:g} ms at {rate:.0f}/s ({p95:.1f} ms); {rate / STEP:.0f}/s still keep it")
            return
    print(f"  p95 stays under {LIMIT_MS:g} ms up to {rate:.0f}/s")
