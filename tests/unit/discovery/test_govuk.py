from __future__ import annotations

from collections import Counter

import pytest

from domain.application import Application
from domain.dependency import DependencyKind
from domain.inventory import CleansingFinding
from tests.unit.discovery.driving import GOVUK_DATA, discover

PORTFOLIO = """
- github_repo_name: claims-desk
  team: "#claims"
  type: Publishing apps
  production_hosted_on: aws
  description: Where claims are settled
  dependencies:
    policy-store:
    mail, internal:
    claims-desk:
- github_repo_name: policy-store
- github_repo_name: mail, internal
"""


def test_applications_with_what_they_need() -> None:
    discovery = discover(PORTFOLIO, file_name="portfolio.yml")
    discovery.drive()

    desk = discovery.engagement.application("claims-desk")
    assert (desk.technical_owner, desk.hosting, desk.description) == ("#claims", "aws", "Where claims are settled")
    assert desk.attributes["type"] == "Publishing apps"
    assert set(discovery.engagement.edges()) == {("claims-desk", "policy-store"), ("claims-desk", "mail, internal")}
    assert [found.rule for found in discovery.engagement.of(CleansingFinding)] == ["self-dependency"]


def test_names_and_what_they_need_alone_are_applications_too() -> None:
    discovery = discover("- name: CRM\n  dependencies: [Store, Mail]\n- name: Store\n- name: Mail\n")
    discovery.drive()

    assert set(discovery.engagement.edges()) == {("CRM", "Store"), ("CRM", "Mail")}
    assert discovery.results["inventory"].applications == 3


@pytest.mark.skipif(not GOVUK_DATA.is_dir(), reason="the reference data are not here")
def test_a_real_portfolio() -> None:
    data = (GOVUK_DATA / "portfolio-2020-06-01.yml").read_bytes()

    first = discover(data, file_name="portfolio.yml")
    first.drive()
    again = discover(data, first.engagement, file_name="portfolio.yml", flow_id="flow-2")
    again.drive()

    # One application stands twice in the file, and eleven say that they need themselves.
    assert (first.results["data_import"].accepted, first.results["inventory"].applications) == (87, 86)
    assert (first.results["dependencies"].dependencies, first.results["dependencies"].self_dependencies) == (133, 11)
    assert Counter(one.hosting for one in first.engagement.of(Application)) == {
        "aws": 37, None: 16, "carrenza": 16, "heroku": 11, "paas": 6,
    }  # fmt: skip
    assert DependencyKind.SHARED_SERVICE in {one.kind for one in first.engagement.edges().values()}
    assert again.saved["inventory"] == []


@pytest.mark.skipif(not GOVUK_DATA.is_dir(), reason="the reference data are not here")
def test_its_edges_file_adds_dependencies() -> None:
    first = discover((GOVUK_DATA / "portfolio-2020-06-01.yml").read_bytes(), file_name="portfolio.yml")
    first.drive()
    edges = discover((GOVUK_DATA / "derived-edges-2020-06-01.csv").read_bytes(), first.engagement, flow_id="flow-2")
    edges.drive()

    assert edges.results["data_import"].rejected == 0
    assert edges.results["dependencies"].dependencies > 133
