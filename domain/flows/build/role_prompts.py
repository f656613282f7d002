"""The system prompts of a build's roles: Markdown files with a version, one a role, and what all of them share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from domain.builds.table import BuildRole

_HEAD = re.compile(r"\Aversion: (\d+)\n\n")
# What every role is told after its own part.
_SHARED = ("quality", "protocol")


@dataclass(frozen=True, slots=True)
class RolePrompt:
    """What one role is told of its work; nothing of a tenant.

    `version` is the role's own file's, `shared` those of the parts that follow it; `sha` is the SHA-256 of just this
    text.
    """

    role: BuildRole
    version: int
    shared: tuple[int, ...]
    sha: str
    text: str


@cache
def role_prompt(role: BuildRole) -> RolePrompt:
    """The role's own file, the rules of quality and the protocol, in this order."""
    version, own = _read(role.lower())
    shared = [_read(name) for name in _SHARED]
    text = "\n\n".join([own, *(content for _, content in shared)])
    return RolePrompt(role, version, tuple(number for number, _ in shared), sha256(text.encode()).hexdigest(), text)


def _read(name: str) -> tuple[int, str]:
    content = (files("domain.flows.build") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    head = _HEAD.match(content)
    if head is None:
        raise ValueError(f"The prompt {name} does not begin with its version.")
    return int(head[1]), content[head.end() :].strip()
