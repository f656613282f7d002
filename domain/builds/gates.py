"""The gates of a build: what an answer fails to show, each reason in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain.builds.results import BuildTested, BuildVerified
from domain.builds.table import GATES, BuildState, Gate
from domain.errors import ErrorCode, Problem
from domain.reference_data import read_toml

SETTING = "buildCoveragePercent"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a gate looks at: the answer's result, and whether an approved verification stands."""

    result: Any
    verified: bool
    coverage_percent: float


def coverage_needed(settings: Mapping[str, Any]) -> float:
    """The engagement's own percentage of coverage, else the product's."""
    own = settings.get(SETTING)
    if isinstance(own, int | float) and not isinstance(own, bool) and 0 <= own <= 100:  # noqa: PLR2004 - percent
        return float(own)
    return float(read_toml("build_gates")["tests"]["coverage_percent"])


def open_gates(state: BuildState, shown: Shown) -> tuple[Problem, ...]:
    """Why the phase is not complete with that answer: one NOT_READY for each reason, none where it is."""
    gate = GATES.get(state)
    if gate is None:
        return ()
    return tuple(Problem(ErrorCode.NOT_READY, reason, ("phaseResult", field)) for field, reason in _CHECKS[gate](shown))


def _tests(shown: Shown) -> Iterator[tuple[str, str]]:
    result: BuildTested = shown.result
    if result.tests_run == 0:
        yield "testsRun", "No test has run."
    failed = result.tests_run - result.tests_passed
    if failed:
        yield "testsPassed", f"{failed} of {result.tests_run} tests did not pass."
    elif result.failures:
        yield "failures", f"All tests passed, and yet failures are named: {len(result.failures)}."
    if result.coverage_percent < shown.coverage_percent:
        yield (
            "coveragePercent",
            f"Coverage is {result.coverage_percent:g}%; at least {shown.coverage_percent:g}% is needed.",
        )


def _approval(shown: Shown) -> Iterator[tuple[str, str]]:
    result: BuildVerified = shown.result
    if not result.approved:
        told = f" Findings: {len(result.findings)}." if result.findings else ""
        yield "approved", f"The verification is not approved.{told}"


def _verified(shown: Shown) -> Iterator[tuple[str, str]]:
    if not shown.verified:
        yield "version", "Nothing is deployed without an approved verification of what was built last."


_CHECKS: Mapping[Gate, Callable[[Shown], Iterator[tuple[str, str]]]] = MappingProxyType(
    {Gate.TESTS: _tests, Gate.APPROVAL: _approval, Gate.VERIFIED: _verified}
)
