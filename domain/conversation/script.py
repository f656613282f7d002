"""What belongs to a branch's script, and what becomes of what does not."""

from __future__ import annotations

import re

from domain.customer_success.template import Branch, BranchKind
from domain.errors import ErrorCode, refuse

_MARKS = re.compile(r"[\W_]+")


def scripted(branch: Branch, message: str) -> bool:
    """Whether the reply is the branch's own; a FIXED one may let a message lead away from it, and may refuse it."""
    return branch.kind is BranchKind.FIXED and on_script(branch, message)


def on_script(branch: Branch, message: str) -> bool:
    """Whether the branch expects that message: its label, its key or a prompt; any, where it has no prompts."""
    expected = {_bare(text) for text in (branch.label, branch.key, *branch.prompts)}
    return not branch.prompts or _bare(message) in expected


def require_on_script(branch: Branch, message: str) -> None:
    """Refused where that branch takes nothing else."""
    if branch.kind is not BranchKind.FIXED or branch.allows_off_script or on_script(branch, message):
        return
    expected = ", ".join(f"\u201c{text}\u201d" for text in (branch.label, *branch.prompts))
    told = f"This branch keeps to its script. Say one of {expected}, or open a thread by another branch."
    raise refuse(ErrorCode.INVALID_INPUT, told, "content")


def _bare(text: str) -> str:
    return _MARKS.sub(" ", text.casefold()).strip()
