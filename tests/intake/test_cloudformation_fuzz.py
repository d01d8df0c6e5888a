"""Whatever stands in a template: it is refused with a reason, or each of its clusters loads as a question."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
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
    (
        *("Ref", "Fn::GetAtt", "Fn::If", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Cidr", "Fn::FindInMap"),
        *("Fn::GetAZs", "Fn::And", "Fn::Not", "Fn::Equals", "Condition", "Fn::Length", "Fn::ForEach::X"),
    )
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

_PROPERTIES = (
    *("VpcId", "SubnetId", "CidrBlock", "RouteTableId", "GatewayId", "NatGatewayId", "ResourcesVpcConfig"),
    *("SecurityGroupIngress", "DestinationCidrBlock", "ServiceName", "Config", "PeerVpcId", "Name", "Tags"),
)
_RESOURCES = st.fixed_dictionaries(
    {"Type": st.sampled_from(_TYPES), "Properties": st.dictionaries(st.sampled_from(_PROPERTIES), _VALUES)},
    optional={"Condition": _TEXTS},
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
            if isinstance(place[-1], str) is isinstance(target, dict):
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
    resources=st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), _RESOURCES, max_size=8),
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


def _with(resources: dict[str, Any], **cluster: Any) -> dict[str, Any]:
    resources["Cluster"] = {"Type": "AWS::EKS::Cluster", "Properties": {"Name": "one"}} | cluster
    return {"Resources": resources}


def _vpc(cidr: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}}


def _conditions_in_a_row() -> dict[str, Any]:
    conditions = {f"C{number}": {"Fn::Not": [{"Condition": f"C{number + 1}"}]} for number in range(5000)}
    return _with({}, Condition="C0") | {"Conditions": conditions}


def _attributes_in_a_row() -> dict[str, Any]:
    vpcs = {f"C{n}": _vpc([{"Fn::GetAtt": [f"C{n + 1}", "CidrBlock"]}] * 2) for n in range(900)}
    return _with(vpcs, Properties={"Name": {"Fn::GetAtt": ["C0", "CidrBlock"]}})


def _texts_that_double() -> dict[str, Any]:
    vpcs = {f"C{n}": _vpc({"Fn::Sub": f"${{C{n + 1}.CidrBlock}}" * 50}) for n in range(30)}
    vpcs["C30"] = _vpc("x" * 4000)
    return _with(vpcs, Properties={"Name": {"Fn::Sub": "${C0.CidrBlock}"}})


@pytest.mark.parametrize("make", [_conditions_in_a_row, _attributes_in_a_row, _texts_that_double])
def test_a_template_that_grows_when_it_is_evaluated_comes_to_an_end(make: Callable[[], dict[str, Any]]) -> None:
    found = CLOUDFORMATION.read({"": make()})

    assert len(found) == 1
    _assert_loads(found)


def test_loops_in_loops_are_refused() -> None:
    loop: Any = {"R${A}": {"Type": "AWS::EKS::Cluster"}}
    for _ in range(12):
        loop = {"Fn::ForEach::L": ["A", [str(number) for number in range(50)], loop]}

    with pytest.raises(NotUnderstoodError, match="loops"):
        CLOUDFORMATION.read({"": {"Resources": loop}})
