"""One attempt at an answer: read as it comes, within its limits of time and size."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from crews.gateway.dialect import Dialect, Piece, estimate_tokens, size_of
from crews.gateway.endpoint import Limits, Question
from crews.gateway.faults import Fault, Setback
from crews.gateway.setbacks import RAISED, read_setback
from crews.model import Delta, Ending, Finished, Usage

# The usage comes after the end; an endpoint that does not close after its end tells none.
USAGE_SECONDS = 2.0


class Attempt:
    """Its last part is a Finished or a Setback. `usage` is what it has used until now."""

    def __init__(self, dialect: Dialect, question: Question, limits: Limits, ends_at: float) -> None:
        self._dialect = dialect
        self._question = question
        self._limits = limits
        self._ends_at = ends_at
        self._loop = asyncio.get_running_loop()
        self._waits_until = 0.0
        # To wait once more, from when somebody waits: who reads slowly does not make the endpoint silent.
        self._patience: float | None = limits.silence_seconds
        self._size = 0
        self._ending: Ending | None = None
        self._prompt_tokens: int | None = None
        self._answer_tokens: int | None = None
        self._answering = False
        self.first_text_at: float | None = None

    async def parts(self) -> AsyncGenerator[Delta | Finished | Setback, None]:
        async with aclosing(self._dialect.stream(self._question)) as pieces:
            while isinstance(piece := await self._next(pieces), Piece):
                if not self._fits(piece):
                    yield Setback(Fault.ANSWER_TOO_LARGE)
                    return
                if piece.text:
                    yield Delta(piece.text)
        yield piece or self._end()

    @property
    def usage(self) -> Usage:
        """As the endpoint told it, else estimated; nothing where the endpoint never began to answer."""
        if not self._answering:
            return Usage()
        told = self._prompt_tokens is not None and self._answer_tokens is not None
        prompt = self._prompt_tokens
        if prompt is None:
            prompt = estimate_tokens(*(each.text for each in self._question.messages))
        answer = self._answer_tokens if self._answer_tokens is not None else -(-self._size // 3)
        return Usage(prompt, answer, estimated=not told)

    def _end(self) -> Finished | Setback:
        if self._ending is not None:
            return Finished(self._ending, self.usage, self._question.model)
        return Setback(Fault.TRUNCATED if self._answering else Fault.MALFORMED)

    async def _next(self, pieces: AsyncGenerator[Piece, None]) -> Piece | Setback | None:
        if self._patience is not None:
            self._waits_until, self._patience = self._loop.time() + self._patience, None
        try:
            async with asyncio.timeout_at(min(self._waits_until, self._ends_at)):
                return await anext(pieces, None)
        except (*RAISED, self._dialect.raises) as problem:
            if self._ending is not None:
                return None
            setback = read_setback(problem, answering=self._answering)
        if setback.fault is Fault.TIMED_OUT:
            # It has read the prompt, whether or not it says so.
            self._answering = True
        return setback

    def _fits(self, piece: Piece) -> bool:
        """Take note of a piece; false for one that makes the answer too long."""
        self._answering = True
        self._prompt_tokens = _latest(piece.prompt_tokens, self._prompt_tokens)
        self._answer_tokens = _latest(piece.answer_tokens, self._answer_tokens)
        self._size += size_of(piece.text)
        if piece.text and self.first_text_at is None:
            self.first_text_at = self._loop.time()
        if self._ending is None and piece.ending is not None:
            self._ending = piece.ending
            self._patience = USAGE_SECONDS
        elif self._ending is None and piece.alive:
            self._patience = self._limits.silence_seconds
        return self._size <= self._limits.answer_size


def _latest(new: int | None, old: int | None) -> int | None:
    return old if new is None else new
