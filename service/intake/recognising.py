"""From parsed documents to what was understood of them: which format reads which document.

1. A format that is named reads what it recognises, and nothing else is asked.
2. Otherwise each document goes to the first format that recognises it, and each format reads its documents
   together. A list whose members belong to several formats (a YAML stream of several kinds) is taken apart first.
3. A document that nobody recognises is left out of an archive with a word on why, and alone it is refused. What one
   format cannot read does not spoil what another one can.
4. A switch or a list of the endpoint that a document leaves open becomes null, which says "not known" in a question:
   leaving it out would say that EKS's default holds.
5. Where consumers are described, an operator joins them, as the engine assumes one where nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.intake.documents import Documents
from service.intake.formats import Format
from service.intake.understanding import Assumed, Ignored, NotUnderstoodError, Understanding

MOST_DESCRIPTIONS = 200
"""How many clusters one request may describe; the largest bundle of examples that was seen holds five."""

_ENDPOINT = "/endpoint_access"
_SWITCHES_AND_LIST = ("public", "private", "public_access_cidrs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """All that the documents of one request describe, and what of them was left out."""

    descriptions: tuple[Understanding, ...]
    ignored: tuple[Ignored, ...]


def understand(documents: Documents, formats: Sequence[Format], named: Format | None = None) -> Understood:
    """What the documents describe; raises `NotUnderstoodError` if that is nothing at all."""
    ignored = list(documents.ignored)
    found: list[Understanding] = []
    refusals: list[NotUnderstoodError] = []
    formats = (named,) if named else formats
    shares, unrecognised = _shares(documents.by_name, formats)
    for reader, share in shares:
        try:
            found += reader.read(share)
        except NotUnderstoodError as error:
            refusals.append(error)
            ignored.append(Ignored(place=error.place or ", ".join(share), why=f"as {reader.title}: {error.detail}"))
    if not found:
        raise _nothing(refusals, unrecognised, formats)
    if len(found) > MOST_DESCRIPTIONS:
        raise NotUnderstoodError(f"the document describes {len(found)} clusters, expected at most {MOST_DESCRIPTIONS}")
    for name, one in unrecognised.items():
        ignored.append(Ignored(place=name, why=_not_ours(one) or "no format recognises it"))
    return Understood(descriptions=tuple(_with_operator(_with_nulls(one)) for one in found), ignored=tuple(ignored))


def _nothing(
    refusals: Sequence[NotUnderstoodError], unrecognised: Mapping[str, Any], formats: Sequence[Format]
) -> NotUnderstoodError:
    """Why nothing was understood: what a format said, or which formats were asked."""
    if refusals:
        return refusals[0]
    if unrecognised:
        name, document = next(iter(unrecognised.items()))
        if why := _not_ours(document):
            return NotUnderstoodError(f"no format recognises the document: {why}", name)
        known = "; ".join(f"{one.title} (`{one.name}`)" for one in formats)
        return NotUnderstoodError(f"no format recognises the document; looked for: {known}", name)
    return NotUnderstoodError("the document describes no cluster and no network around one")


def _shares(
    by_name: Mapping[str, Any], formats: Sequence[Format]
) -> tuple[list[tuple[Format, dict[str, Any]]], dict[str, Any]]:
    """Which format reads which documents, and the documents that none does."""
    taken: dict[str, dict[str, Any]] = {}
    unrecognised: dict[str, Any] = {}
    for name, document in by_name.items():
        for part, value in _parts(name, document, formats):
            reader = _reader(value, part, formats)
            if reader:
                taken.setdefault(reader.name, {})[part] = value
            else:
                unrecognised[part] = value
    return [(one, taken[one.name]) for one in formats if one.name in taken], unrecognised


def _not_ours(document: Any) -> str:
    """Why a document that looks like a cluster's is none of EKS, or holds no setting; nothing if nobody can tell."""
    for one in document if isinstance(document, list) else [document]:
        if not isinstance(one, Mapping):
            continue
        group = str(one.get("apiVersion", "")).partition("/")[0]
        if group == "kops.k8s.io":
            return "a cluster of kOps, whose control plane runs on instances of its own and not in EKS"
        if one.get("kind") in ("AWSCluster", "KubeadmControlPlane", "RKE2ControlPlane"):
            return f"{one['kind']}: a cluster whose control plane runs on instances of its own and not in EKS"
        if one.get("kind") == "Config" and "clusters" in one and "contexts" in one:
            return "a kubeconfig, which tells an address and not who may reach it: send `aws eks describe-cluster`"
        if one.get("runtime") is not None and "name" in one:
            return "a program of Pulumi, which is not run here: send `pulumi stack export` or `pulumi preview --json`"
    return ""


def _reader(document: Any, name: str, formats: Sequence[Format]) -> Format | None:
    return next((one for one in formats if one.recognises(document, name)), None)


def _parts(name: str, document: Any, formats: Sequence[Format]) -> Iterator[tuple[str, Any]]:
    """The document itself, or each member of a list whose members belong to several formats."""
    if isinstance(document, list):
        readers = [_reader(member, name, formats) for member in document]
        if len({reader.name for reader in readers if reader}) > 1:
            yield from ((f"{name}/{index}", member) for index, member in enumerate(document))
            return
    yield name, document


def _with_nulls(one: Understanding) -> Understanding:
    """The description with null for each switch, and for the list, that the document leaves open."""
    access = one.cluster.get("endpoint_access", {})
    nulls = {name: None for name in _SWITCHES_AND_LIST if name not in access and _is_open(f"{_ENDPOINT}/{name}", one)}
    return replace(one, cluster=one.cluster | {"endpoint_access": access | nulls}) if nulls else one


def _with_operator(one: Understanding) -> Understanding:
    """Who runs inside is described; the people who call from outside never are, and a mode may lock them out."""
    if not one.consumers or any(consumer["kind"] == "operator" for consumer in one.consumers):
        return one
    taken = {consumer["name"] for consumer in one.consumers}
    names = ("operator", *(f"operator {number}" for number in range(2, len(taken) + 3)))
    name = next(name for name in names if name not in taken)
    operator = {"name": name, "kind": "operator", "location": {"at": "internet", "source_cidrs": None}}
    sentence = "no document says who operates the cluster: one operator on the internet, whose address is not known"
    return replace(
        one,
        consumers=(*one.consumers, operator),
        assumed=(*one.assumed, Assumed(field=f"/consumers[{name}]", sentence=sentence)),
    )


def _is_open(reference: str, one: Understanding) -> bool:
    """Whether the document leaves a field open: itself, something in it, or all around it."""
    fields = [unknown.field for unknown in one.unknown]
    return any(field in ("/", _ENDPOINT, reference) or field.startswith(f"{reference}/") for field in fields)
