"""The tables of an assessment's exports: one row an application, component, finding, edge, score, risk and so on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.application import Technology
from domain.debt import Severity
from domain.decision import Decision, Strategy
from domain.document import Cell, Column, ColumnKind, Table
from domain.flows.assessment.export_sheet import Assessed

Row = tuple[Cell, ...]
K = ColumnKind


def tables(known: Assessed) -> tuple[Table, ...]:
    """All of them, those that sum up first."""
    return (
        _strategies(known),
        _severities(known),
        _applications(known),
        _treatments(known),
        _debt(known),
        _alternatives(known),
        _risks(known),
        _dependencies(known),
        _move_groups(known),
        _standards(known),
        _exceptions(known),
    )


def _strategies(known: Assessed) -> Table:
    rows = []
    for strategy in Strategy:
        own = [each for each in known.decisions.values() if each.strategy is strategy]
        if own:
            hours = sum((each.effort.likely for each in own), Decimal(0))
            cost = sum((each.cost for each in own), Decimal(0))
            rows.append((str(strategy), len(own), hours, cost))
    columns = (
        Column("strategy", "Strategy"),
        Column("applications", "Applications", K.WHOLE),
        Column("effortHours", "Likely effort", K.HOURS, "hours"),
        Column("cost", "Cost", K.MONEY, known.call.engagement.currency),
    )
    return Table("strategies", "Strategies", columns, tuple(rows))


def _severities(known: Assessed) -> Table:
    rows = []
    items = [item for own in known.debt.values() for item in own if not item.dismissed]
    for severity in Severity:
        own = [item for item in items if item.severity is severity]
        hours = sum((item.remediation_hours for item in own), Decimal(0))
        rows.append((str(severity), len(own), hours))
    columns = (
        Column("severity", "Severity"),
        Column("items", "Items", K.WHOLE),
        Column("remediationHours", "Remediation", K.HOURS, "hours"),
    )
    return Table("debt_severities", "Debt by severity", columns, tuple(rows) if items else ())


_APPLICATION = (
    Column("application", "Application"),
    Column("strategy", "Strategy"),
    Column("depth", "Depth"),
    Column("confidence", "Confidence", K.SHARE),
    Column("accepted", "Accepted", K.FLAG),
    Column("tooCloseToCall", "Too close to call", K.FLAG),
    Column("recommended", "Recommended"),
    Column("source", "Decided by"),
    Column("criticality", "Criticality"),
    Column("environment", "Environment"),
    Column("department", "Department"),
    Column("businessOwner", "Business owner"),
    Column("technicalOwner", "Technical owner"),
    Column("readiness", "Readiness"),
    Column("migrationReadiness", "Migration readiness", K.NUMBER),
    Column("businessImpact", "Business impact", K.NUMBER),
    Column("completeness", "Completeness", K.SHARE),
    Column("techDebtScore", "Debt score", K.NUMBER),
    Column("techDebtItems", "Debt items", K.WHOLE),
    Column("effortLowHours", "Effort low", K.HOURS, "hours"),
    Column("effortLikelyHours", "Effort likely", K.HOURS, "hours"),
    Column("effortHighHours", "Effort high", K.HOURS, "hours"),
)
_BEHIND_COST = (
    Column("components", "Components", K.WHOLE),
    Column("technologies", "Technologies", K.LONG_TEXT),
    Column("rationale", "Why", K.LONG_TEXT),
    Column("missingFacts", "Missing facts", K.LONG_TEXT),
    Column("applicationId", "Application id"),
)


def _applications(known: Assessed) -> Table:
    cost = Column("cost", "Cost", K.MONEY, known.call.engagement.currency)
    rows = []
    for each in known.applications:
        decision, debt = known.decisions.get(each.id), known.debt_sums.get(each.id)
        about = (
            each.criticality,
            each.environment,
            each.department,
            each.business_owner,
            each.technical_owner,
            str(each.readiness),
            each.migration_readiness,
            each.business_impact,
            each.completeness,
            debt.score if debt else None,
            debt.items if debt else None,
        )
        behind = (
            len(known.components.get(each.id, ())),
            listed(each.technologies),
            decision.rationale if decision else None,
            ", ".join(decision.facts_missing) if decision else None,
            each.id,
        )
        rows.append((each.name, *_decided(decision), *about, *_effort(decision), *behind))
    return Table("applications", "Applications", (*_APPLICATION, cost, *_BEHIND_COST), tuple(rows))


def _decided(decision: Decision | None) -> Row:
    if decision is None:
        return (None,) * 7
    return (
        str(decision.strategy),
        decision.depth,
        decision.confidence,
        decision.accepted,
        decision.too_close_to_call,
        str(decision.recommended),
        str(decision.source),
    )


def _effort(decision: Decision | None) -> Row:
    if decision is None:
        return (None,) * 4
    return (decision.effort.low, decision.effort.likely, decision.effort.high, decision.cost)


def listed(technologies: tuple[Technology, ...]) -> str:
    """`Java 8, Oracle Database 11.2`."""
    return ", ".join(f"{each.name} {each.version}" if each.version else each.name for each in technologies)


def _treatments(known: Assessed) -> Table:
    columns = (
        Column("application", "Application"),
        Column("component", "Component"),
        Column("type", "Type"),
        Column("strategy", "Strategy"),
        Column("depth", "Depth"),
        Column("recommended", "Recommended"),
        Column("confidence", "Confidence", K.SHARE),
        Column("source", "Decided by"),
        Column("compatible", "Fits its neighbours", K.FLAG),
        Column("compatibilityIssues", "What does not fit", K.LONG_TEXT),
        Column("effortLikelyHours", "Effort likely", K.HOURS, "hours"),
        Column("technologies", "Technologies", K.LONG_TEXT),
        Column("rationale", "Why", K.LONG_TEXT),
        Column("componentId", "Component id"),
    )
    return Table("components", "Components", columns, tuple(_treated(known)))


def _treated(known: Assessed) -> Iterator[Row]:
    for each in known.applications:
        decision = known.decisions.get(each.id)
        treatments = {part.component_id: part for part in decision.treatments} if decision else {}
        for part in known.components.get(each.id, ()):
            treatment = treatments.get(part.id)
            decided: Row = (None,) * 8
            rationale = None
            if treatment:
                rationale = treatment.rationale
                decided = (
                    str(treatment.strategy),
                    treatment.depth,
                    str(treatment.recommended),
                    treatment.confidence,
                    str(treatment.source),
                    treatment.compatible,
                    "\n".join(treatment.compatibility_issues),
                    treatment.effort.likely,
                )
            yield (each.name, part.name, part.type, *decided, listed(part.technologies), rationale, part.id)


def _debt(known: Assessed) -> Table:
    columns = (
        Column("application", "Application"),
        Column("component", "Component"),
        Column("severity", "Severity"),
        Column("category", "Category"),
        Column("title", "Finding", K.LONG_TEXT),
        Column("evidence", "Evidence", K.LONG_TEXT),
        Column("remediationHours", "Remediation", K.HOURS, "hours"),
        Column("confidence", "Confidence", K.SHARE),
        Column("source", "Found by"),
        Column("dismissed", "Dismissed", K.FLAG),
        Column("dismissedReason", "Why dismissed", K.LONG_TEXT),
    )
    rank = tuple(Severity).index
    rows = tuple(
        (
            each.name,
            known.component_names.get(item.component_id or ""),
            str(item.severity),
            str(item.category),
            item.title,
            item.evidence,
            item.remediation_hours,
            item.confidence,
            str(item.source),
            item.dismissed,
            item.dismissed_reason,
        )
        for each in known.applications
        for item in sorted(known.debt.get(each.id, ()), key=lambda item: (rank(item.severity), item.title, item.id))
    )
    return Table("tech_debt", "Technical debt", columns, rows)


def _alternatives(known: Assessed) -> Table:
    columns = (
        Column("application", "Application"),
        Column("strategy", "Strategy"),
        Column("depth", "Depth"),
        Column("score", "Score", K.NUMBER),
        Column("source", "Source"),
        Column("factors", "Factors", K.LONG_TEXT),
    )
    rows = tuple(
        (
            known.named(decision.application_id),
            str(score.strategy),
            score.depth,
            round(score.score, 4),
            str(score.source),
            "\n".join(f"{factor.name}: {factor.because}" for factor in score.factors),
        )
        for decision in _in_order(known)
        for score in decision.alternatives
    )
    return Table("alternatives", "Alternatives", columns, rows)


def _in_order(known: Assessed) -> list[Decision]:
    return [known.decisions[each.id] for each in known.applications if each.id in known.decisions]


def _risks(known: Assessed) -> Table:
    columns = (
        Column("application", "Application"),
        Column("severity", "Severity"),
        Column("title", "Risk", K.LONG_TEXT),
        Column("mitigation", "Mitigation", K.LONG_TEXT),
    )
    rows = tuple(
        (known.named(decision.application_id), str(risk.severity), risk.title, risk.mitigation)
        for decision in _in_order(known)
        for risk in decision.risks
    )
    return Table("risks", "Risks", columns, rows)


def _dependencies(known: Assessed) -> Table:
    columns = (
        Column("from", "Who needs"),
        Column("to", "Who is needed"),
        Column("kind", "Kind"),
        Column("protocol", "Protocol"),
        Column("criticality", "Criticality"),
        Column("confidence", "Confidence", K.SHARE),
        Column("origin", "Source"),
    )
    rows = tuple(
        (*known.ends(each), str(each.kind), each.protocol, each.criticality, each.confidence, each.origin)
        for each in known.dependencies
    )
    return Table("dependencies", "Dependencies", columns, rows)


def _move_groups(known: Assessed) -> Table:
    columns = (
        Column("group", "Group"),
        Column("application", "Application"),
        Column("strength", "Strength", K.SHARE),
        Column("reason", "Why", K.LONG_TEXT),
    )
    hints = {hint.group: hint for decision in _in_order(known) for hint in decision.move_group_hints}
    rows = tuple(
        (hint.group, known.named(application_id), hint.strength, hint.reason)
        for _, hint in sorted(hints.items())
        for application_id in hint.application_ids
    )
    return Table("move_groups", "Move groups", columns, rows)


def _standards(known: Assessed) -> Table:
    columns = (
        Column("name", "Standard"),
        Column("category", "Category"),
        Column("mandatory", "Mandatory", K.FLAG),
        Column("requirement", "Requirement", K.LONG_TEXT),
        Column("supportedVersions", "Supported versions", K.LONG_TEXT),
        Column("template", "Template"),
    )
    rows = tuple(
        (
            each.name,
            str(each.category),
            each.mandatory,
            each.requirement,
            ", ".join(f"{version.technology} {version.specifier}" for version in each.supported_versions),
            each.template,
        )
        for each in known.standards
    )
    return Table("standards", "Standards", columns, rows)


def _exceptions(known: Assessed) -> Table:
    columns = (
        Column("application", "Application"),
        Column("standard", "Standard"),
        Column("kind", "Kind"),
        Column("status", "Status"),
        Column("rationale", "Why", K.LONG_TEXT),
        Column("requestedBy", "Requested by"),
        Column("requestedAt", "Requested at", K.MOMENT),
        Column("decidedBy", "Decided by"),
        Column("expiresOn", "Expires on", K.DAY),
    )
    names = {each.id: each.name for each in known.call.portfolio.standards}
    rows = tuple(
        (
            known.named(each.application_id),
            names.get(each.standard_id or ""),
            str(each.kind),
            str(each.status),
            each.rationale,
            each.requested_by,
            each.requested_at,
            each.decided_by,
            each.expires_on,
        )
        for each in known.exceptions
    )
    return Table("exceptions", "Exceptions", columns, rows)
