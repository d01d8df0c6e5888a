"""An AWS account as boto3 reaches it: whose it is, which Regions it has, and one call with its pages and retries.

1. botocore retries what is worth it (adaptive mode: it also slows down when AWS says so), at most `ATTEMPTS` times.
2. Where AWS still throttles, the call is made again after a pause that doubles, with a random part so that several
   collectors do not meet again; after `PAUSES` it is given up.
3. A role's credentials are taken anew before they expire.
4. What is said of a failure is AWS's code alone, never its message, which can name principals and carry tokens.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import boto3
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    LoginTokenLoadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from service.collector.calls import CALLER, REGIONS, Call
from service.collector.errors import CallError, DeniedError, FailedError, UnusableError

ATTEMPTS = 6
PAUSES = (2.0, 4.0, 8.0, 16.0)
"""Seconds between the rounds of attempts, at most half a minute for one call."""
_SESSION_NAME = "eks-endpoint-decision"
_CONFIG = Config(
    retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra=_SESSION_NAME,
)
_DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "UnauthorizedException",
)
_UNUSABLE = (
    *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException"),
    *("AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException", "OptInRequired", "InvalidAccessKeyId"),
    *("MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature"),
)
_THROTTLED = (
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
    *(
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "BandwidthLimitExceeded",
        "LimitExceededException",
    ),
)
_TOKENS = ("NextToken", "nextToken")
_NO_CREDENTIALS = (
    *(CredentialRetrievalError, LoginTokenLoadError, NoCredentialsError, PartialCredentialsError, ProfileNotFound),
    *(SSOError, TokenRetrievalError),
)
Sleep = Callable[[float], None]


class Account:
    """One set of credentials; raises `UnusableError` if it cannot be used at all."""

    def __init__(self, session: boto3.Session, label: str, home: str = "", sleep: Sleep = time.sleep) -> None:
        self.label = label
        self._session = session
        self._sleep = sleep
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()
        self.home = home or session.region_name or "us-east-1"
        identity = self.call(CALLER, self.home)
        self.id: str = identity["Account"]
        self.partition: str = identity["Arn"].split(":")[1]

    def regions(self) -> tuple[tuple[str, ...], str]:
        """The Regions that the account has enabled, and a remark if these had to be the whole partition's instead."""
        try:
            listed = self.call(REGIONS, self.home)["Regions"]
        except (DeniedError, FailedError) as error:
            names = self._session.get_available_regions("eks", self.partition)
            return tuple(sorted(names)), f"{REGIONS.action}: {error}; every Region of the partition is tried instead"
        disabled = "not-opted-in"
        return tuple(sorted(one["RegionName"] for one in listed if one.get("OptInStatus") != disabled)), ""

    def call(self, call: Call, region: str, **parameters: Any) -> dict[str, Any]:
        """The whole answer, all its pages in one; raises a `CallError`."""
        for pause in (*PAUSES, None):
            try:
                with _own_errors():
                    return self._pages(call, region, parameters)
            except FailedError as error:
                if error.code not in _THROTTLED or pause is None:
                    raise
                self._sleep(pause * random.uniform(0.5, 1))  # noqa: S311  no secret hangs on it
        raise AssertionError  # pragma: no cover  the last round returns or raises

    def _pages(self, call: Call, region: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """One answer of all pages; botocore's own paginators lose what tells that a gateway has further routes."""
        ask = getattr(self._client(call.service, region), xform_name(call.operation))
        answer = ask(**parameters)
        items, seen = list(answer.get(call.items, ())), set()
        while (name := next((it for it in _TOKENS if answer.get(it)), None)) is not None:
            token = answer[name]
            if token in seen:
                raise FailedError("PaginationError")
            seen.add(token)
            answer = ask(**parameters, **{name: token})
            items += answer.get(call.items, ())
        if answer.get("AdditionalRoutesAvailable"):
            raise FailedError("AdditionalRoutesAvailable")
        whole: dict[str, Any] = answer | ({call.items: items} if call.items else {})
        return whole

    def _client(self, service: str, region: str) -> Any:
        key = (service, region)
        with self._making:  # threads may share clients, but not a session that makes them
            if key not in self._clients:
                self._clients[key] = self._session.client(service, region_name=region, config=_CONFIG)
            return self._clients[key]


@contextmanager
def _own_errors() -> Iterator[None]:
    """botocore's many errors as our three."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "").removeprefix("Client.") or "Unknown"
        if code in _DENIED:
            raise DeniedError(code) from None
        raise (UnusableError(code) if code in _UNUSABLE else FailedError(_word(code))) from None
    except _NO_CREDENTIALS as error:
        raise UnusableError(type(error).__name__) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise FailedError(type(error).__name__) from None


def _word(code: str) -> str:
    """A code as one short word: what stands in front of AWS may put anything there."""
    return code if code.replace(".", "").isalnum() and len(code) <= 80 else "Unknown"


def accounts(
    profiles: tuple[str, ...], roles: tuple[str, ...], external_id: str = "", region: str = ""
) -> Iterator[tuple[str, Account | CallError]]:
    """Each account that is meant, or why it cannot be reached; without profiles and roles the one of the environment.

    Roles are assumed with the first profile's credentials, and the profiles are then not read themselves.
    """
    if not roles:
        for profile in profiles or ("",):
            yield profile or "default credentials", _reached(partial(_session, profile), profile, region)
    for role in roles:
        yield role, _reached(partial(_assumed, profiles[:1], role, external_id, region), role, region)


def _reached(session: Callable[[], boto3.Session], label: str, region: str) -> Account | CallError:
    try:
        with _own_errors():
            return Account(session(), label, region)
    except CallError as error:
        return error


def _session(profile: str) -> boto3.Session:
    return boto3.Session(botocore_session=_new(profile))


def _new(profile: str = "") -> Any:
    session = botocore.session.Session(profile=profile or None)
    session.register_component("data_loader", _descriptions())
    return session


@cache
def _descriptions() -> Any:
    """What botocore knows of the APIs, once for all accounts: it takes half a second to read that of EC2."""
    return botocore.session.Session().get_component("data_loader")


class _OfRole:
    """The one provider of a session: a role's credentials, taken when they are needed and again before they expire."""

    METHOD = "assume-role"
    CANONICAL_NAME = "custom-assume-role"

    def __init__(self, fetcher: AssumeRoleCredentialFetcher) -> None:
        self._fetcher = fetcher

    def load(self) -> DeferredRefreshableCredentials:
        """The credentials; nothing is asked of AWS yet."""
        return DeferredRefreshableCredentials(self._fetcher.fetch_credentials, self.METHOD)


def _assumed(profiles: tuple[str, ...], role: str, external_id: str, region: str) -> boto3.Session:
    source = _new(*profiles)
    credentials = source.get_credentials()
    if credentials is None:
        raise UnusableError("NoCredentialsError")
    home = region or source.get_config_variable("region") or _any_region(role, source)

    def client(service: str, **given: Any) -> Any:
        return source.create_client(service, **({"region_name": home, "config": _CONFIG} | given))

    more = {"RoleSessionName": _SESSION_NAME} | ({"ExternalId": external_id} if external_id else {})
    fetcher = AssumeRoleCredentialFetcher(client, credentials, role, extra_args=more)
    own = _new()
    own.set_config_variable("region", home)
    own.register_component("credential_provider", CredentialResolver([_OfRole(fetcher)]))
    return boto3.Session(botocore_session=own)


def _any_region(role: str, session: Any) -> str:
    """A Region of the role's partition, where none is configured."""
    partition = role.split(":")[1] if role.count(":") > 1 else "aws"
    names = session.get_available_regions("eks", partition)
    return "us-east-1" if "us-east-1" in names or not names else str(names[0])
