"""What the rules reply where no model does: the facts that a message asks about, and what its step asks for next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from domain.conversation.setting import Fact, Setting

_WORD = re.compile(r"[^\W_]+")
_MOST_FACTS = 12
# What people call it, by the beginnings of words; what they mean, by the beginnings of paths.
_MEANT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "renew": ("renewal.", "contract.endsOn", "contract.autoRenews"),
        "expir": ("renewal.date", "renewal.daysUntil", "contract.endsOn"),
        "deadline": ("renewal.date", "renewal.daysUntil", "contract.daysUntilNotice"),
        "when": ("renewal.date", "renewal.daysUntil", "engagement.nextReviewOn"),
        "stage": ("renewal.stage", "renewal.daysUntil"),
        "arr": ("customer.arr", "financials."),
        "revenue": ("customer.arr", "financials."),
        "spend": ("customer.arr", "financials.", "contract.value"),
        "pric": ("customer.arr", "financials.", "contract.value", "contract.priceCapPercent"),
        "discount": ("customer.arr", "contract.value", "contract.priceCapPercent"),
        "cap": ("contract.priceCapPercent",),
        "grow": ("financials.", "usage.", "customer.opportunityScore"),
        "usage": ("usage.",),
        "use": ("usage.",),
        "adopt": ("usage.",),
        "licen": ("usage.",),
        "contact": ("engagement.", "stakeholders."),
        "meet": ("engagement.", "stakeholders."),
        "review": ("engagement.",),
        "ticket": ("engagement.openTickets",),
        "support": ("engagement.openTickets", "stakeholders.supporters"),
        "issue": ("engagement.openTickets",),
        "who": ("stakeholders.", "customer.owner", "work.assignedTo"),
        "people": ("stakeholders.",),
        "person": ("stakeholders.",),
        "stakeholder": ("stakeholders.",),
        "champion": ("stakeholders.supporters", "stakeholders.influential"),
        "sponsor": ("stakeholders.supporters", "stakeholders.influential"),
        "critic": ("stakeholders.critics",),
        "decid": ("stakeholders.influential",),
        "owner": ("customer.owner", "work.assignedTo"),
        "contract": ("contract.",),
        "notice": ("contract.noticeDays", "contract.daysUntilNotice"),
        "terminat": ("contract.noticeDays", "contract.endsOn"),
        "term": ("contract.",),
        "risk": ("customer.riskScore", "customer.healthScore", "engagement.openTickets", "usage.trend"),
        "churn": ("customer.riskScore", "customer.healthScore", "usage.trend", "stakeholders.critics"),
        "health": ("customer.healthScore", "customer.riskScore", "usage."),
        "opportun": ("customer.opportunityScore", "usage.", "financials.trend"),
        "expand": ("customer.opportunityScore", "usage.", "customer.accountPlan"),
        "upsell": ("customer.opportunityScore", "usage."),
        "plan": ("customer.accountPlan",),
        "score": ("customer.riskScore", "customer.opportunityScore", "customer.healthScore"),
        "trend": ("financials.trend", "usage.trend"),
    }
)
# What anybody should see who asks for nothing in particular.
_USUAL = ("renewal.date", "renewal.daysUntil", "customer.arr", "customer.healthScore", "customer.riskScore")


def replied(setting: Setting, message: str, turn: int) -> str:
    """A reply to a message. `turn` counts the replies of the thread so far: each asks for another thing of the step."""
    found = asked_about(setting.facts, message)
    usual = tuple(fact for fact in setting.facts if fact.path in _USUAL)
    known = found or (usual if turn == 0 else ())
    parts = [_known(setting.customer, known, asked=bool(found))] if known else []
    if not found and turn == 0 and setting.description:
        parts.append(f"At this step, {setting.title}: {setting.description}")
    parts.append(_onward(setting, turn))
    return "\n\n".join(parts)


def asked_about(facts: Iterable[Fact], message: str) -> tuple[Fact, ...]:
    """The facts that a message names, by what they are called or by what people call them."""
    words = {word.lower() for word in _WORD.findall(message)}
    meant = [paths for start, paths in _MEANT.items() if any(word.startswith(start) for word in words)]
    wanted = tuple(path for paths in meant for path in paths)
    found = [fact for fact in facts if fact.path.startswith(wanted) or _named(fact, words)]
    return tuple(found)[:_MOST_FACTS]


def _named(fact: Fact, words: set[str]) -> bool:
    """Everything of its own name was said; a name of one short word is too easily said by chance."""
    own = {word.lower() for word in _WORD.findall(fact.label.partition(", ")[2])}
    return bool(own) and own <= words and any(len(word) > 3 for word in own)  # noqa: PLR2004 - a short word


def _known(customer: str, facts: Iterable[Fact], *, asked: bool) -> str:
    head = "What is known of this" if asked else "What is known"
    return "\n".join([f"{head} at {customer}:", *(f"- {fact.label}: {fact.text}" for fact in facts)])


def _onward(setting: Setting, turn: int) -> str:
    """The next thing that the step asks for, until all of it was asked; then how to end it."""
    if turn < len(setting.prompts):
        return f"To go on with {setting.title}: {setting.prompts[turn]}"
    then = f" Next comes {setting.following}." if setting.following else ""
    return f"That was all that {setting.title} asks for. Complete this thread with what it came to.{then}"


def fixed(setting: Setting) -> str:
    """What a branch with a fixed reply says, and what comes next."""
    branch = setting.branch
    response = (branch.response if branch else None) or f"Noted for {setting.title}."
    then = f"Next: {setting.following}." if setting.following else "This was the last step."
    return f"{response}\n\n{then}"
