"""Parts in a conversation, played by a model: asked through the gateway, and seen while it is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from crews.exchange import UNASKED
from crews.gateway import Gateway
from crews.gateway.dialect import estimate_tokens, size_of
from crews.model import Delta, Ending, Finished, Message, ModelFailed, ModelRequest, Speaker, Usage
from crews.progress import CHECKED, WRITES, Progress, Writer
from domain.agents.playing import Part, Words
from domain.agents.ports import AgentFailed, Step, Tell
from domain.builds.fitting import bytes_of
from domain.model_usage import ModelUsage
from domain.model_window import window_of

# Opens a text that people see while it is written: for an engagement, a flow, and who writes.
Texts = Callable[[str, str, str], AbstractAsyncContextManager[Writer]]

ASKS = Step("Asks the model.", 10)
# Code of a model that would not, and of one that wrote on until its limit.
REFUSED, CUT = "REFUSED", "CUT"
# Whole files and what was said of them take more than the facts of other phases.
_SHARE = 4


@dataclass(frozen=True, slots=True)
class CrewPlayers:
    """`seconds` is the deadline of one ask, `longest` what settings let an agent of another phase be told.

    `window` is how many tokens the model reads and writes; 0 is what is known of it.
    """

    gateway: Gateway
    texts: Texts
    seconds: float
    longest: int
    window: int = 0

    def plays(self, agent: str) -> bool:
        return self.gateway.endpoint_of(agent) is not None

    def room(self, agent: str) -> int:
        endpoint = self.gateway.endpoint_of(agent)
        window = self.window or window_of(endpoint.model if endpoint else "")
        # Half of it is for what is told; of the rest a part is the system prompt's.
        return min(_SHARE * self.longest, bytes_of(window // 2))

    async def play(self, part: Part, tell: Tell) -> Words:
        progress = Progress(tell, partial(self.texts, part.tenant.engagement_id, part.flow_id, part.agent.key))
        request = ModelRequest(part.agent.key, _messages(part), {}, self.seconds)
        listening = _Listening(self.gateway.of(part.tenant.engagement_id).ask(request), progress)
        try:
            async with progress.telling():
                end = await listening.to_its_end()
        except ModelFailed as problem:
            used = None if problem.code in UNASKED else self._used(part, listening.estimate(request))
            failed = AgentFailed(problem.code, str(problem), used, estimated=True)
        else:
            used = self._used(part, end.usage, end.model)
            if end.ending is not Ending.REFUSED:
                return Words(listening.text, used, end.usage.estimated)
            failed = AgentFailed(REFUSED, "The model refused to answer.", used, estimated=end.usage.estimated)
        raise failed

    def _used(self, part: Part, usage: Usage, model: str = "") -> ModelUsage:
        endpoint = self.gateway.endpoint_of(part.agent.key)
        provider, name = (endpoint.api.value, endpoint.model) if endpoint else ("", "")
        return ModelUsage(provider, model or name, usage.prompt_tokens, usage.answer_tokens, 1)


class _Listening:
    """One answer while it comes."""

    def __init__(self, parts: AsyncIterator[Delta | Finished], progress: Progress) -> None:
        self._parts = parts
        self._progress = progress
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def estimate(self, request: ModelRequest) -> Usage:
        """What an answer that broke off will have taken."""
        told = estimate_tokens(*(message.text for message in request.messages))
        return Usage(told, -(-size_of(self.text) // 3), estimated=True)

    async def to_its_end(self) -> Finished:
        closing: Any = aclosing(cast("Any", self._parts))
        self._progress.step(ASKS)
        async with self._progress.writing() as writer, closing as parts:
            async for part in parts:
                if isinstance(part, Finished):
                    self._progress.step(CHECKED)
                    return part
                if not self._pieces:
                    self._progress.step(WRITES)
                self._pieces.append(part.text)
                writer.write(part.text)
        raise ModelFailed("TRUNCATED", "The model's answer broke off.")


def _messages(part: Part) -> tuple[Message, ...]:
    said = (Message(Speaker(speaker), text) for speaker, text in part.asked.messages)
    return (Message(Speaker.SYSTEM, part.asked.system), *said)
