"""What people do to the portfolio: correct what is known, say how ready it is, draw dependencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.access import Role
from domain.application import Application
from domain.application_edit import UpdateApplication, edit
from domain.calling import CHANGED_IDS, changed
from domain.dependency import Dependency, SaveDependency, saved
from domain.dependency_lesson import Correction, lessons
from domain.errors import ErrorCode, NotFound, Problem, Refused
from domain.event import Event, EventKind
from domain.need import Need
from domain.ports import UnitOfWork
from domain.rates import blended_rate
from domain.readiness_move import SetReadiness, move, role_for
from domain.teaching import learn
from resolvers.context import Caller

# What is loaded for no flow.
NO_FLOW = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """What is to go; the version is its own, where it has one."""

    id: str
    expected_version: int | None = None


async def update_application(caller: Caller, command: UpdateApplication) -> Application:
    """What a person knows better; no later import changes it."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        (application,) = await _applications(uow, {("id",): command.id})
        parts = (await uow.portfolio.load(frozenset({Need.COMPONENTS}), NO_FLOW, (application.id,))).components
        edited = edit(application, parts, command, caller.stamp())
        uow.touch(application.id)
        if edited.changes:
            await uow.portfolio.save((edited.application, *edited.changes))
            uow.tell(told(caller, edited.application))
    return edited.application


async def _applications(uow: UnitOfWork, wanted: Mapping[tuple[str, ...], str]) -> tuple[Application, ...]:
    """The applications, locked, by the path of the input that names each; or Refused naming each that is not there."""
    found = {each.id: each for each in await uow.portfolio.get(Application, wanted.values())}
    missing = [path for path, application_id in wanted.items() if application_id not in found]
    if missing:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such application.", path) for path in missing)
    return tuple(found[application_id] for application_id in dict.fromkeys(wanted.values()))


def told(caller: Caller, *values: Any) -> Event:
    """The engagement's event that says what changed; one of too many says: refetch."""
    ids = [[type(value).__name__, value.id] for value in values]
    return Event(EventKind.CHILD_CHANGED, caller.now(), data={"changed": ids if len(ids) <= CHANGED_IDS else []})


async def set_readiness(caller: Caller, command: SetReadiness) -> tuple[Application, ...]:
    """Where a person says the applications stand, all of them or none."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        paths: dict[tuple[str, ...], str] = {
            ("applicationIds", str(index)): id for index, id in enumerate(command.application_ids)
        }
        applications = await _applications(uow, paths)
        caller.need(role_for(applications, command))
        engagement = await uow.engagement()
        rate = blended_rate(engagement.currency, engagement.today(caller.now()), engagement.settings)
        decisions = await uow.portfolio.accepted(command.application_ids)
        values = move(applications, decisions, command, rate, caller.stamp())
        await uow.portfolio.save(values)
        for application in applications:
            uow.touch(application.id)
        event = changed(values, caller.stamp())
        if event:
            uow.tell(event)
    after = {value.id: value for value in values if isinstance(value, Application)}
    return tuple(after.get(each.id, each) for each in applications)


async def save_dependency(caller: Caller, command: SaveDependency) -> Dependency:
    """Who needs whom, as a person says."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        applications = await _applications(uow, {("fromId",): command.from_id, ("toId",): command.to_id})
        held = await _dependency(uow, command.id) if command.id else None
        beside = await uow.portfolio.load(frozenset({Need.DEPENDENCIES}), NO_FLOW, (command.from_id,))
        dependency = saved(held, beside.dependencies, command, caller.ids(), caller.user)
        uow.touch(dependency.id)
        if dependency != held:
            await uow.portfolio.save((dependency,))
            uow.tell(told(caller, dependency))
        if held is not None and held.kind is not dependency.kind:
            provider = next(each for each in applications if each.id == dependency.to_id)
            correction = Correction(provider, held.kind, dependency.kind)
            # No flow tells of it: none taught it.
            await learn(uow, lessons([correction]), caller.stamp())
    return dependency


async def _dependency(uow: UnitOfWork, dependency_id: str) -> Dependency:
    found = await uow.portfolio.get(Dependency, (dependency_id,))
    if not found:
        raise NotFound("dependency", ("id",))
    return found[0]


async def delete_dependency(caller: Caller, command: Delete) -> str:
    """Nobody needs anybody there any more."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        dependency = await _dependency(uow, command.id)
        await uow.portfolio.remove((dependency,))
        uow.touch(dependency.id)
        uow.tell(told(caller, dependency))
    return dependency.id
