"""The search, level by level: whole where the problem is small, else by parts; what was reached is never given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.planning.waves.placing import Level, LevelReport
from solvers.waves.bounds import lower_bound
from solvers.waves.fewer import fewer_waves
from solvers.waves.instance import Instance
from solvers.waves.levels import Levels
from solvers.waves.model import Model, Part, Value
from solvers.waves.neighbourhoods import Neighbourhoods
from solvers.waves.scoring import score
from solvers.waves.sequence import Order
from solvers.waves.swapping import Swapping
from solvers.waves.work import Work

# Until which share of the work each level may search.
_UNTIL: Mapping[Level, float] = MappingProxyType(
    {
        Level.WAVES: 0.2,
        Level.SPLIT: 0.75,
        Level.PILOT: 0.78,
        Level.RISING: 0.88,
        Level.SPREAD: 0.91,
        Level.DEPARTMENTS: 0.96,
        Level.PRIORITY: 1.0,
    }
)
# A part is left after so much work; a problem of so many places is solved whole first, for half of its level's share.
_PER_PART, _WHOLE, _WHOLE_SHARE = 0.06, 1500, 0.5
# So many parts without anything better end a level: what is left serves the next one.
_PATIENCE = 400
# In units of the solver, a level's value.
_SCALE: Mapping[Level, float] = MappingProxyType({Level.RISING: 1000, Level.SPREAD: 1000, Level.PRIORITY: 10})
_ORDERED = frozenset({Level.PILOT, Level.RISING, Level.PRIORITY})


@dataclass(slots=True)
class Search:
    """A placement that only becomes better; `scores` are right for the levels up to the one that is searched."""

    instance: Instance
    numbers: list[int]
    work: Work
    scores: dict[Level, int] = field(default_factory=dict)
    bounds: dict[Level, int] = field(default_factory=dict)
    _parts: Neighbourhoods = field(init=False)

    def __post_init__(self) -> None:
        self._parts = Neighbourhoods(self.instance)
        self._take(self.numbers, Level.PRIORITY)

    def run(self) -> None:
        """Every level in order, each with its share of the work and what earlier ones left."""
        self._fewest()
        for level in list(Level)[1:]:
            self._take(self.numbers, level)
            self.bounds[level] = min(self.scores[level], lower_bound(self.instance, level, self.scores[Level.WAVES]))
            if level is Level.SPLIT and not self._done(level):
                self._accept(Swapping(self.instance, self.numbers).run(self.work, _UNTIL[level]), level)
            self._whole(level)
            self._by_parts(level)

    def reports(self) -> tuple[LevelReport, ...]:
        """What each level came to; to be asked after the run."""
        return tuple(
            LevelReport(level, self.scores[level] / _SCALE.get(level, 1), self.bounds[level] / _SCALE.get(level, 1))
            for level in Level
        )

    def _fewest(self) -> None:
        bound = lower_bound(self.instance, Level.WAVES, 0)
        while self.scores[Level.WAVES] > bound and self.work.left(_UNTIL[Level.WAVES]) > 0:
            found = fewer_waves(self.instance, self.numbers, self.work, _UNTIL[Level.WAVES])
            if found.numbers is None:
                bound = self.scores[Level.WAVES] if found.finished else bound
                break
            self._take(self._closed_up(found.numbers), Level.WAVES)
        self.bounds[Level.WAVES] = min(bound, self.scores[Level.WAVES])

    def _closed_up(self, numbers: list[int]) -> list[int]:
        """Without empty waves, where a wave's number means nothing to anybody."""
        if self.instance.pins or self.instance.rooms:
            return numbers
        order = {wave: place for place, wave in enumerate(sorted(set(numbers)), 1)}
        return [order[wave] for wave in numbers]

    def _done(self, level: Level) -> bool:
        return self.scores[level] <= self.bounds[level] or self.work.left(_UNTIL[level]) <= 0

    def _whole(self, level: Level) -> None:
        """All units in all waves, where that is small."""
        part = self._parts.of_waves(self.numbers, dict.fromkeys(sorted(set(self.numbers))))
        if self._done(level) or len(part.units) * len(part.waves) > _WHOLE or not part.units:
            return
        model = self._model(part, level)
        solved = self.work.solve(model, self.work.left(_UNTIL[level]) * _WHOLE_SHARE, thorough=True)
        self._accept(solved.numbers, level)
        # Where a settled wave leaves numbers before it empty, the model did not try those.
        if len(part.waves) == self.scores[Level.WAVES]:
            self.bounds[level] = max(self.bounds[level], min(self.scores[level], round(solved.bound)))

    def _by_parts(self, level: Level) -> None:
        vain = turn = 0
        while not self._done(level) and vain < _PATIENCE:
            turn += 1
            model = self._order(level) if level in _ORDERED and turn % 2 else self._opened(level)
            solved = self.work.solve(model, min(_PER_PART, self.work.left(_UNTIL[level])))
            vain = 0 if self._accept(solved.numbers, level) else vain + 1

    def _opened(self, level: Level) -> Model:
        return self._model(self._parts.part(self.numbers, level), level)

    def _model(self, part: Part, level: Level) -> Model:
        model = Model(self.instance, part, self.numbers)
        levels = Levels(model, self.scores)
        self._aim(model, levels.value, level)
        return model

    def _order(self, level: Level) -> Order:
        model = Order(self.instance, self.numbers, self._parts.window(self.numbers, level), self.scores)
        self._aim(model, model.value, level)
        return model

    def _aim(self, model: Model | Order, value: Callable[[Level], Value], level: Level) -> None:
        """Less of the level, with no more of any earlier one."""
        model.keep_filled()
        model.hint()
        for earlier in list(Level)[1 : list(Level).index(level)]:
            reached = value(earlier)
            if not isinstance(reached, int):
                model.cp.add(reached <= self.scores[earlier])
        aimed = value(level)
        if not isinstance(aimed, int):
            model.cp.add(aimed >= self.bounds[level])
            model.cp.minimize(aimed)

    def _accept(self, numbers: list[int] | None, level: Level) -> bool:
        """Take what is no worse, so that the search goes on elsewhere; say whether it is better."""
        if numbers is None or numbers == self.numbers:
            return False
        before = self.scores[level]
        self._take(numbers, level)
        return self.scores[level] < before

    def _take(self, numbers: list[int], level: Level) -> None:
        self.numbers = numbers
        for each in list(Level)[: list(Level).index(level) + 1]:
            self.scores[each] = score(self.instance, numbers, each)
