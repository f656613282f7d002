"""What carries out phases in this deployment: in a worker, and where the sample is made."""

from __future__ import annotations

from engine.phases import PhaseRunner
from persistence.work import Works
from readers import Limits, reader
from server.composition import new_id, now
from server.settings import Settings
from shapes.codec import Codec


def make_runner(work: Works, settings: Settings) -> PhaseRunner:
    """Carries out phases with the readers and limits of this deployment."""
    limits = Limits(settings.inventory_limit, settings.columns_limit, settings.rows_limit)
    return PhaseRunner(work, Codec(), reader(limits), now, new_id)
