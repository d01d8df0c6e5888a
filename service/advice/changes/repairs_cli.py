"""Repairs as commands of the AWS command line, one for each call; a parameter is asked for by the shell itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from service.advice.changes.aws_cli import TOOL, cluster_name, command, name_notes, update_command
from service.advice.changes.quoting import shell_json, shell_parameter, shell_word
from service.advice.changes.repairs import (
    DNS_PROTOCOLS,
    GROUP_NAME,
    MEANINGS,
    RESOLVER_NAME,
    RESOLVER_SAID,
    Id,
    Job,
    access_of,
    gateway_of,
    jobs,
    port,
    ranges,
    texts,
)
from service.advice.changes.wanted import Wanted
from service.domain.change import Change, ChangeKind
from service.domain.written import Form, WrittenChange

_PARAMETER = re.compile("__([A-Z_]+?)(_[0-9]+)?__")
_MADE = re.compile("__([a-z]+)__")


def write_repairs(wanted: Wanted) -> Iterator[WrittenChange]:
    """The commands of each repair."""
    for job in jobs(wanted):
        lines = [line for change in job.changes for line in _WRITE[change.kind](job, change)]
        yield WrittenChange(
            tool=TOOL,
            title="AWS command line",
            what=job.preparation.what,
            form=Form.SHELL,
            text=" &&\n".join(lines),
            notes=(*job.notes(), *name_notes(wanted)),
            facts=job.preparation.facts,
        )


def _said(id_: Id) -> str:
    return f"__{id_.text}__" if id_.is_parameter or id_.is_made else id_.text


def _word(id_: Id) -> str:
    if id_.is_made:
        return f'"${id_.text}"'
    return shell_parameter(id_.text, id_.meaning) if id_.is_parameter else shell_word(id_.text)


def _json(value: Any) -> str:
    """JSON as a word in which the parameters and the variables of the shell stand open."""

    def opened(found: re.Match[str]) -> str:
        name = f"{found[1]}{found[2] or ''}"
        return f"'{shell_parameter(name, MEANINGS[found[1]])}'"

    return _PARAMETER.sub(opened, _MADE.sub(r"""'"$\1"'""", shell_json(value)))


def _ec2(job: Job, operation: str, *words: str) -> str:
    return command(job.wanted, "ec2", operation, *words)


def _vpc_attribute(job: Job, change: Change) -> Iterator[str]:
    """Each attribute in a call of its own (F-2.9)."""
    for name in ("enable_dns_support", "enable_dns_hostnames"):
        if change.value(name) is True:
            option = f"--{name.replace('_', '-')}"
            yield _ec2(job, "modify-vpc-attribute", "--vpc-id", _word(job.vpc()), option, shell_json({"Value": True}))


def _dhcp_options(job: Job, change: Change) -> Iterator[str]:
    servers = [{"Key": "domain-name-servers", "Values": list(job.name_servers(change))}]
    domain = change.value("domain_name")
    servers += [{"Key": "domain-name", "Values": [str(domain)]}] if domain else []
    made = _ec2(
        job,
        "create-dhcp-options",
        "--dhcp-configurations",
        shell_json(servers),
        "--query DhcpOptions.DhcpOptionsId --output text",
    )
    yield f"options=$({made})"
    yield _ec2(job, "associate-dhcp-options", '--dhcp-options-id "$options" --vpc-id', _word(job.vpc()))


def _security_group(job: Job, change: Change) -> Iterator[str]:
    yield _new_group(job, GROUP_NAME, str(change.value("description")))


def _new_group(job: Job, name: str, said: str) -> str:
    """A group whose id the lines after it know as ``$group``."""
    words = ("--group-name", name, "--description", shell_word(said), "--vpc-id", _word(job.vpc()))
    return f"group=$({_ec2(job, 'create-security-group', *words, '--query GroupId --output text')})"


def _sources(change: Change) -> dict[str, Any]:
    """The ranges of a rule, under the names that EC2 has for them."""
    ipv4, ipv6 = ranges(change)
    named: dict[str, Any] = {"IpRanges": [{"CidrIp": one} for one in ipv4]} if ipv4 else {}
    return named | ({"Ipv6Ranges": [{"CidrIpv6": one} for one in ipv6]} if ipv6 else {})


def _security_group_rule(job: Job, change: Change) -> Iterator[str]:
    groups = [{"GroupId": _said(job.id(group, "sg"))} for group in texts(change, "groups")]
    rule: dict[str, Any] = {
        "IpProtocol": "tcp",
        "FromPort": port(change, "from_port"),
        "ToPort": port(change, "to_port"),
    }
    rule |= _sources(change)
    rule |= {"UserIdGroupPairs": groups} if groups else {}
    operation = f"authorize-security-group-{change.value('direction')}"
    yield _ec2(job, operation, "--group-id", _word(job.id(change.target, "sg")), "--ip-permissions", _json([rule]))


def _inbound_resolver(job: Job, change: Change) -> Iterator[str]:
    """The group, its rules for DNS, and the endpoint, which is asked how it is until it is ready."""
    yield _new_group(job, RESOLVER_NAME, RESOLVER_SAID)
    sources = _sources(change)
    rules = [{"IpProtocol": protocol, "FromPort": 53, "ToPort": 53} | sources for protocol in DNS_PROTOCOLS]
    if sources:
        yield _ec2(job, "authorize-security-group-ingress", '--group-id "$group" --ip-permissions', _json(rules))
    places = [{"SubnetId": _said(subnet)} for subnet in job.resolver_subnets(change)]
    made = command(
        job.wanted,
        "route53resolver",
        "create-resolver-endpoint",
        f'--name {RESOLVER_NAME} --creator-request-id "{RESOLVER_NAME}-$(date +%s)" --direction INBOUND',
        '--security-group-ids "$group" --ip-addresses',
        _json(places),
        "--query ResolverEndpoint.Id --output text",
    )
    yield f"endpoint=$({made})"
    asked = '--resolver-endpoint-id "$endpoint" --query ResolverEndpoint.Status --output text'
    status = command(job.wanted, "route53resolver", "get-resolver-endpoint", asked)
    yield f'while status=$({status}) && [ "$status" = CREATING ]; do sleep 15; done'
    yield '[ "$status" = OPERATIONAL ]'


def _network_acl_rule(job: Job, change: Change) -> Iterator[str]:
    for cidr in texts(change, "cidrs"):
        ports = shell_json({"From": port(change, "from_port"), "To": port(change, "to_port")})
        yield _ec2(
            job,
            "create-network-acl-entry",
            "--network-acl-id",
            _word(job.id(change.target, "acl")),
            f"--rule-number {_number(job, change)} --protocol 6 --rule-action allow --{change.value('direction')}",
            f"--port-range {ports} --{'ipv6-' if ':' in cidr else ''}cidr-block {cidr}",
        )


def _number(job: Job, change: Change) -> str:
    number = job.number(change)
    return str(number) if isinstance(number, int) else _word(number)


def _vpc_endpoint(job: Job, change: Change) -> Iterator[str]:
    is_private, there = change.value("private_dns"), job.there(change)
    tables = " ".join(_word(job.id(it, "rtb")) for it in texts(change, "route_tables"))
    dns = () if is_private is None else ("--private-dns-enabled" if is_private else "--no-private-dns-enabled",)
    if there:
        added = ("--add-route-table-ids", tables) if tables else ()
        yield _ec2(job, "modify-vpc-endpoint", "--vpc-endpoint-id", _word(there), *dns, *added)
        return
    region = job.region()
    name = f"com.amazonaws.{_word(region)}.{change.target}"
    kind = str(change.value("kind")).capitalize()
    words = ["--vpc-id", _word(job.vpc()), "--vpc-endpoint-type", kind, "--service-name", name, *dns]
    for option, member, prefix in (
        ("--subnet-ids", "subnets", "subnet"),
        ("--security-group-ids", "security_groups", "sg"),
        ("--route-table-ids", "route_tables", "rtb"),
    ):
        ids = [_word(job.id(it, prefix)) for it in texts(change, member)]
        words += [option, *ids] if ids else []
    yield _ec2(job, "create-vpc-endpoint", *words)


def _route(job: Job, change: Change) -> Iterator[str]:
    table = next((it for it in job.wanted.route_tables if it.id == change.target), None)
    known = {str(route.destination) for route in table.routes} if table else set()
    for destination in texts(change, "destinations"):
        via = change.value("via")
        yield _ec2(
            job,
            "replace-route" if destination in known else "create-route",
            "--route-table-id",
            _word(job.id(change.target, "rtb")),
            "--destination-ipv6-cidr-block" if ":" in destination else "--destination-cidr-block",
            destination,
            f"--{gateway_of(via).replace('_', '-')}-id",
            _word(job.id(via, "gateway")),
        )


def _nat_gateway(job: Job, change: Change) -> Iterator[str]:
    yield f"address=$({_ec2(job, 'allocate-address', '--domain vpc --query AllocationId --output text')})"
    subnet = _word(job.id(change.value("subnet"), "subnet"))
    words = ("--subnet-id", subnet, '--allocation-id "$address" --query NatGateway.NatGatewayId --output text')
    yield f"nat=$({_ec2(job, 'create-nat-gateway', *words)})"
    yield _ec2(job, "wait nat-gateway-available", '--nat-gateway-ids "$nat"')


def _subnet_attribute(job: Job, change: Change) -> Iterator[str]:
    subnet = _word(job.id(change.target, "subnet"))
    yield _ec2(
        job, "modify-subnet-attribute", "--subnet-id", subnet, "--map-public-ip-on-launch", shell_json({"Value": True})
    )


def _block_public_access(job: Job, change: Change) -> Iterator[str]:
    subnet = _word(job.id(change.target, "subnet"))
    words = ("--subnet-id", subnet, "--internet-gateway-exclusion-mode allow-bidirectional")
    yield _ec2(job, "create-vpc-block-public-access-exclusion", *words)


def _cluster_subnets(job: Job, change: Change) -> Iterator[str]:
    """An update of its own kind (F-9.7)."""
    subnets = {"subnetIds": [_said(job.id(name, "subnet")) for name in texts(change, "subnets")]}
    name = cluster_name(job.wanted)
    yield command(job.wanted, "eks", "update-cluster-config", "--name", name, "--resources-vpc-config", _json(subnets))
    yield command(job.wanted, "eks", "wait cluster-active", "--name", name)


def _endpoint_access(job: Job, change: Change) -> Iterator[str]:
    yield update_command(job.wanted, access_of(change))


_WRITE: dict[ChangeKind, Callable[[Job, Change], Iterator[str]]] = {
    ChangeKind.VPC_ATTRIBUTE: _vpc_attribute,
    ChangeKind.DHCP_OPTIONS: _dhcp_options,
    ChangeKind.SECURITY_GROUP: _security_group,
    ChangeKind.SECURITY_GROUP_RULE: _security_group_rule,
    ChangeKind.NETWORK_ACL_RULE: _network_acl_rule,
    ChangeKind.ROUTE: _route,
    ChangeKind.NAT_GATEWAY: _nat_gateway,
    ChangeKind.SUBNET_ATTRIBUTE: _subnet_attribute,
    ChangeKind.BLOCK_PUBLIC_ACCESS: _block_public_access,
    ChangeKind.CLUSTER_SUBNETS: _cluster_subnets,
    ChangeKind.VPC_ENDPOINT: _vpc_endpoint,
    ChangeKind.INBOUND_RESOLVER: _inbound_resolver,
    ChangeKind.ENDPOINT_ACCESS: _endpoint_access,
}
