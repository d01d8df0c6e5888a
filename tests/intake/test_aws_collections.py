"""What the collector wrote, with what it could not read."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import aws
from service.intake.understanding import NotUnderstoodError
from tests.intake.definitions import assert_decidable, unknown_fields

(AWS,) = aws.FORMATS


def a_cluster(name: str, vpc: str) -> dict[str, Any]:
    access = {"endpointPublicAccess": True, "endpointPrivateAccess": True}
    return {"cluster": {"name": name, "status": "ACTIVE", "resourcesVpcConfig": {"vpcId": vpc} | access}}


def a_manifest(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"collection": {"collected_by": "eks-endpoint-decision", "calls": list(calls)}}


def a_call(outcome: str, call: str = "ec2:DescribeNatGateways", **more: Any) -> dict[str, Any]:
    return {"call": call, "about": "", "at": "2026-06-18T12:00:00+00:00", "outcome": outcome} | more


def test_bundles_are_read_each_by_itself() -> None:
    found = AWS.read(
        {
            "1/a/one/describe-cluster.json": a_cluster("one", "vpc-1"),
            "1/a/one/describe-nat-gateways.json": {"NatGateways": []},
            "1/a/one/collection.json": a_manifest(),
            "1/b/two/describe-cluster.json": a_cluster("two", "vpc-2"),
            "1/b/two/collection.json": a_manifest(a_call("denied", code="UnauthorizedOperation")),
            "1/b/two/describe-subnets.json": {"Subnets": []},
        }
    )

    assert [one.cluster["name"] for one in found] == ["one", "two"]
    assert ["/nat_gateways" in unknown_fields(one) for one in found] == [False, True]
    for one in found:
        assert_decidable(one)


def test_a_call_without_an_answer_is_named_with_its_place() -> None:
    calls = [a_call("answered"), a_call("denied", code="UnauthorizedOperation", about="vpc-1"), a_call("failed")]
    (found,) = AWS.read({"describe-cluster.json": a_cluster("one", "vpc-1"), "collection.json": a_manifest(*calls)})

    assert [(one.place, one.why) for one in found.ignored if "collection" in one.place] == [
        (
            "collection.json#/collection/calls/1",
            "ec2:DescribeNatGateways about vpc-1 denied (UnauthorizedOperation): what it was to tell is unknown",
        ),
        (
            "collection.json#/collection/calls/2",
            "ec2:DescribeNatGateways failed (no code): what it was to tell is unknown",
        ),
    ]


@pytest.mark.parametrize("call", ["eks:ListNodegroups", "eks:DescribeFargateProfile", "ec2:DescribeInstances"])
def test_without_an_answer_about_nodes_some_callers_may_be_missing(call: str) -> None:
    documents = {"c.json": a_cluster("one", "vpc-1"), "collection.json": a_manifest(a_call("denied", call))}

    (found,) = AWS.read(documents)

    assert unknown_fields(found)["/consumers"] == call


def test_a_bundle_that_cannot_be_read_does_not_spoil_the_others() -> None:
    (found,) = AWS.read(
        {
            "1/collection.json": a_manifest(a_call("denied")),
            "2/collection.json": a_manifest(),
            "2/describe-cluster.json": a_cluster("two", "vpc-2"),
        }
    )

    assert found.cluster["name"] == "two"
    assert any("DescribeNatGateways denied" in one.why for one in found.ignored)


@pytest.mark.parametrize("calls", [None, {}, [1], [{"outcome": "denied"}], [{"outcome": "denied", "call": ["x"]}]])
def test_a_manifest_of_any_shape_gives_no_more_than_a_refusal(calls: Any) -> None:
    with pytest.raises(NotUnderstoodError):
        AWS.read({"collection.json": {"collection": {"calls": calls}}})


def test_exclusions_that_no_document_lists_are_assumed_not_to_be_there() -> None:
    block = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-bidirectional"}}
    subnets = {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}]}
    documents = {"c.json": a_cluster("one", "vpc-1"), "b.json": block, "s.json": subnets}

    (found,) = AWS.read(documents)
    (told,) = AWS.read(documents | {"e.json": {"VpcBlockPublicAccessExclusions": []}})

    assert [any("exempt" in one.sentence for one in it.assumed) for it in (found, told)] == [True, False]
