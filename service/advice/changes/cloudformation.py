"""CloudFormation and the CDK.

1. A template that once had one of the three properties must keep listing it (F-9.9), so both switches are always
   written, and a list that is there stays.
2. The CDK's `EndpointAccess` has no public mode with a list: `PUBLIC.onlyFrom` throws (F-1.20). That setting is
   written with the construct of CloudFormation's own level.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from service.advice.changes.quoting import yaml_text
from service.advice.changes.steps import target
from service.advice.changes.wanted import Access, Wanted
from service.domain.written import Form, WrittenChange

_KEEP = "a list that the template has stays in it: a property that was once there must be listed on every update"
_NO_LIST = "the CDK refuses a list on `EndpointAccess.PUBLIC`, so this uses the construct of CloudFormation's own level"
_REST = "the other properties stay as they are"


def template_access(access: Access) -> dict[str, object]:
    """The setting under CloudFormation's names."""
    switches: dict[str, object] = {"EndpointPublicAccess": access.public, "EndpointPrivateAccess": access.private}
    return switches | ({"PublicAccessCidrs": list(access.cidrs)} if access.public else {})


def write(wanted: Wanted) -> Iterator[WrittenChange]:
    """The properties in a template."""
    properties = {"ResourcesVpcConfig": template_access(wanted.target)}
    yield target(
        wanted,
        tool="cloudformation",
        title="CloudFormation, `AWS::EKS::Cluster`",
        form=Form.YAML,
        text=yaml_text({"Resources": {"Cluster": {"Type": "AWS::EKS::Cluster", "Properties": properties}}}),
        notes=(_REST, _KEEP),
        facts=("F-9.9",),
    )


def write_cdk(wanted: Wanted) -> Iterator[WrittenChange]:
    """The properties of a construct, in TypeScript."""
    access = wanted.target
    construct = "Cluster"
    lines: tuple[str, ...] = (f"  endpointAccess: {_endpoint_access(access)},",)
    note: tuple[str, ...] = ()
    if access.public and not access.private and not access.is_open_to_all:
        construct, lines, note = "CfnCluster", _low_level(access), (_NO_LIST,)
    text = "\n".join((f"new eks.{construct}(this, 'Cluster', {{", *lines, "});"))
    yield target(
        wanted,
        tool="cdk",
        title="AWS CDK, TypeScript",
        form=Form.TYPESCRIPT,
        text=text,
        notes=(_REST, *note),
        facts=("F-1.20",),
    )


def _endpoint_access(access: Access) -> str:
    if not access.public:
        return "eks.EndpointAccess.PRIVATE"
    if not access.private:
        return "eks.EndpointAccess.PUBLIC"
    both = "eks.EndpointAccess.PUBLIC_AND_PRIVATE"
    return both if access.is_open_to_all else f"{both}.onlyFrom({', '.join(map(json.dumps, access.cidrs))})"


def _low_level(access: Access) -> tuple[str, ...]:
    return (
        "  resourcesVpcConfig: {",
        "    endpointPublicAccess: true,",
        "    endpointPrivateAccess: false,",
        f"    publicAccessCidrs: [{', '.join(map(json.dumps, access.cidrs))}],",
        "  },",
    )
