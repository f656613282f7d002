"""The agents of one process, behind the domain's port: prompt, crew, gateway, and live text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from crews.asking import AskFailed
from crews.crew import Crews
from crews.gateway import Gateway
from crews.model import Usage
from crews.progress import Progress, Writer
from crews.proposing import ask_for_proposal
from crews.schema import Short
from domain.agents.briefing import LONGEST
from domain.agents.permission import permitted
from domain.agents.ports import AgentFailed, Proposed, Question, Tell
from domain.model_usage import ModelUsage
from domain.ports import Shapes

# Opens a text that people see while it is written: for an engagement, a flow, and who writes.
Texts = Callable[[str, str, str], AbstractAsyncContextManager[Writer]]


@dataclass(frozen=True, slots=True)
class CrewAgents:
    """`seconds` is the deadline of one ask with everything in it; `short` bounds answers of small models."""

    gateway: Gateway
    crews: Crews
    texts: Texts
    shapes: Shapes
    seconds: float
    longest: int = LONGEST
    short: Short | None = None

    def asks(self, kind: str, agent: str) -> bool:
        return bool(permitted(kind, agent)) and self.gateway.endpoint_of(agent) is not None

    async def ask(self, question: Question, tell: Tell) -> Proposed:
        ask = ask_for_proposal(question.agent, question.briefing, self.shapes, self.seconds, self.short)
        engagement, agent = question.tenant.engagement_id, question.agent.key
        progress = Progress(tell, partial(self.texts, engagement, question.flow_id, agent))
        try:
            answer = await self.crews.ask(self.gateway.of(engagement), ask, progress)
        except AskFailed as problem:
            used = self._used(agent, problem.usage, problem.attempts)
            failed = AgentFailed(problem.code, str(problem), used, estimated=problem.usage.estimated)
        else:
            prompt = f"{ask.prompt.name} {answer.prompt_version} {answer.prompt_sha}"
            usage = self._used(agent, answer.usage, answer.attempts, answer.model)
            given, estimated = answer.value, answer.usage.estimated
            return Proposed(given.proposal, usage, estimated, answer.attempts, prompt, given.strange)
        raise failed

    def _used(self, agent: str, usage: Usage, requests: int, model: str = "") -> ModelUsage:
        endpoint = self.gateway.endpoint_of(agent)
        provider, name = (endpoint.api.value, endpoint.model) if endpoint else ("", "")
        return ModelUsage(provider, model or name, usage.prompt_tokens, usage.answer_tokens, requests)
