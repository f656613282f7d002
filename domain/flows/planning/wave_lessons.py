"""What is learned from waves, and what earlier plans taught: who was moved by hand, and how large waves came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.definition import Pattern, PhaseCall
from domain.flows.planning.facts import WAVES, PlannedApplication
from domain.learning import Lesson, key_of
from domain.planning.waves.placement import WavePlacement
from domain.planning.waves.problem import Move, WaveProblem

KIND = f"planning.{WAVES}"
# One change teaches at most so many patterns.
MOST_LESSONS = 200
_MOVED, _SIZES = "move", "size"


@dataclass(frozen=True, slots=True)
class Recalled:
    """Sentences for the plan and for placements, by application, from the patterns of these ids."""

    plan: tuple[str, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    used: tuple[str, ...] = ()

    def told(self, placed: WavePlacement) -> WavePlacement:
        """The placement with what was recalled in its reasons."""
        return replace(
            placed,
            rationale=" ".join((placed.rationale, *self.plan)),
            placements=tuple(
                replace(each, because=f"{each.because} {self.because[each.application_id]}")
                if each.application_id in self.because
                else each
                for each in placed.placements
            ),
        )


def recalled(
    call: PhaseCall, problem: WaveProblem, planned: Sequence[PlannedApplication], placed: WavePlacement
) -> Recalled:
    """What other plans say of these applications and of waves of this size.

    It is told and changes nothing: only what a person settles in this plan moves an application.
    """
    settled = {each.application_id for each in problem.moves}
    ids = {move_key(each.application.key): each.id for each in planned if each.id not in settled}
    there = {each.application_id for each in placed.placements}
    plan: list[str] = []
    because: dict[str, str] = {}
    used: list[str] = []
    for pattern in call.patterns:
        if pattern.data.get("flowId") == call.flow_id:
            continue
        id = ids.get(pattern.key or "")
        if id in there and id not in because and pattern.data.get("learned") == _MOVED:
            because[id] = _moved_before(pattern)
        elif pattern.key == _size_key(problem) and pattern.data.get("learned") == _SIZES:
            plan.append(f"Learned from an earlier plan: {pattern.summary}")
        else:
            continue
        used.append(pattern.id)
    return Recalled(tuple(plan), because, tuple(used))


def of_sizes(call: PhaseCall, problem: WaveProblem, applications: int, waves: int) -> Lesson:
    """How large waves came out, for so many applications that are tied so much."""
    mean = round(applications / max(1, waves), 2)
    density = round((len(problem.hard) + len(problem.soft)) / max(1, applications), 2)
    many = "1 wave" if waves == 1 else f"{waves} waves"
    summary = f"{applications} applications with {density:g} ties each went into {many} of {mean:g}."
    data = {
        "learned": _SIZES,
        "flowId": call.flow_id,
        "maxAppsPerWave": problem.limits.max_applications,
        "applications": applications,
        "waves": waves,
        "meanApplications": mean,
        "dependencyDensity": density,
    }
    return Lesson(KIND, summary, data, key=_size_key(problem), conclusion=("learned", "meanApplications"))


def of_moves(
    call: PhaseCall,
    planned: Iterable[PlannedApplication],
    before: Mapping[str, int],
    moves: Sequence[Move],
    rationale: str | None,
) -> Iterator[Lesson]:
    """What was proposed and what was chosen, with what is known of the application."""
    by_id = {each.id: each for each in planned}
    for move in moves[:MOST_LESSONS]:
        found, proposed = by_id[move.application_id], before.get(move.application_id)
        if proposed == move.number:
            continue
        why = f": {rationale}" if rationale else "."
        yield Lesson(
            KIND,
            f"It was put into {_wave(proposed)}, and moved to {_wave(move.number)}{why}",
            {
                "learned": _MOVED,
                "flowId": call.flow_id,
                "proposed": proposed,
                "chosen": move.number,
                "rationale": rationale,
                "strategy": str(found.decision.strategy),
                "criticality": found.application.criticality and str(found.application.criticality),
                "risk": round(found.risk, 2),
                "hours": str(found.hours),
                "dependencies": found.dependencies,
            },
            key=move_key(found.application.key),
            conclusion=("learned", "chosen"),
        )


def move_key(key: str) -> str:
    """What a lesson about moving that application is about."""
    return key_of(f"{_MOVED}|{key}")


def _size_key(problem: WaveProblem) -> str:
    return f"{_SIZES}|{problem.limits.max_applications}"


def _moved_before(pattern: Pattern) -> str:
    proposed, chosen = (_wave(pattern.data.get(name)) for name in ("proposed", "chosen"))
    return f"In an earlier plan a person moved it from {proposed} to {chosen}."


def _wave(number: int | None) -> str:
    return "no wave" if number is None else f"wave {number}"
