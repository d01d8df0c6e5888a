"""The submodule vpc-endpoints of terraform-aws-modules/vpc: one VPC endpoint for each entry of a map.

An entry is an interface endpoint unless it says `Gateway`; interface endpoints stand in the module's subnets and
groups and in their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.intake.readings import Open
from service.intake.terraform_known_modules import Call, Made
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value

_SUBMODULE = "//modules/vpc-endpoints"
_VPC_MODULES = ("terraform-aws-modules/vpc/aws", "terraform-aws-modules/terraform-aws-vpc", "terraform-aws-vpc.git")
_MOST = 200


def expand_endpoints(call: Call) -> Made | None:
    """What the submodule makes; None for another module, or where its map is open."""
    source = call.source.partition("?")[0]
    if not source.endswith(_SUBMODULE) or not any(name in source for name in _VPC_MODULES):
        return None
    if call.flag(True, "create") is False:
        return Made((), {})
    endpoints = call.get("endpoints")
    if not isinstance(endpoints, dict) or call.flag(True, "create") is not True:
        return None
    resources = [*_group(call)]
    for key, entry in list(endpoints.items())[:_MOST]:
        if isinstance(entry, dict) and entry.get("create") is not False:
            resources.append(_endpoint(call, str(key), entry))
    return Made(tuple(resources), {"security_group_id": Handle(f"{call.address}.aws_security_group.this[0]")})


def _endpoint(call: Call, key: str, entry: Mapping[str, Value]) -> Resource:
    service = next((entry[name] for name in ("service", "service_name", "service_endpoint") if entry.get(name)), key)
    kind = entry.get("service_type") or "Interface"
    values: dict[str, Value] = {"vpc_id": call.get("vpc_id"), "service_name": service, "vpc_endpoint_type": kind}
    if kind == "Gateway":
        values["route_table_ids"] = entry.get("route_table_ids")
    else:
        own = [Handle(f"{call.address}.aws_security_group.this[0]")] if _has_group(call) else []
        values["subnet_ids"] = _joined(call.get("subnet_ids"), entry.get("subnet_ids"))
        values["security_group_ids"] = _joined(own, call.get("security_group_ids"), entry.get("security_group_ids"))
        values["private_dns_enabled"] = entry.get("private_dns_enabled")
    return call.resource("aws_vpc_endpoint", "this", values, f'"{key}"')


def _joined(*lists: Value) -> Value:
    """The lists one after the other; open if one of them is."""
    found: list[Value] = []
    for items in lists:
        if isinstance(items, Open):
            return items
        found += [item for item in items if item not in found] if isinstance(items, list) else []
    return found


def _has_group(call: Call) -> bool:
    return call.flag(False, "create_security_group") is not False


def _group(call: Call) -> Iterator[Resource]:
    """The group of its own, whose rules let port 443 in unless they say otherwise."""
    if not _has_group(call):
        return
    yield call.resource("aws_security_group", "this", {"vpc_id": call.get("vpc_id")})
    rules = call.get("security_group_rules")
    for key, rule in list(rules.items())[:_MOST] if isinstance(rules, dict) else [("all", rules)]:
        usual = {"type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443}
        values = {**usual, **rule} if isinstance(rule, dict) else {"type": rule}
        group = {"security_group_id": Handle(f"{call.address}.aws_security_group.this[0]")}
        yield call.resource("aws_security_group_rule", "this", {**values, **group}, f'"{key}"')
