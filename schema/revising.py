"""Mutations at an assessment's pauses: components, technical debt and pages."""

from __future__ import annotations

from typing import Any

from domain.component_edit import ComponentGiven
from domain.debt_edit import DebtGiven
from domain.page_edit import SectionGiven
from resolvers import revising as commands
from resolvers.context import Caller, Context
from schema.commanding import Outcome, Said, carry_out, command
from schema.correcting import technologies
from schema.ids import bare, flow_id
from schema.payloads import ApplicationPayload, AppOnPagePayload


async def save_components(context: Context, input: Any) -> ApplicationPayload:
    """The application's components."""

    async def act(caller: Caller, said: Said) -> str:
        parts = [_component(each) for each in said["components"]]
        return await commands.save_components(caller, command(commands.Subject, said), parts)

    return _application(await carry_out(context, "saveComponents", input, act), input)


def _component(said: Said) -> ComponentGiven:
    given = {name: said[name] for name in ("technologies", "depends_on", "attributes") if name in said}
    if given.get("technologies") is not None:
        given["technologies"] = technologies(given["technologies"])
    if given.get("depends_on") is not None:
        given["depends_on"] = [bare(each, "Component") or each for each in given["depends_on"]]
    return ComponentGiven(said["name"], said["type"], said.get("id"), given)


async def save_tech_debt(context: Context, input: Any) -> ApplicationPayload:
    """What a person says of the application's debt."""

    async def act(caller: Caller, said: Said) -> str:
        items = [_debt(each) for each in said["items"]]
        return await commands.save_tech_debt(caller, command(commands.Subject, said), items)

    return _application(await carry_out(context, "saveTechDebt", input, act), input)


def _debt(said: Said) -> DebtGiven:
    names = ("component_id", "dismissed", "dismissed_reason", "migration_impact")
    given = {name: said[name] for name in names if name in said}
    return command(DebtGiven, Said({**said, "given": given}))


async def customize_page(context: Context, input: Any) -> AppOnPagePayload:
    """Sections in a person's words."""

    async def act(caller: Caller, said: Said) -> str:
        sections = [SectionGiven(each["key"], each["body"], each.get("title")) for each in said["sections"]]
        return await commands.customize_page(caller, command(commands.Subject, said), sections)

    outcome = await carry_out(context, "customizeAppOnPage", input, act)
    return AppOnPagePayload(outcome.id, _flow(outcome, input), outcome.problems)


def _application(outcome: Outcome, input: Any) -> ApplicationPayload:
    return ApplicationPayload(outcome.id, _flow(outcome, input), outcome.problems)


def _flow(outcome: Outcome, input: Any) -> str | None:
    return flow_id(input.flow_id) if outcome.id else None
