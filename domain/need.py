"""What a rule may ask to be given."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """A part of the portfolio that a phase reads; what is not named is not loaded.

    CYCLES adds to the dependencies those that lead from the scope through others and back. DECISIONS are those of the
    flow, ACCEPTED the newest accepted one of each application in its scope. WAVE is the one of a plan that the flow
    carries out, EXECUTIONS are the unfinished flows that carry out a wave of this flow's plan, NAMED_PLAN is the plan
    that the flow's configuration names, CONFIGURATIONS are its artifacts of that kind.
    """

    APPLICATIONS = "applications"
    COMPONENTS = "components"
    DEPENDENCIES = "dependencies"
    CYCLES = "cycles"
    IMPORT = "import"
    FINDINGS = "findings"
    DIFFERENCES = "differences"
    STANDARDS = "standards"
    EXCEPTIONS = "exceptions"
    DEBT = "debt"
    DECISIONS = "decisions"
    ACCEPTED = "accepted"
    POOLS = "pools"
    PLAN = "plan"
    PAGES = "pages"
    ANNUAL_COSTS = "annual_costs"
    CHANGES = "changes"
    PATTERNS = "patterns"
    WORKFLOW = "workflow"
    BUILD = "build"
    BUILD_HISTORY = "build_history"
    WAVE = "wave"
    EXECUTIONS = "executions"
    CHECKS = "checks"
    STEPS = "steps"
    CANDIDATES = "candidates"
    ARCHIVES = "archives"
    APPLICATION_COSTS = "application_costs"
    NAMED_PLAN = "named_plan"
    MODERNIZATION_CANDIDATES = "modernization_candidates"
    DESIGNS = "designs"
    WORK_ITEMS = "work_items"
    OBJECTIVES = "objectives"
    OPTIMIZATIONS = "optimizations"
    CONFIGURATIONS = "configurations"
