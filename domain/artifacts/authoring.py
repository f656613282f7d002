"""How an artifact is written by a model, behind a port of the engine; the rules' draft stands where it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from domain.access import Tenant
from domain.artifact import ArtifactKind
from domain.artifacts.contents import Checked
from domain.model_usage import ModelUsage


@dataclass(frozen=True, slots=True)
class Commission:
    """One artifact to be written: `briefing` is all that is told of the tenant.

    `read` makes the answer's JSON a checked content, or raises Refused with everything that is wrong with it.
    """

    tenant: Tenant
    flow_id: str
    artifact_id: str
    kind: ArtifactKind
    briefing: str
    schema: Mapping[str, Any]
    read: Callable[[Any], Checked]

    @property
    def writer(self) -> str:
        """Whose text people see while it is written: the artifact that it will be."""
        return f"Artifact:{self.artifact_id}"


@dataclass(frozen=True, slots=True)
class Authored:
    """What a model wrote, and what that took; `prompt` names the prompt's file, version and SHA-256."""

    checked: Checked
    usage: ModelUsage
    attempts: int
    prompt: str
    estimated: bool = False


class AuthorFailed(Exception):
    """There is no answer that can be used: the rules write it. The message is a sentence for a person."""

    def __init__(self, code: str, message: str, usage: ModelUsage | None = None, *, estimated: bool = False) -> None:
        self.code = code
        self.usage = usage
        self.estimated = estimated
        super().__init__(message)


class Writer(Protocol):
    """A text that people see while it is written."""

    def write(self, piece: str) -> None: ...


class Author(Protocol):
    """What writes artifacts in this process; `longest` is how many characters it is told at most."""

    @property
    def longest(self) -> int: ...

    @property
    def writes(self) -> bool:
        """Whether there is a model to be asked."""

    async def write(self, commission: Commission) -> Authored:
        """Seen while it is written; within its deadline, or AuthorFailed. Cancelling it ends the request at once."""

    def writing(self, commission: Commission) -> AbstractAsyncContextManager[Writer]:
        """What the rules wrote, seen in the same way."""
