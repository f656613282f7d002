"""How large an application is, as far as anybody knows: its servers and its data."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from domain.application import Application, Component
from domain.known_facts import fact_of, own_fact
from domain.planning.exact import plain
from domain.sixr.subject import distributed


def servers_of(application: Application, components: Sequence[Component]) -> Fraction:
    """A component counts as one server where nobody knows better."""
    if not components:
        return Fraction(fact_of(application, "server_count") or 1)
    found = distributed(application, components, "server_count").values()
    return sum((count or Fraction(1) for count in found), Fraction(0))


def data_gb_of(application: Application, components: Sequence[Component]) -> Decimal | None:
    """What is said of the whole, else the sum of what is said of its parts; None where nothing is."""
    whole = fact_of(application, "data_volume_gb")
    parts = [own_fact(part, "data_volume_gb") for part in components]
    known = [each for each in (parts if whole is None else [whole]) if each is not None]
    return plain(sum((Decimal(str(each)) for each in known), Decimal(0))) if known else None
