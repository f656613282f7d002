"""The templates that ship with the product, and what applying one leaves of what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.standard import ArchitectureStandard
from domain.technologies import product
from domain.templates import GENERAL, ArchitectureTemplate, applied, templates
from domain.versions import readable
from tests.toy import new_id, now


def taken(key: str, existing: tuple[ArchitectureStandard, ...] = ()) -> dict[str, ArchitectureStandard]:
    made = applied(templates()[key], existing, new_id=new_id, by="ada", at=now())
    return {standard.key: standard for standard in made}


@pytest.mark.parametrize("template", templates().values(), ids=templates())
def test_a_template_names_products_and_versions_that_the_rules_know(template: ArchitectureTemplate) -> None:
    versions = [each for standard in template.standards for each in standard.supported_versions]

    assert [each for each in template.technologies if product(each) is None] == []
    assert [each for each in versions if product(each.technology) is None or not readable(each.specifier)] == []
    assert len({standard.key for standard in template.standards}) == len(template.standards)
    assert len(template.standards) >= 7
    assert template.source


def test_what_another_template_gave_and_nobody_changed_becomes_the_new_ones() -> None:
    general = taken(GENERAL)

    after = taken("modern-java", tuple(general.values()))

    java = after["java-version"]
    assert (java.id, java.template, java.version) == (general["java-version"].id, "modern-java", 2)
    assert java.supported_versions[0].specifier == ">=21"
    assert "tls-1.2" not in after


def test_what_a_person_wrote_or_changed_stays() -> None:
    general = taken(GENERAL)
    changed = replace(general["java-version"], updated_by="bob")
    written = replace(general["tls-1.2"], template=None)

    assert "java-version" not in taken("modern-java", (changed,))
    assert "tls-1.2" not in taken("web-security", (written,))
    assert taken(GENERAL, tuple(general.values())) == {}


def test_what_was_mandatory_stays_so() -> None:
    finance = taken("financial-services")

    after = taken(GENERAL, tuple(finance.values()))

    assert after["owasp-top-10"].mandatory
