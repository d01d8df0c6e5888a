"""The values of a change, read as what they stand for."""

from __future__ import annotations

from service.domain.addresses import Network, parse_network
from service.domain.change import Change, Value
from service.domain.network import Ports


def ranges_of(value: Value) -> tuple[Network, ...]:
    """A value that is a list of ranges."""
    return tuple(parse_network(text) for text in value) if isinstance(value, tuple) else ()


def texts_of(value: Value) -> tuple[str, ...]:
    """A value that is a list of texts."""
    return value if isinstance(value, tuple) else ()


def ports_of(change: Change) -> Ports:
    """The ports of a rule."""
    first, last = change.value("from_port"), change.value("to_port")
    return Ports(first=int(str(first)), last=int(str(last)))
