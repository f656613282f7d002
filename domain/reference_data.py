"""Reads the reference data that ships with the product: tables under `domain/data`, each row with its source."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_csv(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of `domain/data/<name>.csv` by column."""
    return tuple(csv.DictReader(io.StringIO(_text(f"{name}.csv"), newline="")))


@cache
def read_toml(name: str) -> Mapping[str, Any]:
    """The document `domain/data/<name>.toml`."""
    return tomllib.loads(_text(f"{name}.toml"))


def _text(file_name: str) -> str:
    return (files("domain") / "data" / file_name).read_text(encoding="utf-8")
