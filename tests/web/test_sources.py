"""A question that holds a document in place of its cluster."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.domain.errors import Mistake
from service.web.schemas.sourced import LEFT_OPEN, TAKEN, at_the_document
from tests.web.assertions import assert_error

EKSCTL = """\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: payments, region: eu-west-1}
managedNodeGroups: [{name: workers, privateNetworking: true}]
"""
TEMPLATE = """\
Parameters:
  Admins: {Type: CommaDelimitedList}
  Private: {Type: String}
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      Name: orders
      RoleArn: arn:aws:iam::111122223333:role/eks
      ResourcesVpcConfig:
        SubnetIds: [subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002]
        EndpointPublicAccess: true
        EndpointPrivateAccess: !Ref Private
        PublicAccessCidrs: !Ref Admins
"""
TWO = EKSCTL + "---\n" + EKSCTL.replace("payments", "orders")


def ask(client: FlaskClient, source: object, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/decisions", json={"source": source} | more)

    assert response.status_code == 200, response.get_json()
    answer: dict[str, Any] = response.get_json()
    return answer


def names_of_callers(answer: dict[str, Any]) -> set[str]:
    return {
        flow["consumer"]
        for assessment in answer["assessments"]
        for step in assessment["traffic_path"]
        for flow in step["flows"]
    }


def without_statements(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is new each time, and what only the document can tell: its statements and edits."""
    assumed = [one for one in answer["assumptions"] if one["code"] not in (LEFT_OPEN, TAKEN)]
    head = ("decision_id", "created_at", "input_digest", "decision_digest", "changes")
    return {name: value for name, value in answer.items() if name not in head} | {"assumptions": assumed}


@pytest.mark.parametrize("text", [EKSCTL, TEMPLATE], ids=["eksctl", "cloudformation"])
def test_a_document_gets_the_decision_of_its_description(client: FlaskClient, text: str) -> None:
    """Law 13: all routes agree."""
    (described,) = client.post("/v1/descriptions", json={"document": text}).get_json()["descriptions"]
    question = {"cluster": described["cluster"]}
    if described["consumers"]:
        question["consumers"] = described["consumers"]

    pasted = client.post("/v1/decisions", json=question).get_json()

    assert without_statements(ask(client, {"document": text})) == without_statements(pasted)


def test_described_consumers_are_taken_where_the_question_names_none(client: FlaskClient) -> None:
    ci = {"name": "ci", "kind": "pipeline", "location": {"at": "internet", "source_cidrs": ["203.0.113.7/32"]}}

    assert names_of_callers(ask(client, {"document": EKSCTL})) == {"workers", "operator"}
    assert names_of_callers(ask(client, {"document": EKSCTL}, consumers=[ci])) == {"ci"}


def test_what_a_document_leaves_open_is_said_with_its_text_and_decides_nothing(client: FlaskClient) -> None:
    answer = ask(client, {"document": TEMPLATE})

    left_open = {one["field"]: one["sentence"] for one in answer["assumptions"] if one["code"] == LEFT_OPEN}
    assert "Admins" in left_open["/cluster/endpoint_access/public_access_cidrs"]
    assert "Private" in left_open["/cluster/endpoint_access/private"]
    assert answer["current"] is None
    assert {one["code"] for one in answer["assumptions"]}.isdisjoint({"private-access-off", "public-access-cidrs-open"})


def test_a_default_of_the_format_is_said(client: FlaskClient) -> None:
    answer = ask(client, {"document": EKSCTL})

    taken = {one["field"]: one["sentence"] for one in answer["assumptions"] if one["code"] == TAKEN}
    assert "eksctl" in taken["/cluster/endpoint_access/private"]
    assert answer["current"]["mode"] == "public"


def test_the_text_of_a_document_cannot_break_the_report(client: FlaskClient) -> None:
    text = TEMPLATE.replace("!Ref Admins", "['`](http://x) # ${list}']")

    report = client.post(
        "/v1/decisions", json={"source": {"document": text}}, headers={"Accept": "text/markdown"}
    ).get_data(as_text=True)

    # As code, which shows a link's signs as they are; its own backtick is gone.
    assert "(`'](http://x) # ${list}`)" in report


def test_one_of_several_clusters_is_chosen_by_name(client: FlaskClient) -> None:
    answer = ask(client, {"document": TWO, "cluster": "orders"})

    assert answer["cluster"]["name"] == "orders"


@pytest.mark.parametrize(
    ("source", "pointer", "words"),
    [
        ({"document": TWO}, "/source/cluster", "is missing: the document describes 2 clusters, `payments`, `orders`"),
        ({"document": TWO, "cluster": "order"}, "/source/cluster", "did you mean `orders`?"),
        ({"document": TWO, "cluster": "x"}, "/source/cluster", "there are `payments`, `orders`"),
        ({"document": EKSCTL, "cluster": "orders"}, "/source/cluster", "is no cluster of the document"),
        ({"document": EKSCTL + "---\n" + EKSCTL, "cluster": "payments"}, "/source/cluster", "fits 2 clusters"),
        ({"document": {"kind": "Nothing"}}, "/source/document", "no format recognises the document"),
        (
            {"document": {"Vpcs": [{"VpcId": "vpc-0a1b2c3d4e5f60001", "CidrBlock": "10.0.0.0/16"}]}},
            "/source/document",
            "in which no cluster stands",
        ),
        (
            {"document": EKSCTL, "format": "eksctl-clusterconfg"},
            "/source/format",
            "did you mean `eksctl-clusterconfig`?",
        ),
        ({"format": "eksctl-clusterconfig"}, "/source/document", "is missing"),
        ("text", "/source", "expected an object"),
    ],
)
def test_a_mistake_in_a_source_is_said_at_its_place(
    client: FlaskClient, source: object, pointer: str, words: str
) -> None:
    body = assert_error(client.post("/v1/decisions", json={"source": source}), 422, "INVALID_QUESTION")

    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert words in body["errors"][0]["detail"]


def test_a_mistake_in_what_is_described_stands_at_the_document(client: FlaskClient) -> None:
    """A consumer of the question may name a subnet that the document does not hold, and that is the question's."""
    nodes = {"name": "nodes", "kind": "node", "subnets": ["private-9"]}

    response = client.post("/v1/decisions", json={"source": {"document": EKSCTL}, "consumers": [nodes]})

    body = assert_error(response, 422, "INVALID_QUESTION")
    assert [error["pointer"] for error in body["errors"]] == ["/consumers/0/subnets/0"]


@pytest.mark.parametrize(
    ("question", "moved"),
    [
        ({}, ["/source/document", "/source/document", "/requirements"]),
        ({"consumers": []}, ["/source/document", "/consumers/0/kind", "/requirements"]),
    ],
)
def test_what_the_question_says_itself_stays_where_it_is(question: dict[str, Any], moved: list[str]) -> None:
    mistakes = [Mistake(pointer, "is wrong") for pointer in ("/cluster/vpc", "/consumers/0/kind", "/requirements")]

    told = list(at_the_document(mistakes, question))

    assert [mistake.pointer for mistake in told] == moved
    assert told[0].detail == "as described, at `/cluster/vpc`: is wrong"


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({}, "/cluster"),
        ({"cluster": None, "source": None}, "/cluster"),
        ({"cluster": {}, "source": {"document": EKSCTL}}, "/source"),
    ],
)
def test_a_question_has_a_cluster_or_a_source(client: FlaskClient, question: object, pointer: str) -> None:
    body = assert_error(client.post("/v1/decisions", json=question), 422, "INVALID_QUESTION")

    assert [error["pointer"] for error in body["errors"]] == [pointer]
