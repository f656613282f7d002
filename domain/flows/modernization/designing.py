"""What each component of a candidate is to become: by the first pattern that fits it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from domain.application import Component
from domain.definition import Outcome, PhaseCall, Warning
from domain.end_of_life import end_of_life
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.modernization.assessing import ASSESSMENT
from domain.flows.modernization.configuration import Cloud
from domain.flows.modernization.results import ArchitectureDesigned, Design, DesignsAnswer
from domain.known_facts import as_text
from domain.modernization import TargetDesign
from domain.reference_data import read_toml
from domain.source import Source
from domain.tech_debt import components_of

DESIGN = "architecture_design"
LONGEST = 4_000
MOST_SERVICES = 50
# What says that a part is a program: a database, or a broker, is none.
_CODE = frozenset({"language", "runtime", "framework"})
_OF_DATABASES = frozenset({"PL/SQL"})
_WORD = re.compile(r"[a-z0-9]+")
_SHORT = 2
_AS_GIVEN = MappingProxyType({"target_state": "targetState", "pattern": "pattern"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to modernize a part, from the product's data; `hours` are a person's for a part of usual size."""

    name: str
    target: str
    tradeoffs: str
    hours: int
    services: Mapping[str, Sequence[str]]
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    without_code: bool = False

    def fits(self, component: Component) -> bool:
        """By the component's type, or by a technology of its; the last pattern names neither and fits all."""
        if not (self.types or self.categories or self.technologies):
            return True
        used = component.technologies
        if self.without_code and any(each.category in _CODE and each.name not in _OF_DATABASES for each in used):
            return False
        return (
            any(begins_a_word(each, component.type) for each in self.types)
            or any(each.category in self.categories for each in used)
            or any(each.name in self.technologies for each in used)
        )


def begins_a_word(start: str, text: str) -> bool:
    """`file` is in `file share` and in `fileserver`, not in `profile`; what is as short as `ui` is a whole word."""
    words = " " + " ".join(_WORD.findall(text.casefold())) + " "
    return f" {start} " in words if len(start) <= _SHORT else f" {start}" in words


def patterns() -> tuple[Pattern, ...]:
    """In the order in which they are tried."""
    return tuple(
        Pattern(
            name=row["name"],
            target=row["target"],
            tradeoffs=row["tradeoffs"],
            hours=row["hours"],
            services=row["services"],
            types=tuple(row.get("types", ())),
            categories=tuple(row.get("categories", ())),
            technologies=tuple(row.get("technologies", ())),
            without_code=row.get("without_code", False),
        )
        for row in read_toml("modernization")["pattern"]
    )


def pattern_of(component: Component) -> Pattern:
    """The first that fits."""
    return next(each for each in patterns() if each.fits(component))


def design_targets(call: PhaseCall) -> Outcome:
    """A design for each component of each candidate, by rank."""
    parts = candidate_parts(call)
    designs = tuple(_designed(part, call.configuration.options.cloud) for part in parts)
    return _kept(call, ArchitectureDesigned(designs), tuple(_warnings(call)))


def candidate_parts(call: PhaseCall) -> tuple[Component, ...]:
    """The components of the candidates, the highest rank first, and by name."""
    found = components_of(call.portfolio)
    ranked = call.results[ASSESSMENT].application_ids
    return tuple(
        part for id in ranked for part in sorted(found.get(id, ()), key=lambda each: (each.name.casefold(), each.id))
    )


def _designed(part: Component, cloud: Cloud) -> Design:
    pattern = pattern_of(part)
    services = tuple(pattern.services.get(cloud) or pattern.services["any"])
    return Design(part.id, pattern.target, pattern.name, services, pattern.tradeoffs)


def propose_designs(call: PhaseCall) -> DesignsAnswer:
    """All of them."""
    return DesignsAnswer(tuple(each.component_id for each in call.results[DESIGN].designs))


def confirm_designs(call: PhaseCall) -> Outcome:
    """The designs that are carried out; Refused where there is none for a component."""
    result: ArchitectureDesigned = call.results[DESIGN]
    known = {each.component_id for each in result.designs}
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no design for it here.", ("data", "componentIds", str(index)))
        for index, id in enumerate(call.input.component_ids)
        if id not in known
    ]
    if known and not call.input.component_ids:
        problems.append(Problem(ErrorCode.INVALID_INPUT, "Confirm at least one design.", ("data", "componentIds")))
    if problems:
        raise Refused(problems)
    chosen = frozenset(call.input.component_ids)
    confirmed = tuple(each.component_id for each in result.designs if each.component_id in chosen)
    return Outcome(replace(result, confirmed_ids=confirmed))


def redesign(call: PhaseCall) -> Outcome:
    """Designs as a person has them; whose texts he changed are his."""
    given: ArchitectureDesigned = call.input
    before = {each.component_id: each for each in call.results[DESIGN].designs}
    problems = list(_problems(given, {part.id for part in candidate_parts(call)}))
    if problems:
        raise Refused(problems)
    designs = tuple(
        each if each == before.get(each.component_id) else replace(each, source=Source.USER) for each in given.designs
    )
    confirmed = tuple(each.component_id for each in designs if each.component_id in frozenset(given.confirmed_ids))
    return _kept(call, ArchitectureDesigned(designs, confirmed), ())


def _problems(given: ArchitectureDesigned, known: set[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, each in enumerate(given.designs):
        path = ("data", "designs", str(index))
        if each.component_id not in known:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such component here.", (*path, "componentId"))
        elif each.component_id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It has two designs.", (*path, "componentId"))
        seen.add(each.component_id)
        for name in _AS_GIVEN:
            if not 0 < len(getattr(each, name).strip()) <= LONGEST:
                message = f"Give 1 to {LONGEST:,} characters."
                yield Problem(ErrorCode.INVALID_INPUT, message, (*path, _AS_GIVEN[name]))
        if (
            len(each.tradeoffs) > LONGEST
            or sum(map(len, each.services)) > LONGEST
            or len(each.services) > MOST_SERVICES
        ):
            message = f"Give at most {LONGEST:,} characters, and at most {MOST_SERVICES} services."
            yield Problem(ErrorCode.INVALID_INPUT, message, path)


def _kept(call: PhaseCall, result: ArchitectureDesigned, warnings: tuple[Warning, ...]) -> Outcome:
    """The result, with a design in the list for each of its own and none beside."""
    held = {each.component_id: each for each in call.portfolio.designs}
    parts = {each.id: each for each in call.portfolio.components}
    rows = tuple(
        TargetDesign(
            id=held[each.component_id].id if each.component_id in held else call.new_id(),
            flow_id=call.flow_id,
            application_id=parts[each.component_id].application_id,
            component_id=each.component_id,
            number=number,
            current_state=current_state(parts[each.component_id], call),
            target_state=each.target_state,
            pattern=each.pattern,
            services=each.services,
            tradeoffs=each.tradeoffs,
            source=each.source,
        )
        for number, each in enumerate(result.designs, 1)
    )
    chosen = {each.component_id for each in rows}
    gone: tuple[Any, ...] = tuple(each for id, each in held.items() if id not in chosen)
    return Outcome(result, rows, removes=gone, warnings=warnings)


def current_state(part: Component, call: PhaseCall) -> str:
    """What it is and runs on, and what of that is past its support."""
    used = ", ".join(sorted(as_text(each) for each in part.technologies))
    past = sorted(
        f"{row.product} {row.version} since {row.ends_on.isoformat()}"
        for each in part.technologies
        if (row := end_of_life(each)) is not None and row.ends_on < call.as_of
    )
    runs = f"{part.type.capitalize()} on {used}" if used else f"{part.type.capitalize()}; on what is not known"
    return f"{runs}. Past support: {'; '.join(past)}." if past else f"{runs}."


def _warnings(call: PhaseCall) -> Iterator[Warning]:
    found = components_of(call.portfolio)
    names = {each.id: each.name for each in call.portfolio.applications}
    bare = sorted(names[id] for id in call.results[ASSESSMENT].application_ids if id in names and not found.get(id))
    if bare:
        message = f"No part of it is known, and so none is designed: {', '.join(bare[:10])}."
        yield Warning("NO_COMPONENTS", message, details={"applications": bare[:100]})
