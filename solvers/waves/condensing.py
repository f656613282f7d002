"""From the problem to its instance: groups and hard cycles become units, in an order that only the ids decide."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.graph import strongly_connected
from domain.planning.waves.dates import most_days
from domain.planning.waves.problem import PILOT_LEAST, PILOT_MOST, Candidate, WaveProblem, WaveSetting
from domain.planning.waves.risk import suits_pilot
from solvers.waves.instance import BOUNDLESS, Instance, Room, Tie, Unit, members_of

_HUNDREDTHS, _TENTHS, _THOUSANDTHS = 100, 10, 1000


class Contradiction(Exception):
    """No placement keeps all constraints: seen before any search."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """Where a person has put applications, and who may be in the waves he locked."""

    wave_of: Mapping[str, int]
    inside: Mapping[int, frozenset[str]]


def condense(problem: WaveProblem) -> Instance:
    """The instance of a problem whose moves all lead into waves; Contradiction where a unit can be nowhere."""
    settled = _settled(problem)
    candidates = {each.id: each for each in problem.candidates}
    unit_ids = _unit_ids(problem)
    unit_of = {id: number for number, ids in enumerate(unit_ids) for id in ids}
    pins = dict(_pins(unit_ids, settled))
    room = _room(problem)
    units = tuple(_unit(problem, [candidates[id] for id in ids], room) for ids in unit_ids)
    rooms = _rooms(problem, settled, room, units, pins)
    edges = {(unit_of[each.consumer_id], unit_of[each.provider_id]) for each in problem.hard}
    ties = _ties(((each.application_ids, each.weight) for each in problem.soft), unit_of)
    departments = _ties(((ids, 1) for ids in _departments(problem)), unit_of)
    instance = Instance(
        # A unit that a person has put somewhere is there with whom he likes.
        units=tuple(replace(unit, alone=unit.alone and number not in pins) for number, unit in enumerate(units)),
        providers=_neighbours(edges, len(units)),
        consumers=_neighbours({(provider, consumer) for consumer, provider in edges}, len(units)),
        ties=ties,
        departments=departments,
        room=room,
        rooms=rooms,
        pins=pins,
        pilot=_pilot(problem),
        ties_of=members_of(ties, len(units)),
        departments_of=members_of(departments, len(units)),
    )
    _check_sizes(instance)
    return instance


def _unit_ids(problem: WaveProblem) -> list[tuple[str, ...]]:
    """What moves as one: components of the hard dependencies, with each group as a ring."""
    graph: dict[str, list[str]] = {id: [] for id in sorted(each.id for each in problem.candidates)}
    for edge in sorted((each.consumer_id, each.provider_id) for each in problem.hard):
        graph[edge[0]].append(edge[1])
    for group in problem.groups:
        ids = sorted(group.application_ids)
        for one, next_one in zip(ids, ids[1:] + ids[:1], strict=True):
            graph[one].append(next_one)
    return sorted(tuple(sorted(found)) for found in strongly_connected(graph))


def _settled(problem: WaveProblem) -> _Settled:
    """A move wins over the lock of the wave it is in."""
    wave_of: dict[str, int] = {}
    inside: dict[int, set[str]] = {}
    moves = {each.application_id: each.number for each in problem.moves if each.number is not None}
    for setting in problem.settings:
        if setting.locked_ids is not None:
            inside[setting.number] = set(setting.locked_ids)
            wave_of.update(dict.fromkeys(setting.locked_ids, setting.number))
    for id, number in moves.items():
        wave_of[id] = number
        if number in inside:
            inside[number].add(id)
    return _Settled(wave_of, {number: frozenset(ids) for number, ids in inside.items()})


def _pins(unit_ids: list[tuple[str, ...]], settled: _Settled) -> Iterator[tuple[int, int]]:
    for number, ids in enumerate(unit_ids):
        waves = {settled.wave_of[id] for id in ids if id in settled.wave_of}
        if not waves:
            continue
        if len(waves) > 1:
            raise Contradiction
        wave = waves.pop()
        if wave in settled.inside and not settled.inside[wave].issuperset(ids):
            raise Contradiction
        yield number, wave


def _unit(problem: WaveProblem, members: list[Candidate], room: Room) -> Unit:
    loads = tuple(sum(_load(each, capacity.pool) for each in members) for capacity in problem.capacities)
    hours = [max(1, round(each.total_hours)) for each in members]
    return Unit(
        ids=tuple(each.id for each in members),
        loads=loads,
        hours=sum(hours),
        risk=sum(own * round(each.risk * _THOUSANDTHS) for own, each in zip(hours, members, strict=True)),
        misfits=sum(not suits_pilot(each.risk, each.dependencies) for each in members),
        priority=sum(round(each.priority * _TENTHS) for each in members),
        alone=any(load > most for load, most in zip(loads, room.loads, strict=True)),
    )


def _load(candidate: Candidate, pool: str) -> int:
    return math.ceil(sum((hours for name, hours in candidate.hours if name == pool), Decimal(0)) * _HUNDREDTHS)


def _room(problem: WaveProblem, setting: WaveSetting | None = None) -> Room:
    """Of an ordinary wave, or of one with settings."""
    days = most_days(problem, setting.starts_on if setting else None)
    most = problem.limits.max_applications
    if setting is not None and setting.max_applications is not None:
        most = setting.max_applications
    return Room(most, tuple(_most_load(days, each.hours_per_day) for each in problem.capacities))


def _most_load(days: int, hours_per_day: Decimal) -> int:
    return min(BOUNDLESS, int(days * hours_per_day * _HUNDREDTHS))


def _rooms(
    problem: WaveProblem, settled: _Settled, ordinary: Room, units: Sequence[Unit], pins: Mapping[int, int]
) -> dict[int, Room]:
    """What a person has put into a wave always fits, and then nothing else does; the checker says what it breaks."""
    rooms = {each.number: _room(problem, each) for each in problem.settings}
    sizes = Counter(settled.wave_of.values())
    for wave in sorted({*sizes, *settled.inside}):
        room = rooms.get(wave, ordinary)
        held = [units[unit] for unit, number in pins.items() if number == wave]
        loads = (sum(unit.loads[pool] for unit in held) for pool in range(len(room.loads)))
        most = tuple(max(pair) for pair in zip(room.loads, loads, strict=True))
        rooms[wave] = Room(max(room.size, sizes[wave]), most, wave in settled.inside)
    return rooms


def _check_sizes(instance: Instance) -> None:
    for number, unit in enumerate(instance.units):
        most = instance.room_of(instance.pins[number]) if number in instance.pins else _widest(instance)
        if unit.size > most.size:
            raise Contradiction


def _widest(instance: Instance) -> Room:
    """An ordinary wave can always be added; one with a limit of its own may take more."""
    open_rooms = [room for room in instance.rooms.values() if not room.closed]
    return max([instance.room, *open_rooms], key=lambda each: each.size)


def _ties(given: Iterable[tuple[Iterable[str], int]], unit_of: Mapping[str, int]) -> tuple[Tie, ...]:
    """One tie for the same units, in their order; within a unit nothing can be split."""
    weights: dict[tuple[int, ...], int] = defaultdict(int)
    for ids, weight in given:
        units = tuple(sorted({unit_of[id] for id in ids}))
        if len(units) > 1:
            weights[units] += weight
    return tuple(Tie(units, weight) for units, weight in sorted(weights.items()))


def _departments(problem: WaveProblem) -> list[list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in problem.candidates:
        if each.department is not None:
            found[each.department].append(each.id)
    return [found[name] for name in sorted(found)]


def _neighbours(edges: Iterable[tuple[int, int]], units: int) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in range(units)]
    for source, target in sorted(edges):
        if source != target:
            found[source].append(target)
    return tuple(tuple(each) for each in found)


def _pilot(problem: WaveProblem) -> tuple[int, int] | None:
    """How many applications the pilot had better have, at least and at most."""
    if not problem.limits.pilot:
        return None
    most = min(problem.limits.max_applications, len(problem.candidates))
    return min(PILOT_LEAST, most), min(PILOT_MOST, most)
