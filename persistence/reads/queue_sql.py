"""Determination and priority as one statement over an owner's customers, which Python would take a second for.

The rules are those of `domain/customer_success`, written a second time; a test compares both on whatever hypothesis
thinks of. Only places and counts are read of it: what is shown is made by the domain, for the rows of one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Integer, Subquery, Text, column, text
from sqlalchemy.dialects.postgresql import UUID

from domain.access import Experience
from domain.customer import AccountPlan
from domain.customer_success.kinds import RenewalStage
from domain.customer_success.scoring_rules import ScoringRules, exact

_ID = UUID(as_uuid=False)

# A flow's status is looked up by its key, whatever the planner thinks of how many flows there are.
_WITH_STATUS = """
    SELECT w.*, (SELECT f.status FROM master_flows AS f
        WHERE f.id = w.flow_id AND f.engagement_id = w.engagement_id) AS status
    FROM workflows AS w WHERE w.engagement_id = CAST(:engagement AS uuid)
"""
# Of each customer and kind the workflow that counts: one that waits for somebody, else one that sleeps, else the one
# that was done with last.
STANDING = f"""
    SELECT DISTINCT ON (customer_id, kind) customer_id, kind, flow_id, assigned_to, status, ended_with,
        escalated_to IS NOT NULL AS escalated, status NOT IN ('SNOOZED', 'COMPLETED', 'CANCELLED') AS waits
    FROM ({_WITH_STATUS} AND {{customers}} OFFSET 0) AS w
    WHERE status NOT IN ('COMPLETED', 'CANCELLED') OR ended_with IS NOT NULL
    ORDER BY customer_id, kind,
        CASE status WHEN 'SNOOZED' THEN 1 WHEN 'COMPLETED' THEN 2 WHEN 'CANCELLED' THEN 2 ELSE 0 END,
        started_at DESC, id DESC
"""
BUSY = f"""
    SELECT assigned_to, count(*) AS workflows FROM ({_WITH_STATUS} AND {{assigned}} OFFSET 0) AS w
    WHERE status NOT IN ('SNOOZED', 'COMPLETED', 'CANCELLED') AND assigned_to <> '' GROUP BY assigned_to
"""
_CONCERNED = """(w.customer_id IN (SELECT customer_id FROM assigned) OR w.customer_id IN (
            SELECT id FROM customers WHERE engagement_id = CAST(:engagement AS uuid) AND owner = :owner))"""

# Kinds are told apart by their ranks below: 0 is a renewal, 1 strategic work, 2 an opportunity, 3 a risk.
# What is asked of a customer's row; his weight is what each of his scores is multiplied with.
_CUSTOMER = """
    SELECT id, name_key, renewal_date, renewal_status, account_plan, opportunity_score, risk_score, owner, version,
        renewal_date - CAST(:today AS date) AS days,
        width_bucket(renewal_date - CAST(:today AS date), CAST(:stage_days AS int[])) AS stage,
        (CAST(:arr_multipliers AS numeric[]))[width_bucket(arr, CAST(:arr_tiers AS numeric[])) + 1]
            * (CAST(:plan_multipliers AS numeric[]))[
                coalesce(array_position(CAST(:plans AS text[]), account_plan), 5)] AS weight
    FROM customers WHERE engagement_id = CAST(:engagement AS uuid)
"""
_GOTTEN = """CASE k.rank
    WHEN 0 THEN c.days >= 0 OR c.days < 0 AND c.renewal_status = 'OPEN'
    WHEN 1 THEN c.account_plan = ANY(CAST(:strategic_plans AS text[]))
    WHEN 2 THEN c.opportunity_score >= CAST(:opportunity_from AS numeric)
    ELSE c.risk_score >= CAST(:risk_from AS numeric) END"""
# A renewal without a date has the points of the furthest stage; what has no plan, those of any other.
_POINTS = """CASE k.rank
    WHEN 0 THEN (CAST(:renewals AS numeric[]))[coalesce(c.stage, 8) + 1]
    WHEN 1 THEN (CAST(:strategic AS numeric[]))[
        coalesce(array_position(CAST(:plans AS text[]), c.account_plan), 5)]
    WHEN 2 THEN CAST(:opportunity_base AS numeric)
        + CAST(:opportunity_point AS numeric) * coalesce(c.opportunity_score, 0)
    ELSE CAST(:risk_base AS numeric) + CAST(:risk_point AS numeric) * coalesce(c.risk_score, 0) END"""
_SETTLED = """CASE k.rank
    WHEN 0 THEN CAST(s.ended_with ->> 'renewal_date' AS date) = c.renewal_date AND c.stage = width_bucket(
        CAST(s.ended_with ->> 'renewal_date' AS date) - CAST(s.ended_with ->> 'on' AS date), CAST(:stage_days AS int[]))
    WHEN 1 THEN s.ended_with ->> 'account_plan' = c.account_plan
    WHEN 2 THEN CAST(s.ended_with ->> 'opportunity_score' AS numeric) = c.opportunity_score
    ELSE CAST(s.ended_with ->> 'risk_score' AS numeric) = c.risk_score END"""

_WORKED = text(
    f"""
    WITH assigned AS MATERIALIZED (
        SELECT DISTINCT customer_id FROM workflows
        WHERE engagement_id = CAST(:engagement AS uuid) AND assigned_to = :owner
    ), standing AS MATERIALIZED (
        {STANDING.format(customers=_CONCERNED)}
    ), person AS MATERIALIZED (
        SELECT coalesce((SELECT workflows FROM ({BUSY.format(assigned="w.assigned_to = :owner")}) AS busy), 0) AS busy,
            (CAST(:experience AS numeric[]))[coalesce(array_position(CAST(:experiences AS text[]), (SELECT experience
                FROM members WHERE engagement_id = CAST(:engagement AS uuid) AND subject = :owner)), 3)] AS experience
    ), work AS (
        SELECT c.*, k.kind, k.rank, {_POINTS} AS points, s.flow_id, coalesce(s.waits, false) AS runs,
            coalesce(s.waits AND s.escalated, false) AS escalated
        FROM (
            {_CUSTOMER} AND owner = :owner
            UNION ALL
            {_CUSTOMER} AND owner <> :owner AND id IN (SELECT customer_id FROM assigned)
            OFFSET 0
        ) AS c
        CROSS JOIN (VALUES ('RENEWAL', 0), ('STRATEGIC', 1), ('OPPORTUNITY', 2), ('RISK', 3)) AS k(kind, rank)
        LEFT JOIN standing AS s ON s.customer_id = c.id AND s.kind = k.kind
        WHERE CASE WHEN s.waits THEN s.assigned_to ELSE c.owner END = :owner AND (s.waits OR {_GOTTEN}
            AND (s.status IS NULL OR s.status <> 'SNOOZED' AND NOT coalesce({_SETTLED}, false)))
    ), weighed AS (
        SELECT work.*, weight * person.experience AS multiplier,
            CASE WHEN rank = 0 THEN (CAST(:stages AS text[]))[stage + 1] END AS stage_name,
            CAST(:per_other AS numeric) * greatest(person.busy - CAST(runs AS int), 0) AS workload
        FROM work CROSS JOIN person
    )
    SELECT CAST(:engagement AS uuid) AS engagement_id, id AS customer_id, kind, rank, stage_name AS stage, account_plan,
        name_key, coalesce(renewal_date, DATE 'infinity') AS renewal,
        -CAST(greatest(0, floor(points * multiplier - workload + 0.5))
            + CASE WHEN escalated THEN CAST(:escalation AS int) ELSE 0 END AS int) AS place,
        md5(CAST(ROW(version, flow_id, points, multiplier, workload, escalated, stage_name,
            CASE WHEN rank = 0 THEN days END, CAST(:per_other AS numeric), CAST(:escalation AS int),
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
    bases, bonuses, strategic = astuple(rules.renewal_base), astuple(rules.renewal_bonus), rules.strategic
    return {
        "engagement": engagement_id,
        "owner": owner,
        "today": today,
        "stage_days": [0, *astuple(rules.stage_days)],
        "stages": list(RenewalStage),
        "renewals": _exactly(base + bonus for base, bonus in zip(map(exact, bases), map(exact, bonuses), strict=True)),
        "arr_tiers": _exactly(tier.from_arr for tier in tiers),
        "arr_multipliers": _exactly((rules.arr_otherwise, *(tier.multiplier for tier in tiers))),
        "plans": list(AccountPlan),
        "plan_multipliers": _exactly(astuple(rules.plan)),
        "experiences": list(Experience),
        "experience": _exactly(astuple(rules.experience)),
        "strategic": _exactly((strategic.invest, strategic.expand, *[strategic.other] * 3)),
        "strategic_plans": list(strategic.plans),
        **_scored("opportunity", rules.opportunity),
        **_scored("risk", rules.risk),
        "per_other": exact(rules.per_other_workflow),
        "escalation": rules.escalation,
    }


def _exactly(numbers: Iterable[float | Decimal]) -> list[Decimal]:
    return [exact(number) for number in numbers]


def _scored(name: str, rule: Any) -> Mapping[str, Decimal]:
    return {
        f"{name}_from": exact(rule.from_score),
        f"{name}_base": exact(rule.base),
        f"{name}_point": exact(rule.per_point),
    }
