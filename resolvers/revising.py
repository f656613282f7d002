"""What people change at an assessment's pauses: components, technical debt and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.access import Role
from domain.component_edit import ComponentGiven
from domain.debt_edit import DebtGiven
from domain.definition import PhaseCall
from domain.flows.assessment.revising import DEBT, PAGES, Revised, revise_components, revise_debt, revise_page
from domain.page_edit import SectionGiven
from resolvers.assessment import find_assessment
from resolvers.context import Caller
from resolvers.overriding import carry_through


@dataclass(frozen=True, slots=True)
class Subject:
    """One application in one assessment; the version is that of the page where a page is changed."""

    flow_id: str
    application_id: str
    expected_version: int | None = None


async def save_components(caller: Caller, about: Subject, components: Sequence[ComponentGiven]) -> str:
    """The application's components as a person lists them."""
    return await _revise(caller, about, DEBT, lambda call: revise_components(call, about.application_id, components))


async def save_tech_debt(caller: Caller, about: Subject, items: Sequence[DebtGiven]) -> str:
    """What a person says of the application's debt."""
    return await _revise(caller, about, DEBT, lambda call: revise_debt(call, about.application_id, items))


async def customize_page(caller: Caller, about: Subject, sections: Sequence[SectionGiven]) -> str:
    """Sections of the application's page in a person's words."""
    version = about.expected_version
    return await _revise(caller, about, PAGES, lambda call: revise_page(call, about.application_id, sections, version))


async def _revise(caller: Caller, about: Subject, key: str, decide: Callable[[PhaseCall], Revised]) -> str:
    """The id of what was changed."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await find_assessment(uow, about.flow_id)
        revised = await carry_through(caller, uow, flow, key, decide)
        uow.touch(revised.subject)
    return revised.subject
