"""The worker process: put together here, carried out in `engine/`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

from domain.artifacts.authoring import Author
from domain.flows import DEFINITIONS
from domain.planning.ports import Solvers
from engine.artifacts import ArtifactRunner
from engine.contracts import ContractRunner
from engine.exports import ExportRunner
from engine.phases import PhaseRunner
from engine.queue import PhaseQueue
from engine.recovery import LockLost
from engine.replies import ReplyRunner
from engine.reviews import Reviewer
from engine.worker import Pace, Runners, Worker
from persistence.sweeps import DatabaseSweeps
from persistence.work import Works
from readers.contracts import ContractFiles
from server.composition import Definitions, database, new_id, now, settle, works
from server.models import make_author, make_players, make_second_reader, make_voice, open_models
from server.runners import make_runner
from server.settings import Settings
from server.worker_metrics import WorkerMetrics, showing
from shapes.codec import Codec
from streams.backend import open_broadcast
from streams.publisher import Publisher
from writers import Writers

MakeRunner = Callable[[Works, Settings], PhaseRunner]
MakeExporter = Callable[[Works, Settings], ExportRunner]
MakeReviewer = Callable[[Works, Settings], Reviewer]
MakeArtifacts = Callable[[Works, Author], ArtifactRunner]


def make_exporter(work: Works, settings: Settings) -> ExportRunner:
    """Writes exports, which this deployment keeps for so long."""
    return ExportRunner(work, Codec(), Writers(), now, timedelta(days=settings.export_days))


def make_reviewer(work: Works, _settings: Settings) -> Reviewer:
    """Looks through plans whose decisions, dependencies or pools have changed."""
    return Reviewer(work, Codec(), now, new_id)


def make_artifacts(work: Works, author: Author) -> ArtifactRunner:
    """Writes artifacts, by the model where there is one."""
    return ArtifactRunner(work, Codec(), author, now, new_id)


def make_pace(settings: Settings) -> Pace:
    """How much at once, and how long things are kept."""
    return Pace(
        kept=timedelta(days=settings.engine_days),
        events_kept=timedelta(days=settings.event_days) if settings.event_days else None,
        per_engagement=settings.engagement_concurrency,
        per_worker=settings.worker_concurrency,
    )


@dataclass(frozen=True, slots=True)
class Making:
    """How the product's runners are made; a test puts its own into the product's worker."""

    phases: MakeRunner = make_runner
    exports: MakeExporter = make_exporter
    reviews: MakeReviewer = make_reviewer
    artifacts: MakeArtifacts = make_artifacts


def run(settings: Settings, making: Making | None = None, definitions: Definitions = DEFINITIONS) -> None:
    """Work until SIGTERM or SIGINT."""
    try:
        # Closed when nothing runs any more: a run whose solver ends would be told to have failed.
        with ExitStack() as closing:
            asyncio.run(_work(settings, making or Making(), definitions, closing))
    except* LockLost as lost:
        sys.stderr.write(f"This worker stops: {lost.exceptions[0]} Start it again; its runs go on elsewhere or then.\n")
        sys.stderr.flush()
        # At once, whatever its threads still do: others may have taken over its runs already.
        os._exit(1)


async def _work(settings: Settings, making: Making, definitions: Definitions, closing: ExitStack) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    engine, queue, metrics = database(settings), PhaseQueue(settings.database_url), WorkerMetrics()
    metrics.watch_pool(engine)
    broadcast = open_broadcast(settings.broadcast_url)
    executor_id = f"{socket.gethostname()}-{os.getpid()}-{new_id()[-8:]}"
    pace = make_pace(settings)
    opening = open_models(settings, engine, broadcast, metrics.model_called)
    try:
        async with broadcast, Publisher(broadcast) as publisher, opening as models:
            closing.enter_context(showing(metrics, settings.metrics_host, settings.metrics_port))
            work = works(engine, queue, publisher.announce, definitions, metrics.saved)
            players = make_players(models, settings)
            phases = replace(making.phases(work, settings), agents=models.agents, players=players)
            replies = ReplyRunner(work, Codec(), make_voice(models, settings), now, new_id)
            artifacts = making.artifacts(work, make_author(models, settings))
            contracts = ContractRunner(work, Codec(), ContractFiles(), make_second_reader(models, settings), now)
            exports, reviews = making.exports(work, settings), making.reviews(work, settings)
            runners = Runners(phases, exports, reviews, replies, artifacts, contracts)
            solvers = runners.phases.solvers
            closing.callback(solvers.close)
            worker = Worker(settings.database_url, executor_id, runners, DatabaseSweeps(engine), pace)
            await worker.run(stop, lambda: _begin(executor_id, solvers))
    finally:
        await queue.close()
        await engine.dispose()


def _begin(executor_id: str, solvers: Solvers) -> None:
    settle()
    solvers.load()
    sys.stdout.write(f"worker {executor_id} is ready\n")
    sys.stdout.flush()
