"""What a module of this room offers: the formats that it recognises and reads.

A request may hold one document or many. Each document goes to the first format that recognises it; a format then
reads all of its documents together, because many of them describe a cluster in several files (Terraform's
modules, the outputs of `aws ec2 describe-*` around one of `aws eks describe-cluster`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.intake.understanding import Understanding

Documents = Mapping[str, Any]
"""Parsed documents by file name (`documents.read_documents`); HCL stays text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One outside format.

    ``recognises`` looks at one parsed document and its file name and never raises; ``read`` gives the clusters
    that the documents describe, in the order of the documents, and raises `NotUnderstoodError` for what cannot be
    read as this format at all.
    """

    name: str
    title: str
    recognises: Callable[[Any, str], bool]
    read: Callable[[Documents], tuple[Understanding, ...]]
