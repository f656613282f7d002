from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode, NotFound, Refused
from schema.ids import bare, child_type, flow_id, hide_ids, parse, show_ids, unwrap, word

ID = "0190d6a0-0000-7000-8000-000000000001"


@given(st.uuids())
def test_a_global_id_names_its_type_and_thing(value: UUID) -> None:
    found = parse(f"Application:{value}")

    assert found is not None
    assert (found.type, found.id, str(found)) == ("Application", str(value), f"Application:{value}")


@given(st.text())
def test_any_text_is_an_id_or_is_not(text: str) -> None:
    found = parse(text)

    assert found is None or str(found) == text


@pytest.mark.parametrize("text", [f"MasterFlow:{ID}", f"DiscoveryFlow:{ID}"])
def test_a_child_names_the_same_flow_as_its_master(text: str) -> None:
    assert flow_id(text) == ID


@pytest.mark.parametrize("text", ["", ID, f"Application:{ID}", f"MasterFlow:{ID.upper()}", f"MasterFlow:{ID}\n"])
def test_what_names_no_flow_names_nothing(text: str) -> None:
    assert flow_id(text) is None


def test_a_phase_is_named_by_its_flow_and_key() -> None:
    assert bare(f"FlowPhase:{ID}:data_import", "FlowPhase") == f"{ID}:data_import"


def test_an_id_that_cannot_be_read_is_invalid_input() -> None:
    with pytest.raises(Refused) as refused:
        unwrap("nonsense", ("flowId",), "MasterFlow")

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.INVALID_INPUT, ("flowId",))


def test_an_id_of_another_type_is_not_found_in_the_same_words_as_an_unknown_one() -> None:
    with pytest.raises(NotFound, match=r"^There is no such flow\.$"):
        unwrap(f"Application:{ID}", ("flowId",), "MasterFlow")


@pytest.mark.parametrize(
    ("type_", "said"),
    [("ArchitectureStandard", "architecture standard"), ("MasterFlow", "flow"), ("SixRDecision", "decision")],
)
def test_types_have_names_for_people(type_: str, said: str) -> None:
    assert word(type_) == said


def test_the_type_of_a_flows_child_is_named_after_its_kind() -> None:
    assert child_type("customer_success") == "CustomerSuccessFlow"


def test_ids_in_json_are_global_outside_and_bare_inside() -> None:
    inside = {"acceptedApplicationIds": [ID], "dependencies": [{"fromId": ID, "kind": "HARD"}], "standardIds": ["x"]}

    outside = show_ids(inside)

    assert outside == {
        "acceptedApplicationIds": [f"Application:{ID}"],
        "dependencies": [{"fromId": f"Application:{ID}", "kind": "HARD"}],
        "standardIds": ["x"],
    }
    assert hide_ids(outside) == inside
