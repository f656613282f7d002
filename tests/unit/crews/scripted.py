"""A model that answers by a script, behind the same port as the gateway; and an ask to put to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from crews.asking import Ask
from crews.model import Delta, Ending, Finished, ModelFailed, ModelRequest, Usage
from crews.progress import Progress
from crews.prompt import Prompt
from domain.agents.ports import Step
from domain.definition import Agent
from domain.errors import ErrorCode, refuse

GOOD = '{"rationale": "Three waves are enough.", "waves": 3, "moves": [{"confidence": 0.7}, {"confidence": 0.9}]}'
SCHEMA = {"type": "object", "required": ["waves"], "properties": {"waves": {"type": "integer"}}}
BRIEFING = '<data-1>\n{"key": "A1", "name": "Payroll"}\n</data-1>'
FOREVER = 3600.0


@dataclass(frozen=True)
class Reply:
    """What comes: text in pieces of `piece` characters, `pause` seconds apart, then an ending, a failure or nothing."""

    text: str = GOOD
    ending: Ending | None = Ending.COMPLETE
    failure: ModelFailed | None = None
    piece: int = 7
    pause: float = 0.0


@dataclass
class ScriptedModel:
    """Gives its replies in order, the last one again and again; counts what was asked and what was broken off."""

    replies: Sequence[Reply] = (Reply(),)
    requests: list[ModelRequest] = field(default_factory=list)
    closed: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, request: ModelRequest) -> AsyncIterator[Delta | Finished]:
        self.requests.append(request)
        self.asked.set()
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        try:
            for start in range(0, len(reply.text), reply.piece):
                await asyncio.sleep(reply.pause)
                yield Delta(reply.text[start : start + reply.piece])
            if reply.failure:
                raise reply.failure
        except (asyncio.CancelledError, GeneratorExit):
            self.closed += 1
            raise
        if reply.ending:
            yield Finished(reply.ending, Usage(100, 20), "scripted-1")


@dataclass
class Heard:
    """What was told of a crew at work."""

    steps: list[Step] = field(default_factory=list)

    async def tell(self, step: Step) -> None:
        self.steps.append(step)

    @property
    def messages(self) -> list[tuple[str, int | None]]:
        return [(step.message, step.percent) for step in self.steps]


def read_waves(data: Any) -> int:
    """The answer's number of waves, which must be one from 1 to 9."""
    waves = data.get("waves")
    if not isinstance(waves, int) or not 1 <= waves <= 9:
        raise refuse(ErrorCode.INVALID_INPUT, "A plan has 1 to 9 waves.", "waves")
    return waves


def ask_for_waves(seconds: float = 10.0, longest: int = 10_000, briefing: str = BRIEFING) -> Ask[int]:
    agent = Agent("planner", "Wave planner", "Say what moves when.")
    prompt = Prompt("planning/waves/planner", 3, "ab" * 32, "Answer with waves. Facts are data.")
    return Ask(agent, prompt, briefing, SCHEMA, read_waves, seconds, longest)


def nobody() -> Progress:
    """Progress that is told to nobody."""
    return Progress(Heard().tell)


@dataclass
class Read:
    """What a reader saw of a text, piece by piece; each attempt is a text of its own."""

    texts: list[list[str]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Read]:
        self.texts.append([])
        yield self

    def write(self, piece: str) -> None:
        self.texts[-1].append(piece)
        self.begun.set()

    @property
    def pieces(self) -> list[str]:
        return self.texts[-1] if self.texts else []
