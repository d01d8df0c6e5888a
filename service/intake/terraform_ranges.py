"""Terraform's functions for ranges of addresses."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network


def _network(prefix: str) -> IPv4Network | IPv6Network:
    return ip_network(prefix, strict=False)


def cidrsubnet(prefix: str, newbits: int, number: int) -> str:
    """The range with a number among those that are longer by some bits; raises `ValueError` if there is none."""
    network = _network(prefix)
    length = network.prefixlen + int(newbits)
    number = int(number)
    if newbits < 0 or length > network.max_prefixlen or not 0 <= number < 2 ** int(newbits):
        raise ValueError("no such subnet")
    first = int(network.network_address) + number * 2 ** (network.max_prefixlen - length)
    return str(type(network)((first, length)))


def cidrsubnets(prefix: str, *newbits: int) -> list[str]:
    """Ranges one after the other, each longer by its bits."""
    network = _network(prefix)
    first, found = int(network.network_address), []
    for bits in newbits:
        length = network.prefixlen + int(bits)
        size = 2 ** (network.max_prefixlen - length)
        first = -(-first // size) * size
        found.append(str(type(network)((first, length))))
        first += size
    return found


def cidrhost(prefix: str, number: int) -> str:
    """The address with a number in a range; negative numbers count from its end."""
    network = _network(prefix)
    if not -network.num_addresses <= int(number) < network.num_addresses:
        raise ValueError("no such host")
    return str(network[int(number)])
