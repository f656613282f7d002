"""Work that was done with, and for whose customer the reason has become another since."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_FORGET = text(
    """
    UPDATE workflows AS w SET ended_with = NULL FROM customers AS c
    WHERE w.engagement_id = CAST(:engagement AS uuid) AND w.customer_id = ANY(CAST(:customers AS uuid[]))
        AND w.ended_with IS NOT NULL AND c.id = w.customer_id AND CASE w.kind
            WHEN 'RENEWAL' THEN CAST(w.ended_with ->> 'renewal_date' AS date) IS DISTINCT FROM c.renewal_date
            WHEN 'STRATEGIC' THEN w.ended_with ->> 'account_plan' IS DISTINCT FROM c.account_plan
            WHEN 'OPPORTUNITY' THEN
                CAST(w.ended_with ->> 'opportunity_score' AS numeric) IS DISTINCT FROM c.opportunity_score
            ELSE CAST(w.ended_with ->> 'risk_score' AS numeric) IS DISTINCT FROM c.risk_score END
    """
)


async def forget_settled(connection: AsyncConnection, engagement_id: str, customer_ids: Sequence[str]) -> None:
    """Forget what workflows of these customers rested on where that has changed.

    So a score that was another for a while is a new reason when it comes back, and the work is asked for once more.
    """
    await connection.execute(_FORGET.bindparams(engagement=engagement_id, customers=list(customer_ids)))
