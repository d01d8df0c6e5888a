"""Plans, states and expressions: what is followed, what is a default, and what stays open with its text."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import terraform
from service.intake.understanding import Kind, NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, unknown_fields

CONFIGURATION, PLAN, STATE, TERRASCAN = terraform.FORMATS
_ARN = "arn:aws:eks:eu-central-1:111122223333:cluster/a"


def planned(type_: str, address: str, values: dict[str, Any], **change: Any) -> dict[str, Any]:
    """One entry of `resource_changes`."""
    module = address.rpartition(f".{type_}")[0]
    what = {"actions": ["create"], "after": values, "after_unknown": {"id": True}} | change
    index = address.partition("[")[2].rstrip("]").strip('"') if "[" in address else None
    entry: dict[str, Any] = {"address": address, "type": type_, "mode": "managed", "change": what}
    entry |= {"module_address": module} if module else {}
    return entry | ({"index": int(index) if index.isdigit() else index} if index else {})


def written(type_: str, name: str, **expressions: Any) -> dict[str, Any]:
    """One resource of `configuration`."""
    return {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name, "expressions": expressions}


def references(*names: str) -> dict[str, Any]:
    """An expression of `configuration`."""
    return {"references": list(names)}


def cluster_of(vpc_config: dict[str, Any], configuration: dict[str, Any] | None = None, **more: Any) -> Understanding:
    """The cluster of a plan that holds nothing else."""
    change = planned("aws_eks_cluster", "aws_eks_cluster.a", {"name": "a", "vpc_config": [vpc_config]}, **more)
    (one,) = PLAN.read({"": {"resource_changes": [change], "configuration": configuration or {}}})
    assert_decidable(one)
    return one


def test_an_unset_list_is_unknown_in_a_plan_and_open_to_all() -> None:
    unknown = {"vpc_config": [{"public_access_cidrs": True}]}
    values = {"endpoint_public_access": True, "endpoint_private_access": False}
    root = {
        "resources": [written("aws_eks_cluster", "a", vpc_config=[{"endpoint_public_access": references("var.on")}])]
    }
    one = cluster_of(values, {"root_module": root}, after_unknown=unknown)

    assert effective(one)["public_access_cidrs"] == ["0.0.0.0/0"]
    assert {origin.field: origin.kind for origin in one.origins}["/endpoint_access/public_access_cidrs"] is Kind.DEFAULT


@pytest.mark.parametrize("resources", [[], [written("aws_eks_cluster", "a", tags={})]])
def test_an_unknown_list_is_open_where_the_plan_does_not_show_whether_it_is_set(resources: list[Any]) -> None:
    """A plan without its configuration, or a block that `dynamic` makes, which the configuration does not hold."""
    unknown = {"vpc_config": [{"public_access_cidrs": True}]}
    root = {"root_module": {"resources": resources}}
    one = cluster_of({"endpoint_public_access": True, "endpoint_private_access": True}, root, after_unknown=unknown)

    assert effective(one)["public_access_cidrs"] is None
    assert unknown_fields(one)["/endpoint_access/public_access_cidrs"] == "public_access_cidrs"


def test_a_list_of_which_one_entry_is_known_only_after_the_apply_is_open() -> None:
    values = {"endpoint_public_access": True, "public_access_cidrs": ["198.51.100.0/24", None]}
    one = cluster_of(values, after_unknown={"vpc_config": [{"public_access_cidrs": [False, True]}]})
    without_marks = cluster_of(values)

    assert effective(one)["public_access_cidrs"] is None
    assert effective(without_marks)["public_access_cidrs"] is None


def test_a_list_that_the_configuration_computes_is_open_with_its_references() -> None:
    values = {"name": "a", "vpc_config": [{"endpoint_public_access": True, "endpoint_private_access": True}]}
    unknown = {"vpc_config": [{"public_access_cidrs": True}]}
    change = planned("aws_eks_cluster", "aws_eks_cluster.a", values, after_unknown=unknown)
    expression = {"public_access_cidrs": references("data.http.mine.body", "data.http.mine")}
    root = {"resources": [written("aws_eks_cluster", "a", vpc_config=[expression])]}
    (one,) = PLAN.read({"": {"resource_changes": [change], "configuration": {"root_module": root}}})

    assert effective(one)["public_access_cidrs"] is None
    assert unknown_fields(one)["/endpoint_access/public_access_cidrs"] == "data.http.mine.body"


@pytest.mark.parametrize("actions", [["delete"], ["read"], ["forget"]])
def test_what_is_deleted_or_read_is_no_cluster(actions: list[str]) -> None:
    change = planned("aws_eks_cluster", "aws_eks_cluster.a", {"name": "a"}, actions=actions)
    data = planned("aws_eks_cluster", "data.aws_eks_cluster.b", {"name": "b"}) | {"mode": "data"}

    assert PLAN.read({"": {"resource_changes": [change, data]}}) == ()


def test_the_former_object_of_an_address_that_is_deleted_takes_nothing_from_the_present_one() -> None:
    """Terraform keeps what a failed replacement left behind under the same address, as deposed."""
    kept = {"name": "a", "vpc_config": [{"endpoint_public_access": False, "endpoint_private_access": True}]}
    former = {"name": "a", "vpc_config": [{"endpoint_public_access": True}]}
    address = "aws_eks_cluster.a"
    gone = planned("aws_eks_cluster", address, {}, actions=["delete"], after=None) | {"deposed": "0f1e2d3c"}
    instances = [{"attributes": kept}, {"attributes": former, "deposed": "0f1e2d3c"}]
    raw = {"mode": "managed", "type": "aws_eks_cluster", "name": "a", "instances": instances}
    shown = {"address": address, "type": "aws_eks_cluster"}
    both = [shown | {"values": kept}, shown | {"values": former, "deposed_key": "0f1e2d3c"}]
    root = {"root_module": {"resources": both}}

    plan = PLAN.read({"": {"resource_changes": [planned("aws_eks_cluster", address, kept), gone]}})
    before = PLAN.read({"": {"planned_values": root, "resource_changes": []}})
    state = STATE.read({"": {"version": 4, "terraform_version": "1.9.0", "resources": [raw]}})
    show = STATE.read({"": {"format_version": "1.0", "values": root}})

    for found in (plan, before, state, show):
        (one,) = found
        assert effective(one)["endpoint_public_access"] is False


def test_a_replacement_is_described_as_it_will_be() -> None:
    one = cluster_of({"endpoint_public_access": False, "endpoint_private_access": True}, actions=["delete", "create"])

    assert effective(one) == {
        "endpoint_public_access": False,
        "endpoint_private_access": True,
        "public_access_cidrs": [],
    }


def test_references_are_followed_through_modules_to_the_subnets() -> None:
    vpc = {"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": True}
    changes = [
        planned("aws_vpc", "module.net.aws_vpc.this", vpc),
        *(
            planned(
                "aws_subnet",
                f"module.net.aws_subnet.private[{n}]",
                {"cidr_block": f"10.0.{n}.0/24"},
                after_unknown={"vpc_id": True},
            )
            for n in range(2)
        ),
        *(
            planned(
                "aws_route_table",
                f"module.net.aws_route_table.private[{n}]",
                {},
                after_unknown={"vpc_id": True, "route": True},
            )
            for n in range(2)
        ),
        *(
            planned(
                "aws_route_table_association",
                f"module.net.aws_route_table_association.private[{n}]",
                {},
                after_unknown={"subnet_id": True, "route_table_id": True},
            )
            for n in range(2)
        ),
        planned(
            "aws_eks_cluster",
            "module.eks.aws_eks_cluster.this",
            {"name": "a", "vpc_config": [{}]},
            after_unknown={"vpc_config": [{"subnet_ids": True}]},
        ),
    ]
    net = {
        "resources": [
            written("aws_vpc", "this"),
            written("aws_subnet", "private", vpc_id=references("aws_vpc.this.id", "aws_vpc.this")),
            written("aws_route_table", "private", vpc_id=references("local.vpc_id")),
            written(
                "aws_route_table_association",
                "private",
                subnet_id=references("aws_subnet.private", "count.index"),
                route_table_id=references("aws_route_table.private", "count.index"),
            ),
        ],
        "outputs": {"subnets": {"expression": references("aws_subnet.private")}},
    }
    eks = {"resources": [written("aws_eks_cluster", "this", vpc_config=[{"subnet_ids": references("var.subnet_ids")}])]}
    calls = {
        "net": {"module": net},
        "eks": {"module": eks, "expressions": {"subnet_ids": references("module.net.subnets", "module.net")}},
    }
    (one,) = PLAN.read({"": {"resource_changes": changes, "configuration": {"root_module": {"module_calls": calls}}}})

    assert_decidable(one)
    assert one.cluster["cluster_subnets"] == [f"module.net.aws_subnet.private[{n}]" for n in range(2)]
    tables = [subnet["route_table"] for subnet in one.cluster["subnets"]]
    assert tables == [f"module.net.aws_route_table.private[{n}]" for n in range(2)]
    assert one.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]


def test_a_state_file_is_read_with_its_modules_and_without_what_is_sensitive() -> None:
    attributes = {
        "name": "a",
        "arn": _ARN,
        "vpc_config": [
            {"endpoint_public_access": "true", "endpoint_private_access": True, "public_access_cidrs": ["1.2.3.4/32"]}
        ],
        "tags": {"token": "hush-hush"},
    }
    instance = {
        "index_key": 0,
        "attributes": attributes,
        "sensitive_attributes": [[{"type": "get_attr", "value": "tags"}]],
    }
    resource = {
        "module": "module.eks",
        "mode": "managed",
        "type": "aws_eks_cluster",
        "name": "this",
        "instances": [instance],
    }
    data = {**resource, "mode": "data"}
    (one,) = STATE.read({"": {"version": 4, "terraform_version": "1.9.0", "resources": [resource, data]}})

    assert one.place == "module.eks.aws_eks_cluster.this[0]"
    assert one.cluster["region"] == "eu-central-1"
    assert effective(one)["endpoint_public_access"] is True
    assert "hush" not in repr(one)


def test_an_old_state_file_is_refused_with_what_to_do() -> None:
    with pytest.raises(NotUnderstoodError, match="terraform show -json"):
        STATE.read({"": {"version": 3, "terraform_version": "0.11.14", "modules": []}})


def test_what_terrascan_leaves_out_is_unknown_and_no_default() -> None:
    config = {"name": "a", "vpc_config": None}
    (one,) = TERRASCAN.read({"": {"aws_eks_cluster": [{"type": "aws_eks_cluster", "name": "a", "config": config}]}})

    assert effective(one) == dict.fromkeys(effective(one))
    assert {"/endpoint_access/public", "/endpoint_access/private"} <= unknown_fields(one).keys()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true", True),
        ('"false"', False),
        ("True", True),
        ("!local.off", True),
        ("local.off ? var.none : true", True),
        ("var.none ? true : true", True),
        ('var.env == "prod"', False),
        ('contains(["dev", "test"], var.env)', True),
        ("var.none || true", True),
        ("var.none && true", None),
        ("try(local.map.missing, true)", True),
        ("try(local.map.missing.deeper, local.list[7], true)", True),
        ("can(local.map.missing)", False),
        ("try(var.none, true)", None),
        ('lookup(local.map, "on", false)', True),
        ('local.map["on"]', True),
        ("coalesce(null, true)", True),
        ("one([true])", True),
        ("alltrue([for k, v in local.map : v])", True),
        ("length(local.list) > 1", True),
        ("element(local.flags, 3)", False),
        ('tobool(join("", ["tr", "ue"]))', True),
        ('tonumber("3") - 2 == 1', True),
        ("data.aws_x.y.z", None),
        ("local.missing", None),
        ('file("x") == ""', None),
        ('regex("a", "a") == "a"', None),
        ("var.env", None),
        ("1 / 0 == 1", None),
    ],
)
def test_expressions_are_evaluated_where_the_document_decides_them(expression: str, expected: bool | None) -> None:
    text = f"""
    variable "none" {{}}
    variable "env" {{ default = "dev" }}
    locals {{
      off   = false
      map   = {{ on = true }}
      list  = [1, 2]
      flags = [true, false]
    }}
    resource "aws_eks_cluster" "a" {{
      name = "a"
      vpc_config {{
        endpoint_public_access  = {expression}
        endpoint_private_access = true
        subnet_ids              = []
      }}
    }}
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert effective(one)["endpoint_public_access"] is expected
    if expected is None:
        assert unknown_fields(one)["/endpoint_access/public"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('concat(["1.2.3.4/32"], var.more)', ["1.2.3.4/32", "5.6.7.8/32"]),
        ('[for a in ["1.2.3.4"] : "${a}/32"]', ["1.2.3.4/32"]),
        ('formatlist("%s/32", ["1.2.3.4"])', ["1.2.3.4/32"]),
        ('split(",", "1.2.3.4/32,5.6.7.8/32")', ["1.2.3.4/32", "5.6.7.8/32"]),
        ('toset(flatten([["1.2.3.4/32"], []]))', ["1.2.3.4/32"]),
        ('[cidrsubnet("10.0.0.0/16", 8, 2), cidrhost("10.0.0.0/8", 1)]', None),
        ('compact(["1.2.3.4/32", "", null])', ["1.2.3.4/32"]),
        ('values({ b = "1.2.3.4/32" })[*]', ["1.2.3.4/32"]),
        ('["${chomp(data.http.mine.body)}/32"]', None),
        ("distinct(concat(var.more, var.more))", ["5.6.7.8/32"]),
    ],
)
def test_lists_are_evaluated_too(expression: str, expected: list[str] | None) -> None:
    text = f"""
    variable "more" {{ default = ["5.6.7.8/32"] }}
    resource "aws_eks_cluster" "a" {{
      name = "a"
      vpc_config {{
        subnet_ids          = []
        public_access_cidrs = {expression}
      }}
    }}
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert effective(one)["public_access_cidrs"] == expected


@pytest.mark.parametrize(
    ("number", "places", "unknown"),
    [
        ("count = var.none ? 1 : 0", ["aws_eks_cluster.a"], "var.none ? 1 : 0"),
        ("count = 2", ["aws_eks_cluster.a[0]", "aws_eks_cluster.a[1]"], None),
        ("for_each = { y = 1, x = 2 }", ['aws_eks_cluster.a["x"]', 'aws_eks_cluster.a["y"]'], None),
        ("for_each = var.none", ["aws_eks_cluster.a"], "var.none"),
    ],
)
def test_a_count_decides_how_many_clusters_there_are(number: str, places: list[str], unknown: str | None) -> None:
    text = f'variable "none" {{}}\nresource "aws_eks_cluster" "a" {{\n {number}\n name = "a"\n}}'
    found = CONFIGURATION.read({"main.tf": text})

    assert [one.place for one in found] == places
    assert [unknown_fields(one).get("/") for one in found] == [unknown] * len(places)


def test_a_rule_or_a_route_that_cannot_be_read_is_never_dropped_in_silence() -> None:
    text = """
    variable "none" {}
    resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
    resource "aws_subnet" "s" {
      vpc_id     = aws_vpc.v.id
      cidr_block = "10.0.0.0/24"
    }
    resource "aws_route_table" "t" { vpc_id = aws_vpc.v.id }
    resource "aws_route" "r" {
      count                  = var.none ? 1 : 0
      route_table_id         = aws_route_table.t.id
      destination_cidr_block = "0.0.0.0/0"
      nat_gateway_id         = "nat-0123456789abcdef0"
    }
    resource "aws_route_table_association" "a" {
      subnet_id      = aws_subnet.s.id
      route_table_id = aws_route_table.t.id
    }
    resource "aws_security_group" "g" {
      vpc_id = aws_vpc.v.id
      ingress {
        from_port   = 443
        to_port     = 443
        protocol    = "tcp"
        cidr_blocks = var.none
      }
    }
    resource "aws_eks_cluster" "a" {
      name = "a"
      vpc_config {
        subnet_ids         = [aws_subnet.s.id]
        security_group_ids = [aws_security_group.g.id]
      }
    }
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert_decidable(one)
    assert "aws_route_table.t" not in {table["id"] for table in one.cluster["route_tables"]}
    assert "route_table" not in one.cluster["subnets"][0]
    assert "aws_security_group.g" not in {group["id"] for group in one.cluster["security_groups"]}
    assert unknown_fields(one)["/route_tables[aws_route_table.t]"] == "var.none ? 1 : 0"
    assert unknown_fields(one)["/security_groups[aws_security_group.g]"] == "var.none"


def test_the_cloud_control_provider_has_names_of_its_own() -> None:
    text = """
    resource "awscc_eks_cluster" "a" {
      name = "a"
      resources_vpc_config = {
        subnet_ids              = ["subnet-1"]
        endpoint_public_access  = false
        endpoint_private_access = true
      }
    }
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert_decidable(one)
    assert one.cluster["cluster_subnets"] == ["subnet-1"]
    assert effective(one) == {
        "endpoint_public_access": False,
        "endpoint_private_access": True,
        "public_access_cidrs": [],
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('cidrsubnet("10.0.0.0/16", 8, 255)', "10.0.255.0/24"),
        ('cidrsubnet("10.0.0.0/16", 8, 256)', None),
        ('cidrsubnets("10.0.0.0/16", 8, 4)[1]', "10.0.16.0/20"),
        ('"${cidrhost("10.0.0.0/8", -1)}/32"', "10.255.255.255/32"),
        ('cidrhost("10.0.0.0/30", 4)', None),
    ],
)
def test_ranges_are_computed(expression: str, expected: str | None) -> None:
    text = f"""
    resource "aws_eks_cluster" "a" {{
      name = "a"
      kubernetes_network_config {{ service_ipv4_cidr = {expression} }}
    }}
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert one.cluster.get("service_cidr") == expected
    assert ("/service_cidr" in unknown_fields(one)) is (expected is None)


@pytest.mark.parametrize(
    ("default", "expected"),
    [("{}", False), ("{ endpoint = {} }", False), ("{ endpoint = { public = true } }", True), ("null", None)],
)
def test_the_type_of_a_variable_holds_defaults_too(default: str, expected: bool | None) -> None:
    text = f"""
    variable "eks" {{
      type = object({{
        name     = optional(string)
        endpoint = optional(object({{ public = optional(bool, false) }}), {{}})
      }})
      default = {default}
    }}
    resource "aws_eks_cluster" "a" {{
      name = "a"
      vpc_config {{
        endpoint_public_access  = var.eks.endpoint.public
        endpoint_private_access = true
        subnet_ids              = ["${{aws_subnet.s.*.id}}"]
      }}
    }}
    resource "aws_subnet" "s" {{
      count  = 2
      vpc_id = "vpc-1"
    }}
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert effective(one)["endpoint_public_access"] is expected
    assert one.cluster["cluster_subnets"] == ["aws_subnet.s[0]", "aws_subnet.s[1]"]


def test_rules_of_the_group_that_eks_makes_are_found_through_the_cluster() -> None:
    text = """
    resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
    resource "aws_subnet" "s" {
      vpc_id     = aws_vpc.v.id
      cidr_block = "10.0.0.0/24"
    }
    resource "aws_eks_cluster" "c" {
      name = "c"
      vpc_config { subnet_ids = [aws_subnet.s.id] }
    }
    resource "aws_vpc_security_group_ingress_rule" "r" {
      security_group_id = aws_eks_cluster.c.vpc_config[0].cluster_security_group_id
      cidr_ipv4         = "10.8.0.0/16"
      from_port         = 443
      to_port           = 443
      ip_protocol       = "tcp"
    }
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert_decidable(one)
    (group,) = one.cluster["security_groups"]
    assert group["role"] == "cluster"
    assert {"protocol": "tcp", "from_port": 443, "to_port": 443, "sources": ["10.8.0.0/16"]} in group["ingress"]


def test_links_and_filters_are_described() -> None:
    text = """
    resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
    resource "aws_vpc" "peer" { cidr_block = "10.9.0.0/16" }
    resource "aws_subnet" "s" {
      vpc_id     = aws_vpc.v.id
      cidr_block = "10.0.0.0/24"
    }
    resource "aws_vpc_peering_connection" "p" {
      vpc_id      = aws_vpc.v.id
      peer_vpc_id = aws_vpc.peer.id
    }
    resource "aws_vpn_gateway" "g" { vpc_id = aws_vpc.v.id }
    resource "aws_ec2_client_vpn_endpoint" "c" {
      vpc_id            = aws_vpc.v.id
      client_cidr_block = "10.20.0.0/22"
    }
    resource "aws_route53_resolver_endpoint" "r" {
      direction = "INBOUND"
      ip_address { subnet_id = aws_subnet.s.id }
    }
    resource "aws_vpc_block_public_access_options" "b" { internet_gateway_block_mode = "block-ingress" }
    resource "aws_network_acl" "n" { vpc_id = aws_vpc.v.id }
    resource "aws_network_acl_association" "n" {
      subnet_id      = aws_subnet.s.id
      network_acl_id = aws_network_acl.n.id
    }
    resource "aws_network_acl_rule" "n" {
      network_acl_id = aws_network_acl.n.id
      egress         = true
      rule_number    = 100
      rule_action    = "allow"
      protocol       = "-1"
      cidr_block     = "0.0.0.0/0"
    }
    resource "aws_eks_cluster" "c" {
      name = "c"
      vpc_config { subnet_ids = [aws_subnet.s.id] }
    }
    """
    (one,) = CONFIGURATION.read({"main.tf": text})

    assert_decidable(one)
    links = {link["id"]: (link["kind"], link.get("remote_cidrs")) for link in one.cluster["connections"]}
    assert links == {
        "aws_vpc_peering_connection.p": ("peering", ["10.9.0.0/16"]),
        "aws_vpn_gateway.g": ("vpn", None),
        "aws_ec2_client_vpn_endpoint.c": ("client_vpn", ["10.20.0.0/22"]),
    }
    assert one.cluster["vpc"]["inbound_resolver"] is True
    assert one.cluster["vpc"]["block_public_access"] == "block-ingress"
    (acl,) = one.cluster["network_acls"]
    assert acl["ingress"] == []
    assert [rule["rule_number"] for rule in acl["egress"]] == [100]
    assert one.cluster["subnets"][0]["network_acl"] == "aws_network_acl.n"
