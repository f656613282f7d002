"""The conversation behind one ask: the answer as it comes in, its check, and one more try with what was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any, Generic, TypeVar, cast

from crews.answer import NotJson, parse_answer
from crews.asking import Answer, Ask, AskFailed, Failing
from crews.model import Delta, Ending, Finished, Message, Model, ModelFailed, ModelRequest, Speaker, Usage
from crews.progress import CHECKED, CORRECTS, WRITES, Progress
from crews.prose import Prose
from domain.agents.ports import Step
from domain.errors import Refused

T = TypeVar("T")

ATTEMPTS = 2
# Characters of an invalid answer that the model is shown again, and faults that it is told of.
SHOWN = 8_000
FAULTS = 10
# Codes of answers that ended in the middle: the gateway does not repeat what people have begun to read.
BROKEN_OFF = frozenset({"TRUNCATED", "INTERRUPTED"})
# Codes of refusals by the gateway itself: no model was asked.
UNASKED = frozenset({"NOT_CONFIGURED", "LIMIT_EXCEEDED", "RESTING", "PROMPT_TOO_LARGE"})


class Exchange(Generic[T]):
    """Lives on the event loop. The crew's thread asks it once; a crew that asks again gets the same answer."""

    def __init__(self, model: Model, ask: Ask[T], progress: Progress) -> None:
        self._model = model
        self._ask = ask
        self._progress = progress
        self._ends_at = asyncio.get_running_loop().time() + ask.seconds
        self._usage = Usage()
        self._attempts = 0
        self._task: asyncio.Task[Answer[T]] | None = None
        self._stopped = False

    def stop(self) -> None:
        """End the request to the model, and take no other."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    @property
    def usage(self) -> Usage:
        """Tokens used until now."""
        return self._usage

    @property
    def attempts(self) -> int:
        """Answers asked for until now."""
        return self._attempts

    async def answer(self, messages: Sequence[Message]) -> Answer[T]:
        """The answer, or AskFailed."""
        if self._stopped:
            raise asyncio.CancelledError
        if self._task is None:
            self._task = asyncio.create_task(self._converse(tuple(messages)))
        return await asyncio.shield(self._task)

    async def given(self) -> Answer[T]:
        """The answer that the crew was given."""
        if self._task is None:
            raise self._failed(Failing.CREW_FAILED, "The agent ended without asking the model.")
        return await asyncio.shield(self._task)

    async def _converse(self, messages: tuple[Message, ...]) -> Answer[T]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                text, end = await self._listen(messages)
            except AskFailed as failure:
                if attempt == ATTEMPTS or failure.code not in BROKEN_OFF:
                    raise
                continue
            value, faults = self._read(text, end)
            if not faults:
                self._progress.step(Step(CHECKED.message, CHECKED.percent, _confidence(parse_answer(text))))
                prompt = self._ask.prompt
                return Answer(cast("T", value), self._usage, attempt, end.model, prompt.version, prompt.sha)
            if attempt < ATTEMPTS:
                self._progress.step(CORRECTS)
            messages = (*messages, *_correction(text, faults))
        raise self._failed(Failing.INVALID_ANSWER, "The model's answer could not be used, nor its second one.")

    def _read(self, text: str, end: Finished) -> tuple[T | None, list[str]]:
        if end.ending is Ending.CUT:
            return None, ["It was cut off for its length. Answer in fewer words."]
        try:
            return self._ask.read(parse_answer(text)), []
        except NotJson as problem:
            return None, [str(problem)]
        except Refused as refused:
            return None, [f"{'.'.join(each.path)}: {each.message}" for each in refused.problems] or ["It is invalid."]

    async def _listen(self, messages: tuple[Message, ...]) -> tuple[str, Finished]:
        self._attempts += 1
        left = max(self._ends_at - asyncio.get_running_loop().time(), 0.0)
        request = ModelRequest(self._ask.agent.key, messages, self._ask.schema, left)
        try:
            text, end = await self._gather(request)
        except ModelFailed as problem:
            self._attempts -= problem.code in UNASKED
            failed = self._failed(Failing.MODEL_FAILED, str(problem), code=problem.code)
        else:
            self._usage += end.usage
            if end.ending is not Ending.REFUSED:
                return text, end
            failed = self._failed(Failing.REFUSED, "The model refused to answer.")
        # Outside of the handler, so that its context holds nothing that crewai takes for a fault worth repeating.
        raise failed

    async def _gather(self, request: ModelRequest) -> tuple[str, Finished]:
        pieces: list[str] = []
        room = self._ask.longest
        async with self._progress.writing() as writer, _closing(self._model.ask(request)) as parts:
            prose = Prose(writer.write)
            async for part in parts:
                if isinstance(part, Finished):
                    return "".join(pieces), part
                if not pieces:
                    self._progress.step(WRITES)
                room -= len(part.text)
                if room < 0:
                    raise self._failed(Failing.TOO_LARGE, "The model's answer was too long to be one.")
                pieces.append(part.text)
                prose.read(part.text)
        raise self._failed(Failing.MODEL_FAILED, "The model's answer broke off.", code="TRUNCATED")

    def _failed(self, failing: Failing, message: str, *, code: str = "") -> AskFailed:
        return AskFailed(failing, message, code=code, usage=self._usage, attempts=self._attempts)


def _closing(parts: AsyncIterator[Delta | Finished]) -> AbstractAsyncContextManager[AsyncIterator[Delta | Finished]]:
    """Leaving the block ends the request, however far it is."""
    closing: Any = aclosing(cast("Any", parts))
    return cast("AbstractAsyncContextManager[AsyncIterator[Delta | Finished]]", closing)


def _correction(text: str, faults: Sequence[str]) -> tuple[Message, ...]:
    listed = "\n".join(f"- {fault[:300]}" for fault in faults[:FAULTS])
    wanted = f"This answer cannot be used:\n{listed}\nGive the whole answer again, as one JSON object and nothing else."
    return Message(Speaker.ASSISTANT, text[:SHOWN] or "(nothing)"), Message(Speaker.USER, wanted)


def _confidence(answer: Mapping[str, Any]) -> float | None:
    """How sure it is of what it proposes, on average; None where it proposes nothing."""
    items = [each for part in answer.values() if isinstance(part, list) for each in part if isinstance(each, dict)]
    told = [each.get("confidence") for each in items]
    sure = [each for each in told if isinstance(each, int | float) and not isinstance(each, bool) and 0 <= each <= 1]
    return round(sum(sure) / len(sure), 2) if sure else None
