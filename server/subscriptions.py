"""Carrying out subscriptions: each replays from its own cursor, then goes on with the group of those who ask alike."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from graphql import GraphQLSchema

from domain.event_ports import EventStream
from resolvers.context import Caller
from schema.subscriptions import place
from server.answers import Outlet, Payload, Place
from server.documents import Operation
from server.execution import Execution
from server.groups import Group, Groups, OpenContext
from server.replaying import Replay
from server.sharing import Keys, nobody
from server.standings import FindRoles, Standing, Standings


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription somebody asks for; `admit` says as whom, or refuses him; `execution` is a new one of it."""

    operation: Operation
    variables: Mapping[str, Any] | None
    admit: Callable[[], Awaitable[Caller]]
    execution: Callable[[], Execution]
    outlet: Outlet


class Subscriptions:
    """All of one process."""

    def __init__(self, schema: GraphQLSchema, open_context: OpenContext, find_roles: FindRoles) -> None:
        self._open = open_context
        self._keys = Keys(schema)
        self._standings = Standings(find_roles)
        self.groups = Groups(open_context)

    async def payloads(self, asked: Asked, at: Place) -> AsyncGenerator[Payload, None]:
        """What it answers, event for event, from `at` on."""
        again = True
        while again and not at.ended:
            caller = await asked.admit()
            turn = self._turn(asked, at, caller)
            async with aclosing(turn) as payloads:
                async for payload in payloads:
                    yield payload
            # One that follows no log has ended with its source.
            again = at.logged

    async def _turn(self, asked: Asked, at: Place, caller: Caller) -> AsyncGenerator[Payload, None]:
        """As one caller, until what he may do has changed, or he has fallen behind what his group keeps."""
        execution = asked.execution()
        key = self._keys.key(asked.operation, asked.variables, caller)
        shared = nobody(caller) if key.person is None else caller
        group = self.groups.join(key, asked.execution, shared, caller.subject)
        try:
            with self._standings.watch(caller, group.tell) as standing:
                at.next = None
                member = _Member(asked, caller, group, at, standing)
                async with aclosing(self._replay(member, execution)) as payloads:
                    async for payload in payloads:
                        yield payload
                async with aclosing(group.payloads(at, standing, asked.outlet)) as payloads:
                    async for payload in payloads:
                        yield payload
        finally:
            self.groups.leave(key, group, caller.subject)

    async def _replay(self, member: _Member, execution: Execution) -> AsyncGenerator[Payload, None]:
        async with self._open(member.caller) as context:
            events = cast(
                "EventStream", Replay(context.events, member.at, member.group.enter, lambda: member.standing.changed)
            )
            async with aclosing(await execution.events(replace(context, events=events))) as happenings:
                async for event in happenings:
                    if not await member.still():
                        return
                    yield await self._answer(member, execution, event)

    async def _answer(self, member: _Member, execution: Execution, event: object) -> Payload:
        if member.at.logged:
            payload = await member.group.answer(event)
            member.at.cursor = member.at.cursor if payload.cursor is None else payload.cursor
            return payload
        async with self._open(member.caller) as context:
            return Payload.of(await execution.deliver(event, context), place(event))


@dataclass(slots=True)
class _Member:
    """One subscription while it is carried out as one caller."""

    asked: Asked
    caller: Caller
    group: Group
    at: Place
    standing: Standing

    async def still(self) -> bool:
        """Whether it may go on as it is; one that cannot begin anew looks again who it is."""
        if not self.standing.sure:
            await self.standing.be_sure()
        if self.standing.changed and not self.at.logged:
            self.caller = await self.asked.admit()
            self.standing.roles, self.standing.changed = self.caller.roles, False
        return not self.standing.changed
