"""The page in this process, without and with a record."""

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings
from tests.recording import recording_app


@pytest.fixture(scope="session")
def unkept() -> FlaskClient:
    """A page whose service keeps nothing."""
    return create_app(Settings(records=Records.OFF)).test_client()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A page whose service keeps what it decides."""
    return recording_app(tmp_path_factory.mktemp("page")).test_client()
