"""What an iteration came to, measured in the transaction that completes it and never again."""

from __future__ import annotations

from sqlalchemy import ARRAY, bindparam, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.event import EventKind
from domain.flow import Flow
from domain.transition import FlowStatus

ID = UUID(as_uuid=False)

# Findings of an import are open until somebody decides them or a rule applies them; where nothing was imported, the
# findings are the debt that nobody dismissed. Confidence is that of decisions, else that of the columns' mapping.
_MEASURE = text(
    """
    INSERT INTO iteration_quality (engagement_id, flow_id, kind, iteration, completeness, applications, rejected_rows,
        open_findings, mean_confidence, completed_at)
    SELECT :engagement, :flow, :kind, :iteration, coalesce(portfolio.completeness, 0), portfolio.applications,
        coalesce(imported.rejected, 0),
        CASE WHEN imported.rejected IS NULL THEN debt.items ELSE findings.items END,
        coalesce(decided.confidence, mapped.confidence), :at
    FROM
        (SELECT count(*) AS applications, avg(completeness) AS completeness FROM applications
            WHERE engagement_id = :engagement
            AND CASE WHEN cardinality(:applications) = 0 THEN NOT vanished
                ELSE id = ANY(:applications) END) AS portfolio,
        (SELECT sum(rejected_count) AS rejected FROM data_imports
            WHERE engagement_id = :engagement AND flow_id = :flow) AS imported,
        (SELECT count(*) AS items FROM cleansing_findings
            WHERE engagement_id = :engagement AND flow_id = :flow AND NOT decided AND NOT applied) AS findings,
        (SELECT count(*) AS items FROM debt_items
            WHERE engagement_id = :engagement AND flow_id = :flow AND NOT dismissed) AS debt,
        (SELECT avg(confidence) AS confidence FROM decisions
            WHERE engagement_id = :engagement AND flow_id = :flow) AS decided,
        (SELECT avg(CAST(mapping->>'confidence' AS double precision)) AS confidence
            FROM jsonb_array_elements((SELECT data->'mappings' FROM phase_results
                WHERE engagement_id = :engagement AND flow_id = :flow AND phase = 'attribute_mapping'
                ORDER BY revision DESC LIMIT 1)) AS mapping
            WHERE mapping->>'target' IS NOT NULL) AS mapped
    ON CONFLICT (flow_id) DO UPDATE SET completeness = excluded.completeness, applications = excluded.applications,
        rejected_rows = excluded.rejected_rows, open_findings = excluded.open_findings,
        mean_confidence = excluded.mean_confidence, completed_at = excluded.completed_at
    """
).bindparams(
    bindparam("engagement", type_=ID),
    bindparam("flow", type_=ID),
    bindparam("applications", type_=ARRAY(ID)),
)


async def measure(connection: AsyncConnection, engagement_id: str, flow: Flow) -> None:
    """Keep what the data is like now, if the flow has just completed; once more if it was reopened in between."""
    if not completes(flow):
        return
    about = {
        "engagement": engagement_id,
        "flow": flow.id,
        "kind": flow.kind,
        "iteration": flow.iteration,
        "at": flow.completed_at,
        "applications": list(flow.application_ids),
    }
    await connection.execute(_MEASURE, about)


def completes(flow: Flow) -> bool:
    """True where its changes complete it; one that was registered as completed did so elsewhere."""
    ended = (event for event in flow.events if event.kind is EventKind.FLOW_STATUS)
    return flow.completed_at is not None and any(event.data["status"] == FlowStatus.COMPLETED for event in ended)


def reopens(flow: Flow) -> bool:
    """True where it had completed and goes on."""
    told = (event.data for event in flow.events if event.kind is EventKind.FLOW_STATUS)
    return any(change["previous"] == FlowStatus.COMPLETED != change["status"] for change in told)
