"""Ids for what has none yet: a resource that Terraform will make stands under an id of AWS's shape for a while.

The network is described by the same code as the answers of `aws ec2 describe-*`, which tells by an id's shape what
it names. Once that is done the addresses of the resources take the ids' place, and people read these.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.intake.aws_records import is_text
from service.intake.drafting import Draft
from service.intake.readings import Open, quoted
from service.intake.terraform_resources import Inventory
from service.intake.terraform_values import Handle, Value, text

_PREFIXES = {
    "aws_vpc": "vpc",
    "aws_default_vpc": "vpc",
    "aws_subnet": "subnet",
    "aws_default_subnet": "subnet",
    "aws_route_table": "rtb",
    "aws_default_route_table": "rtb",
    "aws_internet_gateway": "igw",
    "aws_egress_only_internet_gateway": "eigw",
    "aws_nat_gateway": "nat",
    "aws_security_group": "sg",
    "aws_default_security_group": "sg",
    "aws_eks_cluster": "sg",
    "awscc_eks_cluster": "sg",
    "aws_network_acl": "acl",
    "aws_default_network_acl": "acl",
    "aws_vpc_endpoint": "vpce",
    "aws_vpc_peering_connection": "pcx",
    "aws_ec2_transit_gateway": "tgw",
    "aws_ec2_transit_gateway_vpc_attachment": "tgw-attach",
    "aws_vpn_gateway": "vgw",
    "aws_ec2_client_vpn_endpoint": "cvpn-endpoint",
    "aws_vpc_dhcp_options": "dopt",
    "aws_network_interface": "eni",
    "aws_instance": "i",
}
_OF_A_VPC = {
    "default_route_table_id": "rtb",
    "main_route_table_id": "rtb",
    "default_security_group_id": "sg",
    "default_network_acl_id": "acl",
}
_MADE_UP = re.compile(r"\b(?:tgw-attach|cvpn-endpoint|[a-z]+)-[0-9a-f]{17}\b")
_GATEWAYS = {"igw": "internet_gateway", "eigw": "egress_only_internet_gateway"}


class Ids:
    """The ids of one document's resources."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.names: dict[str, str] = {}

    def of(self, value: Value) -> str:
        """The id that a value names; nothing if it names none."""
        if isinstance(value, str):
            return value if is_text(value) else ""
        if not isinstance(value, Handle):
            return ""
        if value.attribute in _OF_A_VPC:
            name = value.attribute.removesuffix("_id").replace("main_", "default_")
            return self._made_up(f"{value.address}.{name}", value)
        if value.attribute == "cluster_security_group_id":
            return self._made_up(f"{value.address}.cluster_security_group_id", value)
        resource = self.inventory.by_address.get(value.address)
        known = text(resource.get(value.attribute)) if resource else None
        return known or self._made_up(value.address, value)

    def all_of(self, value: Value) -> list[str] | None:
        """The ids in a list; None if one of its items, or all of it, is open."""
        given = value if isinstance(value, list) else []
        # Before Terraform 0.12 a list of one list was written where the list was meant.
        given = given[0] if len(given) == 1 and isinstance(given[0], list) else given
        items = [item for item in given if item not in (None, "")]
        found = [self.of(item) for item in items]
        return None if isinstance(value, Open) or "" in found else found

    def own(self, address: str) -> str:
        """The id of a resource of the document."""
        return self.of(Handle(address))

    def _made_up(self, name: str, handle: Handle) -> str:
        prefix = _OF_A_VPC.get(handle.attribute) or _PREFIXES.get(_type_of(handle.address), "aws")
        digest = hashlib.sha256(name.encode()).hexdigest()[:17]
        id_ = f"{prefix}-{digest}"
        self.names.setdefault(id_, _GATEWAYS.get(prefix, name if quoted(name) == name else id_))
        return id_

    def rename(self, draft: Draft) -> None:
        """Puts the addresses into the description, in the place of the ids that were made up.

        A security group that could not be read is left out, and rules of others may name it. There it keeps an id of
        AWS's shape, for that is what says "a group that is not described".
        """
        described = {group["id"] for group in draft.cluster.get("security_groups", ())}
        missing = {id_ for id_ in self.names if described and id_.startswith("sg-") and id_ not in described}
        names = {id_: name for id_, name in self.names.items() if id_ not in missing}
        draft.cluster = _renamed(draft.cluster, names)
        draft.consumers[:] = _renamed(draft.consumers, names)
        say = self._text
        draft.origins[:] = [
            replace(one, field=say(one.field), place=say(one.place), because=say(one.because)) for one in draft.origins
        ]
        draft.assumed[:] = [replace(one, field=say(one.field), sentence=say(one.sentence)) for one in draft.assumed]
        draft.ignored[:] = [replace(one, place=say(one.place), why=say(one.why)) for one in draft.ignored]
        draft.unknown[:] = [
            replace(one, field=say(one.field), why=say(one.why), text=say(one.text)) for one in draft.unknown
        ]

    def _text(self, text: str) -> str:
        return _MADE_UP.sub(lambda found: self.names.get(found[0], found[0]), text)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(member, names) for key, member in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def _type_of(address: str) -> str:
    """The type in an address; the last two names are the type and the name."""
    depth, parts, start = 0, [], 0
    for index, char in enumerate(address):
        depth += (char == "[") - (char == "]")
        if char == "." and depth == 0:
            parts.append(address[start:index])
            start = index + 1
    parts.append(address[start:])
    return parts[-2] if len(parts) >= 2 else ""
