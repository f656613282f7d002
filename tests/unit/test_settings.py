"""Reading settings from an environment."""

from pathlib import Path

import pytest

from server.settings import InvalidSettings, Settings


def problems(**environment: str) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        Settings.read({f"FLOTILLA_{name}": value for name, value in environment.items()})
    return str(caught.value).splitlines()


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.read({"PATH": "/bin", "FLOTILLA_PORT": " "}) == Settings()


def test_values_have_the_type_of_their_setting() -> None:
    environment = {
        "FLOTILLA_PORT": "0",
        "FLOTILLA_DATA": "/srv/flotilla",
        "FLOTILLA_BROADCAST_URL": "memory://",
        "FLOTILLA_INVENTORY_LIMIT": "5 mib",
        "FLOTILLA_TEXT_LIMIT": "2048",
        "FLOTILLA_LOG_LEVEL": "DEBUG",
    }

    settings = Settings.read(environment)

    assert settings.port == 0
    assert settings.data == Path("/srv/flotilla")
    assert settings.broadcast_url == "memory://"
    assert settings.inventory_limit == 5 * 1024 * 1024
    assert settings.text_limit == 2048
    assert settings.log_level == "debug"


@pytest.mark.parametrize("port", ["", "x", "-1", "65536", "8000.0", "٣", "1e3", "9" * 40])
def test_a_port_is_a_number_of_a_port(port: str) -> None:
    if not port:
        assert Settings.read({"FLOTILLA_PORT": port}).port == 8000
        return

    assert problems(PORT=port) == [f"FLOTILLA_PORT is {port!r}. Give a whole number from 0 to 65535."]


@pytest.mark.parametrize("size", ["0", "-5", "1.5 MiB", "10 MB", "lots", "MiB"])
def test_a_size_is_a_number_with_a_binary_unit(size: str) -> None:
    assert problems(INVENTORY_LIMIT=size) == [
        f"FLOTILLA_INVENTORY_LIMIT is {size!r}. Give a size such as 500 KiB, 100 MiB or 1 GiB; a bare number is bytes."
    ]


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "host:5432", "postgresql://", "postgresql://h:x/d", "postgresql://[h/d"]
)
def test_a_database_is_a_url_of_postgresql(url: str) -> None:
    assert problems(DATABASE_URL=url) == [
        f"FLOTILLA_DATABASE_URL is {url!r}. Give a URL such as postgresql://user:password@host:5432/flotilla."
    ]


def test_every_problem_is_told_at_once_and_passwords_are_not() -> None:
    assert problems(PORT="http", BROADCAST_URL="amqp://me:secret@h", LOG_LEVEL="loud") == [
        "FLOTILLA_PORT is 'http'. Give a whole number from 0 to 65535.",
        "FLOTILLA_BROADCAST_URL is 'amqp://me:***@h'. Give a URL such as redis://host:6379/0, rediss://… or memory://.",
        "FLOTILLA_LOG_LEVEL is 'loud'. Give one of debug, info, warning, error.",
    ]


def test_a_misspelled_name_is_not_passed_over() -> None:
    assert problems(PROT="8001", XYZZY="1") == [
        "FLOTILLA_PROT is not a setting. Did you mean FLOTILLA_PORT?",
        "FLOTILLA_XYZZY is not a setting. docs/settings.md lists what there is.",
    ]
    assert Settings.read({"FLOTILLA_TEST_DATABASE_URL": "postgresql://h/d"}) == Settings()


@pytest.mark.parametrize(
    ("host", "issuer", "local"),
    [
        ("127.0.0.1", "", True),
        ("localhost", "", True),
        ("::1", "", True),
        ("0.0.0.0", "", False),  # noqa: S104 - the address is what is tested
        ("example.com", "", False),
        ("127.0.0.1", "https://login.example.com", False),
    ],
)
def test_tokens_of_our_own_are_for_loopback_without_an_issuer(host: str, issuer: str, *, local: bool) -> None:
    assert Settings(host=host, issuer_url=issuer).local_issuer is local


def test_how_long_the_answer_of_a_small_model_may_be_is_two_numbers() -> None:
    assert Settings.read({"FLOTILLA_MODEL_SHORT": "2x240"}).model_short == (2, 240)
    assert Settings.read({"FLOTILLA_MODEL_SHORT": ""}).model_short is None
    assert Settings.read({"FLOTILLA_MODEL_BRIEFING": "2000"}).model_briefing == 2_000


@pytest.mark.parametrize("short", ["2", "2x", "0x240", "2x9", "x240", "2x240x1", "-1x240", "2,240"])
def test_another_length_of_an_answer_is_refused(short: str) -> None:
    assert problems(MODEL_SHORT=short) == [
        f"FLOTILLA_MODEL_SHORT is {short!r}. Give items of a list x characters of a text, such as 2x240, at least 1x10."
    ]
    assert problems(MODEL_BRIEFING="1999") == [
        "FLOTILLA_MODEL_BRIEFING is '1999'. Give a whole number from 2000 to 1000000."
    ]
