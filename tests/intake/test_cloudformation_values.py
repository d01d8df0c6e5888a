"""Intrinsic functions, parameters and conditions: evaluated where the template holds all that is needed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.intake import cloudformation
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, from_text, unknown_fields

(CLOUDFORMATION,) = cloudformation.FORMATS
PUBLIC = "/endpoint_access/public"
LIST = "/endpoint_access/public_access_cidrs"


def _cluster(settings: str, sections: str = "") -> Understanding:
    """A template in YAML whose cluster has these settings, in flow style."""
    text = f"""
{sections}
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      Name: one
      RoleArn: !Sub arn:aws:iam::${{AWS::AccountId}}:role/eks
      ResourcesVpcConfig: {{SubnetIds: [subnet-a, subnet-b], {settings}}}
"""
    (found,) = from_text(CLOUDFORMATION, text)
    assert_decidable(found)
    return found


def _list_of(expression: str, sections: str = "") -> Any:
    return effective(_cluster(f"PublicAccessCidrs: {expression}", sections))["public_access_cidrs"]


def test_booleans_may_be_texts() -> None:
    found = _cluster("EndpointPublicAccess: 'false', EndpointPrivateAccess: 'True'")

    assert (effective(found)["endpoint_public_access"], effective(found)["endpoint_private_access"]) == (False, True)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Split [',', '192.0.2.0/24,198.51.100.0/24']", ["192.0.2.0/24", "198.51.100.0/24"]),
        ("[!Join ['', ['192.0.2.', 0, '/24']]]", ["192.0.2.0/24"]),
        ("[!Select [1, ['192.0.2.0/24', '198.51.100.0/24']]]", ["198.51.100.0/24"]),
        ("!Cidr ['192.0.2.0/24', 2, 5]", ["192.0.2.0/27", "192.0.2.32/27"]),
        ("[!Sub ['${Network}/24', {Network: 192.0.2.0}]]", ["192.0.2.0/24"]),
        ("[192.0.2.0/24, !Ref AWS::NoValue]", ["192.0.2.0/24"]),
        ("[!If [Nobody, 192.0.2.0/24, 192.0.2.0/24]]", ["192.0.2.0/24"]),
    ],
)
def test_functions_of_known_values_are_evaluated(expression: str, expected: list[str]) -> None:
    assert _list_of(expression) == expected


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("!ImportValue Offices", "!ImportValue Offices"),
        ("!Split [',', !ImportValue Offices]", "!ImportValue Offices"),
        ("[!Sub '${Unheard}/32']", "${Unheard}/32"),
        ("!Cidr ['192.0.2.0/24', 300, 5]", "!Cidr [192.0.2.0/24, 300, 5]"),
        ("!FindInMap [Offices, !Ref AWS::Region, ranges]", "!FindInMap [Offices, !Ref AWS::Region, ranges]"),
        ("!GetAtt Other.Outputs.Ranges", "!GetAtt Other.Outputs.Ranges"),
        ("{'Fn::Transform': {Name: Offices}}", "!Transform {…}"),
        ("!vault c2VjcmV0", "a tag that is not known"),
        ("['{{resolve:ssm:/offices}}']", "{{resolve:ssm:/offices}}"),
    ],
)
def test_what_the_template_does_not_hold_is_open_with_its_text(expression: str, text: str) -> None:
    found = _cluster(f"PublicAccessCidrs: {expression}")

    assert LIST not in {origin.field for origin in found.origins}
    assert "c2VjcmV0" not in str(found)
    assert unknown_fields(found)[LIST] == text


def test_a_mapping_is_read_by_its_keys() -> None:
    sections = "Mappings: {Stages: {prod: {Ranges: [192.0.2.0/24]}, test: {Ranges: [198.51.100.0/24]}}}"

    assert _list_of("!FindInMap [Stages, prod, Ranges]", sections) == ["192.0.2.0/24"]


def test_a_mapping_by_region_is_known_if_every_region_has_the_same() -> None:
    sections = "Mappings: {Regions: {eu-west-1: {Open: 'false'}, us-east-1: {Open: 'false'}}}"
    found = _cluster(
        "EndpointPrivateAccess: true, EndpointPublicAccess: !FindInMap [Regions, !Ref AWS::Region, Open]", sections
    )

    assert effective(found)["endpoint_public_access"] is False


def test_a_parameters_default_is_assumed_and_said() -> None:
    found = _cluster(
        "PublicAccessCidrs: !Ref Offices",
        "Parameters: {Offices: {Type: CommaDelimitedList, Default: '192.0.2.0/24, 198.51.100.0/24'}}",
    )

    assert effective(found)["public_access_cidrs"] == ["192.0.2.0/24", "198.51.100.0/24"]
    (sentence,) = [assumed.sentence for assumed in found.assumed if assumed.field == LIST]
    assert sentence == "the parameter `Offices` keeps its default, `192.0.2.0/24, 198.51.100.0/24`"


@pytest.mark.parametrize(
    ("parameter", "why"),
    [
        ("{Type: String}", "a parameter without a default"),
        ("{Type: String, NoEcho: true, Default: 192.0.2.0/24}", "a parameter that hides its value"),
        ("{Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /x}", "read from the Parameter Store"),
    ],
)
def test_a_parameter_without_a_value_of_its_own_is_open(parameter: str, why: str) -> None:
    found = _cluster("PublicAccessCidrs: !Ref Offices", f"Parameters: {{Offices: {parameter}}}")

    (unknown,) = [unknown for unknown in found.unknown if unknown.field == LIST]
    assert unknown.text == "!Ref Offices"
    assert why in unknown.why
    assert "192.0.2.0" not in str(found)


_CONDITIONS = """
Parameters:
  Stage: {Type: String, Default: prod}
  Who: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not [!Condition IsProd]
  Asked: !Equals [!Ref Who, me]
  Never: !And [!Condition IsTest, !Condition Asked]
  Always: !Or [!Condition IsProd, !Condition Asked]
  Chicken: !Condition Egg
  Egg: !Condition Chicken
"""


@pytest.mark.parametrize(
    ("condition", "holds"), [("IsProd", True), ("IsTest", False), ("Never", False), ("Always", True)]
)
def test_a_condition_is_evaluated_as_far_as_it_goes(condition: str, holds: bool) -> None:
    found = _cluster(f"EndpointPrivateAccess: !If [{condition}, true, false]", _CONDITIONS)

    assert effective(found)["endpoint_private_access"] is holds
    assert any("`Stage` keeps its default, `prod`" in assumed.sentence for assumed in found.assumed)


@pytest.mark.parametrize("condition", ["Asked", "Chicken", "Egg", "Undefined"])
def test_a_condition_that_cannot_be_evaluated_leaves_the_switch_open(condition: str) -> None:
    found = _cluster(f"EndpointPublicAccess: !If [{condition}, true, false]", _CONDITIONS)

    assert unknown_fields(found)[PUBLIC] == f"!If [{condition}, true, false]"
    assert effective(found)["endpoint_public_access"] is None


def test_a_branch_without_a_value_gives_the_default_of_the_api() -> None:
    found = _cluster("PublicAccessCidrs: !If [IsTest, [192.0.2.0/24], !Ref AWS::NoValue]", _CONDITIONS)

    assert effective(found)["public_access_cidrs"] == ["0.0.0.0/0"]


def test_a_loop_is_written_out() -> None:
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Teams": {"Type": "CommaDelimitedList", "Default": "red,blue"}},
        "Resources": {
            "Fn::ForEach::Clusters": [
                "Team",
                {"Ref": "Teams"},
                {
                    "Cluster${Team}": {
                        "Type": "AWS::EKS::Cluster",
                        "Properties": {"Name": {"Fn::Sub": "eks-${Team}"}, "ResourcesVpcConfig": {"SubnetIds": []}},
                    }
                },
            ]
        },
    }

    found = from_text(CLOUDFORMATION, json.dumps(template), "template.json")

    assert [one.cluster["name"] for one in found] == ["eks-red", "eks-blue"]
    assert [one.place for one in found] == ["/Resources/Clusterred", "/Resources/Clusterblue"]


def test_a_cluster_whose_condition_is_false_is_not_made_and_an_open_one_is_assumed() -> None:
    def template(condition: str) -> str:
        head = _CONDITIONS.strip()
        cluster = f"{{Type: 'AWS::EKS::Cluster', Condition: {condition}, Properties: {{Name: a}}}}"
        return f"{head}\nResources: {{One: {cluster}}}"

    with pytest.raises(NotUnderstoodError, match=r"/Resources/One: .*not made: its condition `IsTest` is false"):
        from_text(CLOUDFORMATION, template("IsTest"))
    (found,) = from_text(CLOUDFORMATION, template("Asked"))
    assert found.assumed[0].field == "/"
    assert found.assumed[0].sentence.startswith("the condition `Asked`, which cannot be evaluated, holds")


def test_cdks_custom_resource_and_the_third_partys_are_clusters() -> None:
    template = """
Resources:
  Cdk:
    Type: Custom::AWSCDK-EKS-Cluster
    Properties:
      Config:
        name: cdk
        resourcesVpcConfig: {endpointPublicAccess: false, endpointPrivateAccess: true, subnetIds: [subnet-a]}
      AttributesRevision: 2
  Third:
    Type: AWSQS::EKS::Cluster
    Properties: {Name: third, ResourcesVpcConfig: {EndpointPrivateAccess: true}}
"""
    found = {one.cluster["name"]: one for one in from_text(CLOUDFORMATION, template)}

    assert effective(found["cdk"]) == {
        "endpoint_public_access": False,
        "endpoint_private_access": True,
        "public_access_cidrs": [],
    }
    assert effective(found["third"])["endpoint_private_access"] is True


@pytest.mark.parametrize(
    "body", ["Resources: {A: {Type: 'AWS::EKS::Cluster'}}", {"Resources": {"A": {"Type": "AWS::EKS::Cluster"}}}]
)
def test_what_get_template_answers_is_a_template(body: Any) -> None:
    document = {"TemplateBody": body, "StagesAvailable": ["Original"]}

    assert CLOUDFORMATION.recognises(document, "")
    (found,) = CLOUDFORMATION.read({"": document})
    assert found.place == "/TemplateBody/Resources/A"
