"""A person's change to what a phase came to, the same for every phase that is revised as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.definition import Outcome, Phase, PhaseCall
from domain.errors import ErrorCode, refuse
from domain.given import LONGEST_TEXT, Checking
from domain.learning import Lesson
from domain.override import Override, recorded


@dataclass(frozen=True, slots=True)
class RevisedPhase:
    """The phase's outcome, the record of it, and whose id it bears: the flow's."""

    subject: str
    outcome: Outcome
    override: Override


def revised(kind: str, phase: Phase, call: PhaseCall, encode: Callable[[Any], Any], rationale: str) -> RevisedPhase:
    """What that phase of a flow of that type comes to with the result in `call.input`; Refused where it may not."""
    if phase.revise is None:
        message = f"The phase {phase.key} is changed by the mutations of its area, not as a whole."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "phase")
    checking = Checking()
    why = checking.needed(rationale, "rationale", longest=LONGEST_TEXT)
    checking.done()
    before = encode(call.results[phase.key])
    outcome = phase.revise(call)
    after = encode(outcome.result)
    names = [name for name in after if after[name] != before.get(name)]
    if not names:
        raise refuse(ErrorCode.INVALID_INPUT, "That is what the phase came to already.", "data")
    override = recorded(call, phase.key, _of(before, names), _of(after, names), why)
    lesson = Lesson(
        kind=f"{kind}.{phase.key}",
        summary=f"{phase.title}: a person changed {', '.join(names)}.",
        data=_of(after, names),
        key=phase.about(call.results) or phase.key,
    )
    return RevisedPhase(call.flow_id, replace(outcome, saves=(*outcome.saves, lesson)), override)


def _of(values: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: values.get(name) for name in names}
