"""Workflow templates: what is wrong with a document, which one is chosen, what texts say, and that every way ends."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customer import Customer
from domain.customer_success.choosing import choose, missing, newest
from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.template import END, TemplateVersion
from domain.customer_success.template_checking import problems_of
from domain.customer_success.template_reading import Saved, read_template, shipped, template_of, version_of
from domain.customer_success.template_saving import SaveTemplate
from domain.customer_success.texts import fill
from domain.customer_success.values import KNOWN
from domain.customer_success.workflow import CustomerWorkflow
from domain.definition import Outcome, PhaseCall
from domain.errors import Refused, StaleVersion
from domain.flow import Flow
from domain.flow_state import Stamp
from domain.flows.customer_success import DEFINITION
from domain.flows.customer_success.configuration import CustomerSuccessConfiguration, StepOutline
from domain.phase import PhaseStatus, RunEnded
from domain.portfolio import Portfolio
from domain.transition import FlowStatus
from shapes.codec import Codec
from tests.toy import new_id, now

CODEC = Codec()
ACTIONS = frozenset({"escalate", "schedule", "skip", "snooze"})
TODAY = date(2026, 11, 21)
CUSTOMER = Customer("c", "Ardent Mills", Decimal(120_000), "olga", renewal_date=date(2027, 2, 1))


def document(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Ours", "trigger": {"kind": "RISK"}, "steps": [*steps], **more}


def step(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "title": key, "description": "Do it.", **more}


def wrong(given: Any) -> dict[str, str]:
    """What is wrong, by path."""
    return {".".join(problem.path): problem.message for problem in problems_of(given, CODEC, ACTIONS)}


@pytest.mark.parametrize("version", shipped(), ids=lambda version: str(version.key))
def test_what_ships_is_right(version: TemplateVersion) -> None:
    assert wrong(version.document) == {}


def test_there_are_eight_for_every_kind_and_stage() -> None:
    stages = (*RenewalStage, None)
    chosen = {
        (kind, stage): found.key
        for kind in WorkflowKind
        for stage in (stages if kind is WorkflowKind.RENEWAL else (None,))
        if (found := choose(shipped(), kind, stage))
    }

    renewals = {stage: key for (kind, stage), key in chosen.items() if kind is WorkflowKind.RENEWAL}
    assert renewals == dict.fromkeys(stages, "standard-renewal") | {
        RenewalStage.PREPARE: "renewal-prepare",
        RenewalStage.CRITICAL: "renewal-critical",
        RenewalStage.EMERGENCY: "renewal-emergency",
        RenewalStage.OVERDUE: "renewal-overdue",
    }
    assert set(chosen.values()) == {version.key for version in shipped()}
    assert len(shipped()) == 8


def broken() -> dict[str, Any]:
    return document(
        step(
            "a",
            description="{{customer.nam}} {{ }}",
            fields=[
                {"key": "done", "label": "l", "kind": "CHOICE"},
                {"key": "n", "label": "l", "kind": "NUMBER", "proposed": "x"},
            ],
            next=[{"to": "zz"}, {"to": "END", "when": "1 +"}],
            branches=[
                {"key": "b", "label": "l", "kind": "FIXED"},
                {"key": "b", "label": "l", "kind": "SAVED_ACTION", "action": "nope"},
            ],
        ),
        step("b", next=[{"to": "a", "when": "steps.c.x > 1"}], artifacts=["NOPE"]),
        step("c"),
        notifications=[{"key": "n", "when": "foo.bar", "message": "m", "at": "q"}],
        more=1,
    )


def test_everything_is_told_at_once_each_with_its_place() -> None:
    assert set(wrong(broken())) == {
        "",
        "notifications.0.at",
        "notifications.0.when",
        "steps.0.branches.0.response",
        "steps.0.branches.1.action",
        "steps.0.branches.1.key",
        "steps.0.description",
        "steps.0.fields.0.choices",
        "steps.0.fields.0.key",
        "steps.0.fields.1.proposed",
        "steps.0.next.0",
        "steps.0.next.0.to",
        "steps.0.next.1.when",
        "steps.1",
        "steps.1.artifacts.0",
        "steps.1.next.0.to",
        "steps.1.next.0.when",
        "steps.2",
    }


def test_a_way_back_would_be_a_circle() -> None:
    given = document(step("a"), step("b", next=[{"to": "a"}]))

    assert wrong(given) == {
        "steps.1.next.0.to": "This leads back to a, and a workflow could go in a circle."
        " Lead to a later step, or to END."
    }


@pytest.mark.parametrize("given", [None, [], "x", {"steps": "x"}, {"steps": [None, {"fields": [1], "next": {}}]}])
def test_what_is_no_document_at_all_is_told_and_breaks_nothing(given: Any) -> None:
    assert wrong(given)


def test_ones_own_wins_over_what_ships_and_a_stage_over_none() -> None:
    own = [_own("ours", 1, None), _own("renewal-critical", 2, "CRITICAL"), _own("renewal-critical", 3, "CRITICAL")]

    critical = choose((*own, *shipped()), WorkflowKind.RENEWAL, RenewalStage.CRITICAL)
    signature = choose((*own, *shipped()), WorkflowKind.RENEWAL, RenewalStage.SIGNATURE)
    prepare = choose((*own, *shipped()), WorkflowKind.RENEWAL, RenewalStage.PREPARE)

    assert critical is not None
    assert (critical.key, critical.version, critical.core) == ("renewal-critical", 3, False)
    assert signature is not None
    assert signature.key == "ours"
    assert prepare is not None
    assert prepare.key == "renewal-prepare"
    assert len(newest((*own, *shipped()))) == 9
    assert choose((), WorkflowKind.RISK, None) is None


def test_where_there_is_none_what_to_add_is_said() -> None:
    (problem,) = missing(WorkflowKind.RENEWAL, RenewalStage.CRITICAL, ("templateKey",)).problems

    assert (problem.code, problem.path) == ("NOT_READY", ("templateKey",))
    assert problem.message == (
        "There is no workflow template of the kind RENEWAL at the stage CRITICAL, or for no stage, to start with. "
        'Add one with `saveWorkflowTemplate`, with the trigger {"kind": "RENEWAL"}.'
    )


def _own(key: str, version: int, stage: str | None) -> TemplateVersion:
    given = document(step("a"), trigger={"kind": "RENEWAL", "stage": stage})
    return version_of(given, key, version, Saved(new_id(), "alice", now()))


def test_saving_adds_a_version_where_anything_differs() -> None:
    given, saved = document(step("a")), Saved("new", "alice", now())
    first = SaveTemplate("ours", given).after(None, saved, ())

    same = SaveTemplate("ours", given, expected_version=1).after(first, saved, ())
    second = SaveTemplate("ours", document(step("b"))).after(first, saved, ())

    assert (first.version, second.version) == (1, 2)
    assert same is first
    with pytest.raises(StaleVersion):
        SaveTemplate("ours", given, expected_version=1).after(second, saved, ())
    with pytest.raises(Refused, match="A key has 1 to 80 small letters"):
        SaveTemplate("Ours!", given).after(None, saved, ())


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{customer.name}}: {{ customer.arr }}", "Ardent: 120,000"),
        ("{{customer.risk}}, {{nothing.here}}", "not known, not known"),
        ("{{customer.people}} {{customer.active}}", "Ann, Bob yes"),
        ("{{customer.note}}", "{{customer.name}}"),
        ("no {braces} here", "no {braces} here"),
    ],
)
def test_texts_say_what_their_paths_lead_to_and_nothing_more(text: str, filled: str) -> None:
    customer = {"name": "Ardent", "arr": 120_000, "risk": None, "people": ["Ann", "Bob"], "active": True}

    assert fill(text, {"customer": {**customer, "note": "{{customer.name}}"}}) == filled


# ── whatever is valid can be walked to its end


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Valid ones: steps with routes onwards, on conditions that hold or not."""
    keys = [f"s{number}" for number in range(draw(st.integers(1, 7)))]
    steps = []
    for place, key in enumerate(keys):
        later = [*keys[place + 1 :], END]
        routes = draw(st.lists(st.tuples(st.sampled_from(later), st.booleans()), max_size=3))
        ways = [{"to": to, "when": "customer.arr > 0" if held else "customer.riskScore > 0"} for to, held in routes]
        fields = draw(st.lists(st.sampled_from(["YES_NO", "TEXT", "NUMBER", "DATE"]), max_size=3))
        asked = [{"key": f"f{'abc'[at]}", "label": "?", "kind": kind} for at, kind in enumerate(fields)]
        steps.append(step(key, next=ways, fields=asked, required=draw(st.booleans())))
    return document(*steps)


def call_of(flow: Flow, facts: WorkflowFacts, results: dict[str, Any], key: str, given: Any = None) -> PhaseCall:
    return PhaseCall(
        flow_id=flow.id,
        run_id="run",
        phase=key,
        configuration=None,
        results=results,
        portfolio=Portfolio(workflow=facts),
        as_of=TODAY,
        now=now(),
        by="alice",
        new_id=new_id,
        input=given,
        holds=CODEC.holds,
    )


def outcome_of(made: Any) -> Outcome:
    assert isinstance(made, Outcome)
    return made


@settings(deadline=None, max_examples=60)
@given(documents())
def test_every_valid_template_is_walked_to_its_end(given: dict[str, Any]) -> None:
    assert wrong(given) == {}
    template = read_template(given, "ours", 1)
    kept = CustomerWorkflow("f", "f", "c", template.kind, "alice", "t", now())
    facts = WorkflowFacts(kept, template, CUSTOMER)
    steps = tuple(StepOutline.of(each) for each in template.steps)
    configuration = CODEC.encode(CustomerSuccessConfiguration("c", template.kind, steps=steps))
    stamp = Stamp("alice", now(), new_id)
    flow = Flow.start(DEFINITION.shaped(configuration), stamp, name="walk", configuration=configuration)
    results: dict[str, Any] = {}

    for _ in template.steps:
        if flow.status is FlowStatus.COMPLETED:
            break
        assert flow.running is not None
        key = flow.running.key
        phase = flow.definition.phase(key)
        assert phase.pause is not None
        results[key] = outcome_of(phase.rules(call_of(flow, facts, results, key))).result
        proposed = phase.pause.propose(call_of(flow, facts, results, key))
        run = RunEnded(flow.running.run_id or "", PhaseStatus.COMPLETED, now())
        flow = flow.finish(run, stamp, proposed=CODEC.encode(proposed))
        answered = phase.pause.decide(call_of(flow, facts, results, key, proposed))
        results[key] = answered.result
        changed = [value for value in answered.saves if isinstance(value, CustomerWorkflow)]
        facts = replace(facts, workflow=changed[-1]) if changed else facts
        way = (answered.leaves_out, answered.takes_up)
        flow = flow.submit(key, CODEC.encode(proposed), stamp, answered.warnings, *way)

    assert (flow.status, flow.progress) == (FlowStatus.COMPLETED, 100)
    assert sum(phase.weight for phase in flow.definition.phases) == 100
    assert {each.key for each in flow.phases if each.status is PhaseStatus.SKIPPED} == set(facts.workflow.left_out)


def test_what_ships_reads_back_as_it_was_written() -> None:
    for version in shipped():
        template = template_of(version)

        assert [each.key for each in template.steps] == [each["key"] for each in version.document["steps"]]
        assert (template.kind, template.stage, template.core) == (version.kind, version.stage, True)


def test_the_example_of_the_documentation_is_right() -> None:
    page = (Path(__file__).parents[3] / "docs" / "workflow-templates.md").read_text(encoding="utf-8")

    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)

    assert wrong(json.loads(example)) == {}
    assert all(f"`{version.key}`" in page for version in shipped())
    assert all(f"`{name}`" in page for names in KNOWN.values() for name in names)
