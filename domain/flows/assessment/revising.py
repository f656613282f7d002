"""What people change at the pauses: components, technical debt and pages, each carried through its own phase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.application import Application, ApplicationChange
from domain.component_edit import ComponentGiven, listed
from domain.component_edit import told as told_parts
from domain.debt_edit import DebtGiven, Place, corrected
from domain.debt_edit import told as told_debt
from domain.definition import Outcome, PhaseCall
from domain.errors import NotFound, StaleVersion
from domain.flow_state import Stamp
from domain.flows.assessment.debt import analyse_debt, sum_debt
from domain.flows.assessment.lessons import of_components, of_debt, of_page
from domain.flows.assessment.results import TechDebtAnalysis
from domain.override import Override, recorded
from domain.page_edit import SectionGiven, customized
from domain.page_edit import told as told_page
from domain.readiness import checked

DEBT, PAGES = "tech_debt_analysis", "app_on_page_generation"


@dataclass(frozen=True, slots=True)
class Revised:
    """What the change comes to: the phase's outcome, the record of it, and whose id it bears."""

    subject: str
    outcome: Outcome
    override: Override


def revise_components(call: PhaseCall, application_id: str, wanted: Sequence[ComponentGiven]) -> Revised:
    """The application's components as a person lists them; all debt is looked for again."""
    application = _application(call, application_id)
    held = tuple(part for part in call.portfolio.components if part.application_id == application_id)
    parts = listed(application_id, held, wanted, _stamp(call))
    ids = {part.id for part in parts}
    gone = tuple(part for part in held if part.id not in ids)
    record = recorded(call, application_id, told_parts(held), told_parts(parts))
    others = tuple(part for part in call.portfolio.components if part.application_id != application_id)
    left = {part.id for part in gone}
    portfolio = replace(
        call.portfolio,
        components=(*others, *parts),
        debt=tuple(item for item in call.portfolio.debt if item.component_id not in left),
    )
    before: TechDebtAnalysis = call.results[call.phase]
    looked = analyse_debt(replace(call, portfolio=portfolio, as_of=before.as_of))
    result = replace(looked.result, confirmed_application_ids=before.confirmed_application_ids)
    saves = (*_rechecked(call, application, held, parts), *(part for part in parts if part not in held))
    lessons = of_components(application, held, parts)
    outcome = Outcome(result, saves=(*saves, *looked.saves, *lessons), removes=(*looked.removes, *gone))
    return Revised(application_id, outcome, record)


def _rechecked(
    call: PhaseCall, application: Application, held: Sequence[Any], parts: Sequence[Any]
) -> Iterator[Application | ApplicationChange]:
    """The application with what its components now tell of it, and the line of its history."""
    names = [", ".join(part.name for part in each) or None for each in (held, parts)]
    yield replace(checked(application, parts), version=application.version + 1)
    yield ApplicationChange(
        call.new_id(), application.id, "components", names[0], names[1], call.by, flow_id=call.flow_id
    )


def revise_debt(call: PhaseCall, application_id: str, wanted: Sequence[DebtGiven]) -> Revised:
    """The application's debt with what a person says of it, summed up again."""
    application = _application(call, application_id)
    own = [item for item in call.portfolio.debt if item.flow_id == call.flow_id]
    held = [item for item in own if item.application_id == application_id]
    parts = {part.id for part in call.portfolio.components if part.application_id == application_id}
    items = corrected(Place(call.flow_id, application_id, parts), held, wanted, _stamp(call))
    after = {item.id: item for item in (*own, *items)}
    before: TechDebtAnalysis = call.results[call.phase]
    summed = sum_debt(replace(call, as_of=before.as_of), tuple(after.values()))
    result = replace(summed, confirmed_application_ids=before.confirmed_application_ids)
    named = {item.id for item in items}
    old = told_debt([item for item in held if item.id in named])
    outcome = Outcome(result, saves=(*items, *of_debt(application, held, items)))
    return Revised(application_id, outcome, recorded(call, application_id, old, told_debt(items)))


def revise_page(
    call: PhaseCall, application_id: str, wanted: Sequence[SectionGiven], expected_version: int | None
) -> Revised:
    """The application's page with the sections a person wrote; generating it anew leaves them as they are."""
    page = next((each for each in call.portfolio.pages if each.application_id == application_id), None)
    if page is None:
        raise NotFound("app on page", ("applicationId",))
    if expected_version not in (None, page.version):
        details = {"expectedVersion": expected_version, "currentVersion": page.version, "changed": ["sections"]}
        raise StaleVersion("app on page", details)
    after = customized(page, wanted)
    keys = {each.key for each in wanted}
    record = recorded(call, page.id, told_page(page, keys), told_page(after, keys))
    return Revised(page.id, Outcome(call.results[call.phase], saves=(after, *of_page(after, keys))), record)


def _application(call: PhaseCall, application_id: str) -> Application:
    for application in call.portfolio.applications:
        if application.id == application_id:
            return application
    raise NotFound("application", ("applicationId",))


def _stamp(call: PhaseCall) -> Stamp:
    return Stamp(call.by, call.now, call.new_id)
