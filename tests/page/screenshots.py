"""Takes the screenshots of docs/img anew: the page in light, dark, at phone width and in Korean, and a portal with the
card in it (`make screenshots`).

Chromium draws them and the service answers on a free port of this machine. They are small because colours are few;
fonts are those of the machine, so they are looked at and not compared.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.server import Server, running_service
from tests.page.browser import chromium, running_browser
from tests.page.portal import Portal, running_portal

IMAGES = Path(__file__).parents[2] / "docs" / "img"
MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Shot:
    """A screenshot: where, how large, and in which light and language."""

    name: str
    path: str
    width: int = 1200
    height: int = 1000
    scheme: str = "light"
    locale: str = "en-US"
    is_of_portal: bool = False


SHOTS = (
    Shot("page-start", "/", height=820),
    Shot("page-light", "/examples/nodes-cannot-join", height=1080),
    Shot("page-dark", "/examples/nodes-cannot-join#modes", scheme="dark", height=860),
    Shot("page-phone", "/examples/nodes-cannot-join", width=390, height=844),
    Shot("page-korean", "/examples/nodes-cannot-join", locale="ko-KR", height=1080),
    Shot("card", "/index.html", width=1100, height=1070, is_of_portal=True),
)


def take(browser: Browser, server: Server, portal: Portal, shot: Shot) -> Path:
    """The file of a screenshot that was taken."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale=shot.locale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto((portal.origin if shot.is_of_portal else server.url) + shot.path, wait_until="networkidle")
    file = IMAGES / f"{shot.name}.png"
    page.screenshot(path=file)
    context.close()
    return file


def main() -> int:
    """Takes them all; 1 if one is too large to stand in a README."""
    executable = chromium()
    if executable is None:
        sys.exit("there is no Chromium here: install the package `chromium`")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_portal() as portal,
        running_service(Path(folder) / "log", RECORDS="off", WORKERS="1", ALLOWED_ORIGINS=portal.origin) as server,
        running_browser(executable) as browser,
    ):
        portal.show_example(server.url)
        files = [take(browser, server, portal, shot) for shot in SHOTS]
    for file in files:
        print(f"{file.stat().st_size:7} {file.name}")  # noqa: T201  what a command of the Makefile prints
    return int(any(file.stat().st_size > MOST_BYTES for file in files))


if __name__ == "__main__":
    sys.exit(main())
