"""The files of confirmed objectives, ready to deploy: artifacts that follow every change of a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.application import Application
from domain.artifact import Artifact, ArtifactKind
from domain.definition import PhaseCall
from domain.flows.observability.indicators import Counted
from domain.flows.observability.naming import service_name
from domain.flows.observability.openslo import VERSION, openslo_text
from domain.flows.observability.prometheus import rules_text
from domain.flows.observability.results import MonitoringSet
from domain.source import Source

RULES = "prometheus/rules"
FORMAT, FILE = "format", "fileName"
_LONGEST_TITLE = 300


def files_of(call: PhaseCall, result: MonitoringSet, source: Source) -> tuple[tuple[Artifact, ...], tuple[Any, ...]]:
    """What is new or changed, and files of what nobody stands by any more; what people put beside them stays."""
    held = {each.metadata[FILE]: each for each in call.portfolio.configurations if _ours(each)}
    wanted = {each.metadata[FILE]: each for each in _files(call, result, source)}
    saved = tuple(each for name, new in wanted.items() if (each := _next(held.get(name), new)) is not None)
    return saved, tuple(each for name, each in held.items() if name not in wanted)


def _ours(artifact: Artifact) -> bool:
    return artifact.metadata.get(FORMAT) in (VERSION, RULES) and isinstance(artifact.metadata.get(FILE), str)


def _files(call: PhaseCall, result: MonitoringSet, source: Source) -> Iterator[Artifact]:
    chosen = frozenset(result.confirmed_objective_ids)
    for application in sorted(call.portfolio.applications, key=lambda each: (each.name.casefold(), each.id)):
        own = [each for each in result.objectives if each.application_id == application.id]
        series, service = call.configuration.options.series, service_name(application)
        counted = [Counted(each, service, series) for each in own if each.objective_id in chosen]
        if counted:
            yield from _of_application(call, application, counted, source)


def _of_application(
    call: PhaseCall, application: Application, counted: Sequence[Counted], source: Source
) -> Iterator[Artifact]:
    service = service_name(application)
    openslo, rules = openslo_text(application, counted), rules_text(application, counted)
    for title, content, metadata in (
        ("OpenSLO", openslo, _metadata(VERSION, f"{service}.openslo.yaml")),
        ("Prometheus rules", rules, _metadata(RULES, f"{service}.rules.yaml")),
    ):
        yield Artifact(
            id=call.new_id(),
            flow_id=call.flow_id,
            kind=ArtifactKind.CONFIGURATION,
            title=f"{title}: {application.name}"[:_LONGEST_TITLE],
            content=content,
            source=source,
            created_by=call.by,
            created_at=call.now,
            updated_by=call.by,
            updated_at=call.now,
            step=call.phase,
            metadata=metadata,
        )


def _metadata(format: str, name: str) -> Mapping[str, str]:
    return {FORMAT: format, FILE: name, "mediaType": "application/yaml"}


def _next(held: Artifact | None, new: Artifact) -> Artifact | None:
    """The next version, or none where it is the same."""
    if held is None:
        return new
    if (held.title, held.content) == (new.title, new.content):
        return None
    return replace(new, id=held.id, version=held.version + 1, created_by=held.created_by, created_at=held.created_at)
