"""From the components' treatments to the application's strategy, by shares of reference effort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.application import Component
from domain.decision import Strategy
from domain.sixr.factors import OPTIONS, Option
from domain.sixr.verdict import named

ENOUGH = Fraction(1, 5)
MOST = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class RolledUp:
    """The application's strategy, the rule that gave it, why, and the components that are treated otherwise."""

    option: Option
    rule: str
    because: str
    dissenting: tuple[str, ...]


def roll_up(
    components: Sequence[Component], options: Mapping[str, Option], reference: Mapping[str, Fraction]
) -> RolledUp:
    """One strategy for all. `options` and `reference` are by the components' ids.

    What is retired is left out, unless it is everything. RETAIN wins where it holds a fifth, or where the rest needs
    it; it is never turned into a move.
    """
    kept = [part for part in components if options[part.id][0] is not Strategy.RETIRE]
    option, rule, because = _chosen(kept, options, reference)
    dissenting = tuple(part.id for part in components if options[part.id][0] is not option[0])
    return RolledUp(option, rule, because, dissenting)


def _chosen(
    kept: Sequence[Component], options: Mapping[str, Option], reference: Mapping[str, Fraction]
) -> tuple[Option, str, str]:
    if not kept:
        return (Strategy.RETIRE, None), "ROLL-UP-RETIRE", "Every component is retired."
    whole = sum((reference[part.id] for part in kept), Fraction(0))
    shares = {part.id: reference[part.id] / whole for part in kept}
    stays = {part.id for part in kept if options[part.id][0] is Strategy.RETAIN}
    staying = sum((shares[part_id] for part_id in stays), Fraction(0))
    if staying >= ENOUGH:
        return (Strategy.RETAIN, None), "ROLL-UP-RETAIN", f"Components that stay hold {_percent(staying)}."
    if any(stays.intersection(part.depends_on) for part in kept if part.id not in stays):
        return (Strategy.RETAIN, None), "ROLL-UP-RETAIN", "The rest needs a component that stays."
    bought = sum((shares[part.id] for part in kept if options[part.id][0] is Strategy.REPURCHASE), Fraction(0))
    if bought > MOST:
        return (Strategy.REPURCHASE, None), "ROLL-UP-REPURCHASE", f"Components to buy hold {_percent(bought)}."
    return _deepest(kept, options, shares)


def _deepest(
    kept: Sequence[Component], options: Mapping[str, Option], shares: Mapping[str, Fraction]
) -> tuple[Option, str, str]:
    """The deepest treatment that holds a fifth together with those deeper still."""
    held = Fraction(0)
    for option in reversed(OPTIONS):
        held += sum((shares[part.id] for part in kept if options[part.id] == option), Fraction(0))
        if held >= ENOUGH:
            return option, "ROLL-UP-DEPTH", f"{named(option)} or deeper holds {_percent(held)}."
    # Not reached: what stays holds less than a fifth and what is bought at most a half.
    return OPTIONS[0], "ROLL-UP-DEPTH", "Nothing goes deeper than a rehost."


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.0f} % of the effort"
