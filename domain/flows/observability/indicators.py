"""What an objective counts, in the language of Prometheus: requests that were good, that were bad, and all of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.flows.observability.configuration import SeriesNames
from domain.flows.observability.reference import WHOLE, decimal, latency_percent, shown
from domain.flows.observability.results import Objective
from domain.observability import Indicator

_FAILED = "5.."
_THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Counted:
    """The series of an objective of a service. `share` is how many of 100 have to be good."""

    objective: Objective
    service: str
    series: SeriesNames

    @property
    def share(self) -> Decimal:
        available = self.objective.indicator is Indicator.AVAILABILITY
        return decimal(self.objective.target) if available else latency_percent()

    @property
    def budget(self) -> Decimal:
        """The part of the requests that may be bad."""
        return (WHOLE - self.share) / WHOLE

    @property
    def good(self) -> str:
        if self.objective.indicator is Indicator.AVAILABILITY:
            return self._requests(f'{self.series.code}!~"{_FAILED}"')
        return f"{self.series.seconds}_bucket{self._selector(self._in_time)}"

    @property
    def total(self) -> str:
        if self.objective.indicator is Indicator.AVAILABILITY:
            return self._requests()
        return f"{self.series.seconds}_count{self._selector()}"

    def bad_ratio(self, window: str) -> str:
        """The part that was bad, over a window; without a bad one nought, and without any nothing at all."""
        total = f"sum(rate({self.total}[{window}]))"
        if self.objective.indicator is Indicator.LATENCY:
            return f"1 - sum(rate({self.good}[{window}])) / {total}"
        failed = self._requests(f'{self.series.code}=~"{_FAILED}"')
        return f"(sum(rate({failed}[{window}])) or vector(0)) / {total}"

    @property
    def _in_time(self) -> str:
        """Buckets are named by their bound in seconds; some clients write whole ones with a nought behind."""
        seconds = shown(decimal(self.objective.target) / _THOUSAND)
        return f'le="{seconds}"' if "." in seconds else f'le=~"{seconds}|{seconds}[.]0"'

    def _requests(self, *labels: str) -> str:
        return f"{self.series.requests}{self._selector(*labels)}"

    def _selector(self, *labels: str) -> str:
        return "{" + ",".join((f'{self.series.service}="{self.service}"', *labels)) + "}"
