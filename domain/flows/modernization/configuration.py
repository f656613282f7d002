"""What a modernization is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Cloud(StrEnum):
    """Whose services designs name."""

    ANY = "any"
    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


@dataclass(frozen=True, slots=True)
class ModernizationOptions:
    """`minimum_score` (0 to 1) and `most_candidates` bound the list of candidates."""

    cloud: Cloud = Cloud.ANY
    minimum_score: float = 0.0
    most_candidates: int = 100


@dataclass(frozen=True, slots=True)
class ModernizationConfiguration:
    """Over these applications."""

    application_ids: tuple[str, ...]
    options: ModernizationOptions = field(default_factory=ModernizationOptions)
