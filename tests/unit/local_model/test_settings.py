"""What makes other processes ask the local model."""

from __future__ import annotations

from server.local_model.running import SUITABLE, asking
from server.settings import Settings

URL = "http://127.0.0.1:1/v1"


def test_its_settings_are_settings_and_suit_a_small_model() -> None:
    settings = Settings.read(asking(URL, "key", {}))

    assert (settings.model, settings.model_url, settings.model_key.value) == ("smollm2", URL, "key")
    assert settings.model_short == (1, 120)
    assert settings.model_briefing < Settings().model_briefing
    assert settings.model_concurrency == 1


def test_it_wins_over_other_models_and_their_keys_stay_away_from_it() -> None:
    other = {
        "FLOTILLA_MODEL": "gpt-5",
        "FLOTILLA_MODEL_URL": "https://models.example.com/v1",
        "FLOTILLA_MODEL_KEY": "secret",
        "FLOTILLA_MODEL_API": "anthropic",
        "FLOTILLA_MODEL_ROLES": '{"planning_lead": {"model": "large"}}',
    }

    told = Settings.read({**other, **asking(URL, "key", other)})

    assert told == Settings.read(asking(URL, "key", {}))


def test_figures_that_were_given_stay() -> None:
    given = dict.fromkeys(SUITABLE, "") | {"FLOTILLA_MODEL_SECONDS": "7", "FLOTILLA_MODEL_SHORT": "3x300"}

    told = asking(URL, "key", given)

    assert {name: told[name] for name in SUITABLE} == {
        **SUITABLE,
        "FLOTILLA_MODEL_SECONDS": "7",
        "FLOTILLA_MODEL_SHORT": "3x300",
    }
