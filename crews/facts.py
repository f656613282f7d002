"""Facts as a model is given them: JSON in which no text of a tenant can look like anything but text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

OPENING, CLOSING = "<facts>", "</facts>"

# Marks that no JSON needs outside of its strings: those that could close the block, and all that nobody can see.
_HIDDEN = re.compile(r"[<>\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
# crewai fills in `{input}`, `{tools}` and the like wherever they stand; JSON itself never has a letter after a brace.
_PLACEHOLDER = re.compile(r"\{(?=[A-Za-z_])")


def write_facts(facts: Mapping[str, Any]) -> str:
    """The block of facts for a task's description."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    text = _PLACEHOLDER.sub(r"\\u007b", _HIDDEN.sub(_escape, text))
    return f"{OPENING}\n{text}\n{CLOSING}"


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if found[0] not in "<>\x7f" else f"\\u{ord(found[0]):04x}"
