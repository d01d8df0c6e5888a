"""What may come instead of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """No answer came."""


class UnreachableError(ClientError):
    """The service did not answer in time, or not at all, as often as it was asked."""


class RefusedError(ClientError):
    """The service answered with a problem; ``problem`` is its body, with every mistake at its JSON Pointer."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        said = [f"{one.get('pointer', '')} {one.get('detail', '')}".strip() for one in problem.get("errors", ())]
        detail = problem.get("detail") or problem.get("title") or "no reason given"
        super().__init__(f"{status}: {detail}" + "".join(f"\n  {one}" for one in said[:20]))
