"""What an entry of the catalogue is: a fact, the source behind it, a cause, a control."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that was read, and which edition of it."""

    key: str
    title: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A numbered statement that answers cite.

    ``kind`` is ``fact`` (F-2.3), ``gate`` (G4), ``contradiction`` (C-1: the sources disagree, and the
    sentence names both readings) or ``mistake`` (M-5: what a naive reading gets wrong). ``confidence`` is
    ``high`` (stated outright by AWS), ``medium`` (a secondary source or a short deduction) or ``low``;
    ``confidence_note`` says to which part it does not apply. ``facts`` are the entries on which this one
    rests or with which it must be read.
    """

    id: str
    kind: str
    section: str
    title: str
    sentence: str
    source: str
    source_keys: tuple[str, ...]
    confidence: str
    confidence_note: str | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a path fails, a setting is worth a finding, or a mode is ruled out.

    ``appears_as`` tells where the code stands in an answer: on a ``flow``, as a ``finding``, as an
    ``objection``, or nowhere, because the question is refused (``refusal``). ``dispositions`` are the
    endings of a path that carry it; a path that lacks a fact ends as ``insufficient_info`` and carries the
    cause that its lack leaves open. ``mend`` is one imperative sentence. ``layer`` names what has to be
    mended: api-reachability, dns, bootstrap-dependency, control-plane-to-node, config-validity or
    requirement. ``origin`` is ``list of causes`` for the codes that others share with this project,
    ``this project`` for its own.
    """

    code: str
    title: str
    meaning: str
    origin: str
    layer: str
    appears_as: tuple[str, ...]
    dispositions: tuple[str, ...]
    facts: tuple[str, ...]
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A check of a benchmark or a tool: what it looks at and where it is blind."""

    id: str
    title: str
    source: str
    source_keys: tuple[str, ...]
    level: str
    passes: str
    caveats: tuple[str, ...]
    aliases: tuple[str, ...]
    facts: tuple[str, ...]
