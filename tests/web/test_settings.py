"""The environment is read once, and nonsense in it stops the start."""

import pytest

from service.settings import Settings, SettingsError


def test_an_empty_environment_gives_the_usual_settings() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"PORT": "", "HOST": "", "LOG_LEVEL": ""}) == Settings()


def test_every_variable_is_read() -> None:
    environment = {
        "HOST": "0.0.0.0",
        "PORT": "9000",
        "WORKERS": "3",
        "LOG_LEVEL": "debug",
        "MAX_BODY_BYTES": "4096",
        "GRACEFUL_SECONDS": "5",
    }

    settings = Settings.from_environment(environment)

    assert settings == Settings(
        host="0.0.0.0",
        port=9000,
        workers=3,
        log_level="DEBUG",
        max_body_bytes=4096,
        graceful_seconds=5,
    )


def test_all_mistakes_are_named_at_once() -> None:
    environment = {"PORT": "70000", "WORKERS": "many", "GRACEFUL_SECONDS": "-1", "LOG_LEVEL": "loud"}

    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)

    assert str(refused.value) == (
        "LOG_LEVEL is `LOUD`, expected DEBUG, INFO, WARNING or ERROR; "
        "PORT is `70000`, expected a whole number from 1 to 65535; "
        "WORKERS is `many`, expected a whole number from 1 to 256; "
        "GRACEFUL_SECONDS is `-1`, expected a whole number from 1 to 600"
    )
