"""Replies in conversations: one request to the model, read aloud while it comes, within its deadlines."""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from typing import Any, cast

from crews.exchange import UNASKED
from crews.gateway import Gateway
from crews.gateway.dialect import estimate_tokens, size_of
from crews.model import Delta, Ending, Finished, Message, Model, ModelFailed, ModelRequest, Speaker, Usage
from crews.progress import Unread
from crews.prompt import load_text
from domain.agents.cleaning import block
from domain.builds.conversation import MessageRole
from domain.conversation.cited import listed
from domain.conversation.ports import AGENT, Question, Spoken, VoiceFailed, Writer
from domain.conversation.request import fitted
from domain.model_usage import ModelUsage
from domain.model_window import window_of

# Characters of a reply, and tokens of it; of a small window a quarter.
LONGEST_REPLY = 8_000
REPLY_TOKENS = 1_024
_SHARE = 4
# Codes of an answer that nobody asked a model for.
_LATE, _EMPTY, _REFUSED, _BROKEN = "TIMED_OUT", "EMPTY", "REFUSED", "TRUNCATED"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPEAKERS = {MessageRole.USER: Speaker.USER, MessageRole.ASSISTANT: Speaker.ASSISTANT}

# Opens a text that people see while it is written: for an engagement, a flow, and who writes.
Texts = Callable[[str, str, str], AbstractAsyncContextManager[Writer]]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the first word of a reply, and for all of it."""

    first: float = 10.0
    whole: float = 60.0


@dataclass
class _Heard:
    """What came of a reply until now."""

    prompt: str
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    end: Finished | None = None

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.size += len(piece)

    @property
    def usage(self) -> Usage:
        """As the endpoint told it; of a reply that broke off what it will have been."""
        if self.end:
            return self.end.usage
        return Usage(estimate_tokens(self.prompt), -(-size_of("".join(self.pieces)) // 3), estimated=True)


class ModelVoice:
    """The model of this process, where it has one. `window` is what it reads and writes; 0 is what is known of it."""

    def __init__(self, gateway: Gateway, texts: Texts, patience: Patience | None = None, window: int = 0) -> None:
        self._gateway = gateway
        self._texts = texts
        self._patience = patience or Patience()
        self._window = window

    @property
    def speaks(self) -> bool:
        return self._gateway.endpoint_of(AGENT) is not None

    def writing(self, question: Question) -> AbstractAsyncContextManager[Writer]:
        return self._texts(question.tenant.engagement_id, question.flow_id, question.writer)

    async def reply(self, question: Question) -> Spoken:
        request = self._request(question)
        heard = _Heard("\n".join(message.text for message in request.messages))
        # What is to be checked first is seen by nobody until then.
        opened = self.writing(question) if question.passages is None else nullcontext(Unread())
        try:
            async with opened as writer:
                await self._listen(self._gateway.of(question.tenant.engagement_id), request, heard, writer)
        except ModelFailed as problem:
            failed = self._failed(heard, problem.code, str(problem), asked=problem.code not in UNASKED)
        else:
            return self._spoken(heard)
        raise failed

    def _request(self, question: Question) -> ModelRequest:
        window = self._window or window_of(self._model)
        answer = min(REPLY_TOKENS, window // _SHARE)
        told = fitted(_system(question), question.turns, window - answer)
        turns = (Message(_SPEAKERS.get(turn.role, Speaker.SYSTEM), turn.content) for turn in told.turns)
        messages = (Message(Speaker.SYSTEM, told.system), *turns)
        return ModelRequest(AGENT, messages, {}, self._patience.whole, answer)

    async def _listen(self, model: Model, request: ModelRequest, heard: _Heard, writer: Writer) -> None:
        now = asyncio.get_running_loop().time
        ends_at = now() + self._patience.whole
        first_at = min(now() + self._patience.first, ends_at)
        async with _closing(model.ask(request)) as parts:
            while heard.end is None and heard.size < LONGEST_REPLY:
                part = await _next(parts, ends_at if heard.size else first_at)
                if isinstance(part, Finished):
                    heard.end = part
                elif part.text:
                    heard.add(part.text)
                    writer.write(_plain(part.text))

    def _spoken(self, heard: _Heard) -> Spoken:
        content = block("".join(heard.pieces), LONGEST_REPLY)
        if heard.end is not None and heard.end.ending is Ending.REFUSED:
            raise self._failed(heard, _REFUSED, "The model refused to reply.")
        if not content:
            raise self._failed(heard, _EMPTY, "The model said nothing.")
        model = heard.end.model if heard.end else self._model
        return Spoken(content, self._used(heard, model), heard.usage.estimated)

    def _failed(self, heard: _Heard, code: str, message: str, *, asked: bool = True) -> VoiceFailed:
        usage = self._used(heard, self._model) if asked else None
        return VoiceFailed(code, message, usage, estimated=heard.usage.estimated)

    def _used(self, heard: _Heard, model: str) -> ModelUsage:
        endpoint = self._gateway.endpoint_of(AGENT)
        provider = endpoint.api.value if endpoint else ""
        return ModelUsage(provider, model, heard.usage.prompt_tokens, heard.usage.answer_tokens, 1)

    @property
    def _model(self) -> str:
        endpoint = self._gateway.endpoint_of(AGENT)
        return endpoint.model if endpoint else ""


async def _next(parts: AsyncIterator[Delta | Finished], until: float) -> Delta | Finished:
    try:
        async with asyncio.timeout_at(until):
            return await anext(parts)
    except TimeoutError:
        raise ModelFailed(_LATE, "The model did not reply in time.") from None
    except StopAsyncIteration:
        raise ModelFailed(_BROKEN, "The model's reply broke off.") from None


def _closing(parts: AsyncIterator[Delta | Finished]) -> AbstractAsyncContextManager[AsyncIterator[Delta | Finished]]:
    """Leaving the block ends the request, however far it is."""
    closing: Any = aclosing(cast("Any", parts))
    return cast("AbstractAsyncContextManager[AsyncIterator[Delta | Finished]]", closing)


def _plain(text: str) -> str:
    """Without what nobody sees: what people read while it is written is not cleaned as a whole yet."""
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in _HIDDEN)


def _system(question: Question) -> str:
    """The instructions, and what the model is told, marked as data."""
    if question.passages is None:
        return f"{load_text('conversation')}\n\n{_marked(question.brief)}"
    return f"{load_text('documents')}\n\n{_marked(listed(question.passages))}"


def _marked(data: str) -> str:
    """Between marks that the data itself cannot close: they are made of all of it."""
    mark = f"data-{hashlib.sha256(data.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"<{mark}>\n{data}\n</{mark}>"
