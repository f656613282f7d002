"""Which applications are worth modernizing, by what drives it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from domain.application import Application, Component, Criticality
from domain.debt import TechDebtItem
from domain.debt_severity import relieved_standards, score
from domain.decision import Decision, ScoreFactor, Strategy
from domain.definition import Outcome, PhaseCall, Warning
from domain.end_of_life import end_of_life
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.modernization.results import CandidatesRanked
from domain.modernization import ModernizationCandidate
from domain.reference_data import read_toml
from domain.tech_debt import components_of, live_dependencies

ASSESSMENT = "modernization_assessment"
SETTING = "modernizationWeights"
# Of these nothing is left to modernize.
ENDING = frozenset({Strategy.RETIRE, Strategy.REPURCHASE})
UNKNOWN = 0.5
# A weight is taken in proportion to the others: none needs to be heavier.
HEAVIEST = 1_000
# So many neighbours, and a debt score so high, count as much as can be.
MOST_NEIGHBOURS, HIGHEST_DEBT = 10, 10
_CRITICALITY = {
    Criticality.LOW: 0.25,
    Criticality.MEDIUM: 0.5,
    Criticality.HIGH: 0.75,
    Criticality.MISSION_CRITICAL: 1.0,
}
_DECISION = {Strategy.REFACTOR: 1.0, Strategy.REPLATFORM: 0.6, Strategy.REHOST: 0.3, Strategy.RETAIN: 0.2}


def rank_candidates(call: PhaseCall) -> Outcome:
    """Those that stay and are worth it, the one most worth it first."""
    facts = _Facts(call)
    options = call.configuration.options
    scored = sorted((_scored(facts, each) for each in facts.staying), key=lambda each: (-each.score, each.name))
    worth = [each for each in scored if each.score >= options.minimum_score][: options.most_candidates]
    chosen = {each.application_id for each in worth}
    left_out = tuple(each.id for each in call.portfolio.applications if each.id not in chosen)
    result = CandidatesRanked(tuple(each.application_id for each in worth), left_out, call.as_of)
    saves, gone = _kept(call, [(each.application_id, each.score, each.drivers) for each in worth])
    return Outcome(result, saves, removes=gone, warnings=tuple(_warnings(facts, worth)))


def rerank(call: PhaseCall) -> Outcome:
    """The candidates that a person wants, in his order; he may leave out some and take up others of the flow."""
    given: CandidatesRanked = call.input
    before: CandidatesRanked = call.results[ASSESSMENT]
    known = {each.id: each for each in call.portfolio.applications}
    path = ("data", "applicationIds")
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no such application in this flow.", (*path, str(index)))
        for index, id in enumerate(given.application_ids)
        if id not in known or id in given.application_ids[:index]
    ]
    if not given.application_ids:
        problems.append(Problem(ErrorCode.INVALID_INPUT, "At least one candidate is needed.", path))
    if problems:
        raise Refused(problems)
    facts = _Facts(call)
    scored = [_scored(facts, known[id]) for id in given.application_ids]
    saves, gone = _kept(call, [(each.application_id, each.score, each.drivers) for each in scored])
    left_out = tuple(id for id in known if id not in given.application_ids)
    return Outcome(replace(before, application_ids=given.application_ids, left_out_ids=left_out), saves, removes=gone)


@dataclass(frozen=True, slots=True)
class _Scored:
    application_id: str
    name: str
    score: float
    drivers: tuple[ScoreFactor, ...]


@dataclass(frozen=True)
class _Facts:
    """What surrounds the applications of a flow."""

    call: PhaseCall

    @cached_property
    def components(self) -> Mapping[str, Sequence[Component]]:
        return components_of(self.call.portfolio)

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        return {each.application_id: each for each in self.call.portfolio.accepted}

    @cached_property
    def staying(self) -> tuple[Application, ...]:
        """All but those that are retired or replaced."""
        found = self.call.portfolio.applications
        return tuple(each for each in found if self._strategy(each) not in ENDING)

    def _strategy(self, application: Application) -> Strategy | None:
        decision = self.decisions.get(application.id)
        return decision.strategy if decision else None

    @cached_property
    def costs(self) -> list[Decimal]:
        """Known ones of the flow, rising."""
        return sorted(each.annual_cost for each in self.call.portfolio.applications if each.annual_cost is not None)

    @cached_property
    def neighbours(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for each in live_dependencies(self.call.portfolio):
            found.setdefault(each.from_id, set()).add(each.to_id)
            found.setdefault(each.to_id, set()).add(each.from_id)
        return {id: frozenset(others) for id, others in found.items()}

    @cached_property
    def debt(self) -> Mapping[str, tuple[TechDebtItem, ...]]:
        """What the newest flow that looked found of each: ids rise with time."""
        found: dict[str, dict[str, list[TechDebtItem]]] = {}
        for item in self.call.portfolio.debt:
            found.setdefault(item.application_id, {}).setdefault(item.flow_id, []).append(item)
        return {id: tuple(flows[max(flows)]) for id, flows in found.items()}

    def weight(self, name: str) -> float:
        """The engagement's own, else the product's."""
        own = self.call.settings.get(SETTING)
        try:
            given = Decimal(str(own[name])) if isinstance(own, Mapping) else None
        except (KeyError, InvalidOperation):
            given = None
        usable = given is not None and given.is_finite() and 0 <= given <= HEAVIEST
        return float(given) if usable and given is not None else float(read_toml("modernization")["weights"][name])


def _scored(facts: _Facts, application: Application) -> _Scored:
    """The weights are made to add up to 1, whatever an engagement sets."""
    told = tuple(_drivers(facts, application))
    whole = sum(facts.weight(name) for name, _, _ in told) or 1.0
    drivers = tuple(
        ScoreFactor(name.capitalize(), round(facts.weight(name) / whole, 4), round(value, 4), because)
        for name, value, because in told
    )
    total = round(sum(each.weight * each.value for each in drivers), 4)
    return _Scored(application.id, application.name.casefold(), total, drivers)


def _drivers(facts: _Facts, application: Application) -> Iterator[tuple[str, float, str]]:
    yield ("support", *_support(facts, application))
    yield ("debt", *_debt(facts, application))
    yield ("criticality", *_criticality(application))
    yield ("cost", *_cost(facts, application))
    yield ("coupling", *_coupling(facts, application))
    yield ("decision", *_decision(facts, application))


def _support(facts: _Facts, application: Application) -> tuple[float, str]:
    parts = facts.components.get(application.id, ())
    used = (*application.technologies, *(each for part in parts for each in part.technologies))
    dated = {(each.name, each.version): row for each in used if (row := end_of_life(each)) is not None}
    if not dated:
        return UNKNOWN, "Nobody knows until when what it runs on is supported."
    past = [row for row in dated.values() if row.ends_on < facts.call.as_of]
    if not past:
        return 0.0, "All that is dated of what it runs on is supported."
    oldest = min(past, key=lambda row: (row.ends_on, row.product))
    return len(past) / len(dated), (
        f"{len(past)} of {len(dated)} dated technologies are past their support; "
        f"{oldest.product} {oldest.version} since {oldest.ends_on.isoformat()}."
    )


def _debt(facts: _Facts, application: Application) -> tuple[float, str]:
    items = facts.debt.get(application.id)
    if items is None:
        return UNKNOWN, "Its technical debt has not been looked at."
    relieved = relieved_standards(facts.call.portfolio.exceptions, application.id, facts.call.as_of)
    found = score(items, relieved)
    return min(1.0, found / HIGHEST_DEBT), f"Its technical debt scores {found:g} of {HIGHEST_DEBT}."


def _criticality(application: Application) -> tuple[float, str]:
    if application.criticality is None:
        return UNKNOWN, "Nobody knows how much the business depends on it."
    said = application.criticality.replace("_", " ").lower()
    return _CRITICALITY[application.criticality], f"Its criticality is {said}."


def _cost(facts: _Facts, application: Application) -> tuple[float, str]:
    cost = application.annual_cost
    if cost is None:
        return UNKNOWN, "Nobody knows what it costs a year."
    below = bisect_right(facts.costs, cost)
    known = len(facts.costs)
    return below / known, f"It costs {cost:f} a year, no less than {below} of {known} known costs."


def _coupling(facts: _Facts, application: Application) -> tuple[float, str]:
    count = len(facts.neighbours.get(application.id, ()))
    noun = "neighbour" if count == 1 else "neighbours"
    return min(1.0, count / MOST_NEIGHBOURS), f"It has {count} {noun}: whoever changes it has to mind as many."


def _decision(facts: _Facts, application: Application) -> tuple[float, str]:
    decision = facts.decisions.get(application.id)
    if decision is None:
        return UNKNOWN, "Nobody has decided what becomes of it."
    return _DECISION.get(decision.strategy, UNKNOWN), f"It is decided: {decision.strategy}."


def _kept(
    call: PhaseCall, wanted: Iterable[tuple[str, float, tuple[ScoreFactor, ...]]]
) -> tuple[tuple[ModernizationCandidate, ...], tuple[Any, ...]]:
    """The candidates by rank with the ids they have, and those that are none any more."""
    held = {each.application_id: each for each in call.portfolio.modernization_candidates}
    kept = tuple(
        ModernizationCandidate(held[id].id if id in held else call.new_id(), call.flow_id, id, number, total, drivers)
        for number, (id, total, drivers) in enumerate(wanted, 1)
    )
    chosen = {each.application_id for each in kept}
    return kept, tuple(each for id, each in held.items() if id not in chosen)


def _warnings(facts: _Facts, worth: Sequence[_Scored]) -> Iterator[Warning]:
    applications, options = facts.call.portfolio.applications, facts.call.configuration.options
    gone = len(set(facts.call.configuration.application_ids)) - len(applications)
    if gone > 0:
        yield Warning("APPLICATIONS_GONE", f"{gone:,} of its applications are there no more.")
    staying = {each.id for each in facts.staying}
    ending = sorted(each.name for each in applications if each.id not in staying)
    if ending:
        message = f"Retired or replaced, and so left out: {', '.join(ending[:10])}."
        yield Warning("ENDING", message, details={"applications": ending[:100]})
    if not worth:
        yield Warning("NO_CANDIDATES", f"None of them stays and has a score of at least {options.minimum_score:g}.")
