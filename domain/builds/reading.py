"""Reads the phase result out of what a model wrote."""

from __future__ import annotations

import json
import re
from typing import Any

_FENCE = re.compile(r"^```json[ \t]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)


def result_in(answer: str) -> dict[str, Any] | None:
    """The object in the last block of JSON, as the protocol asks for; None where there is none."""
    blocks = _FENCE.findall(answer.replace("\r\n", "\n"))
    if not blocks:
        return None
    try:
        found = json.loads(blocks[-1])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
