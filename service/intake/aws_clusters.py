"""A cluster as the EKS API, Cloud Control or AWS Config tells of it.

1. A response holds every field that EKS had when it was recorded: one that is absent has EKS's default. One without
   `resourcesVpcConfig` is not whole, as `aws cloudcontrol list-resources` gives names alone.
2. A request to create a cluster leaves the same defaults to EKS. A request to change one leaves what it does
   not name as it is, which is unknown here, and so is what an AWS Config item does not carry.
3. A registered cluster has no endpoint of its own and is refused with the reason (F-7.19).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from service.intake.aws_bundle import Bundle, ClusterFound, Said
from service.intake.aws_records import Record, is_text, spellings
from service.intake.drafting import Draft
from service.intake.eks_settings import Dialect, describe
from service.intake.readings import Reading, Section, plain

FORMAT = "aws"
CONNECTED = (
    "a registered cluster (EKS Connector) has no endpoint configuration of its own, so there is nothing to decide"
    " (F-7.19)"
)
_ARN = re.compile(r"arn:[a-z-]+:eks:([a-z0-9-]*):([^:]*):cluster/(.+)")
_UNCHANGED = "a request to change a cluster leaves what it does not name as it is"
_NOT_CARRIED = "an AWS Config item does not carry it"
_DIALECTS = {
    Said.RESPONSE: Dialect(format="a response of the EKS API"),
    Said.CREATION: Dialect(format="a request to the EKS API"),
    Said.CLOUD_CONTROL: Dialect(format="Cloud Control", has_capitals=True),
    Said.UPDATE: Dialect(format="a request to the EKS API", absent=_UNCHANGED),
    Said.CONFIG_ITEM: Dialect(format="AWS Config", has_capitals=True, absent=_NOT_CARRIED),
    Said.FINDING: Dialect(format="Security Hub", has_capitals=True, absent="a finding does not carry it"),
}
_CUT = "the answer holds no resourcesVpcConfig, which would tell it: `aws eks describe-cluster` does"
_LEAST_YEAR = 2018
"""EKS became available in June 2018; a moment before is a zero value of some language (Go's year 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A cluster's draft, and what it names that other documents describe."""

    draft: Draft
    record: Record
    name: str = ""
    vpc: str = ""
    account: str = ""
    region: str = ""
    own_group: str = ""
    groups: tuple[str, ...] = ()


def clusters_of(bundle: Bundle) -> list[Named]:
    """The clusters that the documents describe, each once; the others are left out with why."""
    found: dict[tuple[str, str], ClusterFound] = {}
    for number, one in enumerate(bundle.clusters):
        record = one.record
        if not record.part("resourcesVpcConfig").value and record.has("connectorConfig"):
            bundle.ignore(one.place, CONNECTED)
            continue
        key = _key(record, number, one.said)
        known = found.get(key)
        if known and one.said is Said.UPDATE:
            bundle.ignore(one.place, "asks for a change; the cluster is taken as it is described elsewhere")
            continue
        if known and known.said is not Said.UPDATE and one.said in (Said.CONFIG_ITEM, Said.FINDING):
            bundle.ignore(one.place, "an earlier state of the cluster, or less than what is described elsewhere")
            continue
        if known:
            bundle.ignore(known.place, "the cluster is described again; the last description is taken")
        found[key] = one
    return [_described(one) for one in found.values()]


def _key(record: Record, number: int, said: Said) -> tuple[str, str]:
    """By what two descriptions are known to be of one cluster; a request to create one is one by itself."""
    name = record.text("name")
    if not name or said is Said.CREATION:
        return ("number", str(number))
    return ("name", record.text("arn") or name)


def _described(found: ClusterFound) -> Named:
    record = found.record
    draft = Draft(format=FORMAT, place=found.place)
    dialect = _DIALECTS[found.said]
    settings = {name: value for name, value in record.value.items() if value != ""}
    vpc = record.part("resourcesVpcConfig")
    if not vpc.value and found.said in (Said.RESPONSE, Said.CLOUD_CONTROL):
        dialect = replace(dialect, absent=_CUT)
    settings["resourcesvpcconfig"] = {name: value for name, value in vpc.value.items() if value != ""}
    _created(draft, record)
    describe(draft, Section(settings, found.place, plain, str.lower), dialect)
    region, account = _home(draft, found, record)
    _spell(draft, dict(spellings(found.value, found.place)))
    if found.said is Said.RESPONSE and "egress_mode" not in draft.cluster:
        why = "not in the response, which older clients drop: it does not prove AWS_MANAGED (F-12.12)"
        draft.leave_open("/egress_mode", why)
    _remark(draft, record)
    return Named(
        draft=draft,
        record=record,
        name=record.text("name"),
        vpc=vpc.text("vpcId"),
        account=account,
        region=region,
        own_group=vpc.text("clusterSecurityGroupId") or record.text("clusterSecurityGroupId"),
        groups=tuple(vpc.texts("securityGroupIds")),
    )


def _home(draft: Draft, found: ClusterFound, record: Record) -> tuple[str, str]:
    """Region and account, as the ARN has them."""
    arn = _ARN.fullmatch(record.text("arn"))
    region = arn[1] if arn else found.region
    if re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}", region):
        draft.compute("/region", region, "from the ARN" if arn else "from the item", found.place)
    else:
        region = ""
    return region, arn[2] if arn else ""


def _created(draft: Draft, record: Record) -> None:
    given = record.get("createdAt")
    if given in (None, ""):
        return
    moment = _moment(given)
    place = f"{record.place}/createdat"
    if moment is None:
        draft.take("/created_at", Reading(given, place).opened("no point in time"))
    elif moment.year >= _LEAST_YEAR:
        text = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        draft.take("/created_at", Reading(text, place))


def _moment(given: Any) -> datetime | None:
    """A time as text, in seconds since 1970, or in a recording's parts."""
    try:
        if isinstance(given, dict):
            parts = [given.get(name, 0) for name in ("year", "month", "day", "hour", "minute", "second")]
            year, month, day, hour, minute, second = (part if type(part) is int else 0 for part in parts)
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if isinstance(given, int | float) and not isinstance(given, bool):
            return datetime.fromtimestamp(given / 1000 if given > 10_000_000_000 else given, UTC)
        moment = datetime.fromisoformat(given) if is_text(given) else None
        if moment is None:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC) if aware.year > 1 else aware.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _spell(draft: Draft, own: dict[str, str]) -> None:
    """The places in the spelling of the document."""
    draft.origins[:] = [replace(origin, place=own.get(origin.place, origin.place)) for origin in draft.origins]


def _remark(draft: Draft, record: Record) -> None:
    """What of the cluster says something, but nothing about how its endpoint is reached."""
    status = record.text("status").upper()
    if status and status not in ("ACTIVE", "UPDATING"):
        draft.assume("/endpoint_access", f"the cluster is {status}; its settings are taken as they are described")
    if status == "UPDATING":
        draft.assume("/endpoint_access", "an update is under way; the settings are the ones before it is done")
    if record.has("connectorConfig"):
        draft.ignore(f"{draft.place}/connectorConfig", "beside a VPC configuration it says nothing")
    others = ("logging", "identity", "certificateAuthority", "encryptionConfig", "accessConfig", "health")
    for name in others:
        if record.has(name):
            draft.ignore(f"{draft.place}/{name}", "says nothing about how the endpoint is reached")
