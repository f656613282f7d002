"""Contracts looked at by the model of this process: one request, and one more with what was wrong."""

from __future__ import annotations

import asyncio

from crews.asking import Answer, Ask, AskFailed, Failing
from crews.exchange import Exchange
from crews.gateway import Gateway
from crews.model import Message, Speaker
from crews.progress import Progress
from crews.prompt import load_whole
from domain.agents.ports import Step
from domain.contracts.asking import LONGEST, LookFailed, Opinion, Proposal, Question
from domain.definition import Agent
from domain.model_usage import ModelUsage

# Who looks, where settings have a model for each role.
AGENT = Agent("contract_reader", "Contract reader", "Read what a contract says, and where it says so.")


class ModelContractReader:
    """The model of this process, where it has one; `seconds` is the deadline of one look with everything in it."""

    def __init__(self, gateway: Gateway, seconds: float, longest: int = LONGEST) -> None:
        self._gateway = gateway
        self._seconds = seconds
        self.longest = longest

    @property
    def looks(self) -> bool:
        return self._gateway.endpoint_of(AGENT.key) is not None

    async def look(self, question: Question) -> Opinion:
        ask = Ask(AGENT, load_whole("contracts"), question.briefing, question.schema, question.read, self._seconds)
        try:
            answer = await self._ask(ask, question)
        except AskFailed as problem:
            failed = LookFailed(str(problem))
        else:
            endpoint = self._gateway.endpoint_of(AGENT.key)
            used = answer.usage
            usage = ModelUsage(
                endpoint.api.value if endpoint else "",
                answer.model,
                used.prompt_tokens,
                used.answer_tokens,
                answer.attempts,
            )
            return Opinion(answer.value, usage)
        raise failed

    async def _ask(self, ask: Ask[Proposal], question: Question) -> Answer[Proposal]:
        exchange = Exchange(self._gateway.of(question.tenant.engagement_id), ask, Progress(_nobody))
        messages = (Message(Speaker.SYSTEM, ask.prompt.text), Message(Speaker.USER, ask.briefing))
        try:
            async with asyncio.timeout(ask.seconds):
                return await exchange.answer(messages)
        except TimeoutError:
            late = AskFailed(Failing.TIMED_OUT, f"There was no answer within {ask.seconds:g} seconds.")
        finally:
            exchange.stop()
        raise late


async def _nobody(_step: Step) -> None:
    """That a contract was looked at is told when it is done."""
