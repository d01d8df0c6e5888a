"""The environment is read once, and nonsense in it stops the start."""

from pathlib import Path

import pytest

from service.settings import Records, Settings, SettingsError, StoreSettings
from service.web.recorder import recorder_of


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
        "ANSWERS_BYTES": "0",
        "GRACEFUL_SECONDS": "5",
        "RECORDS": "Required",
        "RECORDS_URL": "postgresql://somewhere/records",
        "RECORDS_SPILL_FOLDER": "/var/spill",
        "RECORDS_SPILL_BYTES": "0",
        "RECORDS_MASK": "/question/cluster/labels,/answer/cluster/labels",
        "RECORDS_KEEP_DAYS": "400",
        "RECORDS_KEEP_NEWEST": "1000000",
    }

    settings = Settings.from_environment(environment)

    assert settings == Settings(
        host="0.0.0.0",
        port=9000,
        workers=3,
        log_level="DEBUG",
        max_body_bytes=4096,
        answers_bytes=0,
        graceful_seconds=5,
        records=Records.REQUIRED,
        store=StoreSettings(
            url="postgresql://somewhere/records",
            spill_folder=Path("/var/spill"),
            spill_bytes=0,
            mask=("/question/cluster/labels", "/answer/cluster/labels"),
            keep_days=400,
            keep_newest=1_000_000,
        ),
    )


def test_all_mistakes_are_named_at_once() -> None:
    environment = {"PORT": "70000", "WORKERS": "many", "GRACEFUL_SECONDS": "-1", "LOG_LEVEL": "loud", "RECORDS": "yes"}

    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)

    assert str(refused.value) == (
        "RECORDS is `yes`, expected off, best_effort or required; "
        "PORT is `70000`, expected a whole number from 1 to 65535; "
        "WORKERS is `many`, expected a whole number from 1 to 256; "
        "LOG_LEVEL is `LOUD`, expected DEBUG, INFO, WARNING or ERROR; "
        "GRACEFUL_SECONDS is `-1`, expected a whole number from 1 to 600"
    )


def test_a_store_or_a_mask_that_cannot_be_is_a_mistake_in_the_settings() -> None:
    for store in (StoreSettings(url="mysql://somewhere"), StoreSettings(mask=("/cluster",))):
        with pytest.raises(SettingsError):
            recorder_of(Settings(store=store))
