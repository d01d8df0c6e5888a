"""Reads Terraform: plans, states and configurations, and describes the clusters that they make.

Each kind of document ends in the same list of resources; from there on one code describes a cluster, the network
around it and its nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from service.intake.aws_clusters import Named
from service.intake.aws_records import Record
from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.formats import Documents, Format
from service.intake.terraform_cluster import cluster_network, describe_cluster
from service.intake.terraform_consumers import describe_consumers
from service.intake.terraform_evaluator import Budget
from service.intake.terraform_folders import read_folders, roots
from service.intake.terraform_ids import Ids
from service.intake.terraform_json import is_configuration
from service.intake.terraform_modules import build_roots
from service.intake.terraform_network import Network
from service.intake.terraform_plan import is_plan, read_plan
from service.intake.terraform_rancher import TYPE as RANCHER
from service.intake.terraform_rancher import made_in_eks
from service.intake.terraform_resources import CLUSTERS, Inventory, Resource
from service.intake.terraform_state import is_normalised, is_state, read_normalised, read_state
from service.intake.terraform_world import World
from service.intake.understanding import Ignored, NotUnderstoodError, Understanding

_MOST_CLUSTERS = 200
_ONLY_VALUES = "values of variables: send them with the configuration that uses them"
_TOO_DEEP = "the Terraform document refers too far"


def _understand(format_: str, inventory: Inventory, ignored: Iterable[Ignored]) -> tuple[Understanding, ...]:
    """What the resources describe: each cluster, or without one the network of each VPC."""
    clusters, elsewhere = _clusters(inventory)
    shared = [*ignored, *elsewhere]
    network = Network(inventory, Ids(inventory))
    if clusters:
        return tuple(_cluster(format_, one, network, shared) for one in clusters)
    vpcs = list(inventory.of("aws_vpc", "aws_default_vpc"))[:_MOST_CLUSTERS]
    return tuple(_network_alone(format_, vpc, network, shared) for vpc in vpcs)


def _clusters(inventory: Inventory) -> tuple[list[Resource], list[Ignored]]:
    """The clusters, each under the names of `aws_eks_cluster`, and those that Rancher makes elsewhere."""
    clusters, elsewhere = [], []
    for one in inventory.of(*CLUSTERS):
        made = made_in_eks(one) if one.type == RANCHER else one.in_one_spelling()
        if made is not None:
            clusters.append(made)
        else:
            elsewhere.append(Ignored(place=one.address, why="a cluster that Rancher does not make in EKS"))
    _refuse_too_many(len(clusters))
    return clusters, elsewhere


def _refuse(left_out: list[Ignored]) -> None:
    """Why nothing is described, if anything tells."""
    for one in left_out[:1]:
        raise NotUnderstoodError(f"no cluster and no VPC is described: {one.why}", one.place)


def _refuse_too_many(number: int) -> None:
    if number > _MOST_CLUSTERS:
        raise NotUnderstoodError(f"the document makes {number} clusters, expected at most {_MOST_CLUSTERS}")


def _cluster(format_: str, cluster: Resource, network: Network, shared: list[Ignored]) -> Understanding:
    draft = Draft(format=format_, place=cluster.address)
    describe_cluster(draft, cluster, network.records.inventory)
    around = cluster_network(draft, cluster, network)
    describe_consumers(draft, cluster, network, around.own_group)
    if around.vpc:
        named = Named(
            draft=draft,
            record=Record({}, cluster.address),
            name=str(draft.cluster.get("name", "")),
            vpc=around.vpc,
            own_group=around.own_group,
            groups=around.groups,
        )
        network.describe(draft, around.vpc, named)
    draft.ignored += shared
    network.records.ids.rename(draft)
    make_coherent(draft)
    return draft.understanding()


def _network_alone(format_: str, vpc: Resource, network: Network, shared: list[Ignored]) -> Understanding:
    draft = Draft(format=format_, place=vpc.address)
    ids = network.records.ids
    network.describe(draft, ids.own(vpc.address), None)
    draft.ignored += shared
    ids.rename(draft)
    make_coherent(draft)
    return replace(draft.understanding(), has_cluster=False)


def read_configuration(documents: Documents) -> tuple[Understanding, ...]:
    """The clusters of a configuration (HCL), those of every root; raises `NotUnderstoodError`."""
    try:
        budget = Budget()
        folders, ignored = read_folders(documents, budget)
        worlds = dict(build_roots(World(folders, budget), roots(folders)))
    except RecursionError:
        raise NotUnderstoodError(_TOO_DEEP) from None
    found: dict[str, tuple[Understanding, ...]] = {}
    left_out = list(ignored)
    for name, world in worlds.items():
        inventory = Inventory(tuple(world.resources), world.unseen)
        said = [*ignored, *world.ignored, *_skipped(world.skipped)]
        found[name] = _understand("terraform", inventory, said)
        left_out += [*_clusters(inventory)[1], *world.ignored]
    _refuse_too_many(sum(len(described) for described in found.values()))
    if not any(found.values()):
        _refuse(
            [*left_out, *(Ignored(place=name, why=_ONLY_VALUES) for one in folders.values() for name in one.values)]
        )
    return tuple(_told_apart(found))


def _told_apart(found: dict[str, tuple[Understanding, ...]]) -> Iterator[Understanding]:
    """Where two roots have the same address, each place begins with the folder of its root."""
    times = Counter(one.place for described in found.values() for one in described)
    for folder, described in found.items():
        for one in described:
            yield one if times[one.place] == 1 else replace(one, place=f"{folder or '.'}/{one.place}")


def _skipped(types: dict[str, int]) -> Iterable[Ignored]:
    why = "it says nothing of the endpoint or the network around it"
    return [Ignored(place=f"{type_} ({number})", why=why) for type_, number in sorted(types.items())][:200]


def _each(format_: str, read: Callable[[Any], list[Resource]]) -> Callable[[Documents], tuple[Understanding, ...]]:
    def read_all(documents: Documents) -> tuple[Understanding, ...]:
        try:
            inventories = [Inventory(tuple(read(one))) for one in documents.values()]
        except RecursionError:
            raise NotUnderstoodError(_TOO_DEEP) from None
        found = tuple(one for inventory in inventories for one in _understand(format_, inventory, ()))
        if not found:
            _refuse([one for inventory in inventories for one in _clusters(inventory)[1]])
        return found

    return read_all


def _is_configuration(document: Any, name: str) -> bool:
    if isinstance(document, dict) and name.endswith(".tfvars.json"):
        return True
    return isinstance(document, str) or is_configuration(document)


FORMATS: tuple[Format, ...] = (
    Format(
        name="terraform",
        title="Terraform configuration (HCL, or its form in JSON)",
        recognises=_is_configuration,
        read=read_configuration,
    ),
    Format(
        name="terraform-plan",
        title="Terraform plan (`terraform show -json`)",
        recognises=lambda document, name: is_plan(document),
        read=_each("terraform-plan", read_plan),
    ),
    Format(
        name="terraform-state",
        title="Terraform state (`terraform show -json`, or the state file)",
        recognises=lambda document, name: is_state(document),
        read=_each("terraform-state", read_state),
    ),
    Format(
        name="terrascan",
        title="resources as Terrascan normalises them",
        recognises=lambda document, name: is_normalised(document),
        read=_each("terrascan", read_normalised),
    ),
)
