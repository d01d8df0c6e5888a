"""Ranges and addresses on the wire, and the fields that take one of them or something else."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from marshmallow import ValidationError

from service.domain.addresses import Network, parse_network
from service.web.schemas.fields import Text, WireField
from service.web.schemas.hints import shown

_RANGE = re.compile(r"[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?")
_ID = Text()


@lru_cache(maxsize=8192)
def read_network(text: str) -> Network:
    """A range or address in CIDR notation, host bits cleared; raises `ValueError` for anything else.

    `ipaddress` also takes netmasks and scopes, which no AWS interface takes as a range.
    """
    if not _RANGE.fullmatch(text):
        raise ValueError(text)
    return parse_network(text)


@lru_cache(maxsize=8192)
def is_rewritten(text: str) -> bool:
    """Whether reading the range changes it: host bits are cleared, or an IPv4-mapped form becomes IPv4."""
    try:
        as_written = ip_network(text, strict=True)
    except ValueError:
        return True
    return as_written != read_network(text)


def meant_range(text: str) -> str:
    """The hint of the range that a malformed one was probably meant to be."""
    address, slash, prefix = text.strip().partition("/")
    octets = address.strip().split(".")
    if len(octets) < 4 and all(octet.isascii() and octet.isdigit() for octet in octets):
        address = ".".join([*octets, *["0"] * (4 - len(octets))])
    try:
        network = ip_network(f"{address.strip()}{slash}{prefix.strip()}", strict=False)
    except ValueError:
        return ""
    return f", did you mean `{network}`?"


class Range(WireField):
    """A range in CIDR notation, or a single address; ``is_exact`` refuses host bits, as AWS does there."""

    expected = "a range such as `10.0.0.0/16`"

    def __init__(
        self, wire_name: str | None = None, *, is_exact: bool = False, version: int | None = None, **more: bool
    ) -> None:
        super().__init__(wire_name, **more)
        self.is_exact = is_exact
        self.version = version

    def read(self, value: Any) -> Any:
        """The network, IPv4-mapped IPv6 as IPv4."""
        return self.network(value)

    def network(self, value: Any) -> Network:
        """The network that the text means; raises `ValidationError` with the sentence of the refusal."""
        if type(value) is not str:
            raise self.refusal(value)
        try:
            network = read_network(value)
        except ValueError:
            raise ValidationError(f"is {shown(value)}, expected {self.expected}{meant_range(value)}") from None
        if self.version and network.version != self.version:
            raise ValidationError(f"is {shown(value)}, expected an IPv{self.version} range")
        if self.is_exact and is_rewritten(value):
            raise ValidationError(f"is {shown(value)}, which has host bits set, did you mean `{network}`?")
        return network


class Address(Range):
    """A single address, with or without its prefix."""

    expected = "an address such as `13.124.1.10`"

    def network(self, value: Any) -> Network:
        """The network of that one address."""
        network = super().network(value)
        if network.prefixlen != network.max_prefixlen:
            raise ValidationError(f"is {shown(value)}, a range, expected {self.expected}")
        return network


class RouteDestination(Range):
    """Where a route leads: a range, or the id of a prefix list, whose ranges are not known here."""

    expected = "a range such as `10.0.0.0/16`, or a prefix list such as `pl-0123abcd`"

    def read(self, value: Any) -> Any:
        """The network, or the prefix list's id as text."""
        if type(value) is str and value.startswith("pl-"):
            return _ID.read(value)
        return super().read(value)


class RuleSource(Range):
    """The far side of a security group's rule: a range, a group (``self`` is the group's own) or a prefix list."""

    expected = "a range, a security group's id, `self` or a prefix list's id"

    def read(self, value: Any) -> Any:
        """The network, or the id as text."""
        if type(value) is str and ("/" not in value and ":" not in value and not _looks_numeric(value)):
            return _ID.read(value)
        return super().read(value)


@lru_cache(maxsize=8192)
def _looks_numeric(text: str) -> bool:
    return all(part.isdigit() for part in text.split("."))


class PublicAddress(Address):
    """Whether an interface has a public address: true, false, or the address itself."""

    expected = "true, false or an address such as `13.124.1.10`"

    def read(self, value: Any) -> Any:
        """The boolean or the address."""
        return bool(value) if value is True or value is False else super().read(value)
