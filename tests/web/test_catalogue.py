"""The catalogues over HTTP: listed, by id, kept by clients, and helpful about what they do not hold."""

import pytest
from flask.testing import FlaskClient

from service.catalogue import CAUSES, CONTROLS, FACTS, FACTS_EDITION
from tests.web.assertions import assert_error


@pytest.mark.parametrize(("name", "known"), [("facts", FACTS), ("causes", CAUSES), ("controls", CONTROLS)])
def test_a_catalogue_lists_all_its_entries_with_id_title_and_source(
    client: FlaskClient, name: str, known: dict[str, object]
) -> None:
    listed = client.get(f"/v1/{name}").get_json()

    assert listed["facts_edition"] == FACTS_EDITION
    assert [item["id"] for item in listed["items"]] == list(known)
    assert all(item["title"] and item["source"] for item in listed["items"])


@pytest.mark.parametrize("path", ["facts/F-2.3", "causes/no-route-to-internet", "controls/cis-eks-5.4.1"])
def test_an_entry_reads_the_same_alone_as_in_its_list(client: FlaskClient, path: str) -> None:
    name, id_ = path.split("/")
    items = client.get(f"/v1/{name}").get_json()["items"]

    alone = client.get(f"/v1/{path}").get_json()

    assert alone == next(item for item in items if item["id"] == id_)


def test_a_fact_names_the_documents_and_editions_behind_it(client: FlaskClient) -> None:
    fact = client.get("/v1/facts/F-10.4").get_json()

    assert fact["confidence"] == "high"
    assert [source["key"] for source in fact["sources"]] == ["CIS-KB"]
    assert fact["sources"][0]["edition"]


@pytest.mark.parametrize("name", ["CKV_AWS_39", "checkov-ckv_aws_39", "Checkov CKV_AWS_39"])
def test_a_control_is_found_under_the_name_its_tool_gives_it(client: FlaskClient, name: str) -> None:
    control = client.get(f"/v1/controls/{name}").get_json()

    assert control["id"] == "checkov-ckv_aws_39"


def test_the_case_of_an_id_does_not_matter(client: FlaskClient) -> None:
    assert client.get("/v1/facts/f-2.3").get_json()["id"] == "F-2.3"
    assert client.get("/v1/causes/No-Route-To-Internet").get_json()["id"] == "no-route-to-internet"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("facts/F-2.33", "there is no fact `F-2.33`, did you mean `F-2.3`?"),
        (
            "causes/no-route-to-the-internet",
            "there is no cause `no-route-to-the-internet`, did you mean `no-route-to-internet`?",
        ),
        ("controls/cis-eks-5.4.8", "there is no control `cis-eks-5.4.8`, did you mean `cis-eks-5.4.3`?"),
        ("controls/iso27001", "there is no control `iso27001`; `/v1/controls` lists what there is"),
    ],
)
def test_an_unknown_id_is_answered_with_the_nearest_known_one(client: FlaskClient, path: str, sentence: str) -> None:
    response = client.get(f"/v1/{path}")

    assert assert_error(response, 404, "NOT_FOUND")["detail"] == sentence


def test_a_client_that_has_the_catalogue_is_spared_the_body(client: FlaskClient) -> None:
    first = client.get("/v1/facts")

    again = client.get("/v1/facts", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=3600"
    assert (again.status_code, again.data) == (304, b"")


def test_a_catalogue_is_read_only(client: FlaskClient) -> None:
    response = client.post("/v1/facts", json={})

    assert_error(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
