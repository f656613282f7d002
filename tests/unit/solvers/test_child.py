from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from domain.errors import Refused
from domain.planning.checking.schedules import check_schedule
from domain.planning.levelling import Budget
from domain.planning.ports import SolveCancelled, SolveFailed
from domain.planning.project import Activity, Demand, Pool, Project
from solvers.child import SolverProcesses
from solvers.levelling.leveller import CpSatLeveller

ROOT = Path(__file__).parents[3]
SOLVE = "tests.unit.solvers.test_child:solve"
OWN_ID = "tests.unit.solvers.test_child:own_id"
LOADED = "tests.unit.solvers.test_child:loaded_here"
# Eleven pairs of those fit into a day of the pool, however they are put.
PROJECT = Project(
    tuple(Activity(f"{number:02}", 1 + number % 3, (Demand("P", 2 + number % 4),)) for number in range(22)),
    (),
    (Pool("P", 7),),
)


def solve(request: tuple[str, float]) -> None:
    """In the child: say that it has begun, and go on for so many seconds."""
    path, seconds = request
    Path(path).touch()
    time.sleep(seconds)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Other processes tell nobody what they do: it is looked at until it is so."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def processes() -> Iterator[SolverProcesses]:
    found = SolverProcesses()
    yield found
    found.close()


def own_id(_: object) -> int:
    return os.getpid()


def loaded_here(name: str) -> bool:
    return name in sys.modules


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_solves_run_in_one_other_process(processes: SolverProcesses) -> None:
    pids = [processes.run(OWN_ID, None, limit=30) for _ in range(2)]

    assert pids[0] != os.getpid()
    assert pids[0] == pids[1]


def test_what_is_raised_there_is_raised_here(processes: SolverProcesses) -> None:
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        processes.run("math:sqrt", -1.0, limit=30)

    assert processes.run("math:sqrt", 9.0, limit=30) == 3.0


def test_a_solve_that_is_no_longer_wanted_is_killed(processes: SolverProcesses) -> None:
    before = children()
    begun = time.monotonic()

    with pytest.raises(SolveCancelled):
        processes.run("time:sleep", 60, limit=60, cancelled=lambda: True)

    assert time.monotonic() - begun < 10
    assert children() <= before


def test_a_solve_that_goes_on_for_too_long_is_killed(processes: SolverProcesses) -> None:
    before = children()

    with pytest.raises(SolveFailed, match="beyond its limit"):
        processes.run("time:sleep", 60, limit=0.5)

    assert children() <= before


def test_a_process_that_dies_is_told_and_the_next_solve_has_a_new_one(processes: SolverProcesses) -> None:
    with pytest.raises(SolveFailed, match="ended with 3"):
        processes.run("os:_exit", 3, limit=30)

    assert processes.run("math:sqrt", 4.0, limit=30) == 2.0


def test_an_idle_process_that_was_killed_is_replaced(processes: SolverProcesses) -> None:
    idle = psutil.Process(processes.run(OWN_ID, None, limit=30))
    idle.kill()
    idle.wait(10)

    assert processes.run("math:sqrt", 4.0, limit=30) == 2.0


def test_no_more_solve_at_once_than_there_may_be() -> None:
    processes = SolverProcesses(most=1)
    threads = [threading.Thread(target=processes.run, args=("time:sleep", 0.3), kwargs={"limit": 30}) for _ in range(3)]
    before = children()
    for thread in threads:
        thread.start()

    most = max(len(children() - before) for _ in iter(lambda: any(each.is_alive() for each in threads), False))

    assert most == 1
    processes.close()


def test_who_waits_for_a_turn_can_be_cancelled(tmp_path: Path) -> None:
    processes, begun = SolverProcesses(most=1), tmp_path / "begun"
    thread = threading.Thread(target=processes.run, args=(SOLVE, (str(begun), 1.0)), kwargs={"limit": 30})
    thread.start()
    until(begun.exists)

    with pytest.raises(SolveCancelled):
        processes.run("math:sqrt", 4.0, limit=30, cancelled=lambda: True)

    thread.join()
    processes.close()


def test_closing_ends_what_solves_and_what_is_idle_and_there_is_no_more_afterwards(tmp_path: Path) -> None:
    processes, before, raised = SolverProcesses(), children(), []
    begun = [tmp_path / name for name in ("one", "two")]

    def ask(path: Path) -> None:
        with pytest.raises(SolveFailed) as failed:
            processes.run(SOLVE, (str(path), 60.0), limit=60)
        raised.append(str(failed.value))

    threads = [threading.Thread(target=ask, args=(path,)) for path in begun]
    for thread in threads:
        thread.start()
    until(lambda: all(path.exists() for path in begun))

    processes.close()

    for thread in threads:
        thread.join(5)
    assert raised == ["The solver's process ended with -9."] * 2
    assert children() <= before
    with pytest.raises(SolveCancelled):
        processes.run("math:sqrt", 4.0, limit=30)


def test_what_is_loaded_before_is_there_when_it_is_needed() -> None:
    processes = SolverProcesses(most=1)
    processes.load("solvers.levelling.model")
    deadline = time.monotonic() + 60
    while not processes.run(LOADED, "ortools", limit=30) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert processes.run(LOADED, "ortools", limit=30)
    processes.close()


def test_a_solve_goes_when_its_parent_is_killed(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    program = f"""
        from solvers.child import SolverProcesses
        from tests.unit.solvers.test_child import OWN_ID, SOLVE
        processes = SolverProcesses()
        print(processes.run(OWN_ID, None, limit=30), flush=True)
        processes.run(SOLVE, ({str(begun)!r}, 60.0), limit=60)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        until(begun.exists)

        parent.kill()

        assert child.wait(timeout=10) is None or not child.is_running()


def test_levelling_comes_back_from_its_process_good_and_the_same_every_time(processes: SolverProcesses) -> None:
    leveller = CpSatLeveller(processes)

    found = [leveller.level(PROJECT, Budget(3.0), lambda: False) for _ in range(2)]

    assert check_schedule(PROJECT, found[0].starts) == ()
    assert found[0].starts == found[1].starts
    assert found[0].bound == found[1].bound


def test_a_refusal_comes_back_as_one(processes: SolverProcesses) -> None:
    impossible = Project((Activity("A", 2, pinned=-1),))

    with pytest.raises(Refused, match=r"A is pinned to day -1, but cannot start before day 0: the plan starts then\."):
        CpSatLeveller(processes).level(impossible, Budget(1.0), lambda: False)
