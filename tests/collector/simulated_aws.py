"""AWS over HTTP in a process of its own: moto, what moto lacks, and faults on demand.

``python -m tests.collector.simulated_aws PORT``. What moto 5.2.5 lacks (tried): the operations in `LACKING`, which
it answers with a page in HTML. Faults are set with ``POST /faults``, a list of objects with `call`, and perhaps
`region`, `code`, `status`, `times` and `delay`; ``GET /calls`` lists what was called.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple

Environ = dict[str, Any]
Start = Callable[..., Any]
_SCOPE = re.compile(r"Credential=[^/]+/[0-9]{8}/([^/]+)/([^/]+)/")
_OF_EKS = (
    (r"/clusters", "ListClusters"),
    (r"/clusters/[^/]+", "DescribeCluster"),
    (r"/clusters/[^/]+/node-groups", "ListNodegroups"),
    (r"/clusters/[^/]+/node-groups/[^/]+", "DescribeNodegroup"),
    (r"/clusters/[^/]+/fargate-profiles", "ListFargateProfiles"),
    (r"/clusters/[^/]+/fargate-profiles/[^/]+", "DescribeFargateProfile"),
)
LACKING = {
    "ec2:DescribeVpcBlockPublicAccessOptions": "<vpcBlockPublicAccessOptions><awsRegion>{region}</awsRegion>"
    "<internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>",
    "ec2:DescribeVpcBlockPublicAccessExclusions": "<vpcBlockPublicAccessExclusionSet/>",
    "ec2:DescribeClientVpnEndpoints": "<clientVpnEndpoint/>",
    "directconnect:DescribeVirtualInterfaces": '{"virtualInterfaces": []}',
    "directconnect:DescribeDirectConnectGatewayAssociations": '{"directConnectGatewayAssociations": []}',
}


class SimulatedAws:
    """The application."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._faults: list[dict[str, Any]] = []
        self._calls: list[list[str]] = []

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/faults":
            self._faults = json.loads(_body(environ))
            self._calls.clear()
            return _answer(start, "200 OK", "application/json", "{}")
        if environ["PATH_INFO"] == "/calls":
            return _answer(start, "200 OK", "application/json", json.dumps(self._calls))
        call, region = _called(environ)
        if environ["REQUEST_METHOD"] == "GET" or not call.startswith("eks"):
            self._calls.append([call, region])
            fault = self._fault(call, region)
            if fault:
                return _fault(start, call, fault)
        if call in LACKING:
            return _lacking(start, call, region)
        answered: Iterable[bytes] = self._moto(environ, start)
        return answered

    def _fault(self, call: str, region: str) -> dict[str, Any] | None:
        for fault in self._faults:
            if fault["call"] == call and fault.get("region", region) == region and fault.get("times", 1) > 0:
                if "times" in fault:
                    fault["times"] -= 1
                time.sleep(fault.get("delay", 0))
                return fault if "code" in fault else None
        return None


def _body(environ: Environ) -> bytes:
    content: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(content)
    return content


def _called(environ: Environ) -> tuple[str, str]:
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    region, service = scope.groups() if scope else ("", "")
    if service == "eks":
        names = [name for pattern, name in _OF_EKS if re.fullmatch(pattern, environ["PATH_INFO"])]
        return f"eks:{names[0] if names else ''}", region
    target = environ.get("HTTP_X_AMZN_TARGET") or environ.get("HTTP_X_AMZ_TARGET", "")
    action = target.rpartition(".")[2] or parse_qs(_body(environ).decode("latin-1")).get("Action", [""])[0]
    return f"{service}:{action}", region


def _fault(start: Start, call: str, fault: dict[str, Any]) -> Iterable[bytes]:
    code, status = fault["code"], f"{fault.get('status', 403)} Fault"
    why = "User: arn:aws:sts::123456789012:assumed-role/secret-name is not authorized"
    if call.startswith(("ec2", "sts")):
        inner = f"<Error><Code>{code}</Code><Message>{why}</Message></Error>"
        whole = f"<Errors>{inner}</Errors>" if call.startswith("ec2") else inner
        name = "Response" if call.startswith("ec2") else "ErrorResponse"
        return _answer(start, status, "text/xml", f"<{name}>{whole}<RequestID>1</RequestID></{name}>")
    body = json.dumps({"__type": code, "message": why})
    return _answer(start, status, "application/json", body, ("x-amzn-errortype", code))


def _lacking(start: Start, call: str, region: str) -> Iterable[bytes]:
    body = LACKING[call]
    if call.startswith("ec2"):
        name = f"{call.partition(':')[2]}Response"
        space = "http://ec2.amazonaws.com/doc/2016-11-15/"
        inner = body.format(region=region)
        return _answer(start, "200 OK", "text/xml", f'<{name} xmlns="{space}"><requestId>1</requestId>{inner}</{name}>')
    return _answer(start, "200 OK", "application/x-amz-json-1.1", body)


def _answer(start: Start, status: str, kind: str, body: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    content = body.encode()
    start(status, [("content-type", kind), ("content-length", str(len(content))), *headers])
    return [content]


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any, **__: Any) -> None:
        """Nothing: a test reads what the command prints."""


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), SimulatedAws(), threaded=True, request_handler=_Quiet)
