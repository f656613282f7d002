from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.graph import cycles, fan_in, strongly_connected, successors

EDGES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=25)


def test_cycles_of_any_length_are_found_and_chains_are_not() -> None:
    edges = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "c"), ("e", "f"), ("g", "g")]

    assert [sorted(found) for found in cycles(edges)] == [["c", "d", "e"], ["a", "b"]]


def test_a_component_comes_after_those_it_leads_to() -> None:
    assert strongly_connected(successors([(1, 2), (2, 3), (3, 2), (3, 4)])) == [(4,), (2, 3), (1,)]


def test_a_ring_of_a_hundred_thousand_is_one_cycle() -> None:
    size = 100_000
    ring = [(number, (number + 1) % size) for number in range(size)]

    found = cycles(ring)

    assert [len(cycle) for cycle in found] == [size]


def test_fan_in_counts_each_other_node_once() -> None:
    assert fan_in([("a", "c"), ("a", "c"), ("b", "c"), ("c", "c"), ("c", "a")]) == {"c": 2, "a": 1}


@given(EDGES)
def test_two_nodes_share_a_component_exactly_when_each_reaches_the_other(edges: list[tuple[int, int]]) -> None:
    graph = successors(edges)
    component_of = {node: number for number, found in enumerate(strongly_connected(graph)) for node in found}

    reached = {node: _reached(graph, node) for node in graph}

    for one in graph:
        for other in graph:
            together = other in reached[one] and one in reached[other]
            assert (component_of[one] == component_of[other]) is together


def _reached(graph: dict[int, list[int]], start: int) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        for target in graph[waiting.pop()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
