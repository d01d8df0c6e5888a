"""What is written for a setting is read back to the same setting, by the reader of its format or by the tool itself."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.advice.changes import TOOLS
from service.advice.changes.wanted import Wanted, wanted_of
from service.domain.addresses import parse_network
from service.domain.change import Setting
from service.domain.cluster import UNNAMED, Cluster, EndpointMode, IpFamily
from service.domain.question import Question
from service.domain.written import Form, WrittenChange
from service.engine import study
from service.intake.documents import read_documents
from service.intake.recognising import understand
from service.intake.registry import FORMATS
from tests.laws.questions import few_examples
from tests.unit.advice.tools import options, ran, validated

MODES = list(EndpointMode)
LISTS = (
    ("13.209.0.0/28",),
    ("13.209.0.0/28", "52.78.1.1/32", "198.18.0.0/15"),
    ("0.0.0.0/0",),
    ("0.0.0.0/0", "::/0"),
    ("2600:1f18::/33", "13.209.0.0/28"),
    (),
)
EVERYONE = {"ipv4": {"0.0.0.0/0"}, "ipv6": {"0.0.0.0/0", "::/0"}}
_READ_BACK = {Form.HCL: "main.tf", Form.YAML: "cluster.yaml", Form.JSON: "input.json"}
_ENDPOINT_ACCESS = re.compile(r"EndpointAccess\.(PUBLIC_AND_PRIVATE|PUBLIC|PRIVATE)(?:\.onlyFrom\((.*)\))?,")
Read = tuple[bool, bool, set[str]]


def wanted(mode: EndpointMode, cidrs: tuple[str, ...], **fields: Any) -> Wanted:
    cluster = Cluster(**{"name": "payments-prod", "region": "ap-northeast-2", "ip_family": IpFamily.IPV6, **fields})
    listed = tuple(map(parse_network, cidrs)) if mode.has_public else None
    return wanted_of(study(Question(cluster=cluster)), None, Setting(mode=mode, public_access_cidrs=listed))


def written(of: Wanted) -> list[WrittenChange]:
    return [change for write in TOOLS for change in write(of)]


def from_document(change: WrittenChange) -> Read:
    """The setting as intake reads it."""
    found = understand(read_documents(change.text.encode(), _READ_BACK[change.form]), FORMATS)
    (one,) = found.descriptions
    access = one.cluster["endpoint_access"]
    return access["public"], access["private"], set(access["public_access_cidrs"])


def from_typescript(change: WrittenChange) -> Read:
    """The setting as the construct's class has it."""
    found = _ENDPOINT_ACCESS.search(change.text)
    if found is None:
        (listed,) = re.findall(r"publicAccessCidrs: (\[.*\]),", change.text)
        assert "endpointPublicAccess: true" in change.text
        assert "endpointPrivateAccess: false" in change.text
        return True, False, set(json.loads(listed))
    cidrs = set(json.loads(f"[{found[2]}]")) if found[2] else EVERYONE["ipv6"]
    assert not (found[1] == "PUBLIC" and found[2])  # the CDK throws on it (F-1.20)
    return "PUBLIC" in found[1], "PRIVATE" in found[1], cidrs


def from_command(change: WrittenChange, folder: Path) -> Read:
    """The setting as the tool is called with it."""
    status, calls = ran(change.text, folder)
    assert status == 0
    if change.tool == "eksctl":
        given = options(calls[0])
        cidrs = set(given.get("public-access-cidrs", [""])[0].split(",")) - {""}
        return given["public-access"] == ["true"], given["private-access"] == ["true"], cidrs
    first, *rest = [validated(call) for call in calls]
    assert rest == [{"name": "payments-prod", "updateId": "update-1"}, {"name": "payments-prod"}]
    assert first.keys() == {"name", "resourcesVpcConfig"}  # one kind of update in a call (F-9.7)
    config = first["resourcesVpcConfig"]
    return config["endpointPublicAccess"], config["endpointPrivateAccess"], set(config.get("publicAccessCidrs", ()))


def read_back(change: WrittenChange, folder: Path) -> Read:
    if change.form is Form.SHELL:
        return from_command(change, folder)
    return from_typescript(change) if change.form is Form.TYPESCRIPT else from_document(change)


@pytest.mark.parametrize(("mode", "cidrs"), list(product(MODES, LISTS)))
def test_what_every_tool_is_given_is_the_setting(mode: EndpointMode, cidrs: tuple[str, ...], tmp_path: Path) -> None:
    """An empty list means everybody, and is written out as such (F-1.11); nothing is ever both off (F-1.3)."""
    for change in written(wanted(mode, cidrs)):
        public, private, listed = read_back(change, tmp_path)

        assert (public, private) == (mode.has_public, mode.has_private)
        assert public or private
        if mode.has_public:
            assert listed == set(cidrs or EVERYONE["ipv6"]) or (
                change.form is Form.TYPESCRIPT and set(cidrs) <= EVERYONE["ipv6"]
            )


def a_range(number: int, length: int) -> str:
    return str(ip_network((number >> (32 - length) << (32 - length), length)))


RANGES = st.lists(
    st.builds(a_range, st.integers(0, 2**32 - 1), st.integers(8, 32)), min_size=1, max_size=40, unique=True
)


@given(mode=st.sampled_from([one for one in MODES if one.has_public]), cidrs=RANGES)
@few_examples(15)
def test_any_list_is_read_back_from_every_document(mode: EndpointMode, cidrs: list[str]) -> None:
    for change in written(wanted(mode, tuple(cidrs))):
        if change.form in _READ_BACK:
            assert from_document(change) == (True, mode.has_private, set(cidrs))
        elif change.form is Form.TYPESCRIPT and set(cidrs) != {"0.0.0.0/0"}:
            assert from_typescript(change) == (True, mode.has_private, set(cidrs))


@given(
    name=st.one_of(
        st.text(min_size=1, max_size=120), st.sampled_from(["a'; reboot #", "$(id)", "-x", "a\nb", "${x}", "%{x}"])
    )
)
@few_examples(80)
def test_a_name_that_aws_would_not_take_gets_into_no_text(name: str) -> None:
    """So that nothing rests on quoting alone; what is written is what stands there without a name."""
    is_name = re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", name) is not None
    cidrs = ("13.209.0.0/28",)
    nameless = written(wanted(EndpointMode.PUBLIC, cidrs, name=UNNAMED, region=None))

    found = written(wanted(EndpointMode.PUBLIC, cidrs, name=name, region=name))

    assert is_name or [change.text for change in found] == [change.text for change in nameless]
