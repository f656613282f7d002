"""A contract looked through by the rules: what was read from it, and what of that is a risk."""

from __future__ import annotations

from collections.abc import Iterator

from domain.artifacts.background import Background
from domain.artifacts.shapes import ContractAnalysis, ContractTerm, RiskLevel
from domain.contract import ContractExtraction, ContractField
from domain.customer_success.wording import amount

_LONG_NOTICE = 90


def analyse(known: Background) -> ContractAnalysis:
    """The newest contract's; without one, what a contract would have to tell."""
    contract, said = known.contract, known.extraction
    if contract is None or said is None:
        unread = ContractTerm(
            "No contract has been read",
            RiskLevel.HIGH,
            recommendation="Upload the contract: its end, its notice and its price cap are unknown.",
        )
        return ContractAnalysis(f"No contract of {known.subject} has been read yet.", terms=(unread,))
    terms = tuple(_terms(said))
    return ContractAnalysis(
        summary=_summary(known, said, terms),
        contract_id=contract.id,
        parties=said.parties,
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        value=said.value,
        currency=said.currency or (known.currency if said.value is not None else None),
        auto_renews=said.auto_renews,
        notice_days=said.notice_days,
        price_cap_percent=said.price_cap_percent,
        terms=terms,
    )


def _summary(known: Background, said: ContractExtraction, terms: tuple[ContractTerm, ...]) -> str:
    ends = f"It ends on {said.ends_on.isoformat()}." if said.ends_on else "Its end was not found."
    renews = {True: " It renews by itself.", False: " It does not renew by itself.", None: ""}[said.auto_renews]
    count = sum(term.risk is RiskLevel.HIGH for term in terms)
    risks = f" {count} of {len(terms)} terms are a high risk." if terms else " No term stands out."
    file_name = known.contract.file_name if known.contract else ""
    return f"{file_name}: {ends}{renews}{risks}"


def _sentence(said: ContractExtraction, field: ContractField) -> tuple[str | None, int | None]:
    found = said.of(field)
    return (found[0].sentence, found[0].page) if found else (None, None)


def _term(
    said: ContractExtraction, field: ContractField, title: str, risk: RiskLevel, recommendation: str
) -> ContractTerm:
    sentence, page = _sentence(said, field)
    return ContractTerm(title, risk, sentence, page, recommendation)


def _terms(said: ContractExtraction) -> Iterator[ContractTerm]:
    yield from _end(said)
    yield from _prices(said)
    for index, text in enumerate(said.non_standard_terms):
        found = said.of(ContractField.NON_STANDARD_TERMS)
        page = found[index].page if index < len(found) else None
        advice = "Have it looked at by whoever answers for contracts before anything is promised."
        yield ContractTerm("A term that is not usual", RiskLevel.HIGH, text, page, advice)


def _end(said: ContractExtraction) -> Iterator[ContractTerm]:
    if said.ends_on is None:
        advice = "Find the end in the contract and correct it here."
        yield _term(said, ContractField.ENDS_ON, "The end is unknown", RiskLevel.HIGH, advice)
    if said.auto_renews is False:
        advice = "Without a new signature it ends: plan backwards from that day."
        yield _term(said, ContractField.AUTO_RENEWS, "It does not renew by itself", RiskLevel.HIGH, advice)
    if said.auto_renews:
        advice = "Speak before the last day of notice, after which terms are harder to change."
        yield _term(said, ContractField.AUTO_RENEWS, "It renews by itself", RiskLevel.LOW, advice)
    if said.notice_days is None:
        advice = "Find the notice in the contract: until then no last day is known."
        yield _term(said, ContractField.NOTICE_DAYS, "The notice is unknown", RiskLevel.MEDIUM, advice)
    elif said.notice_days >= _LONG_NOTICE:
        advice = "Begin the renewal that much earlier."
        title = f"Notice is given {said.notice_days} days ahead"
        yield _term(said, ContractField.NOTICE_DAYS, title, RiskLevel.MEDIUM, advice)


def _prices(said: ContractExtraction) -> Iterator[ContractTerm]:
    cap = said.price_cap_percent
    if cap is None:
        advice = "Nothing was found that bounds prices; make sure before an offer is made."
        yield _term(said, ContractField.PRICE_CAP_PERCENT, "No price cap was found", RiskLevel.LOW, advice)
        return
    advice = "Keep each line of the offer within it; a table of prices warns of what goes beyond."
    title = f"Prices rise by at most {amount(cap)}%"
    yield _term(said, ContractField.PRICE_CAP_PERCENT, title, RiskLevel.MEDIUM, advice)
