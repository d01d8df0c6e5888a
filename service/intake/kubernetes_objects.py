"""Kubernetes objects in documents: several to a file, in lists, and with placeholders of the tools around them.

eksctl, Cluster API, ACK, Crossplane and Rancher all describe clusters as such objects. What has no kind, or a
kind that says nothing of a cluster or its network, is left out with why; wrappers that only point at charts or
repositories (Flux, Argo CD) hold nothing that could be read without fetching it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, Section, as_text, plain
from service.intake.understanding import Ignored

MOST_IGNORED = 100
"""How many of the other objects are named one by one; a rendered chart may hold hundreds."""

_FETCHED = {
    "argoproj.io": "it points at what Argo CD fetches and renders, and nothing is fetched here",
    "source.toolkit.fluxcd.io": "it points at what Flux fetches, and nothing is fetched here",
    "helm.toolkit.fluxcd.io": "it names a chart that Flux fetches and renders, and nothing is fetched here",
    "kustomize.toolkit.fluxcd.io": "it points at what Flux fetches and renders, and nothing is fetched here",
    "kustomize.config.k8s.io": "it names files and patches of kustomize, which are not applied here",
}
_WITHOUT_GROUP = "core"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One object with its group, version and kind; ``place`` is a pointer into the documents.

    ``alias`` names a template of an object by what the template is called.
    """

    group: str
    version: str
    kind: str
    value: Mapping[str, Any]
    place: str
    alias: str = ""

    @property
    def name(self) -> str:
        """The object's name, as other objects refer to it; empty if it has none that could be shown."""
        name = self.metadata("name")
        return name.value if isinstance(name.value, str) else _open_text(name) or self.alias

    @property
    def labels(self) -> dict[str, str]:
        """The object's labels, by which selectors find it."""
        labels = self._metadata.get("labels")
        pairs = labels.items() if isinstance(labels, Mapping) else ()
        return {key: value for key, value in pairs if isinstance(value, str)}

    def metadata(self, member: str) -> Reading:
        """A text of the object's metadata."""
        return as_text(Section(self._metadata, f"{self.place}/metadata").get(member))

    def annotation(self, key: str) -> Reading:
        """An annotation."""
        return as_text(Section(self._metadata, f"{self.place}/metadata").section("annotations").get(key))

    def section(self, *path: str, name: Callable[[str], str] = str) -> Section:
        """The section under a path of member names, which may have names of the format's own."""
        section = Section(self.value, self.place, name=name)
        for member in path:
            section = section.section(member)
        return section

    @property
    def _metadata(self) -> Mapping[str, Any]:
        metadata = self.value.get("metadata")
        return metadata if isinstance(metadata, Mapping) else {}


def _open_text(reading: Reading) -> str:
    return reading.value.text if isinstance(reading.value, Open) else ""


def manifests(documents: Mapping[str, Any]) -> list[Manifest]:
    """Every object of the documents in their order, those of lists one by one."""
    found = []
    for file, value in documents.items():
        found += list(objects_in(value, f"{file}#" if file else ""))
    return found


def objects_in(value: Any, place: str = "") -> Iterator[Manifest]:
    """The objects of one parsed document, which may hold several YAML documents or a list object."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects_in(item, f"{place}/{index}")
        return
    if not isinstance(value, Mapping):
        return
    kind, api_version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str):
        return
    items = value.get("items")
    if kind.endswith("List") and isinstance(items, list):
        yield from objects_in(items, f"{place}/items")
        return
    group, slash, version = api_version.rpartition("/")
    yield Manifest(group=group if slash else _WITHOUT_GROUP, version=version, kind=kind, value=value, place=place)


def recognises(groups: Iterable[str], kinds: Iterable[str]) -> Callable[[Any, str], bool]:
    """A recogniser of documents that hold an object of these groups and kinds."""
    wanted_groups, wanted_kinds = frozenset(groups), frozenset(kinds)

    def recognised(document: Any, name: str) -> bool:
        return any(one.group in wanted_groups and one.kind in wanted_kinds for one in objects_in(document))

    return recognised


def by_name(found: Iterable[Manifest], name: str) -> Manifest | None:
    """The object of that name, if there is one."""
    return next((one for one in found if one.name == name), None)


def ignore_others(draft: Draft, found: Iterable[Manifest], read: Iterable[Manifest]) -> None:
    """Names every object that the description leaves out, and why."""
    known = {id(one) for one in read}
    others = [one for one in found if id(one) not in known]
    for one in others[:MOST_IGNORED]:
        why = _FETCHED.get(one.group, f"`{one.kind[:80]}` says nothing of the endpoint, its network or its callers")
        draft.ignored.append(Ignored(place=one.place, why=why))
    if len(others) > MOST_IGNORED:
        draft.ignore("", f"{len(others) - MOST_IGNORED} more objects of other kinds")


def with_value(value: Any, path: tuple[str, ...], put: Any) -> Any:
    """A copy of a value in which something stands at a path; steps that are not there are made.

    A list is entered by number; a list of one also by name, as Terraform's blocks become lists.
    """
    if not path:
        return put
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        if step.isascii() and step.isdigit() and len(step) < 4 and int(step) < len(value):
            index = int(step)
            return [with_value(one, rest, put) if at == index else one for at, one in enumerate(value)]
        if step in ("0", "-"):
            return [*value, with_value(None, rest, put)]
        return [with_value(value[0], path, put)] if len(value) == 1 else put
    if isinstance(value, Open):
        return value
    if step in ("0", "-") and not isinstance(value, Mapping):
        return [with_value(None, rest, put)]
    members = dict(value) if isinstance(value, Mapping) else {}
    return members | {step: with_value(members.get(step), rest, put)}


def pairs_of(reading: Reading) -> Reading:
    """Tags or labels with placeholders told apart from texts."""
    if not isinstance(reading.value, Mapping):
        return reading
    pairs = {str(key): plain(text, reading.place).value for key, text in reading.value.items()}
    return replace(reading, value=pairs)
