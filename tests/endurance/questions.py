"""Questions to ask for a long time: those that the project has anyway, and mutations of them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SECTIONS = ("conditions", "change_plan", "changes", "controls", "sensitivity", "unknowns", "mends")

_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 443, 65_536, 2**53, 2**70, 1.5, 1e300, "", " ", "x" * 300, "\u202e", "\ud55c", "é"),
    *("0.0.0.0/0", "::/0", "0.0.0.0/1", "10.0.0.0/33", "10.0.0.1/8", "256.1.1.1", "::ffff:10.0.0.0/104", "fd00::/8"),
    *([], {}, [[]], [None], {"": None}, ["a"] * 50, "local", "internet_gateway", "self", "public", "private", "own"),
)
_CIDR_BASES = ("10.0.", "10.1.", "172.16.", "192.168.", "100.64.", "203.0.", "52.78.", "0.0.")


def pool() -> list[dict[str, Any]]:
    """Every question of the scenarios and of openapi.yaml's examples that is an object."""
    stories = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
    found = [yaml.safe_load(story.read_text("utf-8")).get("request") for story in stories]
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    found += [example.get("value") for example in contract["components"]["examples"].values()]
    return [one for one in found if isinstance(one, dict) and "cluster" in one]


class Parts:
    """What stands anywhere in some questions, and under which name, to be put elsewhere."""

    def __init__(self, questions: Iterable[Mapping[str, Any]]) -> None:
        self.every = [holder[key] for question in questions for holder, key in _places(question)]
        self.named: dict[str, list[Any]] = {}
        for question in questions:
            for holder, key in _places(question):
                if isinstance(key, str):
                    self.named.setdefault(key, []).append(holder[key])

    def like(self, key: Any, chance: random.Random) -> Any:
        """A value that some question gives under this name, or anything."""
        return copy.deepcopy(chance.choice(self.named.get(key) or self.every))


def mutated(one: dict[str, Any], parts: Parts, chance: random.Random) -> Any:
    """The question after one to six random changes, with few sections of advice so that more can be asked."""
    question: Any = copy.deepcopy(one)
    question["include"] = chance.sample(SECTIONS, chance.choice((0, 0, 0, 0, 0, 1, 3)))
    for _ in range(chance.randint(1, 6)):
        places = list(_places(question))
        if not places:
            break
        holder, key = chance.choice(places)
        chance.choice(_CHANGES)(holder, key, parts, chance)
    return question


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that can be changed: a holder (an object or a list) and where in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield value, key
        yield from _places(below)


def _drop(holder: Any, key: Any, parts: Parts, chance: random.Random) -> None:
    del holder[key]


def _put_odd(holder: Any, key: Any, parts: Parts, chance: random.Random) -> None:
    holder[key] = copy.deepcopy(chance.choice(_ODD))


def _take_of_another(holder: Any, key: Any, parts: Parts, chance: random.Random) -> None:
    holder[key] = parts.like(key, chance)


def _repeat(holder: Any, key: Any, parts: Parts, chance: random.Random) -> None:
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    else:
        holder[f"{key}s"] = holder[key]


def _readdress(holder: Any, key: Any, parts: Parts, chance: random.Random) -> None:
    if isinstance(holder[key], str) and "/" in holder[key]:
        octets = f"{chance.randrange(256)}.{chance.randrange(256)}"
        holder[key] = f"{chance.choice(_CIDR_BASES)}{octets}/{chance.randint(0, 32)}"
    else:
        _take_of_another(holder, key, parts, chance)


def _turn(holder: Any, key: Any, parts: Parts, chance: random.Random) -> None:
    """True becomes false, a number another one, a text one of the other texts of the question."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = chance.choice((value + 1, value - 1, -value, chance.randrange(70_000)))
    else:
        _take_of_another(holder, key, parts, chance)


_CHANGES = (_drop, _put_odd, _take_of_another, _take_of_another, _repeat, _readdress, _readdress, _turn, _turn)
