"""Anthropic's messages."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import anthropic
import anthropic.resources.messages
import anthropic.resources.models
import httpx

from crews.gateway.dialect import NoAnswer, Piece, count_of, spoken, words_of
from crews.gateway.endpoint import Endpoint, Question
from crews.model import Ending, Speaker

# At their lowest level they log whole requests.
logging.getLogger("anthropic").setLevel(logging.WARNING)

ENDINGS = {
    "end_turn": Ending.COMPLETE,
    "stop_sequence": Ending.COMPLETE,
    "max_tokens": Ending.CUT,
    "model_context_window_exceeded": Ending.CUT,
    "refusal": Ending.REFUSED,
}
# It takes no conversation without one.
OPENING = {"role": "user", "content": "Begin."}


class AnthropicApi:
    """One endpoint. Endpoints share the HTTP client."""

    raises = anthropic.AnthropicError

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        key = endpoint.key or "none"
        self._client = anthropic.AsyncAnthropic(api_key=key, base_url=endpoint.url, http_client=http, max_retries=0)

    async def stream(self, question: Question) -> AsyncGenerator[Piece, None]:
        async with await self._client.messages.create(**self._body(question)) as events:
            async for event in events:
                yield read_event(event)

    async def knows(self, model: str) -> bool:
        try:
            await self._client.models.retrieve(model)
        except anthropic.NotFoundError:
            return False
        return True

    async def close(self) -> None:
        with suppress(RuntimeError):
            await self._client.close()

    def _body(self, question: Question) -> dict[str, Any]:
        messages = spoken(question)
        said = [{"role": each.speaker.value, "content": each.text} for each in messages if each.speaker != "system"]
        system = "\n\n".join(each.text for each in messages if each.speaker is Speaker.SYSTEM)
        body: dict[str, Any] = {
            "model": question.model,
            "messages": said or [OPENING],
            "stream": True,
            "max_tokens": question.answer_tokens,
        }
        if system:
            body["system"] = system
        if question.structured and question.schema:
            body["output_config"] = {"format": {"type": "json_schema", "schema": dict(question.schema)}}
        return body


def read_event(event: Any) -> Piece:
    """What an event says. Nothing in it is certain to have the type it should have."""
    match event.type:
        case "message_start":
            return Piece(prompt_tokens=count_of(getattr(event.message.usage, "input_tokens", None)))
        case "content_block_delta":
            text = words_of(event.delta.text) if event.delta.type == "text_delta" else ""
            return Piece(text, alive=True)
        case "message_delta":
            tokens = count_of(getattr(event.usage, "output_tokens", None))
            return Piece(ending=_read_ending(event.delta.stop_reason), answer_tokens=tokens)
        case _:
            return Piece()


def _read_ending(reason: Any) -> Ending | None:
    if reason is None:
        return None
    if not isinstance(reason, str) or reason not in ENDINGS:
        raise NoAnswer
    return ENDINGS[reason]
