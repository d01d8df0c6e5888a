"""The safe way from the present setting to the recommended one."""

from dataclasses import replace
from typing import Any

from service.advice import advise
from service.domain.addresses import parse_network
from service.domain.change import ChangePlan
from service.domain.cluster import Cluster
from service.domain.consumer import DYNAMIC, Consumer, Importance, Resolver
from service.domain.question import InternetExposure
from tests.unit import builders
from tests.unit.builders import (
    BOTH,
    LINK_EGRESS,
    NAT_ADDRESS,
    OFFICE,
    PUBLIC,
    a_bastion,
    a_cluster,
    a_neighbour,
    a_question,
    an_access,
    nodes,
)


def an_operator(**fields: Any) -> Consumer:
    return builders.an_operator(**{"name": "operator", **fields})


def the_plan(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> ChangePlan:
    plan = advise(a_question(cluster, *consumers, **requirements)).change_plan
    assert plan is not None
    return plan


def present(cluster: Cluster, *listed: str, **switches: bool) -> Cluster:
    return replace(cluster, endpoint_access=an_access(*listed, **switches))


def states(plan: ChangePlan) -> list[tuple[str, tuple[str, ...]]]:
    return [(step.setting.mode.value, tuple(map(str, step.setting.public_access_cidrs or ()))) for step in plan.steps]


def test_private_access_is_turned_on_and_verified_before_the_list_is_narrowed() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), an_operator())

    assert states(plan) == [("public_and_private", ("0.0.0.0/0",)), ("public_and_private", (OFFICE,))]
    assert [cut for step in plan.steps for cut in step.cuts] == []
    first = plan.steps[0]
    assert "nodes: the name gives eni addresses" in first.verify
    assert any("60 seconds" in wait for wait in first.waits)
    assert first.way_back_changes[0].value("endpoint_private_access") is False


def test_the_public_endpoint_is_turned_off_last() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), internet_exposure=InternetExposure.NONE)

    assert [mode for mode, _ in states(plan)] == ["public_and_private", "private"]
    assert any("access entry" in it for it in plan.steps[1].preconditions)


def test_a_list_is_widened_before_private_access_is_turned_off() -> None:
    cluster = present(a_cluster(), OFFICE, private=True)

    plan = the_plan(cluster, nodes(), an_operator(), a_bastion(name="bastion", security_groups=("sg-other",)))

    assert plan.target.mode is PUBLIC
    assert states(plan) == [("public_and_private", (NAT_ADDRESS, OFFICE)), ("public", (NAT_ADDRESS, OFFICE))]


def test_nothing_is_sent_where_nothing_changes() -> None:
    plan = the_plan(present(a_cluster(), OFFICE, private=True), nodes(), an_operator())

    assert plan.steps == ()
    assert "send nothing" in plan.sentence


def test_from_private_the_public_endpoint_is_opened_with_its_list_at_once() -> None:
    plan = the_plan(present(a_cluster(), public=False, private=True), nodes(), an_operator())

    assert states(plan) == [("public_and_private", (OFFICE,))]
    assert plan.steps[0].sentence == f"turn public access on, from {OFFICE}"


def test_who_cannot_be_kept_while_answers_age_is_named_with_how_long() -> None:
    cluster = present(a_cluster(), LINK_EGRESS, private=True)

    plan = the_plan(cluster, nodes(), a_neighbour(name="ci"), internet_exposure=InternetExposure.NONE)

    assert [(cut.consumer, cut.seconds) for step in plan.steps for cut in step.cuts] == [("ci", 60)]
    assert plan.sentence.endswith("cut off for a while: ci")


def test_dns_that_is_forwarded_keeps_it_in() -> None:
    cluster = present(a_cluster(), LINK_EGRESS, private=True)
    forwarding = a_neighbour(name="ci", resolver=Resolver.FORWARDED)

    plan = the_plan(cluster, nodes(), forwarding, internet_exposure=InternetExposure.NONE)

    assert [cut for step in plan.steps for cut in step.cuts] == []


def test_a_plan_that_locks_out_who_carries_it_out_says_so_first() -> None:
    guest = an_operator(importance=Importance.PREFERRED)

    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), guest, internet_exposure=InternetExposure.NONE)

    assert plan.locks_out == ("operator",)
    assert plan.sentence.startswith("whoever carries this out from where operator stands is locked out")


def test_a_cluster_that_does_not_exist_yet_is_created_right() -> None:
    plan = the_plan(replace(a_cluster(), endpoint_access=None), nodes(), an_operator())

    assert plan.start is None
    assert [(step.call, step.setting.mode) for step in plan.steps] == [("eks:CreateCluster", BOTH)]


def test_without_a_recommendation_or_a_known_setting_there_is_no_plan() -> None:
    nobody = a_question(a_cluster("0.0.0.0/0"), an_operator(source_cidrs=DYNAMIC))
    cluster = a_cluster("0.0.0.0/0")
    assert cluster.endpoint_access is not None
    unknown = replace(cluster, endpoint_access=replace(cluster.endpoint_access, unknown=frozenset({"public"})))

    assert advise(nobody).change_plan is None
    assert advise(a_question(unknown, nodes(), an_operator())).change_plan is None


def test_a_list_that_awaits_addresses_stays_as_it_is_and_the_switch_is_turned_meanwhile() -> None:
    plan = the_plan(a_cluster("52.95.110.0/24"), nodes(), an_operator(source_cidrs=None))

    (step,) = plan.steps
    assert step.setting.mode.value == "public_and_private"
    assert step.setting.public_access_cidrs == (parse_network("52.95.110.0/24"),)
    assert plan.sentence.startswith(
        "the list stays as it is: the new list cannot be sent before the addresses of operator"
    )


def test_nothing_is_planned_where_a_list_that_awaits_addresses_would_be_the_first() -> None:
    cluster = a_cluster("0.0.0.0/0")
    assert cluster.endpoint_access is not None
    private = replace(cluster, endpoint_access=replace(cluster.endpoint_access, public=False, private=True))
    both = replace(cluster, endpoint_access=replace(cluster.endpoint_access, private=True))

    for present in (private, both, replace(cluster, endpoint_access=None)):
        plan = the_plan(present, nodes(), an_operator(source_cidrs=None))
        assert plan.steps == ()
        assert plan.sentence.startswith("the new list cannot be sent before the addresses of operator are known")


def test_where_nobody_gets_in_there_is_nothing_to_verify() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0"), an_operator(importance=Importance.UNWANTED))

    assert [step.verify for step in plan.steps[1:]] == [("operator: the name gives eni addresses",)]


def test_a_list_too_long_for_both_is_exchanged_and_says_who_is_cut_off() -> None:
    sources = [f"52.78.{n}.0/32" for n in range(40)]
    cluster = present(a_cluster(), *(f"54.1.{n}.0/32" for n in range(40)), private=True)
    many = an_operator(name="many")
    assert many.location is not None
    many = replace(many, location=replace(many.location, source_cidrs=tuple(map(parse_network, sources))))

    plan = the_plan(cluster, nodes(), many)

    assert [mode for mode, _ in states(plan)] == ["public_and_private"]
    assert plan.target.public_access_cidrs == tuple(map(parse_network, sources))
