"""How a measure is taken and told: ours, the reference, and their ratio, from interleaved runs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

Operation = Callable[[], Awaitable[object]]


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample below which that share of all lies."""
    return sorted(samples)[min(len(samples) - 1, int(share * len(samples)))]


async def interleaved(ours: Operation, reference: Operation, times: int) -> tuple[list[float], list[float]]:
    """Seconds of each run of the two, in turn, after a tenth as warm-up."""
    samples: tuple[list[float], list[float]] = ([], [])
    for number in range(times + times // 10):
        for taken, operation in zip(samples, (ours, reference), strict=True):
            begun = time.perf_counter()
            await operation()
            if number >= times // 10:
                taken.append(time.perf_counter() - begun)
    return samples


def tell(what: str, ours: Sequence[float], reference: Sequence[float], reference_is: str, limit_ms: float) -> None:
    """One line: p50 and p95 in milliseconds, the promise, and the ratio of the medians."""
    mine, other = percentile(ours, 0.5) * 1000, percentile(reference, 0.5) * 1000
    p95 = percentile(ours, 0.95) * 1000
    verdict = "kept" if p95 < limit_ms else "NOT KEPT"
    print(
        f"  {what:<28} p50 {mine:7.2f} ms  p95 {p95:7.2f} ms  (promise p95 < {limit_ms:g} ms: {verdict})"
        f"  {mine / other:5.2f} x {reference_is} ({other:.2f} ms)",
        flush=True,
    )
