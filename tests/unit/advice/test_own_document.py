"""The edit of the document that a cluster was described by."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.advice import advise
from service.domain.cluster import EndpointMode
from service.domain.written import Form
from service.web.schemas import load_question
from tests.unit.advice.documents import (
    CLUSTER_API,
    CROSSPLANE_CLASSIC,
    CROSSPLANE_LIST,
    EKSCTL,
    EKSCTL_SILENT,
    MODULE,
    RANCHER,
    SAMPLES,
    TEMPLATE,
    TEMPLATE_JSON,
    TERRAFORM,
    TERRAFORM_RANCHER,
    applied,
    own,
    read_setting,
)

PUBLIC, BOTH, PRIVATE = EndpointMode.PUBLIC, EndpointMode.PUBLIC_AND_PRIVATE, EndpointMode.PRIVATE
OFFICE, HOME = "13.209.0.0/28", "52.78.1.1/32"
DYNAMIC = TERRAFORM.replace("vpc_config {", 'dynamic "vpc_config" {\n  for_each = [1]\n  content {').replace(
    "  }\n}", "  }\n}\n}"
)
LISTS = ((OFFICE,), (OFFICE, HOME), (HOME,), ("0.0.0.0/0",))


@pytest.mark.parametrize(("name", "mode", "cidrs"), list(product(SAMPLES, EndpointMode, LISTS)))
def test_an_edited_document_is_read_back_to_the_setting(
    name: str, mode: EndpointMode, cidrs: tuple[str, ...], tmp_path: Path
) -> None:
    """One that says so already is not edited: nothing in it would change (F-9.5)."""
    document = SAMPLES[name]
    found = own(document, mode, *cidrs, name=name)
    if not found.changes:
        assert found.notes == ("your document is not edited: it says so already",)
        after = document
    else:
        (change,) = found.changes
        assert change.is_own
        after = applied(document, change, tmp_path, name)

    public, private, listed = read_setting(after, name)

    assert (public, private) == (mode.has_public, mode.has_private)
    assert not mode.has_public or sorted(listed) == sorted(cidrs)


def lines(found: Any) -> list[str]:
    """The changed lines of the only diff."""
    (change,) = found.changes
    assert change.form is Form.DIFF
    return [line for line in change.text.splitlines()[2:] if not line.startswith("@@")]


def test_comments_and_entries_that_stay_keep_their_lines() -> None:
    assert lines(own(EKSCTL, BOTH, OFFICE, HOME, name="cluster.yaml")) == [
        "-    privateAccess: false",
        "+    privateAccess: true",
        "-    - 54.1.2.0/24",
        '+    - "52.78.1.1/32"',
    ]


def test_a_list_in_hcl_keeps_its_lines_and_gets_its_commas() -> None:
    assert lines(own(TERRAFORM, PUBLIC, OFFICE, HOME, name="main.tf")) == [
        '-      "54.1.2.0/24", # going',
        '-      "13.209.0.0/28" # the office',
        '+      "13.209.0.0/28", # the office',
        '+      "52.78.1.1/32"',
    ]


def test_no_line_around_the_setting_is_shown() -> None:
    for name, document in SAMPLES.items():
        for change in own(document, PRIVATE, name=name).changes:
            assert "hunter2" not in change.text
            assert change.form is Form.JSON_PATCH or "\n " not in change.text


def test_a_line_that_holds_other_things_becomes_a_json_patch(tmp_path: Path) -> None:
    document = json.dumps(json.loads(TEMPLATE_JSON) | {"Description": "hunter2"})

    (change,) = own(document, PRIVATE, name="template.json").changes

    assert change.form is Form.JSON_PATCH
    assert "hunter2" not in change.text
    assert json.loads(change.text)[0] == {
        "op": "replace",
        "path": "/Resources/Cluster/Properties/ResourcesVpcConfig/EndpointPublicAccess",
        "value": False,
    }
    assert read_setting(applied(document, change, tmp_path, "template.json"))[:2] == (False, True)


@pytest.mark.parametrize("name", ["template.json", "cdk.json"])
@pytest.mark.parametrize("mode", list(EndpointMode))
def test_a_document_that_came_as_data_gets_a_json_patch(name: str, mode: EndpointMode, tmp_path: Path) -> None:
    document = json.loads(SAMPLES[name])

    (change,) = own(document, mode, HOME).changes

    assert change.form is Form.JSON_PATCH
    public, private, listed = read_setting(applied(document, change, tmp_path))
    assert (public, private) == (mode.has_public, mode.has_private)
    assert listed == [HOME] or not public


def why_not(document: Any = None, mode: EndpointMode = PRIVATE, *cidrs: str, **source: Any) -> str:
    """Why a document is not edited."""
    found = own(document, mode, *cidrs, **source)
    assert found.changes == ()
    (note,) = found.notes
    return note.removeprefix("your document is not edited: ")


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("'true'", "!Ref IsPublic", "EndpointPublicAccess is an expression: set what it refers to"),
        ("'true'", "{Ref: IsPublic}", "EndpointPublicAccess is no literal: set what it refers to"),
        ("'true'", "&on true", "EndpointPublicAccess is an expression: set what it refers to"),
        ("'true'", "'true'\n        PublicAccessCidrs: !Ref List", "PublicAccessCidrs is an expression"),
        ("'true'", "'true'\n        PublicAccessCidrs: [!Ref One]", "PublicAccessCidrs is no plain list"),
        ("'true'", "'true'\n        PublicAccessCidrs: 10.0.0.0/8", "PublicAccessCidrs is no plain list"),
    ],
)
def test_an_expression_in_a_template_is_named_and_left(was: str, becomes: str, why: str) -> None:
    mode = BOTH if "Cidrs" in becomes else PRIVATE

    assert why_not(TEMPLATE.replace(was, becomes), mode, HOME).startswith(why)


def test_an_alias_is_left_because_it_stands_elsewhere() -> None:
    document = EKSCTL.replace("publicAccess: true ", "publicAccess: *on ").replace(
        "# the office's cluster", "x: &on true"
    )

    assert why_not(document) == "publicAccess is an alias of something elsewhere in the document"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("var.private", "endpoint_private_access is a variable: set private = true"),
        ("var.a && var.b", "endpoint_private_access is `var.a && var.b`: what it refers to has to give true"),
    ],
)
def test_an_expression_in_hcl_is_named_with_what_to_set(expression: str, why: str) -> None:
    assert why_not(TERRAFORM.replace('"false"', expression), BOTH, OFFICE, name="main.tf") == why


@pytest.mark.parametrize(
    "listed", ['["${var.office}/32"]', "var.office", "concat([], [])", '[var.office, "13.209.0.0/28"]']
)
def test_a_list_that_is_no_literal_is_named(listed: str) -> None:
    document = MODULE.replace('["54.1.2.0/24"]', listed)

    assert why_not(document, BOTH, HOME, name="main.tf").startswith("cluster_endpoint_public_access_cidrs is ")


def test_what_cannot_be_read_back_is_not_shown() -> None:
    """A private cluster of eksctl is private whatever its endpoints say."""
    document = EKSCTL.replace("vpc:\n", "privateCluster: {enabled: true}\nvpc:\n", 1)

    assert why_not(document, BOTH, OFFICE).startswith("the same text decides other things as well")


def test_a_block_that_several_clusters_share_is_left() -> None:
    document = TERRAFORM.replace("{\n", '{\n  for_each = toset(["a", "b"])\n', 1)

    assert why_not(document, name="main.tf", cluster='aws_eks_cluster.main["a"]').startswith("the same text decides")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            DYNAMIC,
            "the resource has no plain vpc_config block",
        ),
        (
            'resource "aws_eks_cluster" "main" {\n  vpc_config { endpoint_public_access = true }\n}\n',
            "its block stands in one line: write it in several",
        ),
    ],
)
def test_a_block_of_another_shape_is_left(document: str, why: str) -> None:
    assert why_not(document, BOTH, HOME, name="main.tf") == why


def test_what_only_shows_a_cluster_is_not_edited() -> None:
    shown = {
        "cluster": {
            "name": "demo",
            "resourcesVpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": False,
                "publicAccessCidrs": ["0.0.0.0/0"],
            },
        }
    }

    assert why_not(shown) == "it shows the cluster and does not define it"


def test_a_template_that_is_not_rendered_is_left() -> None:
    document = CLUSTER_API.replace("region: eu-west-1", "region: {{ .Values.region }}-1")

    assert why_not(document) == "it is no plain YAML: edit it before its templates are rendered"


def test_a_long_document_is_not_read_again_and_again() -> None:
    assert why_not(f"{EKSCTL}# {'x' * 100_000}\n") == "it has more than 100000 bytes"


def test_the_file_of_an_archive_that_holds_the_setting_is_edited() -> None:
    variables = 'variable "region" {\n  default = "eu-west-1"\n}\n'
    files = {"infra/main.tf": TERRAFORM, "infra/variables.tf": variables, "README.md": "hunter2"}

    (change,) = own(mode=PRIVATE, **packed(files)).changes

    assert change.title == "your document, infra/main.tf"
    assert change.text.startswith("--- a/infra/main.tf\n+++ b/infra/main.tf\n@@ ")


def packed(files: dict[str, str]) -> dict[str, str]:
    """A source whose document is an archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return {"document": base64.b64encode(stream.getvalue()).decode(), "encoding": "base64"}


def test_a_file_that_cannot_be_read_does_not_keep_its_neighbour_from_being_edited() -> None:
    (change,) = own(mode=PRIVATE, **packed({"main.tf": TERRAFORM, "broken.tf": "resource {{{"})).changes

    assert change.title == "your document, main.tf"


def test_a_module_of_the_document_is_edited_in_its_resource() -> None:
    call = 'module "cluster" {\n  source = "./cluster"\n}\n'

    (change,) = own(mode=PRIVATE, **packed({"main.tf": call, "cluster/main.tf": TERRAFORM})).changes

    assert change.title == "your document, cluster/main.tf"


def test_a_module_whose_source_is_not_known_is_left() -> None:
    document = MODULE.replace('"terraform-aws-modules/eks/aws"', '"../.."').replace('  version = "~> 20.0"\n', "")

    assert lines(own(document, PRIVATE, name="main.tf"))[0].startswith("-  cluster_endpoint_public_access ")


def test_two_blocks_of_one_name_are_left() -> None:
    main = 'module "a" {\n  source = "./a"\n}\nmodule "b" {\n  source = "./b"\n}\n'
    files = {"a/main.tf": TERRAFORM, "b/main.tf": TERRAFORM.replace('"demo"', '"other"'), "main.tf": main}

    why = why_not(cluster="other", **packed(files))

    assert why == "the block that makes the cluster is not found, or not alone in its name"


def test_a_configuration_beside_the_plan_of_another_is_left() -> None:
    cluster = {"mode": "managed", "type": "aws_eks_cluster", "name": "main", "values": {"name": "other"}}
    planned = {"root_module": {"resources": [{"address": "aws_eks_cluster.main", **cluster}]}}
    plan = {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": planned, "resource_changes": []}

    why = why_not(cluster="demo", **packed({"main.tf": TERRAFORM, "plan.json": json.dumps(plan)}))

    assert why == "the cluster is not alone in its place"


@pytest.mark.parametrize("text", [TERRAFORM, MODULE])
def test_of_two_roots_that_have_one_address_the_file_of_the_cluster_is_edited(text: str) -> None:
    files = {"a/main.tf": text.replace('"demo"', '"other"'), "b/main.tf": text}

    (change,) = own(mode=PRIVATE, cluster="demo", **packed(files)).changes

    assert change.title == "your document, b/main.tf"


@pytest.mark.parametrize(
    "written",
    ['["54.1.2.0/24",\n "13.209.0.0/28"]', '["54.1.2.0/24", "13.209.0.0/28"\n    ]', "[\n    ]"],
)
def test_a_list_with_several_entries_in_a_line_is_written_anew(written: str, tmp_path: Path) -> None:
    document = 'resource "aws_eks_cluster" "main" {\n  vpc_config {\n    public_access_cidrs = LIST\n  }\n}\n'
    (change,) = own(document.replace("LIST", written), PUBLIC, HOME, name="main.tf").changes

    after = applied(document.replace("LIST", written), change, tmp_path)

    assert after == document.replace("LIST", f'[\n      "{HOME}"\n    ]')


def test_a_comment_in_a_list_with_several_entries_in_a_line_is_not_lost() -> None:
    listed = '["54.1.2.0/24", # one\n "13.209.0.0/28"]'
    document = MODULE.replace('["54.1.2.0/24"]', listed)

    assert why_not(document, BOTH, HOME, name="main.tf").startswith("a comment stands between entries")


def test_a_json_list_loses_its_last_comma_with_its_last_entry() -> None:
    assert [line.replace("    ", "") for line in lines(own(TEMPLATE_JSON, BOTH, "54.1.2.0/24", name="t.json"))] == [
        '-"54.1.2.0/24",',
        '-"13.209.0.0/28"',
        '+"54.1.2.0/24"',
        "-]",
        "+],",
        '+"EndpointPrivateAccess": true',
    ]


def test_a_line_that_is_too_long_becomes_a_json_patch() -> None:
    document = EKSCTL.replace("    - 54.1.2.0/24\n", f"    - {'54.1.2.0/24' + ' ' * 400}\n")

    assert own(document, BOTH, HOME).changes[0].form is Form.JSON_PATCH


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            EKSCTL.replace("    - 54.1.2.0/24", "    -\n      54.1.2.0/24"),
            "its list is not written with an entry in each line",
        ),
        (f"{EKSCTL_SILENT}\nvpc:\n", "clusterEndpoints has no place to stand: add it by hand"),
        (RANCHER.replace("publicAccess: true", "publicAccess: 1"), "publicAccess is no literal: set what it refers to"),
    ],
)
def test_a_document_of_another_shape_is_left(document: str, why: str) -> None:
    assert why_not(document, BOTH, HOME) == why


def test_an_empty_object_is_filled() -> None:
    assert lines(own(f"{EKSCTL_SILENT}\nvpc: {{}}\n", PRIVATE)) == [
        "-vpc: {}",
        '+vpc: {"clusterEndpoints": {"publicAccess": false, "privateAccess": true}}',
    ]


def test_data_of_another_shape_is_left() -> None:
    template = json.loads(TEMPLATE_JSON)
    config = template["Resources"]["Cluster"]["Properties"]["ResourcesVpcConfig"]
    config["EndpointPublicAccess"] = {"Ref": "IsPublic"}
    assert why_not(template) == "EndpointPublicAccess is no literal: set what it refers to"

    config["EndpointPublicAccess"] = "true"
    (change,) = own(template, PRIVATE).changes
    assert json.loads(change.text)[0]["value"] == "false"

    assert (
        why_not({**yaml.safe_load(EKSCTL_SILENT), "vpc": None})
        == "clusterEndpoints has no place to stand: add it by hand"
    )


def test_a_template_within_a_text_is_left() -> None:
    body = json.dumps({"TemplateBody": TEMPLATE_JSON})

    assert why_not(body) == "Resources has no place to stand: add it by hand"


def test_the_last_line_needs_no_end() -> None:
    assert lines(own(CLAIM.rstrip(), PRIVATE))[-1] == "\\ No newline at end of file"


def test_a_list_of_objects_gets_a_json_patch_for_the_one() -> None:
    documents = [*({"apiVersion": "v1", "kind": "Namespace"},), yaml.safe_load(CROSSPLANE_LIST)]

    (change,) = own(documents, PRIVATE).changes

    assert [it["path"] for it in json.loads(change.text)] == [
        "/1/spec/forProvider/vpcConfig/0/endpointPublicAccess",
        "/1/spec/forProvider/vpcConfig/0/endpointPrivateAccess",
    ]


def test_a_setting_without_a_place_is_left() -> None:
    classic = CROSSPLANE_CLASSIC.partition("    resourcesVpcConfig")[0]

    assert why_not(classic) == "the document does not say where the setting would stand in it"


CLAIM = """\
apiVersion: cluster.awsblueprints.io/v1alpha1
kind: amazonEks
metadata: {name: demo}
spec:
  parameters:
    region: eu-west-1
    endpointPublicAccess: true
    endpointPrivateAccess: false
"""


def test_a_claim_is_edited_where_it_states_the_setting() -> None:
    assert lines(own(CLAIM, PRIVATE)) == [
        "-    endpointPublicAccess: true",
        "-    endpointPrivateAccess: false",
        "+    endpointPublicAccess: false",
        "+    endpointPrivateAccess: true",
    ]
    assert why_not(CLAIM, BOTH, HOME).startswith("the document does not say where a part of the setting")


def test_an_absent_attribute_stands_below_its_siblings_and_in_line_with_them() -> None:
    document = (
        'resource "aws_eks_cluster" "main" {\n  vpc_config {\n    subnet_ids = []\n'
        "    endpoint_private_access   = true\n    # more\n  }\n}\n"
    )

    assert lines(own(document, BOTH, HOME, name="main.tf")) == [f'+    public_access_cidrs       = ["{HOME}"]']


@pytest.mark.parametrize(
    ("name", "document", "title"),
    [
        ("template.yaml", TEMPLATE.replace("'true'", "!Ref IsPublic"), "CloudFormation, `AWS::EKS::Cluster`"),
        ("main.tf", TERRAFORM.replace('"false"', "tobool(var.on)"), "Terraform, `aws_eks_cluster`"),
        ("main.tf", TERRAFORM_RANCHER.replace("= false", "= tobool(var.on)"), "Terraform, `rancher2_cluster`"),
        ("main.tf", MODULE.replace("= null", "= tobool(var.on)"), "terraform-aws-modules/eks until v20"),
        ("main.tf", DYNAMIC, "Terraform, `aws_eks_cluster`"),
    ],
)
def test_why_a_document_is_not_edited_is_said_where_the_lines_for_its_tool_stand(
    name: str, document: str, title: str
) -> None:
    office = {"at": "internet", "source_cidrs": [HOME]}
    operator = {"name": "operator", "kind": "operator", "location": office}
    question = load_question({"source": {"document": document, "name": name}, "consumers": [operator]})

    targets = [it for it in advise(question).changes or () if it.what == "target"]

    assert [it.title for it in targets if it.is_own] == [title]
    for it in targets:
        assert it.is_own == any(note.startswith("your document is not edited: ") for note in it.notes)
