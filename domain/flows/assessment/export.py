"""An assessment as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.application import Application
from domain.document import Chart, Document, Listed, as_data
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.assessment.export_pages import pages
from domain.flows.assessment.export_sheet import Assessed
from domain.flows.assessment.export_tables import tables
from domain.need import Need

_PERCENT = 100
_CHARTS = (
    Chart("Applications by strategy", "strategies", "strategy", "applications"),
    Chart("Technical debt items by severity", "debt_severities", "severity", "items"),
    Chart("Likely effort by strategy, hours", "strategies", "strategy", "effortHours"),
    Chart("Cost by strategy", "strategies", "strategy", "cost"),
)
_LISTED = Listed(
    "applications",
    ("application", "strategy", "confidence", "accepted", "criticality", "techDebtScore", "effortLikelyHours", "cost"),
)
# Ours alone: what the engine and the importer keep in them.
_INTERNAL = ("key", "readiness_before", "held_by", "edited")


def compose(call: ExportCall) -> Document:
    """The assessment as it stands."""
    known = Assessed(call)
    flow = call.flow
    return Document(
        title=f"Assessment report: {flow.name}",
        subtitle=_subtitle(known),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=_CHARTS,
        body=(_LISTED,),
        tables=tables(known),
        pages=pages(known),
        data=_data(known),
    )


def _subtitle(known: Assessed) -> str:
    call = known.call
    standing = "finalized" if known.handoff else "not finalized yet"
    return " · ".join(
        (call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}", standing)
    )


def _lead(known: Assessed) -> list[str]:
    if known.report:
        rest = len(known.decisions) - known.report.applications
        left_out = f"{rest} more are not finalized; the figures and charts count them too."
        return [known.report.summary, *([left_out] if rest and known.handoff else [])]
    decided = len(known.decisions)
    return [f"{decided} of {len(known.applications)} applications have a decision; the assessment goes on."]


def _figures(known: Assessed) -> list[tuple[str, str]]:
    decisions = tuple(known.decisions.values())
    currency = known.call.engagement.currency
    likely = sum((each.effort.likely for each in decisions), Decimal(0))
    low = sum((each.effort.low for each in decisions), Decimal(0))
    high = sum((each.effort.high for each in decisions), Decimal(0))
    cost = sum((each.cost for each in decisions), Decimal(0))
    missing = [1 - each.completeness for each in known.applications]
    unknown = sum(missing) / len(missing) if missing else 0.0
    return [
        ("Applications", f"{len(known.applications)}"),
        ("Accepted decisions", f"{sum(each.accepted for each in decisions)} of {len(decisions)}"),
        ("Too close to call", f"{sum(each.too_close_to_call for each in decisions)}"),
        ("Mean technical debt, 0 to 10", "-" if known.mean_debt is None else f"{known.mean_debt:.1f}"),
        (f"Likely effort in hours ({low:,.0f} to {high:,.0f})", f"{likely:,.0f}"),
        (f"Cost, {currency}", f"{cost:,.0f}"),
        ("Exceptions from standards", f"{len(known.exceptions)}"),
        ("Facts unknown", f"{unknown * _PERCENT:.0f} %"),
    ]


def _data(known: Assessed) -> Mapping[str, Any]:
    call = known.call
    return {
        **call.heading("flotilla-assessment-report"),
        "report": as_data(known.report),
        "planningHandoff": as_data(known.handoff),
        "applications": [_application(known, each) for each in known.applications],
        "dependencies": [
            {**as_data(each), "from": known.named(each.from_id), "to": known.named(each.to_id)}
            for each in known.dependencies
        ],
        "standards": as_data(known.standards),
        "exceptions": as_data(known.exceptions),
    }


def _application(known: Assessed, each: Application) -> Mapping[str, Any]:
    return {
        **as_data(each, *_INTERNAL),
        "components": [as_data(part, "key") for part in known.components.get(each.id, ())],
        "techDebt": {
            "score": known.debt_sums[each.id].score if each.id in known.debt_sums else None,
            "items": as_data(known.debt.get(each.id, [])),
        },
        "decision": as_data(known.decisions.get(each.id)),
        "page": as_data(known.pages.get(each.id)),
    }


EXPORTING = Exporting(
    formats=(ExportFormat.JSON, ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.PDF),
    needs=frozenset(
        {
            Need.APPLICATIONS,
            Need.COMPONENTS,
            Need.DEPENDENCIES,
            Need.STANDARDS,
            Need.EXCEPTIONS,
            Need.DEBT,
            Need.DECISIONS,
            Need.PAGES,
        }
    ),
    compose=compose,
    name="assessment-report",
)
