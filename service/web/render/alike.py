"""What is alike in an answer told once: flows that differ in nothing but whose they are and where those stand.

1. Two flows are alike if one becomes the other by putting one caller's name, and the subnets in which it stands, in the
   place of the other's. So the flow of the first tells those of all, and nothing is taken for alike that is not.
2. The addresses that the endpoint sees are in the answer alone and are not compared: no path tells them.
3. It works on the JSON document, so that what was kept long ago is told like what is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from service.web.render.diagram.paths import Standing, Vantage, standings

Node = dict[str, Any]

_COMPARED = ("port", "purpose", "disposition", "cause", "also", "missing", "partial", "hops")
_REACHES = ("leaves_vpc", "leaves_aws_network")


def subnets_of(answer: Node) -> dict[str, str]:
    """In which subnets each caller stands, as its paths name them; a caller elsewhere is not listed."""
    found: dict[str, Standing] = {}
    for assessed in answer["assessments"]:
        found = standings(assessed["traffic_path"], ()) | found
    return {name: ", ".join(it.names) for name, it in found.items() if it.vantage is Vantage.SUBNETS}


def alike(flows: Iterable[Node], subnets: Mapping[str, str]) -> list[Node]:
    """Flows of one step, those once that are alike: each with its ``members``, in the order of the first of them."""
    found: dict[bytes, Node] = {}
    for flow in flows:
        name = flow["consumer"]
        told = {member: flow[member] for member in (*_COMPARED, *_REACHES)}
        group = found.setdefault(unnamed(told, name, subnets.get(name)), flow | {"members": []})
        group["members"].append(name)
    return list(found.values())


def alike_findings(findings: Iterable[Node], subnets: Mapping[str, str]) -> list[Node]:
    """Findings, those once that are alike: each with its ``members``, who are none where it is about no caller."""
    found: dict[bytes, Node] = {}
    for finding in findings:
        name = finding["consumer"]
        told = {member: value for member, value in finding.items() if member != "consumer"}
        group = found.setdefault(unnamed(told, name, subnets.get(name)), finding | {"members": []})
        group["members"] += [name] if name else []
    return list(found.values())


def unnamed(told: Any, name: str | None, subnets: str | None) -> bytes:
    """What is told of a caller, with marks in place of its name and of its subnets.

    They are replaced where they stand as whole words. Nothing else is written as these marks are, for JSON writes
    such signs in another way.
    """
    text = orjson.dumps(told)
    for own, mark in ((name, b"\0"), (subnets, b"\1")):
        if own:
            text = _whole(own).sub(mark, text)
    return text


@lru_cache(maxsize=2_048)
def _whole(text: str) -> re.Pattern[bytes]:
    """A text as it stands inside one of JSON, where it is no part of a longer word."""
    return re.compile(rb"(?<![\w-])%b(?![\w-])" % re.escape(orjson.dumps(text)[1:-1]))


def places_of(names: Iterable[str], subnets: Mapping[str, str]) -> Iterator[str | None]:
    """The subnets of each of some callers who are told together; None where all of them stand in the same."""
    places = [subnets.get(name) for name in names]
    is_shared = len(set(places)) == 1
    return (None if is_shared else place for place in places)
