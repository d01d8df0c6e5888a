"""Examples inside other documents: cfn-guard's tests and Trivy's checks.

The manifest's names tell the place (`case 3`, `terraform.good[0]`). Where both switches are off, which EKS
refuses, the manifest has both as false; the description leaves them open and says why, for no cluster is so.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.intake.documents import read_documents
from service.intake.embedded import formats_of_examples
from service.intake.registry import FORMATS
from service.intake.understanding import NotUnderstoodError
from tests.intake.definitions import assert_decidable, documents_of, effective, entries, from_text, unknown_fields

GUARD, TRIVY = formats_of_examples(FORMATS)
_BOTH_OFF = {"endpoint_public_access": None, "endpoint_private_access": None, "public_access_cidrs": None}
_CASE = re.compile(r"case (\d+): (\w+)")


def _place(id_: str) -> str:
    """The manifest's name of an example as the beginning of a place."""
    if case := _CASE.fullmatch(id_):
        return f"/{int(case[1]) - 1}/input/Resources/{case[2]}"
    return "/" + id_.replace(".", "/").replace("[", "/").replace("]", "")


@pytest.mark.parametrize("entry", entries(GUARD.name, TRIVY.name))
def test_examples_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    (reader,) = [one for one in (GUARD, TRIVY) if one.name == entry["format"]]
    found = {one.place: one for one in reader.read(documents_of(entry["file"]))}

    assert len(found) == len(entry["clusters"])
    for one in entry["clusters"]:
        (understanding,) = [found[place] for place in found if place.startswith(_place(one["id"]))]
        settings = {name: one["effective"][name] for name in _BOTH_OFF}
        if "both off" in one["effective"]["mode"]:
            settings = _BOTH_OFF
            assert "/endpoint_access/public" in unknown_fields(understanding)
        assert effective(understanding) == settings
        assert_decidable(understanding)


def test_places_are_those_of_the_document_around() -> None:
    text = """
- name: one
  input: {Resources: {A: {Type: 'AWS::EKS::Cluster', Properties: {Name: a}}}}
  expectations: {rules: {}}
"""
    (found,) = from_text(GUARD, text)

    assert found.place == "/0/input/Resources/A"
    assert {origin.place for origin in found.origins if origin.field == "/name"} == {
        "/0/input/Resources/A/Properties/Name"
    }


def test_a_document_with_examples_in_hcl_needs_no_name() -> None:
    text = """
terraform:
  good:
    - |-
      resource "aws_eks_cluster" "a" {
        name = "a"
      }
"""
    (found,) = from_text(TRIVY, text, "")

    assert found.cluster["name"] == "a"


def test_indented_hcl_is_hcl_without_a_name() -> None:
    text = '  resource "aws_eks_cluster" "a" {\n    name = "a"\n  }\n'

    assert read_documents(text.encode()).by_name == {"": text}


def test_an_example_that_cannot_be_read_does_not_spoil_the_others() -> None:
    text = """
cloudformation:
  good: ["Resources: {A: {Type: 'AWS::EKS::Cluster'}}"]
  bad: ["{", "just: this"]
"""
    (found,) = from_text(TRIVY, text)

    assert {ignored.place for ignored in found.ignored} == {"/cloudformation/bad/0", "/cloudformation/bad/1"}


@pytest.mark.parametrize("text", ["[{input: {}, expectations: {}}]", "[{input: 3, expectations: {}}]"])
def test_examples_without_a_cluster_are_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError, match="none of its examples"):
        from_text(GUARD, text)
