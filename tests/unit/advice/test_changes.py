"""The change, written down for the tools that people use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint import api as cfn_lint

from service.advice import advise
from service.domain.cluster import UNNAMED, Cluster
from service.domain.consumer import DYNAMIC
from service.domain.question import Section, Weights
from service.domain.written import Form, WrittenChange
from service.intake.terraform_syntax import parse
from tests.unit.advice.tools import options, ran, validated
from tests.unit.builders import OFFICE, a_cluster, a_question, an_access, an_operator, nodes


def present(cluster: Cluster, *listed: str, **switches: bool) -> Cluster:
    return replace(cluster, endpoint_access=an_access(*listed, **switches))


def the_changes(cluster: Cluster, *consumers: Any, **requirements: Any) -> tuple[WrittenChange, ...]:
    question = replace(a_question(cluster, *consumers, **requirements), include=frozenset({Section.CHANGES}))
    changes = advise(question).changes
    assert changes is not None
    return changes


def of_tool(changes: tuple[WrittenChange, ...], tool: str, form: Form | None = None) -> list[WrittenChange]:
    return [change for change in changes if change.tool == tool and form in (None, change.form)]


PUBLIC_TO_ALL = present(a_cluster("0.0.0.0/0"), "0.0.0.0/0", public=True)


def test_commands_go_through_the_plan_step_by_step(tmp_path: Path) -> None:
    commands = of_tool(the_changes(PUBLIC_TO_ALL, nodes()), "aws_cli", Form.SHELL)
    configs = []

    for command in commands:
        status, calls = ran(command.text, tmp_path)
        assert status == 0
        configs.append(validated(calls[0])["resourcesVpcConfig"])

    assert [change.what for change in commands] == ["step 1", "step 2"]
    assert configs == [
        {"endpointPublicAccess": True, "endpointPrivateAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]},
        {"endpointPublicAccess": False, "endpointPrivateAccess": True},
    ]


def test_a_command_ends_badly_if_the_update_fails(tmp_path: Path) -> None:
    command = of_tool(the_changes(PUBLIC_TO_ALL, nodes()), "aws_cli", Form.SHELL)[0]

    status, calls = ran(command.text, tmp_path, status="Failed")

    assert status != 0
    assert [call[1] for call in calls] == ["update-cluster-config", "describe-update"]


def test_a_command_stops_before_anything_else_if_the_name_is_not_known(tmp_path: Path) -> None:
    command = of_tool(the_changes(replace(PUBLIC_TO_ALL, name=UNNAMED), nodes()), "aws_cli", Form.SHELL)[0]

    status, calls = ran(command.text, tmp_path)
    assert (status != 0, calls) == (True, [])
    status, calls = ran(command.text, tmp_path, CLUSTER_NAME="the one")
    assert (status, options(calls[0])["name"]) == (0, ["the one"])
    assert any("CLUSTER_NAME" in note for note in command.notes)


def test_lines_say_the_end_and_notes_the_way() -> None:
    (config,) = of_tool(the_changes(PUBLIC_TO_ALL, nodes()), "eksctl", Form.YAML)

    assert yaml.safe_load(config.text)["vpc"] == {"clusterEndpoints": {"publicAccess": False, "privateAccess": True}}
    assert config.notes[0] == (
        "first, as step 1 of the change plan, apply this with public access on, private access on, list 0.0.0.0/0"
    )


def test_nothing_is_written_where_nothing_changes() -> None:
    """EKS refuses an update that changes nothing (F-9.5)."""
    private = present(a_cluster("0.0.0.0/0"), public=False, private=True)

    assert the_changes(private, nodes()) == ()


def test_no_list_is_written_with_an_address_that_stands_for_one_to_be_chosen() -> None:
    efficiency = Weights(exposure=0, efficiency=1, accessibility=0)  # so that the plan gives the operator an address

    assert the_changes(PUBLIC_TO_ALL, nodes(), an_operator(DYNAMIC), weights=efficiency) == ()


def test_what_a_setting_rests_on_stands_in_the_notes_where_no_mode_fits_before() -> None:
    moved = the_changes(PUBLIC_TO_ALL, nodes(), an_operator(DYNAMIC))
    new = the_changes(replace(PUBLIC_TO_ALL, endpoint_access=None), nodes(), an_operator(DYNAMIC))

    for written in (*moved, *new):
        assert any("no mode fits before this is made, so make it first: run caller" in note for note in written.notes)


def test_no_list_is_written_that_lacks_addresses_which_are_awaited() -> None:
    """Without an entry it would be open to all (F-1.11)."""
    unknown = replace(PUBLIC_TO_ALL, endpoint_access=replace(an_access(), unknown=frozenset({"private"})))
    private = present(a_cluster("0.0.0.0/0"), public=False, private=True)

    for cluster in (unknown, private, replace(PUBLIC_TO_ALL, endpoint_access=None)):
        assert the_changes(cluster, nodes(), an_operator(None)) == ()


def test_without_a_known_setting_the_target_is_written_and_the_missing_plan_is_named() -> None:
    unknown = replace(PUBLIC_TO_ALL, endpoint_access=replace(an_access(), unknown=frozenset({"private"})))

    changes = the_changes(unknown, nodes())

    assert {change.what for change in changes} == {"target"}
    assert all(change.notes[0].startswith("the present setting is not known") for change in changes)


def test_a_new_cluster_is_created_with_the_setting(tmp_path: Path) -> None:
    new = replace(PUBLIC_TO_ALL, endpoint_access=None)
    changes = the_changes(new, nodes(), an_operator())
    (command,) = of_tool(changes, "aws_cli")

    status, calls = ran(command.text, tmp_path, CLUSTER_ROLE_ARN="arn:aws:iam::123456789012:role/eks")

    assert status == 0
    assert validated(calls[0]) == {
        "name": new.name,
        "roleArn": "arn:aws:iam::123456789012:role/eks",
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-a", "subnet-b"],
            "endpointPublicAccess": True,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": [OFFICE],
        },
    }
    assert validated(calls[1]) == {"name": new.name}
    assert of_tool(changes, "eksctl", Form.SHELL) == []


def test_the_subnets_of_a_new_cluster_are_asked_for_if_they_are_not_known(tmp_path: Path) -> None:
    new = replace(PUBLIC_TO_ALL, endpoint_access=None, cluster_subnets=None)
    (command,) = of_tool(the_changes(new, nodes(), an_operator()), "aws_cli")
    given = {"CLUSTER_ROLE_ARN": "arn:aws:iam::123456789012:role/eks", "SUBNET_IDS": '"subnet-1","subnet-2"'}

    status, calls = ran(command.text, tmp_path, **given)

    assert status == 0
    assert validated(calls[0])["resourcesVpcConfig"]["subnetIds"] == ["subnet-1", "subnet-2"]
    assert any("SUBNET_IDS" in note for note in command.notes)


def test_eksctl_says_what_a_private_only_cluster_costs() -> None:
    new = replace(PUBLIC_TO_ALL, endpoint_access=None)

    assert any("eksctl cannot create" in note for note in of_tool(the_changes(new, nodes()), "eksctl")[0].notes)
    assert any(
        "inside the VPC only" in note for note in of_tool(the_changes(PUBLIC_TO_ALL, nodes()), "eksctl")[0].notes
    )


def test_terraform_parses_and_a_name_that_is_no_label_is_left_out() -> None:
    named = the_changes(replace(PUBLIC_TO_ALL, name="1st"), nodes())

    labels = [block.labels for change in of_tool(named, "terraform") for block in parse(change.text).blocks]

    assert labels == [("aws_eks_cluster", "this")]


REST = {"RoleArn": "arn:aws:iam::123456789012:role/eks", "ResourcesVpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"]}}


@pytest.mark.parametrize("consumers", [(nodes(),), (nodes(), an_operator())])
def test_cfn_lint_finds_nothing_in_a_template_with_the_properties(consumers: Any) -> None:
    (change,) = of_tool(the_changes(PUBLIC_TO_ALL, *consumers), "cloudformation")
    template = yaml.safe_load(change.text)
    properties = template["Resources"]["Cluster"]["Properties"]
    config = properties["ResourcesVpcConfig"] | REST["ResourcesVpcConfig"]
    template["Resources"]["Cluster"]["Properties"] = REST | {"ResourcesVpcConfig": config}

    matches = cfn_lint.lint(yaml.safe_dump(template), config={"regions": ["us-east-1"]})

    assert [f"{match.rule.id} {match.message}" for match in matches] == []
