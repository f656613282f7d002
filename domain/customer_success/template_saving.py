"""Saving a template: always one more version, so that workflows which run keep theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.customer_success.template import TemplateVersion
from domain.customer_success.template_reading import Saved, version_of
from domain.errors import ErrorCode, Problem, Refused, StaleVersion, shown_time

LONGEST_DESCRIPTION = 1_000
_KEY = re.compile(r"[a-z][a-z0-9-]{0,79}")


@dataclass(frozen=True, slots=True)
class SaveTemplate:
    """A template as a document, under the key of a new one or of one that there is. `description` says why."""

    key: str
    document: Any
    description: str | None = None
    expected_version: int | None = None

    @property
    def problems(self) -> Iterator[Problem]:
        """What is wrong with it beside the document."""
        if not _KEY.fullmatch(self.key):
            message = "A key has 1 to 80 small letters, digits and dashes, and begins with a letter."
            yield Problem(ErrorCode.INVALID_INPUT, message, ("key",))
        if len(self.description or "") > LONGEST_DESCRIPTION:
            message = f"A description has at most {LONGEST_DESCRIPTION:,} characters."
            yield Problem(ErrorCode.LIMIT_EXCEEDED, message, ("description",))

    def after(self, latest: TemplateVersion | None, saved: Saved, problems: tuple[Problem, ...]) -> TemplateVersion:
        """The next version; the one that counts now where nothing would differ. Refused with all that is wrong."""
        self._expect(latest)
        wrong = (*self.problems, *problems)
        if wrong:
            raise Refused(wrong)
        if latest is not None and not latest.core and _same(latest.document, self.document):
            return latest
        return version_of(self.document, self.key, latest.version + 1 if latest else 1, saved)

    def _expect(self, latest: TemplateVersion | None) -> None:
        current = latest.version if latest else 0
        if self.expected_version in (None, current):
            return
        details = {
            "expectedVersion": self.expected_version,
            "currentVersion": current,
            "changedBy": latest.changed_by if latest else None,
            "changedAt": shown_time(latest.changed_at) if latest else None,
        }
        raise StaleVersion("workflow template", details)


def _same(one: Mapping[str, Any], other: Any) -> bool:
    return bool(dict(one) == other)
