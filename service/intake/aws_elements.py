"""What lists and elements of AWS's `describe` calls are about.

1. A list is known by its name (``RouteTables``); an element alone by the names of its fields.
2. A list of which further pages are missing (``NextToken``) shows what is there, never what is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.intake.aws_bundle import Bundle
from service.intake.aws_records import is_text, normalised, plain_name
from service.intake.readings import escaped

_LISTS = frozenset(
    {
        *("vpcs", "subnets", "routetables", "natgateways", "internetgateways", "egressonlyinternetgateways"),
        *("securitygroups", "securitygrouprules", "networkacls", "vpcendpoints", "vpcpeeringconnections"),
        *("transitgateways", "transitgatewayattachments", "transitgatewayvpcattachments"),
        *("transitgatewayroutetables", "transitgatewaystaticroutes", "transitgatewaypropagations"),
        *("vpnconnections", "vpngateways", "customergateways", "clientvpnendpoints", "clientvpntargetnetworks"),
        *("virtualinterfaces", "directconnectgateways", "directconnectgatewayassociations", "virtualgateways"),
        *("dhcpoptions", "resolverendpoints", "networkinterfaces", "reservations", "addresses"),
        *("prefixlists", "managedprefixlists", "vpcblockpublicaccessexclusions", "nodegroups", "fargateprofiles"),
        *("launchtemplateversions", "availabilityzones"),
    }
)
_SINGLE = {"nodegroup": "nodegroups", "fargateprofile": "fargateprofiles"}
_BY_FIELDS = (
    ("natgateways", {"natgatewayid", "natgatewayaddresses"}),
    ("routetables", {"routetableid", "routes"}),
    ("subnets", {"subnetid", "cidrblock"}),
    ("securitygroups", {"groupid", "ippermissions"}),
    ("networkacls", {"networkaclid", "entries"}),
    ("vpcendpoints", {"vpcendpointid", "servicename"}),
    ("vpcpeeringconnections", {"vpcpeeringconnectionid", "requestervpcinfo"}),
    ("transitgatewayattachments", {"transitgatewayattachmentid", "transitgatewayid"}),
    ("vpnconnections", {"vpnconnectionid", "customergatewayid"}),
    ("vpngateways", {"vpngatewayid", "vpcattachments"}),
    ("dhcpoptions", {"dhcpoptionsid", "dhcpconfigurations"}),
    ("networkinterfaces", {"networkinterfaceid", "interfacetype"}),
    ("nodegroups", {"nodegroupname", "clustername", "subnets"}),
    ("fargateprofiles", {"fargateprofilename", "clustername"}),
    ("vpcs", {"vpcid", "dhcpoptionsid", "cidrblock"}),
)
_ATTRIBUTES = frozenset({"enablednssupport", "enablednshostnames"})
_ID_IN_NAME = re.compile(r"(?<![0-9A-Za-z])(tgw-rtb|pl)-[0-9a-f]{6,17}(?![0-9a-z])")


@dataclass(frozen=True, slots=True)
class Elements:
    """Puts what one document lists into the bundle."""

    bundle: Bundle
    name: str

    def take(self, value: dict[str, Any], names: dict[str, str], place: str) -> None:
        """The lists of an object, or else the object as an element; ``names`` are its members by their plain names."""
        is_whole = not any(value.get(names.get(token, "")) for token in ("nexttoken", "marker", "paginationtoken"))
        found = False
        for plain, own in names.items():
            inner, inside = value[own], f"{place}/{escaped(own)}"
            if plain in _SINGLE and isinstance(inner, dict):
                self.bundle.add(_SINGLE[plain], [inner], inside)
            elif plain in _LISTS and isinstance(inner, list):
                if inner and not any(isinstance(item, dict) for item in inner):
                    if plain in ("nodegroups", "fargateprofiles") and "clustername" not in names:
                        self.bundle.ignore(inside, "names alone: describe each of them")
                    continue
                found = True
                self._take_list(plain, inner, inside, is_whole)
        if not found:
            self.take_one(value, names.keys(), place)

    def _take_list(self, kind: str, items: list[Any], place: str, is_whole: bool) -> None:
        self.bundle.add(kind, items, place)
        if is_whole:
            self.bundle.complete.add(kind)
        if kind == "reservations":
            for index, item in enumerate(items):
                instances = normalised(item).get("instances") if isinstance(item, dict) else None
                self.bundle.add("instances", items_of(instances), f"{place}/{index}/Instances")

    def take_one(self, value: dict[str, Any], names: Iterable[str], place: str) -> None:
        """An element alone, or an answer that is no list."""
        given = set(names)
        if given & _ATTRIBUTES and "vpcid" in given and "cidrblock" not in given:
            self.bundle.add("vpcattributes", [value], place)
            return
        if "vpcblockpublicaccessoptions" in given:
            inner = next(value[name] for name in value if plain_name(name) == "vpcblockpublicaccessoptions")
            self.bundle.add("blockpublicaccess", [inner], place)
            return
        for kind in ("routes", "entries"):
            if kind in given and not given & {"routetableid", "networkaclid", "vpnconnectionid"}:
                self._of_named(kind, value, place)
                return
        for kind, fields in _BY_FIELDS:
            if fields <= given:
                self.bundle.add(kind, [value], place)
                return

    def _of_named(self, kind: str, value: dict[str, Any], place: str) -> None:
        """Answers that do not repeat whom they are about; the file's name may (`...tgw-rtb-0abc.json`)."""
        record = normalised(value)
        items = [item for item in items_of(record.get(kind)) if isinstance(item, dict)]
        if kind == "routes" and any("clientvpnendpointid" in item for item in items):
            self.bundle.add("clientvpnroutes", items, f"{place}/Routes")
            return
        found = _ID_IN_NAME.search(self.name.rsplit("/", 1)[-1])
        owner = record.get("transitgatewayroutetableid") or record.get("prefixlistid") or (found[0] if found else "")
        is_gateways = kind == "routes" and ("additionalroutesavailable" in record or _are_of_gateway(items))
        if is_text(owner) and (is_gateways or (kind == "entries" and all("cidr" in item for item in items))):
            target = "transitgatewayroutes" if kind == "routes" else "prefixlistentries"
            self.bundle.add(target, [{"owner": owner, kind: items}], place)
        elif is_gateways or (kind == "entries" and items and all("cidr" in item for item in items)):
            self.bundle.ignore(place, "it does not say whose entries these are: put the id into the file's name")


def items_of(value: Any) -> list[Any]:
    """The items of a list; nothing for any other value."""
    return value if isinstance(value, list) else []


def _are_of_gateway(items: list[dict[str, Any]]) -> bool:
    return bool(items) and all("transitgatewayattachments" in item for item in items)
