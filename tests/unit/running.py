"""A flow of any type, run by its rules alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.definition import FlowDefinition, Outcome, PhaseCall


class Running:
    """One flow, from a call of its first phase on; each phase may be run, and then answered with what it proposes."""

    def __init__(self, definition: FlowDefinition, first: PhaseCall) -> None:
        self.definition = definition
        self.first = first
        self.portfolio = first.portfolio
        self.configuration = first.configuration
        self.results: dict[str, Any] = {}

    def call(self, phase: str, **fields: Any) -> PhaseCall:
        return replace(self.first, phase=phase, results=dict(self.results), portfolio=self.portfolio, **fields)

    def run(self, phase: str) -> Outcome:
        outcome = self.definition.phase(phase).rules(self.call(phase))
        assert isinstance(outcome, Outcome)
        return self._kept(phase, outcome)

    def answer(self, phase: str) -> None:
        pause = self.definition.phase(phase).pause
        if pause is not None:
            self._kept(phase, pause.decide(self.call(phase, input=pause.propose(self.call(phase)))))

    def until(self, phase: str) -> Running:
        """Everything before that phase."""
        for each in self.definition.phases:
            if each.key == phase:
                return self
            self.run(each.key)
            self.answer(each.key)
        raise LookupError(phase)

    def through(self) -> Running:
        """All of it."""
        last = self.definition.phases[-1].key
        self.until(last).run(last)
        self.answer(last)
        return self

    def _kept(self, phase: str, outcome: Outcome) -> Outcome:
        self.portfolio = self.portfolio.after(outcome.saves, outcome.removes)
        self.results[phase] = outcome.result
        return outcome
