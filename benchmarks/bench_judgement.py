"""How often the rules choose what an architect would: on the development half, and on the holdout half if asked."""

from __future__ import annotations

from collections.abc import Sequence

from domain.decision import RefactorDepth, Strategy
from tests.judgement.judging import Judged, agreement, always, confusion, judge
from tests.judgement.table import RICH, SPARSE, Half, keys_of

_GOAL = 0.85
_TABLES = (("rich rows", RICH), ("sparse rows", SPARSE))
_FORGOTTEN = (("move",), ("platform",), ("change",), ("controls",), ("move", "platform", "change", "controls"))


def report(*, holdout: bool) -> None:
    """Agreement, the baseline, the confusion matrix and every disagreement, of each half of each table."""
    for name, files in _TABLES:
        for half in (Half.DEVELOPMENT, Half.HOLDOUT) if holdout else (Half.DEVELOPMENT,):
            _tell(f"{name}, {half}", judge(half, files=files))
    _tell_forgetting()
    if not holdout:
        print("  The holdout half is evaluated with --holdout: once, after the last change to the rules.")


def _tell(which: str, judged: Sequence[Judged]) -> None:
    share, agreed = agreement(judged), sum(each.agrees for each in judged)
    verdict = "reached" if share >= _GOAL else "NOT REACHED"
    print(f"  {which}: {agreed} of {len(judged)} agree, {share:.1%} (goal {_GOAL:.0%}: {verdict})")
    print(f"    always REHOST would reach {always(Strategy.REHOST, judged):.1%}")
    close = [each for each in judged if each.decision.too_close_to_call]
    agreed_close = sum(each.agrees for each in close)
    print(f"    {len(close)} are too close to call and left to a person; {agreed_close} of them agree")
    _tell_matrix(judged)
    for each in judged:
        if not each.agrees:
            _tell_disagreement(each)


def _tell_forgetting() -> None:
    """How the rich development half fares where an inventory holds less: the table tells nearly everything."""
    print("  rich rows, development, had nobody told the facts under")
    for groups in _FORGOTTEN:
        judged = judge(Half.DEVELOPMENT, keys_of(groups))
        clear = [each for each in judged if not each.decision.too_close_to_call]
        print(
            f"    {', '.join(groups):<34}{agreement(judged):6.1%} agree;"
            f" {len(judged) - len(clear)} too close to call, of the other {len(clear)} {agreement(clear):.1%} agree"
        )


def _tell_matrix(judged: Sequence[Judged]) -> None:
    found = confusion(judged)
    print("    the architect's (down), the rules' (across)")
    print(" " * 16 + "".join(f"{strategy:>12}" for strategy in Strategy))
    for right in Strategy:
        print(f"    {right:<12}" + "".join(f"{found[right, chosen]:>12}" for chosen in Strategy))


def _tell_disagreement(judged: Judged) -> None:
    row, decision = judged.row, judged.decision
    right = " or ".join(_named(strategy, row.depths) for strategy in row.right)
    chosen = _named(decision.strategy, (decision.depth,) if decision.depth else ())
    print(f"\n    {row.name}: the architect says {right}, the rules say {chosen}")
    print(f"      architect: {row.why}")
    print("      rules:     " + decision.rationale.replace("\n", "\n                 "))


def _named(strategy: Strategy, depths: Sequence[RefactorDepth]) -> str:
    return f"{strategy} ({' or '.join(depths)})" if strategy is Strategy.REFACTOR else str(strategy)
