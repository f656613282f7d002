"""Artifacts that a phase's rules make are kept until its run ends, as everything else of it is."""

from __future__ import annotations

import json

from domain.artifact import Artifact, ArtifactKind
from domain.source import Source
from persistence.mapping import staged, unstaged
from tests.plans import NOON


def test_an_artifact_is_staged_and_read_again() -> None:
    made = Artifact(
        "a", "f", ArtifactKind.CONFIGURATION, "T", "x: 1", Source.RULES, "al", NOON, "al", NOON, "p", {"k": "v"}
    )

    assert unstaged(json.loads(json.dumps(staged(made)))) == made
