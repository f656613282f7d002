"""Why each application is in its wave, in words a person can check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from domain.graph import cycles
from domain.planning.waves.dates import most_days
from domain.planning.waves.placement import Because, PlacedWave
from domain.planning.waves.problem import Candidate, WaveProblem
from domain.planning.waves.risk import suits_pilot

# A sentence names at most so many applications.
_NAMED = 5


def explain(problem: WaveProblem, waves: Iterable[PlacedWave]) -> tuple[Because, ...]:
    """A reason for each placed application, by its id."""
    explaining = _Explaining(problem, tuple(waves))
    placed = [each for each in problem.candidates if each.id in explaining.wave_of]
    return tuple(Because(each.id, explaining.because(each)) for each in sorted(placed, key=lambda each: each.id))


@dataclass
class _Explaining:
    problem: WaveProblem
    waves: tuple[PlacedWave, ...]
    wave_of: dict[str, PlacedWave] = field(init=False)

    def __post_init__(self) -> None:
        self.wave_of = {id: wave for wave in self.waves for id in wave.application_ids}

    def because(self, candidate: Candidate) -> str:
        reasons = [*self._settled(candidate), *self._bound(candidate), *self._better(candidate)]
        priority = f"{candidate.priority.normalize():f}"
        return " ".join(reasons) or f"There is room here, and its priority is {priority}: more is earlier."

    def _settled(self, candidate: Candidate) -> Iterator[str]:
        if candidate.id in self._moved:
            yield "A person put it here."
        elif self.wave_of[candidate.id].number in self._locked:
            yield "A person locked this wave."

    def _bound(self, candidate: Candidate) -> Iterator[str]:
        """What constraints say."""
        wave = self.wave_of[candidate.id]
        if candidate.id in self._group_of:
            ids, name = self._group_of[candidate.id]
            yield f"It moves together with {self._names(ids, candidate)}{f' as {name}' if name else ''}."
        if candidate.id in self._circle_of:
            yield f"It and {self._names(self._circle_of[candidate.id], candidate)} need each other."
        providers = self._providers.get(candidate.id, ())
        here = [id for id in providers if self.wave_of.get(id) is wave]
        if here:
            yield f"It needs {self._names(here, candidate)}, which moves here: it can be no earlier."
        before = [id for id in providers if id in self.wave_of and self.wave_of[id].number < wave.number]
        if before and not here:
            last = max(self.wave_of[id].number for id in before)
            yield f"It needs {self._names(before, candidate)}, which moves by wave {last}."
        if wave.days > self._most_days:
            yield "What is in this wave takes longer than a wave may last."

    def _better(self, candidate: Candidate) -> Iterator[str]:
        """What the objective likes about it."""
        wave = self.wave_of[candidate.id]
        beside = [id for id in self._tied.get(candidate.id, ()) if self.wave_of.get(id) is wave]
        if beside:
            yield f"It is with {self._names(beside, candidate)}, to which it is tied."
        if wave.pilot and suits_pilot(candidate.risk, candidate.dependencies):
            many = "1 dependency" if candidate.dependencies == 1 else f"{candidate.dependencies} dependencies"
            yield f"Its risk of {candidate.risk:.2f} and {many} suit the pilot."
        department = candidate.department
        others = sum(self._departments.get(id) == department for id in wave.application_ids) - 1
        if department is not None and others:
            yield f"{others} more of {department} move in this wave."

    @cached_property
    def _names_by_id(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.problem.candidates}

    @cached_property
    def _departments(self) -> Mapping[str, str | None]:
        return {each.id: each.department for each in self.problem.candidates}

    @cached_property
    def _moved(self) -> frozenset[str]:
        return frozenset(each.application_id for each in self.problem.moves)

    @cached_property
    def _locked(self) -> frozenset[int]:
        return frozenset(each.number for each in self.problem.settings if each.locked_ids is not None)

    @cached_property
    def _group_of(self) -> Mapping[str, tuple[tuple[str, ...], str | None]]:
        return {
            id: (group.application_ids, group.name) for group in self.problem.groups for id in group.application_ids
        }

    @cached_property
    def _circle_of(self) -> Mapping[str, tuple[str, ...]]:
        edges = sorted((each.consumer_id, each.provider_id) for each in self.problem.hard)
        return {id: circle for circle in cycles(edges) for id in circle}

    @cached_property
    def _providers(self) -> Mapping[str, tuple[str, ...]]:
        """Of each application, those that it needs and that do not need it in turn."""
        found: dict[str, set[str]] = {}
        for each in self.problem.hard:
            if each.provider_id not in self._circle_of.get(each.consumer_id, ()):
                found.setdefault(each.consumer_id, set()).add(each.provider_id)
        return {id: tuple(sorted(providers)) for id, providers in found.items()}

    @cached_property
    def _tied(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for tie in self.problem.soft:
            for id in tie.application_ids:
                found.setdefault(id, set()).update(other for other in tie.application_ids if other != id)
        return {id: frozenset(others) for id, others in found.items()}

    @cached_property
    def _most_days(self) -> int:
        return most_days(self.problem)

    def _names(self, ids: Iterable[str], candidate: Candidate) -> str:
        """The names of the others, not all of many."""
        known = sorted(self._names_by_id[id] for id in ids if id != candidate.id)
        if len(known) > _NAMED:
            return f"{', '.join(known[:_NAMED])} and {len(known) - _NAMED} more"
        return " and ".join(filter(None, (", ".join(known[:-1]), known[-1])))
