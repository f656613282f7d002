"""What moves would make of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from strawberry import UNSET

from domain.definition import Warning
from domain.errors import LimitExceeded
from domain.flows.planning.moving import MoveGiven
from domain.flows.planning.previewing import MovePreview, WavePreview
from resolvers.context import Context
from resolvers.reading.planning import warned
from resolvers.reading.previewing import costs, previewed
from schema.basics import Money, money
from schema.commanding import MOST_ENTRIES
from schema.ids import bare, flow_id
from schema.loading import computed, loaded
from schema.mirror import Id, mirror


async def preview(context: Context, flow: str, moves: Sequence[Any]) -> MovePreview | None:
    """Null where an id names nothing for this caller."""
    if len(moves) > MOST_ENTRIES:
        raise LimitExceeded(f"A list in an input holds at most {MOST_ENTRIES} entries; `moves` has {len(moves)}.")
    given = [_given(move) for move in moves]
    known = tuple(move for move in given if move is not None)
    return await previewed(context, flow_id(flow), known) if len(known) == len(given) else None


def _given(move: Any) -> MoveGiven | None:
    """With the things' own ids; None where an id is none of that type."""
    application, to = bare(move.application_id, "Application"), move.to
    wave = None if to.wave_id in (None, UNSET) else bare(to.wave_id, "Wave")
    if application is None or (wave is None and to.wave_id not in (None, UNSET)):
        return None
    number = None if to.new_wave_number is UNSET else to.new_wave_number
    return MoveGiven(application, wave, number, unassigned=to.unassigned is True)


@mirror(MovePreview, "cross_wave_dependency_count")
class MovePreviewType:
    """The plan as it would be, by the rules that would carry the moves out; nothing is kept."""

    @computed
    @staticmethod
    def waves(preview: MovePreview) -> tuple[WavePreview, ...]:
        """By number."""
        return preview.waves

    @computed
    @staticmethod
    def violations(preview: MovePreview) -> tuple[Warning, ...]:
        return tuple(warned(each) for each in preview.violations)


@mirror(WavePreview)
class WavePreviewType:
    @computed
    @staticmethod
    def number(each: WavePreview) -> int:
        return each.wave.number

    @computed
    @staticmethod
    def application_ids(each: WavePreview) -> tuple[Id, ...]:
        return tuple(Id(f"Application:{id}") for id in each.application_ids)

    @computed
    @staticmethod
    def effort_hours(each: WavePreview) -> Decimal:
        return each.wave.effort_hours

    @computed
    @staticmethod
    def duration_days(each: WavePreview) -> int:
        """Working days."""
        return each.wave.duration_days

    @computed
    @staticmethod
    def starts_on(each: WavePreview) -> date | None:
        """Null while it has no dates."""
        return each.wave.starts_on

    @computed
    @staticmethod
    def ends_on(each: WavePreview) -> date | None:
        """Null while it has no dates."""
        return each.wave.ends_on

    @loaded
    @staticmethod
    async def cost(context: Context, waves: list[WavePreview]) -> list[Money | None]:
        """Before contingency, without what the days of a new wave add; null before cost_estimation has run."""
        return await money(context, await costs(waves))
