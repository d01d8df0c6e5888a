"""A portal for the tests and the screenshots: the example of docs/portal, served from an origin of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

EXAMPLE = Path(__file__).parents[2] / "docs" / "portal"
SERVICE_OF_EXAMPLE = "http://127.0.0.1:8080"
_MEDIA_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}


@dataclass(slots=True)
class Portal:
    """A running portal; what stands in ``pages`` is answered."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)
    policy: str | None = None
    """The content security policy of its pages."""

    def show_example(self, service: str) -> None:
        """Puts the example there, with the card of a service."""
        for file in EXAMPLE.iterdir():
            self.pages[f"/{file.name}"] = file.read_text("utf-8").replace(SERVICE_OF_EXAMPLE, service)


@contextmanager
def running_portal() -> Iterator[Portal]:
    """A portal on a free port, stopped at the end."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = portal.pages.get(path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", _MEDIA_TYPES.get(Path(path).suffix, "text/plain"))
            if portal.policy is not None:
                self.send_header("Content-Security-Policy", portal.policy)
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *told: object) -> None:
            """Says nothing: the tests say what is wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    portal = Portal(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
