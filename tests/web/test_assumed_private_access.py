"""A document whose private access rests on an assumption: the question back never asks for both endpoints off."""

from __future__ import annotations

from flask.testing import FlaskClient

_TEMPLATE = """
Parameters: {Private: {Type: String, Default: 'true'}}
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      Name: one
      ResourcesVpcConfig: {EndpointPublicAccess: false, EndpointPrivateAccess: !Ref Private, SubnetIds: [subnet-a]}
"""


def test_a_private_cluster_whose_switch_is_assumed_is_decided(client: FlaskClient) -> None:
    response = client.post("/v1/decisions", json={"source": {"document": _TEMPLATE}})

    assert response.status_code == 200
    asked = {unknown["field"]: unknown for unknown in response.get_json()["unknowns"]}
    answers = asked.get("/cluster/endpoint_access/private", {"answers": []})["answers"]
    assert all(answer["value"] is not False for answer in answers)
