"""What a plan used and is not any more so: named, old and new, in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domain.application import Criticality
from domain.decision import Decision, DecisionChanged, Strategy
from domain.definition import CHANGED_SINCE, Warning
from domain.dependency import Dependency, DependencyKind
from domain.flows.planning import DEFINITION
from domain.flows.planning.resources import AllocationGiven, override_allocation
from domain.planning.staleness import changed_for_resources, changed_for_waves, resources_renewed, waves_renewed
from domain.resource_pool import ResourcePool
from shapes.codec import Codec
from tests.unit.planning.flow.driving import NOW, Planning, decided, needs, plan, pool, soft

BILLING = decided("billing", 120, version=2)


def planned(last: str = "wave_planning") -> Planning:
    """Two applications, one of which needs the other."""
    decisions = (BILLING, decided("web", 20))
    return plan("billing", "web", dependencies=[needs("web", "billing")], decisions=decisions).through(last)


def waves(planning: Planning) -> list[str]:
    return [each.message for each in changed_for_waves(planning.call("wave_planning", ports=None))]


def resources(planning: Planning) -> list[str]:
    return [each.message for each in changed_for_resources(planning.call("resource_allocation", ports=None))]


def with_decisions(planning: Planning, *decisions: Decision) -> None:
    planning.portfolio = replace(planning.portfolio, accepted=decisions)


def with_dependencies(planning: Planning, *dependencies: Dependency) -> None:
    planning.portfolio = replace(planning.portfolio, dependencies=dependencies)


def with_pools(planning: Planning, *pools: ResourcePool) -> None:
    others = (each for each in planning.portfolio.pools if each.id not in {own.id for own in pools})
    planning.portfolio = replace(planning.portfolio, pools=(*others, *pools))


def test_nothing_is_said_of_what_is_as_it_was() -> None:
    planning = planned("resource_allocation")

    assert waves(planning) == []
    assert resources(planning) == []


def test_nothing_is_said_before_there_is_a_plan() -> None:
    planning = plan("billing", "web")

    assert waves(planning) == []
    assert resources(planning) == []


def test_another_strategy_and_other_hours_are_said_together() -> None:
    planning = planned()
    web = decided("web", 20)
    with_decisions(planning, decided("billing", 260, Strategy.REPLATFORM, version=3), web)

    found = changed_for_waves(planning.call("wave_planning", ports=None))

    old = {"decisionId": "decision-billing", "version": 2, "strategy": "REHOST", "hours": "120"}
    new = {"decisionId": "decision-billing", "version": 3, "strategy": "REPLATFORM", "hours": "260"}
    message = "Billing: REHOST became REPLATFORM; 120 h became 260 h."
    details = {"applicationId": "billing", "old": old, "new": new}
    assert found == (Warning(CHANGED_SINCE, message, details=details),)
    assert Codec().encode(found[0])["details"] == details


def test_a_change_that_leaves_strategy_and_hours_names_what_it_touched() -> None:
    planning = planned()
    last = DecisionChanged("bob", NOW, ("risks", "moveGroups"))
    with_decisions(planning, replace(BILLING, version=3, last_change=last), decided("web", 20))

    expected = "its decision was changed (risks, moveGroups), version 2 became 3; still REHOST, 120 h"
    assert waves(planning) == [f"Billing: {expected}."]


def test_a_newer_decision_is_another_also_where_it_says_the_same() -> None:
    planning = planned()
    with_decisions(planning, replace(BILLING, id="decision-later", version=1), decided("web", 20))

    assert waves(planning) == ["Billing: a newer decision was accepted, REHOST, 120 h as before."]


def test_a_decision_that_is_gone_and_one_that_came() -> None:
    planning = planned()
    with_decisions(planning, decided("web", "20.5"))
    gone = waves(planning)
    planning.run("wave_planning")
    with_decisions(planning, BILLING, decided("web", "20.5"))

    assert gone == [
        "Billing: it has no accepted decision any more; it was REHOST, 120 h.",
        "Web: 20 h became 20.5 h.",
    ]
    assert waves(planning) == ["Billing: it had no accepted decision; now it is REHOST, 120 h."]


def test_a_dependency_is_added_changed_and_deleted() -> None:
    planning = planned()
    with_dependencies(planning, needs("billing", "web"))
    turned = waves(planning)
    with_dependencies(planning, replace(needs("web", "billing"), kind=DependencyKind.SOFT))

    assert turned == [
        "Billing needs Web: this dependency was added, HARD.",
        "Web needs Billing: this dependency was deleted; it was HARD.",
    ]
    assert waves(planning) == ["Web needs Billing: HARD became SOFT."]


def test_a_soft_one_that_counts_for_more_is_another() -> None:
    planning = plan("billing", "web", dependencies=[soft("web", "billing")]).through("wave_planning")
    with_dependencies(planning, replace(soft("web", "billing"), criticality=Criticality.HIGH))

    assert waves(planning) == ["Web needs Billing: its weight 100 became 150."]


def test_one_that_was_deleted_and_drawn_again_is_as_it_was_and_others_are_nobodys_business() -> None:
    planning = planned()

    with_dependencies(planning, replace(needs("web", "billing"), id="again"), needs("web", "elsewhere"))

    assert waves(planning) == []


def test_a_pool_that_changed_says_what_of_it() -> None:
    planning = planned("resource_allocation")
    engineer = next(each for each in planning.portfolio.pools if each.role == "engineer")
    with_pools(planning, replace(engineer, hourly_rate=Decimal("120.50"), skills=("sql", "java"), name="Builders"))

    found = changed_for_resources(planning.call("resource_allocation", ports=None))

    assert found[0].message == "Builders: the hourly rate 100 became 120.5; skills none became java, sql."
    assert found[0].details == {
        "poolId": engineer.id,
        "old": {"hourlyRate": "100", "skills": "none"},
        "new": {"hourlyRate": "120.5", "skills": "java, sql"},
    }


def test_a_pool_that_is_only_called_otherwise_or_confirmed_changes_nothing() -> None:
    planning = planned("resource_allocation")
    engineer = next(each for each in planning.portfolio.pools if each.role == "engineer")
    with_pools(planning, replace(engineer, name="Builders", suggested=not engineer.suggested, version=2))

    assert resources(planning) == []


def test_a_removed_pool_is_named_and_one_that_nobody_asked_is_not() -> None:
    planning = planned("resource_allocation")
    engineer = next(each for each in planning.portfolio.pools if each.role == "engineer")
    with_pools(planning, replace(engineer, removed=True), pool("clairvoyant", rate=1))

    assert resources(planning) == [
        "Engineer pool: this pool was removed; it was 40 h a day at 100 USD an hour.",
    ]


def test_what_is_kept_all_the_same_is_remembered_as_it_is_now() -> None:
    planning = planned("resource_allocation")
    engineer = next(each for each in planning.portfolio.pools if each.role == "engineer")
    with_decisions(planning, decided("billing", 260, version=3), decided("web", 20))
    with_dependencies(planning)
    with_pools(planning, replace(engineer, hourly_rate=Decimal(120)))

    kept = waves_renewed(planning.call("wave_planning", ports=None))
    paid = resources_renewed(planning.call("resource_allocation", ports=None))
    version = planning.plan.wave_plan
    planning._keep((*kept, *paid), ())

    assert waves(planning) == resources(planning) == []
    assert version is not None
    assert [each.version for each in kept] == [version.version]


def test_hours_of_a_removed_pool_that_are_kept_have_dates_and_costs_still() -> None:
    planning = planned("cost_estimation")
    engineer = next(each for each in planning.portfolio.pools if each.role == "engineer")
    dates, costs = planning.plan.timeline, planning.plan.cost
    with_pools(planning, replace(engineer, removed=True))

    planning._keep(resources_renewed(planning.call("resource_allocation", ports=None)), ())
    planning.run("timeline_generation")
    planning.run("cost_estimation")

    assert resources(planning) == []
    assert planning.plan.timeline is not None
    assert dates is not None
    assert (planning.plan.timeline.starts_on, planning.plan.timeline.ends_on) == (dates.starts_on, dates.ends_on)
    assert planning.plan.cost == costs


def test_hours_that_a_person_gives_do_not_hide_that_a_pool_was_removed() -> None:
    planning = planned("resource_allocation")
    engineer = next(each for each in planning.portfolio.pools if each.role == "engineer")
    with_pools(planning, replace(engineer, removed=True))
    before = resources(planning)

    given = AllocationGiven(planning.wave(1).id, "test", Decimal(5))
    planning.change("resource_allocation", override_allocation, given, None)

    assert before == ["Engineer pool: this pool was removed; it was 40 h a day at 100 USD an hour."]
    assert resources(planning) == before


def test_of_very_many_changes_the_rest_is_counted() -> None:
    names = [f"app{number:02}" for number in range(60)]
    planning = plan(*names, max_apps_per_wave=60).through("wave_planning")
    with_decisions(planning, *(decided(name, 21, version=2) for name in names))

    messages = waves(planning)

    assert len(messages) == 51
    assert messages[0] == "App00: 20 h became 21 h."
    assert messages[-1] == "10 more that this used have changed since."


def test_what_phases_read_of_the_configuration_is_there() -> None:
    names = set(Codec().encode(planned().configuration))

    by_phase = {phase.key: phase.reads for phase in DEFINITION.phases}

    assert all(read <= names for read in by_phase.values())
    assert by_phase["wave_planning"] | by_phase["cost_estimation"] == names
    assert by_phase["cost_estimation"] == {"contingencyPercentage"}
