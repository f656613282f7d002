"""A modernization as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from domain import document
from domain.document import Cell, Chart, Column, ColumnKind, Document, Listed, Table, WorkKind, as_data
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.modernization.designing import DESIGN
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.need import Need

K = ColumnKind
_WHOLE = "All of it"
_CHARTS = (
    Chart("Score by application", "candidates", "application", "score"),
    Chart("Hours by application", "candidates", "application", "hours"),
)
_BODY = (
    Listed("candidates", ("rank", "application", "score", "designs", "hours", "drivers")),
    Listed("designs", ("application", "component", "currentState", "pattern", "targetState", "confirmed")),
    Listed("work", ("number", "application", "task", "hours", "after", "acceptance")),
)
_CANDIDATES = (
    Column("rank", "Rank", K.WHOLE),
    Column("application", "Application"),
    Column("score", "Score", K.SHARE),
    Column("designs", "Designs", K.WHOLE),
    Column("hours", "Hours", K.HOURS),
    Column("drivers", "Why", K.LONG_TEXT),
    Column("applicationId", "Application id"),
)
_DESIGNS = (
    Column("application", "Application"),
    Column("component", "Component"),
    Column("currentState", "Now", K.LONG_TEXT),
    Column("pattern", "Pattern"),
    Column("targetState", "Then", K.LONG_TEXT),
    Column("services", "Services", K.LONG_TEXT),
    Column("tradeoffs", "What it costs", K.LONG_TEXT),
    Column("confirmed", "Confirmed", K.FLAG),
    Column("source", "Source"),
    Column("componentId", "Component id"),
)
_WORK = (
    Column("number", "Number", K.WHOLE),
    Column("application", "Application"),
    Column("component", "Component"),
    Column("task", "Task", K.LONG_TEXT),
    Column("hours", "Hours", K.HOURS),
    Column("after", "After"),
    Column("acceptance", "Done when", K.LONG_TEXT),
    Column("workItemId", "Work item id"),
)


@dataclass(frozen=True)
class _Known:
    """The modernization, with what is looked up in it."""

    call: ExportCall

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.call.portfolio.applications}

    @cached_property
    def parts(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.call.portfolio.components}

    @cached_property
    def candidates(self) -> tuple[ModernizationCandidate, ...]:
        return tuple(sorted(self.call.portfolio.modernization_candidates, key=lambda each: each.number))

    @cached_property
    def designs(self) -> tuple[TargetDesign, ...]:
        return tuple(sorted(self.call.portfolio.designs, key=lambda each: each.number))

    @cached_property
    def items(self) -> tuple[WorkItem, ...]:
        return tuple(sorted(self.call.portfolio.work_items, key=lambda each: each.number))

    @cached_property
    def why(self) -> Mapping[str, str]:
        """What drives each application."""
        return {each.application_id: "\n".join(one.because for one in each.drivers) for each in self.candidates}

    @cached_property
    def hours(self) -> Mapping[str, Decimal]:
        """Of each application."""
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in self.items:
            found[each.application_id] += each.effort_hours
        return found

    @cached_property
    def designed(self) -> Mapping[str, int]:
        """How many designs each application has."""
        return Counter(each.application_id for each in self.designs)

    @cached_property
    def confirmed(self) -> frozenset[str]:
        designed = self.call.results.get(DESIGN)
        return frozenset(designed.confirmed_ids if designed else ())

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        return {each.id: each.number for each in self.items}

    def application(self, id: str) -> str:
        return self.names.get(id, id)

    def component(self, id: str | None) -> str:
        return self.parts.get(id, id) if id else _WHOLE


def compose(call: ExportCall) -> Document:
    """The modernization as it stands."""
    known = _Known(call)
    tables = (
        Table("candidates", "Candidates", _CANDIDATES, tuple(_candidate(known, each) for each in known.candidates)),
        Table("designs", "Designs", _DESIGNS, tuple(_design(known, each) for each in known.designs)),
        Table("work", "Work", _WORK, tuple(_item(known, each) for each in known.items)),
    )
    return Document(
        title=f"Modernization: {call.flow.name}",
        subtitle=" · ".join([call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}"]),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=_CHARTS,
        body=_BODY,
        tables=tables,
        pages=(),
        data=_data(known),
        star=tables,
        work=_work(known),
    )


def _lead(known: _Known) -> Iterator[str]:
    if known.candidates:
        first = known.candidates[0]
        yield f"First comes {known.application(first.application_id)}, with a score of {first.score:.2f} of 1."
    if known.designs and not known.confirmed:
        yield "Nobody has confirmed a design yet."
    elif known.designs:
        yield f"{len(known.confirmed)} of {len(known.designs)} designs are confirmed."


def _figures(known: _Known) -> Iterator[tuple[str, str]]:
    yield "Candidates", f"{len(known.candidates)}"
    yield "Designs", f"{len(known.designs)}"
    yield "Confirmed", f"{len(known.confirmed)}"
    yield "Work items", f"{len(known.items)}"
    yield "Hours", f"{sum(known.hours.values(), Decimal(0)):,f}"


def _candidate(known: _Known, each: ModernizationCandidate) -> tuple[Cell, ...]:
    return (
        each.number,
        known.application(each.application_id),
        each.score,
        known.designed.get(each.application_id, 0),
        known.hours.get(each.application_id, Decimal(0)),
        " ".join(driver.because for driver in each.drivers),
        each.application_id,
    )


def _design(known: _Known, each: TargetDesign) -> tuple[Cell, ...]:
    return (
        known.application(each.application_id),
        known.component(each.component_id),
        each.current_state,
        each.pattern,
        each.target_state,
        ", ".join(each.services),
        each.tradeoffs,
        each.component_id in known.confirmed,
        str(each.source),
        each.component_id,
    )


def _item(known: _Known, each: WorkItem) -> tuple[Cell, ...]:
    return (
        each.number,
        known.application(each.application_id),
        known.component(each.component_id),
        each.title,
        each.effort_hours,
        ", ".join(_before(known, each)),
        each.acceptance,
        each.id,
    )


def _before(known: _Known, each: WorkItem) -> list[str]:
    return [str(number) for number in sorted(known.numbers[id] for id in each.depends_on if id in known.numbers)]


def _work(known: _Known) -> tuple[document.WorkItem, ...]:
    """An epic an application, the one that comes first among them, and in it a task a work item."""
    numbers = count(1)
    epics = {
        id: document.WorkItem(
            next(numbers),
            WorkKind.EPIC,
            f"Modernize {known.application(id)}",
            known.why.get(id, ""),
            labels=("modernization",),
        )
        for id in dict.fromkeys(each.application_id for each in known.items)
    }
    return (*epics.values(), *(_task(known, each, epics[each.application_id], next(numbers)) for each in known.items))


def _task(known: _Known, each: WorkItem, epic: document.WorkItem, number: int) -> document.WorkItem:
    before = _before(known, each)
    said = [f"Work item {each.number}.", *([f"After: {', '.join(before)}."] if before else [])]
    return document.WorkItem(
        number=number,
        kind=WorkKind.TASK,
        title=each.title,
        description="\n".join([*said, f"Done when: {each.acceptance}"]),
        parent=epic.number,
        labels=("modernization", each.key.rpartition(":")[2]),
        hours=each.effort_hours,
    )


def _data(known: _Known) -> Mapping[str, Any]:
    call = known.call
    return {
        **call.heading("flotilla-modernization-report"),
        "configuration": call.flow.configuration,
        "results": {key: as_data(result) for key, result in call.results.items()},
        "candidates": as_data(known.candidates),
        "designs": as_data(known.designs),
        "workItems": as_data(known.items),
    }


EXPORTING = Exporting(
    formats=tuple(ExportFormat),
    needs=frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.MODERNIZATION_CANDIDATES, Need.DESIGNS, Need.WORK_ITEMS}),
    compose=compose,
    name="modernization-report",
)
