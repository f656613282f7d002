"""Where a path leads: a route tells the flow type and the phase that it was made of again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from domain.definition import FlowDefinition


@dataclass(frozen=True, slots=True)
class Place:
    """What a path shows: a phase of a flow of that type, or without one what the completed flow came to."""

    kind: str
    phase: str | None
    flow_id: str | None = None


def read_route(route: str, definitions: Iterable[FlowDefinition]) -> Place | None:
    """What a route of these flow types leads to; None where none of them has it.

    Of a type whose phases differ from flow to flow any step may be meant: give the definition of the flow itself to
    know whether it has that one.
    """
    parts = _split(route)
    if parts is None:
        return None
    path, flow_id = parts
    for definition in definitions:
        found, phase = _read(path, definition)
        if found:
            return Place(definition.kind, phase, flow_id)
    return None


def _split(route: str) -> tuple[str, str | None] | None:
    """The path and the flow's id of a route, or of a whole address; None of what is no address."""
    try:
        address = urlsplit(route)
        flow = parse_qs(address.query, max_num_fields=20).get("flow", [None])[-1]
    except ValueError:
        return None
    return address.path.rstrip("/"), flow


def _read(path: str, definition: FlowDefinition) -> tuple[bool, str | None]:
    for phase in definition.phases:
        if path == definition.path(phase.key):
            return True, phase.key
    if path == definition.path(None):
        return True, None
    area, _, last = path.removeprefix("/").partition("/")
    if definition.phases or area != definition.area or not last or "/" in last:
        return False, None
    return True, last.replace("-", "_")
