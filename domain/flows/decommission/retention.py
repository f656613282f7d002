"""How long data are kept: a table of the product's, the first rule that fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from domain.application import Application, Component, Environment
from domain.decommission import CandidateReason
from domain.flows.decommission.facts import Known
from domain.reference_data import read_toml

LOGS = "records"
_DATA_WORDS = frozenset({"database", "databases", "db", "dbms", "datastore", "warehouse", "lake", "storage", "files"})
_FEBRUARY, _LEAP_DAY = 2, 29


@dataclass(frozen=True, slots=True)
class DataSet:
    """One set of data of an application; `kept` names it among the rules."""

    name: str
    key: str
    kept: str = "data"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: for so long, where all that it asks for is so."""

    kind: str
    title: str
    source: str
    years: int = 0
    days: int = 0
    words: frozenset[str] = frozenset()
    environments: frozenset[Environment] = frozenset()
    facts: tuple[str, ...] = ()
    sets: frozenset[str] = frozenset()
    moved: bool = False

    def until(self, day: date, years: Mapping[str, int]) -> date:
        """The last day on which the data are kept; an engagement's own years go before the table's."""
        own = years.get(self.kind)
        return _years_after(day, self.years if own is None else own) + timedelta(days=self.days if own is None else 0)

    def fits(self, known: Known, application: Application, data: DataSet) -> bool:
        """True where nothing that it asks for is otherwise."""
        words = _words(application.name, application.department or "", data.name)
        return (
            (not self.words or not words.isdisjoint(self.words))
            and (not self.environments or application.environment in self.environments)
            and (not self.sets or data.kept in self.sets)
            and (not self.moved or known.reason(application) is CandidateReason.MIGRATED)
            and all(known.has(application, fact) for fact in self.facts)
        )


def rule_for(known: Known, application: Application, data: DataSet) -> Rule:
    """The first that fits; the last of the table fits all."""
    return next(rule for rule in rules() if rule.fits(known, application, data))


def data_sets(known: Known, application: Application) -> tuple[DataSet, ...]:
    """What each part that stores data holds, and what tells of the application itself."""
    parts = [part for part in known.components(application) if _stores(part)]
    names = [part.name.casefold() for part in parts]
    own = tuple(
        DataSet(_named(part, alone=names.count(part.name.casefold()) == 1), f"{application.id}:{part.key}")
        for part in parts
    )
    said = own or (DataSet(f"Data of {application.name}", f"{application.id}:data"),)
    return (*said, DataSet("Configuration and logs", f"{application.id}:records", LOGS))


def _named(part: Component, *, alone: bool) -> str:
    return f"Data of {part.name}" if alone else f"Data of {part.name} ({part.key})"


def _stores(part: Component) -> bool:
    if not _words(part.type).isdisjoint(_DATA_WORDS):
        return True
    return any(each.category == "database" for each in part.technologies)


def _years_after(day: date, years: int) -> date:
    leap = day.month == _FEBRUARY and day.day == _LEAP_DAY
    return date(day.year + years, day.month, 28 if leap and years else day.day)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", " ".join(texts).casefold()))


@cache
def rules() -> tuple[Rule, ...]:
    """In order."""
    return tuple(_rule(row) for row in read_toml("retention")["rule"])


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        row["kind"],
        row["title"],
        row["source"],
        row.get("years", 0),
        row.get("days", 0),
        frozenset(row.get("words", ())),
        frozenset(Environment(each) for each in row.get("environments", ())),
        tuple(row.get("facts", ())),
        frozenset(row.get("sets", ())),
        row.get("moved", False),
    )
