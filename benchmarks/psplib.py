"""`python -m benchmarks.psplib DIR BEST_KNOWN.csv [SECONDS]`: our CPM and levelling on every .sm file below a folder.

Without best known makespans, `python -m benchmarks.psplib generated JOBS COUNT [SECONDS]` levels that many instances
made for the occasion, and tells the excess over the bound that the solver itself proved.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.psplib_files import Known, read_instance, read_known
from benchmarks.psplib_generator import generate, recipes
from domain.planning.checking.schedules import check_schedule
from domain.planning.critical_path import critical_path
from domain.planning.levelling import Budget, Levelled, level
from domain.planning.ports import Leveller
from domain.planning.project import Project
from solvers.child import SolverProcesses
from solvers.levelling.leveller import CpSatLeveller

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One instance: what came out, what the file says, and what is known of it."""

    name: str
    cpm: int
    mpm_time: int | None
    levelled: Levelled
    known: Known | None
    feasible: bool

    @property
    def reference(self) -> int:
        """The best known makespan, else the bound proven here."""
        return self.known.upper if self.known else self.levelled.bound

    @property
    def excess(self) -> float:
        return self.levelled.makespan / self.reference - 1 if self.reference else 0.0

    @property
    def line(self) -> str:
        known = str(self.known.upper) if self.known else ""
        mpm = "" if self.mpm_time is None else str(self.mpm_time)
        return f"{self.name},{self.cpm},{mpm},{self.levelled.makespan},{known},{'yes' if self.feasible else 'NO'}"


def measure(
    name: str, project: Project, leveller: Leveller, budget: Budget, mpm_time: int | None, known: Known | None
) -> Measured:
    """The product's own path: critical path, levelling, and the checker's word on it."""
    cpm = critical_path(project).length
    levelled = level(project, leveller, budget, lambda: False)
    return Measured(name, cpm, mpm_time, levelled, known, not check_schedule(project, levelled.starts))


def summary(all_measured: Sequence[Measured]) -> Iterable[str]:
    """What holds for all, and what does not."""
    seconds = [each.levelled.seconds for each in all_measured]
    excess = [each.excess for each in all_measured]
    over = sum(each.excess > 0 for each in all_measured)
    proven = sum(each.levelled.proven for each in all_measured)
    wrong = sum(each.mpm_time is not None and each.mpm_time != each.cpm for each in all_measured)
    infeasible = sum(not each.feasible for each in all_measured)
    below = sum(_below(each) for each in all_measured)
    against = "best known" if all(each.known for each in all_measured) else "own proven bound"
    yield f"instances {len(all_measured)}: CPM not MPM-Time {wrong}, infeasible {infeasible}, below a bound {below}"
    yield (
        f"excess over {against}: mean {fmean(excess):.3%}, max {max(excess):.3%}, over it {over}; "
        f"proven optimal {proven}, mean gap {fmean(each.levelled.gap for each in all_measured):.3%}"
    )
    limited = sum(each.levelled.time_limited for each in all_measured)
    yield f"seconds: mean {fmean(seconds):.2f}, max {max(seconds):.2f}, ended by the clock {limited}"


def _below(measured: Measured) -> bool:
    """Shorter than a bound somebody proved, or our bound above a makespan somebody reached: one of the two is wrong."""
    if measured.known is None:
        return False
    return measured.levelled.makespan < measured.known.lower or measured.levelled.bound > measured.known.upper


def main(arguments: Sequence[str]) -> int:
    made = arguments[:1] == ["generated"]
    if len(arguments) < (3 if made else 2):
        print(__doc__, file=sys.stderr)
        return 2
    position = 3 if made else 2
    budget = Budget(float(arguments[position]) if len(arguments) > position else SECONDS)
    processes = SolverProcesses()
    leveller = CpSatLeveller(processes)
    runs = (
        _generated(int(arguments[1]), int(arguments[2]), leveller, budget)
        if made
        else _read(Path(arguments[0]), Path(arguments[1]), leveller, budget)
    )
    all_measured: list[Measured] = []
    print("instance,cpm,mpm_time,makespan,best_known,feasible")
    for measured in runs:
        print(measured.line, flush=True)
        all_measured.append(measured)
    processes.close()
    if not all_measured:
        print("There is no .sm file.", file=sys.stderr)
        return 2
    print(*summary(all_measured), sep="\n")
    return 0 if all(each.feasible and each.mpm_time in (None, each.cpm) for each in all_measured) else 1


def _read(folder: Path, best_known: Path, leveller: Leveller, budget: Budget) -> Iterable[Measured]:
    known = read_known(best_known)
    for path in sorted(folder.rglob("*.sm"), key=lambda path: [int(part) for part in re.findall(r"\d+", path.stem)]):
        instance = read_instance(path)
        yield measure(instance.name, instance.project, leveller, budget, instance.mpm_time, known.get(instance.name))


def _generated(jobs: int, count: int, leveller: Leveller, budget: Budget) -> Iterable[Measured]:
    """Round by round through every recipe, a new seed each round."""
    every = list(recipes(jobs))
    for number in range(count):
        recipe, seed = every[number % len(every)], number // len(every) + 1
        yield measure(f"{recipe.name}-{seed}", generate(recipe, seed), leveller, budget, None, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
