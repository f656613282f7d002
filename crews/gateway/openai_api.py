"""OpenAI's chat completions, which Ollama, llama.cpp, vLLM and most others speak as well."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from openai import AsyncOpenAI, OpenAIError

from crews.gateway.dialect import NoAnswer, Piece, count_of, spoken, words_of
from crews.gateway.endpoint import Endpoint, Question
from crews.model import Ending

# At their lowest level they log whole requests.
logging.getLogger("openai").setLevel(logging.WARNING)

ENDINGS = {
    "stop": Ending.COMPLETE,
    "eos": Ending.COMPLETE,
    "length": Ending.CUT,
    "content_filter": Ending.REFUSED,
}
# It is alone in having given up the name that all the others know.
OPENAI_HOST = "api.openai.com"


class OpenAiApi:
    """One endpoint. Endpoints share the HTTP client."""

    raises = OpenAIError

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._own = urlsplit(endpoint.url).hostname == OPENAI_HOST
        # Local endpoints want none, the client does.
        key = endpoint.key or "none"
        self._client = AsyncOpenAI(api_key=key, base_url=endpoint.url, http_client=http, max_retries=0)
        # They are read from the environment, and mean something to one endpoint only.
        self._client.organization = self._client.project = None

    async def stream(self, question: Question) -> AsyncGenerator[Piece, None]:
        async with await self._client.chat.completions.create(**self._body(question)) as events:
            async for event in events:
                yield read_chunk(event)

    async def knows(self, model: str) -> bool:
        async for known in self._client.models.list():
            if known.id == model:
                return True
        return False

    async def close(self) -> None:
        with suppress(RuntimeError):
            await self._client.close()

    def _body(self, question: Question) -> dict[str, Any]:
        longest = "max_completion_tokens" if self._own else "max_tokens"
        body: dict[str, Any] = {
            "model": question.model,
            "messages": [{"role": each.speaker.value, "content": each.text} for each in spoken(question)],
            "stream": True,
            longest: question.answer_tokens,
        }
        if question.structured:
            body["stream_options"] = {"include_usage": True}
        if question.structured and question.schema:
            # Not strict: that takes a small part of JSON Schema only.
            schema = {"name": "answer", "schema": dict(question.schema), "strict": False}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body


def read_chunk(event: Any) -> Piece:
    """What an event says. Nothing in it is certain to have the type it should have."""
    prompt, answer = count_of(_of(event.usage, "prompt_tokens")), count_of(_of(event.usage, "completion_tokens"))
    # The one that tells the usage has none.
    if not event.choices:
        return Piece(prompt_tokens=prompt, answer_tokens=answer)
    choice = event.choices[0]
    text = words_of(_of(choice.delta, "content"))
    thinks = bool(_of(choice.delta, "reasoning_content") or _of(choice.delta, "reasoning"))
    refused = bool(_of(choice.delta, "refusal"))
    ending = Ending.REFUSED if refused else read_ending(choice.finish_reason)
    return Piece(text, bool(text) or thinks, ending, prompt, answer)


def read_ending(reason: Any) -> Ending | None:
    if reason is None or reason == "":
        return None
    if not isinstance(reason, str) or reason not in ENDINGS:
        raise NoAnswer
    return ENDINGS[reason]


def _of(value: Any, name: str) -> Any:
    return getattr(value, name, None)
