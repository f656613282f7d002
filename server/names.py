"""Names of operations as labels: never more than so many, whatever clients call theirs."""

from __future__ import annotations

from server.documents import Operation

MOST_NAMES = 200
LONGEST_NAME = 64
ANONYMOUS, OTHERS = "(anonymous)", "(others)"


class Names:
    """The first so many that are asked for; the rest go by one name. Nobody who is not logged in gets as far."""

    def __init__(self, most: int = MOST_NAMES) -> None:
        self._most = most
        self._known: set[str] = set()

    def label(self, operation: Operation) -> str:
        """What the operation is called in figures and spans."""
        name = operation.name
        if not name:
            return ANONYMOUS
        if name not in self._known:
            if len(self._known) >= self._most or len(name) > LONGEST_NAME:
                return OTHERS
            self._known.add(name)
        return name
