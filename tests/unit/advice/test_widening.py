"""The fewest extra addresses, held against trying everything."""

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.advice import widening
from service.advice.widening import widened
from service.domain.addresses import NOWHERE, Addresses, Network, addresses, of_networks

UNIVERSES = (ip_network("13.0.0.0/28"), ip_network("2600::/125"))


def any_range(_: Network) -> bool:
    return True


def _prefixes(universe: Network) -> Iterator[Network]:
    for length in range(universe.prefixlen, universe.max_prefixlen + 1):
        yield from universe.subnets(new_prefix=length)


def _fewest_extra(wanted: Addresses, most: int, forbidden: Addresses = NOWHERE) -> int | None:
    """Try every choice of ranges."""
    candidates = [
        prefix
        for universe in UNIVERSES
        for prefix in _prefixes(universe)
        if of_networks((prefix,)).meets(wanted) and not of_networks((prefix,)).meets(forbidden - wanted)
    ]
    covers = (
        of_networks(chosen)
        for count in range(1, most + 1)
        for chosen in combinations(candidates, count)
        if of_networks(chosen).covers(wanted)
    )
    return min(((covering - wanted).count() for covering in covers), default=None)


@settings(max_examples=25, deadline=None)
@given(
    st.frozensets(st.integers(0, 15), min_size=1, max_size=9),
    st.frozensets(st.integers(0, 7), max_size=3),
    st.integers(1, 2),
    st.sampled_from((None, "13.0.0.0/30", "13.0.0.0/29", "13.0.0.8/31", "13.0.0.5/32")),
)
def test_no_choice_of_ranges_admits_fewer_extra_addresses(
    ipv4: frozenset[int], ipv6: frozenset[int], most: int, forbidden: str | None
) -> None:
    four, six = UNIVERSES
    wanted = of_networks((*(ip_network(four[i]) for i in ipv4), *(ip_network(six[i]) for i in ipv6)))
    refused = addresses(forbidden) if forbidden else NOWHERE

    found = widened(wanted, most, lambda network: not of_networks((network,)).meets(refused - wanted))

    expected = _fewest_extra(wanted, most, refused)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert len(found) <= most
        assert of_networks(found).covers(wanted)
        assert (of_networks(found) - wanted).count() == expected


@pytest.mark.parametrize("wanted", [(0, 3, 5, 6, 12), (1, 2, 4, 8, 15), (0, 1, 4, 9, 11, 14)])
def test_three_ranges_are_chosen_as_well(wanted: tuple[int, ...]) -> None:
    needed = of_networks(tuple(ip_network(UNIVERSES[0][i]) for i in wanted))

    found = widened(needed, 3, any_range)

    assert found is not None
    assert (of_networks(found) - needed).count() == _fewest_extra(needed, 3)


def test_ranges_that_fit_are_left_as_they_are() -> None:
    wanted = addresses("13.0.0.0/30", "13.0.1.0/24", "2600::/64")

    assert widened(wanted, 3, any_range) == wanted.networks()


def test_a_range_that_may_not_stand_is_gone_around() -> None:
    wanted = addresses("13.0.0.0/32", "13.0.0.2/32", "13.0.0.8/32")

    assert widened(wanted, 2, any_range) == tuple(map(ip_network, ("13.0.0.0/30", "13.0.0.8/32")))
    assert widened(wanted, 3, lambda network: not of_networks((network,)).meets(addresses("13.0.0.1/32"))) == (
        wanted.networks()
    )
    assert widened(wanted, 2, lambda network: not of_networks((network,)).meets(addresses("13.0.0.1/32"))) is None


def test_so_many_ranges_that_the_list_would_be_none_are_not_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widening, "MOST_LEAVES", 2)

    assert widened(addresses("13.0.0.0/32", "13.0.0.2/32", "13.0.0.8/32"), 2, any_range) is None
