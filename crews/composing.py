"""Artifacts written by the model of this process: one request, one more with what was wrong, and live text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from crews.asking import Answer, Ask, AskFailed, Failing
from crews.exchange import Exchange
from crews.gateway import Gateway
from crews.model import Message, Speaker, Usage
from crews.progress import Progress, Writer
from crews.prompt import load_kind
from crews.schema import Short
from domain.agents.ports import Step
from domain.artifacts.authoring import Authored, AuthorFailed, Commission
from domain.artifacts.briefing import LONGEST
from domain.artifacts.contents import Checked
from domain.definition import Agent
from domain.model_usage import ModelUsage

# Who writes, where settings have a model for each role.
AGENT = Agent("artifact_writer", "Writer", "Write what is wished for from what is known, and from nothing else.")

# A document takes more than a remark.
_ROOM = 2

# Opens a text that people see while it is written: for an engagement, a flow, and who writes.
Texts = Callable[[str, str, str], AbstractAsyncContextManager[Writer]]


class ModelAuthor:
    """The model of this process, where it has one; `seconds` is the deadline of one artifact with everything in it.

    `longest` is how many characters it is told at most; `short` bounds answers of small models.
    """

    def __init__(
        self, gateway: Gateway, texts: Texts, seconds: float, longest: int = LONGEST, short: Short | None = None
    ) -> None:
        self.longest = longest
        self._short = short
        self._gateway = gateway
        self._texts = texts
        self._seconds = seconds

    @property
    def writes(self) -> bool:
        return self._gateway.endpoint_of(AGENT.key) is not None

    def writing(self, commission: Commission) -> AbstractAsyncContextManager[Writer]:
        return self._texts(commission.tenant.engagement_id, commission.flow_id, commission.writer)

    async def write(self, commission: Commission) -> Authored:
        prompt = load_kind("artifacts", commission.kind)
        schema = bounded(commission.schema, self._short) if self._short else commission.schema
        ask = Ask(AGENT, prompt, commission.briefing, schema, commission.read, self._seconds)
        try:
            answer = await self._ask(ask, commission)
        except AskFailed as problem:
            used = self._used(problem.usage, problem.attempts)
            failed = AuthorFailed(problem.code, str(problem), used, estimated=problem.usage.estimated)
        else:
            named = f"{prompt.name} {answer.prompt_version} {answer.prompt_sha}"
            usage = self._used(answer.usage, answer.attempts, answer.model)
            return Authored(answer.value, usage, answer.attempts, named, answer.usage.estimated)
        raise failed

    async def _ask(self, ask: Ask[Checked], commission: Commission) -> Answer[Checked]:
        model = self._gateway.of(commission.tenant.engagement_id)
        exchange = Exchange(model, ask, Progress(_nobody, partial(self.writing, commission)))
        messages = (Message(Speaker.SYSTEM, ask.prompt.text), Message(Speaker.USER, ask.briefing))
        try:
            async with asyncio.timeout(ask.seconds):
                return await exchange.answer(messages)
        except TimeoutError:
            message = f"There was no answer within {ask.seconds:g} seconds."
            late = AskFailed(Failing.TIMED_OUT, message, usage=exchange.usage, attempts=exchange.attempts)
        finally:
            exchange.stop()
        raise late

    def _used(self, usage: Usage, requests: int, model: str = "") -> ModelUsage:
        endpoint = self._gateway.endpoint_of(AGENT.key)
        provider, name = (endpoint.api.value, endpoint.model) if endpoint else ("", "")
        return ModelUsage(provider, model or name, usage.prompt_tokens, usage.answer_tokens, requests)


def bounded(schema: Any, short: Short) -> Any:
    """The same with ends: small models do not stop by themselves."""
    if isinstance(schema, list):
        return [bounded(each, short) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept = {key: bounded(value, short) for key, value in schema.items()}
    match schema.get("type"):
        case "array":
            return {**kept, "maxItems": _ROOM * short.items}
        case "string" if not {"enum", "format"} & kept.keys():
            return {**kept, "maxLength": _ROOM * short.text}
    return kept


async def _nobody(_step: Step) -> None:
    """Only the text is seen: that an artifact is written is told when it is there."""
