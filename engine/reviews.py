"""Looking through flows whose use of decisions, dependencies or pools may be out of date."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from domain.access import SYSTEM, Tenant
from domain.calling import Calling
from domain.errors import NotFound
from domain.flow import Stamp
from domain.phase import WITH_RESULT
from domain.ports import Clock, Ids, Shapes, Work


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Says of a flow's phases what of what they used is not any more so."""

    work: Work
    shapes: Shapes
    clock: Clock
    ids: Ids

    async def review(self, tenant: Tenant, flow_id: str) -> None:
        """Safe to repeat: what was said is not said again. A flow that is gone has nobody to be told."""
        with suppress(NotFound):
            async with self.work(tenant) as uow:
                # In the order of all commands: the flow first, then the portfolio.
                flow = await uow.flows.get(flow_id)
                stamp = Stamp(SYSTEM, self.clock(), self.ids)
                calling, after = Calling(uow, self.shapes, stamp), flow
                for phase in flow.definition.phases:
                    if phase.memory is not None and flow.state(phase.key).status in WITH_RESULT:
                        call = await calling.call(flow, phase.key, phase.memory.needs)
                        after = after.reviewed(phase.key, stamp, phase.memory.differences(call))
                if after is not flow:
                    await uow.flows.save(after)
