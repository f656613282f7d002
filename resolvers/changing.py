"""Whether what a flow has come to may be changed now: what another flow carries out is not changed under it."""

from __future__ import annotations

from domain.calling import Calling
from domain.flow import Flow
from domain.ports import UnitOfWork
from resolvers.context import Caller


async def require_changeable(caller: Caller, uow: UnitOfWork, flow: Flow) -> None:
    """Raise Refused where the flow's type says that it may not; the flow is locked already."""
    changing = flow.definition.changing
    if changing is not None:
        calling = Calling(uow, caller.shapes, caller.stamp())
        changing.decide(await calling.call(flow, flow.definition.phases[0].key, changing.needs))
