"""inventory: what was imported becomes applications, components and technologies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.application import Application, ApplicationChange, Component, Readiness
from domain.definition import Batch, Outcome, PhaseCall, Warning
from domain.flows.discovery.building import Built, build
from domain.flows.discovery.differing import COMPONENTS, Changes, changes, label, shown, undone
from domain.flows.discovery.drafts import gather
from domain.flows.discovery.findings import Decisions
from domain.flows.discovery.merging import Parts, assume, merged, merged_parts
from domain.flows.discovery.reaching import reach
from domain.flows.discovery.results import (
    CleansingResult,
    DefaultFacts,
    ImportSummary,
    InventoryResult,
    MappingResult,
)
from domain.flows.discovery.sources import missed, named, source_of, speaks_of_applications
from domain.flows.discovery.told import Teller
from domain.inventory import DifferenceKind, InventoryDifference
from domain.readiness import checked

_BATCH = 500
_OURS = frozenset({Readiness.DISCOVERED, Readiness.NOT_READY, Readiness.READY_FOR_ASSESSMENT})
_SHOWN = 10


def take_inventory(call: PhaseCall) -> Iterator[Batch | Outcome]:
    """Batches of what is new or changed, then the summary. The same file again saves nothing."""
    mapping: MappingResult = call.results["attribute_mapping"]
    decisions = Decisions(finding for finding in call.portfolio.findings if finding.flow_id == call.flow_id)
    gathered = gather(reach(call).rows(call.flow_id), Teller(mapping.mappings), decisions.aliases)
    summary: ImportSummary = call.results["data_import"]
    taking = _Taking(call, _defaults(call), source_of(summary.format, mapping.mappings))
    for draft in gathered.drafts.values():
        taking.found(build(draft, decisions))
        if len(taking.saves) >= _BATCH:
            yield Batch(taking.take_saves())
    taking.missed(judges=bool(gathered.drafts) and speaks_of_applications(mapping.mappings))
    yield Outcome(taking.result(), taking.take_saves(), tuple(taking.removes), tuple(taking.warnings(call.phase)))


def _defaults(call: PhaseCall) -> DefaultFacts:
    cleansing: CleansingResult | None = call.results.get("data_cleansing")
    return cleansing.defaults if cleansing else DefaultFacts()


@dataclass(slots=True)
class _Taking:
    """One inventory being taken: what it compares with, and what it has come to so far."""

    call: PhaseCall
    defaults: DefaultFacts
    source: str
    saves: list[Any] = field(default_factory=list)
    removes: list[Any] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _technologies: set[tuple[str, str | None]] = field(default_factory=set)
    _completeness: float = 0.0
    _gone: list[str] = field(default_factory=list)
    _lone: list[str] = field(default_factory=list)
    _current: dict[str, Application] = field(init=False)
    _parts: dict[str, list[Component]] = field(init=False)
    _before: dict[str, InventoryDifference] = field(init=False)

    def __post_init__(self) -> None:
        portfolio = self.call.portfolio
        self._current = {application.key: application for application in portfolio.applications}
        self._before = {difference.application_id: difference for difference in portfolio.differences}
        self._parts = defaultdict(list)
        for component in portfolio.components:
            self._parts[component.application_id].append(component)

    def take_saves(self) -> tuple[Any, ...]:
        taken = tuple(self.saves)
        self.saves.clear()
        return taken

    def found(self, built: Built) -> None:
        """Lay what the import tells over what is held."""
        current = self._current.pop(built.key, None)
        earlier = self._before.get(current.id) if current else None
        base = self._base(built, current, earlier)
        whole = assume(merged(base, built), self.defaults)
        parts = self._merge_parts(whole, built, earlier)
        after = replace(checked(whole, parts.all), named_by=named(base, current, self.source))
        created = current is None or (earlier is not None and earlier.kind is DifferenceKind.CREATED)
        told = {} if created else changes(base, after)
        self._save(current, after, parts)
        self._difference(after.id, DifferenceKind.CREATED if created else DifferenceKind.CHANGED, told, parts)
        self._count(after, parts)

    def _base(self, built: Built, current: Application | None, earlier: InventoryDifference | None) -> Application:
        if current is None:
            return Application(self.call.new_id(), built.key, built.name)
        return undone(current, earlier) if earlier else current

    def _merge_parts(self, whole: Application, built: Built, earlier: InventoryDifference | None) -> Parts:
        made = frozenset(earlier.changes.get(COMPONENTS, ())) if earlier else frozenset[str]()
        parts = merged_parts(whole, built.components, self._parts[whole.id], made, self.call.new_id)
        self.saves.extend(parts.saved)
        self.removes.extend(parts.removed)
        return parts

    def _save(self, current: Application | None, after: Application, parts: Parts) -> None:
        if current == after:
            return
        # Who else names it is no change of the application.
        same = current is not None and replace(current, named_by=after.named_by) == after
        saved = after if current is None or same else replace(after, version=current.version + 1)
        # The application goes first: its components and its history point to it.
        at = len(self.saves) - len(parts.saved)
        self.saves.insert(at, saved)
        self.saves.extend(self._history(current, saved))

    def _history(self, current: Application | None, after: Application) -> Iterator[ApplicationChange]:
        call = self.call
        for name, change in (changes(current, after) if current else {}).items():
            before, now = shown(change)
            yield ApplicationChange(
                id=call.new_id(),
                application_id=after.id,
                field=label(name),
                before=before,
                after=now,
                by=call.by,
                reason=f"Import of {call.configuration.file_name}",
                flow_id=call.flow_id,
            )

    def _difference(self, application_id: str, kind: DifferenceKind, told: Changes, parts: Parts) -> None:
        if kind is DifferenceKind.CHANGED and not (told or parts.saved or parts.removed or parts.made):
            self._counts["unchanged"] += 1
            return
        self._counts[kind] += 1
        details: dict[str, Any] = {**told, **({COMPONENTS: list(parts.made)} if parts.made else {})}
        difference = InventoryDifference(self.call.flow_id, application_id, kind, details)
        if self._before.pop(application_id, None) != difference:
            self.saves.append(difference)

    def _count(self, application: Application, parts: Parts) -> None:
        self._counts["applications"] += 1
        self._counts["components"] += len(parts.all)
        self._counts["ready"] += not application.readiness_gaps
        self._completeness += application.completeness
        for technology in application.technologies:
            self._technologies.add((technology.name, technology.version))
        if application.attributes.get("server_without_application"):
            self._lone.append(application.name)

    def missed(self, *, judges: bool) -> None:
        """What the portfolio holds and the import does not name: flagged, never deleted, unless this flow made it.

        Only what an earlier import of the same source named can be missed.
        """
        for application in self._current.values():
            earlier = self._before.pop(application.id, None)
            made = earlier is not None and earlier.kind is DifferenceKind.CREATED
            if made and application.readiness in _OURS:
                self.removes.extend((*self._parts[application.id], earlier, application))
            else:
                self._miss(application, earlier, made=made, judges=judges)
        self.removes.extend(self._before.values())

    def _miss(self, application: Application, earlier: InventoryDifference | None, *, made: bool, judges: bool) -> None:
        # What this flow made and others work with by now keeps what it said.
        base = undone(application, earlier) if earlier and not made else application
        vanish, sources = missed(base, self.source) if judges else (False, base.named_by)
        # What it made itself it may always miss.
        vanish = vanish or (made and judges)
        gone = replace(base, vanished=base.vanished or vanish, named_by=sources)
        if gone.vanished != base.vanished:
            self._counts[DifferenceKind.VANISHED] += 1
            self._gone.append(application.name)
            difference = InventoryDifference(self.call.flow_id, application.id, DifferenceKind.VANISHED)
            if earlier != difference:
                self.saves.append(difference)
        elif earlier is not None:
            self.removes.append(earlier)
        self._save(application, gone, Parts((), ()))

    def result(self) -> InventoryResult:
        counts = self._counts
        total = counts["applications"]
        return InventoryResult(
            applications=total,
            components=counts["components"],
            technologies=len(self._technologies),
            created=counts[DifferenceKind.CREATED],
            changed=counts[DifferenceKind.CHANGED],
            unchanged=counts["unchanged"],
            vanished=counts[DifferenceKind.VANISHED],
            ready=counts["ready"],
            completeness=round(self._completeness / total, 4) if total else 0.0,
        )

    def warnings(self, phase: str) -> Iterator[Warning]:
        if self._gone:
            message = f"Applications that this import does not name ({len(self._gone):,}): {_listed(self._gone)}."
            yield Warning("APPLICATIONS_VANISHED", message, phase, {"applications": len(self._gone)})
        if self._lone:
            message = f"Servers without an application became ones ({len(self._lone):,}): {_listed(self._lone)}."
            yield Warning("SERVERS_WITHOUT_APPLICATION", message, phase, {"servers": len(self._lone)})


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")
