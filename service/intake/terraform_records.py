"""Records of the shape that `aws ec2 describe-*` has, made from the resources of a Terraform document.

One code describes networks, whoever tells of them. What cannot be told in a record is noted beside it: the text of
what is open, and whose default a value is.
"""

from __future__ import annotations

from typing import Any

from service.intake.readings import Open
from service.intake.terraform_ids import Ids
from service.intake.terraform_resources import Inventory
from service.intake.terraform_values import Handle, Value, is_open, opened

Found = tuple[str, dict[str, Any], str]
"""A record's list, its values and the address of the resource that it comes from."""


class Records:
    """What the makers of records share."""

    def __init__(self, inventory: Inventory, ids: Ids) -> None:
        self.inventory = inventory
        self.ids = ids
        self.open: list[tuple[str, Open]] = []
        self.defaults: dict[str, str] = {}
        self.incomplete: set[str] = set(inventory.unseen)

    def short_of(self, kind: str) -> None:
        """A list of which an element cannot be placed, so that it does not show what is not there."""
        self.incomplete.add(kind)

    def known(self, reference: str, value: Value) -> Any:
        """A plain value; an open one is noted for its field and is nothing."""
        if isinstance(value, Handle):
            value = self.inventory.value_of(value)
        if is_open(value):
            self.open.append((reference, opened(value)))
            return None
        return value

    def vpc_of_subnet(self, subnet: Value) -> str:
        """The VPC of a subnet, by the subnet's id or handle."""
        resource = self.inventory.resource_of(subnet, "aws_subnet", "aws_default_subnet")
        return self.ids.of(resource.get("vpc_id")) if resource else ""
