"""Real recordings of AWS APIs, held to what the manifest beside them says."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import pytest

from service.engine.deciding import decide
from service.intake import aws
from service.intake.documents import read_documents
from service.intake.understanding import NotUnderstoodError, Understanding
from service.web.schemas import load_question
from tests.intake.definitions import (
    assert_as_the_manifest_says,
    assert_decidable,
    documents_of,
    effective,
    entries,
    stated,
    understood,
    unknown_fields,
)
from tests.knowledge_base import KNOWLEDGE_BASE

(AWS,) = aws.FORMATS
_DEFINITIONS = KNOWLEDGE_BASE / "cases" / "definitions"
_DESCRIBED = (
    "eks-describe-cluster-json",
    "eks-describe-cluster-json (placebo recording: {status_code, data})",
    "aws-config-item-json (placebo)",
)
_LIST = "/endpoint_access/public_access_cidrs"


def _snapshots() -> list[Any]:
    manifest = _DEFINITIONS / "MANIFEST.json"
    if not manifest.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason="the definitions (../shared) are not here"))]
    return [pytest.param(one, id=one["group"]) for one in json.loads(manifest.read_text())["network_snapshots"]]


def _folder(name: str) -> dict[str, Any]:
    files = sorted((_DEFINITIONS / name).glob("*.json"))
    return documents_of(*(str(PurePosixPath(name) / file.name) for file in files))


@pytest.mark.parametrize("entry", entries(*_DESCRIBED))
def test_described_clusters_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(AWS, entry["file"])

    assert_as_the_manifest_says(found, entry)
    for one in found:
        assert_decidable(one)


@pytest.mark.parametrize("entry", entries("kubescape-cluster-describe-json"))
def test_kubescapes_files_are_understood_but_for_a_masked_list_and_the_name(entry: dict[str, Any]) -> None:
    """The manifest takes kubescape's own name of the object; the EKS API's, in the response, is another.

    Its masked list (``XXXX/32``) is no list that a cluster can have: it is open here, with that text.
    """
    (found,) = understood(AWS, entry["file"])
    (expected,) = entry["clusters"]

    assert found.cluster["name"] == "random-eks-dev"
    if expected["effective"]["public_access_cidrs"] == ["XXXX/32"]:
        assert unknown_fields(found)[_LIST] == "XXXX/32"
        expected = expected | {
            "stated": expected["stated"] | {"public_access_cidrs": None},
            "effective": expected["effective"] | {"public_access_cidrs": None},
        }
    assert stated(found) == expected["stated"]
    assert effective(found) == {name: expected["effective"][name] for name in effective(found)}
    assert_decidable(found)


@pytest.mark.parametrize("entry", entries("eks-describe-cluster-json (Go SDK PascalCase, YAML list)"))
def test_a_cluster_with_both_endpoints_off_is_left_open_instead_of_believed(entry: dict[str, Any]) -> None:
    """The manifest notes mock data: EKS refuses the pair (F-1.3), so that nothing can be decided from it."""
    (found,) = understood(AWS, entry["file"])

    assert entry["clusters"][0]["effective"]["mode"].startswith("invalid")
    assert found.cluster["name"] == entry["clusters"][0]["id"]
    assert {"/endpoint_access/public", "/endpoint_access/private", _LIST} <= unknown_fields(found).keys()
    assert_decidable(found)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        *[(*one.values, "what an update asked for") for one in entries("eks-update-cluster-config-json (placebo)")],
        *[(*one.values, "belongs to a cluster") for one in entries("eks-describe-nodegroup-json")],
    ],
)
def test_what_is_no_cluster_is_refused_with_what_to_add(entry: dict[str, Any], why: str) -> None:
    if not entry:
        pytest.skip("the definitions (../shared) are not here")
    with pytest.raises(NotUnderstoodError, match=why) as refusal:
        understood(AWS, entry["file"])

    assert entry["clusters"] == []
    assert "aws eks describe-cluster" in str(refusal.value)


@pytest.mark.parametrize("entry", entries("ec2-describe-json"))
def test_a_list_of_ec2_alone_is_no_cluster(entry: dict[str, Any]) -> None:
    """Lists of what has no VPC say so; each other one describes its VPCs as far as it goes."""
    documents = documents_of(entry["file"])
    if not any(AWS.recognises(document, name) for name, document in documents.items()):
        assert PurePosixPath(entry["file"]).stem in _OF_OTHER_SERVICES
        return
    try:
        found = AWS.read(documents)
    except NotUnderstoodError as refusal:
        assert "no cluster and no VPC is described" in str(refusal)  # noqa: PT017  # either answer may be right
        return
    assert not any(one.has_cluster for one in found)
    for one in found:
        decide(load_question({"cluster": one.cluster}))


_OF_OTHER_SERVICES = {
    "ElasticsearchDomains",
    "LoadBalancerAttributes",
    "LoadBalancerListeners",
    "LoadBalancerTargetHealth",
    "LoadBalancers",
    "RdsInstances",
    "TargetGroups",
}


@pytest.mark.parametrize("snapshot", _snapshots())
def test_the_subnets_of_real_networks_have_their_route_tables(snapshot: dict[str, Any]) -> None:
    found = {one.place: one for one in AWS.read(_folder(snapshot["folder"]))}

    assert sorted(found) == sorted(vpc["id"] for vpc in snapshot["vpcs"])
    for vpc in snapshot["vpcs"]:
        assert found[vpc["id"]].cluster["vpc"]["cidrs"] == [vpc["cidr"]]
    for expected in snapshot["subnets"]:
        assert _subnet_of(found[expected["vpc"]], expected["subnet"]) == expected
    endpoints = [one for vpc in found.values() for one in vpc.cluster["vpc"].get("endpoints", ())]
    assert [(one["service"], one["kind"].title()) for one in endpoints] == [
        (one["service"], one["type"]) for one in snapshot["vpc_endpoints"]
    ]


def _subnet_of(found: Understanding, id_: str) -> dict[str, Any]:
    """A subnet as the manifest tells of it."""
    subnet = next(one for one in found.cluster["subnets"] if one["id"] == id_)
    table = next(one for one in found.cluster["route_tables"] if one["id"] == subnet["route_table"])
    origin = next(one for one in found.origins if one.field == f"/subnets[{id_}]/route_table")
    routes = {route["destination"]: route["target"] for route in table["routes"] if route["target"] != "local"}
    default = routes.pop("0.0.0.0/0", None)
    return {
        "subnet": id_,
        "vpc": found.place,
        "cidr": subnet["cidr"],
        "map_public_ip": subnet["assigns_public_ip"],
        "route_table": table["id"],
        "association": "main" if "main table" in origin.because else "explicit",
        "default_route": _TARGETS[default.split("-")[0]] if default else "none",
        "default_target": default,
        "other_routes": [f"{destination} -> {target}" for destination, target in routes.items()],
    }


_TARGETS = {"igw": "internet gateway", "nat": "NAT gateway", "vgw": "virtual private gateway"}


def test_a_folder_of_an_account_is_one_cluster_in_its_network() -> None:
    if not (_DEFINITIONS / "fixinventory").is_dir():
        pytest.skip("the definitions (../shared) are not here")
    (found,) = AWS.read(_folder("fixinventory/ec2") | _folder("fixinventory/eks"))

    assert found.cluster["name"] == "cluster1"
    assert [(one["name"], one["kind"], one["subnets"]) for one in found.consumers] == [
        ("main", "node", ["subnet-1", "subnet-2", "subnet-3"])
    ]
    assert_decidable(found)


def test_a_real_network_around_a_cluster_gives_a_decision_with_its_reasons() -> None:
    """Batfish's recorded VPC with a NAT gateway, and a cluster put into its subnets."""
    if not (_DEFINITIONS / "batfish").is_dir():
        pytest.skip("the definitions (../shared) are not here")
    cluster = {
        "cluster": {
            "name": "prod",
            "arn": "arn:aws:eks:us-east-2:123456789012:cluster/prod",
            "status": "ACTIVE",
            "resourcesVpcConfig": {
                "vpcId": "vpc-0008a7b45e3ddf1dd",
                "subnetIds": ["subnet-06f469bcee42e408e", "subnet-02ff259e663e9613e"],
                "clusterSecurityGroupId": "sg-0010bf850022667c2",
                "endpointPublicAccess": True,
                "endpointPrivateAccess": False,
                "publicAccessCidrs": ["3.135.127.225/32"],
            },
        }
    }
    nodes = {
        "nodegroup": {"nodegroupName": "a", "clusterName": "prod", "subnets": ["subnet-06f469bcee42e408e"]},
    }
    isolated = {
        "nodegroup": {"nodegroupName": "b", "clusterName": "prod", "subnets": ["subnet-02ff259e663e9613e"]},
    }
    documents = _folder("batfish/test-nat-gateway/aws_configs")
    (found,) = AWS.read(documents | {"cluster.json": cluster, "a.json": nodes, "b.json": isolated})
    decision = decide(load_question({"cluster": found.cluster, "consumers": list(found.consumers)}))

    public = next(one for one in decision.assessments if one.mode.value == "public")
    ways = {trace.consumer: trace for trace in public.traces if trace.purpose == "kubernetes_api"}
    assert ways["a"].disposition.value == "accepted"
    assert ways["b"].cause == "no-route-to-internet"


def test_what_reads_as_text_reads_as_a_document() -> None:
    text = '{"cluster": {"name": "x", "resourcesVpcConfig": {"endpointPublicAccess": true}}}'

    (found,) = AWS.read(read_documents(text.encode()).by_name)

    assert found.origins[0].place == "/cluster/name"
