"""Claims and composite resources for a cluster, under whatever group and kind an organisation gives them.

Nothing but its own fields is known of a claim: the definition may give defaults and the composition decides what
becomes of them. A kind is taken as a cluster's if it names one of the EKS API's endpoint fields anywhere in its
`spec`, or if it is called after EKS and looks like a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.intake.crossplane_templates import default_at, definition_of
from service.intake.drafting import Draft
from service.intake.eks_settings import EVERYONE
from service.intake.kubernetes_objects import Manifest
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text, as_texts, plain

_FIELDS = {
    "public": ("endpointpublicaccess", "publicendpointaccess"),
    "private": ("endpointprivateaccess", "privateendpointaccess"),
    "public_access_cidrs": ("publicaccesscidrs", "endpointpublicaccesscidrs"),
}
_ANY_FIELD = frozenset(name for names in _FIELDS.values() for name in names)
_SIGNS = frozenset(
    {
        *("compositionSelector", "compositionRef", "compositionRevisionRef", "compositionUpdatePolicy"),
        *("compositeDeletePolicy", "crossplane", "resourceRef", "writeConnectionSecretToRef", "parameters"),
    }
)
_OWN_GROUPS = re.compile(
    r"(^|\.)(k8s\.io|x-k8s\.io|crossplane\.io|aws\.upbound\.io|aws\.m\.upbound\.io|services\.k8s\.aws|cattle\.io"
    r"|eksctl\.io|argoproj\.io|fluxcd\.io|kro\.run|amazonaws\.com|eks\.amazonaws\.com|karpenter\.sh)$"
)
_CALLED_EKS = re.compile(r"eks(?:cluster)?$", re.IGNORECASE)
_DEEPEST = 5
_MOST_SEEN = 2000
_DECIDED = "the claim does not say; its definition or composition decides"


def is_claim(one: Manifest, found: list[Manifest]) -> bool:
    """Whether the object asks for a cluster."""
    if "." not in one.group or _OWN_GROUPS.search(one.group):
        return False
    spec = one.value.get("spec")
    if not isinstance(spec, Mapping):
        return False
    if any(key.lower() in _ANY_FIELD for key, _, _ in _members(spec, "")):
        return True
    return bool(_CALLED_EKS.search(one.kind)) and (
        not _SIGNS.isdisjoint(spec) or definition_of(_api(one), one.kind, found) is not None
    )


def _api(one: Manifest) -> str:
    return f"{one.group}/{one.version}"


def _members(value: Mapping[Any, Any], place: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Members with their paths, level by level, so that the outermost of a name comes first."""
    level: list[tuple[Mapping[Any, Any], tuple[str, ...]]] = [(value, ())]
    seen = 0
    for _ in range(_DEEPEST):
        below: list[tuple[Mapping[Any, Any], tuple[str, ...]]] = []
        for members, path in level:
            for key, item in members.items():
                seen += 1
                if seen > _MOST_SEEN:
                    return
                yield str(key), item, (*path, str(key))
                item = item[0] if isinstance(item, list) and len(item) == 1 else item
                if isinstance(item, Mapping):
                    below.append((item, (*path, str(key))))
        level = below


def _find(claim: Manifest, *names: str) -> Reading:
    spec = claim.value.get("spec")
    for key, item, path in _members(spec if isinstance(spec, Mapping) else {}, ""):
        if key.lower() in names:
            return plain(item, "/".join((claim.place, "spec", *path)))
    return Section({}, claim.place).get("spec")


def _default(schema: Section | None, *names: str) -> tuple[Any, str]:
    """A field's default in the definition, wherever in `spec` it stands, and its path."""
    level: list[tuple[Section, tuple[str, ...]]] = []
    if schema is not None:
        level = [(schema.section("properties").section("spec"), ("spec",))]
    for _ in range(_DEEPEST):
        below: list[tuple[Section, tuple[str, ...]]] = []
        for section, path in level:
            properties = section.section("properties")
            members = properties.value if isinstance(properties.value, Mapping) else {}
            for key in list(members)[:200]:
                if str(key).lower() in names:
                    return default_at(schema, (*path, str(key))), ".".join((*path, str(key)))
                below.append((properties.section(str(key)), (*path, str(key))))
        level = below
    return None, ""


def describe_claim(draft: Draft, claim: Manifest, found: list[Manifest]) -> None:
    """What the claim says, and what its definition adds where it is in the documents."""
    schema = definition_of(_api(claim), claim.kind, found)
    draft.take("/region", as_text(_find(claim, "region")))
    for switch in ("public", "private"):
        reference = f"/endpoint_access/{switch}"
        if not draft.take(reference, as_flag(_find(claim, *_FIELDS[switch]))):
            value, path = _default(schema, *_FIELDS[switch])
            if isinstance(value, bool):
                draft.fall_back(reference, value, f"the definition of {claim.kind[:80]} gives {path} this default")
            else:
                draft.leave_open(reference, _DECIDED)
    _describe_list(draft, claim, schema)
    subnets = as_texts(_find(claim, "subnetids"))
    if draft.take("/cluster_subnets", subnets) and isinstance(subnets.value, list):
        draft.cluster["cluster_subnets"] = list(dict.fromkeys(subnets.value))
        draft.know_subnets(subnets.value)


def _describe_list(draft: Draft, claim: Manifest, schema: Section | None) -> None:
    reference = "/endpoint_access/public_access_cidrs"
    given = as_ranges(_find(claim, *_FIELDS["public_access_cidrs"]))
    if not given.is_missing and given.value != []:
        draft.take(reference, given)
        return
    value, path = _default(schema, *_FIELDS["public_access_cidrs"])
    default = as_ranges(Reading(value))
    public = draft.cluster.get("endpoint_access", {}).get("public")
    if path and not default.is_missing and not isinstance(default.value, Open) and default.value:
        draft.fall_back(reference, default.value, f"the definition of {claim.kind[:80]} gives {path} this default")
    elif public is False:
        draft.fall_back(reference, [], "without a public endpoint there is no list (F-1.11)")
    elif public is None:
        draft.leave_open(reference, _DECIDED)
    else:
        draft.assume(reference, "the composition hands no list on that the claim does not have")
        draft.fall_back(reference, list(EVERYONE), "without a list the EKS API's default holds (F-1.10)")
