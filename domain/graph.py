"""Directed graphs of ids: strongly connected components and fan-in, of any size, without recursion."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


def successors(edges: Iterable[tuple[Node, Node]]) -> dict[Node, list[Node]]:
    """Each node with those its edges lead to, in the order given; every end of an edge is a node."""
    found: dict[Node, dict[Node, None]] = {}
    for source, target in edges:
        found.setdefault(source, {})[target] = None
        found.setdefault(target, {})
    return {node: list(targets) for node, targets in found.items()}


def fan_in(edges: Iterable[tuple[Node, Node]]) -> dict[Node, int]:
    """How many other nodes lead to each node that any leads to."""
    sources: dict[Node, set[Node]] = {}
    for source, target in edges:
        if source != target:
            sources.setdefault(target, set()).add(source)
    return {node: len(found) for node, found in sources.items()}


def reached(graph: Mapping[Node, Sequence[Node]], start: Node) -> set[Node]:
    """All other nodes that one leads to, directly or through others."""
    found, waiting = {start}, [start]
    while waiting:
        for target in graph.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found - {start}


def strongly_connected(graph: Mapping[Node, Sequence[Node]]) -> list[tuple[Node, ...]]:
    """Tarjan's components, each after those it leads to; the order of the graph decides all that is left open."""
    search = _Search(graph)
    for node in graph:
        if node not in search.index:
            search.visit(node)
    return search.components


def cycles(edges: Iterable[tuple[Node, Node]]) -> list[tuple[Node, ...]]:
    """Components of more than one node: all in it need each other, directly or through others."""
    return [component for component in strongly_connected(successors(edges)) if len(component) > 1]


def circle_numbers(edges: Iterable[tuple[Node, Node]]) -> dict[Node, int]:
    """For each node the number of its circle: those that need each other have the same."""
    circles = strongly_connected(successors(edges))
    return {node: number for number, circle in enumerate(circles) for node in circle}


@dataclass(slots=True)
class _Search(Generic[Node]):
    """Depth-first search with a stack of its own: a chain of 100,000 nodes is deeper than Python's."""

    graph: Mapping[Node, Sequence[Node]]
    index: dict[Node, int] = field(default_factory=dict)
    components: list[tuple[Node, ...]] = field(default_factory=list)
    _low: dict[Node, int] = field(default_factory=dict)
    _open: list[Node] = field(default_factory=list)
    _is_open: set[Node] = field(default_factory=set)

    def visit(self, root: Node) -> None:
        path: list[tuple[Node, Iterator[Node]]] = [self._enter(root)]
        while path:
            node, rest = path[-1]
            below = next((target for target in rest if self._unseen(node, target)), None)
            if below is not None:
                path.append(self._enter(below))
                continue
            path.pop()
            self._leave(node, path[-1][0] if path else None)

    def _enter(self, node: Node) -> tuple[Node, Iterator[Node]]:
        self.index[node] = self._low[node] = len(self.index)
        self._open.append(node)
        self._is_open.add(node)
        return node, iter(self.graph.get(node, ()))

    def _unseen(self, node: Node, target: Node) -> bool:
        if target not in self.index:
            return True
        if target in self._is_open:
            self._low[node] = min(self._low[node], self.index[target])
        return False

    def _leave(self, node: Node, above: Node | None) -> None:
        if above is not None:
            self._low[above] = min(self._low[above], self._low[node])
        if self._low[node] != self.index[node]:
            return
        start = len(self._open) - 1
        while self._open[start] != node:
            start -= 1
        component = tuple(self._open[start:])
        del self._open[start:]
        self._is_open.difference_update(component)
        self.components.append(component)
