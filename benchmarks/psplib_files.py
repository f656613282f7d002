"""Reading PSPLIB's single-mode instances (.sm) and the list of best known makespans."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from domain.planning.project import Activity, Demand, Link, Pool, Project


@dataclass(frozen=True, slots=True)
class Instance:
    """A project, and the length that the file itself gives for it without limits on resources."""

    name: str
    project: Project
    mpm_time: int


@dataclass(frozen=True, slots=True)
class Known:
    """The best makespan anybody found and the best bound proven."""

    lower: int
    upper: int


def read_instance(path: Path) -> Instance:
    """Job numbers become ids of equal width, so that their order is that of the numbers."""
    text = path.read_text("latin-1")
    names = re.findall(r"R\s*(\d+)", _section(text, "RESOURCEAVAILABILITIES:").splitlines()[0])
    units = _numbers(_section(text, "RESOURCEAVAILABILITIES:"))[0]
    pools = tuple(Pool(f"R{name}", amount) for name, amount in zip(names, units, strict=True))
    jobs = _numbers(_section(text, "REQUESTS/DURATIONS:"))
    width = len(str(len(jobs)))
    activities = tuple(_activity(row, pools, width) for row in jobs)
    links = tuple(
        Link(f"{row[0]:0{width}}", f"{successor:0{width}}")
        for row in _numbers(_section(text, "PRECEDENCE RELATIONS:"))
        for successor in row[3:]
    )
    mpm_time = _numbers(_section(text, "PROJECT INFORMATION:"))[0][5]
    return Instance(path.stem, Project(activities, links, pools), mpm_time)


def read_known(path: Path) -> dict[str, Known]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["instance"]: Known(int(row["lower_bound"]), int(row["upper_bound"])) for row in csv.DictReader(file)
        }


def _activity(row: list[int], pools: tuple[Pool, ...], width: int) -> Activity:
    number, _mode, duration, *units = row
    demands = tuple(Demand(pool.id, amount) for pool, amount in zip(pools, units, strict=True) if amount)
    return Activity(f"{number:0{width}}", duration, demands)


def _section(text: str, title: str) -> str:
    """What stands between that title and the next line of stars."""
    return text.partition(title)[2].partition("***")[0].strip("\n")


def _numbers(section: str) -> list[list[int]]:
    """The lines that hold nothing but whole numbers."""
    lines = [line.split() for line in section.splitlines()]
    return [[int(part) for part in line] for line in lines if line and all(part.isdigit() for part in line)]
