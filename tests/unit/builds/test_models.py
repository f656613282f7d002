"""Which model a family is on a day, and what an engagement says of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.builds.models import ChatApi, ChatModel, ModelFamily, chat_model
from domain.reference_data import read_csv

F = ModelFamily
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("family", "api", "name", "window", "parameters"),
    [
        (F.GPT4, ChatApi.OPENAI, "gpt-4.1", 1_047_576, {"max_completion_tokens": 8192, "temperature": 0.2}),
        (F.GPT35, ChatApi.OPENAI, "gpt-3.5-turbo", 16_385, {"max_completion_tokens": 4096, "temperature": 0.2}),
        (F.CLAUDE, ChatApi.ANTHROPIC, "claude-sonnet-5", 1_000_000, {"max_tokens": 16_000}),
        (F.LOCAL, ChatApi.OPENAI, "smollm2", 8192, {"max_tokens": 2048, "temperature": 0.2}),
    ],
)
def test_a_familys_model(family: ModelFamily, api: ChatApi, name: str, window: int, parameters: dict[str, Any]) -> None:
    model = chat_model(family, TODAY)

    assert (model.family, model.api, model.name, model.window, model.parameters) == (
        family,
        api,
        name,
        window,
        parameters,
    )
    assert chat_model(family, date(2000, 1, 1)).family is family


def test_every_row_is_dated_has_a_source_and_leaves_room() -> None:
    rows = read_csv("build_models")

    assert {row["family"] for row in rows} == set(F)
    assert all(row["source"] and date.fromisoformat(row["from"]) <= TODAY for row in rows)
    assert all(chat_model(family, TODAY).room > 0 for family in F)


@pytest.mark.parametrize(
    ("own", "name", "window", "answer"),
    [
        ({"model": "qwen", "window": 32_768, "answerTokens": 4096}, "qwen", 32_768, 4096),
        ({"model": "qwen"}, "qwen", 8192, 2048),
        ({"window": 3000}, "smollm2", 3000, 1500),
        ({"window": 100, "answerTokens": 100}, "smollm2", 8192, 2048),
        ({"window": 1}, "smollm2", 8192, 2048),
        ({"window": -1, "answerTokens": True, "model": " "}, "smollm2", 8192, 2048),
        ("qwen", "smollm2", 8192, 2048),
    ],
)
def test_an_engagement_has_models_of_its_own(own: Any, name: str, window: int, answer: int) -> None:
    model = chat_model(F.LOCAL, TODAY, {"buildModels": {"LOCAL": own}})

    assert (model.name, model.window, model.answer_tokens) == (name, window, answer)
    assert chat_model(F.GPT4, TODAY, {"buildModels": {"LOCAL": own}}) == chat_model(F.GPT4, TODAY)
    assert chat_model(F.LOCAL, TODAY, {"buildModels": [own]}) == chat_model(F.LOCAL, TODAY)


def test_a_model_without_room_for_a_question_is_none() -> None:
    with pytest.raises(ValueError, match=r"^tiny has no room for a question\.$"):
        ChatModel(F.LOCAL, ChatApi.OPENAI, "tiny", 100, 100)
