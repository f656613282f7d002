"""Contents of artifacts: read by their kind, checked against what is known, and completed with what is computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from html import escape, unescape
from types import MappingProxyType
from typing import Any

from domain.artifact import ArtifactKind
from domain.artifacts import checks
from domain.artifacts.background import Background
from domain.artifacts.pricing import check_pricing, priced, shown
from domain.artifacts.shapes import SHAPES, PricingTable
from domain.errors import ErrorCode, refuse
from domain.given import Checking
from domain.ports import Shapes

LARGEST = 1 << 20
_PATH = "content"
# What these hold is written out as text somewhere; control characters have no place there.
_TEXTS = frozenset({ArtifactKind.EMAIL_DRAFT, ArtifactKind.PLAN, ArtifactKind.REPORT})
_KEPT_CONTROLS = "\n\t"
_SENTENCES = frozenset({"summary", "title", "description", "reason", "subject", "body", "text", "question", "note"})
_SENTENCES |= {"name", "approach", "product", "sentence", "recommendation"}

Check = Callable[[Any, Background, Checking], None]
Compute = Callable[[Any, Background], Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A content as it is kept, and what is to be said of it; `dropped` are a model's sentences that were left out."""

    content: Any
    warnings: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def check(kind: ArtifactKind, data: Any, background: Background, shapes: Shapes) -> Checked:
    """The content as it is kept, or Refused with everything that is wrong with it."""
    if data is None:
        raise refuse(ErrorCode.INVALID_INPUT, "An artifact has a content.", _PATH)
    if size(data) > LARGEST:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, f"A content holds at most {LARGEST:,} bytes of JSON.", _PATH)
    if kind not in SHAPES:
        return Checked(_texts(kind, data))
    value: Any = shapes.decode(SHAPES[kind], data, (_PATH,))
    return finish(kind, value, background, shapes)


def finish(kind: ArtifactKind, value: Any, background: Background, shapes: Shapes) -> Checked:
    """The same of a value of the kind's shape."""
    if kind not in SHAPES:
        return Checked(_texts(kind, shapes.encode(value)))
    checking = Checking()
    _CHECKS[kind](value, background, checking)
    checking.done()
    whole = _COMPUTED[kind](value, background)
    warnings = whole.warnings if isinstance(whole, PricingTable) else ()
    return Checked(shapes.encode(_written_out(whole)), warnings)


def sentences(content: Any) -> Iterator[str]:
    """What of a content people read as text, in its order: no ids, no figures, no words of a list."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            if isinstance(value, str):
                yield from [value] if key in _SENTENCES and value else []
            else:
                yield from sentences(value)
    elif isinstance(content, list | tuple):
        for each in content:
            yield from sentences(each)


def size(data: Any) -> int:
    """Bytes of JSON."""
    return len(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))


def _check_pricing(table: PricingTable, background: Background, checking: Checking) -> None:
    check_pricing(table, checking, _PATH)
    if table.currency not in (None, background.currency):
        message = f"Amounts of this engagement are in {background.currency}."
        checking.wrong(message, _PATH, "currency")


def _price(table: PricingTable, background: Background) -> PricingTable:
    return priced(table, background.currency, background.arr, background.price_cap)


_CHECKS: Mapping[ArtifactKind, Check] = MappingProxyType(
    {
        ArtifactKind.ASSESSMENT_FORM: checks.check_form,
        ArtifactKind.OPEN_TASKS: checks.check_tasks,
        ArtifactKind.CONTRACT_ANALYSIS: checks.check_contract,
        ArtifactKind.PRICING_TABLE: _check_pricing,
        ArtifactKind.STAKEHOLDER_MAP: checks.check_map,
        ArtifactKind.RECOMMENDATIONS: checks.check_recommendations,
    }
)
_COMPUTED: Mapping[ArtifactKind, Compute] = MappingProxyType(
    {
        ArtifactKind.ASSESSMENT_FORM: checks.count_form,
        ArtifactKind.OPEN_TASKS: checks.count_tasks,
        ArtifactKind.CONTRACT_ANALYSIS: checks.date_contract,
        ArtifactKind.PRICING_TABLE: _price,
        ArtifactKind.STAKEHOLDER_MAP: checks.name_people,
        ArtifactKind.RECOMMENDATIONS: checks.name_items,
    }
)


def _written_out(value: Any) -> Any:
    """The same with every decimal written without an exponent."""
    if isinstance(value, Decimal):
        return Decimal(shown(value)) if "E" in str(value) else value
    if isinstance(value, tuple):
        return tuple(_written_out(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _written_out(getattr(value, field.name)) for field in fields(value)})
    return value


def _texts(kind: ArtifactKind, data: Any) -> Any:
    if kind not in _TEXTS:
        return data
    return _mapped(data, escaped if kind is ArtifactKind.EMAIL_DRAFT else plain)


def _mapped(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {key: _mapped(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_mapped(value, change) for value in data]
    return data


def plain(text: str) -> str:
    """Without control characters, which have no place in a text that people read."""
    return "".join(mark for mark in text if mark.isprintable() or mark in _KEPT_CONTROLS or ord(mark) > _LAST_CONTROL)


_LAST_CONTROL = 0x9F


def escaped(text: str) -> str:
    """Plain text that may stand in an HTML mail; once more changes nothing."""
    return escape(unescape(plain(text)), quote=False)
