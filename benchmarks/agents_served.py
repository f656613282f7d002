"""Agents in a worker of its own: what the API's clients notice of sixteen, and how soon a cancelled one ends."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bench_reads import discovery
from benchmarks.reporting import percentile
from benchmarks.site import Site, serve, working
from resolvers import flows
from tests.faulty_model import FaultyModel, Say, Slowly, does, faulty_model
from tests.integration.conftest import postgres_bench
from tests.servers import Process
from tests.toy import caller

CREWS, CLIENTS, PAIRS, SECONDS = 16, 4, 5, 3.0
MOST_GROWTH, MOST_GROWTH_MS = 50.0, 10.0
CANCELS, LIMIT_SECONDS = 10, 1.0
PIECES_A_SECOND, LONGEST_SECONDS, WITHIN = 20, 300, 120.0
CSV = "Application Name,Environment,Criticality,Thing\nPayroll,PRODUCTION,HIGH,Java 8\nLedger,TEST,LOW,COBOL\n"
START = """mutation ($text: String!) {
  startFlow(input: {configuration: {discovery: {source: {text: $text}, fileName: "apps.csv"}}}) {
    flow { id } errors { message } } }"""
CANCEL = "mutation ($id: ID!) { cancelFlow(input: {flowId: $id}) { flow { status } errors { message } } }"
# Words of a sentence that does not end, so that there is live text with each of them.
WRITES = does(
    Say('{"columns": [{"subject": "C4", "target": null, "reason": "It names'),
    *(Slowly(1 / PIECES_A_SECOND), Say(" something")) * (PIECES_A_SECOND * LONGEST_SECONDS),
)


@dataclass(frozen=True)
class Deployment:
    """An API, a worker, and the model that its agents ask."""

    site: Site
    worker: Process
    model: FaultyModel
    idle: list[str]

    async def start(self) -> str:
        """A flow whose agent is about to be asked."""
        payload = (await self.site.ask(START, text=CSV))["startFlow"]
        if payload["errors"]:
            raise RuntimeError(payload["errors"])
        return str(payload["flow"]["id"])

    async def cancel(self, flow_id: str) -> None:
        payload = (await self.site.ask(CANCEL, id=flow_id))["cancelFlow"]
        if payload["errors"] or payload["flow"]["status"] != "CANCELLED":
            raise RuntimeError(payload)

    @property
    def ended(self) -> int:
        """Calls to the model that the worker has told the end of."""
        return sum("model_called" in line for line in self.worker.lines)

    async def load(self) -> list[float]:
        """What requests took while clients worked for a while."""
        client = self.site.client
        given = {
            "address": str(client.base_url),
            "headers": dict(client.headers),
            "flow_ids": self.idle,
            "seconds": SECONDS,
        }
        pipe = asyncio.subprocess.PIPE
        words = ("-m", "benchmarks.agents_clients")
        clients = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=pipe, stdout=pipe)
        told, _ = await clients.communicate(json.dumps(given).encode())
        if clients.returncode:
            raise RuntimeError("The clients could not do their work.")
        return [float(seconds) for seconds in json.loads(told)]


async def measure_served(url: str, broadcast_url: str) -> None:
    async with faulty_model() as model, _deployed(url, broadcast_url, model) as deployment:
        model.reply(WRITES, stays=True)
        await _measure_load(deployment)
        await _measure_cancelling(deployment)


@asynccontextmanager
async def _deployed(url: str, broadcast_url: str, model: FaultyModel) -> AsyncIterator[Deployment]:
    settings = {
        "FLOTILLA_MODEL": "small",
        "FLOTILLA_MODEL_URL": model.url,
        "FLOTILLA_MODEL_SECONDS": str(2 * LONGEST_SECONDS),
        "FLOTILLA_MODEL_CONCURRENCY": str(CREWS),
        "FLOTILLA_WORKER_CONCURRENCY": str(CREWS),
        "FLOTILLA_ENGAGEMENT_CONCURRENCY": str(CREWS),
        # A line for each call that ends.
        "FLOTILLA_LOG_LEVEL": "info",
    }
    async with postgres_bench(url) as bench:
        alice = caller(bench.work, bench.tenant)
        # They are nobody's work: what people do to them makes none for the worker.
        made = [await flows.start_flow(alice, replace(discovery(), auto_advance=False)) for _ in range(CLIENTS)]
        with tempfile.TemporaryDirectory() as folder, working(url, broadcast_url, Path(folder), settings) as worker:
            async with serve(url, broadcast_url, Path(folder), bench.tenant) as site:
                await asyncio.to_thread(worker.wait_for_line, "is ready", WITHIN)
                yield Deployment(site, worker, model, [f"MasterFlow:{flow.id}" for flow in made])


async def _measure_load(deployment: Deployment) -> None:
    """Clients at work alone, then beside crews that write; the growth of each pair counts, and their median."""
    pairs = []
    for _ in range(PAIRS):
        alone = await deployment.load()
        flow_ids = [await _writing(deployment, crews) for crews in range(1, CREWS + 1)]
        beside = await deployment.load()
        if deployment.model.open != CREWS:
            raise RuntimeError(f"Only {deployment.model.open} of {CREWS} crews wrote to the end.")
        await asyncio.gather(*(deployment.cancel(flow_id) for flow_id in flow_ids))
        await _until(lambda: deployment.model.open == 0)
        pairs.append((percentile(alone, 0.95) * 1000, percentile(beside, 0.95) * 1000, len(alone), len(beside)))
    _report_load(pairs)


async def _writing(deployment: Deployment, crews: int) -> str:
    """One more flow whose agent's model writes; with `crews` in all, started one after the other."""
    flow_id = await deployment.start()
    await _until(lambda: deployment.model.open == crews)
    return flow_id


def _report_load(pairs: list[tuple[float, float, int, int]]) -> None:
    for alone, beside, before, after in pairs:
        print(
            f"  API p95 {alone:6.2f} ms without, {beside:6.2f} ms with {CREWS} crews "
            f"({before / SECONDS:.0f} and {after / SECONDS:.0f} requests/s)",
            flush=True,
        )
    growth = statistics.median((beside / alone - 1) * 100 for alone, beside, *_ in pairs)
    growth_ms = statistics.median(beside - alone for alone, beside, *_ in pairs)
    kept = growth <= MOST_GROWTH or growth_ms <= MOST_GROWTH_MS
    print(
        f"  growth of the API's p95, median of {len(pairs)} pairs: {growth:+.0f} %, {growth_ms:+.1f} ms, "
        f"{1 + growth / 100:.2f} x without crews (promise at most {MOST_GROWTH:g} % or {MOST_GROWTH_MS:g} ms: "
        f"{'kept' if kept else 'NOT KEPT'})",
        flush=True,
    )


async def _measure_cancelling(deployment: Deployment) -> None:
    """From the mutation until the model's server sees nobody any more, and the worker says that its call has ended."""
    answered, quiet = [], []
    for _ in range(CANCELS):
        flow_id, ended = await _writing(deployment, 1), deployment.ended
        await asyncio.sleep(0.3)
        begun = time.perf_counter()
        await deployment.cancel(flow_id)
        answered.append(time.perf_counter() - begun)
        await _until(lambda: deployment.model.open == 0 and deployment.ended > ended)  # noqa: B023
        quiet.append(time.perf_counter() - begun)
    median, answer = statistics.median(quiet), statistics.median(answered)
    print(
        f"  cancel to quiet, {CANCELS} times: median {median * 1000:.0f} ms, max {max(quiet) * 1000:.0f} ms "
        f"(promise < {LIMIT_SECONDS:g} s: {'kept' if max(quiet) < LIMIT_SECONDS else 'NOT KEPT'})  "
        f"{median / answer:.2f} x the answer to cancelFlow ({answer * 1000:.0f} ms)",
        flush=True,
    )


async def _until(holds: Callable[[], bool]) -> None:
    """Looked at every other millisecond: what is waited for is in other processes, or in their log."""
    async with asyncio.timeout(WITHIN):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
