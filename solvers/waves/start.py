"""A greedy start: wave by wave, each filled with what is most tied to what it holds already."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.planning.waves.placing import Level
from solvers.waves.instance import Instance, Room
from solvers.waves.scoring import score

# After so many units that do not fit, a wave is left as it is.
_PATIENCE = 200


def start(instance: Instance, placed: Mapping[int, int]) -> list[int]:
    """Numbers of all units around those placed already: of two ways, the one with fewest waves, then least split."""
    found = [_Filling(instance, placed, follows_ties=follows).fill() for follows in (True, False)]
    return min(
        found, key=lambda numbers: (score(instance, numbers, Level.WAVES), score(instance, numbers, Level.SPLIT))
    )


@dataclass(slots=True)
class _Filling:
    """One way to fill: by ties, or the largest first, so that none is left that fits nowhere."""

    instance: Instance
    placed: Mapping[int, int]
    follows_ties: bool
    numbers: list[int] = field(default_factory=list)
    # Units whose providers are placed, and the same by rank; an entry of a rank that was is passed over.
    _ready: set[int] = field(default_factory=set)
    _queue: list[tuple[tuple[int, ...], int]] = field(default_factory=list)
    # Weight by which each unit is tied to the wave being filled, and to all that is not placed yet.
    _pull: dict[int, int] = field(default_factory=dict)
    _outside: list[int] = field(default_factory=list)
    _waiting: list[int] = field(default_factory=list)
    _size: int = 0
    _loads: list[int] = field(default_factory=list)

    def fill(self) -> list[int]:
        instance = self.instance
        self.numbers = [self.placed.get(unit, 0) for unit in range(len(instance.units))]
        self._waiting = [sum(not self.numbers[each] for each in providers) for providers in instance.providers]
        self._outside = [sum(instance.ties[tie].weight for tie in ties) for ties in instance.ties_of]
        for unit, count in enumerate(self._waiting):
            if count == 0 and not self.numbers[unit]:
                self._make_ready(unit)
        wave = 0
        while self._ready:
            wave += 1
            if not instance.room_of(wave).closed:
                self._fill(wave)
        return self.numbers

    def _fill(self, wave: int) -> None:
        room = self.instance.room_of(wave)
        held = [unit for unit, number in self.placed.items() if number == wave]
        self._size = sum(self.instance.units[unit].size for unit in held)
        self._loads = [sum(self.instance.units[unit].loads[pool] for unit in held) for pool in range(len(room.loads))]
        self._pull = {}
        for unit in held:
            self._attract(unit)
        if any(self.instance.units[unit].alone for unit in held):
            return
        while (chosen := self._next(wave, room)) is not None:
            self._put(chosen, wave)
            if self.instance.units[chosen].alone:
                return

    def _next(self, wave: int, room: Room) -> int | None:
        if self._size >= room.size:
            return None
        if self.follows_ties:
            pulled = [unit for unit in self._pull if unit in self._ready and self._fits(unit, wave, room)]
            if pulled:
                return min(pulled, key=lambda unit: (-self._pull[unit], self._rank(unit), unit))
        return self._first(wave, room)

    def _first(self, wave: int, room: Room) -> int | None:
        """The first by rank that fits."""
        passed: list[tuple[tuple[int, ...], int]] = []
        found = None
        while self._queue and found is None and len(passed) < _PATIENCE:
            rank, unit = heapq.heappop(self._queue)
            if unit not in self._ready or rank != self._rank(unit):
                continue
            passed.append((rank, unit))
            found = unit if self._fits(unit, wave, room) else None
        for each in passed:
            heapq.heappush(self._queue, each)
        return found

    def _rank(self, unit: int) -> tuple[int, ...]:
        """Least tied to what is still to come, so that it is not torn from it; or largest."""
        own = self.instance.units[unit]
        if self.follows_ties:
            return (self._outside[unit],)
        return (-own.size, -max(own.loads, default=0), self._outside[unit])

    def _fits(self, unit: int, wave: int, room: Room) -> bool:
        own = self.instance.units[unit]
        if self.placed and any(self.numbers[provider] > wave for provider in self.instance.providers[unit]):
            return False
        if own.alone:
            return self._size == 0 and own.size <= room.size
        if self._size + own.size > room.size:
            return False
        return all(held + load <= most for held, load, most in zip(self._loads, own.loads, room.loads, strict=True))

    def _put(self, unit: int, wave: int) -> None:
        own = self.instance.units[unit]
        self.numbers[unit] = wave
        self._ready.discard(unit)
        self._size += own.size
        self._loads = [held + load for held, load in zip(self._loads, own.loads, strict=True)]
        for consumer in self.instance.consumers[unit]:
            self._waiting[consumer] -= 1
            if self._waiting[consumer] == 0 and not self.numbers[consumer]:
                self._make_ready(consumer)
        self._attract(unit)

    def _make_ready(self, unit: int) -> None:
        self._ready.add(unit)
        heapq.heappush(self._queue, (self._rank(unit), unit))

    def _attract(self, unit: int) -> None:
        for number in self.instance.ties_of[unit]:
            tie = self.instance.ties[number]
            for other in tie.units:
                if self.numbers[other]:
                    continue
                self._pull[other] = self._pull.get(other, 0) + tie.weight
                self._outside[other] -= tie.weight
                if other in self._ready:
                    heapq.heappush(self._queue, (self._rank(other), other))
