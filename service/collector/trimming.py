"""What of an answer is written down: the fields that are wanted, and never a secret.

Answers carry secrets in the clear: a VPN's pre-shared keys in `CustomerGatewayConfiguration`, a BGP session's
`authKey`, what start-up scripts hold in `UserData`, and whatever people write into tags.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.collector.calls import Call

_SECRET = frozenset(
    {
        *("customergatewayconfiguration", "presharedkey", "tunneloptions", "userdata", "authkey"),
        *("customerrouterconfig", "password", "secret"),
    }
)
_TAGS = frozenset({"tags", "tagset", "labels"})
_TAGS_OF_EKS = ("eks:", "kubernetes.io/cluster/")
_ENVELOPE = ("ResponseMetadata", "NextToken", "nextToken")


def trimmed(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as it is written."""
    whole = {name: value for name, value in answer.items() if name not in _ENVELOPE}
    if call.items and call.keeps:
        whole[call.items] = _kept(whole.get(call.items), call.keeps)
    return {name: _without_secrets(value) for name, value in whole.items()}


def _kept(value: Any, paths: Iterable[str]) -> Any:
    if isinstance(value, list):
        return [_kept(item, paths) for item in value]
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, []).extend([rest] if rest else [])
    return {name: _kept(value[name], rest) if rest else value[name] for name, rest in below.items() if name in value}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _tags_of_eks(member) if name.lower() in _TAGS else _without_secrets(member)
        for name, member in value.items()
        if name.lower() not in _SECRET
    }


def _tags_of_eks(tags: Any) -> Any:
    """The tags by which EKS itself tells whose a thing is."""
    if isinstance(tags, dict):
        return {key: text for key, text in tags.items() if str(key).startswith(_TAGS_OF_EKS)}
    pairs = tags if isinstance(tags, list) else []
    return [pair for pair in pairs if isinstance(pair, dict) and str(pair.get("Key")).startswith(_TAGS_OF_EKS)]
