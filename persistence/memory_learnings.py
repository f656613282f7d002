"""What was learned, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from domain.definition import Pattern
from domain.learning import FEEDBACK, RECALLED_FROM, LearningPattern, Verdict


class MemoryLearnings:
    """What was learned in one engagement; of client accounts memory knows nothing."""

    def __init__(self, patterns: dict[str, LearningPattern], uses: dict[tuple[str, str, str], Verdict | None]) -> None:
        self._patterns = patterns
        self._uses = uses

    async def recall(self, kind: str, about: str = "") -> tuple[Pattern, ...]:
        del about
        kinds = (kind, f"{FEEDBACK}.{kind}")
        found = (each for each in reversed(self._patterns.values()) if each.kind in kinds)
        return tuple(_pattern(each) for each in found if each.confidence >= RECALLED_FROM)

    async def known(self, kind: str, keys: Collection[str]) -> Mapping[str, LearningPattern]:
        return {p.key: p for p in self._patterns.values() if p.kind == kind and p.key is not None and p.key in keys}

    async def save(self, patterns: Sequence[LearningPattern], flow_id: str | None) -> None:
        """Only the flow that taught it first is kept here."""
        del flow_id
        self._patterns.update({each.id: each for each in patterns})

    async def used(self, pattern_ids: Collection[str], flow_id: str, phase: str) -> None:
        for id in pattern_ids:
            self._patterns[id] = replace(self._patterns[id], uses=self._patterns[id].uses + 1)
            self._uses.setdefault((flow_id, phase, id), None)

    async def in_use(self, flow_id: str, phase: str) -> tuple[Pattern, ...]:
        keys = ((flow_id, phase, id) for id in sorted(self._patterns))
        used = (key for key in keys if key in self._uses and self._uses[key] is not Verdict.OVERRULED)
        return tuple(_pattern(self._patterns[id]) for _flow, _phase, id in used)

    async def judge(self, flow_id: str, phase: str, verdicts: Mapping[str, Verdict], *, moving: bool = True) -> None:
        for id, verdict in verdicts.items():
            if self._uses[flow_id, phase, id] not in (verdict, Verdict.OVERRULED):
                self._uses[flow_id, phase, id] = verdict
                if moving:
                    self._move(id, verdict)

    async def let_stand(self, flow_id: str) -> None:
        unjudged = [key for key, verdict in self._uses.items() if key[0] == flow_id and verdict is None]
        self._uses |= dict.fromkeys(unjudged, Verdict.KEPT)
        for id in {id for _flow, _phase, id in unjudged}:
            self._move(id, Verdict.KEPT)

    def _move(self, id: str, verdict: Verdict) -> None:
        known = self._patterns[id]
        self._patterns[id] = replace(known, confidence=verdict.moved(known.confidence))


def _pattern(known: LearningPattern) -> Pattern:
    return Pattern(known.kind, known.summary, known.data, known.confidence, known.id, known.key)
