"""What a model is told of a conversation: where it takes place, and as much of what was said as its window holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.builds.conversation import Message, MessageRole
from domain.builds.fitting import newest, shortened, tokens
from domain.thread import ChatMessage

# Of a window, what instructions and facts may take at most; the rest is for what was said.
_TOLD_SHARE = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What a model is told: `system` first, then what was said, oldest first."""

    system: str
    turns: tuple[Message, ...]


def turns_of(history: Sequence[ChatMessage], message_id: str) -> tuple[Message, ...]:
    """What was said up to that message, each with its reply behind it: a reply may have come after a later message."""
    replies = {each.reply_to: each for each in history if each.reply_to}
    said: list[ChatMessage] = []
    for message in history:
        if message.role is not MessageRole.USER:
            continue
        said.append(message)
        if message.id == message_id:
            break
        if message.id in replies:
            said.append(replies[message.id])
    return tuple(Message(each.role, each.content, each.created_at) for each in said)


def fitted(system: str, turns: Sequence[Message], room: int) -> Told:
    """As much of it as so many tokens hold: instructions and facts to half of them, then the newest of what was said.

    The newest message is always kept, cut where it alone is too long.
    """
    told = shortened(system, max(room // _TOLD_SHARE, 1))
    left = room - tokens(told)
    kept = newest(turns, left)
    if kept and sum(tokens(each.content) for each in kept) > left:
        last = kept[-1]
        kept = (Message(last.role, shortened(last.content, max(left, 1)), last.created_at),)
    return Told(told, kept)
