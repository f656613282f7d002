"""What a model is told when it is to write an artifact: the wish, the facts and the rules' draft, marked as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from domain.agents.cleaning import block, line
from domain.artifact import ArtifactRequest
from domain.artifacts.background import Background
from domain.artifacts.drafting.facts import facts_of
from domain.artifacts.joining import keyed
from domain.ports import Shapes

LONGEST = 12_000
_FACT = 400
# Ids say nothing to a model, and are none of its business.
_IDS = frozenset({"taskId", "stakeholderId", "contractId", "customerId", "fromStakeholderId", "toStakeholderId"})


def brief(request: ArtifactRequest, known: Background, draft: Any, shapes: Shapes, longest: int = LONGEST) -> str:
    """In at most about so many characters: the wish whole, the facts before the draft."""
    wish = block(request.instructions or "", 4_000) or "None beyond what the kind asks for."
    facts = "\n".join(f"- {line(str(fact), _FACT)}" for fact in facts_of(known))
    head = f"Write the {request.kind} about {line(known.subject, 200)}. Today is {known.today.isoformat()}."
    asked = f"What is wished for, in a person's words:\n{_marked([wish])}"
    space = max(2_000, longest - len(head) - len(asked))
    told = f"What is known:\n{_marked([block(facts, space // 2)])}"
    shown = _draft(draft, shapes)
    drafted = f"What the rules have drafted:\n{_marked([shown[: max(1_000, space - len(told))]])}"
    return f"{head}\n\n{asked}\n\n{told}\n\n{drafted}"


def _draft(draft: Any, shapes: Shapes) -> str:
    things = keyed(draft)
    if not things:
        return json.dumps(_shown(shapes.encode(draft)), ensure_ascii=False)
    lines = [{"key": key, **_shown(shapes.encode(thing))} for key, thing in things.items()]
    return "\n".join((f"Summary: {draft.summary or ''}", *(json.dumps(each, ensure_ascii=False) for each in lines)))


def _shown(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _shown(value) for key, value in data.items() if key not in _IDS and value not in (None, [], "")}
    return [_shown(each) for each in data] if isinstance(data, list) else data


def _marked(lines: Iterable[str]) -> str:
    """Between marks that the data itself cannot close: they are made of all of it."""
    data = "\n".join(lines)
    mark = f"data-{hashlib.sha256(data.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"<{mark}>\n{data}\n</{mark}>"
