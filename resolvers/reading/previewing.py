"""What moves would make of a plan; nothing is kept and nobody has to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Refused
from domain.flows.planning.facts import WAVES
from domain.flows.planning.moving import MoveGiven
from domain.flows.planning.previewing import MovePreview, WavePreview, preview_moves
from domain.known import KnownFlow
from resolvers.context import Context
from resolvers.reading.engagement import current
from resolvers.reading.flows import find, results
from resolvers.reading.planning import plan_of


async def previewed(context: Context, flow_id: str | None, moves: Sequence[MoveGiven]) -> MovePreview | None:
    """None where there is no such plan, or where the moves name what is not there."""
    flow = plan_of(await find(context, flow_id))
    if flow is None:
        return None
    call = await _call(context, flow)
    try:
        # A thousand applications take most of a second: others are served meanwhile.
        return await asyncio.to_thread(preview_moves, call, moves)
    except Refused as refused:
        if any(problem.code is ErrorCode.NOT_FOUND for problem in refused.problems):
            return None
        raise


async def costs(waves: Sequence[WavePreview]) -> list[Decimal | None]:
    """What each of them would come to, worked out only where it is asked for."""
    return await asyncio.to_thread(lambda: [wave.cost for wave in waves])


async def _call(context: Context, flow: KnownFlow) -> PhaseCall:
    """What the rules of the waves may look at, as of now."""
    caller = context.caller
    engagement = (await current(context)).engagement
    needs = flow.definition.phase(WAVES).needs
    return PhaseCall(
        flow_id=flow.id,
        run_id="",
        phase=WAVES,
        configuration=caller.shapes.decode(flow.definition.configuration, dict(flow.configuration)),
        results=await _results(context, flow),
        portfolio=await context.reads.portfolio(needs, flow.id, flow.application_ids),
        as_of=engagement.today(caller.now()),
        now=caller.now(),
        by=caller.user,
        new_id=caller.ids,
        settings=engagement.settings,
        currency=engagement.currency,
    )


async def _results(context: Context, flow: KnownFlow) -> Mapping[str, Any]:
    found = await results(context, [flow.id])
    phases = {phase.key: phase for phase in flow.definition.phases}
    decode = context.caller.shapes.decode
    return {key: decode(phases[key].result, result.data) for (_, key), result in found.items()}
