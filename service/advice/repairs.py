"""What can be done about a cause, as data: for each cause the repairs that may mend it.

1. A repair says in plain words what to do, what it changes in no tool's words, and on which facts it rests.
   Whether it helps is not said here: `conditions` tries it and decides again.
2. Values that only a person can choose (a new address, a new link) stand in as examples, and the sentence
   says so.
3. What the caller insists on is never repaired, and neither is the hosting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from service.advice.faults import CallFault, Fault
from service.advice.repairs_of_acls import open_acls, open_acls_to_it
from service.advice.repairs_of_callers import (
    bypass_proxy,
    carry_vpc,
    fix_egress,
    forward_dns,
    join_networks,
    list_its_addresses,
    move_host_network,
    move_inside,
    open_link_firewall,
    share_by_private_link,
    use_smallest_list,
)
from service.advice.repairs_of_incoming import (
    admit_control_plane,
    let_control_plane_out,
    open_firewall_to_it,
    route_own_egress,
    route_to_it,
    use_host_network,
)
from service.advice.repairs_of_networks import (
    admit_on_group,
    assign_public_addresses,
    choose_cluster_subnets,
    exempt_from_block,
    give_way_out,
    let_out,
    route_back,
    turn_on_dns_hostnames,
    turn_on_dns_support,
    use_amazon_dns,
    use_private_subnets,
)
from service.advice.repairs_of_services import (
    add_endpoints,
    admit_on_endpoints,
    associate_gateway,
    let_out_over_ipv6,
    name_amazon_domain,
    turn_off_private_dns,
    use_regional_sts,
)
from service.domain.change import Repair
from service.domain.question import UNAPPROVED

F = TypeVar("F", bound=Fault)


def repairs_for(fault: Fault) -> tuple[Repair, ...]:
    """What may mend a fault, the least first."""
    if isinstance(fault, CallFault):
        return _suggested(fault, OF_CALLS)
    return _suggested(fault, OF_SETTINGS)


def repairs_for_any_mode(fault: CallFault) -> tuple[Repair, ...]:
    """What may mend a fault that is the same in every mode: of services, names, or the API server's own calls."""
    return _suggested(fault, IN_EVERY_MODE)


def _suggested(fault: F, table: Mapping[str, tuple[Callable[[F], Iterable[Repair]], ...]]) -> tuple[Repair, ...]:
    found = (repair for suggest in table.get(fault.cause, ()) for repair in suggest(fault))
    return tuple({repair.code: repair for repair in found}.values())


OfCall = Callable[[CallFault], Iterable[Repair]]
OfSetting = Callable[[Fault], Iterable[Repair]]
_UNLISTED: tuple[OfCall, ...] = (list_its_addresses, use_smallest_list, fix_egress, forward_dns, move_inside)
_OUTSIDE: tuple[OfCall, ...] = (move_inside, join_networks)
_RESOLVED_PUBLIC: tuple[OfCall, ...] = (forward_dns, list_its_addresses, use_smallest_list, fix_egress)
_LIST: tuple[OfSetting, ...] = (use_smallest_list,)

OF_CALLS: dict[str, tuple[OfCall, ...]] = {
    "client-ip-not-in-public-access-cidrs": _UNLISTED,
    "node-egress-ip-not-in-public-access-cidrs": (list_its_addresses, use_smallest_list, fix_egress, forward_dns),
    "public-access-cidr-quota-exceeded": _UNLISTED,
    "private-only-from-internet": _OUTSIDE,
    "lambda-not-attached-to-vpc": _OUTSIDE,
    "no-private-network-path-between-vpcs": _OUTSIDE,
    "overlapping-cidrs-prevent-peering": (share_by_private_link, move_inside),
    "cluster-sg-missing-443-from-client": (admit_on_group,),
    "cluster-sg-missing-443-from-node": (admit_on_group,),
    "vpc-dns-support-disabled": (turn_on_dns_support,),
    "vpc-dns-hostnames-disabled": (turn_on_dns_hostnames,),
    "custom-dns-not-forwarding": (use_amazon_dns, forward_dns, list_its_addresses),
    "peered-vpc-resolves-public-ip": _RESOLVED_PUBLIC,
    "hybrid-node-resolves-public-ip-in-dual-mode": _RESOLVED_PUBLIC,
    "no-route-to-internet": (give_way_out, forward_dns, fix_egress),
    "public-subnet-node-without-public-ip": (assign_public_addresses,),
    "vpc-block-public-access": (exempt_from_block,),
    "nacl-blocks-subnet-traffic": (open_acls, choose_cluster_subnets),
    "control-plane-eni-in-unroutable-subnet": (route_back, choose_cluster_subnets),
    "link-firewall-blocks-443": (open_link_firewall,),
    "vpn-split-tunnel-endpoint-not-routed": (carry_vpc, list_its_addresses),
    "proxy-intercepts-api-traffic": (bypass_proxy,),
    "security-group-blocks-egress": (let_out,),
    "docker-bridge-cidr-conflict": (move_host_network,),
    "unwanted-consumer-admitted": _LIST,
    UNAPPROVED: (fix_egress, forward_dns, move_inside),
    "node-traffic-inside-vpc": (turn_on_dns_support, turn_on_dns_hostnames, use_amazon_dns, forward_dns, bypass_proxy),
}
"""For each cause of a call that fails, or is not to be made like this, what may mend it; the least first."""

OF_SETTINGS: dict[str, tuple[OfSetting, ...]] = {
    "vpc-dns-support-disabled": (turn_on_dns_support,),
    "vpc-dns-hostnames-disabled": (turn_on_dns_hostnames,),
    "fargate-in-public-subnet": (use_private_subnets,),
    "single-availability-zone": (choose_cluster_subnets,),
    "cluster-subnet-in-unsupported-zone": (choose_cluster_subnets,),
    "public-access-cidr-reserved": _LIST,
    "public-access-cidr-wrong-family": _LIST,
    "internet-exposure-allow-list": _LIST,
    "public-endpoint-open-to-internet": _LIST,
    UNAPPROVED: _LIST,
    "public-access-cidr-quota-exceeded": _LIST,
}
"""For each objection to a setting, or finding on it, what may mend it."""

BEYOND_REPAIR = frozenset(
    {
        *("hosting-forbids-mode", "hybrid-nodes-need-ipv4", "managed-collector-needs-private-access"),
        *("internet-exposure-none", "mode-not-allowed"),
    }
)
"""Objections that no repair can touch: what the mode is, what the control plane is, and what is insisted on."""

IN_EVERY_MODE: dict[str, tuple[OfCall, ...]] = {
    "isolated-subnet-missing-vpc-endpoints": (add_endpoints, give_way_out),
    "no-path-to-eks-service-api": (add_endpoints, give_way_out),
    "outposts-missing-extra-endpoints": (add_endpoints,),
    "vpc-endpoint-sg-blocks-client": (admit_on_endpoints,),
    "s3-gateway-endpoint-not-in-route-table": (associate_gateway,),
    "sts-global-endpoint-not-covered-by-vpc-endpoint": (use_regional_sts,),
    "eks-vpce-private-dns-shadows-oidc": (turn_off_private_dns,),
    "ipv6-preferred-but-egress-blocked": (let_out_over_ipv6,),
    "dhcp-domain-name-breaks-node-registration": (name_amazon_domain,),
    "node-sg-missing-10250-from-control-plane": (admit_control_plane,),
    "node-sg-missing-webhook-port-from-control-plane": (admit_control_plane,),
    "pod-eni-sg-missing-cluster-sg": (admit_control_plane,),
    "cluster-sg-blocks-egress": (let_control_plane_out,),
    "onprem-firewall-missing-10250": (open_firewall_to_it,),
    "link-firewall-blocks-control-plane": (open_firewall_to_it,),
    "hybrid-node-no-return-path": (route_to_it,),
    "hybrid-pod-cidr-not-routable-for-webhooks": (route_to_it,),
    "no-private-network-path-between-vpcs": (route_to_it,),
    "nacl-blocks-subnet-traffic": (open_acls_to_it,),
    "docker-bridge-cidr-conflict": (move_host_network,),
    "control-plane-cannot-reach-private-idp": (route_own_egress,),
    "overlay-pods-not-routable": (use_host_network,),
}
"""For each fault that no mode changes what may mend it; the least first."""
