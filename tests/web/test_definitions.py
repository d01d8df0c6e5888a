"""Every real definition of the knowledge base through `POST /v1/descriptions`, held to what its manifest says.

The manifest was written by hand beside the files. Where the service reads a file differently, the difference
stands in `DIFFERENCES` with the reason; nothing else may differ.
"""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings
from tests.knowledge_base import KNOWLEDGE_BASE

DEFINITIONS = KNOWLEDGE_BASE / "cases" / "definitions"
WIRE = {
    "endpoint_public_access": "public",
    "endpoint_private_access": "private",
    "public_access_cidrs": "public_access_cidrs",
}
Setting = dict[str, Any]

OPEN = {"endpoint_public_access": None, "endpoint_private_access": None, "public_access_cidrs": None}
BOTH_OFF = "both endpoints are off, and EKS refuses that (F-1.3): which one is wrong is not known, so both are open"
MASKED = "the range is masked (XXXX/32): it is open, with that text, and not taken for a range"

# By file and the cluster's id in the manifest: what is read instead, as far as it differs, and why.
DIFFERENCES: dict[tuple[str, str], tuple[Setting, str]] = {
    (
        "guard-rules-registry/amazon_eks/tests/eks_endpoint_no_public_access_tests.yml",
        "case 3: ExampleEKSCluster",
    ): (OPEN, BOTH_OFF),
    ("eksctl/testdata/yamltest_single.golden", "test-cluster"): (OPEN, BOTH_OFF),
    (
        "checkov/terraform/checks/resource/aws/example_EKSPublicAccessCIDR/main.tf",
        "aws_eks_cluster.disabled",
    ): (OPEN, BOTH_OFF),
    ("trivy-checks/aws/eks/no_public_cluster_access.yaml", "cloudformation.good[0]"): (OPEN, BOTH_OFF),
    ("trivy-checks/aws/eks/no_public_cluster_access.yaml", "terraform.good[0]"): (OPEN, BOTH_OFF),
    ("trivy-checks/aws/eks/no_public_cluster_access_to_cidr.yaml", "cloudformation.good[0]"): (OPEN, BOTH_OFF),
    ("trivy-checks/aws/eks/no_public_cluster_access_to_cidr.yaml", "terraform.good[0]"): (OPEN, BOTH_OFF),
    ("quickstart-amazon-eks/templates/amazon-eks-controlplane.template.yaml", "EKS"): (
        {"public_access_cidrs": ["0.0.0.0/0"]},
        "the list's parameter has a default, which is kept though it does nothing while the public endpoint is off",
    ),
    (
        "crossplane-on-eks/compositions/aws-provider/eks/eks-managed-node-group.yaml",
        "(composed Cluster)",
    ): (
        {"endpoint_public_access": None, "endpoint_private_access": None},
        "both are patched from a claim; their defaults stand in another file, the definition",
    ),
    **{
        (f"kubescape/{control}/input/eks.json", "random-eks-3"): ({"public_access_cidrs": None}, MASKED)
        for control in (
            "ensure-endpointprivateaccess-is-enabled-and-endpointpublicaccess-is-disabled-eks/test/failed_public_enabled",
            "ensure-endpointprivateaccess-is-enabled/test/success",
            "ensure-endpointpublicaccess-is-disabled-on-private-nodes-eks/test/success",
        )
    },
    ("data-on-eks/infra/terraform/eks.tf", "module.eks"): (
        {"endpoint_public_access": None},
        "the variable's default stands in variables.tf beside it, and one file is sent here",
    ),
}
# How many clusters are read where the manifest counts another number.
COUNTS = {
    "infracost/eks_cluster_test/eks_cluster_test.tf": (
        8,
        "the manifest counts a resource with for_each once; its seven versions are known, and so are seven clusters",
    ),
}


def entries(*, with_clusters: bool) -> list[Any]:
    """The manifest's entries, as parameters of a test; one that skips where there are none."""
    manifest = DEFINITIONS / "MANIFEST.json"
    if not manifest.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason="the definitions (../shared) are not here"))]
    files = json.loads(manifest.read_text())["files"]
    return [pytest.param(entry, id=entry["file"]) for entry in files if bool(entry["clusters"]) is with_clusters]


@cache
def described(file: str) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a file that is sent as it is, with its name."""
    response = (
        create_app(Settings(records=Records.OFF))
        .test_client()
        .post(
            "/v1/descriptions",
            query_string={"name": file.rpartition("/")[2]},
            data=(DEFINITIONS / file).read_bytes(),
            content_type="application/octet-stream",
        )
    )
    return response.status_code, response.get_json(force=True)


def clusters_in(file: str) -> list[dict[str, Any]]:
    """The descriptions of clusters that a file gives."""
    status, body = described(file)
    assert status == 200, body
    return [one for one in body["descriptions"] if one["has_cluster"]]


def effective(description: dict[str, Any]) -> Setting:
    """The setting that was understood, under the manifest's names."""
    access = description["cluster"]["endpoint_access"]
    return {name: access[wire] for name, wire in WIRE.items()}


@pytest.mark.parametrize("entry", entries(with_clusters=True))
def test_the_clusters_of_a_definition_are_found_with_their_settings(entry: dict[str, Any]) -> None:
    file, expected = entry["file"], entry["clusters"]

    found = clusters_in(file)

    assert len(found) == COUNTS.get(file, (len(expected),))[0]
    for description, cluster in zip(found, expected, strict=False):
        other, _ = DIFFERENCES.get((file, cluster["id"]), ({}, ""))
        assert effective(description) == {name: cluster["effective"][name] for name in WIRE} | other
        assert description["errors"] == []


@pytest.mark.parametrize("entry", entries(with_clusters=True))
def test_what_a_definition_states_is_told_from_what_it_leaves_out_or_open(entry: dict[str, Any]) -> None:
    """A text in the manifest is an expression: it is computed from the document, or open, and never plainly stated."""
    for description, cluster in zip(clusters_in(entry["file"]), entry["clusters"], strict=False):
        kinds = {origin["field"]: origin["kind"] for origin in description["origins"]}
        for name, wire in WIRE.items():
            value, kind = cluster["stated"][name], kinds.get(f"/endpoint_access/{wire}")
            if effective(description)[name] is None:
                fields = {unknown["field"] for unknown in description["unknown"]}
                assert any(field.startswith(f"/endpoint_access/{wire}") for field in fields)
            elif value is None or value == []:  # an empty list is as good as none (F-1.11)
                assert kind in ("default", "computed")
            elif not isinstance(value, str):
                assert kind == "stated"


@pytest.mark.parametrize("entry", entries(with_clusters=True))
def test_a_decision_comes_out_of_every_cluster_of_a_definition(client: FlaskClient, entry: dict[str, Any]) -> None:
    for description in clusters_in(entry["file"]):
        question = {"cluster": description["cluster"], "consumers": description["consumers"] or None}

        response = client.post("/v1/decisions", json=question)

        assert response.status_code == 200, response.get_json()
        assert response.get_json()["outcome"] in ("recommended", "no_mode_fits", "undetermined")


def test_the_files_of_a_module_settle_together_what_one_of_them_leaves_open(client: FlaskClient) -> None:
    folder = DEFINITIONS / "data-on-eks" / "infra" / "terraform"
    if not folder.is_dir():
        pytest.skip("the definitions (../shared) are not here")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in folder.glob("*.tf"):
            archive.write(file, file.name)

    answer = client.post("/v1/descriptions", data=stream.getvalue(), content_type="application/zip").get_json()

    assert [effective(one)["endpoint_public_access"] for one in answer["descriptions"]] == [True]


@pytest.mark.parametrize("entry", entries(with_clusters=False))
def test_a_file_without_a_cluster_is_described_without_one_or_refused(entry: dict[str, Any]) -> None:
    status, body = described(entry["file"])

    if status == 200:
        assert clusters_in(entry["file"]) == []
    else:
        assert (status, body["code"]) == (422, "INVALID_DOCUMENT")


def test_every_difference_is_still_one() -> None:
    """A difference that is gone must leave the table, too."""
    if not DEFINITIONS.is_dir():
        pytest.skip("the definitions (../shared) are not here")
    expected = {
        (entry.values[0]["file"], cluster["id"]): cluster["effective"]
        for entry in entries(with_clusters=True)
        for cluster in entry.values[0]["clusters"]
    }

    assert DIFFERENCES.keys() <= expected.keys()
    assert all(expected[key] | other != expected[key] for key, (other, _) in DIFFERENCES.items())
