"""Prompts: Markdown files with a version, one a phase, with a section for each of its agents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

PROMPTS = Path(__file__).with_name("prompts")

_HEAD = re.compile(r"\Aversion: (\d+)\n\n")
_AGENT = "Agent: "


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one agent is told of its work; nothing of a tenant. `sha` is the file's SHA-256."""

    name: str
    version: int
    sha: str
    text: str


@cache
def load_prompt(flow: str, phase: str, agent: str) -> Prompt:
    """The prompt of an agent: what its phase's file says to all of them, and its own section."""
    path = PROMPTS / flow / f"{phase}.md"
    content = path.read_text(encoding="utf-8")
    head = _HEAD.match(content)
    if head is None:
        raise ValueError(f"{path.name} does not begin with its version.")
    own = f"{_AGENT}{agent}"
    sections = content[head.end() :].split("\n## ")
    kept = [section for section in sections if _title(section) == own or not _title(section).startswith(_AGENT)]
    if own not in map(_title, kept):
        raise LookupError(f"{flow}/{path.name} has no section for {agent}.")
    text = "\n## ".join(kept).replace(f"## {own}\n", "## You\n").strip()
    return Prompt(f"{flow}/{phase}/{agent}", int(head[1]), sha256(content.encode()).hexdigest(), text)


def _title(section: str) -> str:
    return section.split("\n", 1)[0].strip()
