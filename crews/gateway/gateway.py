"""Asking a model for an engagement: which one, whether it may, and one place in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx

from crews.gateway.breaker import Breaker
from crews.gateway.budget import Budget, Unlimited
from crews.gateway.calls import Call, Line, Observe
from crews.gateway.checking import check_line, sum_up
from crews.gateway.dialect import Dialect, estimate_tokens, size_of
from crews.gateway.endpoint import Api, Endpoint, Limits
from crews.gateway.faults import MESSAGES, Fault, Setback
from crews.gateway.transport import open_http
from crews.model import Delta, Finished, Model, ModelFailed, ModelRequest
from domain.model_status import ModelState, ModelStatus


class Gateway:
    """One for a process, on its event loop. `endpoint` is for every agent that `roles` does not name."""

    def __init__(
        self,
        endpoint: Endpoint | None,
        roles: Mapping[str, Endpoint] | None = None,
        *,
        limits: Limits | None = None,
        budget: Budget | None = None,
        observe: Observe = lambda _record: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._limits = limits or Limits()
        self._budget = budget or Unlimited()
        self._observe = observe
        self._clock = clock
        self._places = asyncio.Semaphore(self._limits.concurrency)
        self._http = open_http(self._limits.answer_size)
        self._lines: dict[Endpoint, Line] = {}
        self._breakers: dict[str, Breaker] = {}
        self._default = self._line(endpoint) if endpoint else None
        self._roles = {agent: self._line(each) for agent, each in (roles or {}).items()}

    def of(self, engagement: str) -> Model:
        """The model as an engagement may ask it."""
        return EngagementModel(self, engagement)

    def endpoint_of(self, agent: str) -> Endpoint | None:
        """Where that agent's model is; None where it has none."""
        line = self._roles.get(agent, self._default)
        return line.endpoint if line else None

    @property
    def configured(self) -> bool:
        """Whether anybody can be asked anything."""
        return bool(self._lines)

    async def check(self) -> ModelStatus:
        """Whether endpoints, keys and models are what the settings say; asks each endpoint at most for one token."""
        if not self._lines:
            return ModelStatus(ModelState.NOT_CONFIGURED)
        found = await asyncio.gather(*(check_line(line) for line in self._lines.values()))
        model = (self._default or next(iter(self._lines.values()))).endpoint.model
        return sum_up(found, model, self._clock())

    async def close(self) -> None:
        """End all connections."""
        await self._http.aclose()

    async def ask(self, engagement: str, request: ModelRequest) -> AsyncGenerator[Delta | Finished, None]:
        """The answer as it is written; ModelFailed where there is none."""
        line = self._roles.get(request.agent, self._default)
        if line is None:
            raise failed(Fault.NOT_CONFIGURED)
        ends_at = asyncio.get_running_loop().time() + min(request.seconds, self._limits.call_seconds)
        call = Call(line, request, self._limits, ends_at)
        async with self._allowed(engagement, request, call) as refused, self._place(ends_at, refused) as stopped:
            end: Finished | Setback | None = stopped
            if isinstance(end, Setback):
                call.outcome = end.fault.value
            else:
                async with aclosing(call.parts()) as parts:
                    async for part in parts:
                        if isinstance(part, Delta):
                            yield part
                        else:
                            end = part
        # Only now, when place and tokens are given back: a caller may read no further.
        if not isinstance(end, Finished):
            raise failed(end.fault if end else Fault.TRUNCATED)
        yield replace(end, usage=call.usage)

    @asynccontextmanager
    async def _allowed(self, engagement: str, request: ModelRequest, call: Call) -> AsyncIterator[Setback | None]:
        """Tokens are set aside for as long as the call lasts, and it is told of when it has ended."""
        taken, setback = await self._take(engagement, request)
        try:
            yield setback
        finally:
            record = call.record(engagement)
            self._observe(record)
            if taken is not None:
                tokens = record.usage.prompt_tokens + record.usage.answer_tokens
                # Whoever is cancelled has used what he has used.
                await asyncio.shield(self._budget.settle(taken, tokens))

    async def _take(self, engagement: str, request: ModelRequest) -> tuple[str | None, Setback | None]:
        texts = [message.text for message in request.messages]
        if sum(size_of(text) for text in texts) > self._limits.prompt_size:
            return None, Setback(Fault.PROMPT_TOO_LARGE)
        tokens = estimate_tokens(*texts) + request.most_tokens(self._limits.answer_tokens)
        taken = await self._budget.take(engagement, tokens)
        return taken, None if taken is not None else Setback(Fault.LIMIT_EXCEEDED)

    @asynccontextmanager
    async def _place(self, ends_at: float, refused: Setback | None) -> AsyncIterator[Setback | None]:
        """One of those that calls have at once; none for who is refused anyway."""
        if refused:
            yield refused
            return
        try:
            async with asyncio.timeout_at(ends_at):
                await self._places.acquire()
        except TimeoutError:
            late = True
        else:
            late = False
        if late:
            yield Setback(Fault.TIMED_OUT)
            return
        try:
            yield None
        finally:
            self._places.release()

    def _line(self, endpoint: Endpoint) -> Line:
        """One for each model at an address, so that what is learned of it is known to all."""
        if endpoint not in self._lines:
            breaker = self._breakers.setdefault(endpoint.url, self._breaker())
            self._lines[endpoint] = Line(endpoint, open_dialect(endpoint, self._http), breaker)
        return self._lines[endpoint]

    def _breaker(self) -> Breaker:
        limits = self._limits
        now = asyncio.get_running_loop().time
        return Breaker(now, limits.failures, limits.rest_seconds, limits.longest_rest_seconds)


class EngagementModel:
    """The gateway, on one engagement's account."""

    def __init__(self, gateway: Gateway, engagement: str) -> None:
        self._gateway = gateway
        self._engagement = engagement

    def ask(self, request: ModelRequest) -> AsyncIterator[Delta | Finished]:
        return self._gateway.ask(self._engagement, request)


async def load_clients(*apis: Api) -> None:
    """Import what these protocols need beside the event loop, which it would hold up for a second or two."""
    await asyncio.to_thread(lambda: [_dialect(api) for api in apis])


def open_dialect(endpoint: Endpoint, http: httpx.AsyncClient) -> Dialect:
    return _dialect(endpoint.api)(endpoint, http)


def _dialect(api: Api) -> Callable[[Endpoint, httpx.AsyncClient], Dialect]:
    """Imported here: who has no model pays for no client, and who has one pays for one."""
    if api is Api.ANTHROPIC:
        from crews.gateway.anthropic_api import AnthropicApi  # noqa: PLC0415

        return AnthropicApi
    from crews.gateway.openai_api import OpenAiApi  # noqa: PLC0415

    return OpenAiApi


def failed(fault: Fault) -> ModelFailed:
    return ModelFailed(fault.value, MESSAGES[fault])
