"""Wave placement beside what it is measured against: python -m benchmarks.waves APPLICATIONS DEPENDENCIES SEED."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

from benchmarks.wave_cases import random_problem
from benchmarks.wave_references import REFERENCES
from domain.planning.waves.placement import WavePlacement
from domain.planning.waves.placing import Level
from domain.planning.waves.planning import plan_waves
from domain.planning.waves.problem import Candidate, WaveProblem
from solvers.child import SolverProcesses
from solvers.waves.condensing import condense
from solvers.waves.instance import Instance
from solvers.waves.placer import ChildWavePlacer
from solvers.waves.scoring import score

PER_WAVE = (5, 20)


def main(arguments: list[str]) -> None:
    applications, dependencies, seed = map(int, arguments)
    processes = SolverProcesses()
    placer = ChildWavePlacer(processes)
    # Loading the solver is not what is measured: a worker does it once.
    plan_waves(WaveProblem((Candidate("a", "a"),)), placer)
    for per_wave in PER_WAVE:
        problem = random_problem(applications, dependencies, seed, per_wave)
        begun = time.perf_counter()
        plan = plan_waves(problem, placer)
        seconds = time.perf_counter() - begun
        print(f"\n{applications} applications, {dependencies} dependencies, seed {seed}, waves of {per_wave}")
        _tell(plan, seconds)
        _compare(plan, condense(problem))
    processes.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nThe solver's process took at most {peak:.0f} MiB.")


def _tell(plan: WavePlacement, seconds: float) -> None:
    limited = ", ended by the clock" if plan.time_limited else ""
    print(f"  {seconds:.1f} s{limited}; the checker found {len(plan.violations)} violations")
    for violation in plan.violations:
        print(f"    {violation.message}")
    for report in plan.levels:
        proven = "proven" if report.proven else f"gap {report.gap:.1%}"
        print(f"    {report.level:<12} {report.value:>12g}  bound {report.bound:>12g}  {proven}")


def _compare(plan: WavePlacement, instance: Instance) -> None:
    ours = next(report.value for report in plan.levels if report.level is Level.SPLIT)
    for name, place in REFERENCES.items():
        numbers = _timed(name, place, instance)
        waves, split = score(instance, numbers, Level.WAVES), score(instance, numbers, Level.SPLIT)
        print(f"{len(plan.waves)} : {waves} waves, split {ours:g} : {split} = {ours / max(1, split):.3f}")


def _timed(name: str, place: Callable[[Instance], list[int]], instance: Instance) -> list[int]:
    begun = time.perf_counter()
    numbers = place(instance)
    print(f"  beside {name} ({time.perf_counter() - begun:.1f} s): ", end="")
    return numbers


if __name__ == "__main__":
    main(sys.argv[1:])
