"""Small projects for laws that hold for every project."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from domain.planning.project import Activity, Demand, Link, LinkKind, Pool, Project


@st.composite
def projects(draw: st.DrawFn, most: int = 6) -> Project:
    """With lags, both kinds of links, closed days, dates, and one or two pools that each activity fits into."""
    pools = tuple(
        Pool(f"P{number}", draw(st.integers(1, 4)), available_from=draw(st.sampled_from([None, None, 2])))
        for number in range(draw(st.integers(1, 2)))
    )
    count = draw(st.integers(1, most))
    activities = tuple(draw(_activity(f"{number:02}", pools)) for number in range(count))
    pairs = [(one, other) for one in range(count) for other in range(one + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=count, unique=True)) if pairs else []
    links = tuple(
        Link(activities[one].id, activities[other].id, draw(st.integers(0, 2)), draw(_KINDS)) for one, other in chosen
    )
    closed = draw(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 3)), max_size=2))
    return Project(activities, links, pools, tuple((first, first + length) for first, length in closed))


@st.composite
def dated_projects(draw: st.DrawFn) -> Project:
    """Small ones with pins and latest finishes, which may leave no schedule at all."""
    project = draw(projects(most=3))
    activities = tuple(
        replace(
            each,
            pinned=draw(st.sampled_from([None, 0, 2, 4, 6])),
            finish_by=draw(st.sampled_from([None, None, 3, 6, 9])),
        )
        for each in project.activities
    )
    pools = tuple(replace(each, available_until=draw(st.sampled_from([None, None, 5, 8]))) for each in project.pools)
    return replace(project, activities=activities, pools=pools)


_KINDS = st.sampled_from([LinkKind.FINISH_TO_START, LinkKind.FINISH_TO_START, LinkKind.FINISH_TO_FINISH])


@st.composite
def _activity(draw: st.DrawFn, id: str, pools: tuple[Pool, ...]) -> Activity:
    demands = tuple(Demand(pool.id, draw(st.integers(0, pool.units))) for pool in pools)
    return Activity(
        id, draw(st.integers(0, 4)), demands, moving=draw(st.booleans()), not_before=draw(st.sampled_from([0, 0, 2]))
    )
