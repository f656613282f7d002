"""What a plan costs: its lines with what people set of them, their sums, run-rates and payback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, Refused
from domain.flows.planning.cost_facts import CostFacts
from domain.flows.planning.cost_labor import labor_lines
from domain.flows.planning.cost_lessons import of_line, recalled_costs
from domain.flows.planning.cost_lines import draft_lines
from domain.flows.planning.cost_warnings import cost_warnings
from domain.flows.planning.results import CostsEstimated
from domain.flows.planning.revised import Revised, changed, choices_of, expect, with_choices
from domain.given import LONGEST_TEXT, Checking
from domain.override import recorded
from domain.planning.choices import CostChoice
from domain.planning.costing import DraftLine, PricedLine, Totals, payback_months, priced, totals
from domain.planning.plan import CostCategory, CostEstimate, CostLine, PartChanged
from domain.rates import rounded
from domain.source import Source

COSTS = "cost_estimation"
# As many digits as a decimal has before the point, and after it.
_LIMIT = Decimal(10) ** 15
_DECIMALS = 6
_ORDER = {category: index for index, category in enumerate(CostCategory)}
_SETTABLE = {"quantity": "quantity", "unit_cost": "unitCost"}


@dataclass(frozen=True, slots=True)
class CostGiven:
    """What a person wants of one line: of `given` the keys `quantity` and `unit_cost`.

    What `given` does not name stays as it is, None is as the rules say again.
    """

    line_id: str
    rationale: str
    given: Mapping[str, Decimal | None] = field(default_factory=dict)


def estimate_costs(call: PhaseCall) -> Outcome:
    """All lines and sums, with what people set of lines that are still there.

    Days of dual running and of staging are differences of dates: from the first day of preparation to the cut-over
    (the last migration day), and from the cut-over to the last day of hypercare, each without its last day; the
    cut-over is thus counted once, on the side of what ran before. Contingency is a percentage of the subtotal, and in
    low and high of the subtotal with low and high labour. Run-rates are those of the applications that a wave moves.
    """
    return _Estimating(call).outcome()


def override_cost_line(call: PhaseCall, wanted: CostGiven, expected_version: int | None) -> Revised:
    """The estimate with the line as the person says, or Refused with everything that is wrong.

    All else is as on the day of the estimate: prices do not move because a person changed another line.
    """
    checking = Checking()
    rationale = checking.needed(wanted.rationale, "rationale", longest=LONGEST_TEXT)
    _check(wanted, checking)
    estimate = call.portfolio.plan.cost
    before = next((line for line in call.portfolio.plan.cost_lines if line.id == wanted.line_id), None)
    if estimate is None or before is None:
        checking.wrong("There is no such cost line.", "lineId", code=ErrorCode.NOT_FOUND)
        raise Refused(checking.problems)
    checking.done()
    expect(estimate, expected_version, "cost estimate")
    estimated: CostsEstimated = call.results[COSTS]
    again = _Estimating(_chosen(replace(call, as_of=estimated.as_of), before, wanted.given, rationale))
    again.refuse_too_much(before.key, wanted.given)
    after = next((line for line in again.lines if line.key == before.key), before)
    outcome = again.outcome()
    saves = (choices_of(again.call), *outcome.saves, of_line(before, after, call.currency, rationale))
    override = recorded(call, estimate.id, _told(before), _told(after), rationale)
    return Revised(estimate.id, replace(outcome, saves=saves), override)


class _Estimating:
    """One estimate, from what the call shows."""

    def __init__(self, call: PhaseCall) -> None:
        self.call = call
        self.facts = CostFacts(call)
        self._held = {line.key: line for line in call.portfolio.plan.cost_lines}

    def outcome(self) -> Outcome:
        """What changed is saved, what is gone removed, ids stay."""
        keys = {line.key for line in self.lines}
        estimate = self.estimate
        lines = tuple(line for line in self.lines if line != self._held.get(line.key))
        saves = lines if estimate == self.call.portfolio.plan.cost else (estimate, *lines)
        recalled = recalled_costs(self.call, self.priced)
        return Outcome(
            result=_result(self.call, estimate, len(self.lines)),
            saves=saves,
            removes=tuple(line for key, line in self._held.items() if key not in keys),
            warnings=(*cost_warnings(self.facts, self._left_out), *recalled.warnings),
            used=recalled.used,
        )

    @cached_property
    def priced(self) -> tuple[PricedLine, ...]:
        """By category, then by wave; what belongs to no one wave comes last."""
        choices = {each.key: each for each in choices_of(self.call).cost_lines}
        drafts = sorted((*labor_lines(self.facts), *draft_lines(self.facts)), key=_place)
        return tuple(priced(draft, choices.get(draft.key), self.call.currency) for draft in drafts)

    @cached_property
    def lines(self) -> tuple[CostLine, ...]:
        """As they are stored, each with the id it had."""
        wave_ids = {wave.number: wave.id for wave in self.call.portfolio.plan.waves}
        return tuple(
            CostLine(
                id=self._held[each.draft.key].id if each.draft.key in self._held else self.call.new_id(),
                flow_id=self.call.flow_id,
                key=each.draft.key,
                position=position,
                category=each.draft.category,
                description=each.draft.description,
                quantity=each.quantity,
                unit=each.draft.unit,
                unit_cost=each.unit_cost,
                amount=each.amount,
                low_amount=each.low,
                high_amount=each.high,
                provenance=each.provenance,
                wave_id=None if each.draft.wave is None else wave_ids[each.draft.wave],
                overridden=each.overridden,
            )
            for position, each in enumerate(self.priced, 1)
        )

    @cached_property
    def totals(self) -> Totals:
        return totals(self.priced, self.call.configuration.contingency_percentage, self.call.currency)

    @cached_property
    def estimate(self) -> CostEstimate:
        """One version later where anything differs, with who changed it; the held one where nothing does."""
        held = self.call.portfolio.plan.cost
        if held is None:
            return self._fresh(self.call.new_id())
        fresh = self._fresh(held.id, held.last_change, held.version)
        fields = tuple(self._differing(held, fresh))
        return replace(fresh, last_change=changed(self.call, *fields), version=held.version + 1) if fields else held

    def refuse_too_much(self, key: str, given: Mapping[str, Any]) -> None:
        """What has more digits than an amount of money can have."""
        line = next((line for line in self.lines if line.key == key), None)
        held = self.call.portfolio.plan.cost
        grows = held is None or self.estimate.high > held.high
        if (line is not None and line.high_amount >= _LIMIT) or (grows and self.estimate.high >= _LIMIT):
            checking = Checking()
            for name in given:
                checking.wrong("The plan would cost a quadrillion or more.", _SETTABLE[name])
            checking.done()

    def _fresh(self, id: str, last_change: PartChanged | None = None, version: int = 1) -> CostEstimate:
        sums, (current, target) = self.totals, self._run_rates()
        return CostEstimate(
            id=id,
            flow_id=self.call.flow_id,
            subtotal=sums.subtotal,
            contingency_percentage=self.call.configuration.contingency_percentage,
            contingency=sums.contingency,
            total=sums.total,
            low=sums.low,
            high=sums.high,
            unassigned=sums.unassigned,
            source=Source.USER if any(line.overridden for line in self.priced) else Source.RULES,
            current_run_rate=current,
            target_run_rate=target,
            payback_months=payback_months(sums.total, current, target),
            last_change=last_change,
            version=version,
        )

    def _run_rates(self) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """A year's, now and then, of the applications of which both are known."""
        rates = [each.run_rates for each in self.facts.applications if each.run_rates]
        if not rates:
            return None, None
        now, then = (rounded(sum(side, Decimal(0)), self.call.currency) for side in zip(*rates, strict=True))
        return now, then

    def _differing(self, held: CostEstimate, fresh: CostEstimate) -> Iterator[str]:
        """Names as the estimate's readers know them."""
        if self.lines != tuple(sorted(self._held.values(), key=lambda line: line.position)):
            yield "lines"
        names = {"subtotal": "subtotal", "contingency_percentage": "contingencyPercentage", "total": "total"}
        names |= {
            "current_run_rate": "currentRunRate",
            "target_run_rate": "targetRunRate",
            "low": "low",
            "high": "high",
        }
        names |= {"contingency": "contingency", "unassigned": "unassigned", "payback_months": "paybackMonths"}
        yield from (shown for name, shown in names.items() if getattr(held, name) != getattr(fresh, name))

    @property
    def _left_out(self) -> Sequence[CostChoice]:
        """What people set of lines that are gone."""
        keys = {each.draft.key for each in self.priced}
        return [each for each in choices_of(self.call).cost_lines if each.key not in keys]


def _place(draft: DraftLine) -> tuple[int, bool, int, str]:
    return _ORDER[draft.category], draft.wave is None, draft.wave or 0, draft.key


def _result(call: PhaseCall, estimate: CostEstimate, lines: int) -> CostsEstimated:
    return CostsEstimated(
        as_of=call.as_of,
        currency=call.currency,
        lines=lines,
        subtotal=estimate.subtotal,
        contingency=estimate.contingency,
        total=estimate.total,
        low=estimate.low,
        high=estimate.high,
    )


def _check(wanted: CostGiven, checking: Checking) -> None:
    if not wanted.given:
        checking.wrong("Say what to change: the quantity, the unit cost or both.")
    for name, value in wanted.given.items():
        if value is None:
            continue
        exponent = value.as_tuple().exponent
        if not value.is_finite() or not 0 <= value < _LIMIT:
            checking.wrong("This must be nought or more, and less than a quadrillion.", _SETTABLE[name])
        elif isinstance(exponent, int) and value.normalize().as_tuple().exponent < -_DECIMALS:  # type: ignore[operator]
            checking.wrong(f"This has at most {_DECIMALS} digits after the point.", _SETTABLE[name])


def _chosen(call: PhaseCall, line: CostLine, given: Mapping[str, Decimal | None], rationale: str) -> PhaseCall:
    """The call with the person's numbers among the choices; none are kept of a line that is the rules' again."""
    choices = choices_of(call)
    held = next((each for each in choices.cost_lines if each.key == line.key), CostChoice(line.key))
    wanted = replace(held, rationale=rationale, **given)  # type: ignore[arg-type]
    others = tuple(each for each in choices.cost_lines if each.key != line.key)
    kept = () if wanted.quantity is None and wanted.unit_cost is None else (wanted,)
    lines = tuple(sorted((*others, *kept), key=lambda each: each.key))
    return with_choices(call, replace(choices, cost_lines=lines))


def _told(line: CostLine) -> dict[str, Any]:
    """What of a line an override tells: a JSON value."""
    return {
        "line": line.key,
        "description": line.description,
        "quantity": f"{line.quantity:f}",
        "unitCost": f"{line.unit_cost:f}",
        "amount": f"{line.amount:f}",
        "overridden": line.overridden,
    }
