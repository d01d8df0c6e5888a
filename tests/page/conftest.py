"""The page in this process, without and with a record."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings


@pytest.fixture(scope="session")
def unkept() -> FlaskClient:
    """A page whose service keeps nothing."""
    return create_app(Settings(records=Records.OFF)).test_client()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A page whose service keeps what it decides."""
    folder: Path = tmp_path_factory.mktemp("page")
    url = f"sqlite:///{folder / 'records.sqlite3'}"
    settings = Settings(records=Records.REQUIRED, records_url=url, records_spill_folder=folder / "spill")
    return create_app(settings).test_client()
