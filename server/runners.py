"""What carries out phases in this deployment: in a worker, and where the sample is made."""

from __future__ import annotations

import os
from functools import partial

from domain.planning.ports import Solvers
from engine.phases import PhaseRunner
from persistence.work import Works
from readers import Limits, reader
from server.composition import new_id, now
from server.settings import Settings
from shapes.codec import Codec
from solvers.child import SolverProcesses
from solvers.levelling import leveller
from solvers.levelling.leveller import CpSatLeveller
from solvers.waves import placer
from solvers.waves.placer import ChildWavePlacer

# Each holds a core and some hundred megabytes while it solves.
MOST_SOLVES = 2


def make_runner(work: Works, settings: Settings) -> PhaseRunner:
    """Carries out phases with the readers, limits and solvers of this deployment."""
    limits = Limits(settings.inventory_limit, settings.columns_limit, settings.rows_limit)
    solvers = make_solvers(settings.worker_concurrency)
    return PhaseRunner(work, Codec(), reader(limits), solvers, now, new_id)


def make_solvers(most: int = MOST_SOLVES) -> Solvers:
    """They solve in processes of their own, which end with this one; nothing of them is loaded here."""
    processes = SolverProcesses(max(1, min(most, MOST_SOLVES, os.cpu_count() or 1)))
    return Solvers(
        ChildWavePlacer(processes),
        CpSatLeveller(processes),
        partial(processes.load, leveller.MODEL, placer.SEARCH),
        processes.close,
    )
