"""The many shapes in which AWS's answers about a cluster are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.intake import aws
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, stated, unknown_fields

(AWS,) = aws.FORMATS
_PRIVATE = {"endpointPublicAccess": False, "endpointPrivateAccess": True, "vpcId": "vpc-1", "subnetIds": ["subnet-a"]}
_CLUSTER = {
    "name": "one",
    "arn": "arn:aws:eks:eu-west-1:123456789012:cluster/one",
    "createdAt": "2024-01-02T03:04:05.678000+02:00",
    "status": "ACTIVE",
    "resourcesVpcConfig": _PRIVATE,
}
_AS_PRIVATE = {"endpoint_public_access": False, "endpoint_private_access": True, "public_access_cidrs": []}


def _read(*documents: Any) -> tuple[Understanding, ...]:
    named = {f"{number}.json": document for number, document in enumerate(documents)}
    assert all(AWS.recognises(document, name) for name, document in named.items())
    return AWS.read(named)


def _capitals(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _capitals(member) for name, member in value.items()}
    return value


@pytest.mark.parametrize(
    "document",
    [
        {"cluster": _CLUSTER},
        _CLUSTER,
        [{"cluster": _CLUSTER}],
        {"clusters": [_CLUSTER]},
        {"Cluster": _capitals(_CLUSTER)},
        {"status_code": 200, "data": {"cluster": _CLUSTER, "ResponseMetadata": {}}},
        {"eventName": "CreateCluster", "requestParameters": {"name": "x"}, "responseElements": {"cluster": _CLUSTER}},
        {"rows": [{"name": "one", "arn": _CLUSTER["arn"], "resources_vpc_config": _capitals(_PRIVATE)}]},
        {"TypeName": "AWS::EKS::Cluster", "ResourceDescription": {"Properties": json.dumps(_capitals(_CLUSTER))}},
    ],
    ids=["response", "query", "list", "clusters", "sdk", "placebo", "trail", "rows", "cloud control"],
)
def test_a_cluster_is_the_same_in_every_envelope(document: Any) -> None:
    (found,) = _read(document)

    assert found.cluster["name"] == "one"
    assert found.cluster["region"] == "eu-west-1"
    assert effective(found) == _AS_PRIVATE
    assert_decidable(found)


def test_places_keep_the_spelling_of_the_document() -> None:
    (found,) = _read({"rows": [{"name": "one", "resources_vpc_config": {"EndpointPublicAccess": True}}]})

    places = {origin.field: origin.place for origin in found.origins}
    assert places["/endpoint_access/public"] == "0.json#/rows/0/resources_vpc_config/EndpointPublicAccess"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-01-02T03:04:05.678000+02:00", "2024-01-02T01:04:05Z"),
        (1704164645.678, "2024-01-02T03:04:05Z"),
        (
            {"__class__": "datetime", "year": 2024, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5},
            "2024-01-02T03:04:05Z",
        ),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
    ],
)
def test_the_time_of_creation_is_read_however_it_was_recorded(given: Any, expected: str | None) -> None:
    (found,) = _read({"cluster": _CLUSTER | {"createdAt": given}})

    assert found.cluster.get("created_at") == expected


def test_an_absent_list_of_a_dual_stack_cluster_depends_on_its_age() -> None:
    config = {"endpointPublicAccess": True}
    network = {"ipFamily": "ipv6"}
    old, new = (
        _read(
            {
                "cluster": {
                    "name": "x",
                    "createdAt": day,
                    "resourcesVpcConfig": config,
                    "kubernetesNetworkConfig": network,
                }
            }
        )
        for day in ("2024-10-20T00:00:00Z", "2024-10-22T00:00:00Z")
    )

    assert effective(old[0])["public_access_cidrs"] == ["0.0.0.0/0"]
    assert effective(new[0])["public_access_cidrs"] == ["0.0.0.0/0", "::/0"]


def test_a_request_to_create_a_cluster_leaves_the_defaults_to_eks() -> None:
    (found,) = _read({"name": "one", "roleArn": "arn:aws:iam::123456789012:role/x", "resourcesVpcConfig": {}})

    assert effective(found) == {
        "endpoint_public_access": True,
        "endpoint_private_access": False,
        "public_access_cidrs": ["0.0.0.0/0"],
    }
    assert set(stated(found).values()) == {None}


def test_a_request_to_change_a_cluster_tells_only_what_it_names() -> None:
    (found,) = _read({"name": "one", "resourcesVpcConfig": {"endpointPrivateAccess": True}})

    assert effective(found) == {
        "endpoint_public_access": None,
        "endpoint_private_access": True,
        "public_access_cidrs": None,
    }
    assert "/endpoint_access/public" in unknown_fields(found)


def test_a_change_beside_the_description_of_its_cluster_is_left_out() -> None:
    (found,) = _read(
        {"cluster": {name: value for name, value in _CLUSTER.items() if name != "arn"}},
        {"name": "one", "resourcesVpcConfig": {"endpointPublicAccess": True}},
    )

    assert effective(found) == _AS_PRIVATE
    assert any("asks for a change" in one.why for one in found.ignored)


def test_of_two_descriptions_of_one_cluster_the_last_is_taken() -> None:
    later = _CLUSTER | {"resourcesVpcConfig": _PRIVATE | {"endpointPublicAccess": True}}

    (found,) = _read({"cluster": _CLUSTER}, {"cluster": later})

    assert effective(found)["endpoint_public_access"] is True
    assert any(one.place == "0.json#/cluster" for one in found.ignored)


def test_a_finding_does_not_carry_the_private_endpoint() -> None:
    finding = {"SchemaVersion": "2018-10-08", "ProductArn": "arn:aws:securityhub:x"}
    details = {"AwsEksCluster": {"Name": "one", "ResourcesVpcConfig": {"EndpointPublicAccess": True}}}

    (found,) = _read({"Findings": [finding | {"Resources": [{"Details": details}]}]})

    assert effective(found)["endpoint_public_access"] is True
    assert "/endpoint_access/private" in unknown_fields(found)


def test_a_registered_cluster_is_refused_with_the_reason() -> None:
    with pytest.raises(NotUnderstoodError, match=r"EKS Connector.*F-7\.19"):
        _read({"cluster": {"name": "far", "arn": _CLUSTER["arn"], "connectorConfig": {"provider": "EKS_ANYWHERE"}}})


def test_a_registered_cluster_does_not_spoil_another() -> None:
    (found,) = _read({"cluster": _CLUSTER}, {"cluster": {"name": "far", "connectorConfig": {"provider": "OTHER"}}})

    assert found.cluster["name"] == "one"
    assert any("F-7.19" in one.why for one in found.ignored)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"clusters": ["one", "two"]}, "a cluster's name alone"),
        ({"status_code": 403, "data": {"Error": {"Code": "AccessDeniedException"}}}, "AccessDeniedException"),
        ({"NatGateways": []}, "no cluster and no VPC is described"),
    ],
)
def test_what_describes_nothing_is_refused_with_why(document: Any, why: str) -> None:
    with pytest.raises(NotUnderstoodError, match=why):
        _read(document)


@pytest.mark.parametrize(
    "document",
    [
        {"clusters": [{"clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/x", "clusterName": "x"}]},
        {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "x", "cluster": {"server": "https://x"}}]},
        {"apiVersion": "eks.services.k8s.aws/v1alpha1", "kind": "Cluster", "spec": {"resourcesVPCConfig": {}}},
        {"Resources": {"X": {"Type": "AWS::EKS::Cluster", "Properties": {"ResourcesVpcConfig": {}}}}},
        {"terraform_version": "1.9.0", "planned_values": {}, "resource_changes": []},
        ["a", 1, None],
    ],
    ids=["ecs", "kubeconfig", "ack", "cloudformation", "terraform", "list"],
)
def test_documents_of_others_are_left_to_them(document: Any) -> None:
    assert AWS.recognises(document, "x.json") is False


@pytest.mark.parametrize(
    "document",
    [
        {"cluster": {name: _CLUSTER[name] for name in ("name", "arn", "status")}},
        {"TypeName": "AWS::EKS::Cluster", "ResourceDescriptions": [{"Identifier": "a", "Properties": '{"Name": "a"}'}]},
    ],
    ids=["cut", "list-resources"],
)
def test_an_answer_without_the_settings_has_no_defaults(document: dict[str, Any]) -> None:
    """`aws cloudcontrol list-resources` gives the names of clusters and nothing else."""
    (found,) = _read(document)

    assert_decidable(found)
    assert set(effective(found).values()) == {None}
    assert {"/endpoint_access/public", "/endpoint_access/public_access_cidrs"} <= unknown_fields(found).keys()


def test_no_certificate_or_secret_of_a_document_is_told() -> None:
    (found,) = _read(
        {"cluster": _CLUSTER | {"certificateAuthority": {"data": "c2VjcmV0"}, "clientRequestToken": "tok"}}
    )

    assert "c2VjcmV0" not in repr(found)
    assert "tok" not in repr(found)
