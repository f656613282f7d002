"""Which waves are opened together, so that a small model may find something better."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from domain.planning.waves.placing import Level
from solvers.waves.instance import Instance, Tie
from solvers.waves.model import Part
from solvers.waves.scoring import wave_risks

_SEED = 1
# How many units are opened, at least two waves of them.
_SIZES = (12, 16, 20, 24)
_LONGEST_WINDOW = 12
# How often a tie is drawn before it is given up that one is split.
_TRIES = 50


@dataclass(slots=True)
class Neighbourhoods:
    """Draws parts of a placement; the same draws for the same placements."""

    instance: Instance
    draw: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - it must be repeatable
    # What was found out of the placement that was seen last.
    _seen: Sequence[int] = ()
    _contents: dict[int, list[int]] = field(default_factory=dict)

    def part(self, numbers: Sequence[int], level: Level) -> Part:
        """Waves in which something is to be mended, with those that their units are tied to."""
        contents = self._contents_of(numbers)
        opened = dict.fromkeys(wave for wave in self._seeds(numbers, level) if self._opens(wave))
        size = self.draw.choice(_SIZES)
        while len(opened) < len(contents) and (
            len(opened) < 2 or sum(len(contents[wave]) for wave in opened) < size  # noqa: PLR2004
        ):
            wave = self._beside(numbers, contents, opened)
            if wave is None:
                break
            opened[wave] = None
        return self.of_waves(numbers, opened)

    def of_waves(self, numbers: Sequence[int], opened: Mapping[int, None]) -> Part:
        """All units of these waves that nobody has settled."""
        pins = self.instance.pins
        units = tuple(unit for unit, wave in enumerate(numbers) if wave in opened and unit not in pins)
        return Part(units, tuple(sorted(opened)))

    def window(self, numbers: Sequence[int], level: Level) -> tuple[int, ...]:
        """Waves that follow each other; the first ones where the pilot is sought."""
        waves = sorted(set(numbers))
        most = max(0, len(waves) - _LONGEST_WINDOW)
        start = 0 if level is Level.PILOT else self.draw.randint(0, most)
        return tuple(waves[start : start + _LONGEST_WINDOW])

    def _seeds(self, numbers: Sequence[int], level: Level) -> Iterator[int]:
        match level:
            case Level.PILOT:
                yield min(numbers)
            case Level.SPLIT | Level.DEPARTMENTS:
                ties = self.instance.ties if level is Level.SPLIT else self.instance.departments
                yield from self._split(numbers, ties)
            case Level.RISING:
                yield from self._drop(numbers)
            case Level.SPREAD:
                risks = wave_risks(self.instance, numbers)
                yield max(risks, key=lambda wave: (risks[wave], -wave))
            case _:
                pass

    def _split(self, numbers: Sequence[int], ties: Sequence[Tie]) -> Iterator[int]:
        """Two waves of a tie that is split, the heavier the likelier."""
        weights = list(accumulate(tie.weight for tie in ties))
        for _ in range(_TRIES if ties else 0):
            tie = self.draw.choices(ties, cum_weights=weights)[0]
            waves = sorted({numbers[unit] for unit in tie.units})
            if len(waves) > 1:
                yield from self.draw.sample(waves, 2)
                return

    def _drop(self, numbers: Sequence[int]) -> Iterator[int]:
        """Two waves between which the risk drops."""
        risks = wave_risks(self.instance, numbers)
        drops = [(one, other) for one, other in pairwise(risks) if risks[one] > risks[other]]
        if drops:
            yield from self.draw.choice(drops)

    def _beside(
        self, numbers: Sequence[int], contents: Mapping[int, Sequence[int]], opened: Mapping[int, None]
    ) -> int | None:
        """A wave tied to the opened ones, the likelier the more ties; else any."""
        tied = [
            numbers[other]
            for wave in opened
            for unit in contents[wave]
            for number in self.instance.ties_of[unit]
            for other in self.instance.ties[number].units
        ]
        near = [wave for wave in tied if wave not in opened and self._opens(wave)]
        near = near or [wave for wave in contents if wave not in opened and self._opens(wave)]
        return self.draw.choice(near) if near else None

    def _opens(self, wave: int) -> bool:
        return not self.instance.room_of(wave).closed

    def _contents_of(self, numbers: Sequence[int]) -> dict[int, list[int]]:
        if numbers is not self._seen:
            self._seen, self._contents = numbers, {wave: [] for wave in sorted(set(numbers))}
            for unit, wave in enumerate(numbers):
                self._contents[wave].append(unit)
        return self._contents
