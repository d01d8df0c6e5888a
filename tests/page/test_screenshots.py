"""The screenshots that the documents show are there, and small enough for a page."""

import pytest

from tests.page.screenshots import IMAGES, MOST_BYTES, SHOTS, Shot


@pytest.mark.parametrize("shot", SHOTS)
def test_a_screenshot_is_there_and_small(shot: Shot) -> None:
    """`make screenshots` takes it anew."""
    file = IMAGES / f"{shot.name}.png"

    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size <= MOST_BYTES
