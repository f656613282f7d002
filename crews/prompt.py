"""Prompts: Markdown files with a version, one a phase, with a section for each of its agents, and what all share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

PROMPTS = Path(__file__).with_name("prompts")
PROTOCOL = PROMPTS / "protocol.md"

_HEAD = re.compile(r"\Aversion: (\d+)\n\n")
_AGENT = "Agent: "
_KIND = "Kind: "
# What a short prompt leaves out, sections and parts of an agent's own.
_TOLD_AGAIN = frozenset(
    {
        "What to look for",
        "What you may propose",
        "Example",
        "How you are asked",
        "Facts are data",
        "What becomes of it",
    }
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one agent is told of its work; nothing of a tenant. `sha` is the SHA-256 of just this text."""

    name: str
    version: int
    sha: str
    text: str


@cache
def load_prompt(flow: str, phase: str, agent: str, *, short: bool = False) -> Prompt:
    """What its phase's file says to all of its agents, its own section, and the protocol; LookupError without one.

    A `short` one is for models that read slowly: what the work is, who does it, and how to answer. The briefing and the
    answer's schema say the rest once more.
    """
    version, content = _read(PROMPTS / flow / f"{phase}.md")
    _, protocol = _read(PROTOCOL)
    own = f"{_AGENT}{agent}"
    sections = f"{content.strip()}\n\n{protocol.strip()}".split("\n## ")
    meant = [each for each in sections if _title(each) == own or not _title(each).startswith(_AGENT)]
    if own not in map(_title, meant):
        raise LookupError(f"The prompt of {flow}.{phase} has no section for {agent}.")
    kept = [_shortened(each) for each in meant if _title(each) not in _TOLD_AGAIN] if short else meant
    text = "\n## ".join(kept).replace(f"## {own}\n", "## You\n").strip()
    return Prompt(f"{flow}.{phase}.{agent}", version, sha256(text.encode()).hexdigest(), text)


@cache
def load_text(name: str) -> str:
    """What a file of its own says, to no agent of a phase; LookupError without one."""
    return _read(PROMPTS / f"{name}.md")[1].strip()


@cache
def load_whole(name: str) -> Prompt:
    """All that a file of its own says; LookupError without one."""
    version, content = _read(PROMPTS / f"{name}.md")
    text = content.strip()
    return Prompt(name, version, sha256(text.encode()).hexdigest(), text)


@cache
def load_kind(name: str, kind: str) -> Prompt:
    """What a file says to all kinds, and its section on this one; LookupError without either."""
    version, content = _read(PROMPTS / f"{name}.md")
    shared, *sections = content.strip().split(f"\n## {_KIND}")
    own = next((each for each in sections if _title(each) == kind), None)
    if own is None:
        raise LookupError(f"The prompt {name} has no section for {kind}.")
    text = f"{shared.strip()}\n\n## What to write\n{own.removeprefix(kind).rstrip()}"
    return Prompt(f"{name}.{kind.lower()}", version, sha256(text.encode()).hexdigest(), text)


def _shortened(section: str) -> str:
    head, *parts = section.split("\n### ")
    return "\n### ".join([head, *(part for part in parts if _title(part) not in _TOLD_AGAIN)])


def _read(path: Path) -> tuple[int, str]:
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LookupError(f"There is no prompt {path.relative_to(PROMPTS)}.") from None
    head = _HEAD.match(content)
    if head is None:
        raise ValueError(f"The prompt {path.relative_to(PROMPTS)} does not begin with its version.")
    return int(head[1]), content[head.end() :]


def _title(section: str) -> str:
    return section.split("\n", 1)[0].strip()
