"""eksctl's ClusterConfig: what it states, and what eksctl does where it is silent."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import eksctl
from service.intake.understanding import Kind, NotUnderstoodError, Understanding
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

(EKSCTL,) = eksctl.FORMATS


def _config(body: str = "", *, region: str = "eu-west-1") -> Understanding:
    head = f"apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: one, region: {region}}}\n"
    return one_from_text(EKSCTL, head + body)


def _by_id(found: Understanding, section: str) -> dict[str, Any]:
    return {element["id"]: element for element in found.cluster[section]}


@pytest.mark.parametrize("entry", entries("eksctl-clusterconfig"))
def test_real_configs_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(EKSCTL, entry["file"])

    assert_as_the_manifest_says(found, entry)
    for one in found:
        assert_decidable(one)


def test_each_switch_has_its_own_default() -> None:
    found = _config("vpc: {clusterEndpoints: {privateAccess: true}}")

    assert effective(found) == {
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["0.0.0.0/0"],
    }
    kinds = {origin.field: origin.kind for origin in found.origins}
    assert kinds["/endpoint_access/private"] is Kind.STATED
    assert kinds["/endpoint_access/public"] is Kind.DEFAULT


@pytest.mark.parametrize("section", ["vpc: default", "vpc: {clusterEndpoints: private}", "vpc: [{a: b}, {c: d}]"])
def test_a_section_that_is_no_object_leaves_open_what_would_stand_in_it(section: str) -> None:
    access = effective(_config(section))

    assert (access["endpoint_public_access"], access["endpoint_private_access"]) == (None, None)


def test_the_list_is_cleared_of_host_bits_as_eksctl_sends_it() -> None:
    found = _config('vpc: {publicAccessCIDRs: ["1.1.1.1/1", "10.1.2.3/32"]}')

    assert effective(found)["public_access_cidrs"] == ["0.0.0.0/1", "10.1.2.3/32"]


def test_an_empty_list_is_open_to_all() -> None:
    assert effective(_config("vpc: {publicAccessCIDRs: []}"))["public_access_cidrs"] == ["0.0.0.0/0"]


def test_a_field_with_other_capitals_has_no_default() -> None:
    """eksctl refuses it, so what it would be is not known."""
    found = _config("vpc: {publicAccessCidrs: [13.0.0.0/8], clusterEndpoints: {PrivateAccess: true}}")

    access = effective(found)
    assert (access["endpoint_private_access"], access["public_access_cidrs"]) == (None, None)
    assert unknown_fields(found)["/endpoint_access/public_access_cidrs"] == "publicAccessCidrs"


def test_both_endpoints_off_is_left_open() -> None:
    found = _config("vpc: {clusterEndpoints: {privateAccess: false, publicAccess: false}}")

    assert "endpoint_access" not in found.cluster
    assert {"/endpoint_access/public", "/endpoint_access/private"} <= set(unknown_fields(found))


def test_a_private_cluster_ends_private_with_endpoints_and_no_way_out() -> None:
    found = _config(
        "privateCluster: {enabled: true, additionalEndpointServices: [autoscaling]}\n"
        "availabilityZones: [eu-west-1a, eu-west-1b]\n"
        "vpc: {clusterEndpoints: {publicAccess: true}}\n"
        "managedNodeGroups: [{name: ng}]\n"
    )

    assert effective(found) == {
        "endpoint_public_access": False,
        "endpoint_private_access": True,
        "public_access_cidrs": [],
    }
    services = {one["service"]: one["kind"] for one in found.cluster["vpc"]["endpoints"]}
    assert services["s3"] == "gateway"
    assert {"ec2", "ecr.api", "ecr.dkr", "sts", "autoscaling"} <= set(services)
    assert set(_by_id(found, "subnets")) == {"private-eu-west-1a", "private-eu-west-1b"}
    assert all(table["routes"] == [] for table in found.cluster["route_tables"])
    assert found.consumers[0]["subnets"] == ["private-eu-west-1a", "private-eu-west-1b"]
    assert any("clusterEndpoints" in ignored.place for ignored in found.ignored)


def test_endpoints_that_eksctl_is_told_not_to_create_are_unknown() -> None:
    found = _config("privateCluster: {enabled: true, skipEndpointCreation: true}")

    assert "endpoints" not in found.cluster["vpc"]
    assert "/vpc/endpoints" in unknown_fields(found)


def test_a_placeholder_for_a_private_cluster_leaves_the_whole_setting_open() -> None:
    found = _config("privateCluster: {enabled: '${PRIVATE}'}")

    assert "endpoint_access" not in found.cluster
    assert unknown_fields(found)["/endpoint_access/public"] == "${PRIVATE}"


def test_an_outpost_makes_the_cluster_private() -> None:
    found = _config("outpost: {controlPlaneOutpostARN: 'arn:aws:outposts:eu-west-1:1:outpost/op-1'}")

    assert effective(found)["endpoint_public_access"] is False
    assert found.cluster["hosting"] == "outposts_ebs"


def test_without_a_vpc_eksctl_makes_one_with_a_single_nat_gateway() -> None:
    found = _config("availabilityZones: [eu-west-1a, eu-west-1b, eu-west-1c]")

    subnets = _by_id(found, "subnets")
    assert found.cluster["vpc"]["cidrs"] == ["192.168.0.0/16"]
    assert subnets["public-eu-west-1a"]["cidr"] == "192.168.0.0/19"
    assert subnets["private-eu-west-1a"]["cidr"] == "192.168.96.0/19"
    assert subnets["private-eu-west-1c"]["cidr"] == "192.168.160.0/19"
    assert found.cluster["nat_gateways"] == [{"id": "nat", "subnet": "public-eu-west-1a", "connectivity": "public"}]
    assert _by_id(found, "route_tables")["private-eu-west-1c"]["routes"] == [
        {"destination": "0.0.0.0/0", "target": "nat"}
    ]


def test_more_than_four_zones_cut_the_range_in_sixteen() -> None:
    zones = ", ".join(f"eu-west-1{letter}" for letter in "abcde")

    found = _config(f"availabilityZones: [{zones}]\nvpc: {{cidr: 10.0.0.0/16}}")

    assert _by_id(found, "subnets")["private-eu-west-1a"]["cidr"] == "10.0.80.0/20"


@pytest.mark.parametrize(("region", "zones"), [("us-east-1", 2), ("eu-west-1", 3)])
def test_without_zones_eksctl_picks_some_and_their_names_are_unknown(region: str, zones: int) -> None:
    found = _config(region=region)

    assert len(found.cluster["subnets"]) == 2 * zones
    assert not any("availability_zone" in subnet for subnet in found.cluster["subnets"])
    assert [one.field for one in found.assumed] == ["/subnets"]


def test_a_nat_gateway_in_each_zone() -> None:
    found = _config("availabilityZones: [eu-west-1a, eu-west-1b]\nvpc: {nat: {gateway: HighlyAvailable}}")

    assert {gateway["id"]: gateway["subnet"] for gateway in found.cluster["nat_gateways"]} == {
        "nat-eu-west-1a": "public-eu-west-1a",
        "nat-eu-west-1b": "public-eu-west-1b",
    }


def test_no_nat_gateway_leaves_private_subnets_isolated() -> None:
    found = _config("vpc: {nat: {gateway: Disable}}")

    assert "nat_gateways" not in found.cluster
    assert _by_id(found, "route_tables")["private-1"]["routes"] == []


def test_an_unknown_nat_mode_leaves_the_private_route_tables_open() -> None:
    found = _config("vpc: {nat: {gateway: $NAT}}")

    assert set(_by_id(found, "route_tables")) == {"public"}
    assert unknown_fields(found)["/nat_gateways"] == "$NAT"


def test_an_ipv6_cluster_has_ipv6_ways_out() -> None:
    found = _config("kubernetesNetworkConfig: {ipFamily: IPv6}")

    assert found.cluster["ip_family"] == "ipv6"
    assert effective(found)["public_access_cidrs"] == ["0.0.0.0/0", "::/0"]
    routes = _by_id(found, "route_tables")["private-1"]["routes"]
    assert {"destination": "::/0", "target": "egress_only_internet_gateway"} in routes


_EXISTING = """
vpc:
  id: vpc-1
  cidr: 10.0.0.0/16
  subnets:
    public:
      front: {id: subnet-11111111, az: eu-west-1a, cidr: 10.0.0.0/24}
    private:
      eu-west-1a: {id: subnet-22222222}
      back: {id: subnet-33333333, cidr: 10.9.0.0/24}
"""


def test_subnets_that_exist_are_public_or_private_as_they_are_listed() -> None:
    found = _config(
        _EXISTING
        + "nodeGroups: [{name: ng, subnets: [front]}]\nmanagedNodeGroups: [{name: m, privateNetworking: true}]"
    )

    subnets = _by_id(found, "subnets")
    assert subnets["subnet-11111111"] == {
        "id": "subnet-11111111",
        "availability_zone": "eu-west-1a",
        "cidr": "10.0.0.0/24",
        "routing": "public",
    }
    assert subnets["subnet-22222222"]["availability_zone"] == "eu-west-1a"
    assert "routing" not in subnets["subnet-22222222"]
    assert unknown_fields(found)["/subnets[subnet-33333333]/cidr"] == "10.9.0.0/24"
    places = {one["name"]: one["subnets"] for one in found.consumers}
    assert places == {"ng": ["subnet-11111111"], "m": ["subnet-22222222", "subnet-33333333"]}


def test_a_subnet_whose_range_is_an_empty_list_has_none() -> None:
    found = _config("vpc: {subnets: {private: {back: {id: subnet-1, cidr: []}}}}")

    assert found.cluster["subnets"] == [{"id": "subnet-1"}]


def test_self_managed_nodes_hold_a_group_that_eksctl_admits() -> None:
    found = _config("nodeGroups: [{name: ng}]")

    groups = _by_id(found, "security_groups")
    held = found.consumers[0]["security_groups"]
    cluster = next(group for group in groups.values() if group["role"] == "cluster")
    assert set(held) <= {source for rule in cluster["ingress"] for source in rule["sources"]}


def test_fargate_profiles_stand_in_private_subnets() -> None:
    found = _config("availabilityZones: [eu-west-1a, eu-west-1b]\nfargateProfiles: [{name: fp}]")

    assert found.consumers == (
        {"name": "fp", "kind": "fargate_pod", "subnets": ["private-eu-west-1a", "private-eu-west-1b"]},
    )


def test_a_group_in_one_zone_stands_there_alone() -> None:
    found = _config(
        "availabilityZones: [eu-west-1a, eu-west-1b]\n"
        "managedNodeGroups: [{name: ng, availabilityZones: [eu-west-1b], privateNetworking: true}]"
    )

    assert found.consumers[0]["subnets"] == ["private-eu-west-1b"]


def test_a_group_in_a_zone_of_a_vpc_that_exists_stands_in_the_subnets_of_that_zone() -> None:
    subnets = "{eu-west-1a: {id: subnet-a}, eu-west-1b: {id: subnet-b}, other: {id: subnet-c, az: eu-west-1b}}"
    groups = "nodeGroups: [{name: ng, availabilityZones: [eu-west-1b], privateNetworking: true}]"
    found = _config(f"vpc: {{subnets: {{private: {subnets}}}}}\n{groups}")
    unclear = _config(f"vpc: {{subnets: {{private: {{eu-west-1a: {{id: s-a}}, two: {{id: s-b}}}}}}}}\n{groups}")

    assert found.consumers[0]["subnets"] == ["subnet-b", "subnet-c"]
    assert unknown_fields(unclear)["/consumers[ng]/subnets"] == "eu-west-1b"


def test_a_group_in_a_zone_that_eksctl_picks_stands_in_one_of_its_kind() -> None:
    found = _config("managedNodeGroups: [{name: ng, availabilityZones: [eu-west-1b], privateNetworking: true}]")

    assert found.consumers[0]["subnets"] == ["private-1", "private-2", "private-3"]
    assert any(one.sentence == "the zones that eksctl picks include eu-west-1b" for one in found.assumed)


@pytest.mark.parametrize("member", ["localZones: [eu-west-1-lax-1a]", "outpostARN: 'arn:aws:outposts:x'"])
def test_nodes_in_a_local_zone_or_on_an_outpost_stand_in_subnets_of_their_own(member: str) -> None:
    found = _config(f"nodeGroups: [{{name: ng, {member}}}]")

    assert "subnets" not in found.consumers[0]
    assert unknown_fields(found)["/consumers[ng]/subnets"] == member.partition(":")[0]


def test_a_launch_template_of_a_managed_group_may_name_groups() -> None:
    found = _config(
        "managedNodeGroups: [{name: own, launchTemplate: {id: lt-1}}, {name: open, launchTemplate: {id: $LT}},"
        " {name: odd, launchTemplate: {version: '2'}}, {name: more, securityGroups: {attachIDs: [sg-1]}}]"
    )

    unknown = unknown_fields(found)
    groups = {name: unknown[f"/consumers[{name}]/security_groups"] for name in ("own", "open", "odd")}
    assert groups == {"own": "lt-1", "open": "$LT", "odd": ""}
    assert {one["name"]: one.get("managed") for one in found.consumers} == {
        "own": None,
        "open": None,
        "odd": None,
        "more": True,
    }


def test_the_control_plane_stands_on_private_subnets_alone_where_it_is_told_to() -> None:
    zones = "availabilityZones: [eu-west-1a, eu-west-1b]\n"
    found = _config(zones + "vpc: {controlPlaneOnPrivateSubnets: true}")
    unclear = _config(zones + "vpc: {controlPlaneOnPrivateSubnets: $ONLY}")

    assert found.cluster["cluster_subnets"] == ["private-eu-west-1a", "private-eu-west-1b"]
    assert len(found.cluster["subnets"]) == 4
    assert "cluster_subnets" not in unclear.cluster
    assert unknown_fields(unclear)["/cluster_subnets"] == "$ONLY"


def test_a_subnet_that_is_listed_on_both_sides_is_of_neither() -> None:
    found = _config("vpc: {subnets: {public: {eu-west-1a: {id: subnet-a}}, private: {eu-west-1b: {id: subnet-a}}}}")

    assert found.cluster["subnets"] == [{"id": "subnet-a"}]
    assert "/subnets[subnet-a]" in unknown_fields(found)


def test_hybrid_nodes_come_over_the_gateway_that_eksctl_attaches() -> None:
    found = _config(
        "remoteNetworkConfig:\n  vpcGatewayID: tgw-028fbe2348e6eed74\n"
        "  remoteNodeNetworks: [{cidrs: [10.80.146.0/24]}]\n  remotePodNetworks: [{cidrs: [10.86.30.0/23]}]\n"
    )

    (link,) = found.cluster["connections"]
    assert link["kind"] == "transit_gateway"
    assert link["remote_cidrs"] == ["10.80.146.0/24", "10.86.30.0/23"]
    (hybrid,) = found.consumers
    assert hybrid["location"] == {"at": "connected_network", "connection": "tgw-028fbe2348e6eed74"}


def test_sections_that_say_nothing_of_the_endpoint_are_named_as_ignored() -> None:
    found = _config("iam: {withOIDC: true}\naddons: [{name: vpc-cni}]")

    assert {ignored.place for ignored in found.ignored} == {"cluster.yaml#/iam", "cluster.yaml#/addons"}


def test_several_configs_in_one_document_are_several_clusters() -> None:
    one = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: %s, region: eu-west-1}\n"

    found = from_text(EKSCTL, f"{one % 'first'}---\n{one % 'second'}")

    assert [understanding.cluster["name"] for understanding in found] == ["first", "second"]


def test_a_document_without_a_config_is_refused() -> None:
    with pytest.raises(NotUnderstoodError):
        from_text(EKSCTL, "kind: ConfigMap\napiVersion: v1\n")


def test_a_config_is_recognised_by_group_and_kind() -> None:
    assert EKSCTL.recognises({"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig"}, "")
    assert not EKSCTL.recognises({"apiVersion": "eksctl.io/v1alpha5", "kind": "IAMIdentityMapping"}, "")
    assert not EKSCTL.recognises("text", "")


def test_placeholders_in_double_braces_are_unknown_with_their_text() -> None:
    text = (
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: {{ .Values.name }}\n"
        "  region: {{ region | default('x') }}\nvpc:\n  clusterEndpoints:\n    privateAccess: {{ .Values.private }}\n"
        "availabilityZones:\n  - {{ zone }}a\n  - {{ zone }}b\n"
    )

    (found,) = from_text(EKSCTL, text)

    assert_decidable(found)
    unknown = unknown_fields(found)
    assert unknown["/name"] == "{{ .Values.name }}"
    assert unknown["/region"] == "{{ region | default('x') }}"
    assert unknown["/endpoint_access/private"] == "{{ .Values.private }}"
    assert "private" not in found.cluster["endpoint_access"]


def test_a_template_with_conditions_is_refused_with_what_to_do() -> None:
    text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n{{- if .Values.private }}\nvpc: {}\n{{- end }}\n"

    with pytest.raises(NotUnderstoodError, match="helm template"):
        from_text(EKSCTL, text)
