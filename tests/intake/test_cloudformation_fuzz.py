"""Whatever stands in a template: it is refused with a reason, or each of its clusters loads as a question."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.errors import InvalidQuestionError
from service.intake import cloudformation
from service.intake.documents import read_documents
from service.intake.understanding import NotUnderstoodError, Understanding
from service.web.schemas import load_question
from tests.knowledge_base import KNOWLEDGE_BASE

(CLOUDFORMATION,) = cloudformation.FORMATS
_REAL = (
    "cfn-templates/EKS/template.yaml",
    "quickstart-amazon-eks/templates/amazon-eks-controlplane.template.yaml",
    "refarch-cloudformation/cloudformation/cluster.yaml",
)
_NAMES = (
    "VPC",
    "PublicSubnet1",
    "ControlPlane",
    "NATGateway1",
    "VPCCidrBlock",
    "AWS::NoValue",
    "AWS::Region",
    "Nothing",
)
_TYPES = (
    *("AWS::EC2::Route", "AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::EC2::NatGateway", "AWS::EC2::SecurityGroup"),
    *("AWS::EC2::VPCEndpoint", "AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster", "AWS::EC2::NetworkAcl", "x"),
    *("AWS::EC2::VPCPeeringConnection", "AWS::EC2::TransitGatewayAttachment", "AWS::EC2::ClientVpnEndpoint"),
)
_TEXTS = st.sampled_from(
    (
        *_NAMES,
        *_TYPES,
        "",
        "true",
        "-1",
        "0.0.0.0/0",
        "10.0.1.0/24",
        "10.0.1.1/24",
        "::/0",
        "::ffff:10.0.0.0/104",
        "443",
    )
) | st.text(max_size=8)
_SCALARS = st.none() | st.booleans() | st.integers(-2, 70_000) | st.floats() | _TEXTS
_FUNCTIONS = st.sampled_from(
    ("Ref", "Fn::GetAtt", "Fn::If", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Cidr", "Fn::FindInMap")
    + ("Fn::GetAZs", "Fn::And", "Fn::Not", "Fn::Equals", "Condition", "Fn::Transform", "Fn::Length", "Fn::ForEach::X")
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_FUNCTIONS, inner, min_size=1, max_size=1)
        | st.dictionaries(_TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


def _real_templates() -> list[dict[str, Any]]:
    files = [KNOWLEDGE_BASE / "cases" / "definitions" / name for name in _REAL]
    return [read_documents(file.read_bytes(), file.name).by_name[file.name] for file in files if file.is_file()]


_TEMPLATES = _real_templates()


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place] if place else []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        found += _places(member, (*place, key))
    return found


_PLACES = [_places(template) for template in _TEMPLATES]


def _assert_loads(found: tuple[Understanding, ...]) -> None:
    for one in found:
        question = {"cluster": one.cluster, **({"consumers": list(one.consumers)} if one.consumers else {})}
        try:
            load_question(question)
        except InvalidQuestionError as error:
            raise AssertionError(f"{error.mistakes}") from error
        json.dumps([one.cluster, list(one.consumers)])


@pytest.mark.skipif(not _TEMPLATES, reason="the definitions (../shared) are not here")
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_real_template_with_changes_is_refused_or_loads(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(_TEMPLATES) - 1))
    template = copy.deepcopy(_TEMPLATES[number])
    for place in data.draw(st.lists(st.sampled_from(_PLACES[number]), min_size=1, max_size=6)):
        target: Any = template
        try:
            for key in place[:-1]:
                target = target[key]
            target[place[-1]] = data.draw(_VALUES)
        except (KeyError, IndexError, TypeError):
            continue

    try:
        found = CLOUDFORMATION.read({"": template})
    except NotUnderstoodError:
        return

    _assert_loads(found)


@settings(deadline=None, max_examples=60)
@given(
    resources=st.dictionaries(
        st.sampled_from(_NAMES) | st.text(max_size=5),
        st.fixed_dictionaries(
            {
                "Type": st.sampled_from(_TYPES),
                "Properties": st.dictionaries(
                    st.sampled_from(
                        (
                            "VpcId",
                            "SubnetId",
                            "CidrBlock",
                            "RouteTableId",
                            "GatewayId",
                            "NatGatewayId",
                            "ResourcesVpcConfig",
                        )
                        + (
                            "SecurityGroupIngress",
                            "DestinationCidrBlock",
                            "ServiceName",
                            "Config",
                            "PeerVpcId",
                            "Name",
                            "Tags",
                        )
                    ),
                    _VALUES,
                ),
            },
            optional={"Condition": _TEXTS},
        ),
        max_size=8,
    ),
    conditions=st.dictionaries(_TEXTS, _VALUES, max_size=3),
    document=_VALUES,
)
def test_resources_at_random_are_refused_or_load(resources: Any, conditions: Any, document: Any) -> None:
    template = {"Conditions": conditions, "Resources": resources, "Mappings": document, "Parameters": document}
    for one in (template, document):
        assert CLOUDFORMATION.recognises(one, "") in (True, False)
        try:
            found = CLOUDFORMATION.read({"": one})
        except NotUnderstoodError:
            continue
        _assert_loads(found)


def _bomb(kind: str) -> dict[str, Any]:
    names = [f"C{number}" for number in range(5000)]
    cluster: dict[str, Any] = {"Type": "AWS::EKS::Cluster", "Properties": {"Name": "one"}}
    template: dict[str, Any] = {"Resources": {"Cluster": cluster}}
    if kind == "conditions in a row":
        template["Conditions"] = {
            name: {"Fn::Not": [{"Condition": after}]} for name, after in zip(names, names[1:], strict=False)
        }
        cluster["Condition"] = names[0]
    elif kind == "attributes in a row":
        for name, after in zip(names[:900], names[1:901], strict=True):
            attribute = {"Fn::GetAtt": [after, "CidrBlock"]}
            template["Resources"][name] = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": [attribute, attribute]}}
        cluster["Properties"]["Name"] = {"Fn::GetAtt": [names[0], "CidrBlock"]}
    elif kind == "texts that double":
        for name, after in zip(names[:900], names[1:901], strict=True):
            text = f"${{{after}.CidrBlock}}" * 50
            template["Resources"][name] = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Fn::Sub": text}}}
        template["Resources"][names[900]] = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "x" * 4000}}
        cluster["Properties"]["Name"] = {"Fn::Sub": f"${{{names[0]}.CidrBlock}}"}
    else:
        loop: Any = {"R${A}": cluster}
        for _ in range(12):
            loop = {"Fn::ForEach::L": ["A", [str(number) for number in range(50)], loop]}
        template["Resources"] = loop
    return template


@pytest.mark.parametrize("kind", ["conditions in a row", "attributes in a row", "texts that double", "loops in loops"])
def test_a_template_that_grows_when_it_is_evaluated_comes_to_an_end(kind: str) -> None:
    try:
        _assert_loads(CLOUDFORMATION.read({"": _bomb(kind)}))
    except NotUnderstoodError as error:
        assert kind == "loops in loops", error
