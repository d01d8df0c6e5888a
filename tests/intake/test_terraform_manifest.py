"""Real plans, states and configurations: clusters, stated and effective settings, as the manifest beside them has them.

The differences, with a reason for each:

- `False` with a capital is no boolean to Terraform, which refuses it; the manifest and this reader take it for what
  it plainly means. With it both endpoints of that cluster are off, which EKS refuses (F-1.3): the switches and the
  list are left open, because a description holds what can exist.
- The manifest counts a resource with `for_each` once. Its keys are written out, so each instance is described.
- The manifest takes the default of `var.cluster_endpoint_public_access` from another file of the folder. The file
  alone leaves it open; the two together say what the manifest says.
- An empty list that is stated is as good as none (F-1.11), so the default stands in its place and not what is stated.
- The manifest names the first file of a Terrascan listing "unresolved": every switch is open there.
"""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import terraform
from service.intake.formats import Format
from service.intake.understanding import Kind, Understanding
from tests.intake.definitions import (
    assert_decidable,
    documents_of,
    effective,
    entries,
    stated,
    understood,
    unknown_fields,
)

_ALL = entries(
    *("terraform-hcl", "terraform-hcl-module", "terraform-plan-json", "terraform-state-like-json"),
    "terrascan-normalised-json",
)
_VARIABLE = "data-on-eks/infra/terraform/eks.tf"
_BOTH_OFF = "aws_eks_cluster.disabled"
_NONE = {"endpoint_public_access": None, "endpoint_private_access": None, "public_access_cidrs": None}


def format_of(file: str) -> Format:
    """The format that recognises a file."""
    document = documents_of(file)[file]
    return next(one for one in terraform.FORMATS if one.recognises(document, file))


def clusters_of(*files: str) -> list[Understanding]:
    """The clusters of files; several instances of one resource count once."""
    found = [one for one in understood(format_of(files[0]), *files) if one.has_cluster]
    return list({one.place.partition('["')[0] if "*" not in one.place else one.place: one for one in found}.values())


@pytest.mark.parametrize("entry", _ALL)
def test_real_documents_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    more = ("data-on-eks/infra/terraform/variables.tf",) if entry["file"] == _VARIABLE else ()
    found = clusters_of(entry["file"], *more)

    assert len(found) == len(entry["clusters"])
    for one, expected in zip(found, entry["clusters"], strict=True):
        assert one.place.startswith(expected["id"].removesuffix("[*]"))
        if one.place == _BOTH_OFF:
            assert effective(one) == _NONE
            continue
        assert effective(one) == {name: expected["effective"][name] for name in _NONE}
        texts = {
            name: value for name, value in expected["stated"].items() if not isinstance(value, str) and value != []
        }
        assert {name: stated(one)[name] for name in texts} == texts


@pytest.mark.parametrize("entry", _ALL)
def test_a_decision_comes_out_of_every_real_document(entry: dict[str, Any]) -> None:
    for one in understood(format_of(entry["file"]), entry["file"]):
        assert_decidable(one)


@pytest.mark.parametrize("entry", [one for one in _ALL if one.id is None or one.id == _VARIABLE])
def test_the_default_of_a_variable_is_computed_and_said(entry: dict[str, Any]) -> None:
    (one,) = clusters_of(entry["file"], "data-on-eks/infra/terraform/variables.tf")

    (origin,) = [origin for origin in one.origins if origin.field == "/endpoint_access/public"]
    assert origin.kind is Kind.COMPUTED
    assert "var.cluster_endpoint_public_access" in origin.because
    sentences = [assumed.sentence for assumed in one.assumed if assumed.field == "/endpoint_access/public"]
    assert sentences == ["`var.cluster_endpoint_public_access` has the default that the document gives it"]


@pytest.mark.parametrize("entry", [one for one in _ALL if one.id is None or one.id == _VARIABLE])
def test_a_variable_without_a_value_is_open_with_its_text(entry: dict[str, Any]) -> None:
    (one,) = clusters_of(entry["file"])

    assert unknown_fields(one)["/endpoint_access/public"] == "var.cluster_endpoint_public_access"
