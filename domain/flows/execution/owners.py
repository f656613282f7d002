"""Who does a step: the pool of its role, else who answers for the application; or whom people chose before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.definition import Pattern, PhaseCall
from domain.flows.execution.facts import MIGRATION, Moving
from domain.flows.execution.step_kinds import StepKind
from domain.learning import LEARNED_ONCE, Lesson
from domain.planning.roles import WorkRole
from domain.runbook import RunbookStep
from domain.step_owners import answering, pools_by_role

OWNER = "owner"


@dataclass
class Owners:
    """Pools by role, and what was learned of who does what; `used` are the patterns that made a difference."""

    pools: Mapping[WorkRole, str]
    learned: tuple[Pattern, ...]
    used: dict[str, None] = field(default_factory=dict)

    @classmethod
    def among(cls, call: PhaseCall) -> Owners:
        learned = [each for each in call.patterns if each.data.get("corrected") == OWNER]
        return cls(
            pools_by_role(call.portfolio.pools), tuple(sorted(learned, key=lambda each: (-each.confidence, each.id)))
        )

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
            yield from answering(kind.role, each.application)


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
