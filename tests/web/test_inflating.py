"""Compressed bodies: understood once, bounded by what they expand to and by how far they expand."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import UnreadableDocumentError
from service.settings import Settings
from service.web.inflating import FREE_BYTES, MOST_RATIO, Inflater
from tests.web.assertions import assert_error

QUESTION = json.dumps({"cluster": {"name": "demo"}, "include": []}).encode()
LINES = "application/x-ndjson"
LIMIT = Settings().max_body_bytes


def expanded(coding: str, *pieces: bytes) -> bytes:
    """What a body in these pieces expands to."""
    inflater = Inflater(coding)
    found = [part for piece in pieces for part in inflater.expand(piece)]
    inflater.end()
    return b"".join(found)


def refusal_of(coding: str, *pieces: bytes) -> str:
    """The sentence with which it is refused."""
    with pytest.raises(UnreadableDocumentError) as refused:
        expanded(coding, *pieces)
    return refused.value.detail


def raw_deflate(data: bytes) -> bytes:
    """Without the frame that HTTP asks for."""
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@given(data=st.binary(max_size=2_000), size=st.integers(1, 400))
def test_what_comes_in_pieces_is_the_same(data: bytes, size: int) -> None:
    for coding, packed in (
        ("gzip", gzip.compress(data)),
        ("x-gzip", gzip.compress(data)),
        ("deflate", zlib.compress(data)),
    ):
        pieces = [packed[place : place + size] for place in range(0, len(packed), size)]

        assert expanded(coding, *pieces) == data


@pytest.mark.parametrize("size", [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 128 * 1024])
def test_the_edges_of_a_piece_lose_nothing(size: int) -> None:
    data = b"ab" * (size // 2) + b"c" * (size % 2)

    assert expanded("gzip", gzip.compress(data)) == data


def test_files_of_gzip_may_follow_each_other() -> None:
    assert expanded("gzip", gzip.compress(b"one") + gzip.compress(b"") + gzip.compress(b"two")) == b"onetwo"
    assert expanded("gzip", gzip.compress(b"one"), gzip.compress(b"two")) == b"onetwo"


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", b"{}", "the body is not `gzip`, as its content encoding says"),
        ("gzip", zlib.compress(b"{}"), "the body is not `gzip`, as its content encoding says"),
        ("deflate", gzip.compress(b"{}", mtime=0), "the body is not `deflate`, as its content encoding says"),
        ("deflate", raw_deflate(b"{}" * 100), "the body is not `deflate`, as its content encoding says"),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"more", "the body is not `gzip`, as its content encoding says"),
        ("deflate", zlib.compress(b"{}") + b"more", "something follows after the end of the body's `deflate`"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-1], "the body ends before its `gzip` does"),
        ("gzip", b"", "the body ends before its `gzip` does"),
    ],
)
def test_what_is_not_what_its_header_says_is_refused(coding: str, body: bytes, reason: str) -> None:
    assert refusal_of(coding, body) == reason


def test_a_checksum_that_does_not_fit_is_refused() -> None:
    packed = bytearray(gzip.compress(QUESTION))
    packed[-5] ^= 1

    assert refusal_of("gzip", bytes(packed)) == "the body is not `gzip`, as its content encoding says"


def test_a_body_may_expand_to_the_ratio_and_no_further() -> None:
    bomb = gzip.compress(b"\n" * (20 * FREE_BYTES))
    inflater = Inflater("gzip")
    taken: list[bytes] = []

    with pytest.raises(UnreadableDocumentError, match=f"expands to more than {MOST_RATIO} times its size"):
        taken.extend(inflater.expand(bomb))
    assert sum(map(len, taken)) <= FREE_BYTES + MOST_RATIO * len(bomb)
    assert expanded("gzip", gzip.compress(b"\n" * FREE_BYTES)) == b"\n" * FREE_BYTES


def post(client: FlaskClient, path: str, data: bytes, coding: str, content_type: str = "application/json") -> Any:
    """A compressed body."""
    return client.post(path, data=data, content_type=content_type, headers={"Content-Encoding": coding})


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_a_compressed_question_gets_the_same_answer(client: FlaskClient, coding: str) -> None:
    plain = client.post("/v1/decisions", data=QUESTION, content_type="application/json").get_json()

    packed = post(client, "/v1/decisions", gzip.compress(QUESTION), coding).get_json()

    assert packed["decision_digest"] == plain["decision_digest"]


def test_documents_and_lists_may_be_compressed(client: FlaskClient) -> None:
    document = b"apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a, region: eu-west-1}\n"
    described = post(client, "/v1/descriptions", zlib.compress(document), "deflate", "text/yaml")
    listed = post(client, "/v1/decision-batches", gzip.compress(b"[%b]" % QUESTION), "gzip")

    assert described.get_json()["descriptions"][0]["cluster"]["name"] == "a"
    assert [item["status"] for item in listed.get_json()["items"]] == [200]


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "identity, gzip", "compress", "aws-chunked"]
)
@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/decision-batches", "/v1/descriptions"])
def test_other_codings_and_several_are_415_with_what_is_taken(client: FlaskClient, path: str, coding: str) -> None:
    response = post(client, path, gzip.compress(QUESTION), coding)

    body = assert_error(response, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert f"`{coding}`" in body["detail"]
    assert response.headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_the_limit_is_that_of_the_expanded_body(client: FlaskClient, size: int) -> None:
    body = QUESTION + b" " * (size - len(QUESTION))

    response = post(client, "/v1/decisions", gzip.compress(body), "gzip")

    if size == LIMIT:
        assert response.status_code == 200
    else:
        assert f"larger than {LIMIT} bytes" in assert_error(response, 413, "TOO_LARGE")["detail"]


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/decision-batches", "/v1/descriptions"])
def test_a_bomb_is_refused(client: FlaskClient, path: str) -> None:
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))

    response = post(client, path, bomb, "gzip")

    assert response.status_code in (400, 413)
    assert_error(response, response.status_code, {400: "UNREADABLE_DOCUMENT", 413: "TOO_LARGE"}[response.status_code])


def test_a_bomb_within_a_bomb_is_not_opened(client: FlaskClient) -> None:
    twice = gzip.compress(gzip.compress(QUESTION))

    assert_error(post(client, "/v1/decisions", twice, "gzip"), 400, "UNREADABLE_DOCUMENT")


def statuses(response: Any) -> list[int]:
    """Those of the items of a stream."""
    return [json.loads(line)["status"] for line in response.data.splitlines()]


def test_a_stream_may_be_compressed(client: FlaskClient) -> None:
    body = gzip.compress(QUESTION + b"\nnonsense\n" + QUESTION)

    assert statuses(post(client, "/v1/decision-batches", body, "gzip", LINES)) == [200, 400, 200]


def test_a_stream_that_is_broken_inside_ends_with_what_is_wrong(client: FlaskClient) -> None:
    body = gzip.compress(QUESTION + b"\n") + b"nonsense"

    response = post(client, "/v1/decision-batches", body, "gzip", LINES)

    assert statuses(response) == [200, 400]
    assert "is not `gzip`" in json.loads(response.data.splitlines()[-1])["problem"]["detail"]


def test_a_stream_that_is_a_bomb_ends_soon(client: FlaskClient) -> None:
    line = b" " * (LIMIT - 1) + b"\n"
    bomb = gzip.compress(line * 400, compresslevel=9)

    response = post(client, "/v1/decision-batches", bomb, "gzip", LINES)

    answers = response.data.splitlines()
    assert len(answers) <= (FREE_BYTES + MOST_RATIO * len(bomb)) // LIMIT + 1
    assert b"expands to more than" in answers[-1]
