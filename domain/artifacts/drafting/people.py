"""A map of the people at the customer's: who decides, what they think, and how to deal with each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.artifacts.background import Background
from domain.artifacts.shapes import MappedRelation, MappedStakeholder, StakeholderMap
from domain.customer import Influence, RelationKind, Sentiment
from domain.customer_success.wording import counted

_I, _S = Influence, Sentiment
APPROACH: Mapping[tuple[Influence, Sentiment], str] = MappingProxyType(
    {
        (_I.HIGH, _S.POSITIVE): "Sponsor: tell first, ask for introductions and for a word on our behalf.",
        (_I.HIGH, _S.NEUTRAL): "Win over: show the value in figures of his own, and meet in person.",
        (_I.HIGH, _S.NEGATIVE): "Mend: listen, agree on what must change and by when, and report on it.",
        (_I.MEDIUM, _S.POSITIVE): "Ally: keep informed, and ask what others think.",
        (_I.MEDIUM, _S.NEUTRAL): "Keep informed, and ask for a use that matters to the team.",
        (_I.MEDIUM, _S.NEGATIVE): "Find the cause and settle it before it reaches who decides.",
        (_I.LOW, _S.POSITIVE): "Voice of the users: collect examples of what works.",
        (_I.LOW, _S.NEUTRAL): "Keep informed.",
        (_I.LOW, _S.NEGATIVE): "See that support answers, and note what comes back.",
    }
)


def people(known: Background) -> StakeholderMap:
    """Everybody who is known, those who decide first, with the lines between them."""
    rank = {influence: place for place, influence in enumerate(Influence)}
    ordered = sorted(known.stakeholders, key=lambda person: (rank[person.influence], person.name, person.id))
    mapped = tuple(
        MappedStakeholder(person.id, person.influence, person.sentiment, APPROACH[person.influence, person.sentiment])
        for person in ordered
    )
    return StakeholderMap(mapped, _lines(known), _summary(known))


def _lines(known: Background) -> tuple[MappedRelation, ...]:
    here = {person.id for person in known.stakeholders}
    lines = [
        MappedRelation(person.id, line.to_id, line.kind) for person in known.stakeholders for line in person.relations
    ]
    lines += [
        MappedRelation(person.id, person.reports_to_id, RelationKind.REPORTS_TO)
        for person in known.stakeholders
        if person.reports_to_id is not None
    ]
    drawn = dict.fromkeys(lines)
    return tuple(
        line for line in drawn if line.from_stakeholder_id != line.to_stakeholder_id and line.to_stakeholder_id in here
    )


def _summary(known: Background) -> str:
    if not known.stakeholders:
        return f"Nobody at {known.subject} is known yet. Add the people who decide, pay and use it."
    decide = [person for person in known.stakeholders if person.influence is Influence.HIGH]
    good = sum(person.sentiment is Sentiment.POSITIVE for person in decide)
    bad = sum(person.sentiment is Sentiment.NEGATIVE for person in decide)
    many = counted(len(known.stakeholders), "person", "people")
    return f"{many} known, {len(decide)} of high influence: {good} with us, {bad} against."
