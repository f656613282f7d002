"""What language models were asked and what they answered, in tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What one model of one provider read and wrote."""

    provider: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    requests: int


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What one agent asked of a model in one run; `estimated` where the endpoint did not tell the tokens."""

    id: str
    flow_id: str
    run_id: str
    phase: str
    agent: str
    at: datetime
    usage: ModelUsage
    estimated: bool = False


def summed(usages: Iterable[ModelUsage]) -> tuple[ModelUsage, ...]:
    """One for each model of each provider, by their names."""
    sums: dict[tuple[str, str], ModelUsage] = {}
    for usage in usages:
        key = (usage.provider, usage.model)
        sums[key] = _added(sums[key], usage) if key in sums else usage
    return tuple(sums[key] for key in sorted(sums))


def together(usages: Iterable[ModelUsage]) -> ModelUsage | None:
    """All in one, under the names of all providers and of all models; None where no model was asked."""
    several = summed(usages)
    if not several:
        return None
    whole = several[0]
    for usage in several[1:]:
        whole = _added(whole, usage)
    return replace(whole, provider=_names(u.provider for u in several), model=_names(u.model for u in several))


def _added(one: ModelUsage, other: ModelUsage) -> ModelUsage:
    return replace(
        one,
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        requests=one.requests + other.requests,
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
