"""Who does a step: the pool of its role, else who answers for the application; or whom people chose before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.definition import Pattern, PhaseCall
from domain.flows.execution.facts import MIGRATION, Moving
from domain.flows.execution.step_kinds import StepKind
from domain.learning import LEARNED_ONCE, Lesson
from domain.planning.roles import WorkRole, role_of
from domain.runbook import RunbookStep

OWNER = "owner"
_OF_TECHNICAL = frozenset({WorkRole.ENGINEER, WorkRole.DATABASE, WorkRole.ARCHITECT})


@dataclass
class Owners:
    """Pools by role, and what was learned of who does what; `used` are the patterns that made a difference."""

    pools: dict[WorkRole, str]
    learned: tuple[Pattern, ...]
    used: dict[str, None] = field(default_factory=dict)

    @classmethod
    def among(cls, call: PhaseCall) -> Owners:
        pools: dict[WorkRole, str] = {}
        for pool in sorted(call.portfolio.pools, key=lambda each: (each.suggested, each.name, each.id)):
            role = role_of(pool.role)
            if role is not None and not pool.removed:
                pools.setdefault(role, pool.name)
        learned = [each for each in call.patterns if each.data.get("corrected") == OWNER]
        return cls(pools, tuple(sorted(learned, key=lambda each: (-each.confidence, each.id))))

    def of(self, kind: StepKind, each: Moving | None) -> str | None:
        """Who does steps of that kind; None where nobody is known."""
        return next(self._named(kind, each), None)

    def _named(self, kind: StepKind, each: Moving | None) -> Iterator[str]:
        department = each.application.department if each else None
        for pattern in self.learned:
            alike = pattern.data.get("step") == kind.kind and pattern.data.get("department") == department
            if alike and pattern.confidence >= LEARNED_ONCE and isinstance(pattern.data.get(OWNER), str):
                self.used[pattern.id] = None
                yield pattern.data[OWNER]
        if kind.role in self.pools:
            yield self.pools[kind.role]
        if each is not None:
            yield from _answering(kind.role, each)


def _answering(role: WorkRole, each: Moving) -> Iterator[str]:
    owners = (each.application.technical_owner, each.application.business_owner)
    ordered = owners if role in _OF_TECHNICAL else owners[::-1]
    yield from (owner for owner in ordered if owner)


def lesson_of(step: RunbookStep, department: str | None, owner: str) -> Lesson:
    """Whom a person names instead does the next steps of that kind in that department."""
    data = {"corrected": OWNER, "step": step.kind, "department": department, OWNER: owner}
    where = f" in {department}" if department else ""
    return Lesson(
        f"execution.{MIGRATION}",
        f"{owner} does the step {step.kind}{where}.",
        data,
        key=f"{OWNER}|{step.kind}|{department or ''}",
        conclusion=(OWNER,),
    )
