"""Bundles that `python -m service collect` wrote: a folder for each cluster, with a `collection.json` in it.

1. Each folder is read by itself: a list that is whole in one account or Region says nothing of another one.
2. A call that `collection.json` shows to have been denied, or to have failed, is named among what was left out;
   what its answer was to tell is unknown, as with any document that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.formats import Documents
from service.intake.readings import quoted

MANIFEST = "collection.json"
CONSUMER_CALLS = frozenset(
    {
        *("eks:ListNodegroups", "eks:DescribeNodegroup", "eks:ListFargateProfiles", "eks:DescribeFargateProfile"),
        "ec2:DescribeInstances",
    }
)
"""Without an answer to one of these, somebody who calls the API server may be missing."""


def collections_of(documents: Documents) -> tuple[dict[str, Any], ...]:
    """The documents of each bundle, and all the others together."""
    folders = [_folder(name) for name in documents if name.rsplit("/", 1)[-1] == MANIFEST]
    shares: dict[str, dict[str, Any]] = {}
    for name, document in documents.items():
        within = [folder for folder in folders if name.startswith(folder)]
        shares.setdefault(max(within, key=len, default="/"), {})[name] = document
    return tuple(shares.values()) or ({},)


def _folder(name: str) -> str:
    return name.removesuffix(MANIFEST)


def unanswered(collection: Any) -> Iterator[tuple[int, str, str]]:
    """The calls of a `collection.json` without an answer: number, action, and why with its code."""
    calls = collection.get("calls") if isinstance(collection, dict) else None
    for number, one in enumerate(calls if isinstance(calls, list) else ()):
        outcome = one.get("outcome") if isinstance(one, dict) else None
        if outcome in ("denied", "failed"):
            action, about, code = (_word(one.get(name)) for name in ("call", "about", "code"))
            whom = f" about {about}" if about else ""
            yield number, action, f"{action}{whom} {outcome} ({code or 'no code'}): what it was to tell is unknown"


def _word(value: Any) -> str:
    return quoted(value)[:120] if isinstance(value, str) else ""
