"""docs/settings.md and server/settings.py tell of the same settings."""

import re
from dataclasses import fields
from pathlib import Path

from server.settings import Settings, size, variable

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(FLOTILLA_[A-Z_]+)` \| (?:`([^`]*)`|\(empty\)) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    return [(name, default, means) for name, default, means in ROW.findall(text)]


def test_every_setting_is_in_the_table_and_nothing_else_is() -> None:
    assert [name for name, _, _ in rows()] == [variable(item) for item in fields(Settings)]


def test_the_table_says_what_a_setting_means_and_what_it_is_unless_told() -> None:
    told = {name: (default, means) for name, default, means in rows()}

    for item in fields(Settings):
        default, means = told[variable(item)]
        parsed = item.metadata["parse"](default)
        assert (parsed, means) == (item.default, item.metadata["means"]), variable(item)
        assert item.metadata["parse"] is not size or default.endswith("iB")


def test_the_compose_file_and_the_image_name_settings_that_exist() -> None:
    known = {variable(item) for item in fields(Settings)}

    for name in ("docker-compose.yml", "Dockerfile"):
        text = (ROOT / name).read_text("utf-8")
        assert set(re.findall(r"FLOTILLA_[A-Z_]+", text)) <= known, name


def test_every_setting_is_read_somewhere() -> None:
    """One that changes nothing would be a lie."""
    product = [path for path in (ROOT / "server").rglob("*.py") if path.name != "settings.py"]
    text = "\n".join(path.read_text("utf-8") for path in product)

    unread = [item.name for item in fields(Settings) if not re.search(rf"\.{item.name}\b", text)]

    assert unread == []
