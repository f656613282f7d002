"""What the phases of a build come to, and whether the figures of an answer can be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from domain.builds.table import BuildState
from domain.errors import ErrorCode, Problem

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class BuildTested:
    """What was tested; `failures` name the tests that failed, as text or as objects."""

    tests_run: int
    tests_passed: int
    coverage_percent: float
    failures: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildVerified:
    """Whether it may be released; `findings` are what was found, as text or as objects."""

    approved: bool
    findings: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildDeployed:
    """What was released, and where."""

    version: str
    environment: str


# What the others come to has the shape that their role gives it.
FREE: type = dict
RESULTS: Mapping[BuildState, type] = MappingProxyType(
    {
        BuildState.DISCOVERY: FREE,
        BuildState.PLANNING: FREE,
        BuildState.IMPLEMENTATION: FREE,
        BuildState.TESTING: BuildTested,
        BuildState.VERIFICATION: BuildVerified,
        BuildState.DEPLOYMENT: BuildDeployed,
    }
)


def as_data(result: Any) -> Mapping[str, Any]:
    """The result as JSON, by the names that JSON has."""
    if isinstance(result, Mapping):
        return result
    return {_camel(each.name): _plain(getattr(result, each.name)) for each in fields(result)}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def impossible(result: Any) -> tuple[Problem, ...]:
    """What of that result cannot be, whatever was built: one INVALID_INPUT each."""
    match result:
        case BuildTested():
            return tuple(_untestable(result))
        case BuildDeployed():
            return tuple(_unnamed(result))
        case _:
            return ()


def _untestable(result: BuildTested) -> Iterator[Problem]:
    if result.tests_run < 0:
        yield _wrong("The number of tests that ran is not below 0.", "testsRun")
    if not 0 <= result.tests_passed <= max(result.tests_run, 0):
        yield _wrong("Between none and all of the tests that ran have passed.", "testsPassed")
    if not (math.isfinite(result.coverage_percent) and 0 <= result.coverage_percent <= _WHOLE):
        yield _wrong("Coverage is a percentage from 0 to 100.", "coveragePercent")


def _unnamed(result: BuildDeployed) -> Iterator[Problem]:
    if not result.version.strip():
        yield _wrong("Name the version that was released.", "version")
    if not result.environment.strip():
        yield _wrong("Name the environment it was released to.", "environment")


def _wrong(message: str, field: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, ("phaseResult", field))
