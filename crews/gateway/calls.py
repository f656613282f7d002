"""One call: its attempts, the pauses between them, and what it came to."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from crews.gateway.attempts import Attempt
from crews.gateway.breaker import Breaker, Outcome
from crews.gateway.dialect import Dialect
from crews.gateway.endpoint import Endpoint, Limits, Question
from crews.gateway.faults import COUNTED, REPEATED, Fault, Setback
from crews.model import Delta, Finished, ModelRequest, Usage


@dataclass(slots=True)
class Line:
    """An endpoint with its state in this process; `structured` is unlearned where it refuses schemas."""

    endpoint: Endpoint
    dialect: Dialect
    breaker: Breaker
    structured: bool = True


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What a call came to, for logs, metrics and accounts: no word of what was said."""

    engagement: str
    agent: str
    model: str
    outcome: str
    seconds: float
    first_text_seconds: float | None
    attempts: int
    usage: Usage


Observe = Callable[[CallRecord], None]


class Call:
    """Repeats what is worth it, as long as nothing was said. Its last part is a Finished or a Setback."""

    def __init__(self, line: Line, request: ModelRequest, limits: Limits, ends_at: float) -> None:
        self._line = line
        self._request = request
        self._limits = limits
        self._ends_at = ends_at
        self._begun_at = asyncio.get_running_loop().time()
        self._attempt: Attempt | None = None
        self._earlier = Usage()
        self._attempts = 0
        self._said = False
        self._unlearned = False
        self._asked_structured = False
        self.outcome = "CANCELLED"

    @property
    def usage(self) -> Usage:
        """Of all attempts until now."""
        return self._earlier + (self._attempt.usage if self._attempt else Usage())

    def record(self, engagement: str) -> CallRecord:
        """What there is to tell once it has ended."""
        first = self._attempt.first_text_at if self._attempt else None
        return CallRecord(
            engagement,
            self._request.agent,
            self._line.endpoint.model,
            self.outcome,
            asyncio.get_running_loop().time() - self._begun_at,
            None if first is None else first - self._begun_at,
            self._attempts,
            self.usage,
        )

    async def parts(self) -> AsyncGenerator[Delta | Finished | Setback, None]:
        while True:
            setback: Setback | None = None
            async with aclosing(self._try()) as parts:
                async for part in parts:
                    if isinstance(part, Setback):
                        setback = part
                    else:
                        yield part
            if setback is None:
                return
            if not await self._repeats(setback):
                self.outcome = setback.fault.value
                yield setback
                return

    async def _try(self) -> AsyncGenerator[Delta | Finished | Setback, None]:
        if not self._line.breaker.admit():
            yield Setback(Fault.RESTING)
            return
        outcome = Outcome.NOTHING
        structured = self._asked_structured = self._line.structured
        try:
            async with aclosing(self._begin(structured).parts()) as parts:
                async for part in parts:
                    outcome = self._note(part)
                    yield part
        finally:
            self._line.breaker.done(outcome)

    def _begin(self, structured: bool) -> Attempt:  # noqa: FBT001 - there is but one thing to say
        self._earlier = self.usage
        request = self._request
        tokens = request.most_tokens(self._limits.answer_tokens)
        model = self._line.endpoint.model
        question = Question(model, request.messages, request.schema, tokens, structured)
        self._attempt = Attempt(self._line.dialect, question, self._limits, self._ends_at)
        self._attempts += 1
        return self._attempt

    def _note(self, part: Delta | Finished | Setback) -> Outcome:
        match part:
            case Delta():
                self._said = True
                return Outcome.NOTHING
            case Finished():
                self.outcome = part.ending.value
                return Outcome.WELL
            case Setback():
                return Outcome.FAILING if part.fault in COUNTED and not self._over(part) else Outcome.NOTHING

    def _over(self, setback: Setback) -> bool:
        """Whether it was the caller who had no more time, which says nothing of the endpoint."""
        return setback.fault is Fault.TIMED_OUT and asyncio.get_running_loop().time() >= self._ends_at

    async def _repeats(self, setback: Setback) -> bool:
        """Whether to try again; when it is so, after the pause."""
        if self._said:
            return False
        if setback.fault is Fault.REJECTED:
            return self._unlearn()
        if setback.fault not in REPEATED or self._attempts >= self._limits.attempts:
            return False
        pause = self._pause() if setback.wait is None else setback.wait
        if asyncio.get_running_loop().time() + pause >= self._ends_at:
            return False
        await asyncio.sleep(pause)
        return True

    def _pause(self) -> float:
        longest = self._limits.backoff_seconds * 2.0 ** (self._attempts - 1)
        # Half of it by chance: callers that failed together do not come back together.
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nothing is kept secret by it

    def _unlearn(self) -> bool:
        """Endpoints that take no schema, or not this one, are asked in words from now on, if that is what it was."""
        again = self._asked_structured and not self._unlearned
        if again:
            self._unlearned, self._line.structured = True, False
        elif self._unlearned:
            # It was not that: the next one may ask with it again.
            self._line.structured = True
        return again
