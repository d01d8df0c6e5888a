"""Pulumi's state: the program's inputs, what was filled in, and secrets that stay secrets."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.intake import pulumi
from service.intake.understanding import Kind, NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, unknown_fields

(PULUMI,) = pulumi.FORMATS
_STACK = "urn:pulumi:prod::shop::"
_HIDDEN = "v1:do-not-show-me"
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": _HIDDEN}


def _resource(type_: str, name: str, outputs: dict[str, Any], inputs: Any = None, **more: Any) -> dict[str, Any]:
    known = {"urn": f"{_STACK}{type_}::{name}", "type": type_, "custom": True, "outputs": outputs}
    return known | {"inputs": outputs if inputs is None else inputs} | more


def _cluster(config: dict[str, Any], inputs: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    outputs = {
        "name": "shop",
        "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/shop",
        "version": "1.31",
        "vpcConfig": {"subnetIds": ["subnet-a", "subnet-b"], "vpcId": "vpc-1"} | config,
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
        "certificateAuthority": {"data": _SECRET},
        "tags": {"costCenter": "shop"},
    }
    given = {"vpcConfig": inputs} if inputs is not None else None
    return _resource("aws:eks/cluster:Cluster", "shop", outputs, given, id="shop", **more)


_ALL_SET = {"endpointPublicAccess": False, "endpointPrivateAccess": True, "publicAccessCidrs": []}
_NETWORK = [
    _resource(
        "aws:ec2/vpc:Vpc",
        "main",
        {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True},
        id="vpc-1",
    ),
    _resource(
        "aws:ec2/subnet:Subnet",
        "a",
        {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1a", "mapPublicIpOnLaunch": False},
        id="subnet-a",
    ),
    _resource(
        "aws:ec2/routeTable:RouteTable",
        "t",
        {"vpcId": "vpc-1", "routes": [{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}]},
        id="rtb-1",
    ),
    _resource(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "ta",
        {"subnetId": "subnet-a", "routeTableId": "rtb-1"},
        id="rtbassoc-1",
    ),
    _resource(
        "aws:ec2/natGateway:NatGateway",
        "n",
        {"subnetId": "subnet-a", "publicIp": "192.0.2.1", "connectivityType": "public"},
        id="nat-1",
    ),
    _resource(
        "aws:eks/nodeGroup:NodeGroup",
        "ng",
        {"clusterName": "shop", "subnetIds": ["subnet-a"], "nodeGroupName": "ng"},
        id="shop:ng",
    ),
]


def _export(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"manifest": {}, "resources": list(resources)}}


def _read(*resources: dict[str, Any]) -> tuple[Understanding, ...]:
    document = _export(*resources)
    assert PULUMI.recognises(document, "")
    found = PULUMI.read({"": document})
    for one in found:
        assert_decidable(one)
    return found


def _kinds(one: Understanding) -> dict[str, Kind]:
    return {origin.field: origin.kind for origin in one.origins}


def test_a_cluster_of_the_state_is_described() -> None:
    (found,) = _read(_cluster(_ALL_SET))

    assert found.format == "pulumi-state"
    assert found.place == "aws:eks/cluster:Cluster::shop"
    assert effective(found) == {
        "endpoint_public_access": False,
        "endpoint_private_access": True,
        "public_access_cidrs": [],
    }
    assert found.cluster["name"] == "shop"
    assert found.cluster["region"] == "eu-west-1"
    assert found.cluster["cluster_subnets"] == ["subnet-a", "subnet-b"]
    assert found.cluster["labels"] == {"costCenter": "shop"}


def test_only_what_the_program_says_is_stated() -> None:
    config = {"endpointPublicAccess": True, "endpointPrivateAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
    (found,) = _read(
        _cluster(
            config,
            {"endpointPrivateAccess": True, "endpointPublicAccess": True, "__defaults": ["endpointPublicAccess"]},
        )
    )

    kinds = _kinds(found)
    assert kinds["/endpoint_access/private"] is Kind.STATED
    assert kinds["/endpoint_access/public"] is Kind.DEFAULT
    assert kinds["/endpoint_access/public_access_cidrs"] is Kind.DEFAULT


@pytest.mark.parametrize("field", ["endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs"])
def test_a_secret_is_open_and_is_not_shown(field: str) -> None:
    both_on = {"endpointPublicAccess": True, "endpointPrivateAccess": True, "publicAccessCidrs": ["192.0.2.0/24"]}
    (found,) = _read(_cluster({**both_on, field: _SECRET}))

    (reference,) = [reference for reference, name in pulumi._SWITCHES.items() if name == field]
    assert reference in unknown_fields(found)
    assert _HIDDEN not in str(found)


def test_a_configuration_that_is_a_secret_leaves_every_switch_open() -> None:
    cluster = _cluster(_ALL_SET)
    cluster["outputs"]["vpcConfig"] = _SECRET
    (found,) = _read(cluster)

    assert {"/endpoint_access/public", "/endpoint_access/private"} <= set(unknown_fields(found))
    assert _HIDDEN not in str(found)


def test_the_network_and_the_nodes_of_the_stack_are_read() -> None:
    (found,) = _read(_cluster(_ALL_SET), *_NETWORK)

    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]
    subnets = {subnet["id"]: subnet for subnet in found.cluster["subnets"]}
    assert subnets["subnet-a"]["cidr"] == "10.0.0.0/24"
    tables = {table["id"]: table for table in found.cluster["route_tables"]}
    table = tables[subnets["subnet-a"]["route_table"]]
    assert {"destination": "0.0.0.0/0", "target": "nat-1"} in table["routes"]
    assert [consumer["kind"] for consumer in found.consumers] == ["node"]


def test_a_component_holds_the_cluster_that_it_makes() -> None:
    component = {"urn": f"{_STACK}eks:index:Cluster::shop", "type": "eks:index:Cluster", "custom": False}
    (found,) = _read(component, _cluster(_ALL_SET, parent=component["urn"]))
    assert not found.ignored

    (alone,) = _read(component, _cluster(_ALL_SET))
    assert [ignored.why for ignored in alone.ignored] == ["a component without the cluster that it makes"]


@pytest.mark.parametrize("mark", [{"delete": True}, {"external": True}])
def test_what_is_deleted_or_looked_up_is_no_cluster_of_the_stack(mark: dict[str, bool]) -> None:
    other = _cluster({**_ALL_SET, "endpointPublicAccess": True}, **mark)
    (found,) = _read(other, _cluster(_ALL_SET))

    assert effective(found)["endpoint_public_access"] is False
    assert len(found.ignored) == 1


def test_a_checkpoint_and_a_preview_hold_resources_too() -> None:
    resource = _cluster(_ALL_SET)
    preview = {
        "steps": [
            {
                "op": "create",
                "newState": {key: value for key, value in resource.items() if key not in ("outputs", "id")},
            },
            {"op": "delete", "oldState": resource},
        ]
    }

    for document in ({"version": 3, "checkpoint": {"latest": {"resources": [resource]}}}, preview):
        assert PULUMI.recognises(document, "")
        (found,) = PULUMI.read({"": document})
        assert effective(found)["endpoint_private_access"] is True


def test_a_value_that_an_update_will_tell_is_open() -> None:
    (found,) = _read(
        _cluster(
            {**_ALL_SET, "endpointPrivateAccess": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "endpointPublicAccess": True}
        )
    )

    assert "/endpoint_access/private" in unknown_fields(found)


def test_a_document_without_resources_is_refused() -> None:
    with pytest.raises(NotUnderstoodError, match="stack export"):
        PULUMI.read({"": {"deployment": {}}})


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just("10.0.0.0/33") | st.just(_SECRET)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_a_state_with_changes_is_refused_or_loads(data: st.DataObject) -> None:
    document = copy.deepcopy(_export(_cluster(_ALL_SET), *_NETWORK))
    for resource in data.draw(st.lists(st.sampled_from(document["deployment"]["resources"]), max_size=4)):
        for side in data.draw(
            st.lists(st.sampled_from(("inputs", "outputs", "type", "urn", "id", "parent")), max_size=2)
        ):
            if isinstance(resource.get(side), dict) and resource[side]:
                resource[side][data.draw(st.sampled_from(sorted(resource[side])))] = data.draw(_VALUES)
            else:
                resource[side] = data.draw(_VALUES)
    document = json.loads(json.dumps(document))

    assert PULUMI.recognises(document, "") in (True, False)
    try:
        found = PULUMI.read({"": document})
    except NotUnderstoodError:
        return

    for one in found:
        assert_decidable(one)
        assert _HIDDEN not in str(one)
