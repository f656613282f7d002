"""dependencies: who needs whom and how, platforms that many share, and cycles that move as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.application import Application, Component
from domain.definition import Outcome, PhaseCall, Warning
from domain.dependency import Dependency, DependencyKind
from domain.dependency_lesson import Correction, kind_of, lessons, taught
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.discovery.edges import DependencyRule, Edge, LeftOut, Names, Resolution, resolve_edges
from domain.flows.discovery.findings import Decisions
from domain.flows.discovery.kinds import Provider, Verdict, classify
from domain.flows.discovery.reaching import reach
from domain.flows.discovery.results import (
    Cycle,
    DependencyAnswer,
    DependencyCorrection,
    DependencyResult,
    DiscoveryConfiguration,
    MappingResult,
    SharedService,
    UncertainDependency,
)
from domain.flows.discovery.services import service_of
from domain.flows.discovery.told import Teller, ToldDependency
from domain.graph import cycles, fan_in
from domain.inventory import CleansingFinding

_IMPORT = "import "
_UNCERTAIN = 0.5
_PROPOSED = 1_000
_SHOWN = 5


def find_dependencies(call: PhaseCall) -> Outcome:
    """The import's dependencies by kind; those a person settled stay, those the file told once and tells no more go."""
    resolution = _resolve(call)
    gone = _told_no_more(call, resolution)
    held = [found for found in call.portfolio.dependencies if found not in gone]
    classifier = _Classifier(call, resolution, held)
    told = classifier.dependencies()
    kept = [found for found in held if (found.from_id, found.to_id) not in told]
    now = [*kept, *(found for found, _ in told.values())]
    before = {found.id: found for found in held}
    saved, removed = _findings(call, resolution)
    result = _result(now, resolution, told, removed=len(gone))
    return Outcome(
        result,
        saves=(*(found for found in now if before.get(found.id) != found), *saved),
        removes=(*gone, *removed),
        warnings=tuple(warnings_of(result, call)),
        used=tuple(classifier.used),
    )


def _told_no_more(call: PhaseCall, resolution: Resolution) -> frozenset[Dependency]:
    """What a file of the same name told before; one without any dependency does not speak of them."""
    if not resolution.edges:
        return frozenset()
    return frozenset(
        found
        for found in call.portfolio.dependencies
        if found.origin == _origin(call) and (found.from_id, found.to_id) not in resolution.edges
    )


def propose_answer(call: PhaseCall) -> DependencyAnswer:
    """What the source does not say, as it was guessed."""
    result: DependencyResult = call.results[call.phase]
    return DependencyAnswer(
        tuple(DependencyCorrection(found.from_id, found.to_id, found.kind) for found in result.uncertain[:_PROPOSED])
    )


def decide_dependencies(call: PhaseCall) -> Outcome:
    """The dependencies as the person corrected them; a correction that changes nothing leaves their origin."""
    result: DependencyResult = call.results[call.phase]
    answer: DependencyAnswer = call.input
    held = {(found.from_id, found.to_id): found for found in call.portfolio.dependencies}
    _check(answer, {application.id for application in call.portfolio.applications})
    changed = {
        (one.from_id, one.to_id): _corrected(call, one, held.get((one.from_id, one.to_id)))
        for one in answer.dependencies
    }
    now = list({**held, **changed}.values())
    settled = {(one.from_id, one.to_id) for one in answer.dependencies}
    uncertain = tuple(found for found in result.uncertain if (found.from_id, found.to_id) not in settled)
    decided = replace(
        result,
        **counts_of(now),
        cycles=find_cycles(now),
        shared_services=tuple(still_shared(result.shared_services, now)),
        uncertain=uncertain,
    )
    return Outcome(
        decided,
        saves=(
            *(found for ends, found in changed.items() if held.get(ends) != found),
            *lessons(_corrections(call, held, changed)),
        ),
        warnings=tuple(warnings_of(decided, call)),
    )


def _corrections(
    call: PhaseCall, held: Mapping[tuple[str, str], Dependency], changed: Mapping[tuple[str, str], Dependency]
) -> Iterator[Correction]:
    applications = {found.id: found for found in call.portfolio.applications}
    for ends, found in changed.items():
        old = held.get(ends)
        if old is None or old.kind is not found.kind:
            yield Correction(applications[found.to_id], old.kind if old else None, found.kind)


def find_cycles(dependencies: Iterable[Dependency]) -> tuple[Cycle, ...]:
    """Cycles of hard dependencies, of any length: their applications move together."""
    hard = [found for found in dependencies if found.kind is DependencyKind.HARD]
    groups = cycles((found.from_id, found.to_id) for found in hard)
    group_of = {member: number for number, group in enumerate(groups) for member in group}
    within: dict[int, list[str]] = defaultdict(list)
    for found in hard:
        number = group_of.get(found.from_id)
        if number is not None and group_of.get(found.to_id) == number:
            within[number].append(found.id)
    return tuple(Cycle(tuple(sorted(group)), tuple(sorted(within[n]))) for n, group in enumerate(groups))


def _resolve(call: PhaseCall) -> Resolution:
    mapping: MappingResult = call.results["attribute_mapping"]
    decisions = Decisions(found for found in call.portfolio.findings if found.flow_id == call.flow_id)
    names = Names(call.portfolio.applications, call.portfolio.components, decisions.aliases)
    return resolve_edges(_told(call, Teller(mapping.mappings)), names)


def _told(call: PhaseCall, teller: Teller) -> Iterator[ToldDependency]:
    for row in reach(call).rows(call.flow_id):
        yield from teller.dependencies(row)


def _origin(call: PhaseCall) -> str:
    configuration: DiscoveryConfiguration = call.configuration
    return _IMPORT + configuration.file_name


class _Classifier:
    """Gives every dependency its kind, with all of them in view: fan-in counts who else needs the same."""

    def __init__(self, call: PhaseCall, resolution: Resolution, held: Iterable[Dependency]) -> None:
        self._call = call
        self._edges = resolution.edges
        self._held = {(found.from_id, found.to_id): found for found in held}
        self._needed_by = fan_in((*self._held, *self._edges))
        self._applications = {found.id: found for found in call.portfolio.applications if not found.vanished}
        parts: dict[str, list[Component]] = defaultdict(list)
        for component in call.portfolio.components:
            parts[component.application_id].append(component)
        self._taught = taught(call.patterns)
        self.used: dict[str, None] = {}
        self._providers = {id: self._provider(id, parts[id]) for _, id in (*self._held, *self._edges)}

    def _provider(self, id: str, parts: Sequence[Component]) -> Provider:
        application: Application | None = self._applications.get(id)
        service = service_of(application, parts) if application else None
        return Provider(service, self._needed_by.get(id, 0), len(self._applications))

    def dependencies(self) -> dict[tuple[str, str], tuple[Dependency, Verdict]]:
        """Those the import tells, and those earlier imports told, by their ends."""
        found = {ends: self._of_edge(edge) for ends, edge in self._edges.items()}
        for ends, held in self._held.items():
            if ends not in found and _from_import(held):
                found[ends] = self._again(held)
        return found

    def _of_edge(self, edge: Edge) -> tuple[Dependency, Verdict]:
        held = self._held.get((edge.from_id, edge.to_id))
        verdict = classify(edge.kind, edge.protocol, self._providers[edge.to_id])
        if held is not None and not _from_import(held):
            return held, Verdict(held.kind, held.confidence, f"{held.origin} says so.")
        if verdict.confidence <= _UNCERTAIN:
            verdict = self._as_taught(edge.to_id) or verdict
        found = Dependency(
            id=held.id if held else self._call.new_id(),
            from_id=edge.from_id,
            to_id=edge.to_id,
            kind=verdict.kind,
            origin=_origin(self._call),
            criticality=edge.criticality,
            protocol=edge.protocol,
            confidence=verdict.confidence,
        )
        return found, verdict

    def _as_taught(self, provider_id: str) -> Verdict | None:
        """What people said of the same provider before, where the source does not say."""
        provider = self._applications.get(provider_id)
        known = kind_of(provider, self._taught) if provider else None
        if known is None:
            return None
        kind, pattern = known
        self.used[pattern.id] = None
        return Verdict(kind, pattern.confidence, pattern.summary)

    def _again(self, held: Dependency) -> tuple[Dependency, Verdict]:
        """A dependency that only an earlier import tells: it may have become one on a shared platform since."""
        provider = self._providers[held.to_id]
        if held.kind is DependencyKind.SHARED_SERVICE or provider.shared_because is None:
            return held, Verdict(held.kind, held.confidence, f"{held.origin} says so.")
        verdict = classify(None, held.protocol, provider)
        return replace(held, kind=verdict.kind, confidence=verdict.confidence), verdict


def _from_import(dependency: Dependency) -> bool:
    return dependency.origin.startswith(_IMPORT)


def _result(
    now: Sequence[Dependency],
    resolution: Resolution,
    told: Mapping[tuple[str, str], tuple[Dependency, Verdict]],
    *,
    removed: int,
) -> DependencyResult:
    unknown = _left_out(resolution, DependencyRule.UNKNOWN_APPLICATION)
    return DependencyResult(
        **counts_of(now),
        cycles=find_cycles(now),
        shared_services=tuple(_shared(now, told)),
        uncertain=tuple(
            UncertainDependency(found.from_id, found.to_id, found.kind, found.confidence, verdict.because)
            for found, verdict in told.values()
            if found.confidence <= _UNCERTAIN and _from_import(found)
        ),
        unknown_names=len(unknown),
        self_dependencies=len(_left_out(resolution, DependencyRule.SELF_DEPENDENCY)),
        removed=removed,
        unknown=tuple(f"line {left.line}: {left.before}" for left in unknown[:_SHOWN]),
    )


def _left_out(resolution: Resolution, rule: DependencyRule) -> list[LeftOut]:
    return [left for left in resolution.left_out.values() if left.rule is rule]


def counts_of(now: Sequence[Dependency]) -> dict[str, Any]:
    """How many there are, of each kind too: fields of the result."""
    kinds = [found.kind for found in now]
    return {
        "dependencies": len(kinds),
        "hard": kinds.count(DependencyKind.HARD),
        "soft": kinds.count(DependencyKind.SOFT),
        "shared_service": kinds.count(DependencyKind.SHARED_SERVICE),
    }


def _shared(
    now: Sequence[Dependency], told: Mapping[tuple[str, str], tuple[Dependency, Verdict]]
) -> Iterator[SharedService]:
    dependents: dict[str, int] = defaultdict(int)
    because: dict[str, str] = {}
    for found in now:
        if found.kind is DependencyKind.SHARED_SERVICE:
            dependents[found.to_id] += 1
            if ends := told.get((found.from_id, found.to_id)):
                because.setdefault(found.to_id, ends[1].because)
    for id, count in sorted(dependents.items(), key=lambda one: (-one[1], one[0])):
        yield SharedService(id, count, because.get(id, "A person says so."))


def still_shared(before: Iterable[SharedService], now: Sequence[Dependency]) -> Iterator[SharedService]:
    """The shared services of these dependencies, with the reasons given before."""
    reasons = {found.application_id: found.because for found in before}
    for found in _shared(now, {}):
        yield replace(found, because=reasons.get(found.application_id, found.because))


def _findings(
    call: PhaseCall, resolution: Resolution
) -> tuple[tuple[CleansingFinding, ...], tuple[CleansingFinding, ...]]:
    rules = set(DependencyRule)
    own = [found for found in call.portfolio.findings if found.flow_id == call.flow_id and found.rule in rules]
    before = {found.natural_key: found for found in own}
    now = {
        key: CleansingFinding(
            id=before[key].id if key in before else call.new_id(),
            flow_id=call.flow_id,
            rule=left.rule,
            natural_key=key,
            line=left.line,
            application_key=left.application_key,
            field="depends_on",
            before=left.before,
            applied=True,
        )
        for key, left in resolution.left_out.items()
    }
    saved = tuple(found for key, found in now.items() if before.get(key) != found)
    return saved, tuple(found for key, found in before.items() if key not in now)


def _corrected(call: PhaseCall, one: DependencyCorrection, held: Dependency | None) -> Dependency:
    if held is None:
        return Dependency(call.new_id(), one.from_id, one.to_id, one.kind, call.by)
    if held.kind is one.kind:
        return held
    return replace(held, kind=one.kind, origin=call.by, confidence=1.0)


def _check(answer: DependencyAnswer, known: set[str]) -> None:
    problems = list(_problems(answer, known))
    if problems:
        raise Refused(problems)


def _problems(answer: DependencyAnswer, known: set[str]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(answer.dependencies):
        path = ("data", "dependencies", str(number))
        for name, id in (("fromId", one.from_id), ("toId", one.to_id)):
            if id not in known:
                yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", (*path, name))
        if one.from_id == one.to_id:
            message = "An application does not depend on itself."
            yield Problem(ErrorCode.INVALID_INPUT, message, (*path, "toId"))
        if (one.from_id, one.to_id) in seen:
            message = "This dependency is corrected twice; say once what it is."
            yield Problem(ErrorCode.INVALID_INPUT, message, path)
        seen.add((one.from_id, one.to_id))


def warnings_of(result: DependencyResult, call: PhaseCall) -> Iterator[Warning]:
    """What of such a result a person should know."""
    if result.unknown_names:
        message = f"Dependencies on applications nobody knows ({result.unknown_names:,}): {'; '.join(result.unknown)}."
        yield Warning("UNKNOWN_APPLICATIONS", message, call.phase, {"dependencies": result.unknown_names})
    if result.cycles:
        names = {found.id: found.name for found in call.portfolio.applications}
        told = "; ".join(
            _listed([names.get(id, id) for id in cycle.application_ids]) for cycle in result.cycles[:_SHOWN]
        )
        message = f"Cycles of hard dependencies become move groups ({len(result.cycles):,}): {told}."
        yield Warning("DEPENDENCY_CYCLES", message, call.phase, {"cycles": len(result.cycles)})
    soft = sum(each.kind is DependencyKind.SOFT for each in result.uncertain)
    if soft:
        message = f"Dependencies of which the source does not say the kind, taken as SOFT: {soft:,}."
        yield Warning("DEPENDENCIES_UNCERTAIN", message, call.phase, {"dependencies": soft})


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
