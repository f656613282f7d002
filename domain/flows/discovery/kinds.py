"""HARD, SOFT or SHARED_SERVICE: what a dependency is, how sure that is, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.dependency import DependencyKind
from domain.flows.discovery.services import SHARED, Service, shared_by_fan_in
from domain.natural_key import natural_key

_HARD, _SOFT, _SHARED = DependencyKind.HARD, DependencyKind.SOFT, DependencyKind.SHARED_SERVICE
_TOLD, _BY_CATEGORY, _BY_PROTOCOL, _BY_PROVIDER, _UNTOLD = 1.0, 0.9, 0.8, 0.8, 0.5

_WORDS: Mapping[str, DependencyKind] = MappingProxyType(
    {
        **dict.fromkeys(
            ("hard", "synchronous", "sync", "shared data", "shared database", "data", "database", "strong",
             "tight", "blocking", "real time", "realtime", "critical"),
            _HARD,
        ),
        **dict.fromkeys(
            ("soft", "asynchronous", "async", "replaceable", "weak", "loose", "optional", "batch", "file",
             "event", "message", "messaging"),
            _SOFT,
        ),
        **dict.fromkeys(("shared service", "shared_service", "shared", "platform", "platform service"), _SHARED),
    }
)  # fmt: skip
# A protocol tells whether the consumer waits or works on the same data: recalled, the field's common names.
_PROTOCOLS: tuple[tuple[DependencyKind, re.Pattern[str]], ...] = (
    (_SOFT, re.compile(
        r"\b(s?ftps?|scp|mq|amqp|jms|kafka|rabbitmq|activemq|msmq|queue|topic|event|smtp|e-?mail|batch|file|files|edi|"
        r"as2|csv|asynchronous|async)\b")),
    (_HARD, re.compile(
        r"\b(jdbc|odbc|sql|sql\*net|tds|db ?link|oracle|db2|nfs|smb|cifs|https?|rest|soap|grpc|graphql|rpc|rmi|corba|"
        r"api|web ?service|cics|tcp|ldaps?|kerberos|saml|oidc|synchronous|sync)\b")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of the application that is needed: what it is, and how many need it among how many."""

    service: Service | None
    dependents: int
    applications: int

    @property
    def shared_because(self) -> str | None:
        """Why it is a platform that many share; None when it is none."""
        if self.service in SHARED:
            return f"It is a {self.service} service."
        if shared_by_fan_in(self.dependents, self.applications):
            return f"{self.dependents} of {self.applications} applications need it."
        return None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind with its confidence, 0 to 1, and the reason in a sentence."""

    kind: DependencyKind
    confidence: float
    because: str


def classify(kind: str | None, protocol: str | None, provider: Provider) -> Verdict:
    """What a dependency is, by the first of: a shared provider, what the source says, how they talk, what is needed."""
    if because := provider.shared_because:
        return Verdict(_SHARED, _BY_CATEGORY if provider.service in SHARED else _TOLD, because)
    if told := told_kind(kind):
        return Verdict(told, _TOLD, f'The source says "{kind}".')
    if told := _by_protocol(protocol):
        return Verdict(told, _BY_PROTOCOL, f"They talk over {protocol}.")
    if provider.service in {Service.DATA_STORE, Service.IDENTITY}:
        return Verdict(_HARD, _BY_PROVIDER, f"What is needed is a {provider.service}.")
    return Verdict(_SOFT, _UNTOLD, "The source does not say how it is needed.")


def told_kind(text: str | None) -> DependencyKind | None:
    """The kind that a source's own word stands for."""
    if not text:
        return None
    word = re.sub(r"[\s_-]+", " ", natural_key(text))
    return _WORDS.get(word) or _WORDS.get(re.split(r"\s*[(:/,]", word)[0])


def _by_protocol(text: str | None) -> DependencyKind | None:
    word = natural_key(text or "")
    return next((kind for kind, pattern in _PROTOCOLS if pattern.search(word)), None)
