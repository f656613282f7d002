"""How much a language model reads and writes at once: dated data, by what its name begins with."""

from __future__ import annotations

from domain.reference_data import read_csv

ANY = "*"


def window_of(model: str) -> int:
    """Tokens; of a name that nothing is known of, what the most careful server gives it."""
    name = model.lower().rpartition("/")[2]
    rows = {row["name"]: int(row["window"]) for row in read_csv("model_windows")}
    known = [start for start in rows if start != ANY and name.startswith(start)]
    return rows[max(known, key=len)] if known else rows[ANY]
