"""The network around a cluster, from the resources of a Terraform document.

What a document makes completely is complete: the route tables, NAT gateways and VPC endpoints of a VPC that it makes
are all there are, as far as this document goes, which is assumed and said.
"""

from __future__ import annotations

from dataclasses import replace

from service.intake.aws import describe_network
from service.intake.aws_around import Around
from service.intake.aws_bundle import Bundle
from service.intake.aws_clusters import Named
from service.intake.aws_records import Record, normalised
from service.intake.drafting import Draft
from service.intake.terraform_filters import filter_records
from service.intake.terraform_ids import Ids
from service.intake.terraform_links import link_records
from service.intake.terraform_records import Records
from service.intake.terraform_resources import Inventory
from service.intake.terraform_routes import route_records
from service.intake.terraform_vpcs import vpc_records
from service.intake.understanding import Kind, Origin

_COMPLETE = ("routetables", "natgateways", "vpcendpoints")
_ALL_THERE_IS = "the route tables, NAT gateways and VPC endpoints are those that the document makes"
_DEFAULTED = Origin(field="", kind=Kind.DEFAULT)
_ACL = "AWS: a subnet without an ACL of its own has the VPC's, which allows everything"


class Network:
    """The records of one document."""

    def __init__(self, inventory: Inventory, ids: Ids) -> None:
        self.records = Records(inventory, ids)
        self.bundle = Bundle()
        self.made = {ids.own(vpc.address) for vpc in inventory.of("aws_vpc", "aws_default_vpc")}
        self.default_acls = {ids.of(acl.get("vpc_id")) for acl in inventory.of("aws_default_network_acl")}
        for make in (vpc_records, route_records, filter_records, link_records):
            for kind, values, place in make(self.records):
                self.bundle.lists.setdefault(kind, []).append(Record(normalised(values), place))
        if self.made:
            self.bundle.complete |= set(_COMPLETE) - self.records.incomplete
            for kind in self.bundle.complete:
                self.bundle.lists.setdefault(kind, [])

    def describe(self, draft: Draft, vpc: str, named: Named | None) -> None:
        """All around the cluster, with the addresses of the document in place of made-up ids."""
        around = Around(bundle=self.bundle, vpc=vpc)
        describe_network(draft, around, named)
        self._forget_named(draft)
        if vpc in self.made:
            draft.assume("/vpc", _ALL_THERE_IS)
            self._default_acls(draft, vpc)
        for kind, module in self.records.inventory.unseen.items():
            reference = {"routetables": "/route_tables", "vpcendpoints": "/vpc/endpoints"}[kind]
            draft.leave_open(reference, "a module that is not known here may add to it", module)
        self._say(draft)

    def _forget_named(self, draft: Draft) -> None:
        """Of a subnet that is only named nobody knows whether another document gives it a table of its own."""
        described = {one.text("SubnetId") for one in self.bundle.of("subnets")}
        for subnet in draft.cluster.get("subnets", ()):
            reference = f"/subnets[{subnet['id']}]/route_table"
            origin = next((one for one in draft.origins if one.field == reference), None)
            if subnet["id"] not in described and origin and origin.because.startswith("no explicit association"):
                del subnet["route_table"]
                draft.origins.remove(origin)

    def _default_acls(self, draft: Draft, vpc: str) -> None:
        """A new VPC has an ACL that allows everything, unless the document manages it."""
        if self.default_acls:
            return
        described = {one.text("SubnetId") for one in self.bundle.of("subnets")}
        for subnet in draft.cluster.get("subnets", ()):
            reference = f"/subnets[{subnet['id']}]/network_acl"
            if subnet["id"] not in described or "network_acl" in subnet:
                continue
            if any(one.field == reference and not one.text for one in draft.unknown):
                draft.unknown[:] = [one for one in draft.unknown if one.field != reference]
                subnet["network_acl"] = None
                draft.origins.append(replace(_DEFAULTED, field=reference, because=_ACL))

    def _say(self, draft: Draft) -> None:
        """Whose default a value is, and the texts of what is open."""
        for index, origin in enumerate(draft.origins):
            because = self.records.defaults.get(origin.field)
            if because:
                draft.origins[index] = replace(origin, kind=Kind.DEFAULT, because=because)
        described = _references(draft)
        for reference, found in self.records.open:
            head = reference.partition("]")[0]
            if (
                "[" in reference
                and head not in described
                and not any(one.field.startswith(head) for one in draft.unknown)
            ):
                continue
            draft.unknown[:] = [one for one in draft.unknown if one.field != reference or one.text]
            draft.leave_open(reference, found.why, found.text)


def _references(draft: Draft) -> set[str]:
    """The elements that the description holds, as the beginnings of references to them."""
    return {
        f"/{section}[{element['id']}"
        for section in ("subnets", "route_tables", "nat_gateways", "connections", "security_groups", "network_acls")
        for element in draft.cluster.get(section, ())
    }
