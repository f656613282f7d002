from __future__ import annotations

from typing import Any

import pytest
import strawberry

from domain.commands import PhaseAction
from domain.decision import Strategy
from domain.errors import ErrorCode, Refused
from schema.commanding import Said, command, read
from schema.configurations import DiscoveryConfigurationInput, FlowConfigurationInput, ImportSourceInput
from schema.inputs import (
    AcceptDecisionsInput,
    OverrideDecisionInput,
    PhaseActionInput,
    StartFlowInput,
    SubmitPhaseInput,
    TreatmentInput,
)
from schema.scalars import JSON

ID = "0190d6a0-0000-7000-8000-000000000001"
FLOW, APPLICATION = strawberry.ID(f"DiscoveryFlow:{ID}"), strawberry.ID(f"Application:{ID}")


def values(input: Any) -> Said:
    """What a command is given: as long as nothing is wrong."""
    said, problems = read(input)
    if problems:
        raise Refused(problems)
    return said


def test_a_command_takes_what_the_input_says_with_bare_ids() -> None:
    said = values(PhaseActionInput(flow_id=FLOW, reason="because", idempotency_key="k"))

    assert command(PhaseAction, said) == PhaseAction(ID, reason="because")


def test_every_wrong_id_is_named_with_its_path_at_once() -> None:
    treatments = [TreatmentInput(component_id=strawberry.ID("x"), strategy=Strategy.RETAIN)]
    wrong = OverrideDecisionInput(
        flow_id=APPLICATION, application_id=strawberry.ID("nonsense"), treatments=treatments, rationale="why"
    )

    with pytest.raises(Refused) as refused:
        values(wrong)

    assert [(problem.code, problem.path) for problem in refused.value.problems] == [
        (ErrorCode.NOT_FOUND, ("flowId",)),
        (ErrorCode.INVALID_INPUT, ("applicationId",)),
        (ErrorCode.INVALID_INPUT, ("treatments", "0", "componentId")),
    ]


def test_a_list_holds_at_most_a_thousand_entries() -> None:
    with pytest.raises(Refused) as refused:
        values(AcceptDecisionsInput(flow_id=FLOW, application_ids=[APPLICATION] * 1001))

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.LIMIT_EXCEEDED, ("applicationIds",))


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        values(PhaseActionInput(flow_id=FLOW, reason=text))

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.INVALID_INPUT, ("reason",))


def test_ids_in_an_answer_are_unwrapped() -> None:
    said = values(
        SubmitPhaseInput(flow_id=FLOW, phase="p", data=JSON({"applicationIds": [APPLICATION], "comment": FLOW}))
    )

    assert said["data"] == {"applicationIds": [ID], "comment": FLOW}


def test_a_configuration_is_json_by_the_names_of_the_contract() -> None:
    branch = DiscoveryConfigurationInput(source=ImportSourceInput(text="name\n"), file_name="a.csv")

    said = values(StartFlowInput(configuration=FlowConfigurationInput(discovery=branch)))

    assert said["configuration"]["discovery"].camel() == {"source": {"text": "name\n"}, "fileName": "a.csv"}
