"""The placement problem in numbers: units that move as one, what ties them, and the room of each wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# So many hours of a pool that no limit is ever reached.
BOUNDLESS = 10**12


@dataclass(frozen=True, slots=True)
class Unit:
    """Applications that move as one. Loads are hundredths of hours by pool; risk is thousandths times hours.

    `misfits` counts those unsuited to a pilot; an `alone` unit is too long for the limit and gets a wave of its own.
    """

    ids: tuple[str, ...]
    loads: tuple[int, ...]
    hours: int
    risk: int
    misfits: int
    priority: int
    alone: bool = False

    @property
    def size(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Tie:
    """Units that had better be together: the weight counts once for each further wave they are spread over."""

    units: tuple[int, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Room:
    """What fits into a wave. A closed one takes only what is pinned to it."""

    size: int
    loads: tuple[int, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """Units by index, with the units each needs (`providers`) and those that need it (`consumers`).

    `pins` gives the wave of units that are settled; `rooms` are the waves that are not like `room`.
    """

    units: tuple[Unit, ...]
    providers: tuple[tuple[int, ...], ...]
    consumers: tuple[tuple[int, ...], ...]
    ties: tuple[Tie, ...]
    departments: tuple[Tie, ...]
    room: Room
    rooms: Mapping[int, Room] = field(default_factory=dict)
    pins: Mapping[int, int] = field(default_factory=dict)
    pilot: tuple[int, int] | None = None
    # For each unit, which of `ties` and `departments` it is in.
    ties_of: tuple[tuple[int, ...], ...] = ()
    departments_of: tuple[tuple[int, ...], ...] = ()

    def room_of(self, wave: int) -> Room:
        return self.rooms.get(wave, self.room)

    def fits(self, unit: int, wave: int) -> bool:
        """Whether it could be there with nobody else."""
        if unit in self.pins:
            return self.pins[unit] == wave
        room, own = self.room_of(wave), self.units[unit]
        if room.closed or own.size > room.size:
            return False
        return own.alone or all(load <= most for load, most in zip(own.loads, room.loads, strict=True))


def members_of(ties: Sequence[Tie], units: int) -> tuple[tuple[int, ...], ...]:
    """For each unit, the ties it is in."""
    found: list[list[int]] = [[] for _ in range(units)]
    for number, tie in enumerate(ties):
        for unit in tie.units:
            found[unit].append(number)
    return tuple(tuple(each) for each in found)
