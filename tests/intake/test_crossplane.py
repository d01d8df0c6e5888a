"""Crossplane: its providers' Cluster in every version, compositions, definitions and claims."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import crossplane
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

(CROSSPLANE,) = crossplane.FORMATS
_BLUEPRINTS = "crossplane-on-eks/compositions/aws-provider/eks"


def _one(text: str) -> Understanding:
    return one_from_text(CROSSPLANE, text)


def _object(api: str, kind: str, name: str, provider: str, labels: str = "{}") -> str:
    metadata = f"{{name: {name}, labels: {labels}}}"
    return f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {metadata}\nspec: {{forProvider: {provider}}}\n"


@pytest.mark.parametrize("entry", entries("crossplane-claim", "crossplane-upjet-eks-cluster", "crossplane-xrd"))
def test_real_objects_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(CROSSPLANE, entry["file"])

    assert_as_the_manifest_says(found, entry)
    for one in found:
        assert_decidable(one)


@pytest.mark.parametrize("entry", entries("crossplane-composition"))
def test_a_composition_alone_leaves_open_what_its_patches_set(entry: dict[str, Any]) -> None:
    """The manifest's effective setting is that of the definition beside it, which a composition alone has not."""
    (found,) = understood(CROSSPLANE, entry["file"])
    (expected,) = entry["clusters"]

    assert_decidable(found)
    unknown = unknown_fields(found)
    assert unknown["/endpoint_access/public"] == expected["stated"]["endpoint_public_access"]
    assert unknown["/endpoint_access/private"] == expected["stated"]["endpoint_private_access"]


@pytest.mark.parametrize("entry", entries("crossplane-composition"))
def test_with_its_definition_a_composition_has_the_defaults_of_it(entry: dict[str, Any]) -> None:
    (found,) = understood(CROSSPLANE, entry["file"], f"{_BLUEPRINTS}/definition.yaml")
    (expected,) = entry["clusters"]

    assert_decidable(found)
    assert effective(found) == {name: expected["effective"][name] for name in effective(found)}
    kinds = {origin.field: origin.kind for origin in found.origins}
    assert kinds["/endpoint_access/public"] is Kind.COMPUTED


@pytest.mark.parametrize(
    ("api", "member", "shape"),
    [
        ("eks.aws.upbound.io/v1beta1", "vpcConfig", "[%s]"),
        ("eks.aws.upbound.io/v1beta2", "vpcConfig", "%s"),
        ("eks.aws.m.upbound.io/v1beta1", "vpcConfig", "%s"),
        ("eks.aws.crossplane.io/v1beta1", "resourcesVpcConfig", "%s"),
    ],
)
def test_every_version_keeps_the_same_settings(api: str, member: str, shape: str) -> None:
    settings = shape % "{endpointPrivateAccess: true, publicAccessCidrs: [13.0.0.0/8], subnetIds: [s-1, s-2]}"

    found = _one(_object(api, "Cluster", "one", f"{{region: eu-west-1, {member}: {settings}}}"))

    assert effective(found) == {
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["13.0.0.0/8"],
    }
    assert (found.cluster["name"], found.cluster["region"]) == ("one", "eu-west-1")
    assert found.cluster["cluster_subnets"] == ["s-1", "s-2"]


def test_an_external_name_is_the_clusters() -> None:
    found = _one(
        "apiVersion: eks.aws.upbound.io/v1beta1\nkind: Cluster\n"
        "metadata: {name: one, annotations: {crossplane.io/external-name: prod}}\nspec: {forProvider: {}}"
    )

    assert found.cluster["name"] == "prod"


def test_what_is_given_at_creation_fills_what_is_absent() -> None:
    found = _one(
        "apiVersion: eks.aws.upbound.io/v1beta2\nkind: Cluster\nmetadata: {name: one}\nspec:\n"
        "  forProvider: {vpcConfig: {endpointPublicAccess: false}, tags: {a: b}}\n"
        "  initProvider: {vpcConfig: {endpointPublicAccess: true, endpointPrivateAccess: true}}"
    )

    assert effective(found)["endpoint_public_access"] is False
    assert effective(found)["endpoint_private_access"] is True
    assert found.cluster["labels"] == {"a": "b"}


@pytest.mark.parametrize("policies", ["[Observe]", "[Observe, Update, LateInitialize]", "[]"])
def test_an_object_that_does_not_make_the_cluster_has_no_defaults(policies: str) -> None:
    found = _one(
        "apiVersion: eks.aws.upbound.io/v1beta2\nkind: Cluster\nmetadata: {name: one}\n"
        f"spec: {{managementPolicies: {policies}, forProvider: {{region: eu-west-1}}}}"
    )

    assert "endpoint_access" not in found.cluster
    assert {"/endpoint_access/public", "/endpoint_access/public_access_cidrs"} <= set(unknown_fields(found))


_EC2 = "ec2.aws.upbound.io/v1beta1"


def test_the_network_is_read_by_references_and_selectors() -> None:
    text = (
        _object(_EC2, "VPC", "net", "{cidrBlock: 10.0.0.0/16, enableDnsHostnames: true, enableDnsSupport: true}")
        + _object(_EC2, "InternetGateway", "igw", "{vpcIdRef: {name: net}}")
        + _object(_EC2, "Subnet", "front", "{vpcIdRef: {name: net}, cidrBlock: 10.0.0.0/24}", "{access: public}")
        + _object(_EC2, "Subnet", "back", "{vpcIdRef: {name: net}, cidrBlock: 10.0.1.0/24}", "{access: private}")
        + _object(_EC2, "NATGateway", "nat", "{subnetIdSelector: {matchLabels: {access: public}}}")
        + _object(_EC2, "RouteTable", "table", "{vpcIdRef: {name: net}}")
        + _object(
            _EC2,
            "Route",
            "out",
            "{routeTableIdRef: {name: table}, destinationCidrBlock: 0.0.0.0/0, natGatewayIdRef: {name: nat}}",
        )
        + _object(
            _EC2,
            "RouteTableAssociation",
            "back",
            "{subnetIdSelector: {matchLabels: {access: private}}, routeTableIdRef: {name: table}}",
        )
        + _object(
            "eks.aws.upbound.io/v1beta1",
            "Cluster",
            "one",
            "{vpcConfig: [{subnetIdSelector: {matchLabels: {access: private}}}]}",
        )
        + _object(
            "eks.aws.upbound.io/v1beta1",
            "NodeGroup",
            "nodes",
            "{clusterNameRef: {name: one}, subnetIdSelector: {matchLabels: {access: private}}}",
        )
    )

    found = _one(text)

    assert found.cluster["cluster_subnets"] == ["back"]
    assert {subnet["id"]: subnet.get("route_table") for subnet in found.cluster["subnets"]} == {
        "front": None,
        "back": "table",
    }
    assert found.cluster["route_tables"] == [{"id": "table", "routes": [{"destination": "0.0.0.0/0", "target": "nat"}]}]
    assert found.cluster["nat_gateways"][0]["subnet"] == "front"
    assert found.consumers == ({"name": "nodes", "kind": "node", "managed": True, "subnets": ["back"]},)


_TWO_SUBNETS = (
    _object(_EC2, "VPC", "net", "{cidrBlock: 10.0.0.0/16}")
    + _object(_EC2, "VPC", "other", "{cidrBlock: 10.9.0.0/16}")
    + _object(_EC2, "InternetGateway", "igw", "{vpcIdRef: {name: net}}")
    + _object(_EC2, "Subnet", "front", "{vpcIdRef: {name: net}, cidrBlock: 10.0.0.0/24}")
    + _object(_EC2, "Subnet", "back", "{vpcIdRef: {name: net}, cidrBlock: 10.0.1.0/24}")
    + _object(_EC2, "RouteTable", "table", "{vpcIdRef: {name: net}}")
    + _object(_EC2, "RouteTableAssociation", "back", "{subnetIdRef: {name: back}, routeTableIdRef: {name: table}}")
    + _object("eks.aws.upbound.io/v1beta2", "Cluster", "one", "{vpcConfig: {subnetIdRefs: [{name: back}]}}")
)


def test_a_subnet_without_a_table_has_the_main_one_where_an_object_gives_its_routes() -> None:
    spec = "{defaultRouteTableIdRef: {name: NET}, route: [{cidrBlock: 0.0.0.0/0, gatewayIdRef: {name: igw}}]}"
    elsewhere = _one(_TWO_SUBNETS + _object(_EC2, "DefaultRouteTable", "table", spec.replace("NET", "other")))
    found = _one(_TWO_SUBNETS + _object(_EC2, "DefaultRouteTable", "table", spec.replace("NET", "net")))

    tables = {subnet["id"]: subnet.get("route_table") for subnet in found.cluster["subnets"]}
    assert tables == {"back": "table", "front": "table.main"}
    assert found.cluster["route_tables"][1] == {
        "id": "table.main",
        "routes": [{"destination": "0.0.0.0/0", "target": "internet_gateway"}],
        "main": True,
    }
    assert [subnet.get("route_table") for subnet in elsewhere.cluster["subnets"]] == ["table", None]


@pytest.mark.parametrize(
    ("table", "expected"),
    [("{vpcIdRef: {name: net}, routeTableIdRef: {name: table}}", "table"), ("{vpcIdRef: {name: net}}", None)],
)
def test_another_table_may_be_made_the_main_one(table: str, expected: str | None) -> None:
    found = _one(_TWO_SUBNETS + _object(_EC2, "MainRouteTableAssociation", "main", table))

    assert {subnet["id"]: subnet.get("route_table") for subnet in found.cluster["subnets"]}["front"] == expected


def test_a_table_that_no_object_describes_is_unknown_and_not_the_main_one() -> None:
    found = _one(
        _TWO_SUBNETS
        + _object(_EC2, "RouteTableAssociation", "front", "{subnetIdRef: {name: front}, routeTableId: rtb-1}")
        + _object(_EC2, "DefaultRouteTable", "main", "{defaultRouteTableIdRef: {name: net}}")
    )

    assert {subnet["id"]: subnet.get("route_table") for subnet in found.cluster["subnets"]}["front"] is None
    assert unknown_fields(found)["/subnets[front]/route_table"] == "rtb-1"


def test_an_association_of_an_unknown_subnet_leaves_open_which_have_the_main_table() -> None:
    found = _one(
        _TWO_SUBNETS
        + _object(_EC2, "RouteTableAssociation", "some", "{subnetId: $SUBNET, routeTableIdRef: {name: table}}")
        + _object(_EC2, "DefaultRouteTable", "main", "{defaultRouteTableIdRef: {name: net}}")
    )

    assert {subnet["id"]: subnet.get("route_table") for subnet in found.cluster["subnets"]}["front"] is None


def test_a_network_in_which_no_cluster_stands_is_described_by_itself() -> None:
    (found,) = from_text(
        CROSSPLANE,
        _object(_EC2, "VPC", "net", "{cidrBlock: 10.0.0.0/16}")
        + _object(_EC2, "Subnet", "front", "{vpcIdRef: {name: net}, cidrBlock: 10.0.0.0/24}"),
    )

    assert not found.has_cluster
    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]
    assert [subnet["id"] for subnet in found.cluster["subnets"]] == ["front"]


def test_classic_tables_hold_their_routes_and_associations() -> None:
    api = "ec2.aws.crossplane.io/v1beta1"
    text = (
        _object(api, "VPC", "net", "{cidrBlock: 10.0.0.0/16, enableDnsHostNames: true}")
        + _object(api, "Subnet", "front", "{vpcIdRef: {name: net}, cidrBlock: 10.0.0.0/24, mapPublicIPOnLaunch: true}")
        + _object(
            api,
            "RouteTable",
            "table",
            "{vpcIdRef: {name: net}, associations: [{subnetIdRef: {name: front}}],"
            " routes: [{destinationCidrBlock: 0.0.0.0/0, gatewayId: igw-1}]}",
        )
        + _object("eks.aws.crossplane.io/v1beta1", "Cluster", "one", "{resourcesVpcConfig: {}}")
    )

    found = _one(text)

    assert found.cluster["vpc"]["enable_dns_hostnames"] is True
    assert found.cluster["subnets"][0]["route_table"] == "table"
    assert found.cluster["route_tables"][0]["routes"] == [{"destination": "0.0.0.0/0", "target": "igw-1"}]


def test_rules_of_upjet_stand_in_objects_of_their_own() -> None:
    text = (
        _object(_EC2, "SecurityGroup", "extra", "{}")
        + _object(
            _EC2,
            "SecurityGroupRule",
            "in",
            "{securityGroupIdRef: {name: extra}, type: ingress, protocol: tcp, fromPort: 443, toPort: 443,"
            " cidrBlocks: [10.8.0.0/16], self: true}",
        )
        + _object(
            _EC2,
            "SecurityGroupEgressRule",
            "out",
            "{securityGroupIdRef: {name: extra}, ipProtocol: '-1', cidrIpv4: 0.0.0.0/0}",
        )
        + _object("eks.aws.upbound.io/v1beta2", "Cluster", "one", "{vpcConfig: {securityGroupIdRefs: [{name: extra}]}}")
    )

    found = _one(text)

    assert found.cluster["security_groups"] == [
        {
            "id": "extra",
            "role": "additional",
            "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "sources": ["10.8.0.0/16", "self"]}],
            "egress": [{"protocol": "all", "sources": ["0.0.0.0/0"]}],
        }
    ]


def test_a_selector_that_nothing_answers_is_open_with_its_labels() -> None:
    found = _one(
        _object(
            "eks.aws.upbound.io/v1beta2", "Cluster", "one", "{vpcConfig: {subnetIdSelector: {matchLabels: {a: b}}}}"
        )
    )

    assert unknown_fields(found)["/cluster_subnets"] == "a=b"


_COMPOSITION = """
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {name: x}
spec:
  compositeTypeRef: {apiVersion: example.org/v1alpha1, kind: XKube}
  mode: Pipeline
  pipeline:
    - step: patch
      functionRef: {name: function-patch-and-transform}
      input:
        apiVersion: pt.fn.crossplane.io/v1beta1
        kind: Resources
        patchSets:
          - name: region
            patches: [{type: FromCompositeFieldPath, fromFieldPath: spec.region, toFieldPath: spec.forProvider.region}]
        resources:
          - name: cluster
            base:
              apiVersion: eks.aws.upbound.io/v1beta1
              kind: Cluster
              spec:
                forProvider:
                  vpcConfig: [{endpointPublicAccess: true, subnetIdSelector: {matchControllerRef: true}}]
            patches:
              - {type: PatchSet, patchSetName: region}
              - {fromFieldPath: spec.private, toFieldPath: "spec.forProvider.vpcConfig[0].endpointPrivateAccess"}
              - type: CombineFromComposite
                combine: {variables: [], strategy: string}
                toFieldPath: metadata.annotations[crossplane.io/external-name]
              - {type: ToCompositeFieldPath, fromFieldPath: status.x, toFieldPath: status.y}
          - name: subnet-a
            base: {apiVersion: ec2.aws.upbound.io/v1beta1, kind: Subnet, spec: {forProvider: {cidrBlock: 10.0.0.0/24}}}
"""


def test_a_pipeline_of_patch_and_transform_makes_clusters_too() -> None:
    found = _one(_COMPOSITION)

    assert found.cluster["endpoint_access"]["public"] is True
    assert found.cluster["cluster_subnets"] == ["subnet-a"]
    unknown = unknown_fields(found)
    assert unknown["/endpoint_access/private"] == "patched from spec.private"
    assert unknown["/region"] == "patched from spec.region"
    assert unknown["/name"] == "combined from several fields"


_DEFINITION = """
---
apiVersion: apiextensions.crossplane.io/v1
kind: CompositeResourceDefinition
metadata: {name: xkubes.example.org}
spec:
  group: example.org
  names: {kind: XKube, plural: xkubes}
  claimNames: {kind: Kube, plural: kubes}
  versions:
    - name: v1alpha1
      schema:
        openAPIV3Schema:
          properties:
            spec:
              properties:
                endpointPublicAccess: {type: boolean, default: false}
                endpointPrivateAccess: {type: boolean, default: true}
                publicAccessCidrs: {type: array, default: [13.0.0.0/8]}
"""


def _claim(spec: str, kind: str = "Kube") -> str:
    return f"---\napiVersion: example.org/v1alpha1\nkind: {kind}\nmetadata: {{name: one}}\nspec: {spec}\n"


def test_a_claim_says_what_its_own_fields_say() -> None:
    found = _one(_claim("{region: eu-west-1, parameters: {endpointPublicAccess: true, subnetIds: [s-1]}}"))

    assert found.cluster["endpoint_access"]["public"] is True
    assert "/endpoint_access/private" in unknown_fields(found)
    assert found.cluster["cluster_subnets"] == ["s-1"]
    assert [one.field for one in found.assumed] == ["/endpoint_access/public_access_cidrs"]


def test_a_claim_with_its_definition_has_the_defaults_of_it() -> None:
    found = _one(_DEFINITION + _claim("{endpointPublicAccess: true}"))

    assert effective(found) == {
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["13.0.0.0/8"],
    }


@pytest.mark.parametrize(
    ("spec", "kind", "is_one"),
    [
        ("{compositionSelector: {}}", "XEKS", True),
        ("{compositionSelector: {}}", "amazonEks", True),
        ("{compositionSelector: {}}", "vpcSubnet", False),
        ("{size: 3}", "XEKS", False),
        ("{a: {b: {publicAccessCidrs: []}}}", "Anything", True),
    ],
)
def test_a_kind_is_a_clusters_by_its_fields_or_its_name(spec: str, kind: str, is_one: bool) -> None:
    from_parsed = from_text(CROSSPLANE, _COMPOSITION + _claim(spec, kind))

    assert (len(from_parsed) == 2) is is_one


def test_a_claim_without_a_word_of_the_endpoint_leaves_it_open() -> None:
    found = _one(_claim("{compositionSelector: {}}", "XEKS"))

    assert "endpoint_access" not in found.cluster
    assert set(unknown_fields(found)) == {
        "/endpoint_access/public",
        "/endpoint_access/private",
        "/endpoint_access/public_access_cidrs",
    }


def test_a_definition_alone_describes_no_cluster() -> None:
    assert from_text(CROSSPLANE, _DEFINITION) == ()


def test_a_composition_whose_objects_functions_make_is_refused_with_what_to_do() -> None:
    text = """
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {name: clusters}
spec:
  mode: Pipeline
  pipeline:
    - step: render
      functionRef: {name: function-go-templating}
      input: {kind: GoTemplate, inline: {template: "kind: Cluster"}}
"""
    with pytest.raises(NotUnderstoodError, match="render it first, for instance with `crossplane render`"):
        from_text(CROSSPLANE, text)


def test_a_document_without_such_objects_is_refused() -> None:
    assert not CROSSPLANE.recognises({"apiVersion": "v1", "kind": "Pod"}, "")
    assert not CROSSPLANE.recognises({"apiVersion": "eks.services.k8s.aws/v1", "kind": "EKS", "spec": {}}, "")
    assert CROSSPLANE.recognises({"apiVersion": "ec2.aws.upbound.io/v1beta1", "kind": "VPC"}, "")
    with pytest.raises(NotUnderstoodError):
        from_text(CROSSPLANE, "kind: ConfigMap\napiVersion: v1\n")
