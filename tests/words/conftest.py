"""The application as the tests of the words see it."""

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A client of an application that keeps nothing."""
    return create_app(Settings(records=Records.OFF)).test_client()
