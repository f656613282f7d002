"""The lines of a plan's costs before a person changes any: what is bought, how much of it, and who says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from domain.decision import Strategy
from domain.flows.planning.cost_facts import CostedApplication, CostedWave, CostFacts
from domain.planning.calendar import HOURS_PER_DAY
from domain.planning.costing import DraftLine
from domain.planning.exact import counted, exactly
from domain.planning.plan import CostCategory, SkillGap
from domain.planning.rate_card import Price
from domain.planning.run_rates import WITH_SERVERS
from domain.planning.skill_gaps import is_role

DAYS_A_YEAR = 365
_MONTHS_A_YEAR = 12
# What is bought ready-made leaves its servers behind as well.
_LEAVING = WITH_SERVERS | {Strategy.REPURCHASE}


def draft_lines(facts: CostFacts) -> Iterator[DraftLine]:
    """All but labour, in no order; a line of which nothing is bought is left out."""
    for wave in facts.waves:
        yield from _infrastructure(facts, wave)
        yield from _dual_running(facts, wave)
        yield from _licensing(facts, wave)
        yield from _tooling(facts, wave)
        yield from _data_transfer(facts, wave)
        yield from _disposal(facts, wave)
    yield from _training(facts)


def _infrastructure(facts: CostFacts, wave: CostedWave) -> Iterator[DraftLine]:
    """Staging servers, from the first day of preparation to the cut-over."""
    moving = _of(wave, WITH_SERVERS)
    if not moving or wave.days is None or not wave.days.before:
        return
    price = facts.card.price("staging_server")
    months = counted(_servers(moving) * wave.days.before * _MONTHS_A_YEAR / DAYS_A_YEAR)
    yield _bought(
        CostCategory.INFRASTRUCTURE,
        wave,
        price,
        months,
        unit="server-months",
        description=f"Staging servers of {wave.wave.name}",
        because=f"{_servers_said(moving)} staged for the {wave.days.before} calendar days from preparation to cut-over",
    )


def _tooling(facts: CostFacts, wave: CostedWave) -> Iterator[DraftLine]:
    moving = _of(wave, WITH_SERVERS)
    if moving:
        yield _bought(
            CostCategory.TOOLING,
            wave,
            facts.card.price("migration_tooling"),
            counted(_servers(moving)),
            unit="servers",
            description=f"Migration tools for the servers of {wave.wave.name}",
            because=f"A licence for each of {_servers_said(moving)}",
        )


def _disposal(facts: CostFacts, wave: CostedWave) -> Iterator[DraftLine]:
    leaving = _of(wave, _LEAVING)
    if leaving:
        yield _bought(
            CostCategory.OTHER,
            wave,
            facts.card.price("server_disposal"),
            counted(_servers(leaving)),
            unit="servers",
            description=f"Wiping and disposing of the servers that {wave.wave.name} leaves",
            because=f"Once for each of {_servers_said(leaving)}",
        )


def _licensing(facts: CostFacts, wave: CostedWave) -> Iterator[DraftLine]:
    """Once; what seats cost a year is in the target's run-rate."""
    bought = _of(wave, {Strategy.REPURCHASE})
    known = [each for each in bought if each.planned.application.user_count is not None]
    users = sum(each.planned.application.user_count or 0 for each in known)
    if users:
        yield _bought(
            CostCategory.LICENSING,
            wave,
            facts.card.price("saas_onboarding"),
            Decimal(users),
            unit="users",
            description=f"Setting up the users of what {wave.wave.name} repurchases",
            because=f"The users of {_applications(known, bought)}, once; their seats are in the run-rate",
        )


def _data_transfer(facts: CostFacts, wave: CostedWave) -> Iterator[DraftLine]:
    moving = _of(wave, _LEAVING)
    known = [each for each in moving if each.data_gb is not None]
    volume = sum((each.data_gb or Decimal(0) for each in known), Decimal(0))
    if volume:
        yield _bought(
            CostCategory.DATA_TRANSFER,
            wave,
            facts.card.price("data_transfer"),
            volume,
            unit="GB",
            description=f"Data of {wave.wave.name} to the target",
            because=f"The data of {_applications(known, moving)}, each byte sent once",
        )


def _dual_running(facts: CostFacts, wave: CostedWave) -> Iterator[DraftLine]:
    """One line an application: both sides in one sum, which is rounded once."""
    for each in wave.applications:
        if wave.days is None or each.run_rates is None:
            continue
        current, target = each.run_rates
        days = wave.days
        exact = (Fraction(target) * days.before + Fraction(current) * days.after) / DAYS_A_YEAR
        yield DraftLine(
            key=f"dual_running:{each.planned.id}",
            category=CostCategory.DUAL_RUNNING,
            description=f"{each.name} running twice",
            quantity=Decimal(1),
            unit="application",
            unit_cost=exactly(exact, facts.card.currency),
            wave=wave.wave.number,
            provenance=(
                f"The target at {target:f} a year for the {days.before} calendar days from preparation to cut-over, "
                f"and what runs today at {current:f} a year for the {days.after} from it to the end of hypercare. "
                f"Days by the timeline. The target: {each.target.because}; today: its annual cost in the inventory."
            ),
        )


def _training(facts: CostFacts) -> Iterator[DraftLine]:
    """Who has learned a skill keeps it: the wave that lacks most of it says for how many people."""
    plan = facts.plan.resource_plan
    gaps: defaultdict[str, list[SkillGap]] = defaultdict(list)
    for gap in plan.skill_gaps if plan else ():
        if not is_role(gap):
            gaps[gap.skill].append(gap)
    waves = {each.wave.id: each for each in facts.waves}
    price = facts.card.price("training_course")
    for skill, own in gaps.items():
        there = [gap for gap in own if gap.wave_id in waves]
        if not there:
            continue
        people = max(_people(gap, waves[gap.wave_id]) for gap in there)
        numbers = sorted({waves[gap.wave_id].wave.number for gap in there})
        names = ", ".join(waves[id].wave.name for id in _ids(there, waves))
        yield DraftLine(
            key=f"training:{skill}",
            category=CostCategory.TRAINING,
            description=f"Courses in {skill}",
            quantity=Decimal(people),
            unit="people",
            unit_cost=price.amount,
            wave=numbers[0] if len(numbers) == 1 else None,
            provenance=(
                f"Courses for as many as the missing hours take at {HOURS_PER_DAY} hours a day, by the skill gaps of "
                f"{names}; at {price.amount:f} {price.currency} by {price.table}."
            ),
        )


def _ids(gaps: Iterable[SkillGap], waves: dict[str, CostedWave]) -> list[str]:
    return sorted({gap.wave_id for gap in gaps}, key=lambda id: waves[id].wave.number)


def _people(gap: SkillGap, wave: CostedWave) -> int:
    """At least one."""
    missing = gap.hours_needed - gap.hours_available
    one = Decimal(HOURS_PER_DAY * max(1, wave.wave.duration_days))
    return max(1, int((missing / one).to_integral_value(ROUND_CEILING)))


def _bought(
    category: CostCategory,
    wave: CostedWave,
    price: Price,
    quantity: Decimal,
    *,
    unit: str,
    description: str,
    because: str,
) -> DraftLine:
    return DraftLine(
        key=f"{category.lower()}:{wave.wave.number:04}",
        category=category,
        description=description,
        quantity=quantity,
        unit=unit,
        unit_cost=price.amount,
        wave=wave.wave.number,
        provenance=f"{because}, at {price.amount:f} {price.currency} per {price.unit} by {price.table}.",
    )


def _of(wave: CostedWave, strategies: Iterable[Strategy]) -> list[CostedApplication]:
    wanted = frozenset(strategies)
    return [each for each in wave.applications if each.planned.decision.strategy in wanted]


def _servers(applications: Iterable[CostedApplication]) -> Fraction:
    return sum((each.planned.servers for each in applications), Fraction(0))


def _servers_said(applications: Sequence[CostedApplication]) -> str:
    servers = counted(_servers(applications))
    unknown = sum(not each.planned.servers_known for each in applications)
    assumed = f", unknown of {unknown} and there taken as one a component" if unknown else ""
    noun = "server" if servers == 1 else "servers"
    return f"{servers:,f} {noun} of {_applications(applications, applications)}{assumed}"


def _applications(known: Sequence[CostedApplication], of: Sequence[CostedApplication]) -> str:
    noun = "application" if len(of) == 1 else "applications"
    return f"{len(known):,} {noun}" if len(known) == len(of) else f"{len(known):,} of {len(of):,} {noun}"
