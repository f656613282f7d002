"""Crews of one agent and one task, built for one ask and thrown away after it."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from crewai import Agent, Crew, Task
from crewai.events.stream_context import add_stream_sink
from crewai.events.utils.console_formatter import set_suppress_console_output
from pydantic import PrivateAttr

from crews.asking import Answer, Ask, AskFailed, Failing
from crews.exchange import Exchange
from crews.llm import Answered, GatewayLLM
from crews.model import Model
from crews.progress import Progress

T = TypeVar("T")

# One call gives the answer, and the exchange has corrected it already.
MOST_TURNS = 2
MOST_CREWS = 16
# crewai fills in `{input}`, `{tools}` and the like wherever they stand; JSON itself has no letter after a brace.
_PLACEHOLDER = re.compile(r"\{(?=[A-Za-z_])")


class NothingKept:
    """Stands where crewai writes every prompt and answer, in clear, to a file under the home."""

    def update(self, *_args: Any, **_: Any) -> None:
        """Keep nothing."""

    def add(self, *_args: Any, **_: Any) -> None:
        """Keep nothing."""

    def reset(self) -> None:
        """There is nothing."""

    def load(self) -> list[dict[str, Any]]:
        """There is nothing."""
        return []


class QuietCrew(Crew):
    """A crew that leaves nothing behind."""

    _task_output_handler: Any = PrivateAttr(default_factory=NothingKept)


class Crews:
    """Runs crews in threads of its own; as many at once as it has threads, the others wait within their deadlines."""

    def __init__(self, most: int = MOST_CREWS) -> None:
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="crew")

    async def ask(self, model: Model, ask: Ask[T], progress: Progress) -> Answer[T]:
        """The answer, or AskFailed, within the deadline; cancelling it ends the request to the model at once."""
        exchange = Exchange(model, ask, progress)
        late = AskFailed(Failing.TIMED_OUT, f"There was no answer within {ask.seconds:g} seconds.")
        try:
            async with asyncio.timeout(ask.seconds), progress.telling():
                return await self._run(ask, exchange, progress)
        except TimeoutError:
            late.usage, late.attempts = exchange.usage, exchange.attempts
        finally:
            exchange.stop()
        raise late

    def close(self) -> None:
        """Take no more; the threads end with what they do."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, ask: Ask[T], exchange: Exchange[T], progress: Progress) -> Answer[T]:
        loop = asyncio.get_running_loop()
        llm = GatewayLLM(exchange, loop)
        await loop.run_in_executor(self._threads, copy_context().run, _kick_off, ask, llm, progress)
        if llm.failure is not None:
            raise llm.failure
        return await exchange.given()


def build(ask: Ask[Any], llm: GatewayLLM) -> QuietCrew:
    """The instructions are the system's message, the briefing the user's."""
    agent = Agent(
        role=ask.agent.role,
        goal=ask.agent.goal,
        backstory=ask.prompt.text,
        llm=llm,
        tools=[],
        max_iter=MOST_TURNS,
        max_retry_limit=0,
        allow_delegation=False,
        respect_context_window=False,
        cache=False,
        verbose=False,
    )
    task = Task(
        description=as_text(ask.briefing),
        expected_output="One JSON object as the protocol says, and nothing else.",
        agent=agent,
        response_model=Answered,
    )
    return QuietCrew(agents=[agent], tasks=[task], memory=False, cache=False, tracing=False, verbose=False)


def as_text(briefing: str) -> str:
    """The same JSON without anything that is filled in."""
    return _PLACEHOLDER.sub(r"\\u007b", briefing)


def _kick_off(ask: Ask[Any], llm: GatewayLLM, progress: Progress) -> None:
    """In a thread and a context of its own: sink and silence hold for this run alone."""
    set_suppress_console_output(True)
    add_stream_sink(progress.hear)
    try:
        build(ask, llm).kickoff()
    except Exception as problem:  # noqa: BLE001 - whatever a framework may raise is one thing here: no answer
        if llm.failure is None:
            llm.fail(AskFailed(Failing.CREW_FAILED, f"The agent could not do its work ({type(problem).__name__})."))
