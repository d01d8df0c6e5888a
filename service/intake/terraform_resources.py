"""The resources of a Terraform document, whichever kind of document they came from.

Plan, state and HCL all end here: a resource has an address, a type and values in the shape that the AWS provider
gives them in JSON (blocks are lists of objects).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.intake.readings import Open
from service.intake.terraform_values import Handle, Value

CLUSTERS = ("aws_eks_cluster", "awscc_eks_cluster", "rancher2_cluster")

RELEVANT = frozenset(
    {
        *("aws_eks_cluster", "awscc_eks_cluster", "rancher2_cluster"),
        *("aws_eks_node_group", "aws_eks_fargate_profile", "aws_launch_template"),
        *("aws_vpc", "aws_default_vpc", "aws_vpc_ipv4_cidr_block_association", "aws_subnet", "aws_default_subnet"),
        *("aws_vpc_dhcp_options", "aws_vpc_dhcp_options_association", "aws_vpc_block_public_access_options"),
        *("aws_vpc_block_public_access_exclusion", "aws_internet_gateway", "aws_egress_only_internet_gateway"),
        *("aws_route_table", "aws_default_route_table", "aws_route", "aws_route_table_association"),
        *("aws_main_route_table_association", "aws_nat_gateway", "aws_eip"),
        *("aws_security_group", "aws_default_security_group", "aws_security_group_rule"),
        *("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"),
        *("aws_network_acl", "aws_default_network_acl", "aws_network_acl_rule", "aws_network_acl_association"),
        *("aws_vpc_endpoint", "aws_vpc_endpoint_subnet_association", "aws_vpc_endpoint_route_table_association"),
        *("aws_vpc_peering_connection", "aws_ec2_transit_gateway_vpc_attachment", "aws_vpn_gateway"),
        *("aws_vpn_gateway_attachment", "aws_ec2_client_vpn_endpoint", "aws_ec2_client_vpn_network_association"),
        "aws_route53_resolver_endpoint",
    }
)
"""The types of resources that say something of a cluster or of the network around it."""

_INDEX = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\"|\*)\]")


def without_indexes(address: str) -> str:
    """An address without the keys of its instances: `module.a["x"].aws_subnet.b[0]` is `module.a.aws_subnet.b`."""
    return _INDEX.sub("", address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One instance of a resource.

    ``texts`` are the expressions behind values that were computed, ``assumed`` the sentences on what a value rests
    on, by attribute; under the empty name what it rests on that there is such a resource at all. ``names`` are the
    places of values that stand under another name, as a module's arguments do. ``how_many`` is the expression of a
    count that cannot be evaluated.
    """

    address: str
    type: str
    values: Mapping[str, Value]
    region: Value = None
    names: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    assumed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    how_many: Open | None = None
    made_by: MadeBy | None = None

    def in_one_spelling(self) -> Resource:
        """A cluster of the Cloud Control provider under the names of the other one."""
        if self.type != "awscc_eks_cluster" or "resources_vpc_config" not in self.values:
            return self
        return replace(self, values={**self.values, "vpc_config": self.values["resources_vpc_config"]})

    def get(self, name: str) -> Value:
        """The value of an attribute; None if it is not set."""
        return self.values.get(name)

    def place(self, name: str) -> str:
        """Where an attribute stands in the document."""
        return f"{self.address}.{self.names.get(name, name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBy:
    """The module that makes a cluster: its name with its version, and its defaults.

    ``public`` and ``private`` are None where versions differ and the document does not tell which one it is.
    ``has_list`` tells that it hands on a list that is open to all, if none is given.
    """

    title: str
    public: bool | None
    private: bool | None
    note: str = ""
    has_list: bool = True


@dataclass(frozen=True, slots=True)
class Inventory:
    """All resources of a document, found by type, address or id.

    ``unseen`` are the lists of `aws ec2 describe-*` that a module which is not known may add to, with its address.
    """

    resources: tuple[Resource, ...]
    unseen: Mapping[str, str] = field(default_factory=dict)
    by_type: dict[str, list[Resource]] = field(default_factory=dict)
    by_address: dict[str, Resource] = field(default_factory=dict)
    by_id: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.resources:
            self.by_type.setdefault(resource.type, []).append(resource)
            self.by_address[resource.address] = resource
            if isinstance(id_ := resource.get("id"), str):
                self.by_id.setdefault((resource.type, id_), resource)

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, in the order of the document."""
        for name in types:
            yield from self.by_type.get(name, ())

    def value_of(self, handle: Handle) -> Value:
        """What a handle stands for, if the document says; else the handle."""
        resource = self.by_address.get(handle.address)
        known = resource.get(handle.attribute) if resource else None
        return handle if known is None else known

    def resource_of(self, value: Value, *types: str) -> Resource | None:
        """The resource of one of the types that a value names, by its handle or its id."""
        if isinstance(value, Handle):
            found = self.by_address.get(value.address)
            return found if found is not None and found.type in types else None
        if not isinstance(value, str) or not value:
            return None
        return next((found for type_ in types if (found := self.by_id.get((type_, value)))), None)
