"""The tables of what a plan costs: its lines, and their sums by wave and by category."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from domain.document import Cell, Column, ColumnKind, Table
from domain.flows.planning.export_sheet import NO_WAVE, Planned
from domain.planning.plan import CostLine

K = ColumnKind
_ZERO = Decimal(0)


def cost_tables(known: Planned) -> tuple[Table, ...]:
    """The sum first, the lines last."""
    return (_total(known), _categories(known), _waves(known), _parts(known), _lines(known))


def _money(known: Planned, key: str, title: str) -> Column:
    return Column(key, title, K.MONEY, known.currency)


def _total(known: Planned) -> Table:
    columns = (
        _money(known, "subtotal", "Subtotal"),
        Column("contingencyPercentage", "Contingency, %", K.QUANTITY),
        _money(known, "contingency", "Contingency"),
        _money(known, "total", "Total"),
        _money(known, "low", "Low"),
        _money(known, "high", "High"),
        _money(known, "unassigned", "In no wave"),
        _money(known, "currentRunRate", "A year, now"),
        _money(known, "targetRunRate", "A year, then"),
        Column("paybackMonths", "Payback, months", K.NUMBER),
    )
    cost = known.plan.cost
    if cost is None:
        return Table("cost", "Cost", columns, ())
    sums = (cost.subtotal, cost.contingency_percentage, cost.contingency, cost.total, cost.low, cost.high)
    row = (*sums, cost.unassigned, cost.current_run_rate, cost.target_run_rate, cost.payback_months)
    return Table("cost", "Cost", columns, (row,))


def _categories(known: Planned) -> Table:
    columns = (
        Column("category", "Category"),
        Column("lines", "Lines", K.WHOLE),
        _money(known, "amount", "Amount"),
        _money(known, "lowAmount", "Low"),
        _money(known, "highAmount", "High"),
    )
    rows = tuple((str(category), len(lines), *_sums(lines)) for category, lines in known.categories.items())
    return Table("costs_by_category", "Costs by category", columns, rows)


def _sums(lines: Sequence[CostLine]) -> tuple[Decimal, Decimal, Decimal]:
    return (
        sum((line.amount for line in lines), _ZERO),
        sum((line.low_amount for line in lines), _ZERO),
        sum((line.high_amount for line in lines), _ZERO),
    )


def _waves(known: Planned) -> Table:
    """Each wave there is, and what belongs to none."""
    columns = (
        Column("wave", "Wave"),
        Column("waveNumber", "Number", K.WHOLE),
        _money(known, "amount", "Amount"),
        _money(known, "lowAmount", "Low"),
        _money(known, "highAmount", "High"),
    )
    if not known.lines:
        return Table("costs_by_wave", "Costs by wave", columns, ())
    rows: list[tuple[Cell, ...]] = [
        (known.named(wave.id), wave.number, *_sums([line for line in known.lines if line.wave_id == wave.id]))
        for wave in known.waves
    ]
    if rest := [line for line in known.lines if line.wave_id not in known.wave_of]:
        rows.append((NO_WAVE, None, *_sums(rest)))
    return Table("costs_by_wave", "Costs by wave", columns, tuple(rows))


def _parts(known: Planned) -> Table:
    """Each wave's part of each category."""
    columns = (Column("wave", "Wave"), Column("category", "Category"), _money(known, "amount", "Amount"))
    found: dict[tuple[bool, int, str, str], Decimal] = {}
    for line in known.lines:
        wave = known.wave_of.get(line.wave_id or "")
        key = (wave is None, wave.number if wave else 0, known.named(line.wave_id), str(line.category))
        found[key] = found.get(key, _ZERO) + line.amount
    rows = tuple((wave, category, amount) for (_, _, wave, category), amount in sorted(found.items()))
    return Table("costs_by_wave_and_category", "Costs by wave and category", columns, rows)


def _number(known: Planned, line: CostLine) -> int | None:
    wave = known.wave_of.get(line.wave_id or "")
    return wave.number if wave else None


def _lines(known: Planned) -> Table:
    columns = (
        Column("description", "Cost line"),
        Column("category", "Category"),
        Column("wave", "Wave"),
        Column("quantity", "Quantity", K.QUANTITY),
        Column("unit", "Unit"),
        Column("unitCost", "For one", K.RATE, known.currency),
        _money(known, "amount", "Amount"),
        _money(known, "lowAmount", "Low"),
        _money(known, "highAmount", "High"),
        Column("overridden", "Overridden", K.FLAG),
        Column("provenance", "Where it comes from", K.LONG_TEXT),
        Column("waveNumber", "Wave number", K.WHOLE),
    )
    rows = tuple(
        (
            line.description,
            str(line.category),
            known.named(line.wave_id),
            line.quantity,
            line.unit,
            line.unit_cost,
            line.amount,
            line.low_amount,
            line.high_amount,
            line.overridden,
            line.provenance,
            _number(known, line),
        )
        for line in known.lines
    )
    return Table("cost_lines", "Cost lines", columns, rows)
