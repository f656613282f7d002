"""What other engagements of a client account may read of a pattern: no flow, and nobody's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.learning import LearningPattern

_LEFT_OUT = "…"
_SHORTEST = 2
# What names a thing or a person of the engagement, whatever it holds.
_PRIVATE = frozenset({"subject", "by", "rationale"})
# Neither goes back over what it has read: a long text takes no longer by its length than a short one.
_UUID = re.compile(
    r"(?:(?<!\w)[a-z]\w{0,59}+:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?::\w{1,80}+)?", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)*+")
_ID_KEY = re.compile(r".*(?:Ids?|_ids?)|ids?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AccountPattern:
    """A pattern as the whole client account may read it, under the id that it has in its own engagement."""

    id: str
    kind: str
    summary: str
    data: Mapping[str, Any]
    confidence: float
    created_at: datetime


def for_account(pattern: LearningPattern, names: Collection[str]) -> AccountPattern:
    """The pattern without those names, ids, addresses, and what it says about one thing or by one person."""
    known = _Names(names)
    return AccountPattern(
        id=pattern.id,
        kind=pattern.kind,
        summary=known.left_out(pattern.summary),
        data=known.without(pattern.data),
        confidence=pattern.confidence,
        created_at=pattern.created_at,
    )


class _Names:
    """Takes names out of texts; the longest first, so that none is left in part."""

    def __init__(self, names: Collection[str]) -> None:
        told = sorted({name.strip() for name in names if len(name.strip()) >= _SHORTEST}, key=len, reverse=True)
        spelled = (r"\s+".join(re.escape(word) for word in name.split()) for name in told)
        any_of = "|".join(spelled)
        self._pattern = re.compile(rf"(?<!\w)(?:{any_of})(?!\w)", re.IGNORECASE) if any_of else None

    def left_out(self, text: str) -> str:
        bare = _ADDRESS.sub(_LEFT_OUT, _UUID.sub(_LEFT_OUT, text))
        return self._pattern.sub(_LEFT_OUT, bare) if self._pattern else bare

    def without(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            kept = ((str(key), item) for key, item in value.items())
            return {
                self.left_out(key): self.without(item)
                for key, item in kept
                if key not in _PRIVATE and not _ID_KEY.fullmatch(key)
            }
        if isinstance(value, list | tuple):
            return [self.without(item) for item in value]
        return self.left_out(value) if isinstance(value, str) else value
