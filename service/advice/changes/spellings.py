"""Where each format keeps the setting within a cluster's object, and which tool's words it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.advice.changes.edits import CannotEditError

Path = tuple[str, ...]
FIELDS = ("public", "private", "public_access_cidrs")
_ENDPOINT = "/endpoint_access/"


@dataclass(frozen=True, slots=True)
class Spelling:
    """The paths of the three fields, for an object that has something at ``when``."""

    when: Path
    public: Path
    private: Path
    public_access_cidrs: Path


def _inside(when: Path, around: Path, public: str, private: str, ranges: str) -> Spelling:
    return Spelling(when, (*around, public), (*around, private), (*around, ranges))


_API = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
_TEMPLATE = ("EndpointPublicAccess", "EndpointPrivateAccess", "PublicAccessCidrs")
_ACK = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCIDRs")
_CLUSTER_API = ("public", "private", "publicCIDRs")
_RANCHER = ("publicAccess", "privateAccess", "publicAccessSources")
_PROVIDER = ("spec", "forProvider")
_EKSCTL = Spelling(
    (),
    ("vpc", "clusterEndpoints", "publicAccess"),
    ("vpc", "clusterEndpoints", "privateAccess"),
    ("vpc", "publicAccessCIDRs"),
)

SPELLINGS: Mapping[str, tuple[Spelling, ...]] = {
    "eksctl-clusterconfig": (_EKSCTL,),
    "capa-awsmanagedcontrolplane": (
        _inside(("spec", "template"), ("spec", "template", "spec", "endpointAccess"), *_CLUSTER_API),
        _inside((), ("spec", "endpointAccess"), *_CLUSTER_API),
    ),
    "ack-eks-cluster": (_inside((), ("spec", "resourcesVPCConfig"), *_ACK),),
    "crossplane-upjet-eks-cluster": (
        _inside((*_PROVIDER, "vpcConfig", "0"), (*_PROVIDER, "vpcConfig", "0"), *_API),
        _inside((*_PROVIDER, "vpcConfig"), (*_PROVIDER, "vpcConfig"), *_API),
    ),
    "crossplane-classic-eks-cluster": (
        _inside((*_PROVIDER, "resourcesVpcConfig"), (*_PROVIDER, "resourcesVpcConfig"), *_API),
    ),
    "rancher-eksclusterconfig": (
        _inside(("spec", "eksConfig"), ("spec", "eksConfig"), *_RANCHER),
        _inside((), ("spec",), *_RANCHER),
    ),
    "cloudformation": (
        _inside(("Properties", "Config"), ("Properties", "Config", "resourcesVpcConfig"), *_API),
        _inside((), ("Properties", "ResourcesVpcConfig"), *_TEMPLATE),
    ),
}
TOOLS_OF_FORMATS: Mapping[str, str] = {
    "eksctl-clusterconfig": "eksctl",
    "capa-awsmanagedcontrolplane": "cluster_api",
    "ack-eks-cluster": "ack",
    "crossplane-upjet-eks-cluster": "crossplane",
    "crossplane-classic-eks-cluster": "crossplane",
    "crossplane-claim": "crossplane",
    "rancher-eksclusterconfig": "rancher",
    "cloudformation": "cloudformation",
    "terraform": "terraform",
    "terraform-plan": "terraform",
    "terraform-state": "terraform",
    "terrascan": "terraform",
}
"""What only shows a cluster, as AWS's own answers and Pulumi's state do, is changed by other means."""


def value_at(value: Any, path: Path) -> tuple[bool, Any]:
    """Whether something stands under a path, and what."""
    for token in path:
        if isinstance(value, Mapping) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return False, None
    return True, value


def paths_in(format_: str, place: Path, places: Mapping[str, Path], found: Any) -> dict[str, Path]:
    """Where each field stands, or is to stand, within the cluster's object.

    ``places`` are those that the document states, as paths from its root; they are all that is known of a claim.
    """
    for spelling in SPELLINGS.get(format_, ()):
        if value_at(found, spelling.when)[0]:
            return {field: getattr(spelling, field) for field in FIELDS}
    own = {field: path[len(place) :] for field, path in places.items() if path[: len(place)] == place}
    if not own:
        raise CannotEditError("the document does not say where the setting would stand in it")
    return own
