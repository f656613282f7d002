"""Settings: everything a deployment may choose, read once from the environment. docs/settings.md is its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from server.model_settings import (
    APIS,
    ModelPlace,
    ShortAnswer,
    find_places,
    model_roles,
    model_short,
    model_url,
    secret,
)
from server.secret import Secret

PREFIX = "FLOTILLA_"
# Not settings of the product: what the tests' own servers are replaced with.
RESERVED = f"{PREFIX}TEST_"
UNITS = {"": 1, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
LOG_LEVELS = ("debug", "info", "warning", "error")
HIGHEST_PORT = 65_535
MOST_A_MINUTE = 10_000_000
PRODUCTION = "production"

Parse = Callable[[str], Any]


class InvalidSettings(Exception):
    """One line a variable that will not do: its name, its value, and what would mend it."""


def word(text: str) -> str:
    return text


def number(least: int, most: int) -> Parse:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"Give a whole number from {least} to {most}.")
        return int(text)

    return parse


def size(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,15}) ?([A-Za-z]*)", text)
    if match is None or match[2].upper() not in UNITS or int(match[1]) == 0:
        raise ValueError("Give a size such as 500 KiB, 100 MiB or 1 GiB; a bare number is bytes.")
    return int(match[1]) * UNITS[match[2].upper()]


def choice(*words: str) -> Parse:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"Give one of {', '.join(words)}.")
        return text.lower()

    return parse


def url(*schemes: str, example: str) -> Parse:
    def parse(text: str) -> str:
        if text and not _is_url(text, schemes):
            raise ValueError(f"Give a URL such as {example}.")
        return text

    return parse


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        # Reading the port is what checks it.
        return parts.scheme in schemes and parts.port != 0 and bool(parts.hostname or parts.scheme == "memory")
    except ValueError:
        return False


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("Give addresses or networks such as 10.0.0.7, 10.1.0.0/16, with commas between.") from None


def origins(text: str) -> str:
    """As browsers write them: no path, no capitals, and no port that the scheme has by itself."""
    if not all(word == "*" or _is_origin(word) for word in text.replace(",", " ").split()):
        raise ValueError("Give origins such as https://plan.example.com, with commas between, or * for any page.")
    return text


def _is_origin(word: str) -> bool:
    match = re.fullmatch(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?", word)
    return match is not None and match[3] != {"http": "80", "https": "443"}[match[1]]


def setting(default: Any, parse: Parse, means: str, *, hidden: bool = False) -> Any:
    """A field of Settings; `means` is its line in the table, a hidden one's value is never repeated."""
    return field(default=default, metadata={"parse": parse, "means": means, "hidden": hidden})


@dataclass(frozen=True, slots=True)
class Settings:
    """What this process was told. Two processes of one deployment are given the same."""

    host: str = setting("127.0.0.1", word, "Address the API listens on")
    port: int = setting(8000, number(0, HIGHEST_PORT), "Port the API listens on; 0 takes a free one")
    data: Path = setting(Path(".data"), Path, "Folder of the embedded servers and the local issuer's key")  # noqa: RUF009 - a constant
    database_url: str = setting(
        "",
        url("postgresql", "postgres", example="postgresql://user:password@host:5432/flotilla"),
        "PostgreSQL 15 or newer; empty starts one under `FLOTILLA_DATA`",
    )
    broadcast_url: str = setting(
        "",
        url("redis", "rediss", "memory", example="redis://host:6379/0, rediss://… or memory://"),
        "Redis or Valkey, or `memory://` within one process; empty starts a Valkey under `FLOTILLA_DATA`",
    )
    issuer_url: str = setting(
        "",
        url("https", "http", example="https://login.example.com/realms/main"),
        "OpenID Connect issuer whose tokens are accepted; empty means the local one, on a loopback address only",
    )
    origins: str = setting(
        "",
        origins,
        "Origins of other sites' pages that may use the API, such as `https://plan.example.com`, with commas between;"
        " `*` is any",
    )
    socket_operations: int = setting(100, number(1, 10_000), "Operations one WebSocket runs at once")
    socket_patience: int = setting(10, number(1, 600), "Seconds within which a WebSocket must be greeted")
    audience: str = setting("flotilla", word, "What the `aud` claim of an issuer's token must hold")
    token_rate: int = setting(
        6_000,
        number(0, MOST_A_MINUTE),
        "Operations a minute of one token's subject, in each API process; 0 counts none",
    )
    address_rate: int = setting(
        30_000,
        number(0, MOST_A_MINUTE),
        "Requests and sockets a minute from an address, in each API process; 0 counts none",
    )
    refusal_rate: int = setting(
        60, number(0, MOST_A_MINUTE), "Refused tokens a minute from an address, in each API process; 0 counts none"
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = setting(
        (), networks, "Addresses and networks, with commas between, whose `X-Forwarded-For` is believed"
    )
    log_level: str = setting("info", choice(*LOG_LEVELS), "Least important log line that is written")
    log_format: str = setting("text", choice("text", "json"), "Log lines for people or for machines")
    otlp_url: str = setting(
        "",
        url("http", "https", example="http://collector:4318"),
        "Where spans are sent, by OTLP over HTTP; empty sends none unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set",
    )
    metrics_host: str = setting("127.0.0.1", word, "Address at which a worker shows its figures for Prometheus")
    metrics_port: int = setting(0, number(0, HIGHEST_PORT), "Port at which a worker shows them; 0 shows none")
    database_pool: int = setting(10, number(2, 200), "Connections to PostgreSQL a process holds at most")
    worker_concurrency: int = setting(4, number(1, 64), "Phases a worker runs at once")
    engagement_concurrency: int = setting(2, number(1, 64), "Phases of one engagement that run at once, in all workers")
    inventory_limit: int = setting(100 << 20, size, "Largest inventory file")
    text_limit: int = setting(
        1 << 20, size, "Largest `text` given instead of a file, and largest request without files"
    )
    profile: str = setting(
        "development",
        choice("development", PRODUCTION),
        "`production` executes trusted documents only, tells nothing of the schema and serves no GraphiQL",
    )
    trusted_documents: str = setting(
        "",
        word,
        "Manifest of the documents that may be called by their hash, as `python -m server trust` writes it; needed in"
        " production",
    )
    cost_budget: int = setting(
        5_000_000, number(0, 999_999_999_999), "What the operations of one token may cost in a minute; 0 is without end"
    )
    operation_seconds: int = setting(30, number(1, 3_600), "Seconds that an operation may take")
    upload_seconds: int = setting(900, number(1, 86_400), "Seconds that an operation with a file may take")
    columns_limit: int = setting(500, number(1, 10_000), "Most columns of an inventory")
    rows_limit: int = setting(1_000_000, number(1, 100_000_000), "Most rows of an inventory")
    source_days: int = setting(30, number(1, 36_500), "Days an imported file is kept")
    export_days: int = setting(7, number(1, 36_500), "Days the file of an export is kept")
    link_secret: str = setting(
        "",
        word,
        "What links to exports are signed with, long and random, the same in every API process; empty makes a key under"
        " `FLOTILLA_DATA`",
    )
    event_days: int = setting(
        0, number(0, 36_500), "Days the events of a flow that has ended are kept; 0 keeps them as long as the flow"
    )
    engine_days: int = setting(7, number(1, 36_500), "Days the rows of finished executions are kept")
    model: str = setting("", word, "Language model that agents ask; empty leaves all work to the built-in rules")
    model_url: str = setting(
        "",
        model_url,
        "Where it is asked, such as `http://127.0.0.1:11434/v1`; empty for OpenAI's and Anthropic's own models",
    )
    model_key: Secret = setting(Secret(), secret, "Key of that endpoint; empty where it wants none", hidden=True)  # noqa: RUF009 - a constant
    model_api: str = setting(
        "auto", choice(*APIS), "What the endpoint speaks: `openai`, `anthropic`, or `auto`, by its address"
    )
    model_roles: tuple[tuple[str, ModelPlace], ...] = setting(
        (), model_roles, "Other models for single roles, as JSON: see below", hidden=True
    )
    model_concurrency: int = setting(8, number(1, 256), "Calls to models a process makes at once; others wait")
    model_seconds: int = setting(120, number(1, 3_600), "Seconds a call to a model may take, with its repeats")
    model_silence_seconds: int = setting(
        30, number(1, 3_600), "Seconds until a model's first word, and between two pieces of its answer"
    )
    model_briefing: int = setting(
        12_000, number(2_000, 1_000_000), "Characters of a phase's facts that an agent is told at most"
    )
    model_short: ShortAnswer | None = setting(  # noqa: RUF009 - a constant
        None,
        model_short,
        "How long an answer may be for a model that would not stop by itself: items of a list x characters of a text,"
        " such as `2x240`; empty leaves it to the checks",
    )
    model_prompt_limit: int = setting(512 << 10, size, "Most that a model is told at once")
    model_answer_limit: int = setting(512 << 10, size, "Longest answer of a model that is read")
    model_answer_tokens: int = setting(8_192, number(16, 1_000_000), "Tokens a model may answer with")
    model_window: int = setting(
        0,
        number(0, 100_000_000),
        "Tokens that a model reads and writes at once, for conversations; 0 takes what is known of its name",
    )
    reply_first_seconds: int = setting(
        10, number(1, 600), "Seconds until the first word of a model's reply in a thread; then the rules reply"
    )
    reply_seconds: int = setting(60, number(1, 3_600), "Seconds that such a reply may take in all")
    model_daily_tokens: int = setting(
        0,
        number(0, 1_000_000_000),
        "Tokens an engagement may use in a day, then the rules do its work; 0 sets no limit",
    )

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """From the environment, or InvalidSettings with every problem at once."""
        given = {name: text.strip() for name, text in environment.items() if name.startswith(PREFIX)}
        known = {variable(item): item for item in fields(cls)}
        problems = [_unknown(name, known) for name in given if name not in known and not name.startswith(RESERVED)]
        values: dict[str, Any] = {}
        for name, item in known.items():
            if given.get(name):
                try:
                    values[item.name] = item.metadata["parse"](given[name])
                except ValueError as problem:
                    shown = "" if item.metadata["hidden"] else f" is {_shown(given[name])!r}"
                    problems.append(f"{name}{shown or ' will not do'}. {problem}")
        if problems:
            raise InvalidSettings("\n".join(problems))
        return cls(**values)._consistent()

    def _consistent(self) -> Self:
        try:
            find_places(self)
        except ValueError as problem:
            raise InvalidSettings(str(problem)) from None
        return self

    @property
    def local_issuer(self) -> bool:
        """Whether this process may issue and accept tokens of its own: never where others can reach it."""
        return not self.issuer_url and is_loopback(self.host)


def variable(item: Field[Any]) -> str:
    return PREFIX + item.name.upper()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _unknown(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name.removeprefix(PREFIX), [key.removeprefix(PREFIX) for key in known], n=1)
    advice = f"Did you mean {PREFIX}{near[0]}?" if near else "docs/settings.md lists what there is."
    return f"{name} is not a setting. {advice}"


def _shown(text: str) -> str:
    """Without what may be a password: a message ends up in logs."""
    return re.sub(r"(?<=:)[^:@/]+(?=@)", "***", text)
