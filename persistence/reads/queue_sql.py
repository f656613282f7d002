"""Determination and priority as one statement over an owner's customers, which Python would take a second for.

The rules are those of `domain/customer_success`, written a second time; a test compares both on whatever hypothesis
thinks of. Only places and counts are read of it: what is shown is made by the domain, for the rows of one page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Integer, Subquery, Text, column, text
from sqlalchemy.dialects.postgresql import UUID

from domain.customer_success.kinds import RenewalStage
from domain.customer_success.scoring_rules import ScoringRules, exact

_ID = UUID(as_uuid=False)

# Of each customer and kind the workflow that counts: one that waits for somebody, else one that sleeps, else the one
# that was done with last.
STANDING = """
    SELECT DISTINCT ON (w.customer_id, w.kind) w.customer_id, w.kind, w.flow_id, w.assigned_to, f.status, w.ended_with,
        w.escalated_to IS NOT NULL AS escalated, f.status NOT IN ('SNOOZED', 'COMPLETED', 'CANCELLED') AS waits
    FROM workflows AS w JOIN master_flows AS f ON f.id = w.flow_id AND f.engagement_id = w.engagement_id
    WHERE w.engagement_id = CAST(:engagement AS uuid) AND {customers}
        AND (f.status NOT IN ('COMPLETED', 'CANCELLED') OR w.ended_with IS NOT NULL)
    ORDER BY w.customer_id, w.kind,
        CASE f.status WHEN 'SNOOZED' THEN 1 WHEN 'COMPLETED' THEN 2 WHEN 'CANCELLED' THEN 2 ELSE 0 END,
        w.started_at DESC, w.id DESC
"""
BUSY = """
    SELECT w.assigned_to, count(*) AS workflows
    FROM workflows AS w JOIN master_flows AS f ON f.id = w.flow_id AND f.engagement_id = w.engagement_id
    WHERE w.engagement_id = CAST(:engagement AS uuid) AND {assigned}
        AND f.status NOT IN ('SNOOZED', 'COMPLETED', 'CANCELLED') AND w.assigned_to <> ''
    GROUP BY w.assigned_to
"""

_WORKED = text(
    f"""
    WITH concerned AS MATERIALIZED (
        SELECT id FROM customers WHERE engagement_id = CAST(:engagement AS uuid) AND owner = :owner
        UNION
        SELECT customer_id FROM workflows WHERE engagement_id = CAST(:engagement AS uuid) AND assigned_to = :owner
    ), standing AS MATERIALIZED (
        {STANDING.format(customers="w.customer_id IN (SELECT id FROM concerned)")}
    ), person AS MATERIALIZED (
        SELECT coalesce((SELECT workflows FROM ({BUSY.format(assigned="w.assigned_to = :owner")}) AS busy), 0) AS busy,
            CAST(CAST(:experience AS jsonb) ->> coalesce((SELECT experience FROM members
                WHERE engagement_id = CAST(:engagement AS uuid) AND subject = :owner), 'MID') AS numeric) AS weight
    ), customer AS MATERIALIZED (
        SELECT c.id, c.name_key, c.renewal_date, c.renewal_status, c.account_plan, c.opportunity_score, c.risk_score,
            c.owner, c.version, c.renewal_date - CAST(:today AS date) AS days,
            width_bucket(c.renewal_date - CAST(:today AS date), CAST(:stage_days AS int[])) AS stage,
            (CAST(:arr_multipliers AS numeric[]))[width_bucket(c.arr, CAST(:arr_tiers AS numeric[])) + 1]
                * CAST(CAST(:plans AS jsonb) ->> coalesce(c.account_plan, 'NONE') AS numeric) * person.weight AS weight
        FROM concerned JOIN customers AS c ON c.id = concerned.id AND c.engagement_id = CAST(:engagement AS uuid)
        CROSS JOIN person
    ), work AS (
        SELECT c.*, kinds.kind, kinds.rank, s.flow_id, coalesce(s.waits, false) AS runs,
            coalesce(s.waits AND s.escalated, false) AS escalated,
            CASE WHEN s.waits THEN s.assigned_to ELSE c.owner END AS assigned_to,
            CASE kinds.kind
                WHEN 'RENEWAL' THEN (CAST(:renewals AS numeric[]))[coalesce(c.stage, 8) + 1]
                WHEN 'STRATEGIC' THEN CAST(CAST(:strategic AS jsonb) ->> coalesce(c.account_plan, 'OTHER') AS numeric)
                WHEN 'OPPORTUNITY' THEN CAST(:opportunity_base AS numeric)
                    + CAST(:opportunity_point AS numeric) * coalesce(c.opportunity_score, 0)
                ELSE CAST(:risk_base AS numeric) + CAST(:risk_point AS numeric) * coalesce(c.risk_score, 0)
            END AS points
        FROM customer AS c
        CROSS JOIN (VALUES ('RENEWAL', 0), ('STRATEGIC', 1), ('OPPORTUNITY', 2), ('RISK', 3)) AS kinds(kind, rank)
        LEFT JOIN standing AS s ON s.customer_id = c.id AND s.kind = kinds.kind
        WHERE s.waits OR (s.status IS NULL OR s.status IN ('COMPLETED', 'CANCELLED')) AND CASE kinds.kind
            WHEN 'RENEWAL' THEN (c.days >= 0 OR c.days < 0 AND c.renewal_status = 'OPEN') AND NOT coalesce(
                CAST(s.ended_with ->> 'renewal_date' AS date) = c.renewal_date AND c.stage = width_bucket(
                    CAST(s.ended_with ->> 'renewal_date' AS date) - CAST(s.ended_with ->> 'on' AS date),
                    CAST(:stage_days AS int[])), false)
            WHEN 'STRATEGIC' THEN c.account_plan = ANY(CAST(:strategic_plans AS text[]))
                AND NOT coalesce(s.ended_with ->> 'account_plan' = c.account_plan, false)
            WHEN 'OPPORTUNITY' THEN c.opportunity_score >= CAST(:opportunity_from AS numeric)
                AND NOT coalesce(CAST(s.ended_with ->> 'opportunity_score' AS numeric) = c.opportunity_score, false)
            ELSE c.risk_score >= CAST(:risk_from AS numeric)
                AND NOT coalesce(CAST(s.ended_with ->> 'risk_score' AS numeric) = c.risk_score, false)
            END
    ), weighed AS (
        SELECT work.*,
            CASE WHEN kind = 'RENEWAL' THEN (CAST(:stages AS text[]))[stage + 1] END AS stage_name,
            greatest(person.busy - CAST(runs AS int), 0) AS others
        FROM work CROSS JOIN person WHERE assigned_to = :owner
    )
    SELECT CAST(:engagement AS uuid) AS engagement_id, id AS customer_id, kind, rank, stage_name AS stage, account_plan,
        name_key, coalesce(renewal_date, DATE 'infinity') AS renewal,
        -CAST(greatest(0, floor(points * weight - CAST(:per_other AS numeric) * others + 0.5))
            + CASE WHEN escalated THEN CAST(:escalation AS int) ELSE 0 END AS int) AS place,
        md5(CAST(ROW(version, flow_id, points, weight, others, escalated, stage_name,
            CASE WHEN kind = 'RENEWAL' THEN days END, CAST(:per_other AS numeric), CAST(:escalation AS int),
            CAST(:opportunity_base AS numeric), CAST(:risk_base AS numeric)) AS text)) AS shown
    FROM weighed
    """
)


def worked(name: str) -> Subquery:
    """Everything that the owner of the parameters is to do; `place` is the priority below nought, to be sorted by."""
    words = (column(each, Text) for each in ("kind", "stage", "account_plan", "shown"))
    return _WORKED.columns(
        column("engagement_id", _ID),
        column("customer_id", _ID),
        column("rank", Integer),
        column("name_key", Text(collation="C")),
        column("renewal", Date),
        column("place", Integer),
        *words,
    ).subquery(name)


def parameters(engagement_id: str, owner: str, today: date, rules: ScoringRules) -> dict[str, Any]:
    """What `worked` is asked with."""
    tiers = sorted(rules.arr_tiers, key=lambda tier: tier.from_arr)
    bases, bonuses = astuple(rules.renewal_base), astuple(rules.renewal_bonus)
    strategic = {"INVEST": rules.strategic.invest, "EXPAND": rules.strategic.expand, "OTHER": rules.strategic.other}
    return {
        "engagement": engagement_id,
        "owner": owner,
        "today": today,
        "stage_days": [0, *astuple(rules.stage_days)],
        "stages": list(RenewalStage),
        "renewals": [exact(base) + exact(bonus) for base, bonus in zip(bases, bonuses, strict=True)],
        "arr_tiers": [exact(tier.from_arr) for tier in tiers],
        "arr_multipliers": [exact(each) for each in (rules.arr_otherwise, *(tier.multiplier for tier in tiers))],
        "plans": _weights(rules.plan),
        "experience": _weights(rules.experience),
        "strategic": json.dumps({"MANAGE": rules.strategic.other, "MONITOR": rules.strategic.other, **strategic}),
        "strategic_plans": [str(plan) for plan in rules.strategic.plans],
        **_scored("opportunity", rules.opportunity),
        **_scored("risk", rules.risk),
        "per_other": exact(rules.per_other_workflow),
        "escalation": rules.escalation,
    }


def _weights(weights: Any) -> str:
    return json.dumps({name.upper(): weight for name, weight in asdict(weights).items()})


def _scored(name: str, rule: Any) -> Mapping[str, Decimal]:
    return {
        f"{name}_from": exact(rule.from_score),
        f"{name}_base": exact(rule.base),
        f"{name}_point": exact(rule.per_point),
    }
