"""Whose pages may use the API."""

from __future__ import annotations

import pytest

from server.origins import Origins
from server.settings import InvalidSettings, Settings

HOST = "plan.example.com"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, HOST),
        (f"https://{HOST}", HOST),
        (f"http://{HOST}", HOST),
        (f"https://{HOST}", f"{HOST}:443"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("https://Plan.Example.com", HOST),
    ],
)
def test_programs_and_this_servers_own_pages_are_let_in(origin: str | None, host: str) -> None:
    assert Origins().allow(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example.com", HOST),
        (f"https://{HOST}.evil.com", HOST),
        (f"https://evil.com/{HOST}", HOST),
        (f"https://{HOST}:8443", HOST),
        ("null", HOST),
        ("", HOST),
        (f"file://{HOST}", HOST),
        (HOST, HOST),
        (f"https://{HOST}", None),
        ("https://", ""),
    ],
)
def test_other_pages_are_not(origin: str, host: str | None) -> None:
    assert not Origins().allow(origin, host)


def test_a_page_that_is_named_is_let_in_as_it_is_written() -> None:
    origins = Origins.read("https://a.example,http://localhost:3000")

    assert origins.allow("https://a.example", HOST)
    assert origins.allow("http://localhost:3000", HOST)
    assert not origins.allow("http://a.example", HOST)
    assert not origins.allow("http://localhost", HOST)


def test_a_star_is_any_page() -> None:
    assert Origins.read("*").allow("https://anywhere.example", HOST)
    assert Origins.read("*").allow("null", HOST)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "https://a.example",
        "https://a.example, http://localhost:3000",
        "http://[::1]:3000",
        "https://a.example:8443",
    ],
)
def test_origins_are_set_as_browsers_write_them(text: str) -> None:
    assert Settings.read({"FLOTILLA_ORIGINS": text}).origins == text


@pytest.mark.parametrize(
    "text",
    [
        "a.example",
        "https://a.example/",
        "https://a.example/path",
        "https://A.example",
        "https://a.example:443",
        "http://a.example:80",
        "ftp://a.example",
        "https://",
        "null",
        "https://*.example",
        "https://a.example:port",
        "https://user@a.example",
    ],
)
def test_what_no_browser_would_send_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(InvalidSettings, match="Give origins such as https://plan"):
        Settings.read({"FLOTILLA_ORIGINS": text})
