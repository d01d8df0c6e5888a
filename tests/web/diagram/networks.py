"""Questions for pictures: networks and callers of every size and kind, the same each time."""

from __future__ import annotations

from random import Random
from typing import Any

Node = dict[str, Any]

MOST_SUBNETS, MOST_CONSUMERS = 40, 50
_ZONES = ("ap-northeast-2a", "ap-northeast-2b", "ap-northeast-2c", None)
_LINKS = ("peering", "transit_gateway", "vpn", "direct_connect", "client_vpn")
_INSIDE = ("node", "node", "node", "fargate_pod", "pod")
_ANYWHERE = ("operator", "pipeline", "gitops_controller", "function", "managed_service", "hybrid_node")
_NAMES = (
    *(
        "nodes",
        "a",
        "한국어 이름의 노드 그룹",
        "漢字漢字漢字漢字",
        "ﷺ ﷽ العربية",
        "Bélâ Ünïcøde Łódź",
        "УЗЛЫ Щёлково",
        "Κόμβοι",
        "🚀🚀 ノード",
        "e\u0301\u0302\u0303\u0304",
    ),
    *("node-group-with-a-name-that-is-longer-than-any-box-could-hold-in-one-line", "x" * 200, "W" * 60),
    *("</text><script>x</script>", "a & b \"c\" 'd'"),
)


def question(seed: int) -> Node:
    """A question that intake takes; one in twenty-five is as large as a picture draws one by one."""
    random = Random(seed)
    large = seed % 25 == 0
    subnets = _subnets(random, MOST_SUBNETS if large else random.randint(1, 12))
    links = _links(random)
    nats = _nats(random, subnets)
    consumers = _consumers(random, subnets, links, MOST_CONSUMERS if large else random.randint(1, 12))
    names = sorted({subnet["id"] for subnet in random.sample(subnets, min(len(subnets), random.choice((1, 2, 3, 9))))})
    groups = [{"id": "sg-cluster", "role": "cluster", "ingress": [_https("172.16.0.0/12")]}]
    cluster = {
        "name": random.choice(_NAMES),
        "vpc": {"cidrs": ["10.0.0.0/8"], "endpoints": [{"service": "s3", "kind": "gateway"}, {"service": "ecr.api"}]},
        "subnets": subnets,
        "cluster_subnets": names,
        "route_tables": _tables(random, nats, links),
        "nat_gateways": nats,
        "connections": links,
        "firewalls": [{"id": "firewall-1", "internet_egress": random.choice((None, [], ["52.9.9.9/32"]))}],
        "endpoint_access": {
            "public": True,
            "private": random.random() < 0.5,
            "public_access_cidrs": random.choice(([], ["52.0.0.0/8"], [f"53.{n}.0.0/16" for n in range(30)])),
        },
    }
    if random.random() < 0.5:
        cluster["security_groups"] = groups
    if random.random() < 0.1:
        cluster["vpc"]["block_public_access"] = "block-bidirectional"
    return {
        "cluster": cluster,
        "consumers": consumers,
        "requirements": {"public_access_cidrs": random.choice(("keep", "derive"))},
        "include": [],
    }


def _https(source: str) -> Node:
    return {"protocol": "tcp", "from_port": 443, "to_port": 443, "sources": [source]}


def _subnets(random: Random, count: int) -> list[Node]:
    return [
        {
            "id": f"subnet-{number:02d}{random.choice(('', '-private', '-with-a-long-name-' * 3))}",
            "cidr": f"10.{number}.0.0/20",
            "ipv6_cidr": f"2600:1f13:a0c:a7{number:02x}::/64" if random.random() < 0.1 else None,
            "availability_zone": random.choice(_ZONES),
            "route_table": f"rtb-{random.randrange(5)}",
            "assigns_public_ip": random.random() < 0.7,
        }
        for number in range(count)
    ]


def _links(random: Random) -> list[Node]:
    return [
        {
            "id": f"link-{number}",
            "kind": random.choice(_LINKS),
            "remote_cidrs": [f"172.{16 + number}.0.0/16"],
            "returns": random.choice((True, True, False, None)),
            "attached": random.random() < 0.9,
            "internet_egress": random.choice((None, [], ["54.1.1.1/32"])),
        }
        for number in range(random.choice((0, 0, 1, 2, 5)))
    ]


def _nats(random: Random, subnets: list[Node]) -> list[Node]:
    return [
        {
            "id": f"nat-{number}",
            "subnet": random.choice((None, *(subnet["id"] for subnet in subnets))),
            "connectivity": random.choice(("public", "public", "private")),
            "public_ips": random.choice(([], [f"13.124.1.{number + 1}"])),
        }
        for number in range(random.choice((0, 1, 3)))
    ]


def _tables(random: Random, nats: list[Node], links: list[Node]) -> list[Node]:
    targets = [*(it["id"] for it in nats), *(it["id"] for it in links), "internet_gateway", "firewall-1", None, "igw-1"]
    tables = []
    for number in range(5):
        target = "internet_gateway" if number == 0 else random.choice(targets)
        routes = [{"destination": "0.0.0.0/0", "target": target}] if target else []
        routes += [{"destination": it["remote_cidrs"][0], "target": it["id"]} for it in links if random.random() < 0.6]
        if random.random() < 0.2:
            routes.append({"destination": "::/0", "target": "egress_only_internet_gateway"})
        tables.append({"id": f"rtb-{number}", "routes": routes})
    return tables


def _consumers(random: Random, subnets: list[Node], links: list[Node], count: int) -> list[Node]:
    found: list[Node] = []
    for number in range(count):
        kind = random.choice((*_INSIDE, *_ANYWHERE))
        name = f"{random.choice(_NAMES) if random.random() < 0.3 else kind} {number}"
        consumer: Node = {"name": name, "kind": kind, "importance": random.choice(("required", "preferred"))}
        if kind in _INSIDE:
            size = min(len(subnets), random.choice((1, 1, 2, 3, 6)))
            consumer["subnets"] = sorted(subnet["id"] for subnet in random.sample(subnets, size))
        else:
            consumer["location"] = _location(random, kind, subnets, links, number)
        if random.random() < 0.2:
            consumer["serves"] = [{"port": 9443, "for": random.choice(("webhook", "oidc_issuer", "aggregated_api"))}]
        if random.random() < 0.1:
            consumer["proxy"] = {"location": {"at": "internet", "source_cidrs": ["44.1.1.1/32"]}}
        elif found and random.random() < 0.1 and "tunnel" not in found[0]:
            consumer["tunnel"] = {"via": found[0]["name"]}
        found.append(consumer)
    return found


def _location(random: Random, kind: str, subnets: list[Node], links: list[Node], number: int) -> Node:
    places = ["cluster_vpc", "other_network", "internet", *(["connected_network"] if links else [])]
    at = "connected_network" if kind == "hybrid_node" and links else random.choice(places)
    location: Node = {"at": at}
    if at == "cluster_vpc":
        location["subnet"] = random.choice(subnets)["id"]
    if at == "connected_network":
        link = random.choice(links)
        location["connection"] = link["id"]
        location["cidrs"] = [link["remote_cidrs"][0].replace(".0.0/16", f".{number}.0/24")]
        location["resolver"] = random.choice(("own", "forwarded_to_cluster_vpc", "own_blocking_private_answers"))
    if at == "internet":
        location["source_cidrs"] = random.choice((None, "dynamic", [f"52.{number}.1.1/32"], ["2600:1f13::/32"]))
    if at in ("connected_network", "other_network") and random.random() < 0.5:
        location["internet_egress"] = random.choice(([], [f"53.{number}.1.1/32"]))
    return location
