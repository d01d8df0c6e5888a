"""Laws of the allow-list: wider is never less open, and coverage counts, not the text."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import given

from service.domain.addresses import parse_network
from service.domain.cluster import Cluster, EndpointAccess, EndpointMode, IpFamily
from service.domain.decision import Decision
from service.domain.trace import Disposition, Trace
from service.engine import decide
from tests.laws.builders import (
    LINK_EGRESS,
    LISTS,
    NAT_ADDRESS,
    OFFICE,
    WAYS_OUT,
    Ranges,
    a_cluster,
    asked,
    ranges,
    with_list,
)
from tests.laws.questions import few_examples, networks
from tests.laws.test_paths import calls

WIDENING = (
    ranges("8.8.8.8"),
    (*ranges("8.8.8.8"), *OFFICE),
    (*ranges("8.8.8.8"), *OFFICE, *NAT_ADDRESS),
    (*ranges("8.8.8.8"), *OFFICE, *NAT_ADDRESS, *LINK_EGRESS),
    ranges("8.0.0.0/6", "13.0.0.0/8", "52.0.0.0/8"),
    ranges("0.0.0.0/1"),
    ranges("0.0.0.0/1", "128.0.0.0/2"),
    ranges("0.0.0.0/1", "128.0.0.0/1"),
    (),
)
"""Lists of which each admits all that the one before it admits."""
RANKS = {Disposition.ACCEPTED: 2, Disposition.INSUFFICIENT_INFO: 1}


def rank(trace: Trace) -> int:
    """How far a flow gets: stopped, perhaps, accepted."""
    return RANKS.get(trace.disposition, 0)


def exposures(decision: Decision) -> list[int]:
    """The exposure score of each mode; higher is less exposed."""
    return [assessment.scores.exposure.points for assessment in decision.assessments]


def assert_no_less_open(wider: Decision, narrower: Decision) -> None:
    """Nobody is worse off with the wider list, and no score is better."""
    for before, after in zip(narrower.assessments, wider.assessments, strict=True):
        reached = calls(after)
        for name, trace in calls(before).items():
            assert rank(reached[name]) >= rank(trace), (trace, reached[name])
    assert all(wide <= narrow for wide, narrow in zip(exposures(wider), exposures(narrower), strict=True))


@pytest.mark.parametrize("ip_family", IpFamily)
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_widening_the_list_never_closes_a_door(way_out: str, ip_family: IpFamily) -> None:
    """Widening the allow-list never lowers a consumer's reachability and never raises the exposure score."""
    for has_dns_hostnames in (True, False):
        cluster = a_cluster(way_out=way_out, ip_family=ip_family, has_dns_hostnames=has_dns_hostnames)
        decided = [decide(asked(with_list(cluster, listed))) for listed in WIDENING]

        for narrower, wider in pairwise(decided):
            assert_no_less_open(wider, narrower)


@given(listed=networks(), more=networks())
@few_examples(40)
def test_widening_any_list_never_closes_a_door(listed: Ranges, more: Ranges) -> None:
    """The same with lists of any ranges of either family; the empty list is the widest of all (F-1.11)."""
    for ip_family in IpFamily:
        cluster = a_cluster(ip_family=ip_family)
        narrower, wider, widest = (
            decide(asked(with_list(cluster, entries))) for entries in (listed or more, (*listed, *more), ())
        )

        assert_no_less_open(wider, narrower)
        assert_no_less_open(widest, wider)


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_two_halves_are_the_whole(way_out: str) -> None:
    """`0.0.0.0/1` with `128.0.0.0/1` is `0.0.0.0/0`, and so is no list at all on an IPv4 cluster."""
    cluster = a_cluster(way_out=way_out)
    whole = assessed_but_for_the_list(with_list(cluster, ranges("0.0.0.0/0")))

    assert assessed_but_for_the_list(with_list(cluster, LISTS["two halves"])) == whole
    assert assessed_but_for_the_list(with_list(cluster, LISTS["empty"])) == whole


def assessed_but_for_the_list(cluster: Cluster) -> list[object]:
    """What is said of each mode, but for the list as it was written and what EKS or a finding says of its text."""
    return [
        (assessment.objections, assessment.scores, assessment.traces)
        for assessment in decide(asked(cluster)).assessments
    ]


@given(listed=networks(version=4, least=1))
@few_examples(40)
def test_a_mapped_list_is_the_plain_one(listed: Ranges) -> None:
    """IPv4-mapped IPv6 is IPv4: a list written so decides as the plain one does."""
    mapped = tuple(parse_network(f"::ffff:{range_.network_address}/{range_.prefixlen + 96}") for range_ in listed)
    plain, odd = (decide(asked(with_list(a_cluster(), entries))) for entries in (listed, mapped))

    assert odd == plain


@given(listed=networks(least=1))
@few_examples(40)
def test_the_order_and_repetition_of_a_list_mean_nothing(listed: Ranges) -> None:
    """A list is a set: read backwards, or with entries repeated, it decides the same."""
    cluster = a_cluster()
    plain, odd = (decide(asked(with_list(cluster, entries))) for entries in (listed, (*listed[::-1], *listed)))

    assert odd == plain


@pytest.mark.parametrize(("way_out", "listed"), tuple(product(WAYS_OUT, LISTS)))
def test_a_list_does_nothing_while_the_public_endpoint_is_off(way_out: str, listed: str) -> None:
    """In `private` no list changes a path or a score (F-1.8)."""
    cluster = a_cluster(way_out=way_out)
    cluster = replace(cluster, endpoint_access=EndpointAccess(public=False, private=True))
    private = decide(asked(cluster)).assessment_of(EndpointMode.PRIVATE)

    decided = decide(asked(with_list(cluster, LISTS[listed]))).assessment_of(EndpointMode.PRIVATE)

    assert (decided.traces, decided.scores, decided.objections) == (private.traces, private.scores, private.objections)
