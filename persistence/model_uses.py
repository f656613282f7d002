"""What agents asked of language models, in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.model_usage import ModelUse
from persistence.tables import model_uses

_OWN = ("id", "flow_id", "run_id", "phase", "agent", "at", "estimated")
_USAGE = ("provider", "model", "prompt_tokens", "completion_tokens", "requests")


class ModelUses:
    """The uses of one engagement."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def add(self, use: ModelUse) -> None:
        """Keep it with its flow; the same id a second time is what a step wrote that is carried out again."""
        row = {"engagement_id": self._engagement_id, **_row(use)}
        await self._connection.execute(insert(model_uses).on_conflict_do_nothing(index_elements=["id"]), row)


def _row(use: ModelUse) -> dict[str, Any]:
    own = {name: getattr(use, name) for name in _OWN}
    return {**own, **{name: getattr(use.usage, name) for name in _USAGE}}
