"""What applications and their objectives are called where only some letters are taken."""

from __future__ import annotations

import re
import unicodedata

from domain.application import Application
from domain.observability import Indicator

_LONGEST = 40
_SUFFIXES = {Indicator.AVAILABILITY: "availability", Indicator.LATENCY: "latency-p95"}


def service_name(application: Application) -> str:
    """Its name as Kubernetes and OpenSLO take them, with the end of its id: two may well be called alike."""
    letters = unicodedata.normalize("NFKD", application.name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST].strip("-") or "application"
    return f"{slug}-{application.id[-8:].lower()}"


def objective_name(service: str, indicator: Indicator) -> str:
    """At most 63 letters."""
    return f"{service}-{_SUFFIXES[indicator]}"
