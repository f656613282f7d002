"""attribute_mapping: which column fills which fact; a person corrects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from domain.columns import Structure
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.flows.discovery.guessing import (
    BY_NAME,
    CERTAIN,
    Guess,
    column_key,
    guess,
    known_target,
    recognized,
    single_valued,
)
from domain.flows.discovery.reaching import reach
from domain.flows.discovery.results import (
    ColumnTarget,
    DiscoveryConfiguration,
    ImportSummary,
    MappingAnswer,
    MappingResult,
)
from domain.inventory import AttributeMapping
from domain.learning import LEARNED_ONCE, Lesson
from domain.source import Source

_ROWS_LOOKED_AT = 1_000
# Of a name in a message.
_LONGEST_SHOWN = 100
_VALUES_LOOKED_AT = 100
_UNSURE = 0.7
UNSURE_CODE = "MAPPING_UNSURE"


def propose_mapping(call: PhaseCall) -> Outcome:
    """A target with a confidence for each column; what the configuration settles is settled."""
    summary: ImportSummary = call.results["data_import"]
    configuration: DiscoveryConfiguration = call.configuration
    columns = [column.name for column in summary.columns]
    _check(configuration.mappings, columns, "configuration")
    samples = {column.name: column.samples for column in summary.columns}
    guesses = guess(columns, _values(call), call.patterns, summary.format)
    proposed = tuple(_proposed(found, samples[found.column]) for found in guesses)
    mappings = settle(_as_chosen_before(call, proposed), configuration.mappings)
    taken = frozenset(mappings)
    used = (found.pattern for found, one in zip(guesses, proposed, strict=True) if found.pattern and one in taken)
    return Outcome(MappingResult(mappings), warnings=tuple(doubts(mappings, call.phase)), used=tuple(used))


def columns_told(results: Mapping[str, Any]) -> str:
    """The names of the columns: what was learned of one of them is similar work."""
    summary: ImportSummary | None = results.get("data_import")
    return " ".join(f'column: "{column_key(column.name)}"' for column in summary.columns) if summary else ""


def _proposed(found: Guess, samples: tuple[str, ...]) -> AttributeMapping:
    """What people taught earlier is theirs, and less than certain until they say it here."""
    source = Source.USER if found.pattern else Source.RULES
    return AttributeMapping(found.column, found.target, found.confidence, source, samples)


def _as_chosen_before(call: PhaseCall, proposed: tuple[AttributeMapping, ...]) -> tuple[AttributeMapping, ...]:
    earlier: MappingResult | None = call.results.get(call.phase)
    chosen = {
        mapping.column: ColumnTarget(mapping.column, mapping.target)
        for mapping in (earlier.mappings if earlier else ())
        if _chosen_here(mapping)
    }
    settled = settle(proposed, tuple(chosen.values()))
    return tuple(
        replace(mapping, confidence=CERTAIN, source=Source.USER) if mapping.column in chosen else mapping
        for mapping in settled
    )


def _chosen_here(mapping: AttributeMapping) -> bool:
    return mapping.source is Source.USER and mapping.confidence == CERTAIN


def propose_answer(call: PhaseCall) -> MappingAnswer:
    """The proposal as it stands."""
    result: MappingResult = call.results[call.phase]
    return MappingAnswer(tuple(ColumnTarget(mapping.column, mapping.target) for mapping in result.mappings))


def decide_mapping(call: PhaseCall) -> Outcome:
    """What the person named is settled, and remembered where it was not plain; the rest stays as proposed."""
    result: MappingResult = call.results[call.phase]
    answer: MappingAnswer = call.input
    _check(answer.mappings, [mapping.column for mapping in result.mappings], "data")
    mappings = settle(result.mappings, answer.mappings)
    if not _names_something(mappings):
        raise refuse(
            ErrorCode.NOT_READY,
            "No column holds the names of applications or servers. Map one to `name`, or, in a list of "
            "dependencies, two to `consumer` and `provider`.",
            "data",
            "mappings",
        )
    lessons = tuple(_lessons(call, result.mappings, mappings))
    return Outcome(MappingResult(mappings), saves=lessons, warnings=tuple(doubts(mappings, call.phase)))


def settle(proposed: Sequence[AttributeMapping], chosen: Sequence[ColumnTarget]) -> tuple[AttributeMapping, ...]:
    """The mappings with a person's choices in them; a proposal that claims what he gave away is dropped."""
    targets = {choice.column: choice.target for choice in chosen}
    claimed = {target for target in targets.values() if target is not None and single_valued(target)}
    return tuple(_settled(mapping, targets, claimed) for mapping in proposed)


def _settled(mapping: AttributeMapping, targets: Mapping[str, str | None], claimed: set[str]) -> AttributeMapping:
    column, samples = mapping.column, mapping.samples
    if column not in targets:
        return AttributeMapping(column, None, 0.0, Source.RULES, samples) if mapping.target in claimed else mapping
    if targets[column] == mapping.target:
        return mapping
    return AttributeMapping(column, targets[column], CERTAIN, Source.USER, samples)


def _names_something(mappings: Sequence[AttributeMapping]) -> bool:
    targets = {mapping.target for mapping in mappings}
    pair = {Structure.CONSUMER, Structure.PROVIDER} <= targets
    return pair or bool(targets & {"name", "component_name", Structure.APPLICATIONS})


def _check(chosen: Sequence[ColumnTarget], columns: Sequence[str], *path: str) -> None:
    problems = list(_problems(chosen, frozenset(columns), (*path, "mappings")))
    if problems:
        raise Refused(problems)


def _problems(chosen: Sequence[ColumnTarget], columns: frozenset[str], path: tuple[str, ...]) -> Iterator[Problem]:
    filled_by: dict[str, str] = {}
    seen: set[str] = set()
    for number, choice in enumerate(chosen):
        at = (*path, str(number))
        if choice.column not in columns:
            message = f'The import has no column "{_cut(choice.column)}".'
            yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "column"))
        elif choice.column in seen:
            message = f'The column "{_cut(choice.column)}" is named twice.'
            yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "column"))
        seen.add(choice.column)
        if choice.target is not None:
            yield from _target_problems(choice, filled_by, (*at, "target"))


def _target_problems(choice: ColumnTarget, filled_by: dict[str, str], path: tuple[str, ...]) -> Iterator[Problem]:
    target = choice.target or ""
    if not known_target(target):
        message = f'There is no fact "{_cut(target)}". Null keeps the column as it is in `attributes`.'
        yield Problem(ErrorCode.INVALID_INPUT, message, path)
    elif single_valued(target) and filled_by.setdefault(target, choice.column) != choice.column:
        message = (
            f'The columns "{_cut(filled_by[target])}" and "{_cut(choice.column)}" cannot both fill {target}: '
            "it has one value. "
            "Set one of them to null."
        )
        yield Problem(ErrorCode.INVALID_INPUT, message, path)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}\u2026"


def _values(call: PhaseCall) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for row in islice(reach(call).rows(call.flow_id), _ROWS_LOOKED_AT):
        for column, cell in row.values.items():
            texts = found.setdefault(column, {})
            if len(texts) < _VALUES_LOOKED_AT:
                texts[cell.strip()] = None
    return {column: list(texts) for column, texts in found.items()}


def doubts(mappings: Sequence[AttributeMapping], phase: str) -> Iterator[Warning]:
    """One warning that names the columns of which nobody is sure, where there are any."""
    unsure = [mapping.column for mapping in mappings if mapping.target and mapping.confidence < _UNSURE]
    if unsure:
        message = f"What these columns hold is a guess: {', '.join(unsure)}."
        yield Warning(UNSURE_CODE, message, phase, {"columns": unsure})


def _lessons(
    call: PhaseCall, before: Sequence[AttributeMapping], after: Sequence[AttributeMapping]
) -> Iterator[Lesson]:
    """Corrections, and what was guessed or taught before and is now confirmed."""
    summary: ImportSummary = call.results["data_import"]
    known = recognized([column.name for column in summary.columns])
    about = {"format": summary.format} if known else {}
    named = {choice.column for choice in call.input.mappings}
    for old, new in zip(before, after, strict=True):
        corrected = old.target != new.target and new.source is Source.USER
        if corrected or (new.column in named and old.target == new.target and _confirmable(old)):
            key = column_key(new.column)
            yield Lesson(
                kind=f"discovery.{call.phase}",
                summary=f'The column "{new.column}" fills {new.target or "no fact"}.',
                data={"column": key, "target": new.target, **about},
                key=f"{summary.format}|{key}" if known else key,
                confidence=LEARNED_ONCE if corrected else round((old.confidence + LEARNED_ONCE) / 2, 4),
                premise=("column",),
                settles=("target",),
            )


def _confirmable(mapping: AttributeMapping) -> bool:
    """True of what somebody might have answered otherwise."""
    if mapping.source is Source.USER:
        return not _chosen_here(mapping)
    return mapping.target is not None and mapping.confidence < BY_NAME
