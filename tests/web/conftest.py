"""The application as the tests of the edge see it: in this process, with the usual settings."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings


@pytest.fixture(scope="session")
def app() -> Flask:
    """One application for all tests: it keeps nothing between requests."""
    return create_app(Settings(records=Records.OFF, answers_bytes=0))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without cookies or memory."""
    return app.test_client()
