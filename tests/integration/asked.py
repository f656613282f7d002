"""Agents that ask a scripted model through the product's own gateway and crews."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from typing import Any

from crews.agents import CrewAgents
from crews.crew import Crews
from crews.gateway import Budget, Endpoint, Gateway, Limits
from crews.progress import Unread, Writer
from shapes.codec import Codec
from tests.faulty_model import FaultyModel, Received, Reply, says

QUICK = Limits(call_seconds=20, silence_seconds=10, backoff_seconds=0.01)
_LINE = re.compile(r'^\{"key": .*\}$', re.MULTILINE)


def unread(_engagement: str, _flow: str, _writer: str) -> AbstractAsyncContextManager[Writer]:
    return nullcontext(Unread())


@contextmanager
def agents_of(
    model: FaultyModel, *, seconds: float = 20, limits: Limits = QUICK, budget: Budget | None = None
) -> Iterator[CrewAgents]:
    crews = Crews(most=4)
    gateway = Gateway(Endpoint("small", model.url), limits=limits, budget=budget)
    try:
        yield CrewAgents(gateway, crews, unread, Codec(), seconds)
    finally:
        crews.close()


def subjects(request: Received) -> dict[str, dict[str, Any]]:
    """What an agent was told of, by its keys."""
    told = (json.loads(line) for line in _LINE.findall(request.text))
    return {each["key"]: each for each in told}


def of(role: str) -> Callable[[Received], bool]:
    """Requests of the agent with that role."""
    return lambda request: f"You are {role}" in request.text


def answers(**parts: Any) -> Reply:
    """A good answer."""
    return says(json.dumps(parts))


def item(subject: str, confidence: float = 0.8, **values: Any) -> Mapping[str, Any]:
    return {"subject": subject, **values, "reason": "The facts say so.", "confidence": confidence}
