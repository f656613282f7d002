"""How decisions about builds reach what is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.builds.build import Build
    from domain.flow import Flow


class BuildRepository(Protocol):
    """What builds add to their flows, which are locked by whoever asks."""

    async def get(self, flow: Flow, *, told: bool = False) -> Build:
        """As it stands; with `told` as much of its role's history as a model may be asked with, else no history."""

    async def save(self, build: Build) -> None:
        """It, and what its decisions since loading came to."""
