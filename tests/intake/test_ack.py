"""ACK's Cluster, its node groups, and the network that stands beside it as objects."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import ack
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import (
    assert_as_the_manifest_says,
    assert_decidable,
    effective,
    entries,
    from_text,
    one_from_text,
    understood,
    unknown_fields,
)

(ACK,) = ack.FORMATS


def _object(kind: str, name: str, spec: str, api: str = "ec2.services.k8s.aws/v1alpha1") -> str:
    return f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def _eks(kind: str, name: str, spec: str) -> str:
    return _object(kind, name, spec, "eks.services.k8s.aws/v1alpha1")


def _one(text: str) -> Understanding:
    return one_from_text(ACK, text)


_VPC = "vpcRef: {from: {name: net}}"
_NETWORK = (
    _object("VPC", "net", "{cidrBlocks: [10.0.0.0/16], enableDNSHostnames: true}")
    + _object("InternetGateway", "igw", f"{{{_VPC}}}")
    + _object("TransitGateway", "hub", "{}")
    + _object("NATGateway", "nat", "{subnetRef: {from: {name: front}}}")
    + _object(
        "RouteTable",
        "open",
        f"{{{_VPC}, routes: [{{destinationCIDRBlock: 0.0.0.0/0, gatewayRef: {{from: {{name: igw}}}}}}]}}",
    )
    + _object(
        "RouteTable",
        "closed",
        f"{{{_VPC}, routes: [{{destinationCIDRBlock: 0.0.0.0/0, natGatewayRef: {{from: {{name: nat}}}}}},"
        " {destinationCIDRBlock: 10.8.0.0/16, transitGatewayRef: {from: {name: hub}}},"
        " {destinationCIDRBlock: 10.9.0.0/16, transitGatewayID: other},"
        " {destinationCIDRBlock: $RANGE, transitGatewayID: other}]}",
    )
    + _object(
        "Subnet",
        "front",
        f"{{{_VPC}, cidrBlock: 10.0.0.0/24, availabilityZone: eu-west-1a, mapPublicIPOnLaunch: true,"
        " routeTableRefs: [{from: {name: open}}]}",
    )
    + _object("Subnet", "back", f"{{{_VPC}, cidrBlock: 10.0.1.0/24, routeTableRefs: [{{from: {{name: closed}}}}]}}")
)
_CLUSTER = _eks(
    "Cluster",
    "one",
    "{name: prod, tags: {team: core, owner: $OWNER}, resourcesVPCConfig: {endpointPrivateAccess: true,"
    " publicAccessCIDRs: [13.0.0.0/8], subnetRefs: [{from: {name: front}}, {from: {name: back}}],"
    " securityGroupRefs: [{from: {name: extra}}]}}",
)


@pytest.mark.parametrize("entry", entries("ack-eks-cluster"))
def test_real_clusters_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(ACK, entry["file"])

    assert_as_the_manifest_says(found, entry)
    assert_decidable(found[0])


@pytest.mark.parametrize(
    "annotations",
    [
        "{services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{}'}",
        "{services.k8s.aws/adoption-policy: adopt-or-create}",
        "{services.k8s.aws/adoption-policy: '${schema.spec.adoptionPolicy}'}",
        "{services.k8s.aws/read-only: 'true'}",
    ],
)
def test_an_object_that_takes_over_a_cluster_has_no_defaults(annotations: str) -> None:
    """As in ACK's documentation of read-only resources, where the object has no `spec` at all."""
    head = "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: Cluster\n"
    found = _one(f"{head}metadata: {{name: one, annotations: {annotations}}}\nspec: {{name: one}}\n")
    made = _one(f"{head}metadata: {{name: one, annotations: {{services.k8s.aws/read-only: 'false'}}}}\nspec: {{}}\n")

    assert "endpoint_access" not in found.cluster
    assert {"/endpoint_access/public", "/endpoint_access/private"} <= unknown_fields(found).keys()
    assert effective(made)["endpoint_public_access"] is True


def test_the_settings_stand_under_more_capitals() -> None:
    found = _one(_CLUSTER)

    assert found.cluster["name"] == "prod"
    assert effective(found) == {
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["13.0.0.0/8"],
    }
    assert found.cluster["labels"] == {"team": "core"}
    assert unknown_fields(found)["/security_groups"] == "extra"


def test_the_network_beside_the_cluster_is_read_with_it() -> None:
    found = _one(_NETWORK + _CLUSTER)

    assert found.cluster["vpc"] == {
        "cidrs": ["10.0.0.0/16"],
        "enable_dns_support": True,
        "enable_dns_hostnames": True,
    }
    subnets = {subnet["id"]: subnet for subnet in found.cluster["subnets"]}
    assert found.cluster["cluster_subnets"] == ["front", "back"]
    assert subnets["front"]["route_table"] == "open"
    assert subnets["front"]["assigns_public_ip"] is True
    assert subnets["back"]["route_table"] == "closed"
    assert found.cluster["nat_gateways"] == [{"id": "nat", "subnet": "front", "connectivity": "public"}]
    tables = {table["id"]: table["routes"] for table in found.cluster["route_tables"]}
    assert tables["open"] == [{"destination": "0.0.0.0/0", "target": "internet_gateway"}]
    assert tables["closed"] == [
        {"destination": "0.0.0.0/0", "target": "nat"},
        {"destination": "10.8.0.0/16", "target": "hub"},
        {"destination": "10.9.0.0/16", "target": "closed.unknown-target"},
        {"destination": "pl-closed-3", "target": "closed.unknown-target"},
    ]
    assert found.cluster["firewalls"] == [{"id": "closed.unknown-target", "internet_egress": None}]
    assert found.cluster["connections"] == [{"id": "hub", "kind": "transit_gateway", "remote_cidrs": ["10.8.0.0/16"]}]
    assert "/route_tables[closed]/routes" in unknown_fields(found)


_GROUPS = _object(
    "SecurityGroup",
    "extra",
    "{ingressRules: [{ipProtocol: tcp, fromPort: 443, toPort: 443, ipRanges: [{cidrIP: 10.8.0.0/16}],"
    " userIDGroupPairs: [{groupRef: {from: {name: nodes}}}]}]}",
) + _object(
    "SecurityGroup",
    "nodes",
    "{ingressRules: [{ipProtocol: '-1', ipRanges: [{cidrIP: 10.0.0.0/16}]}],"
    " egressRules: [{ipProtocol: udp, fromPort: 53, toPort: 53, ipRanges: [{cidrIP: 10.0.0.2/32}]}]}",
)


def test_groups_that_the_cluster_names_stand_on_its_interfaces() -> None:
    found = _one(_NETWORK + _GROUPS + _CLUSTER)

    assert found.cluster["security_groups"] == [
        {
            "id": "extra",
            "role": "additional",
            "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "sources": ["10.8.0.0/16", "nodes"]}],
        },
        {
            "id": "nodes",
            "role": "other",
            "ingress": [{"protocol": "all", "sources": ["10.0.0.0/16"]}],
            "egress": [{"protocol": "udp", "from_port": 53, "to_port": 53, "sources": ["10.0.0.2/32"]}],
        },
    ]
    assert "/security_groups" not in unknown_fields(found)


@pytest.mark.parametrize(
    "rule",
    [
        "{ipProtocol: tcp, fromPort: $PORT, toPort: 443, ipRanges: [{cidrIP: 10.8.0.0/16}]}",
        "{ipProtocol: tcp, fromPort: 444, toPort: 443, ipRanges: [{cidrIP: 10.8.0.0/16}]}",
        "{ipProtocol: $ALL, ipRanges: [{cidrIP: 10.8.0.0/16}]}",
        "{ipProtocol: '-1', ipRanges: [{cidrIP: $RANGE}]}",
        "{ipProtocol: '-1', userIDGroupPairs: [{groupRef: {from: {name: elsewhere}}}]}",
        "text",
        "{ipProtocol: '-1', prefixListIDs: [{prefixListID: pl-1}]}",
    ],
)
def test_a_group_of_which_a_rule_cannot_be_read_is_left_open(rule: str) -> None:
    group = _object("SecurityGroup", "extra", f"{{ingressRules: [{rule}]}}")

    found = _one(group + _CLUSTER)

    assert "security_groups" not in found.cluster
    assert {"/security_groups", "/security_groups[extra]"} <= set(unknown_fields(found))


def test_the_clusters_vpc_is_the_one_of_its_subnets() -> None:
    other = _object("VPC", "other", "{cidrBlocks: [10.1.0.0/16]}") + _object(
        "Subnet", "elsewhere", "{vpcRef: {from: {name: other}}, cidrBlock: 10.1.0.0/24}"
    )

    found = _one(other + _NETWORK + _CLUSTER)

    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]
    assert "elsewhere" not in {subnet["id"] for subnet in found.cluster["subnets"]}


def test_several_vpcs_of_which_none_is_the_clusters_leave_it_open() -> None:
    vpcs = _object("VPC", "a", "{}") + _object("VPC", "b", "{}")

    assert "/vpc" in unknown_fields(_one(vpcs + _eks("Cluster", "one", "{name: one}")))


def test_node_groups_and_profiles_name_their_cluster_by_name_or_reference() -> None:
    text = (
        _eks("Cluster", "one", "{name: prod}")
        + _eks("Cluster", "two", "{name: stage}")
        + _eks("Nodegroup", "ng", "{name: nodes, clusterRef: {from: {name: one}}, subnetRefs: [{from: {name: s}}]}")
        + _eks("FargateProfile", "fp", "{name: pods, clusterName: stage, subnets: [subnet-1]}")
        + _eks("Nodegroup", "lt", "{name: own, clusterName: stage, launchTemplate: {id: lt-1}}")
    )

    first, second = from_text(ACK, text)

    assert [(one["name"], one.get("subnets")) for one in first.consumers] == [("nodes", ["s"])]
    assert [one["name"] for one in second.consumers] == ["pods", "own"]
    assert first.consumers[0]["managed"] is True
    assert {"/consumers[own]/subnets", "/consumers[own]/security_groups"} <= set(unknown_fields(second))
    assert_decidable(first)
    assert_decidable(second)


def test_a_network_without_a_cluster_is_a_network() -> None:
    (found,) = from_text(ACK, _NETWORK)

    assert not found.has_cluster
    assert "name" not in found.cluster
    assert len(found.cluster["subnets"]) == 2


def test_templates_of_a_resource_graph_are_read_with_their_expressions_open() -> None:
    text = """
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: graph}
spec:
  resources:
    - id: cluster
      template:
        apiVersion: eks.services.k8s.aws/v1alpha1
        kind: Cluster
        metadata: {name: "${schema.spec.name}"}
        spec:
          name: ${schema.spec.name}
          resourcesVPCConfig: {endpointPrivateAccess: true, endpointPublicAccess: "${schema.spec.public}"}
"""

    found = _one(text)

    assert found.cluster["endpoint_access"]["private"] is True
    assert unknown_fields(found)["/endpoint_access/public"] == "${schema.spec.public}"


def test_objects_of_a_list_are_read_one_by_one() -> None:
    text = """
apiVersion: v1
kind: List
items:
  - {apiVersion: eks.services.k8s.aws/v1alpha1, kind: Cluster, metadata: {name: one}, spec: {name: one}}
  - {apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: app}, spec: {}}
"""

    found = _one(text)

    assert found.place == "cluster.yaml#/items/0"
    assert [(one.place, "Argo CD" in one.why) for one in found.ignored] == [("cluster.yaml#/items/1", True)]


def test_a_document_without_such_objects_is_refused() -> None:
    assert not ACK.recognises({"apiVersion": "v1", "kind": "Pod"}, "")
    assert ACK.recognises([{"apiVersion": "ec2.services.k8s.aws/v1alpha1", "kind": "VPC"}], "")
    with pytest.raises(NotUnderstoodError):
        from_text(ACK, "kind: ConfigMap\napiVersion: v1\n")
