"""The families of chat models that can play a role: dated data, which an engagement may replace by its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from domain.reference_data import read_csv

SETTING = "buildModels"


class ModelFamily(StrEnum):
    """Whose model is asked."""

    GPT4 = "GPT4"
    GPT35 = "GPT35"
    CLAUDE = "CLAUDE"
    LOCAL = "LOCAL"


class ChatApi(StrEnum):
    """Whose protocol a family speaks: OpenAI's chat completions or Anthropic's messages."""

    OPENAI = "OPENAI"
    ANTHROPIC = "ANTHROPIC"


@dataclass(frozen=True, slots=True)
class ChatModel:
    """One model: `window` is what question and answer may take in tokens, `answer_tokens` what is kept for the answer.

    `answer_field` is what its API calls that; without a `temperature` it takes none.
    """

    family: ModelFamily
    api: ChatApi
    name: str
    window: int
    answer_tokens: int
    answer_field: str = "max_tokens"
    temperature: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.answer_tokens < self.window:
            raise ValueError(f"{self.name} has no room for a question.")

    @property
    def room(self) -> int:
        """Tokens that the question may take."""
        return self.window - self.answer_tokens

    @property
    def parameters(self) -> dict[str, Any]:
        """What is asked of the model beside the words."""
        warmth = {} if self.temperature is None else {"temperature": self.temperature}
        return {self.answer_field: self.answer_tokens, **warmth}


def chat_model(family: ModelFamily, as_of: date, settings: Mapping[str, Any] | None = None) -> ChatModel:
    """The family's model on that day, as the engagement has it; before the first row, the first."""
    rows = [row for row in read_csv("build_models") if row["family"] == family]
    known = [row for row in rows if date.fromisoformat(row["from"]) <= as_of] or rows[:1]
    model = _read(max(known, key=lambda row: row["from"]))
    own = (settings or {}).get(SETTING)
    return _owned(model, own.get(family)) if isinstance(own, Mapping) else model


def _read(row: Mapping[str, str]) -> ChatModel:
    return ChatModel(
        ModelFamily(row["family"]),
        ChatApi(row["api"]),
        row["model"],
        int(row["window"]),
        int(row["answer_tokens"]),
        row["answer_field"],
        float(row["temperature"]) if row["temperature"] else None,
        row["source"],
    )


def _owned(model: ChatModel, own: Any) -> ChatModel:
    """The model under another name or with another window; figures that leave no room for a question change nothing."""
    if not isinstance(own, Mapping):
        return model
    name = own.get("model")
    window = _count(own.get("window"), model.window)
    answer = _count(own.get("answerTokens"), min(model.answer_tokens, max(window // 2, 1)))
    if answer >= window:
        window, answer = model.window, model.answer_tokens
    named = name if isinstance(name, str) and name.strip() else model.name
    return replace(model, name=named, window=window, answer_tokens=answer, source="the engagement's settings")


def _count(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else otherwise
