"""The page in this process, without and with a record, and the browser that opens it where it runs."""

import os
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from service.app import create_app
from service.settings import Records, Settings
from tests.page.browser import chromium, running_browser
from tests.recording import recording_app


@pytest.fixture(scope="session")
def unkept() -> FlaskClient:
    """A page whose service keeps nothing."""
    return create_app(Settings(records=Records.OFF)).test_client()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A page whose service keeps what it decides."""
    return recording_app(tmp_path_factory.mktemp("page")).test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all; a person without it skips, CI does not."""
    executable = chromium()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium, and CI must not skip the tests of the page")
        pytest.skip("there is no Chromium here: install the package `chromium` to run the tests of the page")
    with running_browser(executable) as found:
        yield found
