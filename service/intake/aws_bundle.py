"""What AWS documents hold, gathered: clusters, and the elements of lists by the lists' names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from service.intake.aws_records import Record, normalised
from service.intake.understanding import Ignored


class Said(Enum):
    """What sort of document speaks of a cluster, and so what a field that is absent means."""

    RESPONSE = "a response"
    CREATION = "a request to create it"
    UPDATE = "a request to change it"
    CONFIG_ITEM = "an AWS Config item"
    FINDING = "a finding of Security Hub"
    CLOUD_CONTROL = "a Cloud Control payload"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFound:
    """A cluster in a document, in the document's own spelling."""

    value: dict[str, Any]
    place: str
    said: Said
    region: str = ""

    @property
    def record(self) -> Record:
        """The cluster in the one spelling."""
        return Record(normalised(self.value), self.place)


@dataclass(slots=True)
class Bundle:
    """All that the documents hold. A list in ``complete`` shows what is not there as well as what is.

    ``unanswered`` are calls that whoever collected the documents made in vain.
    """

    clusters: list[ClusterFound] = field(default_factory=list)
    lists: dict[str, list[Record]] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    ignored: list[Ignored] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    is_recognised: bool = False
    indices: dict[tuple[str, str], dict[str, list[Record]]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Record]:
        """The elements of a list; none if no document holds it."""
        return self.lists.get(kind, [])

    def shows(self, kind: str) -> bool:
        """Whether a document holds the whole list, be it empty."""
        return kind in self.complete

    def knows(self, kind: str) -> bool:
        """Whether a document holds the list or an element of it."""
        return kind in self.lists

    def by(self, kind: str, name: str) -> dict[str, list[Record]]:
        """The elements of a list by the text of a field; looked up once."""
        key = (kind, name)
        if key not in self.indices:
            index: dict[str, list[Record]] = {}
            for record in self.of(kind):
                index.setdefault(record.text(name), []).append(record)
            self.indices[key] = index
        return self.indices[key]

    def ignore(self, place: str, why: str) -> None:
        """A part that was seen and left out."""
        self.is_recognised = True
        self.ignored.append(Ignored(place=place, why=why))

    def add(self, kind: str, values: Iterable[Any], place: str) -> None:
        """Elements of a list, in the one spelling."""
        self.is_recognised = True
        found = self.lists.setdefault(kind, [])
        found += (
            Record(normalised(value), f"{place}/{index}")
            for index, value in enumerate(values)
            if isinstance(value, dict)
        )


def shared_ids(records: Iterable[Record], name: str) -> Iterator[tuple[str, Record]]:
    """Records by id, the first of each."""
    seen: set[str] = set()
    for record in records:
        id_ = record.text(name)
        if id_ and id_ not in seen:
            seen.add(id_)
            yield id_, record
