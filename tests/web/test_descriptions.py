"""``POST /v1/descriptions``: documents in every guise that a client may send, and what is refused."""

import base64
import io
import json
import tarfile
import zipfile

import pytest
from flask.testing import FlaskClient

from service.intake.documents import MOST_BYTES
from service.intake.recognising import Understood
from service.intake.registry import FORMATS
from service.intake.understanding import Understanding
from service.web.descriptions import as_document
from service.web.routes.descriptions import MEDIA_TYPES
from tests.web.assertions import assert_error
from tests.web.description import faults

CLUSTER_FILE = """\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: payments, region: eu-west-1}
vpc:
  clusterEndpoints: {publicAccess: true, privateAccess: true}
"""
AS_OBJECT = {
    "apiVersion": "eksctl.io/v1alpha5",
    "kind": "ClusterConfig",
    "metadata": {"name": "payments", "region": "eu-west-1"},
    "vpc": {"clusterEndpoints": {"publicAccess": True, "privateAccess": True}},
}


def names(answer: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [one["cluster"]["name"] for one in answer["descriptions"]]


def zipped(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return stream.getvalue()


def tarred(mode: str, name: str, text: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


@pytest.mark.parametrize("media_type", [one for one in MEDIA_TYPES if one != "application/json"])
def test_a_text_comes_under_any_of_its_content_types(client: FlaskClient, media_type: str) -> None:
    response = client.post("/v1/descriptions", data=CLUSTER_FILE, content_type=media_type)

    assert response.status_code == 200, response.get_json()
    assert names(response.get_json()) == ["payments"]
    assert faults("Descriptions", response.get_json()) == []


@pytest.mark.parametrize(
    "body",
    [
        AS_OBJECT,
        {"document": AS_OBJECT},
        {"document": CLUSTER_FILE},
        {"document": CLUSTER_FILE, "name": "cluster.yaml", "format": "eksctl-clusterconfig", "encoding": None},
        {"document": base64.b64encode(CLUSTER_FILE.encode()).decode(), "encoding": "base64"},
        {"document": base64.b64encode(zipped(cluster_yaml=CLUSTER_FILE)).decode(), "encoding": "base64"},
    ],
    ids=["by itself", "object", "text", "with all that can be said", "base64", "base64 archive"],
)
def test_json_is_the_document_itself_or_an_envelope(client: FlaskClient, body: dict[str, object]) -> None:
    response = client.post("/v1/descriptions", json=body)

    assert response.status_code == 200, response.get_json()
    assert names(response.get_json()) == ["payments"]


@pytest.mark.parametrize(
    "archive",
    [
        zipped(a_yaml=CLUSTER_FILE, b_yaml=CLUSTER_FILE.replace("payments", "orders"), notes_txt="hello"),
        tarred("w", "a.yaml", CLUSTER_FILE),
        tarred("w:gz", "a.yaml", CLUSTER_FILE),
    ],
    ids=["zip", "tar", "tar.gz"],
)
def test_an_archive_holds_several_documents(client: FlaskClient, archive: bytes) -> None:
    answer = client.post("/v1/descriptions", data=archive, content_type="application/octet-stream").get_json()

    assert names(answer)[0] == "payments"
    assert [part["place"] for part in answer["ignored"]] == (["notes.txt"] if len(names(answer)) == 2 else [])


def test_a_description_goes_into_a_question_as_it_is(client: FlaskClient) -> None:
    (one,) = client.post("/v1/descriptions", json=AS_OBJECT).get_json()["descriptions"]

    response = client.post("/v1/decisions", json={"cluster": one["cluster"]})

    assert response.status_code == 200
    assert response.get_json()["current"]["mode"] == "public_and_private"
    assert one["errors"] == []


def test_what_a_question_would_be_refused_for_is_said_beside_the_description() -> None:
    both_off = Understanding(
        format="one", place="", cluster={"endpoint_access": {"public": False, "private": False}}, consumers=()
    )

    (one,) = as_document(Understood(descriptions=(both_off,), ignored=()))["descriptions"]

    assert [error["pointer"] for error in one["errors"]] == ["/cluster/endpoint_access"]
    assert "F-1.3" in one["errors"][0]["detail"]
    assert faults("Description", one) == []


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"kind": "Nothing"}, "", "no format recognises the document; looked for: "),
        ({"document": {"kind": "Nothing"}}, "/document", "no format recognises the document"),
        ({"document": "just a text"}, "/document", "a plain text"),
        ({"document": 5}, "/document", "expected a document"),
        ({"document": None}, "/document", "is null"),
        ({"document": "", "name": "a.yaml"}, "/document", "is empty"),
        ({"document": "{", "name": "a.json"}, "/document", "is not JSON"),
        ({"document": "%%%", "encoding": "base64"}, "/document", "is not base64"),
        ({"document": {}, "encoding": "gzip"}, "/encoding", "expected one of `base64`"),
        ({"document": {}, "format": "eksctl-cluster-config"}, "/format", "did you mean `eksctl-clusterconfig`?"),
        ({"document": {}, "format": "excel"}, "/format", "there are `"),
        ({"document": {}, "fromat": "eksctl"}, "/fromat", "did you mean `format`?"),
        ([], "", "no format recognises"),
        (7, "", "no format recognises"),
    ],
)
def test_a_mistake_is_said_at_its_place(client: FlaskClient, body: object, pointer: str, words: str) -> None:
    answer = assert_error(client.post("/v1/descriptions", json=body), 422, "INVALID_DOCUMENT")

    assert [error["pointer"] for error in answer["errors"]] == [pointer]
    assert words in answer["errors"][0]["detail"]


def test_format_and_name_come_in_the_address_where_the_document_comes_by_itself(client: FlaskClient) -> None:
    right = client.post(
        "/v1/descriptions?format=eksctl-clusterconfig&name=c.yaml", data=CLUSTER_FILE, content_type="text/yaml"
    )
    wrong = client.post("/v1/descriptions?name=c.json", data=CLUSTER_FILE, content_type="text/yaml")
    unknown = client.post("/v1/descriptions?kind=eksctl", data=CLUSTER_FILE, content_type="text/yaml")

    assert names(right.get_json()) == ["payments"]
    assert "is not JSON" in assert_error(wrong, 422, "INVALID_DOCUMENT")["errors"][0]["detail"]
    assert assert_error(unknown, 422, "INVALID_DOCUMENT")["errors"][0]["pointer"] == "/kind"


def test_json_that_is_none_is_400(client: FlaskClient) -> None:
    response = client.post("/v1/descriptions", data=b'{"a": 1, "a": 2}', content_type="application/json")

    assert_error(response, 400, "UNREADABLE_DOCUMENT")


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "text/html"}, {}, {"Content-Type": "text/yaml", "Content-Encoding": "br"}]
)
def test_other_bodies_are_415(client: FlaskClient, headers: dict[str, str]) -> None:
    body = assert_error(client.post("/v1/descriptions", data=b"a: 1", headers=headers), 415, "UNSUPPORTED_MEDIA_TYPE")

    assert "expected" in body["detail"]


def test_a_document_as_large_as_the_limit_is_read_and_one_byte_more_is_413(client: FlaskClient) -> None:
    text = json.dumps(AS_OBJECT).encode()
    largest = text + b" " * (MOST_BYTES - len(text))

    taken = client.post("/v1/descriptions", data=largest, content_type="application/json")
    refused = client.post("/v1/descriptions", data=largest + b" ", content_type="application/json")

    assert taken.status_code == 200
    assert f"larger than {MOST_BYTES} bytes" in assert_error(refused, 413, "TOO_LARGE")["detail"]


def test_a_question_keeps_its_own_limit(client: FlaskClient) -> None:
    response = client.post("/v1/decisions", data=b" " * (256 * 1024 + 1), content_type="application/json")

    assert f"larger than {256 * 1024} bytes" in assert_error(response, 413, "TOO_LARGE")["detail"]


def test_the_formats_are_listed_in_the_order_in_which_they_are_asked(client: FlaskClient) -> None:
    items = client.get("/v1/formats").get_json()["items"]

    assert items == [{"id": one.name, "title": one.title} for one in FORMATS]
    assert len({item["id"] for item in items}) == len(items)
