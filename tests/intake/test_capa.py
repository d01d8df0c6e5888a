"""Cluster API's AWSManagedControlPlane and its templates."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import capa
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

(CAPA,) = capa.FORMATS


def _plane(spec: str, rest: str = "") -> Understanding:
    head = "apiVersion: controlplane.cluster.x-k8s.io/v1beta2\nkind: AWSManagedControlPlane\nmetadata: {name: one}\n"
    return one_from_text(CAPA, f"{head}spec: {spec}\n{rest}")


def _pool(kind: str, name: str, spec: str) -> str:
    head = f"---\napiVersion: infrastructure.cluster.x-k8s.io/v1beta2\nkind: {kind}\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {spec}\n"


@pytest.mark.parametrize("entry", entries("capa-awsmanagedcontrolplane"))
def test_real_control_planes_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(CAPA, entry["file"])

    assert_as_the_manifest_says(found, entry)
    for one in found:
        assert_decidable(one)


def test_the_switches_and_the_list_are_read_where_the_provider_keeps_them() -> None:
    found = _plane("{eksClusterName: prod, endpointAccess: {public: true, private: true, publicCIDRs: [13.0.0.0/8]}}")

    assert found.cluster["name"] == "prod"
    assert effective(found) == {
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["13.0.0.0/8"],
    }


def test_egress_and_auto_mode_are_read_where_the_provider_keeps_them() -> None:
    found = _plane("{controlPlaneEgressMode: customer-routed, autoMode: {mode: Enabled}}")
    off = _plane("{controlPlaneEgressMode: aws-managed, autoMode: {mode: Disabled}}")
    unclear = _plane("{autoMode: {mode: $MODE}}")

    assert (found.cluster["egress_mode"], found.cluster["auto_mode"]) == ("CUSTOMER_ROUTED", True)
    assert (off.cluster["egress_mode"], off.cluster["auto_mode"]) == ("AWS_MANAGED", False)
    assert unknown_fields(unclear)["/auto_mode"] == "$MODE"
    assert unknown_fields(_plane("{autoMode: {mode: on-demand}}"))["/auto_mode"] == "on-demand"


def test_a_vpc_of_the_providers_has_both_kinds_of_subnets() -> None:
    found = _plane("{}")

    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]
    assert {subnet["id"]: subnet["routing"] for subnet in found.cluster["subnets"]} == {
        "public": "public",
        "private": "private_with_nat",
    }
    assert [one.field for one in found.assumed] == ["/subnets"]


def test_a_vpc_that_exists_is_described_as_far_as_it_is_listed() -> None:
    found = _plane(
        "{secondaryCidrBlock: 100.64.0.0/16, network: {vpc: {id: vpc-1, cidrBlock: 10.0.0.0/16}, subnets: ["
        "{id: subnet-a, isPublic: true, cidrBlock: 10.0.0.0/24, availabilityZone: eu-west-1a},"
        "{id: subnet-b, natGatewayId: nat-1}, {id: subnet-c, isPublic: false}, {id: subnet-d, isPublic: $P}]}}"
    )

    subnets = {subnet.pop("id"): subnet for subnet in found.cluster["subnets"]}
    assert found.cluster["vpc"] == {"cidrs": ["10.0.0.0/16", "100.64.0.0/16"]}
    assert subnets["subnet-a"] == {
        "cidr": "10.0.0.0/24",
        "availability_zone": "eu-west-1a",
        "routing": "public",
    }
    assert subnets["subnet-b"]["routing"] == "private_with_nat"
    assert "routing" not in subnets["subnet-c"]
    assert unknown_fields(found)["/subnets[subnet-d]/routing"] == "$P"


def test_a_vpc_that_is_only_named_leaves_its_subnets_open() -> None:
    found = _plane("{network: {vpc: {id: vpc-1}, securityGroupOverrides: {node: sg-1}}}")

    assert "subnets" not in found.cluster
    assert {"/subnets", "/security_groups"} <= set(unknown_fields(found))


def test_ranges_from_a_pool_are_unknown() -> None:
    found = _plane("{network: {vpc: {ipamPool: {id: ipam-1}, ipv6: {}}}}")

    assert "/vpc/cidrs" in unknown_fields(found)
    assert found.cluster["ip_family"] == "ipv6"


def test_pools_stand_where_they_say_or_in_private_subnets() -> None:
    found = _plane(
        "{}",
        _pool("AWSManagedMachinePool", "a", "{eksNodegroupName: group}")
        + _pool("AWSManagedMachinePool", "b", "{availabilityZoneSubnetType: public}")
        + _pool(
            "AWSManagedMachinePool",
            "c",
            "{subnetIDs: [subnet-9], awsLaunchTemplate: {additionalSecurityGroups: [{id: sg}]}}",
        )
        + _pool("AWSMachinePool", "d", "{subnets: [{id: subnet-8}]}")
        + _pool("AWSMachineTemplate", "e", "{template: {spec: {publicIP: true, subnet: {filters: [{name: x}]}}}}")
        + _pool("AWSFargateProfile", "f", "{profileName: fargate, subnetIDs: $IDS}"),
    )

    places = {one["name"]: one.get("subnets") for one in found.consumers}
    assert places == {
        "group": ["private"],
        "b": ["public"],
        "c": ["subnet-9"],
        "d": ["subnet-8"],
        "e": None,
        "fargate": None,
    }
    unknown = unknown_fields(found)
    assert unknown["/consumers[fargate]/subnets"] == "$IDS"
    assert "/consumers[c]/security_groups" in unknown
    assert {one["name"]: one.get("managed") for one in found.consumers}["d"] is True


def test_a_launch_template_that_exists_may_name_groups_and_one_of_the_providers_has_its_own() -> None:
    found = _plane(
        "{}",
        _pool("AWSManagedMachinePool", "own", "{awsLaunchTemplate: {id: lt-1}}")
        + _pool("AWSManagedMachinePool", "named", "{awsLaunchTemplate: {name: nodes}}")
        + _pool("AWSManagedMachinePool", "made", "{awsLaunchTemplate: {ami: {}}}"),
    )

    assert {one["name"]: one.get("managed") for one in found.consumers} == {"own": None, "named": None, "made": True}
    assert {"/consumers[own]/security_groups", "/consumers[named]/security_groups"} <= unknown_fields(found).keys()


@pytest.mark.parametrize("kind", ["AWSManagedMachinePoolTemplate", "AWSMachinePoolTemplate"])
def test_the_pools_of_a_cluster_class_are_templates(kind: str) -> None:
    (found,) = from_text(
        CAPA,
        "apiVersion: controlplane.cluster.x-k8s.io/v1beta2\nkind: AWSManagedControlPlaneTemplate\n"
        "metadata: {name: one}\nspec: {template: {spec: {}}}\n"
        + _pool(kind, "pool", "{template: {spec: {subnetIDs: [subnet-7]}}}"),
    )

    assert found.consumers == ({"name": "pool", "kind": "node", "managed": True, "subnets": ["subnet-7"]},)


def test_a_control_plane_that_is_only_watched_keeps_what_it_has() -> None:
    found = one_from_text(
        CAPA,
        "apiVersion: controlplane.cluster.x-k8s.io/v1beta2\nkind: AWSManagedControlPlane\n"
        "metadata: {name: one, annotations: {cluster.x-k8s.io/managed-by: terraform}}\n"
        "spec: {endpointAccess: {private: true}}\n",
    )

    access = effective(found)
    assert (access["endpoint_public_access"], access["endpoint_private_access"]) == (None, True)
    assert "subnets" not in found.cluster
    assert {"/endpoint_access/public", "/endpoint_access/public_access_cidrs", "/ip_family", "/subnets"} <= set(
        unknown_fields(found)
    )


def test_the_first_releases_kept_the_kinds_in_a_group_of_their_own() -> None:
    found = one_from_text(
        CAPA,
        "apiVersion: exp.infrastructure.cluster.x-k8s.io/v1alpha3\nkind: AWSManagedControlPlane\n"
        "metadata: {name: old}\nspec: {endpointAccess: {public: false, private: true}}\n",
    )

    assert found.cluster["name"] == "old"
    assert effective(found)["endpoint_public_access"] is False


def test_the_control_plane_may_be_kept_to_the_private_subnets() -> None:
    listed = "network: {vpc: {id: vpc-1}, subnets: [{id: subnet-a, isPublic: true}, {id: subnet-b}]}"

    assert _plane("{restrictPrivateSubnets: true}").cluster["cluster_subnets"] == ["private"]
    assert _plane(f"{{restrictPrivateSubnets: true, {listed}}}").cluster["cluster_subnets"] == ["subnet-b"]
    assert _plane(f"{{{listed}}}").cluster["cluster_subnets"] == ["subnet-a", "subnet-b"]
    assert unknown_fields(_plane("{restrictPrivateSubnets: $ONLY}"))["/cluster_subnets"] == "$ONLY"


def test_pools_belong_to_the_control_plane_of_their_cluster() -> None:
    text = "".join(
        f"""---
apiVersion: cluster.x-k8s.io/v1beta1
kind: Cluster
metadata: {{name: {name}}}
spec: {{controlPlaneRef: {{name: {name}-plane}}}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: AWSManagedControlPlane
metadata: {{name: {name}-plane}}
spec: {{}}
---
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachinePool
metadata: {{name: {name}-pool}}
spec:
  clusterName: {name}
  template: {{spec: {{infrastructureRef: {{kind: AWSManagedMachinePool, name: {name}-pool}}}}}}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: AWSManagedMachinePool
metadata: {{name: {name}-pool}}
spec: {{}}
"""
        for name in ("red", "blue")
    )

    found = from_text(CAPA, text)

    assert [[one["name"] for one in understanding.consumers] for understanding in found] == [
        ["red-pool"],
        ["blue-pool"],
    ]


def test_a_pool_in_a_file_of_its_own_is_recognised() -> None:
    assert CAPA.recognises(
        {"apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2", "kind": "AWSManagedMachinePool"}, ""
    )


def test_what_a_cluster_class_patches_is_left_open() -> None:
    text = """
apiVersion: cluster.x-k8s.io/v1beta1
kind: ClusterClass
metadata: {name: class}
spec:
  patches:
    - name: endpoint
      definitions:
        - selector: {kind: AWSManagedControlPlaneTemplate}
          jsonPatches:
            - {op: replace, path: /spec/template/spec/endpointAccess/public, valueFrom: {variable: public}}
            - {op: add, path: /spec/template/spec/region, valueFrom: {template: "{{ .region }}"}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: AWSManagedControlPlaneTemplate
metadata: {name: one}
spec: {template: {spec: {endpointAccess: {private: true}}}}
"""

    (found,) = from_text(CAPA, text)

    assert_decidable(found)
    assert found.cluster["endpoint_access"]["private"] is True
    assert "public" not in found.cluster["endpoint_access"]
    assert unknown_fields(found)["/endpoint_access/public"] == "variable public"
    assert unknown_fields(found)["/region"] == "/spec/template/spec/region"


def test_a_private_switch_that_is_unknown_beside_no_public_endpoint_is_on() -> None:
    found = _plane("{endpointAccess: {public: false, private: $PRIVATE}}")

    assert found.cluster["endpoint_access"]["private"] is True
    assert "/endpoint_access/private" not in unknown_fields(found)


def test_a_document_without_a_control_plane_is_refused() -> None:
    assert not CAPA.recognises({"apiVersion": "v1", "kind": "Cluster"}, "")
    with pytest.raises(NotUnderstoodError):
        from_text(CAPA, "kind: Cluster\napiVersion: cluster.x-k8s.io/v1beta1\n")
