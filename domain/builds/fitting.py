"""Tokens, and what of a conversation fits into a model's window."""

from __future__ import annotations

from collections.abc import Sequence

from domain.builds.conversation import Message

# No family's own tokenizer is asked: this is more than each of them counts for most texts.
_BYTES_PER_TOKEN = 3
_PER_MESSAGE = 4
_CUT = "\n[The rest did not fit into the model's window.]"


def tokens(content: str) -> int:
    """What a message with that content takes of the window."""
    return -(-_size(content) // _BYTES_PER_TOKEN) + _PER_MESSAGE


def bytes_of(room: int) -> int:
    """The bytes of text that never take less than so many tokens."""
    return room * _BYTES_PER_TOKEN


def newest(history: Sequence[Message], room: int) -> tuple[Message, ...]:
    """The newest messages that fit together; the oldest go first, and the last one never."""
    kept = list(history[-1:])
    left = room - sum(tokens(message.content) for message in kept)
    for message in reversed(history[:-1]):
        left -= tokens(message.content)
        if left < 0:
            break
        kept.append(message)
    return tuple(reversed(kept))


def shortened(content: str, room: int) -> str:
    """The content, or as much of its beginning as a message of that many tokens holds, saying that it was cut."""
    if tokens(content) <= room:
        return content
    size = max((room - _PER_MESSAGE) * _BYTES_PER_TOKEN - _size(_CUT), 0)
    # A character that was cut through goes.
    return content.encode("utf-8", "replace")[:size].decode("utf-8", "ignore") + _CUT


def _size(content: str) -> int:
    return len(content.encode("utf-8", "replace"))
