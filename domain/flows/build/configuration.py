"""What a build is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.builds.models import ModelFamily


@dataclass(frozen=True, slots=True)
class BuildConfiguration:
    """`requirements` have the shape that the tenant gives them; `family` is whose model is asked if nobody says."""

    project_id: str
    build_id: str
    requirements: Any
    family: ModelFamily = ModelFamily.LOCAL
