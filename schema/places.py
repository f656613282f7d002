"""Where a path of a single-page application leads."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from domain.known import KnownFlow
from domain.place import Place, read_route
from resolvers.context import Context
from resolvers.reading import flows as reading
from schema.enums import FlowType
from schema.ids import flow_id
from schema.loading import computed, entry
from schema.mirror import mirror


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place, and the flow that its path names where there is one."""

    place: Place
    flow: KnownFlow | None


@mirror(FoundPlace, name="Place")
class PlaceType:
    """What a path shows."""

    @computed
    @staticmethod
    def type(found: FoundPlace) -> FlowType:
        return FlowType(found.place.kind)

    @computed
    @staticmethod
    def phase(found: FoundPlace) -> str | None:
        """Null where it shows what the completed flow came to."""
        return found.place.phase

    @computed
    @staticmethod
    def flow(found: FoundPlace) -> KnownFlow | None:
        """Null where the path names none, or one that is not there for this caller."""
        return found.flow


@strawberry.type
class PlaceQueries:
    @entry
    @staticmethod
    async def place(context: Context, route: str) -> FoundPlace | None:
        """What a `route` leads to; null where no flow has it. A flow's own steps are known by the flow it names."""
        definitions = context.caller.definitions.values()
        place = read_route(route, definitions)
        if place is None:
            return None
        flow = await reading.find(context, flow_id(place.flow_id)) if place.flow_id else None
        if flow is None:
            return FoundPlace(place, None)
        own = read_route(route, [flow.definition])
        return FoundPlace(own, flow) if own else None
