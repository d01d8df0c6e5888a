"""Finds in AWS documents what they hold: clusters, and the lists of the `describe` calls.

1. Envelopes are taken off: recorded responses (``{status_code, data}``), CloudTrail events, kubescape's
   ``ClusterDescribe``, Cloud Control's JSON in JSON, AWS Config items.
2. What no envelope holds goes to `aws_elements`.
3. A response that is an error, such as a denied call, shows nothing: what it was to tell stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.intake.aws_bundle import Bundle, ClusterFound, Said
from service.intake.aws_collections import unanswered
from service.intake.aws_elements import Elements, items_of
from service.intake.aws_records import is_text, normalised, plain_name
from service.intake.documents import read_json
from service.intake.readings import escaped, quoted
from service.intake.understanding import NotUnderstoodError

_DEEPEST = 6
_ENVELOPES = (
    *("data", "body", "response", "responsebody", "output", "outputs", "result", "results", "sdkresponse"),
    *("items", "records", "detail", "responseelements", "requestparameters", "event", "rows"),
    *("findings", "details"),
)
_CONFIG_ITEMS = ("configurationitems", "baseconfigurationitems", "configurationitem")
_EKS_CLUSTER = "AWS::EKS::Cluster"
_SWITCHES = frozenset({"endpointpublicaccess", "endpointprivateaccess"})


def collect(documents: Iterable[tuple[str, Any]]) -> Bundle:
    """What is in the documents, in their order; what cannot be read is left out with why."""
    bundle = Bundle()
    for name, document in documents:
        _Walk(bundle, name).walk(document, f"{name}#" if name else "", 0)
    return bundle


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way through one document."""

    bundle: Bundle
    name: str

    def walk(self, value: Any, place: str, depth: int) -> None:
        """Everything in the value that is known; nothing else is remarked on."""
        if depth > _DEEPEST:
            return
        if isinstance(value, list):
            for index, item in enumerate(value):
                inside = f"{place}/{index}"
                is_json = isinstance(item, str) and item.startswith("{") and '"configuration' in item
                self.walk(self._opened(item, inside) if is_json else item, inside, depth + 1)
        elif isinstance(value, dict) and value:
            self._object(value, place, depth)

    def _object(self, value: dict[str, Any], place: str, depth: int) -> None:
        names: dict[str, str] = {}
        for name in value:
            names.setdefault(plain_name(name), name)
        if "apiversion" in names and "kind" in names:
            envelope = names.get("data")
            if envelope and "describe" in str(value[names["kind"]]).lower():
                self.walk(value[envelope], f"{place}/{escaped(envelope)}", depth + 1)
            return
        if _is_error(value, names):
            self.bundle.ignore(place, f"an error instead of a response: {_code(value, names)}")
            return
        if names.keys() == {"collection"}:
            self._collection(value[names["collection"]], f"{place}/{escaped(names['collection'])}")
            return
        if self._cluster(value, names, place) or self._stored(value, names, place, depth):
            return
        Elements(self.bundle, self.name).take(value, names, place)
        for envelope in _ENVELOPES:
            own = names.get(envelope)
            if own is not None and not (
                envelope == "requestparameters" and value.get(names.get("responseelements", ""))
            ):
                self.walk(value[own], f"{place}/{escaped(own)}", depth + 1)

    def _collection(self, value: Any, place: str) -> None:
        """What the collector wrote about its own calls."""
        self.bundle.is_recognised = self.bundle.is_recognised or (isinstance(value, dict) and "calls" in value)
        for number, action, why in unanswered(value):
            self.bundle.unanswered.append(action)
            self.bundle.ignore(f"{place}/calls/{number}", why)

    def _cluster(self, value: dict[str, Any], names: dict[str, str], place: str) -> bool:
        """A cluster's own object, or one around it."""
        if isinstance(value.get(names.get("resourcesvpcconfig", "")), dict) or _is_connected(value, names):
            self._found(value, place, _said(names))
            return True
        if names.keys() & _SWITCHES:
            said = Said.RESPONSE if "vpcid" in names else Said.UPDATE
            self._found({"resourcesVpcConfig": value}, place.removesuffix("/resourcesVpcConfig"), said)
            return True
        if isinstance(value.get(names.get("awsekscluster", "")), dict):
            self._found(value[names["awsekscluster"]], f"{place}/{escaped(names['awsekscluster'])}", Said.FINDING)
            return True
        if "schemaversion" in names and "productarn" in names:
            self.walk(value.get(names.get("resources", "")), f"{place}/Resources", 1)
        one, many = names.get("cluster"), names.get("clusters")
        if one is not None and _is_cluster(value[one]):
            self._found(value[one], f"{place}/{escaped(one)}", Said.RESPONSE)
        for index, item in enumerate(items_of(value.get(many or ""))):
            if _is_cluster(item):
                self._found(item, f"{place}/{escaped(many)}/{index}", Said.RESPONSE)
            elif is_text(item) and len(names.keys() - {"nexttoken", "responsemetadata"}) == 1:
                self.bundle.ignore(f"{place}/{escaped(many)}/{index}", "a cluster's name alone: describe the cluster")
        update = names.get("update")
        if update is not None and isinstance(value[update], dict) and "type" in normalised(value[update]):
            sentence = "what an update asked for, not what the cluster is; `aws eks describe-cluster` tells that"
            self.bundle.ignore(f"{place}/{escaped(update)}", sentence)
        return False

    def _found(self, value: dict[str, Any], place: str, said: Said, region: str = "") -> None:
        self.bundle.is_recognised = True
        self.bundle.clusters.append(ClusterFound(value=value, place=place, said=said, region=region))

    def _stored(self, value: dict[str, Any], names: dict[str, str], place: str, depth: int) -> bool:
        """AWS Config's items and Cloud Control's payloads, which keep a resource as JSON in a text."""
        for items in _CONFIG_ITEMS:
            own = names.get(items)
            if own is not None:
                inner = value[own]
                for index, item in enumerate(inner if isinstance(inner, list) else [inner]):
                    self.walk(item, f"{place}/{escaped(own)}/{index}", depth + 1)
                return True
        if "resourcetype" in names and "configuration" in names:
            self._config_item(value, names, place)
            return True
        if "typename" in names and is_text(value[names["typename"]]):
            return self._cloud_control(value, names, place)
        return False

    def _config_item(self, value: dict[str, Any], names: dict[str, str], place: str) -> None:
        kind = value[names["resourcetype"]]
        status = str(value.get(names.get("configurationitemstatus", ""), ""))
        inside = f"{place}/{escaped(names['configuration'])}"
        if status.startswith("ResourceDeleted"):
            self.bundle.ignore(place, "the resource is deleted")
            return
        configuration = self._opened(value[names["configuration"]], inside)
        if not isinstance(configuration, dict):
            return
        if kind == _EKS_CLUSTER:
            named = {"Name": value.get(names.get("resourcename", "")), "Arn": value.get(names.get("arn", ""))}
            whole = {name: text for name, text in named.items() if text} | configuration
            region = value.get(names.get("awsregion", ""))
            self._found(whole, inside, Said.CONFIG_ITEM, str(region) if is_text(region) else "")
        else:
            Elements(self.bundle, self.name).take_one(
                configuration, {plain_name(name) for name in configuration}, inside
            )

    def _cloud_control(self, value: dict[str, Any], names: dict[str, str], place: str) -> bool:
        if value[names["typename"]] != _EKS_CLUSTER:
            return False
        payloads: list[tuple[Any, str]] = []
        for holder, inner in (("resourcedescription", "properties"), ("progressevent", "resourcemodel")):
            own = names.get(holder)
            for index, item in enumerate(items_of(value.get(names.get(f"{holder}s", "")))):
                payloads.append((_member(item, inner), f"{place}/{holder}s/{index}"))
            if own is not None:
                payloads.append((_member(value[own], inner), f"{place}/{escaped(own)}"))
        payloads += [(value[names[n]], f"{place}/{escaped(names[n])}") for n in _DESIRED if n in names]
        for payload, where in payloads:
            properties = self._opened(payload, where)
            if isinstance(properties, dict):
                self._found(properties, where, Said.CLOUD_CONTROL)
        if "patchdocument" in names:
            self.bundle.ignore(place, "a patch of a cluster, whose other settings it does not tell")
        return True

    def _opened(self, value: Any, place: str) -> Any:
        """The object that a text holds as JSON."""
        if not isinstance(value, str):
            return value
        try:
            return read_json(value)
        except NotUnderstoodError as error:
            self.bundle.ignore(place, error.detail)
            return None


_DESIRED = ("desiredstate", "properties", "resourcemodel")


def _member(value: Any, plain: str) -> Any:
    if not isinstance(value, dict):
        return None
    return next((member for name, member in value.items() if plain_name(name) == plain), None)


def _is_cluster(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    names = {plain_name(name): name for name in value}
    arn = value.get(names.get("arn", ""))
    is_eks = isinstance(arn, str) and re.match(r"arn:[a-z-]+:eks:", arn) is not None
    return is_eks or isinstance(value.get(names.get("resourcesvpcconfig", "")), dict) or _is_connected(value, names)


def _is_connected(value: dict[str, Any], names: dict[str, str]) -> bool:
    """Whether a registered cluster is described, which has a provider and no VPC of its own (F-7.19)."""
    return "name" in names and isinstance(value.get(names.get("connectorconfig", "")), dict)


def _said(names: dict[str, str]) -> Said:
    if names.keys() & {"arn", "status", "createdat", "endpoint", "platformversion"}:
        return Said.RESPONSE
    return Said.CREATION if "rolearn" in names else Said.UPDATE


def _is_error(value: dict[str, Any], names: dict[str, str]) -> bool:
    error, status = value.get(names.get("error", "")), value.get(names.get("statuscode", ""))
    if isinstance(error, dict) and ("code" in normalised(error) or "message" in normalised(error)):
        return True
    return type(status) is int and status >= 400


def _code(value: dict[str, Any], names: dict[str, str]) -> str:
    inner = value.get(names.get("data", ""))
    error = value.get(names.get("error", "")) or (_member(inner, "error") if inner else None)
    code = _member(error, "code") if error else value.get(names["statuscode"]) if "statuscode" in names else None
    return quoted(str(code))[:60] if isinstance(code, str | int) else "without a code"
