"""attribute_mapping: another target for a column of which the rules are not sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from domain.agents.applying import Applying, PhaseReview, unsure
from domain.agents.permission import MAPPING, SURE_MAPPING
from domain.agents.proposals import MappingProposed
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, always, keyed
from domain.columns import Structure
from domain.definition import Outcome, PhaseCall
from domain.facts import FACTS
from domain.flows.discovery.guessing import known_target, single_valued
from domain.flows.discovery.mapping import UNSURE_CODE, doubts
from domain.flows.discovery.results import MappingResult
from domain.inventory import AttributeMapping
from domain.source import Source

# Less than certain until a person says so.
_SUREST = 0.85
# Without these nothing would have a name.
_NAMING = frozenset({"name", "component_name", Structure.APPLICATIONS, Structure.CONSUMER, Structure.PROVIDER})


def targets() -> tuple[str, ...]:
    """Everything that a column may fill."""
    return (*FACTS, *Structure)


def _subjects(_call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    result: MappingResult = outcome.result
    return keyed(_numbered(result.mappings))


def _numbered(mappings: Sequence[AttributeMapping]) -> Iterator[Subject]:
    for number, each in enumerate(mappings, 1):
        facts = {
            "column": each.column,
            "values": list(each.samples),
            "target": each.target,
            "confidence": each.confidence,
            "settled": _settled(each),
        }
        rank = (_settled(each), each.confidence, number)
        yield Subject(f"C{number}", "column", each.column, each, always(facts), rank)


def _settled(mapping: AttributeMapping) -> bool:
    """Chosen or taught by a person, or what gives things their names."""
    return mapping.source is Source.USER or mapping.target in _NAMING


def _apply(applying: Applying) -> None:
    result: MappingResult = applying.outcome.result
    wanted = [item for item in applying.of("columns") if _permitted(applying, item)]
    wanted = _free(applying, result.mappings, wanted)
    if not wanted:
        return
    chosen = {item.subject.thing.column: item for item in wanted}
    for item in wanted:
        _disagree(applying, item, None)
        applying.enter(item)
    mappings = tuple(_chosen(each, chosen.get(each.column)) for each in result.mappings)
    kept = (each for each in applying.outcome.warnings if each.code != UNSURE_CODE)
    warnings = (*kept, *doubts(mappings, applying.call.phase))
    applying.outcome = replace(applying.outcome, result=MappingResult(mappings), warnings=warnings)


def _permitted(applying: Applying, item: Item) -> bool:
    mapping: AttributeMapping = item.subject.thing
    target = item.value.target
    if target == mapping.target:
        return False
    if target is not None and not known_target(target):
        applying.drop(item, f'there is no fact "{target}"')
        return False
    kept = _kept(mapping) or unsure(item)
    if kept:
        _disagree(applying, item, kept)
    return kept is None


def _kept(mapping: AttributeMapping) -> str | None:
    if mapping.source is Source.USER:
        return "a person has settled it"
    if mapping.source is Source.MODEL_CHECKED_BY_RULES:
        return "a model has already said otherwise"
    if mapping.target in _NAMING:
        return "it holds the names"
    return "the rules are sure" if mapping.confidence >= SURE_MAPPING else None


def _free(applying: Applying, mappings: Sequence[AttributeMapping], wanted: list[Item]) -> list[Item]:
    """Those whose target no other column fills, or only one that gives it up for another."""
    asked = Counter(item.value.target for item in wanted if _single(item))
    for item in wanted:
        if asked[item.value.target] > 1:
            applying.drop(item, f"several columns are to fill {item.value.target}")
    wanted = [item for item in wanted if asked[item.value.target] <= 1]
    holders = {each.target: each.column for each in mappings if each.target and single_valued(each.target)}
    while True:
        moving = {item.subject.thing.column for item in wanted}
        held = [item for item in wanted if _single(item) and holders.get(item.value.target, "") not in {"", *moving}]
        if not held:
            return wanted
        for item in held:
            _disagree(applying, item, f"{holders[item.value.target]} fills {item.value.target}")
        wanted = [item for item in wanted if item not in held]


def _single(item: Item) -> bool:
    return item.value.target is not None and single_valued(item.value.target)


def _disagree(applying: Applying, item: Item, kept: str | None) -> None:
    mapping: AttributeMapping = item.subject.thing
    because = f"confidence {mapping.confidence:.2f}"
    applying.disagree(item, "target", (mapping.target or "no fact", because), item.value.target or "no fact", kept)


def _chosen(mapping: AttributeMapping, item: Item | None) -> AttributeMapping:
    if item is None:
        return mapping
    return replace(
        mapping,
        target=item.value.target,
        confidence=round(min(_SUREST, item.value.confidence), 4),
        source=Source.MODEL_CHECKED_BY_RULES,
    )


REVIEW = PhaseReview(MAPPING, MappingProposed, _subjects, _apply)
