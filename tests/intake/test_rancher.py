"""Rancher's EKSClusterConfig, which has no defaults for the two switches."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import rancher
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import (
    assert_as_the_manifest_says,
    assert_decidable,
    effective,
    entries,
    from_text,
    understood,
    unknown_fields,
)

(RANCHER,) = rancher.FORMATS


def _config(spec: str) -> Understanding:
    head = "apiVersion: eks.cattle.io/v1\nkind: EKSClusterConfig\nmetadata: {name: one}\n"
    (found,) = from_text(RANCHER, f"{head}spec: {spec}")
    assert_decidable(found)
    return found


@pytest.mark.parametrize("entry", entries("rancher-eksclusterconfig"))
def test_real_configs_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(RANCHER, entry["file"])

    assert_as_the_manifest_says(found, entry)
    assert_decidable(found[0])


@pytest.mark.parametrize("imported", ["false", "true"])
def test_an_absent_switch_is_unknown(imported: str) -> None:
    found = _config(f"{{imported: {imported}}}")

    assert "public" not in found.cluster.get("endpoint_access", {})
    assert {"/endpoint_access/public", "/endpoint_access/private"} <= set(unknown_fields(found))


def test_an_imported_cluster_keeps_the_list_that_it_has() -> None:
    assert "/endpoint_access/public_access_cidrs" in unknown_fields(_config("{imported: true}"))


def test_an_imported_cluster_stands_where_it_does_in_eks() -> None:
    found = _config("{imported: true}")
    made = _config("{imported: false}")

    whys = [next(one.why for one in each.unknown if one.field == "/subnets") for each in (found, made)]
    assert ["imported" in why for why in whys] == [True, False]


def test_a_config_without_a_name_says_so() -> None:
    (found,) = from_text(RANCHER, "apiVersion: eks.cattle.io/v1\nkind: EKSClusterConfig\nspec: {}")

    assert "/name" in unknown_fields(found)


def test_an_empty_list_is_left_to_eks() -> None:
    found = _config("{publicAccess: true, privateAccess: false, publicAccessSources: []}")

    assert effective(found)["public_access_cidrs"] == ["0.0.0.0/0"]


def test_node_groups_stand_in_the_cluster_subnets_unless_they_name_their_own() -> None:
    found = _config(
        "{publicAccess: false, privateAccess: true, subnets: [subnet-a, subnet-b], securityGroups: [sg-1],"
        " nodeGroups: [{nodegroupName: x}, {nodegroupName: y, subnets: [subnet-c], launchTemplate: {id: lt-1}}]}"
    )

    assert {one["name"]: one["subnets"] for one in found.consumers} == {
        "x": ["subnet-a", "subnet-b"],
        "y": ["subnet-c"],
    }
    assert unknown_fields(found)["/security_groups"] == "sg-1"
    assert "/consumers[y]/security_groups" in unknown_fields(found)


def test_placeholders_are_unknown_with_their_text() -> None:
    found = _config(
        "{publicAccess: '${PUBLIC}', subnets: $SUBNETS, securityGroups: $GROUPS, nodeGroups: [{subnets: $S}]}"
    )

    unknown = unknown_fields(found)
    assert unknown["/endpoint_access/public"] == "${PUBLIC}"
    assert unknown["/cluster_subnets"] == "$SUBNETS"
    assert unknown["/security_groups"] == "$GROUPS"
    assert unknown["/consumers[nodes]/subnets"] == "$S"


def test_credentials_are_ignored_and_never_shown() -> None:
    found = _config("{amazonCredentialSecret: 'cattle-global-data:cc-zzzz', publicAccess: true, privateAccess: true}")

    assert [ignored.place for ignored in found.ignored] == ["cluster.yaml#/spec/amazonCredentialSecret"]
    assert "cc-zzzz" not in repr(found)


def test_ranchers_own_cluster_object_holds_the_same_settings() -> None:
    text = (
        "apiVersion: management.cattle.io/v3\nkind: Cluster\nmetadata: {name: c-1}\n"
        "spec: {eksConfig: {displayName: one, publicAccess: false, privateAccess: true}}"
    )

    (found,) = from_text(RANCHER, text)

    assert found.cluster["name"] == "one"
    assert effective(found)["endpoint_private_access"] is True


def test_a_document_without_a_config_is_refused() -> None:
    assert not RANCHER.recognises({"apiVersion": "management.cattle.io/v3", "kind": "Cluster"}, "")
    with pytest.raises(NotUnderstoodError):
        from_text(RANCHER, "kind: ConfigMap\napiVersion: v1\n")
