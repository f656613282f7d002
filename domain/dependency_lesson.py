"""What is learned when a person corrects dependencies: how the same provider is needed by others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from domain.application import Application
from domain.definition import Pattern
from domain.dependency import DependencyKind
from domain.learning import LEARNED_TWICE, Lesson, key_of

KIND = "discovery.dependencies"


@dataclass(frozen=True, slots=True)
class Correction:
    """A dependency on that provider that is of another kind than was proposed; None where none was."""

    provider: Application
    proposed: DependencyKind | None
    chosen: DependencyKind


def lessons(corrections: Iterable[Correction]) -> Iterator[Lesson]:
    """One for each provider that is corrected to one kind: what differs from case to case teaches nothing."""
    found: dict[str, list[Correction]] = {}
    for one in corrections:
        found.setdefault(one.provider.id, []).append(one)
    for several in found.values():
        if len({one.chosen for one in several}) == 1:
            yield _lesson(several[0])


def _lesson(one: Correction) -> Lesson:
    return Lesson(
        kind=KIND,
        summary=f"Who needs {one.provider.name} needs it {one.chosen}.",
        data={
            "provider": one.provider.name,
            "technologies": [each.name for each in one.provider.technologies],
            "proposed": one.proposed and str(one.proposed),
            "chosen": str(one.chosen),
        },
        key=_key(one.provider),
        conclusion=("chosen",),
    )


def _key(provider: Application) -> str:
    return key_of(f"to|{provider.key}")


def taught(patterns: Iterable[Pattern]) -> Mapping[str, Pattern]:
    """What was said of providers twice, by key: from then on it is taken for a fact."""
    return {each.key: each for each in patterns if each.key and each.kind == KIND and each.confidence >= LEARNED_TWICE}


def kind_of(provider: Application, known: Mapping[str, Pattern]) -> tuple[DependencyKind, Pattern] | None:
    """How that provider is needed, by what people said of it."""
    pattern = known.get(_key(provider))
    return (DependencyKind(str(pattern.data["chosen"])), pattern) if pattern else None
