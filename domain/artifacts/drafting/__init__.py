"""How the rules write artifacts: from what is known of the flow and its customer, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from domain.artifact import ArtifactKind, ArtifactRequest
from domain.artifacts.background import Background
from domain.artifacts.drafting.advice import recommend
from domain.artifacts.drafting.contracts import analyse
from domain.artifacts.drafting.documents import plan, report
from domain.artifacts.drafting.forms import form
from domain.artifacts.drafting.letters import letter
from domain.artifacts.drafting.offers import offer
from domain.artifacts.drafting.people import people
from domain.artifacts.drafting.work import open_tasks
from domain.artifacts.saving import LONGEST_TITLE

_DRAFTS: Mapping[ArtifactKind, Callable[[Background], Any]] = MappingProxyType(
    {
        ArtifactKind.ASSESSMENT_FORM: form,
        ArtifactKind.OPEN_TASKS: open_tasks,
        ArtifactKind.CONTRACT_ANALYSIS: analyse,
        ArtifactKind.PRICING_TABLE: offer,
        ArtifactKind.STAKEHOLDER_MAP: people,
        ArtifactKind.RECOMMENDATIONS: recommend,
        ArtifactKind.EMAIL_DRAFT: letter,
        ArtifactKind.PLAN: plan,
        ArtifactKind.REPORT: report,
        ArtifactKind.OTHER: report,
    }
)
_TITLES: Mapping[ArtifactKind, str] = MappingProxyType(
    {
        ArtifactKind.ASSESSMENT_FORM: "Assessment of",
        ArtifactKind.OPEN_TASKS: "Open tasks of",
        ArtifactKind.CONTRACT_ANALYSIS: "Contract of",
        ArtifactKind.PRICING_TABLE: "Offer to",
        ArtifactKind.STAKEHOLDER_MAP: "Stakeholders of",
        ArtifactKind.RECOMMENDATIONS: "Recommendations for",
        ArtifactKind.EMAIL_DRAFT: "Letter to",
        ArtifactKind.PLAN: "Plan for",
        ArtifactKind.REPORT: "Report on",
        ArtifactKind.OTHER: "Notes on",
    }
)


def draft(kind: ArtifactKind, known: Background) -> Any:
    """A content of that kind's shape."""
    return _DRAFTS[kind](known)


def title_of(request: ArtifactRequest, known: Background) -> str:
    """What it is called until somebody calls it otherwise."""
    return f"{_TITLES[request.kind]} {known.subject}"[:LONGEST_TITLE].strip()
