"""What discovery learns from a person's answers, and what it makes of it in later flows."""

from __future__ import annotations

from domain.dependency import DependencyKind
from domain.flows.discovery.results import CleansingAnswer, DependencyAnswer
from domain.inventory import CleansingFinding
from domain.learning import LearningPattern
from tests.unit.discovery.driving import Engagement, discover
from tests.unit.discovery.test_dependencies import HARD, SOFT, applications, correction, kinds, told

PRODUCTS = "Application,Operating system\nA,Win2k8 R2\nB,Win2k8 R2\n"


def patterns(engagement: Engagement, phase: str) -> list[tuple[str, float]]:
    found = (each for each in engagement.of(LearningPattern) if each.kind == f"discovery.{phase}")
    return [(each.summary, each.confidence) for each in found]


def corrected(engagement: Engagement, number: int, *edges: tuple[str, str, DependencyKind]) -> None:
    discovery = told("".join(f"{one},{other},,\n" for one, other, _ in edges), engagement, f"flow-{number}")
    answer = DependencyAnswer(tuple(correction(discovery, *edge) for edge in edges))
    discovery.answer("dependencies", answer)


def test_a_provider_corrected_in_two_flows_is_needed_so_in_the_third() -> None:
    engagement = applications("A", "B", "C", "D", "E")
    corrected(engagement, 2, ("A", "D", HARD))
    second = told("B,D,,\n", engagement, "flow-3")
    before = kinds(second)["B D"]
    second.answer("dependencies", DependencyAnswer((correction(second, "B", "D", HARD),)))

    third = told("C,D,,\nC,E,,\n", engagement, "flow-4")

    assert before is SOFT
    assert patterns(engagement, "dependencies") == [("Who needs D needs it HARD.", 0.9)]
    assert (kinds(third)["C D"], kinds(third)["C E"]) == (HARD, SOFT)
    assert third.engagement.edges()["C", "D"].confidence == 0.9
    [pattern] = [each for each in engagement.of(LearningPattern) if each.kind == "discovery.dependencies"]
    assert third.used["dependencies"] == (pattern.id,)


def test_what_differs_from_case_to_case_and_what_stays_teaches_nothing() -> None:
    engagement = applications("A", "B", "C", "D")

    corrected(engagement, 2, ("A", "D", HARD), ("B", "D", DependencyKind.SHARED_SERVICE), ("A", "C", SOFT))

    assert patterns(engagement, "dependencies") == []


def test_what_is_refused_against_the_rules_is_remembered_without_its_flow() -> None:
    discovery = discover(PRODUCTS)
    discovery.drive(until="attribute_mapping")
    discovery.run("data_cleansing")
    (finding,) = discovery.engagement.of(CleansingFinding)
    discovery.answer("data_cleansing", CleansingAnswer(refuse=(finding.id,), accept_all=True))
    discovery.engagement.remove(discovery.engagement.of(CleansingFinding))

    again = discover(PRODUCTS, discovery.engagement, flow_id="flow-2")
    again.drive(until="attribute_mapping")
    again.run("data_cleansing")

    (found,) = again.engagement.of(CleansingFinding)
    assert patterns(again.engagement, "data_cleansing") == [
        ("Refused: product-name Win2k8 R2 -> Windows Server 2008 R2", 0.75)
    ]
    assert again.propose("data_cleansing") == CleansingAnswer(refuse=(found.id,), accept_all=True)
    assert len(again.used["data_cleansing"]) == 1
    again.answer("data_cleansing", CleansingAnswer(accept_all=True))
    assert patterns(again.engagement, "data_cleansing") == [
        ("Accepted: product-name Win2k8 R2 -> Windows Server 2008 R2", 0.75)
    ]


def test_what_is_decided_as_the_rules_propose_teaches_nothing() -> None:
    discovery = discover(PRODUCTS)
    discovery.drive(until="data_cleansing")

    assert patterns(discovery.engagement, "data_cleansing") == []
