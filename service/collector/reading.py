"""What is asked about one cluster: itself, its nodes, its VPC, and what leads out of and into that.

1. Lists are asked for the cluster's own VPC, so that a whole list says of that VPC what is not there.
2. Of a peer's VPC only its ranges and its route tables are asked, and only where the account owns it (its way back).
3. What follows from an answer (routes behind a gateway, entries of a prefix list) is asked only for ids in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.collector import calls
from service.collector.asking import Asking, Document, listed


def read_cluster(asking: Asking, name: str, account: str) -> bool:
    """Asks all that there is to ask; says whether the cluster itself could be read. Raises `UnusableError`."""
    described = asking.keep(calls.CLUSTER, {"name": name}, about=name)
    cluster = (described or {}).get("cluster")
    if not cluster:
        return False
    _consumers(asking, name)
    vpc = cluster.get("resourcesVpcConfig", {}).get("vpcId")
    if vpc:
        _vpc(asking, vpc)
        _filters(asking, vpc)
        interfaces = [_filter("vpc-id", vpc), _filter("description", f"Amazon EKS {name}")]
        asking.keep(calls.INTERFACES, {"Filters": interfaces})
        _peers(asking, vpc, account)
        _transit_gateways(asking, vpc)
        _private_gateways(asking, vpc)
        _client_vpns(asking, vpc)
        _prefix_lists(asking)
    return True


def _filter(name: str, *values: str) -> Document:
    return {"Name": name, "Values": list(values)}


def _named(names: Any) -> Iterator[str]:
    """Those that are there."""
    yield from (name for name in names if isinstance(name, str) and name)


def _consumers(asking: Asking, cluster: str) -> None:
    own = {"clusterName": cluster}
    for name in _named(listed(asking.answer(calls.NODE_GROUPS, own), calls.NODE_GROUPS)):
        group = asking.keep(calls.NODE_GROUP, own | {"nodegroupName": name}, about=name)
        template = (group or {}).get("nodegroup", {}).get("launchTemplate") or {}
        for id_ in _named([template.get("id")]):
            version = str(template.get("version"))
            wanted = {"LaunchTemplateId": id_, "Versions": [version]}
            asking.keep(calls.TEMPLATE_VERSION, wanted, about=f"{id_}_{version}")
    for name in _named(listed(asking.answer(calls.FARGATE_PROFILES, own), calls.FARGATE_PROFILES)):
        asking.keep(calls.FARGATE_PROFILE, own | {"fargateProfileName": name}, about=name)
    running = [_filter(f"tag:kubernetes.io/cluster/{cluster}", "owned")]
    running += [_filter("instance-state-name", "pending", "running")]
    asking.keep(calls.INSTANCES, {"Filters": running})


def _vpc(asking: Asking, vpc: str) -> None:
    of_vpc = {"Filters": [_filter("vpc-id", vpc)]}
    for record in asking.items(calls.VPC, of_vpc, about=vpc):
        options = record.get("DhcpOptionsId", "")
        if options.startswith("dopt-"):
            asking.keep(calls.DHCP_OPTIONS, {"DhcpOptionsIds": [options]})
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        asking.keep(calls.VPC_ATTRIBUTE, {"VpcId": vpc, "Attribute": attribute}, about=attribute)
    asking.keep(calls.BLOCK_OPTIONS)
    asking.keep(calls.BLOCK_EXCLUSIONS)
    asking.keep(calls.SUBNETS, of_vpc)
    asking.keep(calls.NAT_GATEWAYS, {"Filter": [_filter("vpc-id", vpc)]})
    asking.keep(calls.VPC_ENDPOINTS, of_vpc)
    asking.keep(calls.RESOLVER_ENDPOINTS, {"Filters": [_filter("HostVPCId", vpc)]})
    asking.keep(calls.ROUTE_TABLES, of_vpc, about=vpc)


def _filters(asking: Asking, vpc: str) -> None:
    of_vpc = {"Filters": [_filter("vpc-id", vpc)]}
    asking.keep(calls.SECURITY_GROUPS, of_vpc)
    asking.keep(calls.NETWORK_ACLS, of_vpc)


def _peers(asking: Asking, vpc: str, account: str) -> None:
    sides = [{"Filters": [_filter(f"{side}-vpc-info.vpc-id", vpc)]} for side in ("requester", "accepter")]
    for peering in asking.items(calls.PEERINGS, *sides):
        for side in ("RequesterVpcInfo", "AccepterVpcInfo"):
            far = peering.get(side, {})
            if far.get("VpcId") != vpc and far.get("OwnerId") == account:
                _peer(asking, far)


def _peer(asking: Asking, far: Document) -> None:
    for id_ in _named([far.get("VpcId")]):
        of_peer = {"Filters": [_filter("vpc-id", id_)]}
        region = far.get("Region") or ""
        asking.keep(calls.VPC, of_peer, about=id_, region=region)
        asking.keep(calls.ROUTE_TABLES, of_peer, about=id_, region=region)


def _transit_gateways(asking: Asking, vpc: str) -> None:
    asking.keep(calls.GATEWAY_VPC_ATTACHMENTS, {"Filters": [_filter("vpc-id", vpc)]})
    tables = {
        one.get("Association", {}).get("TransitGatewayRouteTableId")
        for one in asking.items(calls.GATEWAY_ATTACHMENTS, {"Filters": [_filter("resource-id", vpc)]})
    }
    for table in _named(sorted(tables - {None, ""})):
        every = {"TransitGatewayRouteTableId": table, "Filters": [_filter("type", "static", "propagated")]}
        asking.keep(calls.GATEWAY_ROUTES, every, about=table)


def _private_gateways(asking: Asking, vpc: str) -> None:
    attached = {"Filters": [_filter("attachment.vpc-id", vpc)]}
    gateways = list(_named([one.get("VpnGatewayId") for one in asking.items(calls.VPN_GATEWAYS, attached)]))
    if gateways:
        asking.keep(calls.VPN_CONNECTIONS, {"Filters": [_filter("vpn-gateway-id", *gateways)]})
        associations = [{"virtualGatewayId": id_} for id_ in gateways]
        asking.keep(calls.DIRECT_CONNECT_ASSOCIATIONS, *associations)
        asking.keep(calls.VIRTUAL_INTERFACES)


def _client_vpns(asking: Asking, vpc: str) -> None:
    """AWS has no filter by VPC for these: what is of other VPCs is left out here."""
    call = calls.CLIENT_VPNS
    answer = asking.answer(call)
    if answer is None:
        return
    ours = [one for one in listed(answer, call) if one.get("VpcId", vpc) == vpc]
    asking.put(call, {call.items: ours})
    for one in ours:
        if one.get("SplitTunnel"):
            for id_ in _named([one.get("ClientVpnEndpointId")]):
                asking.keep(calls.CLIENT_VPN_ROUTES, {"ClientVpnEndpointId": id_}, about=id_)


def _prefix_lists(asking: Asking) -> None:
    """The prefix lists of rules and routes, but for those of gateway endpoints, whose route alone counts."""
    routes = [route for one in _written(asking, calls.ROUTE_TABLES) for route in one.get("Routes", ())]
    found = {
        route.get("DestinationPrefixListId")
        for route in routes
        if not str(route.get("GatewayId", "")).startswith("vpce-")
    }
    for group in _written(asking, calls.SECURITY_GROUPS):
        for side in ("IpPermissions", "IpPermissionsEgress"):
            found |= {one.get("PrefixListId") for rule in group.get(side, ()) for one in rule.get("PrefixListIds", ())}
    for id_ in _named(sorted(found - {None, ""})):
        asking.keep(calls.PREFIX_LIST, {"PrefixListId": id_}, about=id_)


def _written(asking: Asking, call: calls.Call) -> Iterator[Document]:
    """The items of every file that the call has made."""
    for name, answer in asking.files.items():
        if name.removesuffix(".json").split("_")[0] == call.command:
            yield from answer.get(call.items, ())
