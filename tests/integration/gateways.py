"""A gateway before a scripted server, and questions to put to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from crews.gateway import Api, Endpoint, Gateway, Limits
from crews.model import Delta, Finished, Message, ModelFailed, ModelRequest, Speaker
from tests.faulty_model import FaultyModel

SCHEMA = {"type": "object", "properties": {"waves": {"type": "integer"}}, "required": ["waves"]}
KEY = "sk-never-to-be-seen"
QUICK = Limits(call_seconds=20, silence_seconds=10, backoff_seconds=0.01)


def endpoint(model: FaultyModel, api: Api = Api.OPENAI, name: str = "small") -> Endpoint:
    return Endpoint(name, model.anthropic_url if api is Api.ANTHROPIC else model.url, KEY, api)


def question(
    text: str = "How many waves?",
    *,
    schema: Mapping[str, Any] | None = None,
    seconds: float = 20,
    agent: str = "planner",
) -> ModelRequest:
    messages = (Message(Speaker.SYSTEM, "You plan."), Message(Speaker.USER, text))
    return ModelRequest(agent, messages, SCHEMA if schema is None else schema, seconds)


@asynccontextmanager
async def gateway(
    model: FaultyModel, api: Api = Api.OPENAI, limits: Limits = QUICK, **options: Any
) -> AsyncIterator[Gateway]:
    opened = Gateway(endpoint(model, api), limits=limits, **options)
    try:
        yield opened
    finally:
        await opened.close()


async def parts(asked: Gateway, request: ModelRequest, engagement: str = "e") -> list[Delta | Finished]:
    return [part async for part in asked.of(engagement).ask(request)]


async def outcome(asked: Gateway, request: ModelRequest | None = None, engagement: str = "e") -> tuple[str, str]:
    """What was said, and how it ended: an Ending or the code of a failure."""
    said = ""
    try:
        async for part in asked.of(engagement).ask(request or question()):
            if isinstance(part, Finished):
                return said, part.ending.value
            said += part.text
    except ModelFailed as failure:
        return said, failure.code
    return said, "NOTHING"
