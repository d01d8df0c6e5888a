"""How much there is to walk in a question, counted before anything is walked.

1. A caller in the VPC has a walk out of each kind of its subnets, one from each kind of them to each kind of those of
   the interfaces, and one back for every port that the API server calls.
2. One behind a link has a walk to every subnet of the interfaces, and one back for every port.
3. To know the kinds, every subnet is held against every ACL, and every table that routes within the VPC, on the other
   side, for every port. A look takes as long as a walk the first time; for others who stand in the same subnets it is
   remembered, and so many looks (`LOOKS_A_WALK`) take as long as one walk.
4. Callers in the VPC that are alike but for their names are walked once (`alike`). The answer tells each of them the
   kinds of its subnets all the same, and so many kinds (`KINDS_A_WALK`) take as long as one walk.

A question of forty subnets and fifty consumers stays below `MOST_WALKS`, with an ACL of its own for every subnet as
well, and so does one of 500 subnets and 500 nodes that stand in all of them. Advice that searches decides a question
some thirty times over, so fewer walks are taken for it (`MOST_WALKS_ADVISED`).
"""

from __future__ import annotations

from collections.abc import Hashable

from service.domain.consumer import Vantage
from service.domain.question import Question, Section
from service.engine.alike import stand_in
from service.engine.callers import Caller, consumers_of, node_groups_of
from service.engine.from_api_server import kinds_to
from service.engine.inside_way import Kinds, devices_of
from service.engine.interface_ends import kinds_within
from service.engine.scene import Scene
from service.engine.studying import study
from service.engine.targets import Target
from service.engine.tracing import called_on, placed_in
from service.engine.way_out import leaving_alike

LONG_WALKS = 20_000
"""More than these, counted too high, may take a second: the walks where every subnet is of its own kind."""
_TIMES_DECIDED = 10
"""How many times the walks of a decision advice that searches takes, about, where few answers change the walks."""
MOST_WALKS = 30_000
MOST_WALKS_ADVISED = 2_500
LOOKS_A_WALK = 50
KINDS_A_WALK = 10


def most_walks(question: Question) -> int:
    """How many walks a question may take, by the sections that it includes."""
    return MOST_WALKS if question.include <= _WITHOUT_A_SEARCH else MOST_WALKS_ADVISED


def takes_long(question: Question) -> bool:
    """Whether deciding may take so long that others should have their turn meanwhile, at a look."""
    times = 1 if question.include <= _WITHOUT_A_SEARCH else _TIMES_DECIDED
    return _at_most(question) * times > LONG_WALKS


_WITHOUT_A_SEARCH = frozenset({Section.CONTROLS, Section.SENSITIVITY})


def walks_in(question: Question) -> int:
    """The walks that a question asks for; no more are counted once they are more than it may take."""
    most = most_walks(question)
    if (at_most := _at_most(question)) <= most:
        return at_most
    known = study(question)
    node_groups, walks, looked = node_groups_of(known.consumers, known.scene), 0, set[Hashable]()
    for consumer in known.consumers:
        caller = placed_in(known.scene, consumer, node_groups)
        other = stand_in(known.scene, caller)
        if other is not None and other.reference in looked:
            walks += 1 + len(leaving_alike(known.scene, caller.places)) // KINDS_A_WALK
        else:
            walks += _looking(known.scene, caller, looked)
            if walks <= most:
                walks += _walks_of(known.scene, caller)
            looked.add(other and other.reference)
        if walks > most:
            break
    return walks


def _at_most(question: Question) -> int:
    """As many as there would be if every subnet were of its own kind: enough for all questions but the largest."""
    subnets, consumers = len(question.cluster.subnets) + 1, consumers_of(question.consumers)[0]
    return (subnets * subnets + subnets) * sum([len(consumer.serves) + 3 for consumer in consumers])


def _looking(scene: Scene, caller: Caller, looked: set[Hashable]) -> int:
    """What it takes to find the kinds of subnets, in walks; ``looked`` is where others looked already."""
    interfaces, ports = scene.cluster_places, called_on(caller.consumer)
    looks = len(caller.places) * len(devices_of(interfaces)) + len(interfaces) * len(devices_of(caller.places))
    where = (tuple(map(id, caller.places)), tuple(ports))
    looks = looks * (1 + len(ports)) // (LOOKS_A_WALK if where in looked else 1)
    looked.add(where)
    return looks


def _walks_of(scene: Scene, caller: Caller) -> int:
    ports, interfaces = called_on(caller.consumer), scene.cluster_places
    through_proxy = len(interfaces) if caller.consumer.proxy else 0
    if not caller.is_inside:
        behind_link = caller.vantage is Vantage.CONNECTED_NETWORK
        return through_proxy + (len(interfaces) if behind_link else 1) * (1 + len(ports))
    out = len(leaving_alike(scene, caller.places)) * (2 if scene.is_dual_stack else 1)
    back = sum(_pairs(kinds_to(scene, Target(caller, port, purpose))) for port, purpose in ports)
    return through_proxy + out + _pairs(kinds_within(scene, caller)) + back


def _pairs(kinds: Kinds) -> int:
    return len(kinds.sources) * len(kinds.targets)
