"""The smallest list that serves whom it must, and who gets no entry."""

from dataclasses import replace
from typing import Any

from service.advice import advise
from service.domain.addresses import parse_network
from service.domain.advice import Advised
from service.domain.cluster import Cluster, EndpointMode
from service.domain.consumer import DYNAMIC, Consumer, Importance
from service.domain.decision import AllowList, Outcome, Status
from service.domain.question import InternetExposure, ListOrigin
from tests.unit import builders
from tests.unit.builders import (
    BOTH,
    LINK_EGRESS,
    NAT_ADDRESS,
    OFFICE,
    PRIVATE,
    PUBLIC,
    a_bastion,
    a_cluster,
    a_nat,
    a_neighbour,
    a_question,
    nodes,
    ranges,
    with_routes,
    with_subnet,
)


def an_operator(source: Any = OFFICE, **fields: Any) -> Consumer:
    return builders.an_operator(source, **{"name": "operator", **fields})


PREFERRED, UNWANTED = Importance.PREFERRED, Importance.UNWANTED


def advised(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> Advised:
    return advise(a_question(cluster, *consumers, **requirements))


def the_list(
    mode: EndpointMode, *consumers: Consumer, cluster: Cluster | None = None, **requirements: Any
) -> AllowList:
    found = advised(cluster or a_cluster("0.0.0.0/0"), *consumers, **requirements)
    listed = found.decision.assessment_of(mode).allow_list
    assert listed is not None
    return listed


def told(listed: AllowList) -> dict[str, tuple[str, ...]]:
    return {str(entry.cidr): entry.serves for entry in listed.entries}


def left_out(listed: AllowList) -> dict[str, str]:
    return {it.consumer: it.code for it in listed.left_out}


def test_with_private_access_off_the_nodes_need_an_entry_for_their_way_out() -> None:
    assert told(the_list(PUBLIC, nodes(), an_operator())) == {OFFICE: ("operator",), NAT_ADDRESS: ("nodes",)}


def test_with_private_access_on_the_nodes_need_none() -> None:
    assert told(the_list(BOTH, nodes(), an_operator())) == {OFFICE: ("operator",)}


def test_a_connected_network_needs_one_where_its_name_gives_the_public_addresses() -> None:
    assert told(the_list(BOTH, a_neighbour(name="neighbour"), an_operator())) == {
        OFFICE: ("operator",),
        LINK_EGRESS: ("neighbour",),
    }


def test_adjacent_ranges_are_merged_and_serve_both() -> None:
    one, other = an_operator("13.209.0.0/29", name="one"), an_operator("13.209.0.8/29", name="other")

    assert told(the_list(BOTH, one, other)) == {OFFICE: ("one", "other")}


def test_the_private_mode_has_no_list_and_a_kept_list_is_not_derived() -> None:
    cluster = a_cluster("0.0.0.0/0")

    derived = advised(cluster, nodes(), an_operator()).decision
    kept = advised(cluster, nodes(), an_operator(), public_access_cidrs=ListOrigin.KEEP).decision

    assert derived.assessment_of(PRIVATE).allow_list is None
    assert {assessment.allow_list for assessment in kept.assessments} == {None}
    assert kept.assessment_of(BOTH).public_access_cidrs == ranges("0.0.0.0/0")


def test_the_recommended_mode_comes_with_the_derived_list_and_the_present_setting_stays_as_it_is() -> None:
    decision = advised(a_cluster("0.0.0.0/0"), nodes(), an_operator()).decision

    assert decision.recommendation is not None
    assert decision.recommendation.mode is BOTH
    assert decision.recommendation.public_access_cidrs == ranges(OFFICE)
    assert decision.current is not None
    assert decision.current.public_access_cidrs == ranges("0.0.0.0/0")
    assert decision.current.scores.exposure.points < decision.assessment_of(PUBLIC).scores.exposure.points


def test_entries_of_the_present_list_that_serve_nobody_are_named() -> None:
    cluster = a_cluster(OFFICE, "54.1.2.0/24")

    assert the_list(BOTH, nodes(), an_operator(), cluster=cluster).unneeded == ranges("54.1.2.0/24")


def test_a_list_that_is_not_in_force_has_no_unneeded_entries() -> None:
    cluster = a_cluster("0.0.0.0/0")
    planned = replace(cluster, endpoint_access=None)
    assert cluster.endpoint_access is not None
    private = replace(cluster, endpoint_access=replace(cluster.endpoint_access, public=False, private=True))

    assert the_list(BOTH, an_operator(), cluster=planned).unneeded == ()
    assert the_list(BOTH, an_operator(), cluster=private).unneeded == ()


def test_a_required_consumer_that_cannot_be_listed_rules_the_mode_out() -> None:
    cluster = a_cluster("0.0.0.0/0")

    for source, code in ((DYNAMIC, "addresses-change"), ("203.0.113.7/32", "addresses-reserved")):
        assessed = advised(cluster, nodes(), an_operator(source)).decision.assessment_of(BOTH)
        assert assessed.allow_list is not None
        assert left_out(assessed.allow_list) == {"operator": code}
        assert assessed.status is Status.RULED_OUT


def test_a_required_consumer_of_unknown_address_is_awaited_and_no_list_goes_out_without_it() -> None:
    found = advised(a_cluster("0.0.0.0/0"), nodes(), an_operator(None))

    chosen, assessed = found.decision.recommendation, found.decision.assessment_of(BOTH)
    assert chosen is not None
    assert (chosen.mode, chosen.awaits, chosen.public_access_cidrs) == (BOTH, ("operator",), None)
    assert assessed.allow_list is not None
    assert (assessed.allow_list.awaits, left_out(assessed.allow_list)) == (("operator",), {})
    assert [(it.code, it.field) for it in found.provisos] == [("addresses-to-be-listed", "/consumers[operator]")]
    assert "addresses-to-be-listed" in {it.code for it in found.decision.assumptions}


def test_what_is_known_of_a_list_is_told_while_the_rest_is_awaited() -> None:
    found = advised(a_cluster("0.0.0.0/0"), nodes(), an_operator(OFFICE), an_operator(None, name="ci")).decision

    chosen = found.recommendation
    assert chosen is not None
    assert (chosen.public_access_cidrs, chosen.awaits) == (ranges(OFFICE), ("ci",))
    assert "once the addresses of ci are on its list" in chosen.summary


def test_a_preferred_consumer_of_unknown_address_is_not_awaited() -> None:
    guest = an_operator(None, name="guest", importance=PREFERRED)

    listed = the_list(BOTH, nodes(), an_operator(), guest)

    assert (listed.awaits, left_out(listed)) == ((), {"guest": "addresses-unknown"})


def test_nodes_of_which_only_some_addresses_are_known_are_awaited_and_not_said_to_change() -> None:
    """One of their two NAT gateways was described without its addresses."""
    cluster = a_cluster("0.0.0.0/0", nat_gateways=(a_nat("nat-a", NAT_ADDRESS), a_nat("nat-b")))
    cluster = with_subnet(with_routes(cluster, ("0.0.0.0/0", "nat-b"), name="rtb-b"), "subnet-b", route_table="rtb-b")

    assessed = advised(cluster, nodes()).decision.assessment_of(PUBLIC)

    assert assessed.allow_list is not None
    assert (assessed.allow_list.awaits, left_out(assessed.allow_list)) == (("nodes",), {})
    assert [flow.cause for flow in assessed.traces if flow.step == 3] == [None]


def test_what_is_reserved_of_their_addresses_is_not_taken_to_be_listed() -> None:
    cluster = a_cluster("0.0.0.0/0", nat_gateways=(a_nat("nat-a", "203.0.113.7"), a_nat("nat-b")))
    cluster = with_subnet(with_routes(cluster, ("0.0.0.0/0", "nat-b"), name="rtb-b"), "subnet-b", route_table="rtb-b")

    assessed = advised(cluster, nodes()).decision.assessment_of(PUBLIC)

    assert assessed.status is Status.RULED_OUT


def test_whether_an_awaited_address_is_approved_cannot_be_judged() -> None:
    question = advised(a_cluster("0.0.0.0/0"), nodes(), an_operator(None), approved_source_cidrs=ranges(OFFICE))

    assessed = question.decision.assessment_of(BOTH)

    assert [(it.id, it.is_certain) for it in assessed.objections] == [("unapproved-source-cidrs", False)]
    assert assessed.status is Status.UNDETERMINED


def test_addresses_that_are_not_approved_are_an_objection_and_no_entry() -> None:
    assessed = advised(
        a_cluster("0.0.0.0/0"), nodes(), an_operator(), approved_source_cidrs=ranges("52.0.0.0/8")
    ).decision.assessment_of(BOTH)

    assert assessed.allow_list is not None
    assert left_out(assessed.allow_list) == {"operator": "addresses-not-approved"}
    assert "unapproved-source-cidrs" in {objection.id for objection in assessed.objections}
    assert assessed.status is Status.RULED_OUT


def test_a_preferred_consumer_gets_an_entry_if_that_costs_nothing() -> None:
    shared = an_operator("54.0.0.0/30", name="contractor", importance=UNWANTED)

    for source, requirements, code in (
        ("54.0.0.1/32", {}, None),
        ("54.0.0.1/32", {"approved_source_cidrs": ranges(OFFICE)}, "addresses-not-approved"),
        ("0.0.0.0/0", {"internet_exposure": InternetExposure.ANY}, "opens-to-all"),
        (DYNAMIC, {}, "addresses-change"),
    ):
        guest = an_operator(source, name="guest", importance=PREFERRED)
        listed = the_list(BOTH, nodes(), an_operator(), guest, **requirements)
        assert left_out(listed).get("guest") == code
    sharing = an_operator("54.0.0.1/32", name="guest", importance=PREFERRED)
    assert left_out(the_list(BOTH, an_operator(), sharing, shared)) == {"guest": "admits-unwanted"}


def test_an_unwanted_consumer_never_gets_an_entry() -> None:
    contractor = an_operator("54.0.0.1/32", name="contractor", importance=UNWANTED)

    assert told(the_list(BOTH, an_operator(), contractor)) == {OFFICE: ("operator",)}


def asking_elsewhere(cluster: Cluster) -> Cluster:
    """The nodes ask a resolver of their own and get the public addresses."""
    return replace(cluster, vpc=replace(cluster.vpc, domain_name_servers=("10.0.0.2",)))


def many(count: int, **fields: Any) -> Consumer:
    """An operator that comes from so many addresses, none beside another."""
    sources = [f"52.78.{2 * n // 256}.{2 * n % 256}/32" for n in range(count)]
    operator = an_operator(None, **{"name": "many", **fields})
    assert operator.location is not None
    return replace(operator, location=replace(operator.location, source_cidrs=ranges(*sources)))


def test_more_than_forty_ranges_are_widened_at_the_least_cost() -> None:
    found = advised(a_cluster("0.0.0.0/0"), nodes(), many(42))
    listed = found.decision.assessment_of(BOTH).allow_list

    assert listed is not None
    assert (len(listed.entries), listed.entries[0].extra) == (39, 4)  # four in a row cost as much as two pairs
    assert sum(entry.extra for entry in listed.entries) == 4
    assert [condition.code for condition in found.provisos] == ["list-admits-more"]


def test_a_list_is_widened_neither_onto_what_is_not_approved_nor_onto_whom_must_not_get_in() -> None:
    odd = an_operator("52.78.0.1/32", name="odd", importance=UNWANTED)
    approved = tuple(network for n in range(42) for network in ranges(f"52.78.0.{2 * n}/32"))

    kept_out = the_list(BOTH, many(41), odd)
    unapproved = advised(a_cluster("0.0.0.0/0"), many(42), approved_source_cidrs=approved).decision

    assert not any(entry.cidr.overlaps(parse_network("52.78.0.1/32")) for entry in kept_out.entries)
    assert (len(kept_out.entries), sum(entry.extra for entry in kept_out.entries)) == (40, 2)
    assert "public-access-cidr-quota-exceeded" in {o.id for o in unapproved.assessment_of(BOTH).objections}


def test_a_preferred_consumer_is_not_worth_a_wider_list() -> None:
    guest = an_operator("54.0.0.1/32", name="guest", importance=PREFERRED)

    assert left_out(the_list(BOTH, many(40), guest)) == {"guest": "list-full"}


def test_where_nobody_needs_the_public_endpoint_there_is_no_list_and_the_mode_is_ruled_out() -> None:
    found = advised(a_cluster("0.0.0.0/0"), nodes())
    assessed = found.decision.assessment_of(BOTH)

    assert assessed.public_access_cidrs == ()
    assert [(o.id, o.is_certain) for o in assessed.objections] == [("public-endpoint-serves-nobody", True)]
    assert found.decision.recommendation is not None
    assert found.decision.recommendation.mode is PRIVATE
    assert found.provisos == ()


def test_that_nobody_needs_it_is_not_certain_while_a_preferred_consumer_may() -> None:
    guest = an_operator(None, importance=PREFERRED)
    lost = a_neighbour(importance=PREFERRED, internet_egress=None, connection=None)

    for consumer in (guest, lost):
        assessed = advised(a_cluster("0.0.0.0/0"), nodes(), consumer).decision.assessment_of(BOTH)
        assert [(o.id, o.is_certain) for o in assessed.objections] == [("public-endpoint-serves-nobody", False)]


def test_a_preferred_consumer_of_which_the_way_is_not_known_gets_no_entry() -> None:
    cluster = with_subnet(a_cluster("0.0.0.0/0"), "subnet-b", route_table=None)
    guest = a_bastion("subnet-b", name="guest", importance=PREFERRED, internet_egress=ranges("54.0.0.1"))

    assert left_out(the_list(PUBLIC, an_operator(), guest, cluster=cluster)) == {"guest": "way-unknown"}


def test_a_list_that_cannot_be_written_yet_is_judged_as_one_short_of_everything() -> None:
    decision = advised(a_cluster("0.0.0.0/0"), nodes(), an_operator(None)).decision

    results = {verdict.id: verdict.result for verdict in decision.assessment_of(BOTH).controls}

    assert decision.outcome is Outcome.RECOMMENDED
    assert results["cis-eks-5.4.1"] == "pass"
    assert results["checkov-ckv_aws_38"] == "pass"  # no list that is derived reads 0.0.0.0/0
    assert results["trivy-avd-aws-0041"] == "fail"


def test_a_preferred_consumer_without_an_entry_and_a_growing_gateway_are_conditions() -> None:
    cluster = replace(a_cluster("0.0.0.0/0"), nat_gateways=(a_nat("nat-a", "13.124.1.10", is_regional=True),))
    guest = an_operator(DYNAMIC, name="guest", importance=PREFERRED)
    weary = replace(nodes(), location=None)

    found = advised(cluster, weary, an_operator(), guest)
    lone = advised(asking_elsewhere(cluster), nodes(), an_operator())

    assert [(it.code, it.field) for it in found.provisos] == [("addresses-change", "/consumers[guest]")]
    assert [(it.code, it.field) for it in lone.provisos] == [("addresses-may-grow", "/cluster/nat_gateways[nat-a]")]
    assert advised(asking_elsewhere(a_cluster("0.0.0.0/0")), nodes(), an_operator()).provisos == ()


def test_nothing_is_promised_where_nothing_is_recommended_or_the_list_is_kept() -> None:
    nobody = advised(a_cluster("0.0.0.0/0"), an_operator(DYNAMIC))
    kept = advised(a_cluster("0.0.0.0/0"), nodes(), an_operator(), public_access_cidrs=ListOrigin.KEEP)

    assert nobody.decision.outcome is Outcome.NO_MODE_FITS
    assert (nobody.provisos, kept.provisos) == ((), ())
