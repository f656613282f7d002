"""How urgent a workflow is: a number made of factors, each with its points and a sentence, and the order of work.

priority = round(((base + bonus) x ARR x plan x experience) - workload), then the escalation. Every step is exact, so
that what lies on a half is rounded up wherever it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal
from functools import reduce

from domain.access import Experience
from domain.customer import Customer
from domain.customer_success.determination import renewal_stage, score_for
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.scoring_rules import DEFAULTS, OpportunityRule, RiskRule, ScoringRules, exact
from domain.customer_success.wording import amount, counted, renewal_in
from domain.natural_key import natural_key

# More digits than five factors with as many as a float has can make of each other.
_EXACT = Context(prec=120)
_ONE, _NOUGHT, _HALF = Decimal(1), Decimal(0), Decimal("0.5")
_KINDS = {kind: rank for rank, kind in enumerate(WorkflowKind)}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose work it is. An unknown experience counts as MID.

    `other_workflows` are those that he has started and that have neither ended nor are snoozed, the one that is
    weighed left out. One that nobody has started is none of them: it has no end and cannot be snoozed, and a queue
    of two hundred would take itself down to nought.
    """

    experience: Experience | None = None
    other_workflows: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """One workflow of a customer as it is weighed. `today` is the engagement's."""

    kind: WorkflowKind
    customer: Customer
    today: date
    owner: Owner = field(default_factory=Owner)
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a score: its own number, what it adds to the score where it stands, and a sentence about it.

    The points of all factors together are the total.
    """

    key: str
    number: Decimal
    points: Decimal
    because: str


@dataclass(frozen=True, slots=True)
class PriorityScore:
    """The total and what it is made of, as `score` makes them of each other. Only renewals have a `stage`.

    A renewal without a date, which only a person can start, counts as the furthest away. `unrounded` is the formula
    before it is rounded, which may be below nought; the escalation comes after that and after the floor, so that it
    always counts in full. `rules` are what it was made by, for its sentences.
    """

    work: Work
    rules: ScoringRules = field(compare=False, repr=False)
    stage: RenewalStage | None
    base_score: Decimal
    stage_bonus: Decimal
    arr_multiplier: Decimal
    plan_multiplier: Decimal
    experience_multiplier: Decimal
    workload_penalty: Decimal
    escalation_bonus: Decimal
    unrounded: Decimal
    total: int

    @property
    def rounded(self) -> int:
        """The total of what nobody has escalated."""
        return self.total - int(self.escalation_bonus)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Each of them in the order of the formula, those that change nothing included."""
        return tuple(_factors(self))

    @property
    def explanation(self) -> str:
        """The whole sum in a sentence."""
        formula = (
            f"{_subject(self)}: {_start(self)}"
            f" x {amount(self.arr_multiplier)} for the ARR x {amount(self.plan_multiplier)} for the plan"
            f" x {amount(self.experience_multiplier)} for experience"
            f" - {amount(self.workload_penalty)} for {_others(self.work.owner)} = {amount(self.unrounded)}"
        )
        escalated = f", and {amount(self.escalation_bonus)} for the escalation makes {self.total}"
        return f"{formula}{_rounding(self)}{escalated if self.work.escalated else ''}."


def score(work: Work, rules: ScoringRules = DEFAULTS) -> PriorityScore:
    """The workflow's priority by those rules."""
    customer = work.customer
    stage = renewal_stage(customer, work.today, rules) if work.kind is WorkflowKind.RENEWAL else None
    base, bonus = _base(work, stage, rules), _bonus(work, stage, rules)
    arr = _arr_multiplier(customer, rules)
    plan = exact(getattr(rules.plan, (customer.account_plan or "NONE").lower()))
    experience = exact(getattr(rules.experience, (work.owner.experience or Experience.MID).lower()))
    workload = _EXACT.multiply(exact(rules.per_other_workflow), Decimal(work.owner.other_workflows))
    escalation = rules.escalation if work.escalated else 0
    product = _product(_EXACT.add(base, bonus), arr, plan, experience)
    unrounded = _EXACT.subtract(product, workload)
    return PriorityScore(
        work=work,
        rules=rules,
        stage=stage,
        base_score=base,
        stage_bonus=bonus,
        arr_multiplier=arr,
        plan_multiplier=plan,
        experience_multiplier=experience,
        workload_penalty=workload,
        escalation_bonus=Decimal(escalation),
        unrounded=unrounded,
        total=_rounded(unrounded) + escalation,
    )


def _product(first: Decimal, *factors: Decimal) -> Decimal:
    return reduce(_EXACT.multiply, factors, first)


def _rounded(number: Decimal) -> int:
    """Half up, and never below 0."""
    return max(0, int(_EXACT.add(number, _HALF).to_integral_value(ROUND_FLOOR)))


def order_of(scored: PriorityScore) -> tuple[int, date, str, str, int]:
    """What work is sorted by: the most urgent first, then the earlier renewal, then the name.

    Who has no renewal date comes after those who have one. Two customers of one name, and two workflows of one
    customer, always stand in the same order too: by id, and by kind.
    """
    customer = scored.work.customer
    renewal = customer.renewal_date or date.max
    return -scored.total, renewal, natural_key(customer.name), customer.id, _KINDS[scored.work.kind]


def _base(work: Work, stage: RenewalStage | None, rules: ScoringRules) -> Decimal:
    if work.kind is WorkflowKind.RENEWAL:
        return exact(getattr(rules.renewal_base, (stage or RenewalStage.MONITOR).lower()))
    if work.kind is WorkflowKind.STRATEGIC:
        # A plan that has no points of its own has those of the others, as none has.
        plan = (work.customer.account_plan or "other").lower()
        return exact(getattr(rules.strategic, plan, rules.strategic.other))
    rule = _scored_rule(work.kind, rules)
    points = _EXACT.multiply(exact(rule.per_point), exact(score_for(work.kind, work.customer) or _NOUGHT))
    return _EXACT.add(exact(rule.base), points)


def _scored_rule(kind: WorkflowKind, rules: ScoringRules) -> OpportunityRule | RiskRule:
    return rules.opportunity if kind is WorkflowKind.OPPORTUNITY else rules.risk


def _bonus(work: Work, stage: RenewalStage | None, rules: ScoringRules) -> Decimal:
    if work.kind is not WorkflowKind.RENEWAL:
        return _NOUGHT
    return exact(getattr(rules.renewal_bonus, (stage or RenewalStage.MONITOR).lower()))


def _arr_multiplier(customer: Customer, rules: ScoringRules) -> Decimal:
    """That of the highest tier which the ARR reaches, in whatever order they stand."""
    reached = [tier for tier in rules.arr_tiers if customer.arr >= exact(tier.from_arr)]
    highest = max(reached, key=lambda tier: tier.from_arr, default=None)
    return exact(rules.arr_otherwise if highest is None else highest.multiplier)


def _factors(scored: PriorityScore) -> Iterator[Factor]:
    base, bonus = scored.base_score, scored.stage_bonus
    yield Factor("base", base, base, f"{_subject(scored)}: {_base_sum(scored)} points.")
    yield Factor("stageBonus", bonus, bonus, _bonus_sentence(scored))
    running = _EXACT.add(base, bonus)
    for key, number, what in _multipliers(scored):
        points = _EXACT.multiply(running, _EXACT.subtract(number, _ONE))
        running = _EXACT.add(running, points)
        yield Factor(key, number, points, f"{what}: times {amount(number)}.")
    workload, others = scored.workload_penalty, _others(scored.work.owner)
    yield Factor("workload", workload, -workload, f"{others[0].upper()}{others[1:]}: {amount(workload)} points less.")
    rest = _EXACT.subtract(Decimal(scored.rounded), scored.unrounded)
    if rest:
        how = "A score is never below 0." if scored.unrounded < 0 else "Rounded half up to a whole number."
        yield Factor("rounding", rest, rest, how)
    extra = scored.escalation_bonus
    said = f"Escalated: {amount(extra)} points on top." if scored.work.escalated else "Not escalated."
    yield Factor("escalation", extra, extra, said)


def _multipliers(scored: PriorityScore) -> Iterator[tuple[str, Decimal, str]]:
    customer, experience = scored.work.customer, scored.work.owner.experience
    plan = f"The account plan {customer.account_plan}" if customer.account_plan else "No account plan"
    owner = f"The owner's experience {experience}" if experience else "An unknown experience, taken for MID"
    yield "arr", scored.arr_multiplier, f"An ARR of {amount(customer.arr)}"
    yield "plan", scored.plan_multiplier, plan
    yield "experience", scored.experience_multiplier, owner


def _bonus_sentence(scored: PriorityScore) -> str:
    if scored.work.kind is not WorkflowKind.RENEWAL:
        return "Only renewals have a bonus."
    return f"{scored.stage or RenewalStage.MONITOR}: {amount(scored.stage_bonus)} points more."


def _subject(scored: PriorityScore) -> str:
    work = scored.work
    if work.kind is WorkflowKind.RENEWAL:
        days = work.customer.days_until_renewal(work.today)
        return f"{renewal_in(days)} ({scored.stage})" if scored.stage else f"{renewal_in(days)}, taken for MONITOR"
    if work.kind is WorkflowKind.STRATEGIC:
        plan = work.customer.account_plan
        return f"Strategic work with the account plan {plan}" if plan else "Strategic work without an account plan"
    name, known = work.kind.capitalize(), score_for(work.kind, work.customer)
    return f"{name} score unknown" if known is None else f"{name} score {amount(known)}"


def _rounding(scored: PriorityScore) -> str:
    if scored.unrounded < 0:
        return ", which counts as 0"
    return f", rounded to {scored.rounded}" if scored.unrounded != scored.rounded else ""


def _start(scored: PriorityScore) -> str:
    """What is multiplied, as the sum that it is."""
    if scored.work.kind is WorkflowKind.RENEWAL:
        return f"({amount(scored.base_score)} + {amount(scored.stage_bonus)} bonus)"
    made_of = _made_of(scored)
    return f"({made_of})" if made_of else amount(scored.base_score)


def _base_sum(scored: PriorityScore) -> str:
    made_of, base = _made_of(scored), amount(scored.base_score)
    return f"{made_of} = {base}" if made_of else base


def _made_of(scored: PriorityScore) -> str | None:
    """A base by a score, as a sum; None where the base is one number of the rules."""
    known = score_for(scored.work.kind, scored.work.customer)
    if known is None:
        return None
    rule = _scored_rule(scored.work.kind, scored.rules)
    return f"{amount(exact(rule.base))} + {amount(exact(rule.per_point))} x {amount(exact(known))}"


def _others(owner: Owner) -> str:
    return counted(owner.other_workflows, "other workflow of the owner", "other workflows of the owner")
