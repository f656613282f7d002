"""Mutations on the portfolio: what people know better than the inventory."""

from __future__ import annotations

from typing import Any

from domain.application import Application
from domain.application_edit import UpdateApplication
from domain.decision import HoursRange
from domain.dependency import Dependency, SaveDependency
from domain.given import TechnologyGiven
from domain.readiness_move import ReadinessDecision, SetReadiness
from resolvers import portfolio as commands
from resolvers.context import Caller, Context
from schema.commanding import Outcome, Said, carry_out, command
from schema.ids import unwrap
from schema.mirror import Id
from schema.payloads import ApplicationPayload, ApplicationsPayload, DeletePayload, DependencyPayload


async def update_application(context: Context, input: Any) -> ApplicationPayload:
    """What a person knows of an application."""

    async def act(caller: Caller, said: Said) -> Application:
        given = {name: value for name, value in said.items() if name not in ("id", "expected_version")}
        if given.get("technologies") is not None:
            given["technologies"] = technologies(given["technologies"])
        wanted = UpdateApplication(said["id"], given, said.get("expected_version"))
        return await commands.update_application(caller, wanted)

    outcome = await carry_out(context, "updateApplication", input, act)
    return ApplicationPayload(outcome.id, None, outcome.problems)


def technologies(said: list[Said]) -> tuple[TechnologyGiven, ...]:
    """The products that an input names."""
    return tuple(TechnologyGiven(**each) for each in said)


async def set_readiness(context: Context, input: Any) -> ApplicationsPayload:
    """Where applications stand."""

    async def act(caller: Caller, said: Said) -> tuple[Application, ...]:
        decided = said.get("decision")
        wanted = SetReadiness(
            application_ids=tuple(dict.fromkeys(said["application_ids"])),
            readiness=said["readiness"],
            reason=said.get("reason"),
            decision=ReadinessDecision(**{**decided, "effort": HoursRange(**decided["effort"])}) if decided else None,
        )
        return await commands.set_readiness(caller, wanted)

    outcome = await carry_out(context, "setReadiness", input, act)
    return ApplicationsPayload(None if outcome.problems else outcome.ids, outcome.problems)


async def save_dependency(context: Context, input: Any) -> DependencyPayload:
    """Who needs whom."""

    async def act(caller: Caller, said: Said) -> Dependency:
        given = {name: said[name] for name in ("criticality", "protocol") if name in said}
        return await commands.save_dependency(caller, command(SaveDependency, Said({**said, "given": given})))

    outcome = await carry_out(context, "saveDependency", input, act)
    return DependencyPayload(outcome.id, outcome.problems)


async def delete_dependency(context: Context, input: Any) -> DeletePayload:
    """A dependency that is none."""

    async def act(caller: Caller, said: Said) -> str:
        return await commands.delete_dependency(caller, deletion(said, "Dependency"))

    return deleted(await carry_out(context, "deleteDependency", input, act), "Dependency")


def deletion(said: Said, type_: str) -> commands.Delete:
    """The command to delete a thing of that type."""
    return commands.Delete(unwrap(said["id"], ("id",), type_), said.get("expected_version"))


def deleted(outcome: Outcome, type_: str) -> DeletePayload:
    """The payload that says what is gone."""
    return DeletePayload(Id(f"{type_}:{outcome.id}") if outcome.id else None, outcome.problems)
