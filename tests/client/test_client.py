"""The client waits, tries again and gives up as it says, before a service of a few lines and before the real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest
import yaml

from service.client import Client, RefusedError, UnreachableError, answers
from tests.e2e.server import ROOT, Server, running_service
from tests.waiting import free_port

SCHEMAS = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))["components"]["schemas"]
DEMO = {"cluster": {"name": "demo"}}


class Told(ThreadingHTTPServer):
    """Answers with what it was told, one after the other, and keeps what it was sent."""

    def __init__(self, told: list[tuple[int, dict[str, str], bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.told = told
        self.sent: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    server: Told

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.sent.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        status, headers, answer = self.server.told.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _answer  # noqa: N815 - http.server calls them so

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def told(*answers: tuple[int, Any] | tuple[int, Any, dict[str, str]]) -> Iterator[Told]:
    """A service that gives these statuses and bodies."""
    given = [
        (one[0], one[2] if len(one) == 3 else {}, one[1] if isinstance(one[1], bytes) else json.dumps(one[1]).encode())
        for one in answers
    ]
    server = Told(given)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client_of(server: Told, **given: Any) -> Client:
    return Client(server.url, **{"backoff": 0.0, **given})


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_tried_again_with_the_same_question(status: int) -> None:
    with told((status, {}), (status, {}), (200, {"outcome": "recommended"})) as server, client_of(server) as client:
        assert client.decide(DEMO)["outcome"] == "recommended"
        assert [json.loads(body) for _, _, body in server.sent] == [DEMO] * 3


def test_retry_after_is_obeyed() -> None:
    with (
        told((429, {}, {"retry-after": "1"}), (200, {"outcome": "recommended"})) as server,
        client_of(server) as client,
    ):
        assert client.decide(DEMO)["outcome"] == "recommended"
        assert len(server.sent) == 2


def test_what_stays_unavailable_is_refused_with_its_problem() -> None:
    problem = {"title": "Not recorded", "detail": "the store is down", "errors": []}
    with told(*[(503, problem)] * 3) as server, client_of(server, retries=2) as client:
        with pytest.raises(RefusedError, match="503: the store is down") as refused:
            client.decide(DEMO)
        assert (refused.value.status, refused.value.problem) == (503, problem)
        assert len(server.sent) == 3


def test_a_wrong_question_is_not_sent_again_and_every_mistake_is_said() -> None:
    problem = {"detail": "one mistake", "errors": [{"pointer": "/cluster/name", "detail": "is missing"}]}
    with told((422, problem)) as server, client_of(server) as client:
        with pytest.raises(RefusedError, match=r"(?s)422: one mistake.*/cluster/name is missing"):
            client.decide({})
        assert len(server.sent) == 1


def test_an_answer_of_something_between_is_no_decision() -> None:
    with told((200, b"<html>"), (404, b"<html>")) as server, client_of(server) as client:
        with pytest.raises(UnreachableError, match="something else than JSON"):
            client.decide(DEMO)
        with pytest.raises(RefusedError, match="404: Not Found"):
            client.decision("../a")
        assert server.sent[1][0] == "/v1/decisions/..%2Fa"


def test_nobody_there_is_said_without_the_key() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", key="very-secret", retries=1, backoff=0.0)
    with client, pytest.raises(UnreachableError, match="does not answer") as found:
        client.decide(DEMO)
    assert "very-secret" not in str(found.value)


def test_the_key_goes_out_whatever_a_netrc_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with told((200, {}), (200, {})) as server:
        with client_of(server, key="very-secret", language="ko") as client:
            client.decide(DEMO, include=["unknowns"])
        (_, headers, body) = server.sent[0]
        assert (headers["authorization"], headers["accept-language"]) == ("Bearer very-secret", "ko")
        assert json.loads(body) == {**DEMO, "include": ["unknowns"]}


def test_a_redirect_is_not_followed_with_the_key() -> None:
    with told((307, {}, {"location": "http://127.0.0.1:1/"})) as server, client_of(server, key="k") as client:
        with pytest.raises((UnreachableError, RefusedError)):
            client.decide(DEMO)
        assert len(server.sent) == 1


def test_many_questions_are_taken_as_the_answers_are_and_keep_their_place() -> None:
    taken = []

    def questions() -> Iterator[dict[str, Any]]:
        for number in range(5):
            taken.append(number)
            yield {"cluster": {"name": str(number)}}

    pages = [(200, {"items": [{"index": i, "status": 200} for i in range(n)]}) for n in (2, 2, 1)]
    with told(*pages) as server, client_of(server) as client:
        answered = client.decide_each(questions(), window=2)
        assert next(answered)["index"] == 0
        assert taken == [0, 1]
        assert [item["index"] for item in answered] == [1, 2, 3, 4]
        assert len(server.sent) == 3


def test_pages_are_turned_until_the_last() -> None:
    with (
        told((200, {"items": [{"id": "b"}], "next": "c1"}), (200, {"items": [{"id": "a"}], "next": None})) as server,
        client_of(server) as client,
    ):
        assert [one["id"] for one in client.decisions(cluster="demo")] == ["b", "a"]
        assert [path for path, _, _ in server.sent] == [
            "/v1/decisions?cluster=demo",
            "/v1/decisions?cluster=demo&cursor=c1",
        ]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_service(tmp_path_factory.mktemp("client") / "log", WORKERS="1", RECORDS="required") as server:
        yield server


def test_the_real_service_gives_every_kind_of_answer(service: Server) -> None:
    with Client(service.url) as client:
        assert client.is_ready()
        decision = client.decide(DEMO)
        assert client.decision(decision["decision_id"])["decision_digest"] == decision["decision_digest"]
        assert decision["decision_id"] in {one["id"] for one in client.decisions(cluster="demo")}
        assert client.card(DEMO)["decision_id"] is None
        assert client.decision_card(decision["decision_id"])["decision_id"] == decision["decision_id"]
        assert "demo" in client.report(DEMO)
        assert client.diagram(DEMO).startswith("<svg")
        described = client.describe("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a}\n")
        assert described["descriptions"][0]["cluster"]["name"] == "a"
        items = list(client.decide_each([DEMO, {"cluster": {"nome": "demo"}}, DEMO], window=2))
        assert [(item["index"], item["status"]) for item in items] == [(0, 200), (1, 422), (2, 200)]
        with pytest.raises(RefusedError, match="404"):
            client.decision("00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize(
    "name",
    [
        "Assessment",
        "Card",
        "Decision",
        "Descriptions",
        "PresentSetting",
        "Problem",
        "Recommendation",
        "RecordSummary",
        "Statement",
    ],
)
def test_the_types_have_the_members_of_the_contract(name: str) -> None:
    typed, schema = getattr(answers, name), SCHEMAS[name]
    hints = get_type_hints(typed, include_extras=True)
    assert hints.keys() == schema["properties"].keys()
    assert {name for name, hint in hints.items() if get_origin(hint) is not NotRequired} == set(schema["required"])
