"""Forms to assess a customer or a portfolio by, filled in as far as the facts go."""

from __future__ import annotations

from collections.abc import Iterator

from domain.artifacts.background import Background
from domain.artifacts.drafting.facts import days_left, quiet_for, share
from domain.artifacts.shapes import AnswerKind, AssessmentForm, FormQuestion, FormSection
from domain.customer import Influence, Sentiment
from domain.task import ENDED

_K = AnswerKind
_KNOWN = "From what is known of the customer."
_MOST_APPLICATIONS = 25


def form(known: Background) -> AssessmentForm:
    """Of the customer, or of what the flow is over."""
    sections: tuple[FormSection, ...]
    if known.customer is not None:
        sections = (_relationship(known), _value(known), _commercial(known), _outlook())
    else:
        sections = (_scope(known), *_applications(known), _readiness(known))
    return AssessmentForm(sections, f"Assessment of {known.subject}, filled in as far as the facts go.")


def _relationship(known: Background) -> FormSection:
    decide = [person for person in known.stakeholders if person.influence is Influence.HIGH]
    sponsor = any(person.sentiment is Sentiment.POSITIVE for person in decide) if known.stakeholders else None
    quiet = quiet_for(known)
    return FormSection(
        "Relationship",
        (
            FormQuestion("sponsor", "Is there a sponsor who decides?", _K.YES_NO, required=True, answer=sponsor),
            FormQuestion("people_known", "How many people there are known?", _K.NUMBER, answer=len(known.stakeholders)),
            FormQuestion("days_since_contact", "Days since the last contact", _K.NUMBER, answer=quiet),
            FormQuestion("relationship", "How good is the relationship?", _K.SCORE, required=True),
        ),
    )


def _value(known: Background) -> FormSection:
    usage, engagement = (known.customer.usage, known.customer.engagement) if known.customer else (None, None)
    rate = usage.utilization_rate if usage else None
    return FormSection(
        "Value and use",
        (
            FormQuestion(
                "utilization",
                "How much of what is licensed is used?",
                _K.TEXT,
                answer=None if rate is None else share(rate),
                note=None if rate is None else _KNOWN,
            ),
            FormQuestion("active_users", "Active users", _K.NUMBER, answer=usage.active_users if usage else None),
            FormQuestion(
                "open_tickets", "Open tickets", _K.NUMBER, answer=engagement.open_tickets if engagement else None
            ),
            FormQuestion("outcomes", "Which outcomes has the customer reached with it?", _K.TEXT, required=True),
            FormQuestion("value", "How well does the customer see the value?", _K.SCORE, required=True),
        ),
    )


def _commercial(known: Background) -> FormSection:
    said, days = known.extraction, days_left(known)
    return FormSection(
        "Contract and renewal",
        (
            FormQuestion("days_to_renewal", "Days until the renewal", _K.NUMBER, answer=days),
            FormQuestion("contract_read", "Has the contract been read?", _K.YES_NO, answer=said is not None),
            FormQuestion(
                "auto_renews",
                "Does the contract renew by itself?",
                _K.YES_NO,
                answer=said.auto_renews if said else None,
            ),
            FormQuestion("budget", "Is the budget confirmed?", _K.YES_NO, required=True),
            FormQuestion("competition", "Who else is being looked at?", _K.TEXT),
        ),
    )


def _outlook() -> FormSection:
    likely = ("certain", "likely", "open", "unlikely")
    return FormSection(
        "Outlook",
        (
            FormQuestion("renewal", "How likely is it that the customer stays?", _K.CHOICE, likely, required=True),
            FormQuestion("risks", "What could go wrong?", _K.TEXT, required=True),
            FormQuestion("growth", "Where could it grow?", _K.TEXT),
        ),
    )


def _scope(known: Background) -> FormSection:
    return FormSection(
        "Scope",
        (
            FormQuestion("applications", "Applications", _K.NUMBER, answer=len(known.flow.application_ids)),
            FormQuestion("goal", "What is to be reached, and by when?", _K.TEXT, required=True),
            FormQuestion("out_of_scope", "What is left out on purpose?", _K.TEXT),
        ),
    )


def _applications(known: Background) -> Iterator[FormSection]:
    asked = [
        FormQuestion(f"gap_{number}", f"{application.name}: {gap}"[:2_000], _K.TEXT)
        for number, (application, gap) in enumerate(
            ((each, gap) for each in known.applications for gap in each.readiness_gaps), start=1
        )
    ]
    if asked:
        yield FormSection("What is missing", tuple(asked[: 4 * _MOST_APPLICATIONS]))


def _readiness(known: Background) -> FormSection:
    left = sum(task.status not in ENDED for task in known.tasks)
    return FormSection(
        "Readiness",
        (
            FormQuestion("open_tasks", "Open tasks", _K.NUMBER, answer=left),
            FormQuestion("warnings", "Warnings of the flow", _K.NUMBER, answer=len(known.flow.warnings)),
            FormQuestion("owners", "Has every application an owner who knows of this?", _K.YES_NO, required=True),
            FormQuestion("confidence", "How sure are you of what is known?", _K.SCORE, required=True),
            FormQuestion("risks", "What could go wrong?", _K.TEXT, required=True),
        ),
    )
