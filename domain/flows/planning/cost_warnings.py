"""What people should know of a plan's costs: what is not in them, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.decision import Strategy
from domain.definition import Warning
from domain.flows.planning.cost_facts import CostedApplication, CostFacts
from domain.planning.choices import CostChoice
from domain.planning.run_rates import WITH_SERVERS
from domain.planning.wording import listed


def cost_warnings(facts: CostFacts, left_out: Sequence[CostChoice]) -> Iterator[Warning]:
    """Most telling first."""
    yield from _run_rates(facts)
    yield from _data_and_users(facts)
    yield from _assumptions(facts)
    if left_out:
        keys = [each.key for each in left_out]
        message = f"Cost lines that a person had set and that are gone were left out: {listed(keys)}."
        yield Warning("COST_CHOICES_LEFT_OUT", message, facts.call.phase, {"lines": keys})


def _run_rates(facts: CostFacts) -> Iterator[Warning]:
    unknown = [each for each in facts.applications if each.run_rates is None]
    if unknown:
        missing = sorted({word for each in unknown for word in each.missing})
        message = (
            f"{_counted(unknown, facts.applications)} left out of run-rates, payback and dual running, for want of "
            f"{' or '.join(missing)}: {_names(unknown)}."
        )
        details = {"applications": len(unknown), "applicationIds": [each.planned.id for each in unknown]}
        yield Warning("RUN_RATES_UNKNOWN", message, facts.call.phase, details)


def _data_and_users(facts: CostFacts) -> Iterator[Warning]:
    moving = [each for each in facts.applications if each.planned.decision.strategy in WITH_SERVERS]
    bought = [each for each in facts.applications if each.planned.decision.strategy is Strategy.REPURCHASE]
    without_data = [each for each in (*moving, *bought) if each.data_gb is None]
    without_users = [each for each in bought if each.planned.application.user_count is None]
    if without_data:
        message = f"No line for the transfer of data of unknown volume: {_names(without_data)}."
        yield Warning("DATA_VOLUME_UNKNOWN", message, facts.call.phase, {"applications": len(without_data)})
    if without_users:
        message = f"No line for the licences of what has an unknown number of users: {_names(without_users)}."
        yield Warning("USERS_UNKNOWN", message, facts.call.phase, {"applications": len(without_users)})


def _assumptions(facts: CostFacts) -> Iterator[Warning]:
    assumed = [
        each
        for each in facts.applications
        if each.planned.decision.strategy in {*WITH_SERVERS, Strategy.REPURCHASE} and not each.planned.servers_known
    ]
    if assumed:
        message = f"Servers that nobody has counted are taken as one a component: {_names(assumed)}."
        yield Warning("SERVERS_ASSUMED", message, facts.call.phase, {"applications": len(assumed)})
    if facts.card.foreign and facts.applications:
        message = (
            f"The rate card has no prices in {facts.card.currency}; its prices in {facts.card.priced_in} are taken as "
            "if they were. Set your own in the engagement's settings (rateCard), or the unit costs of lines."
        )
        details = {"currency": facts.card.currency, "pricedIn": facts.card.priced_in}
        yield Warning("RATE_CARD_CURRENCY", message, facts.call.phase, details)


def _counted(some: Sequence[CostedApplication], of: Sequence[CostedApplication]) -> str:
    return f"{len(some):,} of {len(of):,} application{'' if len(of) == 1 else 's'}"


def _names(applications: Sequence[CostedApplication]) -> str:
    return listed([each.name for each in applications])
