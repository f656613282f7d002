"""An agent's ask to look through what the rules came to: its prompt, its briefing, and the shape of its answer."""

from __future__ import annotations

from typing import Any

from crews.asking import Ask
from crews.prompt import load_prompt
from crews.schema import Short, answer_schema
from domain.agents.briefing import Briefing
from domain.agents.proposals import Proposal
from domain.agents.reviewing import proposal_type
from domain.definition import Agent
from domain.ports import Shapes


def ask_for_proposal(
    agent: Agent, briefing: Briefing, shapes: Shapes, seconds: float, short: Short | None = None
) -> Ask[Proposal]:
    """LookupError where that agent may propose nothing: then there is nothing to ask."""
    flow, _, phase = briefing.kind.partition(".")
    kind: type[Any] = proposal_type(briefing.kind)
    return Ask(
        agent=agent,
        prompt=load_prompt(flow, phase, agent.key),
        briefing=briefing.text,
        schema=answer_schema(briefing.kind, agent.key, short),
        read=lambda data: shapes.decode(kind, data),
        seconds=seconds,
    )
