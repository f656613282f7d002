"""The example in each prompt is a good answer: tests give it to the crew that was asked."""

from __future__ import annotations

import json
import re
from typing import Any

from crews.prompt import load_prompt
from domain.agents.permission import PERMISSIONS

AGENTS = sorted({(permit.kind, agent) for permit in PERMISSIONS for agent in permit.agents})


def prompt_of(kind: str, agent: str) -> str:
    return load_prompt(*kind.split("."), agent).text


def example_of(kind: str, agent: str) -> dict[str, Any]:
    [found] = re.findall(r"```json\n(.*?)```", prompt_of(kind, agent), re.DOTALL)
    example: dict[str, Any] = json.loads(found)
    return example
