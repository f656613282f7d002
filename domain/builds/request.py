"""A question as the body that a chat API takes: OpenAI's chat completions and Anthropic's messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from domain.builds.conversation import Message, MessageRole
from domain.builds.models import ChatApi, ChatModel


def body(model: ChatModel, system_prompt: str, messages: Sequence[Message]) -> dict[str, Any]:
    """The body to post to the API that the model's family speaks."""
    return _BODIES[model.api](model, system_prompt, messages)


def _openai(model: ChatModel, system_prompt: str, messages: Sequence[Message]) -> dict[str, Any]:
    told = {"role": "system", "content": system_prompt}
    return {"model": model.name, "messages": [told, *map(_turn, messages)], **model.parameters}


def _anthropic(model: ChatModel, system_prompt: str, messages: Sequence[Message]) -> dict[str, Any]:
    """It takes what is said by the system apart from the conversation, and only there."""
    system = [message.content for message in messages if message.role is MessageRole.SYSTEM]
    return {
        "model": model.name,
        "system": "\n\n".join([system_prompt, *system]),
        "messages": [_turn(message) for message in messages if message.role is not MessageRole.SYSTEM],
        **model.parameters,
    }


def _turn(message: Message) -> dict[str, str]:
    return {"role": message.role.lower(), "content": message.content}


_BODIES: Mapping[ChatApi, Callable[[ChatModel, str, Sequence[Message]], dict[str, Any]]] = MappingProxyType(
    {ChatApi.OPENAI: _openai, ChatApi.ANTHROPIC: _anthropic}
)
