"""data_cleansing: findings to accept or refuse, and what stands in for what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from domain.definition import Outcome, Pattern, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.discovery.drafts import gather
from domain.flows.discovery.findings import DOUBTFUL, CleansingRule, Found, find
from domain.flows.discovery.reaching import reach
from domain.flows.discovery.results import (
    CleansingAnswer,
    CleansingResult,
    DefaultFacts,
    MappingResult,
    RuleCount,
)
from domain.flows.discovery.told import Teller
from domain.inventory import CleansingFinding
from domain.learning import Lesson, key_of

_NOTHING: Mapping[str, str] = {}
_LONGEST_SUMMARY = 500


def find_faults(call: PhaseCall) -> Outcome:
    """The findings of this import; those an earlier run of the flow made keep their ids."""
    mapping: MappingResult = call.results["attribute_mapping"]
    gathered = gather(reach(call).rows(call.flow_id), Teller(mapping.mappings), _NOTHING, facts_only=True)
    known = {application.key: application.name for application in call.portfolio.applications}
    before = {finding.natural_key: finding for finding in _own(call)}
    now = {found.natural_key: _finding(call, found, before) for found in find(gathered, known)}
    counts = Counter(finding.rule for finding in now.values())
    return Outcome(
        CleansingResult(len(now), 0, tuple(RuleCount(rule, count) for rule, count in sorted(counts.items()))),
        saves=tuple(finding for key, finding in now.items() if finding != before.get(key)),
        removes=tuple(finding for key, finding in before.items() if key not in now),
        warnings=tuple(_nameless(counts, call.phase)),
        used=tuple(_used(call, now)),
    )


def _used(call: PhaseCall, found: Iterable[str]) -> Iterator[str]:
    taught = _taught(call)
    if taught:
        for key in sorted(taught.keys() & {key_of(each) for each in found}):
            yield taught[key].id


def _taught(call: PhaseCall) -> dict[str, Pattern]:
    """What people said about findings against the rules, by the findings' keys."""
    return {pattern.key: pattern for pattern in call.patterns if pattern.key and "accepted" in pattern.data}


def propose_answer(call: PhaseCall) -> CleansingAnswer:
    """Everything but what is doubtful; what was decided about the same finding before is decided so again."""
    taught = _taught(call)
    remembered = {
        finding.natural_key: bool(taught[key].data["accepted"])
        for finding in _own(call)
        if (key := key_of(finding.natural_key)) in taught
    }
    remembered |= {finding.natural_key: finding.applied for finding in call.portfolio.findings if finding.decided}
    result: CleansingResult = call.results[call.phase]
    advised = {each.finding_id: each.accept for each in result.advice}
    refused = tuple(finding.id for finding in _own(call) if not _likely(finding, remembered, advised))
    return CleansingAnswer(refuse=refused, accept_all=True)


def remembering(call: PhaseCall) -> Callable[[CleansingFinding], bool]:
    """Tells of a finding whether a person has decided about it before, here or in an earlier flow."""
    decided = {each.natural_key for each in call.portfolio.findings if each.decided}
    taught = _taught(call)
    return lambda finding: finding.natural_key in decided or key_of(finding.natural_key) in taught


def _likely(finding: CleansingFinding, remembered: Mapping[str, bool], advised: Mapping[str, bool]) -> bool:
    """What a person said counts before what an agent advises, and that before what is usual."""
    usual = advised.get(finding.id, finding.rule not in DOUBTFUL)
    return remembered.get(finding.natural_key, usual)


def decide_cleansing(call: PhaseCall) -> Outcome:
    """Each finding that the answer names is applied or refused; one it does not name stays open."""
    answer: CleansingAnswer = call.input
    result: CleansingResult = call.results[call.phase]
    own = _own(call)
    _check(answer, own)
    accept, refuse = frozenset(answer.accept), frozenset(answer.refuse)
    if answer.accept_all:
        accept = frozenset(finding.id for finding in own) - refuse
    decided = {finding.id: _decided(finding, accept, refuse) for finding in own}
    applied = sum(1 for finding in decided.values() if finding.applied)
    return Outcome(
        replace(result, applied=applied, defaults=answer.defaults),
        saves=(
            *(decided[finding.id] for finding in own if decided[finding.id] != finding),
            *_lessons(call, decided.values()),
        ),
        warnings=(
            *_nameless(Counter(finding.rule for finding in own), call.phase),
            *_assumed(answer.defaults, call.phase),
        ),
    )


def _decided(finding: CleansingFinding, accept: frozenset[str], refuse: frozenset[str]) -> CleansingFinding:
    return replace(finding, applied=finding.id in accept, decided=finding.id in accept or finding.id in refuse)


def _lessons(call: PhaseCall, decided: Iterable[CleansingFinding]) -> Iterator[Lesson]:
    """What a person decided otherwise than the rules, or than he was known to."""
    taught = _taught(call)
    for finding in decided:
        usual = finding.rule not in DOUBTFUL
        known = taught.get(key_of(finding.natural_key))
        if finding.decided and (finding.applied != usual or (known and known.data["accepted"] != finding.applied)):
            said = "accepted" if finding.applied else "refused"
            told = " -> ".join(text for text in (finding.before, finding.after) if text)
            yield Lesson(
                kind=f"discovery.{call.phase}",
                summary=f"{said.capitalize()}: {finding.rule} {told}".strip()[:_LONGEST_SUMMARY],
                data={
                    "accepted": finding.applied,
                    "rule": finding.rule,
                    "field": finding.field,
                    "before": finding.before,
                    "after": finding.after,
                },
                key=finding.natural_key,
                conclusion=("accepted",),
                premise=("rule", "field", "before", "after"),
                settles=("accepted",),
            )


def _check(answer: CleansingAnswer, own: Iterable[CleansingFinding]) -> None:
    known = {finding.id for finding in own}
    problems = [*_unknown("accept", answer.accept, known), *_unknown("refuse", answer.refuse, known)]
    refused = frozenset(answer.refuse)
    for number, finding in enumerate(answer.accept):
        if finding in refused:
            message = "A finding is either accepted or refused; this one is both."
            problems.append(Problem(ErrorCode.INVALID_INPUT, message, ("data", "accept", str(number))))
    if problems:
        raise Refused(problems)


def _unknown(field: str, ids: Iterable[str], known: set[str]) -> Iterator[Problem]:
    for number, id in enumerate(ids):
        if id not in known:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such cleansing finding.", ("data", field, str(number)))


def _own(call: PhaseCall) -> list[CleansingFinding]:
    rules = set(CleansingRule)
    return [finding for finding in call.portfolio.findings if finding.flow_id == call.flow_id and finding.rule in rules]


def _finding(call: PhaseCall, found: Found, before: Mapping[str, CleansingFinding]) -> CleansingFinding:
    earlier = before.get(found.natural_key)
    return CleansingFinding(
        id=earlier.id if earlier else call.new_id(),
        flow_id=call.flow_id,
        rule=found.rule,
        natural_key=found.natural_key,
        line=found.line,
        application_key=found.application_key,
        field=found.field,
        before=found.before,
        after=found.after,
        applied=earlier.applied if earlier else False,
        decided=earlier.decided if earlier else False,
    )


def _nameless(counts: Mapping[str, int], phase: str) -> Iterator[Warning]:
    if count := counts.get(CleansingRule.NAMELESS_ROW):
        message = f"Rows that name neither an application nor a server are left out: {count:,}."
        yield Warning("ROWS_WITHOUT_NAME", message, phase, {"rows": count})


def _assumed(defaults: DefaultFacts, phase: str) -> Iterator[Warning]:
    given = {"criticality": defaults.criticality, "environment": defaults.environment}
    named = {key: str(value) for key, value in given.items() if value is not None}
    if named:
        told = ", ".join(f"{key} {value}" for key, value in named.items())
        yield Warning("FACTS_ASSUMED", f"Where the source says nothing, this is assumed: {told}.", phase, named)
