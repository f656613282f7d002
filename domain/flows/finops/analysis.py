"""What each application costs a year, now and in the target, and where money is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from domain.application import Application, Component
from domain.application_cost import ApplicationCost
from domain.decision import Decision, Strategy
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.finops.results import CostsAnalyzed
from domain.flows.finops.savings import opportunities
from domain.known_facts import fact_of, known_anywhere
from domain.planning.exact import exactly
from domain.planning.rate_card import RateCard
from domain.planning.run_rates import RunFacts, RunRate, target_run_rate
from domain.planning.sizing import data_gb_of, servers_of
from domain.tech_debt import components_of

ANALYSIS = "cost_analysis"


@dataclass(frozen=True, slots=True)
class Costed:
    """An application with its costs a year, and the facts that they rest on."""

    application: Application
    components: Sequence[Component]
    decision: Decision | None
    servers: Fraction
    current: Decimal
    target: Decimal
    assumptions: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.application.id


def rate_card(call: PhaseCall) -> RateCard:
    """What the flow was started with goes before the engagement's own, and that before the table."""
    own = call.settings.get("rateCard")
    prices = {**(own if isinstance(own, Mapping) else {}), **call.configuration.rate_card}
    return RateCard(call.currency, call.as_of, {**call.settings, "rateCard": prices})


def analyze_costs(call: PhaseCall) -> Outcome:
    """All of them, dearest first, with sums and savings."""
    costed = costs_of(call)
    savings = opportunities(costed, rate_card(call), call.settings)
    held = {each.application_id: each for each in call.portfolio.application_costs}
    dearest = sorted(costed, key=lambda each: (-each.current, each.application.name.casefold(), each.id))
    costs = tuple(_kept(call, held, number, each) for number, each in enumerate(dearest, 1))
    result = CostsAnalyzed(
        current_annual=sum((each.current for each in costed), Decimal(0)),
        target_annual=sum((each.target for each in costed), Decimal(0)),
        savings=savings,
        as_of=call.as_of,
    )
    gone = tuple(each for id, each in held.items() if id not in {one.id for one in costed})
    return Outcome(result, costs, removes=gone, warnings=tuple(_warnings(call, costed)))


def costs_of(call: PhaseCall) -> tuple[Costed, ...]:
    """Every application of the flow, by id."""
    card, components = rate_card(call), components_of(call.portfolio)
    decisions = {each.application_id: each for each in call.portfolio.accepted}
    ordered = sorted(call.portfolio.applications, key=lambda each: each.id)
    return tuple(_costed(each, components.get(each.id, ()), decisions.get(each.id), card) for each in ordered)


def _costed(
    application: Application, components: Sequence[Component], decision: Decision | None, card: RateCard
) -> Costed:
    servers, data = servers_of(application, components), data_gb_of(application, components)
    counted = known_anywhere(application, components, "server_count")
    facts = RunFacts(Strategy.REHOST, servers, counted, data, fact_of(application, "user_count"))
    current, now = _current(application, facts, card)
    strategy = decision.strategy if decision else Strategy.RETAIN
    target, later = _target(replace(facts, strategy=strategy, current=current), decision, card)
    return Costed(application, components, decision, servers, current, target, (now, later))


def _current(application: Application, rehosted: RunFacts, card: RateCard) -> tuple[Decimal, str]:
    if application.annual_cost is not None:
        amount = exactly(Fraction(application.annual_cost), card.currency)
        return amount, f"Today {amount:f} a year by the inventory."
    # Where nobody tells, it is taken to cost what as many servers cost where they are not changed.
    rate = target_run_rate(replace(rehosted, data_gb=rehosted.data_gb or Decimal(0)), card)
    amount = rate.annual or Decimal(0)
    return amount, f"Today is not in the inventory: taken as {amount:f} a year, {rate.because}."


def _target(facts: RunFacts, decision: Decision | None, card: RateCard) -> tuple[Decimal, str]:
    if decision is None:
        return facts.current or Decimal(0), "Nobody has decided what becomes of it: taken as it is."
    rate = target_run_rate(facts, card)
    if rate.annual is not None:
        return _said(rate)
    if facts.strategy is Strategy.REPURCHASE:
        return facts.current or Decimal(0), f"In the target as today: {rate.because}."
    amount, said = _said(target_run_rate(replace(facts, data_gb=Decimal(0)), card))
    return amount, f"{said} Nobody knows how much data it holds: taken as none."


def _said(rate: RunRate) -> tuple[Decimal, str]:
    amount = rate.annual or Decimal(0)
    return amount, f"In the target {amount:f} a year: {rate.because}."


def _kept(call: PhaseCall, held: Mapping[str, ApplicationCost], number: int, each: Costed) -> ApplicationCost:
    known = held.get(each.id)
    return ApplicationCost(
        id=known.id if known else call.new_id(),
        flow_id=call.flow_id,
        application_id=each.id,
        number=number,
        current_annual=each.current,
        target_annual=each.target,
        assumptions=each.assumptions,
    )


def _warnings(call: PhaseCall, costed: Iterable[Costed]) -> Iterable[Warning]:
    gone = len(set(call.configuration.application_ids)) - len(call.portfolio.applications)
    if gone > 0:
        yield Warning("APPLICATIONS_GONE", f"{gone:,} of its applications are there no more, and cost nothing here.")
    unknown = [each.application.name for each in costed if each.application.annual_cost is None]
    undecided = [each.application.name for each in costed if each.decision is None]
    if unknown:
        yield _warning(
            "COSTS_ASSUMED", f"What {_some(unknown)} cost today is not in the inventory, and assumed.", unknown
        )
    if undecided:
        yield _warning("UNDECIDED", f"Nobody has decided what becomes of {_some(undecided)}.", undecided)
    card = rate_card(call)
    if card.foreign:
        message = f"The rate card has no prices in {call.currency}: those in {card.priced_in} are taken as they are."
        yield Warning("FOREIGN_PRICES", message)


def _warning(code: str, message: str, names: Sequence[str]) -> Warning:
    return Warning(code, message, details={"applications": sorted(names)[:100]})


def _some(names: Sequence[str]) -> str:
    shown = sorted(names)[:3]
    return ", ".join(shown) + (f" and {len(names) - len(shown):,} more" if len(names) > len(shown) else "")
