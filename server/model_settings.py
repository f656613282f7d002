"""The settings that name language models: which one, where, and which of it for a role alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Protocol, Self
from urllib.parse import urlsplit

from server.secret import Secret

APIS = ("auto", "openai", "anthropic")
# Models that are known by name to be at home somewhere; any other needs an address.
HOMES = (
    (("claude-",), "anthropic", "https://api.anthropic.com"),
    (("gpt-", "chatgpt-", "o1", "o3", "o4"), "openai", "https://api.openai.com/v1"),
)
ANTHROPIC = "anthropic.com"
EXAMPLE = '{"wave_planning_specialist": {"model": "large"}}'
WRONG_URL = "Give the address of an endpoint such as http://127.0.0.1:11434/v1, without key or query."


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """A model, its address, its key and its protocol; what is empty is as for all roles."""

    model: str = ""
    url: str = ""
    key: Secret = Secret()  # noqa: RUF009 - a constant
    api: str = ""

    def over(self, other: Self) -> ModelPlace:
        """This, with what it leaves open taken from another. A key goes only to the address it was given for."""
        key = self.key or (other.key if self.url in ("", other.url) else Secret())
        url, api = (self.url, self.api) if self.url else (other.url, self.api or other.api)
        return ModelPlace(self.model or other.model, url, key, api)

    def resolved(self) -> ModelPlace:
        """With the address and the protocol that it stands for; ValueError where that is anybody's guess."""
        home = next((home for home in HOMES if self.model.startswith(home[0])), None)
        if self.url:
            host = urlsplit(self.url).hostname or ""
            guessed = "anthropic" if host == ANTHROPIC or host.endswith(f".{ANTHROPIC}") else "openai"
            return ModelPlace(self.model, self.url, self.key, guessed if self.api in ("", "auto") else self.api)
        if home is None or self.api not in ("", "auto", home[1]):
            raise ValueError(f"Where is the model {self.model}? Give FLOTILLA_MODEL_URL.")
        return ModelPlace(self.model, home[2], self.key, home[1])


class ShortAnswer(NamedTuple):
    """How long an answer may be that is asked of a small model: items of a list, characters of a text."""

    items: int
    text: int


class ModelSettings(Protocol):
    """What of the settings is of models."""

    @property
    def model(self) -> str: ...

    @property
    def model_url(self) -> str: ...

    @property
    def model_key(self) -> Secret: ...

    @property
    def model_api(self) -> str: ...

    @property
    def model_roles(self) -> tuple[tuple[str, ModelPlace], ...]: ...


def find_places(settings: ModelSettings) -> tuple[ModelPlace | None, dict[str, ModelPlace]]:
    """The model for all roles and those for single ones, ready to be asked; ValueError for one that is nowhere."""
    place = ModelPlace(settings.model, settings.model_url, settings.model_key, settings.model_api)
    roles = {role: each.over(place).resolved() for role, each in settings.model_roles}
    return (place.resolved() if place.model else None), roles


def secret(text: str) -> Secret:
    return Secret(text)


def model_url(text: str) -> str:
    if not text:
        return text
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError(WRONG_URL) from None
    plain = re.fullmatch(r"[!-~]+", text) and "?" not in text and "#" not in text
    if not good or not plain or parts.username is not None:
        raise ValueError(WRONG_URL)
    return text.rstrip("/")


def model_short(text: str) -> ShortAnswer | None:
    """From `1x160`; nothing sets no limits."""
    if not text:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,2}) ?x ?([1-9][0-9]{1,4})", text)
    if match is None:
        raise ValueError("Give items of a list x characters of a text, such as 2x240, at least 1x10.")
    return ShortAnswer(int(match[1]), int(match[2]))


def model_roles(text: str) -> tuple[tuple[str, ModelPlace], ...]:
    """From JSON. Its problems are told without its text, which holds keys."""
    if not text:
        return ()
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(each, dict) for each in given.values()):
        raise ValueError(f"Give a JSON object of roles such as {EXAMPLE}.")
    return tuple((role, _place(role, each)) for role, each in given.items())


def _place(role: str, given: Mapping[str, Any]) -> ModelPlace:
    known = [item.name for item in fields(ModelPlace)]
    if not set(given) <= set(known) or not all(isinstance(each, str) for each in given.values()):
        raise ValueError(f"The role {role} may say {', '.join(known)}, each as text.")
    if given.get("api", "auto") not in APIS:
        raise ValueError(f"The role {role} has an api that is none of {', '.join(APIS)}.")
    key = Secret(given.get("key", ""))
    return ModelPlace(given.get("model", ""), model_url(given.get("url", "")), key, given.get("api", ""))
