from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.psplib import measure, summary
from benchmarks.psplib_files import Known, read_instance, read_known
from benchmarks.psplib_generator import Recipe, generate, recipes
from domain.planning.critical_path import critical_path
from domain.planning.levelling import Budget, Levelled
from domain.planning.project import Activity, Demand, Link, Pool, Project
from tests.unit.planning.test_timeline import Searching

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "psplib"
SMALL = """\
************************************************************************
jobs (incl. supersource/sink ):  4
RESOURCES
  - renewable                 :  2   R
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      2      0       38       26        7
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     7       4    0
  3      1     4       2    3
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    5    3
************************************************************************
"""


def test_an_instance_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "small.sm"
    path.write_text(SMALL)

    instance = read_instance(path)

    assert instance.project == Project(
        (
            Activity("1", 0),
            Activity("2", 7, (Demand("R1", 4),)),
            Activity("3", 4, (Demand("R1", 2), Demand("R2", 3))),
            Activity("4", 0),
        ),
        (Link("1", "2"), Link("1", "3"), Link("2", "4"), Link("3", "4")),
        (Pool("R1", 5), Pool("R2", 3)),
    )
    assert (instance.name, instance.mpm_time) == ("small", 7)


def test_the_benchmark_prints_a_line_each_and_a_summary(tmp_path: Path) -> None:
    (tmp_path / "small.sm").write_text(SMALL)
    known = tmp_path / "known.csv"
    known.write_text("set,instance,lower_bound,upper_bound,closed,source\nown,small,11,11,yes,by hand\n")
    command = [sys.executable, "-m", "benchmarks.psplib", str(tmp_path), str(known)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "instance,cpm,mpm_time,makespan,best_known,feasible",
        "small,7,7,11,11,yes",
        "instances 1: CPM not MPM-Time 0, infeasible 0, below a bound 0",
        "excess over best known: mean 0.000%, max 0.000%, over it 0; proven optimal 1, mean gap 0.000%",
    ]


def test_a_makespan_below_a_proven_bound_is_counted_as_wrong(tmp_path: Path) -> None:
    project = Project((Activity("1", 3),))

    measured = measure("one", project, Searching(), Budget(1.0), 3, Known(4, 4))

    assert next(iter(summary([measured]))).endswith("below a bound 1")
    assert replace(measured, levelled=Levelled({}, 5, 5)).excess == 0.25


def test_a_generated_instance_is_the_same_each_time_and_as_its_recipe_says() -> None:
    recipe = Recipe(60, 1.8, 0.5, 0.2)

    project = generate(recipe, 1)

    assert project == generate(recipe, 1)
    assert project != generate(recipe, 2)
    assert len(project.links) + 6 == 112
    assert {len(activity.demands) for activity in project.activities} == {2}
    assert (len(list(recipes(60))), len(list(recipes(120)))) == (48, 60)


@pytest.mark.skipif(not SHARED.exists(), reason="PSPLIB's instances are not here")
def test_the_critical_path_of_every_instance_is_what_psplib_printed() -> None:
    instances = [read_instance(path) for path in sorted(SHARED.rglob("*.sm"))]

    lengths = {instance.name: critical_path(instance.project).length for instance in instances}

    assert lengths == {instance.name: instance.mpm_time for instance in instances}
    assert len(lengths) == 60


@pytest.mark.skipif(not SHARED.exists(), reason="PSPLIB's instances are not here")
@pytest.mark.parametrize("name", ["j301_1", "j302_8", "j305_1", "j305_7", "j306_5"])
def test_levelling_finds_the_shortest_schedule_that_is_known(name: str) -> None:
    instance = read_instance(SHARED / "j30" / f"{name}.sm")
    known = read_known(SHARED / "best_known.csv")[name]

    measured = measure(name, instance.project, Searching(), Budget(5.0), instance.mpm_time, known)

    assert (measured.levelled.makespan, measured.feasible) == (known.upper, True)
