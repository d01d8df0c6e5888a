"""How the cost of one question grows with its subnets and its consumers, up to 500 of each.

Half of the consumers are nodes in all subnets, the others pods in one of them each: the worst case of a question
that somebody might really ask.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import orjson
from rich.table import Table

from service.advice import advise
from service.web.render.document import as_document
from service.web.schemas import load_question

SIZES = ((40, 50), (100, 100), (200, 200), (500, 200), (200, 500), (500, 500))
_GATEWAYS = 10


def measure(_: float) -> Table:
    """Milliseconds of each part, and microseconds for each pair of a subnet and a consumer."""
    table = Table(title="one question with `include: []`, processor milliseconds", title_justify="left")
    for heading in ("subnets", "consumers", "load", "decide", "dump", "µs a pair"):
        table.add_column(heading, justify="right")
    for subnets, consumers in SIZES:
        document = large_question(subnets, consumers)
        marks = [time.process_time()]
        question = load_question(document)
        marks.append(time.process_time())
        advised = advise(question)
        marks.append(time.process_time())
        orjson.dumps(as_document(advised))
        marks.append(time.process_time())
        spent = [(after - before) * 1000 for before, after in pairwise(marks)]
        pair = sum(spent) * 1000 / (subnets * consumers)
        table.add_row(str(subnets), str(consumers), *(f"{part:.0f}" for part in spent), f"{pair:.0f}")
    return table


def large_question(subnets: int, consumers: int) -> dict[str, Any]:
    """A question of that size, with no section of advice."""
    ids = [f"subnet-{number}" for number in range(subnets)]
    return {
        "cluster": {
            "name": "large",
            "endpoint_access": {"public": True, "private": True, "public_access_cidrs": ["13.209.0.0/28"]},
            "vpc": {"cidrs": ["10.0.0.0/14"]},
            "subnets": [
                {
                    "id": id_,
                    "cidr": f"10.{number // 256}.{number % 256}.0/24",
                    "availability_zone": f"eu-west-1{'abc'[number % 3]}",
                    "route_table": f"table-{number % _GATEWAYS}",
                }
                for number, id_ in enumerate(ids)
            ],
            "cluster_subnets": ids[:2],
            "route_tables": [
                {"id": f"table-{number}", "routes": [{"destination": "0.0.0.0/0", "target": f"nat-{number}"}]}
                for number in range(_GATEWAYS)
            ],
            "nat_gateways": [
                {"id": f"nat-{number}", "subnet": ids[number], "public_ips": [f"13.124.1.{number}"]}
                for number in range(_GATEWAYS)
            ],
        },
        "consumers": [
            {"name": f"nodes-{number}", "kind": "node", "subnets": ids}
            if number % 2
            else {"name": f"pod-{number}", "kind": "pod", "subnets": [ids[number % subnets]]}
            for number in range(consumers)
        ],
        "include": [],
    }
