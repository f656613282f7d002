from __future__ import annotations

from dataclasses import replace

import pytest

from domain.dependency import Dependency, DependencyKind
from domain.errors import ErrorCode, Refused
from domain.flows.discovery.kinds import Provider, classify, told_kind
from domain.flows.discovery.results import DependencyAnswer, DependencyCorrection
from domain.flows.discovery.services import Service, shared_by_fan_in
from domain.inventory import CleansingFinding
from tests.unit.discovery.driving import FIXTURES, PERSON, Discovery, Engagement, discover

HARD, SOFT, SHARED = DependencyKind.HARD, DependencyKind.SOFT, DependencyKind.SHARED_SERVICE
ALONE = Provider(None, 1, 100)
KONVEYOR = "Record Type 1,Application Name,Dependency,Dependency Direction,Dependency Kind,Dependency Protocol\n"


def applications(*names: str) -> Engagement:
    rows = "".join(f"{name}\n" for name in names)
    first = discover(f"Application\n{rows}", file_name="names.csv")
    first.drive(until="inventory")
    return first.engagement


def told(rows: str, engagement: Engagement | None = None, flow_id: str = "flow-2") -> Discovery:
    held = engagement or applications("A", "B", "C", "D")
    discovery = discover(f"From,To,Protocol,Kind\n{rows}", held, flow_id=flow_id, file_name="edges.csv")
    discovery.drive(until="inventory")
    discovery.run("dependencies")
    return discovery


def kinds(discovery: Discovery) -> dict[str, DependencyKind]:
    return {f"{one} {other}": found.kind for (one, other), found in discovery.engagement.edges().items()}


def correction(discovery: Discovery, one: str, other: str, kind: DependencyKind) -> DependencyCorrection:
    names = discovery.engagement.names()
    return DependencyCorrection(names[one].id, names[other].id, kind)


@pytest.mark.parametrize(
    ("kind", "protocol", "provider", "expected", "confidence"),
    [
        (None, None, ALONE, SOFT, 0.5),
        ("infra", None, ALONE, SOFT, 0.5),
        ("Hard", None, ALONE, HARD, 1.0),
        ("async (queue)", "JDBC", ALONE, SOFT, 1.0),
        ("shared service", None, ALONE, SHARED, 1.0),
        (None, "JDBC", ALONE, HARD, 0.8),
        (None, "REST API", ALONE, HARD, 0.8),
        (None, "IBM MQ", ALONE, SOFT, 0.8),
        (None, "SFTP nightly", ALONE, SOFT, 0.8),
        (None, None, Provider(Service.DATA_STORE, 1, 100), HARD, 0.8),
        (None, None, Provider(Service.IDENTITY, 1, 100), HARD, 0.8),
        (None, "SFTP", Provider(Service.DATA_STORE, 1, 100), SOFT, 0.8),
        ("hard", "LDAP", Provider(Service.DIRECTORY, 1, 100), SHARED, 0.9),
        ("hard", None, Provider(None, 8, 53), SHARED, 1.0),
        ("hard", None, Provider(None, 8, 54), HARD, 1.0),
        ("hard", None, Provider(None, 7, 10), HARD, 1.0),
    ],
)
def test_the_kind_is_told_by_the_first_that_knows(
    kind: str | None, protocol: str | None, provider: Provider, expected: DependencyKind, confidence: float
) -> None:
    verdict = classify(kind, protocol, provider)

    assert (verdict.kind, verdict.confidence) == (expected, confidence)


def test_fan_in_makes_a_platform() -> None:
    assert [shared_by_fan_in(*pair) for pair in ((7, 8), (8, 53), (8, 54), (49, 1_000), (50, 100_000))] == [
        False,
        True,
        False,
        False,
        True,
    ]


def test_words_for_kinds() -> None:
    assert [told_kind(word) for word in ("HARD", "Synchronous", "event", "shared_service", "what", None)] == [
        HARD,
        HARD,
        SOFT,
        SHARED,
        None,
        None,
    ]


def test_northbound_turns_the_arrow() -> None:
    discovery = discover(KONVEYOR + "1,A,,,,\n1,B,,,,\n2,A,B,northbound,hard,\n2,A,B,southbound,soft,\n")
    discovery.drive(until="dependencies")

    assert kinds(discovery) == {"B A": HARD, "A B": SOFT}


def test_applications_may_name_what_they_need_themselves() -> None:
    discovery = discover('Application,Criticality,Depends on\nA,low,"B; C"\nB,low,\nC,low,B\n')
    discovery.drive(until="dependencies")

    assert kinds(discovery) == {"A B": SOFT, "A C": SOFT, "C B": SOFT}


def test_a_server_stands_for_its_application() -> None:
    held = discover((FIXTURES / "servers.csv").read_bytes(), file_name="servers.csv")
    held.drive(until="inventory")

    assert kinds(told("lonely-01,clm-db-01,JDBC,\n", held.engagement)) == {"lonely-01 Claims Desk": HARD}


def test_unknown_names_and_self_dependencies_are_left_out_with_a_finding() -> None:
    discovery = told("A,B,,\nA,Nobody,,\nb,B ,,\nA,nobody,,\n")

    assert kinds(discovery) == {"A B": SOFT}
    assert [(one.rule, one.line, one.before) for one in discovery.engagement.of(CleansingFinding)] == [
        ("unknown-application", 3, "A needs Nobody"),
        ("self-dependency", 4, "b needs B"),
    ]
    result = discovery.results["dependencies"]
    assert (result.unknown_names, result.self_dependencies) == (1, 1)
    assert discovery.warnings["dependencies"] == ("UNKNOWN_APPLICATIONS", "DEPENDENCIES_UNCERTAIN")


def test_what_the_source_does_not_say_is_listed_and_proposed() -> None:
    discovery = told("A,B,,\nB,C,JDBC,\n")

    assert [(one.kind, one.confidence) for one in discovery.results["dependencies"].uncertain] == [(SOFT, 0.5)]
    assert discovery.propose("dependencies") == DependencyAnswer((correction(discovery, "A", "B", SOFT),))


def test_cycles_of_any_length_become_groups() -> None:
    discovery = told("A,B,,hard\nB,C,,hard\nC,A,,hard\nC,D,,hard\nD,A,,soft\n")

    [cycle] = discovery.results["dependencies"].cycles
    names = {found.id: found.name for found in discovery.engagement.names().values()}
    assert {names[id] for id in cycle.application_ids} == {"A", "B", "C"}
    assert len(cycle.dependency_ids) == 3
    assert "DEPENDENCY_CYCLES" in discovery.warnings["dependencies"]


def test_an_accepted_proposal_changes_nothing() -> None:
    discovery = told("A,B,,\n")
    before = discovery.engagement.edges()

    result = discovery.answer("dependencies", discovery.propose("dependencies"))

    assert (discovery.engagement.edges(), discovery.saved["dependencies answer"]) == (before, [])
    assert result.uncertain == ()


def test_corrections_are_kept_recomputed_and_survive_the_next_run() -> None:
    discovery = told("A,B,,hard\nB,A,,\n")

    result = discovery.answer(
        "dependencies",
        DependencyAnswer((correction(discovery, "B", "A", HARD), correction(discovery, "C", "A", SHARED))),
    )
    discovery.run("dependencies")

    assert (result.hard, result.shared_service, len(result.cycles)) == (2, 1, 1)
    assert [(one.because, one.dependents) for one in result.shared_services] == [("A person says so.", 1)]
    assert kinds(discovery) == {"A B": HARD, "B A": HARD, "C A": SHARED}
    edges = discovery.engagement.edges()
    assert (edges["B", "A"].origin, edges["B", "A"].confidence) == (PERSON, 1.0)
    assert discovery.saved["dependencies"] == []


def test_all_that_is_wrong_with_corrections_is_told_at_once() -> None:
    discovery = told("A,B,,\n")
    one = correction(discovery, "A", "B", HARD)
    before = discovery.engagement.edges()

    with pytest.raises(Refused) as refused:
        discovery.answer(
            "dependencies",
            DependencyAnswer((one, replace(one, to_id="nobody"), replace(one, to_id=one.from_id), one)),
        )

    assert [(problem.code, problem.path) for problem in refused.value.problems] == [
        (ErrorCode.NOT_FOUND, ("data", "dependencies", "1", "toId")),
        (ErrorCode.INVALID_INPUT, ("data", "dependencies", "2", "toId")),
        (ErrorCode.INVALID_INPUT, ("data", "dependencies", "3")),
    ]
    assert discovery.engagement.edges() == before


def test_a_file_that_tells_a_dependency_no_more_takes_it_away() -> None:
    first = told("A,B,,\nB,C,,\n")
    other = discover("From,To\nC,D\n", first.engagement, flow_id="flow-3", file_name="others.csv")
    other.drive(until="dependencies")

    second = told("A,B,,\n", first.engagement, "flow-4")

    assert kinds(second) == {"A B": SOFT, "C D": SOFT}
    assert second.results["dependencies"].removed == 1


def test_a_platform_is_seen_over_several_imports() -> None:
    names = [f"App {number}" for number in range(10)]
    engagement = applications("Hub", *names)
    told("".join(f"{name},Hub,JDBC,\n" for name in names[:5]), engagement)

    second = discover(
        "From,To\n" + "".join(f"{name},Hub\n" for name in names[5:]), engagement, flow_id="f-3", file_name="more.csv"
    )
    second.drive(until="dependencies")

    assert set(kinds(second).values()) == {SHARED}
    [shared] = second.results["dependencies"].shared_services
    assert (shared.dependents, shared.because) == (10, "10 of 11 applications need it.")


def test_the_same_list_again_saves_nothing() -> None:
    first = told("A,B,,\nB,C,JDBC,\nC,A,,hard\n")

    second = told("A,B,,\nB,C,JDBC,\nC,A,,hard\n", first.engagement, "flow-3")

    assert [value for value in second.saved["dependencies"] if isinstance(value, Dependency)] == []
