"""What carries out phases in this deployment: in a worker, and where the sample is made."""

from __future__ import annotations

from domain.planning.ports import Solvers
from engine.phases import PhaseRunner
from persistence.work import Works
from readers import Limits, reader
from server.composition import new_id, now
from server.settings import Settings
from shapes.codec import Codec
from solvers.child import SolverProcesses
from solvers.levelling.leveller import CpSatLeveller
from solvers.waves.placer import ChildWavePlacer


def make_runner(work: Works, settings: Settings) -> PhaseRunner:
    """Carries out phases with the readers, limits and solvers of this deployment."""
    limits = Limits(settings.inventory_limit, settings.columns_limit, settings.rows_limit)
    return PhaseRunner(work, Codec(), reader(limits), make_solvers(), now, new_id)


def make_solvers() -> Solvers:
    """They solve in a process of their own, which ends with this one."""
    processes = SolverProcesses()
    return Solvers(ChildWavePlacer(processes), CpSatLeveller(processes))
