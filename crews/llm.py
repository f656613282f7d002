"""The model as crewai sees it: a call in the crew's thread is answered on our event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import Any

from crewai.events.types.llm_events import LLMCallType
from crewai.hooks.dispatch import HookAborted
from crewai.llms.base_llm import BaseLLM, llm_call_context
from pydantic import BaseModel, PrivateAttr

from crews.asking import AskFailed
from crews.exchange import Exchange
from crews.model import Message, Speaker

# Far more than any prompt of ours: crewai never summarizes facts by asking the model, the gateway has its own limit.
WINDOW = 10_000_000


class Answered(BaseModel):
    """That there is an answer. A model of pydantic, because crewai looks for tools to call in anything else."""

    answered: bool = True


class GatewayLLM(BaseLLM):
    """Made for one run. Its answer stays in the exchange, its failure in `failure`: crewai keeps neither as it was."""

    _exchange: Exchange[Any] = PrivateAttr()
    _loop: asyncio.AbstractEventLoop = PrivateAttr()
    _failure: AskFailed | None = PrivateAttr(default=None)

    def __init__(self, exchange: Exchange[Any], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(model="gateway", provider="flotilla")
        self._exchange = exchange
        self._loop = loop

    @property
    def failure(self) -> AskFailed | None:
        """Why there was no answer."""
        return self._failure

    def fail(self, failure: AskFailed) -> None:
        """Something else went wrong."""
        self._failure = failure

    def call(
        self, messages: str | list[Any], *_args: Any, from_task: Any = None, from_agent: Any = None, **_: Any
    ) -> Any:
        """Wait for the answer; whatever goes wrong ends the crew at once, for repeating is the exchange's affair."""
        with llm_call_context():
            # Without messages: what crewai is told of lands in its listeners.
            self._emit_call_started_event([], from_task=from_task, from_agent=from_agent)
            reason = self._wait(read_messages(messages))
            if reason is None:
                self._emit_call_completed_event("", LLMCallType.LLM_CALL, from_task=from_task, from_agent=from_agent)
                return Answered()
            self._emit_call_failed_event(reason, from_task=from_task, from_agent=from_agent)
        # The one exception that an agent does not repeat.
        raise HookAborted(reason)

    def _wait(self, messages: Sequence[Message]) -> str | None:
        future = asyncio.run_coroutine_threadsafe(self._exchange.answer(messages), self._loop)
        try:
            future.result()
        except AskFailed as failure:
            self._failure = failure
            return failure.failing.value
        except CancelledError:
            return "CANCELLED"
        return None

    def supports_function_calling(self) -> bool:
        """No tools: with them the schema of the answer would not be sent."""
        return False

    def supports_stop_words(self) -> bool:
        """An answer ends where the model ends it."""
        return False

    def get_context_window_size(self) -> int:
        return WINDOW

    def get_input_tokens_count(self, *_args: Any, **_: Any) -> int:
        return 0


def read_messages(messages: str | list[Any]) -> list[Message]:
    """What crewai has to say, as the gateway takes it."""
    if isinstance(messages, str):
        return [Message(Speaker.USER, messages)]
    return [Message(Speaker(each["role"]), str(each["content"])) for each in messages]
