"""Which flows of an older system have been registered."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from persistence.tables import legacy_flows


class LegacyFlows:
    """Those of one engagement, in one transaction."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def claim(self, legacy_id: str) -> bool:
        """True for the one transaction that is to register it; another that tries at once waits for its end."""
        row = {"engagement_id": self._engagement_id, "legacy_id": legacy_id}
        claiming = insert(legacy_flows).values(row).on_conflict_do_nothing().returning(legacy_flows.c.legacy_id)
        return await self._connection.scalar(claiming) is not None

    async def keep(self, legacy_id: str, flow_id: str) -> None:
        """What it was registered as."""
        own = (legacy_flows.c.engagement_id == self._engagement_id) & (legacy_flows.c.legacy_id == legacy_id)
        await self._connection.execute(update(legacy_flows).where(own).values(flow_id=flow_id))
