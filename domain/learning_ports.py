"""How what was learned is kept and found again, behind the unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.account_pattern import AccountPattern
    from domain.definition import Pattern
    from domain.learning import LearningPattern, Verdict


class LearningRepository(Protocol):
    """What was learned in the engagement, and in others of its client account for all of them."""

    async def recall(self, kind: str, about: str = "") -> tuple[Pattern, ...]:
        """Of that kind of work and of feedback on it: the engagement's own first, then by likeness."""

    async def known(self, kind: str, keys: Collection[str]) -> Mapping[str, LearningPattern]:
        """Those of the engagement about these keys, by key; locked until the unit of work ends."""

    async def save(self, patterns: Sequence[LearningPattern], flow_id: str | None) -> None:
        """Insert or replace each by its id, as taught by that flow too; how often it was used stays."""

    async def used(self, pattern_ids: Collection[str], flow_id: str, phase: str) -> None:
        """Count one more use of each, and remember that this phase of that flow made it."""

    async def in_use(self, flow_id: str, phase: str) -> tuple[Pattern, ...]:
        """What that phase used and nobody has overruled there."""

    async def judge(self, flow_id: str, phase: str, verdicts: Mapping[str, Verdict], *, moving: bool = True) -> None:
        """What people did with what these patterns, by id, were used for; `moving` their confidence with it.

        Once for each phase of a flow; what was kept may still be overruled.
        """

    async def let_stand(self, flow_id: str) -> None:
        """The flow has ended well: whatever it used and nobody has judged is kept."""

    async def names(self, texts: Sequence[str]) -> frozenset[str]:
        """Names of the engagement's applications, servers and people that occur in the texts."""

    async def share(self, pattern: AccountPattern) -> None:
        """Let the whole client account read that."""
