"""An agent's ask to look through what the rules came to: its prompt, its briefing, and the shape of its answer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from crews.asking import Ask
from crews.prompt import load_prompt
from crews.schema import Short, answer_schema
from domain.agents.briefing import Briefing
from domain.agents.cleaning import line
from domain.agents.permission import permitted
from domain.agents.proposals import Proposal
from domain.agents.reviewing import LONGEST_NAME, proposal_type
from domain.definition import Agent
from domain.ports import Shapes

_ALWAYS = frozenset({"subject", "reason", "confidence"})
# Names of things nobody asked for that are told of.
_MOST_STRANGE = 10


@dataclass(frozen=True, slots=True)
class Given:
    """A proposal, and the names of what its answer held beside it."""

    proposal: Proposal
    strange: tuple[str, ...] = ()


def ask_for_proposal(
    agent: Agent, briefing: Briefing, shapes: Shapes, seconds: float, short: Short | None = None
) -> Ask[Given]:
    """LookupError where that agent may propose nothing: then there is nothing to ask."""
    flow, _, phase = briefing.kind.partition(".")
    return Ask(
        agent=agent,
        prompt=load_prompt(flow, phase, agent.key, short=short is not None),
        briefing=briefing.text,
        schema=answer_schema(briefing.kind, agent.key, short),
        read=lambda data: read_proposal(briefing.kind, data, shapes),
        seconds=seconds,
    )


def read_proposal(kind: str, data: Any, shapes: Shapes) -> Given:
    """What was asked for; more of it is left out and named, for it is no reason to ask again. Else Refused."""
    type_: type[Any] = proposal_type(kind)
    parts = {each.name for each in fields(type_)}
    known = {part: _ALWAYS.union(*(each.fields for each in permitted(kind) if each.part == part)) for part in parts}
    strange: list[str] = []
    asked: dict[str, Any] = {}
    for name, value in data.items() if isinstance(data, dict) else ():
        if name in known:
            asked[name] = [_without(each, known[name], f"{name}.", strange) for each in _items(value)]
        else:
            strange.append(name)
    named = dict.fromkeys(line(name, LONGEST_NAME) for name in strange)
    return Given(shapes.decode(type_, asked), tuple(named)[:_MOST_STRANGE])


def _items(value: Any) -> list[Any]:
    """A part as a list; what is none is one item of the wrong type, which is then refused at its place."""
    return value if isinstance(value, list) else [value]


def _without(item: Any, known: frozenset[str], place: str, strange: list[str]) -> Any:
    if not isinstance(item, dict):
        return item
    strange += [f"{place}{name}" for name in item if name not in known]
    return {name: value for name, value in item.items() if name in known}
