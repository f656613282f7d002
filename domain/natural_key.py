"""Natural keys: by what name two imports mean the same thing."""

from __future__ import annotations

import unicodedata


def tidy(name: str) -> str:
    """A name as a person would write it: composed characters, one space between words, none around them."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def natural_key(name: str) -> str:
    """The key of a name; NFC and case-folded, so that spelling in capitals or with wide spaces is the same name."""
    return unicodedata.normalize("NFC", tidy(name).casefold())


def skeleton(name: str) -> str:
    """Letters and digits of a name without accents: what is left of "Customer-Portal" and "customer portal"."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if character.isalnum())
