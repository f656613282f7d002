"""What phases do alike with items that change nothing: a person is told each, and decides."""

from __future__ import annotations

from domain.agents.applying import Applying


def suggest_risks(applying: Applying) -> None:
    """Each of the part `risks`, with what softens it."""
    for item in applying.of("risks"):
        applying.suggest(
            item,
            f"{item.value.title}: {item.value.mitigation}",
            title=item.value.title,
            severity=str(item.value.severity),
            mitigation=item.value.mitigation,
        )


def suggest_texts(applying: Applying, part: str) -> None:
    """Each of that part, as it is."""
    for item in applying.of(part):
        applying.suggest(item, item.value.text)
