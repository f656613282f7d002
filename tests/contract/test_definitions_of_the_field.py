"""What the field says of each flow type, written down by hand and held against what is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.access import Role
from domain.definition import FlowDefinition
from domain.errors import DomainError
from domain.flows import DEFINITIONS
from domain.legacy import ALIASES
from domain.place import Place, read_route
from shapes.codec import Codec

FLOW = "MasterFlow:01900000-0000-7000-8000-000000000000"

# One line a phase: its key, the progress when it is complete, whether it waits for a person (*), its path.
FIELD = {
    "discovery": """
        data_import 15 - /discovery/import
        attribute_mapping 30 * /discovery/attribute-mapping
        data_cleansing 45 * /discovery/data-cleansing
        inventory 60 - /discovery/inventory
        dependencies 80 * /discovery/dependencies
        tech_debt 100 - /discovery/tech-debt""",
    "assessment": """
        initialization 10 - /assess/initialization
        architecture_minimums 20 * /assess/architecture-minimums
        tech_debt_analysis 50 * /assess/tech-debt-analysis
        component_sixr_strategies 75 * /assess/component-sixr-strategies
        app_on_page_generation 90 * /assess/app-on-page-generation
        finalization 100 * /assess/finalization""",
    "planning": """
        wave_planning 25 - /plan/wave-planning
        resource_allocation 45 - /plan/resource-allocation
        timeline_generation 65 - /plan/timeline-generation
        cost_estimation 85 - /plan/cost-estimation
        synthesis 100 - /plan/synthesis""",
    "execution": """
        pre_migration 30 * /execute/pre-migration
        migration_execution 80 * /execute/migration-execution
        post_migration 100 * /execute/post-migration""",
    "modernization": """
        modernization_assessment 35 - /modernize/assessment
        architecture_design 70 * /modernize/architecture-design
        implementation_planning 100 - /modernize/implementation-planning""",
    "finops": """
        cost_analysis 50 - /finops/cost-analysis
        budget_planning 100 * /finops/budget-planning""",
    "observability": """
        monitoring_setup 50 * /observability/monitoring-setup
        performance_optimization 100 - /observability/performance-optimization""",
    "decommission": """
        decommission_planning 35 * /decommission/planning
        data_migration 70 * /decommission/data-migration
        system_shutdown 100 * /decommission/system-shutdown""",
    "customer_success": "",
    "build": """
        discovery 15 * /builds/discovery
        planning 30 * /builds/planning
        implementation 55 * /builds/implementation
        testing 70 * /builds/testing
        verification 85 * /builds/verification
        deployment 100 * /builds/deployment""",
}
SUMMARIES = {
    "discovery": "/discovery/tech-debt",
    "assessment": "/assess/summary",
    "planning": "/plan/summary",
    "execution": "/execute/summary",
    "modernization": "/modernize/summary",
    "finops": "/finops/summary",
    "observability": "/observability/summary",
    "decommission": "/decommission/summary",
    "customer_success": "/customers/summary",
    "build": "/builds/summary",
}
SHAPES = Codec()
OPTIONAL = {"data_cleansing", "dependencies", "tech_debt", "app_on_page_generation"}
ANSWERED_BY = {
    "architecture_minimums": Role.ARCHITECT,
    "component_sixr_strategies": Role.ARCHITECT,
    "finalization": Role.LEAD,
    "post_migration": Role.LEAD,
    "system_shutdown": Role.LEAD,
}
OLD_NAMES = {
    "plan": "planning",
    "execute": "execution",
    "modernize": "modernization",
    "migration_readiness": "assessment",
    "business_impact": "assessment",
    "technical_assessment": "assessment",
    "runbook_creation": "execution",
}


@dataclass(frozen=True)
class Told:
    """A phase as the field tells it."""

    kind: str
    key: str
    progress: int
    waits: bool
    path: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.key}"


def told(kind: str, line: str) -> Told:
    key, progress, waits, path = line.split()
    return Told(kind, key, int(progress), waits == "*", path)


PHASES = [told(kind, line.strip()) for kind, lines in FIELD.items() for line in lines.split("\n") if line.strip()]
# Two phases of a workflow, as a template's steps make them.
STEPS: dict[str, Any] = {
    "kind": "RENEWAL",
    "templateKey": "renewal",
    "steps": [
        {"key": key, "title": "A step", "required": True, "fields": []}
        for key in ("hear_the_customer", "make_an_offer")
    ],
}


def test_every_flow_type_of_the_field_is_built() -> None:
    assert set(DEFINITIONS) == set(FIELD)


@pytest.mark.parametrize("kind", FIELD)
def test_a_flow_type_has_the_phases_of_the_field_in_their_order(kind: str) -> None:
    assert [phase.key for phase in DEFINITIONS[kind].phases] == [each.key for each in PHASES if each.kind == kind]


@pytest.mark.parametrize("expected", PHASES, ids=str)
def test_a_phase_is_what_the_field_says(expected: Told) -> None:
    definition = DEFINITIONS[expected.kind]
    phase = definition.phase(expected.key)

    assert definition.progress_when_complete(phase.key) == expected.progress
    assert (phase.pause is not None) == expected.waits
    assert definition.route(FLOW, phase.key) == f"{expected.path}?flow={FLOW}"
    assert phase.optional == (phase.key in OPTIONAL)
    if phase.pause:
        assert phase.pause.answered_by is ANSWERED_BY.get(phase.key, Role.CONTRIBUTOR)


@pytest.mark.parametrize("kind", FIELD)
def test_a_completed_flow_shows_its_summary(kind: str) -> None:
    assert DEFINITIONS[kind].route(FLOW, None) == f"{SUMMARIES[kind]}?flow={FLOW}"


@pytest.mark.parametrize("kind", FIELD)
def test_a_definition_is_complete(kind: str) -> None:
    definition = DEFINITIONS[kind]
    schemas = [SHAPES.schema(definition.configuration)]
    for phase in definition.phases:
        schemas += [SHAPES.schema(phase.result), *([SHAPES.schema(phase.pause.answer)] if phase.pause else [])]
        assert phase.title.strip()
        assert all(each.key and each.role and each.goal for each in phase.agents)

    for schema in schemas:
        Draft202012Validator.check_schema(schema)
    assert definition.title.strip()
    assert definition.summary.endswith(".")


def test_a_workflow_is_shown_by_the_steps_of_an_example() -> None:
    shown = DEFINITIONS["customer_success"].shown

    assert len(shown.phases) >= 6
    assert shown.progress_when_complete(shown.phases[-1].key) == 100
    for phase in shown.phases:
        assert phase.pause is not None
        Draft202012Validator.check_schema(SHAPES.schema(phase.pause.answer))


def test_the_steps_of_a_workflow_weigh_alike_and_wait() -> None:
    shaped = DEFINITIONS["customer_success"].shaped(STEPS)

    found = [
        (p.key, shaped.progress_when_complete(p.key), p.pause is not None, shaped.path(p.key)) for p in shaped.phases
    ]
    assert found == [
        ("hear_the_customer", 50, True, "/customers/hear-the-customer"),
        ("make_an_offer", 100, True, "/customers/make-an-offer"),
    ]


# ── back from a path


@pytest.mark.parametrize("expected", PHASES, ids=str)
def test_a_path_tells_its_flow_type_and_phase_again(expected: Told) -> None:
    place = Place(expected.kind, expected.key, FLOW)

    assert read_route(f"{expected.path}?flow={FLOW}", DEFINITIONS.values()) == place
    assert read_route(f"https://flotilla.example{expected.path}/?tab=2&flow={FLOW}#top", DEFINITIONS.values()) == place
    assert read_route(expected.path, DEFINITIONS.values()) == Place(expected.kind, expected.key)


@pytest.mark.parametrize("kind", sorted(set(FIELD) - {"discovery", "customer_success"}))
def test_a_summary_tells_its_flow_type(kind: str) -> None:
    assert read_route(f"{SUMMARIES[kind]}?flow={FLOW}", DEFINITIONS.values()) == Place(kind, None, FLOW)


def test_a_workflows_path_tells_its_step() -> None:
    shaped = DEFINITIONS["customer_success"].shaped(STEPS)

    place = Place("customer_success", "make_an_offer", FLOW)
    assert read_route(shaped.route(FLOW, "make_an_offer"), DEFINITIONS.values()) == place
    assert read_route(shaped.route(FLOW, "make_an_offer"), [shaped]) == place
    assert read_route("/customers/no-such-step", [shaped]) is None


def test_no_two_phases_share_a_path() -> None:
    paths = [each.path for each in PHASES] + [path for kind, path in SUMMARIES.items() if kind != "discovery"]

    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(
    "route",
    ["", "/", "?flow=x", "/plan", "/plan/", "/plan/wave_planning", "/planning/wave-planning", "/plan/wave-planning/x",
     "/customers", "/customers/a/b", "//[", "/PLAN/summary", "x" * 10_000, "/plan/\u0660"],
)  # fmt: skip
def test_what_is_no_route_leads_nowhere(route: str) -> None:
    assert read_route(route, DEFINITIONS.values()) is None


# ── old names


def test_the_old_names_are_known() -> None:
    assert {old: ALIASES[old] for old in OLD_NAMES} == OLD_NAMES
    assert set(ALIASES.values()) <= set(DEFINITIONS)


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda each: each.kind)
def test_a_phase_that_is_not_there_has_no_route(definition: FlowDefinition) -> None:
    with pytest.raises(DomainError, match="phase"):
        definition.route(FLOW, "no_such_phase")
