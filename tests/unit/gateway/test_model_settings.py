"""Which model, where, by what is set."""

from __future__ import annotations

import pytest

from server.model_settings import ModelPlace, find_places
from server.secret import Secret
from server.settings import InvalidSettings, Settings

LOCAL = "http://127.0.0.1:11434/v1"


def read(**environment: str) -> Settings:
    return Settings.read({f"FLOTILLA_MODEL{name}": value for name, value in environment.items()})


def problem(**environment: str) -> str:
    with pytest.raises(InvalidSettings) as caught:
        read(**environment)
    return str(caught.value)


def test_without_a_model_there_is_none() -> None:
    assert find_places(Settings()) == (None, {})


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"": "llama3", "_URL": f"{LOCAL}/"}, ModelPlace("llama3", LOCAL, Secret(), "openai")),
        (
            {"": "claude-x", "_KEY": "k"},
            ModelPlace("claude-x", "https://api.anthropic.com", Secret("k"), "anthropic"),
        ),
        ({"": "gpt-x", "_KEY": "k"}, ModelPlace("gpt-x", "https://api.openai.com/v1", Secret("k"), "openai")),
        ({"": "claude-x", "_URL": LOCAL}, ModelPlace("claude-x", LOCAL, Secret(), "openai")),
        ({"": "m", "_URL": LOCAL, "_API": "Anthropic"}, ModelPlace("m", LOCAL, Secret(), "anthropic")),
        (
            {"": "m", "_URL": "https://eu.anthropic.com"},
            ModelPlace("m", "https://eu.anthropic.com", Secret(), "anthropic"),
        ),
        (
            {"": "m", "_URL": "https://notanthropic.com"},
            ModelPlace("m", "https://notanthropic.com", Secret(), "openai"),
        ),
    ],
)
def test_a_model_is_where_it_is_said_or_at_home(environment: dict[str, str], place: ModelPlace) -> None:
    assert find_places(read(**environment)) == (place, {})


def test_a_role_takes_what_it_leaves_open_from_all() -> None:
    settings = read(**{"": "small", "_URL": LOCAL, "_KEY": "k", "_ROLES": '{"lead": {"model": "large"}}'})

    assert find_places(settings)[1] == {"lead": ModelPlace("large", LOCAL, Secret("k"), "openai")}


def test_a_key_does_not_go_to_another_address() -> None:
    roles = '{"lead": {"url": "https://models.example.com/v1"}}'
    settings = read(**{"": "small", "_URL": LOCAL, "_KEY": "k", "_ROLES": roles})

    assert find_places(settings)[1]["lead"] == ModelPlace("small", "https://models.example.com/v1", Secret(), "openai")


def test_one_role_alone_may_have_a_model() -> None:
    settings = read(_ROLES='{"lead": {"model": "claude-x", "key": "k"}}')

    assert find_places(settings) == (
        None,
        {"lead": ModelPlace("claude-x", "https://api.anthropic.com", Secret("k"), "anthropic")},
    )


def test_a_model_that_could_be_anywhere_is_asked_nowhere() -> None:
    assert problem(**{"": "llama3"}) == "Where is the model llama3? Give FLOTILLA_MODEL_URL."
    assert problem(_ROLES='{"lead": {"model": "llama3"}}') == "Where is the model llama3? Give FLOTILLA_MODEL_URL."


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h",
        "127.0.0.1:80",
        "http://",
        "http://u:p@h/v1",
        "http://h/v1?key=k",
        "http://h:x",
        "http://h h/v1",
        "http://[h",
    ],
)
def test_an_address_is_one_of_the_web_and_holds_no_key(url: str) -> None:
    assert problem(_URL=url).endswith(
        "Give the address of an endpoint such as http://127.0.0.1:11434/v1, without key or query."
    )


@pytest.mark.parametrize(
    "roles",
    [
        "sk-secret",
        '["sk-secret"]',
        '{"lead": "sk-secret"}',
        '{"lead": {"kye": "sk-secret"}}',
        '{"lead": {"key": 7, "model": "sk-secret"}}',
        '{"lead": {"key": "sk-secret", "api": "smtp"}}',
        '{"lead": {"key": "sk-secret", "url": "h"}}',
    ],
)
def test_what_is_wrong_with_roles_is_told_without_their_keys(roles: str) -> None:
    told = problem(_ROLES=roles)

    assert told.startswith("FLOTILLA_MODEL_ROLES will not do. ")
    assert "sk-secret" not in told


def test_no_key_is_shown() -> None:
    roles = '{"lead": {"model": "m", "key": "sk-role"}}'
    settings = read(**{"": "small", "_URL": LOCAL, "_KEY": "sk-main", "_ROLES": roles})

    shown = f"{settings!r} {settings} {find_places(settings)!r} {settings.model_key}"

    assert "sk-" not in shown
    assert settings.model_key.value == "sk-main"
