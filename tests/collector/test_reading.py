"""What is asked about a cluster, and what the answers make of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.collector import calls
from service.collector.asking import Asking, Outcome, Region
from service.collector.bundles import MEMBER, Folder
from service.collector.calls import CALLS
from service.collector.errors import CallError, DeniedError, FailedError, UnusableError
from service.collector.reading import read_cluster
from service.intake import aws
from service.intake.understanding import Understanding
from tests.collector.recorded import ACCOUNT, GROUP, LISTED, OF_PEER, PRESHARED, VPC, Recorded
from tests.intake.definitions import assert_decidable, unknown_fields

(AWS,) = aws.FORMATS


def read(caller: Recorded) -> Asking:
    asking = Asking(Region(caller, "eu-west-1"))
    assert read_cluster(asking, "payments", ACCOUNT)
    return asking


def understood(asking: Asking) -> Understanding:
    (found,) = AWS.read(json.loads(json.dumps(asking.files, default=str)))
    assert_decidable(found)
    return found


def by_id(found: Understanding, section: str) -> dict[str, dict[str, Any]]:
    return {element["id"]: element for element in found.cluster[section]}


def test_every_call_of_the_list_is_made_and_no_other() -> None:
    caller = Recorded()

    read(caller)

    by_account = {calls.CALLER.action, calls.REGIONS.action, calls.CLUSTERS.action}
    assert {action for action, _ in caller.called} == {call.action for call in CALLS} - by_account


def test_the_answers_describe_cluster_nodes_and_network() -> None:
    found = understood(read(Recorded()))

    links = by_id(found, "connections")
    assert found.cluster["endpoint_access"] == {"public": True, "private": False, "public_access_cidrs": ["0.0.0.0/0"]}
    assert {consumer["name"]: consumer.get("security_groups") for consumer in found.consumers} == {
        "general": [GROUP],
        "batch": None,
        "nodes outside node groups": None,
    }
    assert links["tgw-0aaaaaaaaaaaaaaa1"]["remote_cidrs"] == ["10.20.0.0/16"]
    assert links["vgw-0aaaaaaaaaaaaaaa1"]["remote_cidrs"] == ["10.30.0.0/16"]
    assert links["cvpn-endpoint-0aaaaaaaaaaaaaaa1"]["carries"] == ["10.0.0.0/16"]
    assert links[OF_PEER]["remote_cidrs"] == ["10.9.0.0/16"]
    assert found.cluster["security_groups"][0]["ingress"][0]["sources"] == ["10.8.0.0/16"]


def test_a_cluster_that_names_no_vpc_is_described_without_a_network() -> None:
    cluster = {"name": "payments", "status": "ACTIVE", "resourcesVpcConfig": {"endpointPublicAccess": True}}

    asking = read(Recorded(eks__DescribeCluster={"cluster": cluster}))

    assert not any(entry.call.operation.startswith("DescribeVpc") for entry in asking.log)
    assert understood(asking).cluster["endpoint_access"]["public"] is True


def test_what_a_full_tunnel_carries_is_not_asked() -> None:
    endpoint = {"ClientVpnEndpointId": "cvpn-endpoint-1", "VpcId": VPC, "SplitTunnel": False}

    asking = read(Recorded(ec2__DescribeClientVpnEndpoints={"ClientVpnEndpoints": [endpoint]}))

    assert not any(entry.call is calls.CLIENT_VPN_ROUTES for entry in asking.log)


def test_a_peer_is_asked_in_its_own_region_and_only_if_the_account_owns_it() -> None:
    own, foreign = Recorded(), Recorded(ec2__DescribeVpcPeeringConnections=_of_another_account())

    read(own)
    read(foreign)

    assert ("ec2:DescribeRouteTables", "us-east-1") in own.called
    assert {region for _, region in foreign.called} == {"eu-west-1"}


def _of_another_account() -> dict[str, Any]:
    sides = {"RequesterVpcInfo": {"VpcId": "vpc-9", "OwnerId": "999999999999", "Region": "us-east-1"}}
    return {"VpcPeeringConnections": [sides | {"AccepterVpcInfo": {"VpcId": "vpc-0aaaaaaaaaaaaaaa1"}}]}


def test_prefix_lists_of_gateway_endpoints_are_not_asked_for() -> None:
    asking = read(Recorded())

    about = [entry.about for entry in asking.log if entry.call is calls.PREFIX_LIST]
    assert about == [LISTED]


def test_no_secret_of_an_answer_is_written() -> None:
    written = json.dumps(read(Recorded()).files, default=str)

    assert PRESHARED not in written
    assert "kubernetes.io/cluster/payments" in written


def test_what_aws_cannot_filter_is_filtered_here() -> None:
    written = json.dumps(read(Recorded()).files, default=str)

    assert "cvpn-endpoint-of-another" not in written


@pytest.mark.parametrize("error", [DeniedError("UnauthorizedOperation"), FailedError("Throttling")])
@pytest.mark.parametrize("call", CALLS[3:], ids=lambda call: call.action)
def test_any_call_may_go_unanswered(call: calls.Call, error: CallError) -> None:
    caller = Recorded(**{call.action.replace(":", "__"): error})
    asking = Asking(Region(caller, "eu-west-1"))

    is_read = read_cluster(asking, "payments", ACCOUNT)

    outcome = Outcome.DENIED if isinstance(error, DeniedError) else Outcome.FAILED
    assert {(entry.code, entry.outcome) for entry in asking.log if entry.call is call} == {(error.code, outcome)}
    assert is_read is (call is not calls.CLUSTER)
    assert not any(name.removesuffix(".json").split("_")[0] == call.command for name in asking.files)
    if is_read:
        understood(asking)


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ("ec2:DescribeNatGateways", "/nat_gateways"),
        ("ec2:DescribeRouteTables", "/route_tables"),
        ("ec2:DescribeVpcEndpoints", "/vpc/endpoints"),
        ("ec2:DescribeVpcBlockPublicAccessOptions", "/vpc/block_public_access"),
        ("ec2:DescribeVpnGateways", "/connections"),
        ("ec2:SearchTransitGatewayRoutes", "/connections[tgw-0aaaaaaaaaaaaaaa1]/remote_cidrs"),
        ("ec2:DescribeClientVpnRoutes", "/connections[cvpn-endpoint-0aaaaaaaaaaaaaaa1]/carries"),
        ("ec2:DescribeVpcs", "/vpc/cidrs"),
        ("route53resolver:ListResolverEndpoints", "/vpc/inbound_resolver"),
    ],
)
def test_a_denied_call_leaves_open_what_it_was_to_tell(action: str, field: str) -> None:
    caller = Recorded(**{action.replace(":", "__"): DeniedError("UnauthorizedOperation")})

    found = understood(read(caller))

    assert field in unknown_fields(found)


def test_one_side_of_the_peerings_is_not_taken_for_both() -> None:
    class OneSided(Recorded):
        def call(self, call: calls.Call, region: str, **parameters: Any) -> dict[str, Any]:
            if "accepter" in str(parameters):
                raise FailedError("Throttling")
            return super().call(call, region, **parameters)

    asking = read(OneSided())

    assert not any("peering" in name for name in asking.files)
    assert "/connections" in unknown_fields(understood(asking))


def test_credentials_that_expire_end_the_region() -> None:
    caller = Recorded(ec2__DescribeSubnets=UnusableError("ExpiredToken"))

    with pytest.raises(UnusableError):
        read(caller)


def test_credentials_that_do_not_hold_where_a_peer_stands_end_nothing() -> None:
    class Elsewhere(Recorded):
        def call(self, call: calls.Call, region: str, **parameters: Any) -> dict[str, Any]:
            if region != "eu-west-1":
                raise UnusableError("AuthFailure")
            return super().call(call, region, **parameters)

    asking = read(Elsewhere())

    assert {entry.outcome for entry in asking.log if entry.region == "us-east-1"} == {Outcome.FAILED}


def test_clusters_of_one_vpc_share_the_answers_about_it() -> None:
    caller = Recorded()
    region = Region(caller, "eu-west-1")

    for name in ("payments", "orders"):
        assert read_cluster(Asking(region), name, ACCOUNT)

    assert [action for action, _ in caller.called].count("ec2:DescribeSubnets") == 1
    assert [action for action, _ in caller.called].count("eks:DescribeCluster") == 2


@pytest.mark.parametrize("name", ["../../etc", "a/b", "shut in", "~", "x" * 300])
def test_no_name_leads_out_of_the_bundle_or_is_passed_over(name: str, tmp_path: Path) -> None:
    asking = read(Recorded(eks__ListNodegroups={"nodegroups": [name]}))

    Folder(tmp_path / "out").write(ACCOUNT, "eu-west-1", "payments", asking)

    assert [entry.about for entry in asking.log if entry.call is calls.NODE_GROUP] == [name]
    written = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {f"out/{ACCOUNT}/eu-west-1/payments"}
    assert all(MEMBER.fullmatch(f"{ACCOUNT}/eu-west-1/payments/{file}") for file in asking.files)
