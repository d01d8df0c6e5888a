"""Sections of advice as a client sees them: in the JSON, in the report, and only if asked for."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.description import faults

SETTING = {"public": True, "private": True, "public_access_cidrs": ["13.209.0.0/28"]}
QUESTION: dict[str, Any] = {
    "cluster": {
        "name": "demo",
        "endpoint_access": SETTING,
        "vpc": {"cidrs": ["10.0.0.0/16"]},
        "subnets": [
            {"id": "subnet-a", "cidr": "10.0.0.0/20", "availability_zone": "a", "routing": "isolated"},
            {"id": "subnet-b", "cidr": "10.0.16.0/20", "availability_zone": "b", "routing": "isolated"},
        ],
    },
    "consumers": [
        {"name": "nodes", "kind": "node", "managed": True},
        {
            "name": "office",
            "kind": "operator",
            "importance": "preferred",
            "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]},
        },
    ],
}


def ask(client: FlaskClient, *sections: str, **fields: Any) -> dict[str, Any]:
    """The answer with these sections, held to its description."""
    answer: dict[str, Any] = client.post("/v1/decisions", json=QUESTION | {"include": sections} | fields).get_json()
    assert faults("Decision", answer) == []
    return answer


def report(client: FlaskClient, **fields: Any) -> str:
    """The whole report."""
    response = client.post("/v1/decisions", json=QUESTION | fields, headers={"Accept": "text/markdown"})
    return response.get_data(as_text=True)


@pytest.mark.parametrize("section", ["sensitivity", "unknowns", "controls"])
def test_a_section_stands_in_the_answer_only_if_it_is_asked_for(client: FlaskClient, section: str) -> None:
    assert section in ask(client, section)
    assert section not in ask(client)


def test_robustness_is_told_in_any_case(client: FlaskClient) -> None:
    assert ask(client)["recommendation"]["robust"] is True


def test_the_report_says_how_sure_it_is(client: FlaskClient) -> None:
    told = ask(client, "sensitivity")["sensitivity"]
    turn = next(each for each in told["weights"] if each["criterion"] == "accessibility")["above"]

    text = report(client)

    assert "## How sure" in text
    assert f"accessibility counts 3: above {turn['value']:g} public and private wins" in text
    assert "the recommendation holds if every weight is off by as much as 25 %" in text


def test_the_report_names_what_is_beaten_whatever_the_weights(client: FlaskClient) -> None:
    inside = [QUESTION["consumers"][0]]
    assert "- whatever the weights, it beats public and private" in report(
        client, consumers=inside, requirements={"public_access_cidrs": "keep"}
    )


def test_nothing_is_said_of_how_sure_nothing_is(client: FlaskClient) -> None:
    fields = {"consumers": [{"name": "ci", "kind": "pipeline", "location": {"at": "internet", "internet_egress": []}}]}

    assert "sensitivity" not in ask(client, "sensitivity", **fields)
    assert "## How sure" not in report(client, **fields)


def test_an_answer_to_an_unknown_can_be_sent_as_it_is(client: FlaskClient) -> None:
    office = QUESTION["consumers"][1]
    unsaid = office | {"location": {"at": "internet"}}
    asked = ask(client, "unknowns", consumers=[QUESTION["consumers"][0], unsaid])["unknowns"]
    unknown = next(each for each in asked if each["field"] == "/consumers[office]/location/source_cidrs")
    listed = next(each for each in unknown["answers"] if each["words"] == "an address on the list")

    said = office | {"location": {"at": "internet", "source_cidrs": listed["answer"]}}
    then = ask(client, consumers=[QUESTION["consumers"][0], said])

    assert listed["representative"]
    assert {"consumer": "office", "mode": "public", "disposition": "accepted"} in listed["admissions"]
    assert (then["outcome"], then["recommendation"]["mode"]) == (listed["outcome"], listed["mode"])


def test_the_report_says_what_to_ask_next(client: FlaskClient) -> None:
    text = report(client)

    assert "## What to ask next" in text
    assert (
        "1. Is the VPC's DNS support on? (settle: `/cluster/vpc/enable_dns_support`, taken for granted today)" in text
    )
    assert "   - no: then no mode fits; nodes does not get in (public, public and private, private)\n" in text
    assert "   - yes: the recommendation stays\n" in text


def test_the_report_says_with_which_list_an_answer_recommends(client: FlaskClient) -> None:
    consumers = [QUESTION["consumers"][0], QUESTION["consumers"][1] | {"importance": "required"}]

    text = report(client, consumers=[consumers[0], consumers[1] | {"location": {"at": "internet"}}])

    assert "   - another address: then public and private, public access from 1.0.0.0/32 (an example)\n" in text


def test_a_report_without_unknowns_has_no_such_section(client: FlaskClient) -> None:
    assert "## What to ask next" not in report(client, include=[])


def test_the_report_says_what_the_scanners_will_say(client: FlaskClient) -> None:
    halves = SETTING | {"public_access_cidrs": ["0.0.0.0/1", "128.0.0.0/1"]}

    text = report(client, cluster=QUESTION["cluster"] | {"endpoint_access": halves})

    assert "## Scanners" in text
    assert "- the recommended setting: 31 pass\n" in text
    assert "- `checkov-ckv_aws_38` passes the present setting although that is open" in text
    assert "- on the present setting controls that ask for no open list disagree: `checkov-ckv_aws_38`" in text
    assert "| `checkov-ckv_aws_39` | no public endpoint | fail | pass |" in text
    assert "| `cloudsploit-eksprivateendpoint` |" not in text


def test_the_report_counts_no_verdicts_on_a_setting_that_is_not_there(client: FlaskClient) -> None:
    cluster = {name: part for name, part in QUESTION["cluster"].items() if name != "endpoint_access"}

    text = report(client, cluster=cluster, requirements={"internet_exposure": "any"})

    assert "- the present setting:" not in text
    assert "- the recommended setting:" in text
    assert "## Scanners" not in report(client, include=["unknowns"])


NEEDS_ONE_STEP = QUESTION["cluster"] | {"endpoint_access": SETTING | {"private": False}, "region": "eu-west-1"}


def test_the_report_shows_the_commands_and_names_the_other_tools(client: FlaskClient) -> None:
    text = report(client, cluster=NEEDS_ONE_STEP, include=["changes"])

    assert "## The change\n\nAWS command line, step 1:\n\n```sh\nupdate=$(aws eks update-cluster-config" in text
    assert "The JSON answer has the change for: input of \\`aws eks" in text
    assert "AWS CDK, TypeScript" in text


def test_the_report_says_what_to_know_before_a_command(client: FlaskClient) -> None:
    text = report(client, cluster=NEEDS_ONE_STEP | {"name": "no name at all"}, include=["changes"])

    assert "\n```\n\n- the cluster's name is not known, or none that EKS takes: set CLUSTER_NAME\n" in text
    assert "no name at all" not in text.partition("## The change")[2].partition("The JSON answer")[0]


def test_there_is_no_change_where_nothing_changes(client: FlaskClient) -> None:
    cluster = QUESTION["cluster"] | {"endpoint_access": {"public": False, "private": True}}
    fields = {"cluster": cluster, "consumers": [QUESTION["consumers"][0]]}

    assert ask(client, "changes", **fields)["changes"] == []
    assert "## The change" not in report(client, include=["changes"], **fields)


CONFIGURATION = """\
resource "aws_eks_cluster" "main" {
  name = "demo"
  vpc_config {
    endpoint_private_access = true
    public_access_cidrs     = ["0.0.0.0/0"]
  }
}
"""
FROM_DOCUMENT = {"source": {"document": CONFIGURATION, "name": "main.tf"}, "cluster": None}


def test_a_document_is_edited_step_by_step(client: FlaskClient) -> None:
    consumers = [QUESTION["consumers"][0]]

    text = report(client, **FROM_DOCUMENT, consumers=consumers)
    told = ask(client, "changes", **FROM_DOCUMENT, consumers=consumers)["changes"]

    assert "your document, main.tf, step 1:\n\n```diff\n--- a/main.tf\n+++ b/main.tf\n@@ -5,0 +6,1 @@\n" in text
    assert "The JSON answer has the change for: AWS command line" in text
    assert [change["tool"] for change in told if change["own"]] == ["terraform"]


def test_why_a_document_is_not_edited_stands_with_the_lines_for_its_tool(client: FlaskClient) -> None:
    module = (
        'module "eks" {\n  source = "terraform-aws-modules/eks/aws"\n  version = "~> 20.0"\n  cluster_name = "demo"\n'
    )
    fields = {
        "source": {"document": module + "  cluster_endpoint_public_access = var.is_public\n}\n", "name": "main.tf"}
    }

    told = ask(client, "changes", **fields, cluster=None, consumers=[QUESTION["consumers"][0]])["changes"]

    (change,) = (change for change in told if change["own"])
    assert change["title"] == "terraform-aws-modules/eks until v20"
    assert change["notes"][0] == (
        "your document is not edited: cluster_endpoint_public_access is a variable: set is_public = false"
    )
