"""The security groups that terraform-aws-modules/eks makes, since v18: one on the endpoint's interfaces, one of nodes.

The first lets the nodes call port 443; the second lets the API server call the nodes. What the arguments add goes
on top. Until v18 nodes could leave only for HTTPS and names; v19 opened their way out.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.intake.readings import Open
from service.intake.terraform_known_modules import Call
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value

FIRST_WITH_GROUPS = 18
_OPEN_EGRESS = 19
_WEBHOOK_PORTS = (4443, 6443, 8443, 9443, 10251)
_ADDITIONAL = {
    "cluster": ("security_group_additional_rules", "cluster_security_group_additional_rules"),
    "node": ("node_security_group_additional_rules",),
}


def eks_module_groups(call: Call, version: int) -> Iterator[Resource]:
    """Both groups with their rules; nothing before v18, or where a group of the caller's takes their place."""
    if version < FIRST_WITH_GROUPS:
        return
    has_cluster = call.flag(True, "create_security_group", "create_cluster_security_group") is True
    has_nodes = call.flag(True, "create_node_security_group") is True
    if has_cluster:
        yield call.resource(
            "aws_security_group", "cluster", {"vpc_id": call.get("vpc_id"), "module_role": "additional"}
        )
    if has_nodes:
        yield call.resource("aws_security_group", "node", {"vpc_id": call.get("vpc_id")})
    if has_cluster and has_nodes:
        yield _rule(call, "cluster", "ingress_nodes_443", _from("ingress", "tcp", 443, 443, _group(call, "node")))
        for name, values in _node_rules(call, version):
            yield _rule(call, "node", name, values)
    for side, is_made in (("cluster", has_cluster), ("node", has_nodes)):
        if is_made:
            yield from _additional(call, side)


def _group(call: Call, side: str) -> Handle:
    return Handle(f"{call.address}.aws_security_group.{side}[0]")


def _from(type_: str, protocol: str, first: int, last: int, group: Value) -> dict[str, Value]:
    return {"type": type_, "protocol": protocol, "from_port": first, "to_port": last, "source_security_group_id": group}


def _node_rules(call: Call, version: int) -> Iterator[tuple[str, dict[str, Value]]]:
    cluster = _group(call, "cluster")
    for port in (443, 10250):
        yield f"ingress_cluster_{port}", _from("ingress", "tcp", port, port, cluster)
    for protocol in ("tcp", "udp"):
        yield f"ingress_self_dns_{protocol}", _itself(protocol, 53, 53)
    if version >= _OPEN_EGRESS:
        if call.flag(True, "node_security_group_enable_recommended_rules") is not False:
            for port in _WEBHOOK_PORTS:
                yield f"ingress_cluster_{port}", _from("ingress", "tcp", port, port, cluster)
            yield "ingress_nodes_ephemeral", _itself("tcp", 1025, 65535)
            yield "egress_all", _everywhere("-1", 0, 0)
        return
    yield "egress_cluster_443", _from("egress", "tcp", 443, 443, cluster)
    yield "egress_https", _everywhere("tcp", 443, 443)
    for protocol in ("tcp", "udp"):
        yield f"egress_self_dns_{protocol}", _itself(protocol, 53, 53) | {"type": "egress"}


def _itself(protocol: str, first: int, last: int) -> dict[str, Value]:
    return {"type": "ingress", "protocol": protocol, "from_port": first, "to_port": last, "self": True}


def _everywhere(protocol: str, first: int, last: int) -> dict[str, Value]:
    values: dict[str, Value] = {"type": "egress", "protocol": protocol, "from_port": first, "to_port": last}
    return values | {"cidr_blocks": ["0.0.0.0/0"]}


def _additional(call: Call, side: str) -> Iterator[Resource]:
    rules = call.get(*_ADDITIONAL[side])
    if isinstance(rules, Open):
        yield _rule(call, side, "additional", {"type": rules})
    for key, rule in list(rules.items())[:200] if isinstance(rules, dict) else ():
        values = {"type": "ingress", "protocol": "tcp", **rule} if isinstance(rule, dict) else {"type": rule}
        for other in ("node", "cluster"):
            if values.pop(f"source_{other}_security_group", None) is True:
                values["source_security_group_id"] = _group(call, other)
        yield _rule(call, side, str(key), values)


def _rule(call: Call, side: str, name: str, values: dict[str, Value]) -> Resource:
    return call.resource(
        "aws_security_group_rule", side, {**values, "security_group_id": _group(call, side)}, f'"{name}"'
    )
