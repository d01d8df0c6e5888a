"""Whose network the records are asked for, and what is asked of every record of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from service.intake.aws_bundle import Bundle, shared_ids
from service.intake.aws_records import Record
from service.intake.drafting import Draft
from service.intake.readings import is_range
from service.intake.understanding import Kind, Origin

Net = IPv4Network | IPv6Network
GONE = ("deleted", "deleting", "failed", "rejected", "expired", "disassociated", "disassociating", "detached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Whose network is described: the VPC, and what is known of the cluster in it."""

    bundle: Bundle
    vpc: str
    region: str = ""
    account: str = ""

    def of_vpc(self, kind: str, id_name: str) -> list[tuple[str, Record]]:
        """The elements of a list that belong to the VPC, by id."""
        return list(shared_ids(self.bundle.by(kind, "VpcId").get(self.vpc, []), id_name))


def is_gone(record: Record) -> bool:
    """Whether what is described no longer exists, or never came to."""
    return record.state() in GONE


def exact_network(text: str) -> Net | None:
    """The range without host bits; None for anything else."""
    try:
        return ip_network(text, strict=True) if is_range(text) else None
    except ValueError:
        return None


def note(draft: Draft, reference: str, record: Record, because: str = "") -> None:
    """Where an element of a list came from."""
    kind = Kind.COMPUTED if because else Kind.STATED
    draft.origins.append(Origin(field=reference, kind=kind, place=record.place, because=because))


def ranges_of_vpc(record: Record) -> list[str]:
    """The ranges of a VPC that are associated, each once."""
    found = [record.range("CidrBlock")]
    for name, state_name, field in (
        ("CidrBlockAssociationSet", "CidrBlockState", "CidrBlock"),
        ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlockState", "Ipv6CidrBlock"),
    ):
        for association in record.parts(name):
            if association.part(state_name).state() not in GONE:
                found.append(association.range(field))
    return list(dict.fromkeys(text for text in found if text))


def networks(texts: Iterable[str]) -> Iterator[Net]:
    """The ranges among texts, host bits cleared."""
    for text in texts:
        if is_range(text):
            yield ip_network(text, strict=False)
