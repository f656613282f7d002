"""The kinds of customer-success workflows, and the stages of a renewal."""

from __future__ import annotations

from enum import StrEnum


class WorkflowKind(StrEnum):
    """What a workflow is for."""

    RENEWAL = "RENEWAL"
    STRATEGIC = "STRATEGIC"
    OPPORTUNITY = "OPPORTUNITY"
    RISK = "RISK"


class RenewalStage(StrEnum):
    """How near the renewal is, nearest first."""

    OVERDUE = "OVERDUE"
    EMERGENCY = "EMERGENCY"
    CRITICAL = "CRITICAL"
    SIGNATURE = "SIGNATURE"
    FINALIZE = "FINALIZE"
    NEGOTIATE = "NEGOTIATE"
    ENGAGE = "ENGAGE"
    PREPARE = "PREPARE"
    MONITOR = "MONITOR"
