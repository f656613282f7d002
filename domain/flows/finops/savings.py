"""Where money is saved: by what was decided, by hours that nobody works, and by servers that are too large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from domain.application import Environment
from domain.decision import Strategy
from domain.flows.finops.results import EffortSize, SavingsOpportunity
from domain.known_facts import component_fact, fact_of
from domain.planning.exact import exactly
from domain.planning.rate_card import RateCard
from domain.planning.run_rates import WITH_SERVERS
from domain.reference_data import read_toml

if TYPE_CHECKING:
    from domain.flows.finops.analysis import Costed

SETTING = "savings"
HOURS_A_WEEK = 168
# Person-hours: a week of one person, and a month.
SMALL, MEDIUM = Decimal(40), Decimal(160)
_TITLES = {
    Strategy.RETIRE: "Switch off what is retired",
    Strategy.REHOST: "Rehost",
    Strategy.REPLATFORM: "Replatform",
    Strategy.REFACTOR: "Refactor",
    Strategy.REPURCHASE: "Replace by what is bought",
    Strategy.RETAIN: "",
}
_RESTING = frozenset({Environment.TEST, Environment.DEVELOPMENT, Environment.STAGING})


def opportunities(
    costed: Sequence[Costed], card: RateCard, settings: Mapping[str, Any]
) -> tuple[SavingsOpportunity, ...]:
    """The greatest first; none that saves nothing."""
    found = [*_decided(costed), *_resting(costed, card, settings), *_oversized(costed, card, settings)]
    return tuple(sorted((each for each in found if each.annual > 0), key=lambda each: (-each.annual, each.title)))


def constant(name: str, settings: Mapping[str, Any]) -> Fraction:
    """The engagement's own number, else the product's."""
    own = settings.get(SETTING)
    try:
        given = Decimal(str(own[name])) if isinstance(own, Mapping) else None
    except (KeyError, InvalidOperation):
        given = None
    usable = given is not None and given.is_finite() and given >= 0
    return Fraction(given) if usable and given is not None else Fraction(str(read_toml("savings")[name]["value"]))


def _decided(costed: Sequence[Costed]) -> Iterator[SavingsOpportunity]:
    """One for each strategy: what its applications cost less in the target, all together."""
    groups: defaultdict[Strategy, list[Costed]] = defaultdict(list)
    for each in costed:
        if each.decision is not None and each.decision.strategy is not Strategy.RETAIN:
            groups[each.decision.strategy].append(each)
    for strategy, group in groups.items():
        now = sum((each.current for each in group), Decimal(0))
        later = sum((each.target for each in group), Decimal(0))
        hours = sum((each.decision.effort.likely for each in group if each.decision), Decimal(0))
        assumed = sum(each.application.annual_cost is None for each in group)
        doubt = f"; today's cost of {assumed:,} of {len(group):,} applications is assumed" if assumed else ""
        because = f"{now:f} a year today less {later:f} in the target{doubt}"
        yield SavingsOpportunity(_TITLES[strategy], now - later, _size(hours), _ids(group), because)


def _resting(costed: Sequence[Costed], card: RateCard, settings: Mapping[str, Any]) -> Iterator[SavingsOpportunity]:
    """Servers that nobody uses outside of office hours are stopped for the rest of the week."""
    group = [each for each in costed if each.application.environment in _RESTING and _hosted(each)]
    hours = constant("office_hours_per_week", settings)
    share = max(Fraction(0), 1 - hours / HOURS_A_WEEK)
    saved = sum((_servers_cost(each, card) for each in group), Fraction(0)) * share
    if group:
        because = f"The servers of the target run {float(hours):g} of {HOURS_A_WEEK} hours a week"
        yield SavingsOpportunity(
            "Stop test and development outside of office hours",
            exactly(saved, card.currency),
            EffortSize.SMALL,
            _ids(group),
            because,
        )


def _oversized(costed: Sequence[Costed], card: RateCard, settings: Mapping[str, Any]) -> Iterator[SavingsOpportunity]:
    """Servers that idle are taken a size smaller in the target."""
    idle, share = constant("idle_cpu_percent", settings), constant("smaller_size_share", settings)
    group = [each for each in costed if _hosted(each) and (used := _cpu(each)) is not None and used < idle]
    saved = sum((_servers_cost(each, card) for each in group), Fraction(0)) * min(Fraction(1), share)
    if group:
        because = f"Their mean CPU use is below {float(idle):g} %: a size smaller costs {float(share):.0%} less"
        yield SavingsOpportunity(
            "Take smaller servers for what idles", exactly(saved, card.currency), EffortSize.SMALL, _ids(group), because
        )


def _hosted(each: Costed) -> bool:
    return each.decision is not None and each.decision.strategy in WITH_SERVERS


def _servers_cost(each: Costed, card: RateCard) -> Fraction:
    if each.decision is None:
        return Fraction(0)
    return Fraction(card.price(f"run_server_{each.decision.strategy.lower()}").amount) * each.servers


def _cpu(each: Costed) -> Fraction | None:
    """The highest mean of any of its parts: what one part needs, the others may not lack."""
    parts = [component_fact(each.application, part, "cpu_percent") for part in each.components]
    found = [used for used in (parts or [fact_of(each.application, "cpu_percent")]) if used is not None]
    return max((Fraction(str(used)) for used in found), default=None)


def _size(hours: Decimal) -> EffortSize:
    if hours <= SMALL:
        return EffortSize.SMALL
    return EffortSize.MEDIUM if hours <= MEDIUM else EffortSize.LARGE


def _ids(group: Iterable[Costed]) -> tuple[str, ...]:
    return tuple(each.id for each in sorted(group, key=lambda each: each.application.name.casefold()))
