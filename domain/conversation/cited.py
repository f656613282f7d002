"""Answers from a customer's own documents: what they cite, whether that stands there, and what the rules quote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.agents.cleaning import cut, unknown_figures
from domain.contract import FoundPassage

MOST_PASSAGES = 6
# Characters: of a passage as a model is told of it, and of a sentence as it is quoted.
LONGEST_PASSAGE = 1_500
LONGEST_SENTENCE = 400
_MOST_QUOTED = 3

_CITED = re.compile(r"\[(\d{1,2})\]")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_WORD = re.compile(r"[^\W_]{3,}")

NOTHING_FOUND = (
    "Nothing about this was found in the contracts and artifacts of this customer. Ask in other words, "
    "or upload the document that says it."
)


def listed(passages: Sequence[FoundPassage]) -> str:
    """The passages as a model is told of them, each under the number by which it is cited."""
    return "\n\n".join(
        f"[{number}] {_place(passage)}\n{cut(passage.text, LONGEST_PASSAGE)}"
        for number, passage in enumerate(passages, 1)
    )


def faults(answer: str, passages: Sequence[FoundPassage], known: str) -> tuple[str, ...]:
    """Why an answer cannot stand: it cites nothing, or what is not there, or tells a figure that nobody told it.

    `known` is what it may take figures from beside the passages.
    """
    cited = cited_in(answer)
    found = [] if cited else ["It cites no passage."]
    found += [f"There is no passage [{number}]." for number in cited if not 0 < number <= len(passages)]
    told = "\n".join([known, *(passage.text for passage in passages)])
    found += [f"{figure} stands in no passage." for figure in unknown_figures(_CITED.sub("", answer), told)]
    return tuple(found)


def cited_in(answer: str) -> tuple[int, ...]:
    """The numbers of the passages that it cites, in order."""
    return tuple(dict.fromkeys(int(number) for number in _CITED.findall(answer)))


def with_sources(answer: str, passages: Sequence[FoundPassage], question: str) -> str:
    """The answer with what it cites below it: document, page, and the sentence."""
    about = f"{question} {answer}"
    lines = [_quote(number, passages[number - 1], about) for number in cited_in(answer)]
    return "\n\n".join([answer, "\n".join(lines)])


def quoted(passages: Sequence[FoundPassage], question: str) -> str:
    """What the documents say, in their own words; that nothing was found where there is none."""
    if not passages:
        return NOTHING_FOUND
    lines = [_quote(number, passage, question) for number, passage in enumerate(passages[:_MOST_QUOTED], 1)]
    return "\n".join(["This is what the documents of this customer say:", *lines])


def sentence(passage: FoundPassage, question: str) -> str:
    """The sentence of a passage that has most of its words in common with the question; the first of those that tie."""
    sentences = [part.strip() for part in _SENTENCE.split(passage.text) if part.strip()] or [passage.text.strip()]
    wanted = _stems(question)
    best = max(sentences, key=lambda each: len(wanted & _stems(each)))
    return cut(" ".join(best.split()), LONGEST_SENTENCE)


def _stems(text: str) -> frozenset[str]:
    """Words by their beginnings: what is renewed and a renewal have theirs in common."""
    return frozenset(word.lower()[:5] for word in _WORD.findall(text))


def _quote(number: int, passage: FoundPassage, about: str) -> str:
    return f"[{number}] {_place(passage)}: \u201c{sentence(passage, about)}\u201d"


def _place(passage: FoundPassage) -> str:
    page = f", page {passage.page}" if passage.page is not None else ""
    return f"{passage.title}{page}"
