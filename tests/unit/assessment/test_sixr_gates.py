"""The gates of the 6R method, one fact at a time."""

from __future__ import annotations

from typing import Any

import pytest

from domain.application import Component
from domain.sixr.gates import Gate, try_gates
from domain.sixr.subject import Subject
from tests.unit.assessment.portfolios import TODAY, application, component

IDLE = {"user_count": 0, "cpu_percent": 4.9, "memory_percent": 4.9}
SAAS = {"commercial_product": True, "saas_available": True, "customization": "LOW"}


def decided(facts: dict[str, Any], *parts: Component, dependents: tuple[str, ...] = ()) -> dict[str, Gate | None]:
    subject = Subject(application("a", **facts), parts or (component("a", "x"),), TODAY, dependents=dependents)
    return {
        part_id: tried[-1].gate if tried[-1].holds else None for part_id, tried in try_gates(subject).items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "gate"),
    [
        ({}, None),
        ({"legal_block": "yes"}, Gate.RETAIN_HARD),
        ({"technical_block": "yes"}, Gate.RETAIN_HARD),
        ({"legal_block": "no", "technical_block": "no"}, None),
        ({"legal_block": "yes", "business_value": "none"}, Gate.RETAIN_HARD),
        ({"business_value": "none"}, Gate.RETIRE),
        ({"business_value": "low"}, None),
        (IDLE, Gate.RETIRE),
        ({**IDLE, "cpu_percent": 5}, None),
        ({**IDLE, "memory_percent": 5}, None),
        ({**IDLE, "memory_percent": "unknown"}, None),
        ({**IDLE, "user_count": 1}, None),
        ({**IDLE, "user_count": 900, "active_users": 0}, Gate.RETIRE),
        ({**IDLE, "active_users": 3}, None),
        ({**IDLE, **SAAS}, Gate.RETIRE),
        (SAAS, Gate.REPURCHASE),
        ({**SAAS, "customization": "none"}, Gate.REPURCHASE),
        ({**SAAS, "customization": "medium"}, None),
        ({**SAAS, "customization": "unknown"}, None),
        ({**SAAS, "saas_available": "no"}, None),
        ({**SAAS, "commercial_product": "no"}, None),
    ],
)
def test_the_first_gate_that_holds_decides(facts: dict[str, Any], gate: Gate | None) -> None:
    assert decided(facts) == {"a-x": gate}


def test_a_block_on_the_whole_holds_where_no_part_bears_it() -> None:
    free, bearing = component("a", "x", technical_block="no"), component("a", "y", technical_block="yes")
    other = component("a", "z", technical_block="no")

    assert decided({"technical_block": "yes"}, free, other) == {"a-x": Gate.RETAIN_HARD, "a-z": Gate.RETAIN_HARD}
    assert decided({"technical_block": "yes"}, free, bearing) == {"a-x": None, "a-y": Gate.RETAIN_HARD}


def test_what_others_need_is_not_retired() -> None:
    assert decided(IDLE, dependents=("Payroll",)) == {"a-x": None}


def test_a_part_that_a_staying_part_needs_is_not_retired() -> None:
    web = component("a", "web", depends_on=("queue",), business_value="high", user_count=5)
    queue = component("a", "queue", depends_on=("db",), business_value="none")
    database = component("a", "db", business_value="none")
    spare = component("a", "spare", business_value="none")

    assert decided({}, web, queue, database, spare) == {
        "a-web": None,
        "a-queue": None,
        "a-db": None,
        "a-spare": Gate.RETIRE,
    }


def test_parts_that_need_only_each_other_are_retired_together() -> None:
    parts = (component("a", "x", depends_on=("y",)), component("a", "y", depends_on=("x",)))

    assert decided({"business_value": "none"}, *parts) == {"a-x": Gate.RETIRE, "a-y": Gate.RETIRE}


def test_every_gate_names_what_it_read_and_what_it_missed() -> None:
    subject = Subject(application("a", cpu_percent=12, memory_percent=15), (component("a", "x"),), TODAY)

    retain, retire, repurchase = try_gates(subject)["a-x"]

    assert (retain.used, retain.missing) == ((), ("legal_block", "technical_block"))
    assert retire.used == (("cpu_percent", "12"), ("memory_percent", "15"), ("dependents", "none"))
    assert retire.missing == ("business_value", "user_count")
    assert retire.because == "Its servers stand idle (under 20 %): a candidate for retirement, no more."
    assert repurchase.missing == ("commercial_product", "saas_available", "customization")


def test_confidence_by_a_gate_is_the_share_of_its_facts_known() -> None:
    def share(**facts: Any) -> float:
        return float(
            try_gates(Subject(application("a", **facts), (component("a", "x"),), TODAY))["a-x"][-1].share_known
        )

    assert share(legal_block="yes") == 0.5
    assert share(legal_block="yes", technical_block="no") == 1
    assert share(**IDLE) == 0.8
    assert share(**SAAS) == 1
