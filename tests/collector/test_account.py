"""Calls through boto3: pages, retries, and how failures are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber

from service.collector import calls
from service.collector.account import PAUSES, Account
from service.collector.calls import Call
from service.collector.errors import CallError, DeniedError, FailedError, UnusableError

_IDENTITY = {"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:assumed-role/reader/somebody", "UserId": "A"}
Answer = dict[str, Any] | tuple[str, int]


class Stubbed(boto3.Session):
    """A session whose clients give prepared answers, one after the other; a code and a status are an error."""

    def __init__(self, **answers: list[Answer]) -> None:
        super().__init__(aws_access_key_id="A", aws_secret_access_key="B", region_name="eu-west-1")
        self.answers = {"sts": [_IDENTITY]} | answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def client(self, service_name: str, **given: Any) -> Any:  # type: ignore[override]
        """A client with its answers."""
        client = super().client(service_name, **given)
        stubber = Stubber(client)
        for operation, answer in self._of(service_name, client):
            if isinstance(answer, dict):
                stubber.add_response(operation, answer)
            else:
                stubber.add_client_error(operation, answer[0], "nobody may see this", answer[1])
        stubber.activate()
        client.meta.events.register("before-parameter-build", self._note)
        return client

    def _of(self, service: str, client: Any) -> list[tuple[str, Answer]]:
        operation = {"sts": "get_caller_identity", "ec2": "describe_subnets", "directconnect": None}.get(service)
        named = operation or "describe_virtual_interfaces"
        return [(self.operations.get(service, named), answer) for answer in self.answers.get(service, [])]

    operations: dict[str, str] = {}  # noqa: RUF012  replaced by a test, never changed

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.asked.append((model.name, dict(params)))


def account(session: boto3.Session, sleep: Callable[[float], None] = lambda _: None) -> Account:
    return Account(session, "test", "eu-west-1", sleep)


def ask(session: boto3.Session, call: Call = calls.SUBNETS, **parameters: Any) -> dict[str, Any]:
    return account(session).call(call, "eu-west-1", **parameters)


def test_an_account_says_who_it_is() -> None:
    found = account(Stubbed())

    assert (found.id, found.partition, found.home) == ("123456789012", "aws", "eu-west-1")


def test_pages_are_joined() -> None:
    pages: list[Answer] = [
        {"Subnets": [{"SubnetId": "subnet-1"}], "NextToken": "more"},
        {"Subnets": [{"SubnetId": "subnet-2"}]},
    ]

    answer = ask(Stubbed(ec2=pages))

    assert answer["Subnets"] == [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}]


def test_a_page_that_leads_back_to_itself_is_no_answer() -> None:
    page: Answer = {"Subnets": [], "NextToken": "the same"}

    with pytest.raises(FailedError, match="PaginationError"):
        ask(Stubbed(ec2=[page, page]))


def test_pages_of_services_that_write_in_small_letters_are_joined_too() -> None:
    session = Stubbed(
        directconnect=[
            {"virtualInterfaces": [{"virtualInterfaceId": "dxvif-1"}], "nextToken": "more"},
            {"virtualInterfaces": [{"virtualInterfaceId": "dxvif-2"}]},
        ]
    )

    answer = ask(session, calls.VIRTUAL_INTERFACES)

    assert [one["virtualInterfaceId"] for one in answer["virtualInterfaces"]] == ["dxvif-1", "dxvif-2"]
    assert session.asked[-1] == ("DescribeVirtualInterfaces", {"nextToken": "more"})


def test_routes_of_which_aws_keeps_some_back_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stubbed, "operations", {"ec2": "search_transit_gateway_routes"})
    session = Stubbed(ec2=[{"Routes": [], "AdditionalRoutesAvailable": True}])

    with pytest.raises(FailedError, match="AdditionalRoutesAvailable"):
        ask(
            session,
            calls.GATEWAY_ROUTES,
            TransitGatewayRouteTableId="tgw-rtb-1",
            Filters=[{"Name": "type", "Values": ["static"]}],
        )


def test_throttling_is_waited_out_with_growing_pauses() -> None:
    pauses: list[float] = []
    throttled: list[Answer] = [("RequestLimitExceeded", 503)] * 3
    session = Stubbed(ec2=[*throttled, {"Subnets": []}])

    answer = account(session, pauses.append).call(calls.SUBNETS, "eu-west-1")

    assert answer == {"Subnets": []}
    assert [pause <= most and pause >= most / 2 for pause, most in zip(pauses, PAUSES, strict=False)] == [True] * 3


def test_throttling_without_an_end_is_given_up() -> None:
    pauses: list[float] = []
    session = Stubbed(ec2=[("ThrottlingException", 400)] * (len(PAUSES) + 1))

    with pytest.raises(FailedError, match="ThrottlingException"):
        account(session, pauses.append).call(calls.SUBNETS, "eu-west-1")

    assert len(pauses) == len(PAUSES)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("UnauthorizedOperation", DeniedError),
        ("Client.UnauthorizedOperation", DeniedError),
        ("AccessDeniedException", DeniedError),
        ("ExpiredToken", UnusableError),
        ("ExpiredTokenException", UnusableError),
        ("RequestExpired", UnusableError),
        ("UnrecognizedClientException", UnusableError),
        ("AuthFailure", UnusableError),
        ("InvalidVpcID.NotFound", FailedError),
        ("<script>", FailedError),
    ],
)
def test_an_error_is_told_by_its_code_alone(code: str, error: type[CallError]) -> None:
    with pytest.raises(error) as raised:
        ask(Stubbed(ec2=[(code, 400)]))

    assert str(raised.value) == {"<script>": "Unknown"}.get(code, code.removeprefix("Client."))
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (EndpointConnectionError(endpoint_url="https://ec2.nowhere"), FailedError),
        (NoCredentialsError(), UnusableError),
    ],
)
def test_what_never_reaches_aws_is_told_by_its_kind(
    error: Exception, kind: type[CallError], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = account(Stubbed())

    def raising(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(found, "_client", raising)
    with pytest.raises(kind, match=type(error).__name__):
        found.call(calls.SUBNETS, "eu-west-1")


@pytest.mark.parametrize("is_denied", [False, True])
def test_the_regions_are_the_enabled_ones_or_else_all_of_the_partition(
    is_denied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stubbed, "operations", {"ec2": "describe_regions"})
    regions = [
        {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "me-south-1", "OptInStatus": "not-opted-in"},
        {"RegionName": "af-south-1", "OptInStatus": "opted-in"},
    ]
    answer: Answer = ("UnauthorizedOperation", 403) if is_denied else {"Regions": regions}

    names, remark = account(Stubbed(ec2=[answer])).regions()

    if is_denied:
        assert {"eu-west-1", "us-east-1", "me-south-1"} <= set(names)
        assert "UnauthorizedOperation" in remark
    else:
        assert (names, remark) == (("af-south-1", "eu-west-1"), "")
