"""Which template a workflow is guided by: the client account's own win, and of those the newest version."""

from __future__ import annotations

from collections.abc import Iterable

from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.template import TemplateVersion
from domain.errors import ErrorCode, NotFound, Refused, refuse


def newest(versions: Iterable[TemplateVersion]) -> tuple[TemplateVersion, ...]:
    """Of each key the version that counts, by key: the account's own newest, else the newest that ships."""
    best: dict[str, TemplateVersion] = {}
    for each in versions:
        held = best.get(each.key)
        if held is None or (not each.core, each.version) > (not held.core, held.version):
            best[each.key] = each
    return tuple(best[key] for key in sorted(best))


def choose(
    versions: Iterable[TemplateVersion], kind: WorkflowKind, stage: RenewalStage | None
) -> TemplateVersion | None:
    """The one for work of that kind at that stage; None where there is none.

    One made for the stage comes before one made for no stage in particular. Among those of the same kind and stage the
    account's own win, then the highest version, then the first by key.
    """
    fitting = [each for each in newest(versions) if each.kind is kind and each.stage in (None, stage)]
    return max(fitting, key=lambda each: (each.stage is not None, not each.core, each.version), default=None)


def named(versions: Iterable[TemplateVersion], key: str, kind: WorkflowKind, path: tuple[str, ...]) -> TemplateVersion:
    """The one of that key, whatever stage it is made for; refused where it is for another kind of work."""
    found = next((each for each in newest(versions) if each.key == key), None)
    if found is None:
        raise NotFound("workflow template", path)
    if found.kind is not kind:
        message = f"The template {key} is for work of the kind {found.kind}, not {kind}."
        raise refuse(ErrorCode.INVALID_INPUT, message, *path)
    return found


def missing(kind: WorkflowKind, stage: RenewalStage | None, path: tuple[str, ...]) -> Refused:
    """There is no template; what to add."""
    at = f" at the stage {stage}, or for no stage," if stage else ""
    message = (
        f"There is no workflow template of the kind {kind}{at} to start with. Add one with `saveWorkflowTemplate`, "
        f'with the trigger {{"kind": "{kind}"}}.'
    )
    return refuse(ErrorCode.NOT_READY, message, *path)
