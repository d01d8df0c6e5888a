"""Pulumi's programs in YAML: what they write out is read, what they compute is open."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import pulumi
from service.intake.documents import read_documents
from service.intake.recognising import understand
from service.intake.registry import FORMATS
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import effective, one_from_text, unknown_fields

(PULUMI,) = pulumi.FORMATS
HEAD = "name: shop\nruntime: yaml\nconfig:\n  open: {type: boolean, default: true}\nresources:\n"
NETWORK = """
  main:
    type: aws:ec2:Vpc
    properties: {cidrBlock: 10.0.0.0/16, enableDnsHostnames: true}
  a:
    type: aws:ec2/subnet:Subnet
    properties: {vpcId: "${main.id}", cidrBlock: 10.0.0.0/24, mapPublicIpOnLaunch: true}
"""


def program(cluster: str, head: str = HEAD) -> Understanding:
    """The only cluster of a program."""
    return one_from_text(PULUMI, f"{head}{NETWORK}{cluster}")


def access(public: bool | None, private: bool | None, ranges: list[str] | None) -> dict[str, Any]:
    """A setting under the manifest's names."""
    return {"endpoint_public_access": public, "endpoint_private_access": private, "public_access_cidrs": ranges}


@pytest.mark.parametrize("runtime", ["runtime: yaml", "runtime:\n  name: yaml"])
def test_a_program_in_yaml_is_read_with_its_network(runtime: str) -> None:
    found = program(
        """
  shop:
    type: aws:eks:Cluster
    properties:
      name: shop
      vpcConfig:
        subnetIds: ["${a.id}"]
        endpointPrivateAccess: true
        publicAccessCidrs: [198.51.100.0/24]
  nodes:
    type: aws:eks:NodeGroup
    properties: {clusterName: "${shop.name}", nodeGroupName: nodes, subnetIds: ["${a.id}"]}
""",
        HEAD.replace("runtime: yaml", runtime),
    )

    assert effective(found) == access(True, True, ["198.51.100.0/24"])
    assert (found.format, found.place) == ("pulumi-state", "aws_eks_cluster.shop")
    assert found.cluster["cluster_subnets"] == ["aws_subnet.a"]
    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]
    assert [(one["name"], one.get("subnets")) for one in found.consumers] == [("nodes", ["aws_subnet.a"])]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("${open}", "${open}"),
        ("${other.outputs.on}", "${other.outputs.on}"),
        ("{fn::invoke: {function: a, return: b}}", "fn::invoke"),
    ],
)
def test_what_a_program_computes_is_open_with_its_text(value: str, shown: str) -> None:
    """The default of a configuration value is not taken: `Pulumi.<stack>.yaml` gives another one."""
    value = value if value.startswith("{") else f'"{value}"'

    found = program(
        f"""
  shop:
    type: aws:eks:Cluster
    properties: {{vpcConfig: {{endpointPublicAccess: {value}, endpointPrivateAccess: true}}}}
"""
    )

    assert effective(found)["endpoint_public_access"] is None
    assert unknown_fields(found)["/endpoint_access/public"] == shown


@pytest.mark.parametrize(
    ("subnets", "expected"),
    [
        ('privateSubnetIds: ["${a.id}"], publicSubnetIds: [subnet-1]', ["aws_subnet.a", "subnet-1"]),
        ('subnetIds: ["${a.id}"]', ["aws_subnet.a"]),
        ('privateSubnetIds: "${vpc.privateSubnetIds}", publicSubnetIds: [subnet-1]', None),
        ("version: '1.31'", None),
    ],
)
@pytest.mark.parametrize("type_", ["eks:Cluster", "eks:index:Cluster"])
def test_the_component_makes_a_cluster_with_the_setting_that_it_is_given(
    type_: str, subnets: str, expected: list[str] | None
) -> None:
    found = program(
        f"""
  shop:
    type: {type_}
    properties: {{name: shop, endpointPublicAccess: false, endpointPrivateAccess: true, {subnets}}}
"""
    )

    assert effective(found) == access(False, True, [])
    assert found.cluster.get("cluster_subnets") == expected


def test_a_cluster_without_a_setting_has_the_defaults_of_eks() -> None:
    assert effective(program("\n  shop:\n    type: eks:Cluster\n")) == access(True, False, ["0.0.0.0/0"])


@pytest.mark.parametrize(
    "resources",
    [
        "  old:\n    type: aws:eks:Cluster\n    get: {id: shop}\n",
        "  bucket:\n    type: aws:s3:Bucket\n",
        "  - not a mapping\n",
        "  shop: nothing\n",
    ],
)
def test_a_program_that_makes_nothing_that_matters_is_refused_with_what_to_send(resources: str) -> None:
    documents = read_documents((HEAD + resources).encode(), "Pulumi.yaml")

    with pytest.raises(NotUnderstoodError, match="a program of Pulumi, which is not run here"):
        understand(documents, FORMATS)


def test_a_program_in_another_language_is_no_document() -> None:
    assert not PULUMI.recognises({"name": "a", "runtime": "nodejs", "resources": {"a": {"type": "eks:Cluster"}}}, "")


def test_a_text_with_an_escaped_sign_names_nothing() -> None:
    found = program("\n  shop:\n    type: aws:eks:Cluster\n    properties: {tags: {a: 'b $${c}'}}\n")

    assert not [field for field in unknown_fields(found) if field.startswith("/labels")]
