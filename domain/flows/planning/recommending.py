"""What a plan says should be done: rules over its parts, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from domain.debt import Severity
from domain.definition import PhaseCall
from domain.flows.planning.facts import blackouts_of, not_planned, planned_applications
from domain.planning.calendar import Blackout
from domain.planning.plan import Plan, PlanActivity, Priority, Recommendation, SkillGap
from domain.planning.wave_phases import WavePhase
from domain.planning.wording import counted, listed

_SHOWN = 5
# Ours: what takes longer to pay for itself had better be argued for otherwise.
LONG_PAYBACK_MONTHS = 36
# Ours: from so many applications on, one wave with most of them is a risk of its own.
HUGE_WAVE = 6
_HALF = 2
# Ours: a cut-over closer to a blackout leaves no time to put right what went wrong.
BLACKOUT_MARGIN = timedelta(days=7)
_RANK = {priority: rank for rank, priority in enumerate(Priority)}
_BAD = frozenset({Severity.CRITICAL, Severity.HIGH})


def recommendations(call: PhaseCall) -> tuple[Recommendation, ...]:
    """Of equal priority in the order of the rules."""
    found = (each for rule in _RULES for each in rule(call, call.portfolio.plan))
    return tuple(sorted(found, key=lambda each: _RANK[each.priority]))


def _violations(_call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    broken = plan.wave_plan.violations if plan.wave_plan else ()
    if broken:
        title = f"Mend {counted(len(broken), 'broken constraint')}"
        yield Recommendation(title, _told([each.message for each in broken]), Priority.URGENT)


def _pools_over(call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    over = [each for each in plan.allocations if each.over_allocated]
    if over:
        pools = {each.id: each.name for each in call.portfolio.pools}
        waves = {each.id: each.name for each in plan.waves}
        rows = sorted(f"{pools.get(e.pool_id, 'A pool')} in {waves.get(e.wave_id, 'a wave')}" for e in over)
        detail = f"{listed(rows)}: more hours than there are. Add people, move the wave, or shift hours."
        title = f"Relieve {counted(len({each.pool_id for each in over}), 'over-booked pool')}"
        yield Recommendation(title, detail, Priority.URGENT)
    elif plan.timeline and not plan.timeline.resource_feasible:
        detail = "On some days the timeline asks a pool for more hours than it has. Unpin activities or add people."
        yield Recommendation("Relieve the over-booked pools", detail, Priority.URGENT)


def _changed_decisions(call: PhaseCall, _plan: Plan) -> Iterator[Recommendation]:
    names = _names(call)
    stale = sorted(
        names[e.application_id] for e in call.portfolio.accepted if e.changed_facts and e.application_id in names
    )
    if stale:
        detail = f"Facts changed since they were decided: {listed(stale)}. Assess them again, or accept them anew."
        title = f"Look again at {counted(len(stale), 'decision')}"
        yield Recommendation(title, detail, Priority.URGENT)


def _close_decisions(call: PhaseCall, _plan: Plan) -> Iterator[Recommendation]:
    close = sorted(each.application.name for each in planned_applications(call) if each.decision.too_close_to_call)
    if close:
        detail = f"Their strategy is too close to call, and hours and costs hang on it: {listed(close)}."
        yield Recommendation(f"Settle {counted(len(close), 'close decision')}", detail, Priority.HIGH)


def _unassigned(call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    placed = {each.application_id for each in plan.placed}
    staying = {each.id for each in not_planned(call)}
    left = sorted(e.name for e in call.portfolio.applications if e.id not in placed and e.id not in staying)
    if left:
        detail = f"They move in no wave, and are in no date and no cost: {listed(left)}."
        yield Recommendation(f"Put {counted(len(left), 'application')} into waves", detail, Priority.HIGH)


def _waived(_call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    waived = plan.wave_plan.waived if plan.wave_plan else ()
    if waived:
        title = f"Check {counted(len(waived), 'constraint')} that moves overruled"
        yield Recommendation(title, _told(waived), Priority.HIGH)


def _skill_gaps(_call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    gaps = plan.resource_plan.skill_gaps if plan.resource_plan else ()
    for priority, own in (
        (Priority.HIGH, [gap for gap in gaps if gap.severity in _BAD]),
        (Priority.MEDIUM, [gap for gap in gaps if gap.severity not in _BAD]),
    ):
        if own:
            title = f"Close {counted(len(own), 'skill gap')}"
            yield Recommendation(title, _told([_gap(gap, plan) for gap in own]), priority)


def _gap(gap: SkillGap, plan: Plan) -> str:
    wave = next((each.name for each in plan.waves if each.id == gap.wave_id), "a wave")
    return f"{gap.skill} in {wave}: {gap.suggestion}"


def _payback(call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    cost = plan.cost
    if cost is None:
        return
    months, current, target = cost.payback_months, cost.current_run_rate, cost.target_run_rate
    if current is None or target is None:
        detail = "Record what the applications cost a year, their users and their data volume, to learn the payback."
        yield Recommendation("Learn the run-rates", detail, Priority.LOW)
    elif months is None:
        detail = (
            f"It runs for {target:,f} {call.currency} a year instead of {current:,f}. Say what else the move is worth."
        )
        yield Recommendation("Make the case without a payback", detail, Priority.HIGH)
    elif months > LONG_PAYBACK_MONTHS:
        detail = f"It takes {months:,.1f} months. Look for cheaper strategies, or for what is retired instead."
        yield Recommendation("Shorten the payback", detail, Priority.MEDIUM)


def _suggested_pools(call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    used = {each.pool_id for each in plan.allocations if each.hours}
    names = sorted(each.name for each in call.portfolio.pools if each.suggested and each.id in used)
    if names:
        detail = f"Dates and costs rest on pools that the product proposed: {listed(names)}. Confirm or correct them."
        yield Recommendation("Confirm the proposed pools", detail, Priority.MEDIUM)


def _huge_wave(_call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    for wave in sorted(plan.waves, key=lambda wave: wave.number):
        count = sum(each.wave_id == wave.id for each in plan.placed)
        if count >= HUGE_WAVE and _HALF * count > len(plan.placed):
            detail = (
                f"{count} of {len(plan.placed)} applications cut over together. A lower limit would spread the risk."
            )
            yield Recommendation(f"Divide {wave.name}", detail, Priority.MEDIUM)


def _blackouts(call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    pressed = list(_pressed(call, plan))
    if pressed:
        title = f"Give {counted(len(pressed), 'wave')} room before a blackout"
        yield Recommendation(title, _told(pressed), Priority.MEDIUM)


def _pressed(call: PhaseCall, plan: Plan) -> Iterator[str]:
    """Waves whose migration a blackout interrupts, or that cut over shortly before one: of each the first such."""
    names = {each.id: each.name for each in plan.waves}
    blackouts = sorted(blackouts_of(call), key=lambda each: each.starts_on)
    migrations = [each for each in plan.activities if each.phase is WavePhase.MIGRATION]
    for bar in sorted(migrations, key=lambda each: (each.starts_on, each.key)):
        told = (_press(bar, names[bar.wave_id], blackout) for blackout in blackouts)
        first = next((each for each in told if each), None)
        if first:
            yield first


def _press(bar: PlanActivity, wave: str, blackout: Blackout) -> str | None:
    span = f"{blackout.starts_on.isoformat()} to {blackout.ends_on.isoformat()}"
    if bar.starts_on <= blackout.ends_on and blackout.starts_on <= bar.ends_on:
        return f"The migration of {wave} stops for the blackout from {span}."
    if timedelta(0) < blackout.starts_on - bar.ends_on <= BLACKOUT_MARGIN:
        return f"{wave} cuts over on {bar.ends_on.isoformat()}, shortly before the blackout from {span}."
    return None


def _staying(call: PhaseCall, _plan: Plan) -> Iterator[Recommendation]:
    names = sorted(each.name for each in not_planned(call))
    if names:
        detail = f"By their decisions they stay or end, or none is accepted any more: {listed(names)}."
        title = f"Take {counted(len(names), 'application')} out of the plan"
        yield Recommendation(title, detail, Priority.MEDIUM)


def _pilot(call: PhaseCall, plan: Plan) -> Iterator[Recommendation]:
    if call.configuration.pilot_wave and plan.placed and not any(wave.pilot for wave in plan.waves):
        detail = "No first wave is small and of low risk. Moving a few simple applications first teaches the team."
        yield Recommendation("Begin with a pilot", detail, Priority.LOW)


_RULES: Sequence[Callable[[PhaseCall, Plan], Iterator[Recommendation]]] = (
    _violations,
    _pools_over,
    _changed_decisions,
    _unassigned,
    _close_decisions,
    _waived,
    _skill_gaps,
    _payback,
    _suggested_pools,
    _huge_wave,
    _blackouts,
    _staying,
    _pilot,
)


def _names(call: PhaseCall) -> dict[str, str]:
    return {each.id: each.name for each in call.portfolio.applications}


def _told(sentences: Sequence[str]) -> str:
    rest = len(sentences) - _SHOWN
    return " ".join(sentences[:_SHOWN]) + (f" And {rest:,} more." if rest > 0 else "")
