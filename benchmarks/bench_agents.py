"""Agents beside rules: what asking adds, what others notice of it, how soon it ends, and what it leaves in memory."""

from __future__ import annotations

import asyncio
import gc

import psutil

from benchmarks.agents_overhead import measure_overhead
from benchmarks.agents_served import measure_served
from crews.crew import Crews
from tests.unit.crews.scripted import ScriptedModel, ask_for_waves, nobody

RUNS, WARM_UP, AT_ONCE = 500, 240, 4
LIMIT_MIB = 20.0


async def measure(url: str, broadcast_url: str) -> None:
    """The promises on agents, one after the other."""
    await measure_overhead(url, broadcast_url)
    await measure_served(url, broadcast_url)
    await _measure_memory()


async def _measure_memory() -> None:
    """Against what the process has before, with each thread's allocator warm."""
    crews = Crews(AT_ONCE)
    await _run(crews, WARM_UP)
    before = _resident_mib()
    await _run(crews, RUNS)
    grown = _resident_mib() - before
    crews.close()
    print(
        f"  {RUNS} crews, {AT_ONCE} at once: memory grew by {grown:+.1f} MiB (promise < {LIMIT_MIB:g} MiB: "
        f"{'kept' if grown < LIMIT_MIB else 'NOT KEPT'})  {(before + grown) / before:.2f} x before ({before:.0f} MiB)",
        flush=True,
    )


async def _run(crews: Crews, runs: int) -> None:
    for _ in range(runs // AT_ONCE):
        asks = (crews.ask(ScriptedModel(), ask_for_waves(), nobody()) for _ in range(AT_ONCE))
        await asyncio.gather(*asks)


def _resident_mib() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / (1 << 20)
