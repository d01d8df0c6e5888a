"""What a call of a module makes whose files are not in the document, and what its resources are asked for."""

from __future__ import annotations

from service.intake.terraform_eks_module import expand_eks
from service.intake.terraform_endpoint_module import expand_endpoints
from service.intake.terraform_known_modules import Call, Made
from service.intake.terraform_node_groups import expand_part
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value
from service.intake.terraform_vpc_module import expand_vpc


def expanded(call: Call) -> Made | None:
    """What the module makes, and what it gives; None if nobody knows it."""
    for expand in (expand_vpc, expand_endpoints, expand_part, expand_eks):
        made = expand(call)
        if made is not None:
            return made
    return None


def same(value: Value) -> Value:
    return value


def with_own_group(address: str, config: Value) -> Value:
    """The block of a cluster with the group that EKS makes, which rules name there."""
    own = {"cluster_security_group_id": Handle(address, "cluster_security_group_id")}
    return [{**own, **one} if isinstance(one, dict) else one for one in config] if isinstance(config, list) else config


def attribute_of(resource: Resource, name: str) -> Value:
    value = resource.get(name)
    return Handle(resource.address, name) if value is None else value
