"""Text while it is written: as it goes over the wire, and as readers of it have it in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from domain.event import LiveText

# Seconds. A finished text is kept for those who have not read its end; an unfinished one for a writer that pauses.
FINISHED_FOR, SILENT_FOR = 5.0, 120.0
# In characters. What is longer stays complete in the log; here it stops.
LONGEST = 256 * 1024
WRITERS = 32


def units(text: str) -> int:
    """Its length as JavaScript counts it: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A piece of text at its place in the whole.

    `take` tells one attempt of a writer from a later one, which is greater; `whole` says that it starts at the
    beginning, so that a reader who missed something has all of it again.
    """

    flow: str
    writer: str
    take: str
    offset: int
    text: str
    at: str
    whole: bool = False
    done: bool = False

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, data: str) -> Self | None:
        """The message, or None for what is none."""
        try:
            values: Any = json.loads(data)
            for name, kind in _SHAPE.items():
                if not isinstance(values[name], kind):
                    return None
            datetime.fromisoformat(values["at"])
            return cls(**values)
        except (KeyError, TypeError, ValueError):
            return None


_SHAPE: dict[str, type] = {
    **dict.fromkeys(("flow", "writer", "take", "text", "at"), str),
    "offset": int,
    **dict.fromkeys(("whole", "done"), bool),
}


class Transcript:
    """What one writer has written so far."""

    def __init__(self, message: TextMessage, now: float) -> None:
        self.take = message.take
        self.text = message.text
        self.units = units(message.text)
        self.done = message.done
        self.at = message.at
        self._heard = now

    def add(self, message: TextMessage, now: float) -> bool:
        """Take in a piece of the same take; False when it says nothing new, or follows a piece that went missing."""
        length = units(message.text)
        if message.whole and message.offset + length >= self.units:
            self.text, self.units = message.text, length
        elif message.offset == self.units and len(self.text) + len(message.text) <= LONGEST:
            self.text += message.text
            self.units += length
        else:
            return False
        self.done = self.done or message.done
        self.at = message.at
        self._heard = now
        return True

    def expired(self, now: float) -> bool:
        """Whether nobody needs it any more."""
        return now - self._heard > (FINISHED_FOR if self.done else SILENT_FOR)


@dataclass(slots=True)
class Place:
    """How far one reader has read one transcript, in characters and in code units."""

    take: str
    characters: int = 0
    units: int = 0
    done: bool = False


class Transcripts:
    """Those of one flow, shared by its readers: a slow one finds the text longer, not more messages."""

    def __init__(self) -> None:
        self._by_writer: dict[str, Transcript] = {}

    def add(self, message: TextMessage, now: float) -> bool:
        """True when there is something new to read."""
        known = self._by_writer.get(message.writer)
        if known is not None and known.take == message.take:
            return known.add(message, now)
        if message.offset != 0 or (known is not None and message.take < known.take):
            return False
        self._by_writer.pop(message.writer, None)
        self._by_writer[message.writer] = Transcript(message, now)
        while len(self._by_writer) > WRITERS:
            del self._by_writer[next(iter(self._by_writer))]
        return True

    def sweep(self, now: float) -> None:
        """Forget what nobody needs any more."""
        for writer in [writer for writer, transcript in self._by_writer.items() if transcript.expired(now)]:
            del self._by_writer[writer]

    def unread(self, engagement_id: str, flow_id: str, places: dict[str, Place]) -> Iterator[LiveText]:
        """What a reader has not read yet; moves its places."""
        for gone in places.keys() - self._by_writer.keys():
            del places[gone]
        for writer, transcript in list(self._by_writer.items()):
            place = places.get(writer)
            if place is None or place.take != transcript.take:
                place = places[writer] = Place(transcript.take)
            if place.characters < len(transcript.text) or place.done != transcript.done:
                values: dict[str, Any] = {"text": transcript.text[place.characters :], "offset": place.units}
                place.characters, place.units = len(transcript.text), transcript.units
                place.done = transcript.done
                at = datetime.fromisoformat(transcript.at)
                yield LiveText(engagement_id, flow_id, writer, done=transcript.done, at=at, **values)
