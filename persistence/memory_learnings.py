"""What was learned, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from domain.definition import Pattern
from domain.learning import FEEDBACK, LearningPattern


class MemoryLearnings:
    """What was learned in one engagement; of client accounts memory knows nothing."""

    def __init__(self, patterns: dict[str, LearningPattern]) -> None:
        self._patterns = patterns

    async def recall(self, kind: str, about: str = "") -> tuple[Pattern, ...]:
        del about
        found = (each for each in reversed(self._patterns.values()) if each.kind in (kind, f"{FEEDBACK}.{kind}"))
        return tuple(Pattern(p.kind, p.summary, p.data, p.confidence, p.id, p.key) for p in found)

    async def known(self, kind: str, keys: Collection[str]) -> Mapping[str, LearningPattern]:
        return {p.key: p for p in self._patterns.values() if p.kind == kind and p.key is not None and p.key in keys}

    async def save(self, patterns: Sequence[LearningPattern], flow_id: str | None) -> None:
        """Only the flow that taught it first is kept here."""
        del flow_id
        self._patterns.update({each.id: each for each in patterns})

    async def used(self, pattern_ids: Collection[str]) -> None:
        for id in pattern_ids:
            self._patterns[id] = replace(self._patterns[id], uses=self._patterns[id].uses + 1)
