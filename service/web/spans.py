"""Traces of requests for OpenTelemetry, if they are configured; nothing of it is imported or started otherwise.

1. A request is a server span as the semantic conventions for HTTP have it: named by method and route template, failed
   from 500 on. A query, a body, an address of a caller and a header are in no span, for they may hold secrets.
2. What a request does stands in child spans: `read`, `decide`, `advise`, `record`. A stream of many questions has
   them for its first ones only.
3. A `traceparent` is honoured, and its trace is named in the log whether or not traces are configured.
4. Spans wait in a bounded queue and are sent beside the requests; a collector that is slow or gone costs spans and
   no answer. The standard variables (`OTEL_*`) say where they go, how many of them, and under which name.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service import __version__
from service.logs import TRACE_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from opentelemetry.sdk.trace.export import SpanExporter

SERVICE_NAME = "eks-endpoint-decision"
ROUTE = "service.route"
"""Under which name the route template of a request stands in its environment, once it is known."""
MOST_CHILDREN = 64
"""Of one request; a stream of a hundred thousand questions would otherwise be one trace of as many spans."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"))


@dataclass(slots=True)
class _Request:
    """The span of the present request; ``left`` children may still be made."""

    tracing: Tracing
    span: Any
    left: int = MOST_CHILDREN


_PRESENT: ContextVar[_Request | None] = ContextVar("traced_request", default=None)


class Tracing:
    """The traces of a process: none until they are started, which a worker does after it was forked."""

    def __init__(self) -> None:
        self._provider: Any = None
        self._tracer: Any = None
        self._api: Any = None
        self._propagator: Any = None

    def start(self, exporter: SpanExporter | None = None) -> None:
        """From here on requests are traced, and their spans go where the environment says, or to ``exporter``."""
        sdk = importlib.import_module("opentelemetry.sdk.trace")
        export = importlib.import_module("opentelemetry.sdk.trace.export")
        resources = importlib.import_module("opentelemetry.sdk.resources")
        self._api = importlib.import_module("opentelemetry.trace")
        propagation = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
        if exporter is None:
            http = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
            processor = export.BatchSpanProcessor(http.OTLPSpanExporter())
        else:
            processor = export.SimpleSpanProcessor(exporter)
        named = resources.Resource({"service.name": SERVICE_NAME, "service.version": __version__})
        given = resources.OTELResourceDetector().detect()  # `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`
        self._provider = sdk.TracerProvider(resource=resources.Resource.create().merge(named).merge(given))
        self._provider.add_span_processor(processor)
        self._propagator = propagation.TraceContextTextMapPropagator()
        self._tracer = self._provider.get_tracer("service.web", __version__)

    def stop(self) -> None:
        """Sends what still waits."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = self._tracer = None

    def begin(self, environ: WSGIEnvironment) -> _Request | None:
        """Begins the span of a request, and names its trace in the log; None if requests are not traced."""
        parent = environ.get("HTTP_TRACEPARENT", "")
        given = _TRACEPARENT.fullmatch(parent)
        TRACE_ID.set(given[1] if given else None)
        if self._tracer is None:
            return None
        carrier = {"traceparent": parent, "tracestate": environ.get("HTTP_TRACESTATE", "")}
        span = self._tracer.start_span(
            environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "HTTP",
            self._propagator.extract(carrier),
            self._api.SpanKind.SERVER,
            _asked(environ),
        )
        TRACE_ID.set(f"{span.get_span_context().trace_id:032x}")
        request = _Request(self, span)
        _PRESENT.set(request)
        return request

    def end(self, request: _Request | None, environ: WSGIEnvironment, status: int) -> None:
        """Ends the span of a request with what became of it."""
        TRACE_ID.set(None)
        _PRESENT.set(None)
        if request is None:
            return
        span, route, method = request.span, environ.get(ROUTE), environ["REQUEST_METHOD"]
        span.set_attribute("http.response.status_code", status)
        if route is not None:
            span.set_attribute("http.route", route)
            span.update_name(f"{method if method in _METHODS else 'HTTP'} {route}")
        if status >= 500:
            span.set_attribute("error.type", str(status))
            span.set_status(self._api.StatusCode.ERROR)
        span.end()

    @contextmanager
    def child(self, request: _Request, name: str) -> Iterator[None]:
        """A span inside that of a request; one that raises says which kind of error, and not what it says."""
        context = self._api.set_span_in_context(request.span)
        span = self._tracer.start_span(name, context)
        try:
            yield
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(self._api.StatusCode.ERROR)
            raise
        finally:
            span.end()


@contextmanager
def part(name: str) -> Iterator[None]:
    """A part of what the present request does: a child span if it is traced, and nothing otherwise."""
    request = _PRESENT.get()
    if request is None or request.left == 0:
        yield
        return
    request.left -= 1
    with request.tracing.child(request, name):
        yield


def path_of(environ: WSGIEnvironment) -> str:
    """The path that a request asks for; WSGI hands it over as Latin-1 (PEP 3333)."""
    return environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")  # type: ignore[no-any-return]


def _asked(environ: WSGIEnvironment) -> Mapping[str, str]:
    method = environ["REQUEST_METHOD"]
    asked = {
        "http.request.method": method if method in _METHODS else "_OTHER",
        "url.path": path_of(environ),
        "url.scheme": environ["wsgi.url_scheme"],
        "network.protocol.version": environ.get("SERVER_PROTOCOL", "").removeprefix("HTTP/"),
    }
    return asked if method in _METHODS else {**asked, "http.request.method_original": method}
